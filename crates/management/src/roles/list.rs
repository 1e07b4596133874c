//! `GET /api/v2/roles`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::roles::{self, RolePage};
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};

use crate::answer;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] = &["page", "per_page", "include_totals", "name_filter", "type", "owner_id"];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let page = Page::read(&query)?;
    let part = (page.start, page.limit);
    let found = if is_of_the_tenant(&query)? {
        roles::list(web.app(), &caller, query.text("name_filter"), part, page.include_totals).await?
    } else {
        // Roles within organizations do not exist yet.
        RolePage { roles: Vec::new(), total: Some(0) }
    };
    let shown = found.roles.iter().map(super::view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("roles", shown, found.total)))
}

/// Whether roles of the tenant are meant, which nobody else owns.
fn is_of_the_tenant(query: &Query) -> Result<bool, Refused> {
    let is_owned = query.text("owner_id").is_some();
    match query.text("type") {
        None | Some("tenant") => Ok(!is_owned),
        Some("organization") => Ok(false),
        Some(_) => Err(Refused::query("type", "enum", "Use one of: tenant, organization.")),
    }
}
