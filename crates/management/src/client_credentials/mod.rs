//! `/api/v2/clients/{client_id}/credentials`: public keys of clients; one file per endpoint, and the
//! view that they share.
//!
//! Source: the Management API's credentials of a client, member order included.

mod create;
mod delete;
mod get;
mod list;
pub(crate) mod schema;
mod update;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use update::update;

use doorward_model::client::credential::Credential;
use serde_json::{Map, Value, json};

/// A credential as the API shows it. The key itself is not shown: its owner has it.
fn view(credential: &Credential) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("id", json!(credential.id));
    put("credential_type", json!("public_key"));
    put("kid", json!(credential.kid));
    put("alg", json!(credential.algorithm.as_str()));
    if let Some(name) = &credential.name {
        put("name", json!(name));
    }
    if let Some(thumbprint) = &credential.certificate_sha256 {
        put("thumbprint_sha256", json!(thumbprint));
    }
    put("created_at", json!(credential.created_at.to_string()));
    put("updated_at", json!(credential.updated_at.to_string()));
    if let Some(end) = credential.expires_at {
        put("expires_at", json!(end.to_string()));
    }
    object
}
