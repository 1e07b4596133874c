//! Public keys of clients that prove themselves with a private one: one verb per file.
//!
//! A credential is good for nothing until the client's settings name it. Source: the Management API's
//! `/clients/{client_id}/credentials`.

mod add;
mod delete;
mod expire;
mod read;

use doorward_model::client::credential::Credential;
use serde_json::{Value, json};

pub use add::add_credential;
pub(super) use add::read_for_new;
pub use delete::delete_credential;
pub use expire::expire_credential;
pub use read::{credential, list_credentials};

/// A credential as events name it.
fn named(credential: &Credential) -> Value {
    json!({
        "id": credential.id.as_str(),
        "kid": credential.kid.as_str(),
        "alg": credential.algorithm.as_str(),
        "expires_at": credential.expires_at.map(|end| end.to_string()),
    })
}
