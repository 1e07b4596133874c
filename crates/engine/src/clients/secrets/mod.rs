//! Several secrets of one client: one verb per file.
//!
//! Values leave in the answer to the call that made them; *the* client secret can be read besides, as
//! a part of its client. Source: the brief, "Client Secret"; UX §1.5, "Rotate Client Secret". The
//! calls are an extension of ours, the original knows one secret per client.

mod add;
mod list;
mod stop;

use doorward_model::client::secrets::ClientSecret;
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::secret::Secret;
use serde_json::{Value, json};

use super::secret_place;
use crate::app::App;
use crate::fault::Fault;

pub use add::{AddedSecret, add_secret};
pub use list::list_secrets;
pub use stop::stop_secret;

/// Why a client that proves itself with a key has no use for secrets.
pub(super) const NO_SECRET: &str = "This client proves itself with a private key, so it has no secret. Change \
     its credentials, or set client_authentication_methods to null first.";

/// The row of a fresh client secret.
pub(super) fn seal(
    app: &App,
    tenant: &TenantId,
    client: &ClientId,
    secret: &Secret,
) -> Result<ClientSecret, Fault> {
    let id = app.entropy().secret_id();
    let sealed = app.sealing().seal_text(secret_place(tenant, &id), secret)?;
    Ok(ClientSecret {
        id,
        client: client.clone(),
        sealed,
        label: None,
        primary: true,
        created_at: app.now(),
        expires_at: None,
        last_use: None,
    })
}

/// A secret as events name it.
pub(super) fn named(secret: &ClientSecret) -> Value {
    json!({
        "id": secret.id.as_str(),
        "label": secret.label.as_deref(),
        "expires_at": secret.expires_at.map(|end| end.to_string()),
    })
}
