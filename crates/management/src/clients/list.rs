//! `GET /api/v2/clients`: an array, or an object with totals around it.

use axum::extract::State;
use doorward_engine::clients::{self, ClientPage, ClientQuery};
use doorward_model::client::kind::ClientKind;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] = &[
    "fields",
    "include_fields",
    "page",
    "per_page",
    "include_totals",
    "is_global",
    "is_first_party",
    "app_type",
];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    let wanted = ClientQuery {
        is_global: query.flag("is_global")?,
        app_types: app_types(&query)?,
        search: None,
        offset: page.start,
        limit: page.limit,
        with_secrets: fields.show("client_secret"),
        with_total: page.include_totals,
        ..ClientQuery::default()
    };
    super::check_fields(web.app(), &fields, &caller).await?;
    let found = match query.flag("is_first_party")? {
        // Clients of third parties do not exist yet.
        Some(false) => ClientPage { clients: Vec::new(), total: Some(0) },
        Some(true) | None => clients::list(web.app(), &caller, &wanted).await?,
    };
    let shown = found.clients.iter().map(|client| fields.select(super::view(client, &caller)));
    let entries = shown.map(Value::Object).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("clients", entries, found.total)))
}

fn app_types(query: &Query) -> Result<Vec<ClientKind>, Refused> {
    let Some(words) = query.list("app_type") else { return Ok(Vec::new()) };
    let kinds: Option<Vec<ClientKind>> = words.iter().map(|word| ClientKind::parse(word)).collect();
    let known = ClientKind::every().map(ClientKind::as_str).collect::<Vec<_>>().join(", ");
    kinds
        .filter(|kinds| !kinds.is_empty())
        .ok_or_else(|| Refused::query("app_type", "enum", format!("Use one or more of: {known}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Vec<ClientKind>, Refused> {
        app_types(&Query::read(&format!("/x?{query}").parse().unwrap(), PARAMETERS).unwrap())
    }

    #[test]
    fn types_are_a_list_of_known_words() {
        assert_eq!(read("").unwrap(), []);
        assert_eq!(read("app_type=spa,native").unwrap(), [ClientKind::Spa, ClientKind::Native]);
        for bad in ["app_type=", "app_type=toaster", "app_type=spa,toaster", "app_type=SPA"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
