//! `/api/v2/clients/{id}/secrets`: several secrets of one client.
//!
//! An extension of ours: the original knows one secret per client, and none of its tools asks here.
//! Values are shown once, by the call that makes them. Source: the brief, "Client Secret".

mod add;
mod list;
pub(crate) mod schema;
mod stop;

pub(crate) use add::add;
pub(crate) use list::list;
pub(crate) use stop::stop;

use doorward_engine::clients::AddedSecret;
use doorward_model::client::secrets::ClientSecret;
use serde_json::{Map, Value, json};

/// A secret as the API shows it, without its value.
fn view(secret: &ClientSecret) -> Map<String, Value> {
    let last_use = secret.last_use.as_ref();
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("id", json!(secret.id));
    put("label", json!(secret.label));
    put("is_primary", json!(secret.primary));
    put("created_at", json!(secret.created_at.to_string()));
    put("expires_at", json!(secret.expires_at.map(|end| end.to_string())));
    put("last_used_at", json!(last_use.map(|last| last.at.to_string())));
    put("last_used_ip", json!(last_use.and_then(|last| last.ip.as_deref())));
    object
}

/// A secret that was just made, with its value, this once.
pub(crate) fn with_value(added: &AddedSecret) -> Map<String, Value> {
    let mut object = view(&added.row);
    object.insert("client_secret".to_owned(), json!(added.secret.expose()));
    object
}
