//! `GET /api/v2/refresh-tokens?user_id=…` and `GET /api/v2/users/{id}/refresh-tokens`, by checkpoint. The
//! collection is called `refresh_tokens` in the one and `tokens` in the other, as SDKs read them.

use axum::extract::State;
use doorward_engine::caller::Caller;
use doorward_engine::refresh_tokens::{self, ShownToken, TokenFilter};
use doorward_model::ids::{ClientId, FamilyId, UserId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::view;
use crate::answer;
use crate::checkpoint::{Checkpoint, List};
use crate::fields::Fields;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};
use crate::sessions::{key, unkey};

const PARAMETERS: &[&str] =
    &["user_id", "client_id", "from", "take", "include_totals", "fields", "include_fields"];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let user = query.id("user_id", UserId::parse)?;
    let text = "Say whose refresh tokens are meant.";
    let user = user.ok_or_else(|| Refused::query("user_id", "required", text))?;
    let client = query.id("client_id", ClientId::parse)?;
    let filter = TokenFilter { user: Some(user), client, family: None };
    page(&web, &caller, &query, &filter, "refresh_tokens").await
}

pub(crate) async fn list_of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let user = path::id(id, UserId::parse)?;
    let query = Query::read(&uri, &["from", "take", "per_page", "include_totals"])?;
    let filter = TokenFilter { user: Some(user), ..TokenFilter::default() };
    page(&web, &caller, &query, &filter, "tokens").await
}

async fn page(web: &Web, caller: &Caller, query: &Query, filter: &TokenFilter, name: &'static str) -> Answer {
    query.flag("include_totals")?;
    let fields = Fields::read(query)?;
    let of = filter.user.as_ref().map_or("", UserId::as_str);
    let list = List { app: web.app(), tenant: &caller.tenant.tenant.id, name, of };
    let checkpoint = Checkpoint::read(list, query)?;
    let after = checkpoint.after.as_deref().map(|key| unkey(key, FamilyId::parse)).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id));
    let found = refresh_tokens::list(web.app(), caller, filter, after, checkpoint.wanted()).await?;
    let place = |shown: &ShownToken| {
        let family = &shown.token.family;
        key(family.created_at, family.id.as_str())
    };
    let shown = |token: &ShownToken| match view::token(token) {
        Value::Object(object) => fields.select(object).into(),
        other => other,
    };
    let body = checkpoint.envelope(list, &found, place, shown)?;
    Ok(answer::json(StatusCode::OK, &body))
}
