//! `GET /api/v2/clients`: an array, an object with totals around it, or a part behind a checkpoint.

use axum::extract::State;
use doorward_engine::clients::{self, ClientQuery, ShownClient};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::search::CLIENTS;
use doorward_model::ids::ClientId;
use doorward_model::search;
use doorward_model::time::Timestamp;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use crate::answer;
use crate::checkpoint::{Checkpoint, List};
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
    "from",
    "take",
    "is_global",
    "is_first_party",
    "app_type",
    "external_client_id",
    "q",
];

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let fields = Fields::read(&query)?;
    let wanted = ClientQuery {
        is_global: query.flag("is_global")?,
        is_first_party: query.flag("is_first_party")?,
        app_types: app_types(&query)?,
        external_client_id: query.text("external_client_id").map(str::to_owned),
        query: searched(&query)?,
        with_secrets: fields.show("client_secret"),
        ..ClientQuery::default()
    };
    super::check_fields(web.app(), &fields, &caller).await?;
    let view = |client: &ShownClient| Value::Object(fields.select(super::view(client, &caller)));
    if Checkpoint::is_wanted(&query) {
        let list = List { app: web.app(), tenant: &caller.tenant.tenant.id, name: "clients", of: "" };
        let checkpoint = Checkpoint::read(list, &query)?;
        let after = checkpoint.after.as_deref().map(place).transpose()?;
        let wanted = ClientQuery { after, limit: checkpoint.wanted(), ..wanted };
        let found = clients::list(web.app(), &caller, &wanted).await?;
        let body = checkpoint.envelope(list, &found.clients, key, view)?;
        return Ok(answer::json(StatusCode::OK, &body));
    }
    let page = Page::read(&query)?;
    let wanted =
        ClientQuery { offset: page.start, limit: page.limit, with_total: page.include_totals, ..wanted };
    let found = clients::list(web.app(), &caller, &wanted).await?;
    let entries = found.clients.iter().map(view).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("clients", entries, found.total)))
}

/// Where a client stands among all, by age.
fn key(shown: &ShownClient) -> String {
    format!("{} {}", shown.client.created_at.millis(), shown.client.id)
}

/// Reads what [`key`] wrote; it came back sealed, so only another release could have made another.
fn place(key: &str) -> Result<(Timestamp, ClientId), Refused> {
    let (millis, id) = key.split_once(' ').unwrap_or_default();
    match (millis.parse(), ClientId::parse(id)) {
        (Ok(millis), Ok(id)) => Ok((Timestamp::from_millis(millis), id)),
        _ => Err(Refused::query("from", "format", "This checkpoint is too old. Begin again without it.")),
    }
}

fn app_types(query: &Query) -> Result<Vec<ClientKind>, Refused> {
    let Some(words) = query.list("app_type") else { return Ok(Vec::new()) };
    let kinds: Option<Vec<ClientKind>> = words.iter().map(|word| ClientKind::parse(word)).collect();
    let known = ClientKind::every().map(ClientKind::as_str).collect::<Vec<_>>().join(", ");
    kinds
        .filter(|kinds| !kinds.is_empty())
        .ok_or_else(|| Refused::query("app_type", "enum", format!("Use one or more of: {known}.")))
}

fn searched(query: &Query) -> Result<Option<search::Query>, Refused> {
    let text = query.text("q").filter(|text| !text.trim().is_empty());
    let parsed = text.map(|text| CLIENTS.parse(text)).transpose();
    parsed.map_err(|error| Refused::query("q", "format", error.to_string()))
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
