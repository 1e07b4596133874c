//! `GET /api/v2/grants`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::grants::{self, GrantFilter};
use doorward_model::grant::Grant;
use doorward_model::ids::{ClientId, IdError, UserId};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::answer;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] = &["page", "per_page", "include_totals", "user_id", "client_id", "audience"];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let page = Page::read(&query)?;
    let filter = GrantFilter {
        user: id(&query, "user_id", UserId::parse)?,
        client: id(&query, "client_id", ClientId::parse)?,
        audience: query.text("audience").map(str::to_owned),
    };
    let part = (page.start, page.limit);
    let found = grants::list(web.app(), &caller, &filter, part, page.include_totals).await?;
    let entries = found.grants.iter().map(view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("grants", entries, found.total)))
}

/// A parameter that is an id.
pub(super) fn id<T>(
    query: &Query,
    name: &str,
    parse: fn(&str) -> Result<T, IdError>,
) -> Result<Option<T>, Refused> {
    let bad = |error| Refused::query(name, "pattern", format!("This is no id: {error}."));
    query.text(name).map(parse).transpose().map_err(bad)
}

/// A grant as the API shows it.
fn view(grant: &Grant) -> Value {
    json!({
        "id": grant.id, "clientID": grant.client, "user_id": grant.user, "audience": grant.audience,
        "scope": grant.scope,
    })
}
