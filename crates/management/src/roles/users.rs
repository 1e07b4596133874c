//! `GET /api/v2/roles/{id}/users`: an array, an object with totals around it, or by checkpoint.

use axum::extract::State;
use doorward_engine::roles::{self, Member, MemberPart};
use doorward_model::ids::{RoleId, UserId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::{Map, Value, json};

use crate::answer;
use crate::checkpoint::{Checkpoint, List};
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

const PARAMETERS: &[&str] = &["page", "per_page", "include_totals", "from", "take"];

pub(crate) async fn users(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, RoleId::parse)?;
    let query = Query::read(&uri, PARAMETERS)?;
    let (app, page) = (web.app(), Page::read(&query)?);
    if Checkpoint::is_wanted(&query) {
        let list = List { app, tenant: &caller.tenant.tenant.id, name: "users", of: id.as_str() };
        let checkpoint = Checkpoint::read(list, &query)?;
        let part =
            MemberPart::After { checkpoint: checkpoint.key(UserId::parse)?, limit: checkpoint.wanted() };
        let found = roles::members(app, &caller, &id, &part).await?.members;
        let body = checkpoint.envelope(list, &found, |member| member.id.to_string(), view)?;
        return Ok(answer::json(StatusCode::OK, &body));
    }
    let part = MemberPart::Page { offset: page.start, limit: page.limit, with_total: page.include_totals };
    let found = roles::members(app, &caller, &id, &part).await?;
    let shown = found.members.iter().map(view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("users", shown, found.total)))
}

/// What is shown of a person here.
fn view(member: &Member) -> Value {
    let mut object = Map::new();
    object.insert("user_id".to_owned(), json!(member.id));
    let known =
        [("email", &member.email), ("name", &member.profile.name), ("picture", &member.profile.picture)];
    for (name, value) in known {
        if let Some(value) = value {
            object.insert(name.to_owned(), json!(value));
        }
    }
    Value::Object(object)
}
