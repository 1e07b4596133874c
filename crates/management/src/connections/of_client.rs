//! `GET /api/v2/clients/{id}/connections`: by checkpoint. Which clients a connection is on for is not
//! said here, and `options` only to whoever holds `read:connections_options`.

use axum::extract::State;
use doorward_engine::api_token;
use doorward_engine::connections::{self, OF_A_CLIENT, ShownConnection};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope::ReadConnectionsOptions;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::list::{OPTIONS, key, unkey};
use super::view;
use crate::answer;
use crate::checkpoint::{Checkpoint, List};
use crate::fields::Fields;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;

const PARAMETERS: &[&str] = &["fields", "include_fields", "from", "take", "strategy"];

pub(crate) async fn of_client(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, ClientId::parse)?;
    let query = Query::read_with_repeats(&uri, PARAMETERS, &["strategy"])?;
    let fields = Fields::read(&query)?;
    api_token::admit(web.app(), &caller, OF_A_CLIENT).await?;
    if fields.ask_for(OPTIONS) {
        api_token::admit(web.app(), &caller, &[ReadConnectionsOptions]).await?;
    }
    let list =
        List { app: web.app(), tenant: &caller.tenant.tenant.id, name: "connections", of: id.as_str() };
    let checkpoint = Checkpoint::read(list, &query)?;
    let last = checkpoint.after.as_deref().map(unkey).transpose()?;
    let strategies = query.all("strategy");
    let part = (last, checkpoint.wanted());
    let found = connections::of_client(web.app(), &caller, &id, strategies.as_deref(), part).await?;
    let bare = |connection| ShownConnection { connection, enabled_clients: Vec::new() };
    let found: Vec<ShownConnection> = found.into_iter().map(bare).collect();
    let may_see_options = caller.holds(ReadConnectionsOptions);
    let shown = |one: &ShownConnection| {
        let mut object = view::connection(one);
        object.remove("enabled_clients");
        if !may_see_options {
            object.remove(OPTIONS);
        }
        Value::Object(fields.select(object))
    };
    let body = checkpoint.envelope(list, &found, key, shown)?;
    Ok(answer::json(StatusCode::OK, &body))
}
