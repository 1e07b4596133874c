//! `GET /api/v2/connections`: by page or by checkpoint. `options` are left out of a list for whoever does
//! not hold `read:connections_options`, as the original does.

use axum::extract::State;
use doorward_engine::api_token;
use doorward_engine::connections::{self, ConnectionPart, ConnectionQuery, ShownConnection};
use doorward_model::ids::ConnectionId;
use doorward_model::scope::ApiScope::ReadConnectionsOptions;
use doorward_model::time::Timestamp;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::{Map, Value};

use super::view;
use crate::answer;
use crate::checkpoint::{Checkpoint, List};
use crate::fields::Fields;
use crate::paging::Page;
use crate::query::Query;
use crate::refused::{Answer, Refused};

const PARAMETERS: &[&str] =
    &["fields", "include_fields", "page", "per_page", "include_totals", "from", "take", "strategy", "name"];
/// What only `read:connections_options` shows in a list.
pub(super) const OPTIONS: &str = "options";

pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read_with_repeats(&uri, PARAMETERS, &["strategy"])?;
    let fields = Fields::read(&query)?;
    let page = Page::read_full(&query)?;
    if fields.ask_for(OPTIONS) {
        api_token::admit(web.app(), &caller, &[ReadConnectionsOptions]).await?;
    }
    let may_see_options = caller.holds(ReadConnectionsOptions);
    let shown = |found: &ShownConnection| -> Map<String, Value> {
        let mut object = view::connection(found);
        if !may_see_options {
            object.remove(OPTIONS);
        }
        fields.select(object)
    };
    let wanted = ConnectionQuery {
        strategies: query.all("strategy"),
        name: query.text("name").map(str::to_owned),
        with_clients: fields.show("enabled_clients"),
    };
    let list = List { app: web.app(), tenant: &caller.tenant.tenant.id, name: "connections", of: "" };
    if Checkpoint::is_wanted(&query) {
        let checkpoint = Checkpoint::read(list, &query)?;
        let last = checkpoint.after.as_deref().map(unkey).transpose()?;
        let part = ConnectionPart::After { last, limit: checkpoint.wanted() };
        let found = connections::list(web.app(), &caller, wanted, &part).await?.connections;
        let body = checkpoint.envelope(list, &found, key, |one| Value::Object(shown(one)))?;
        return Ok(answer::json(StatusCode::OK, &body));
    }
    let part =
        ConnectionPart::Page { offset: page.start, limit: page.limit, with_total: page.include_totals };
    let found = connections::list(web.app(), &caller, wanted, &part).await?;
    let entries = found.connections.iter().map(|one| Value::Object(shown(one))).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("connections", entries, found.total)))
}

/// The place of a connection in the list.
pub(super) fn key(shown: &ShownConnection) -> String {
    format!("{} {}", shown.connection.created_at.millis(), shown.connection.id)
}

/// Reads what [`key`] wrote.
pub(super) fn unkey(key: &str) -> Result<(Timestamp, ConnectionId), Refused> {
    let read = |(at, id): (&str, &str)| {
        Some((Timestamp::from_millis(at.parse().ok()?), ConnectionId::parse(id).ok()?))
    };
    key.split_once(' ')
        .and_then(read)
        .ok_or_else(|| Refused::query("from", "format", "This is no checkpoint of this list."))
}
