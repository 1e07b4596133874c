//! Several secrets of one client: one verb per file.
//!
//! Values leave in the answer to the call that made them; *the* client secret can be read besides, as
//! a part of its client. Source: the brief, "Client Secret"; UX §1.5, "Rotate Client Secret". The
//! calls are an extension of ours, the original knows one secret per client.

mod add;
mod list;
mod stop;

use data_encoding::BASE64URL_NOPAD;
use doorward_model::client::secrets::ClientSecret;
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::secret::Secret;
use doorward_protocol::digest::hmac_sha256;
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

/// By what the log knows secrets that end at once: whoever sends one of them later can be told when it ended, and by
/// whom, although nothing of it is kept. One that does not open any more is passed over: a new secret is the way out
/// of that, too. See decision 0036.
pub(super) fn marks(app: &App, tenant: &TenantId, ending: &[ClientSecret]) -> Value {
    let opened = |row: &ClientSecret| {
        let secret = app.sealing().open_text(secret_place(tenant, &row.id), &row.sealed).ok()?;
        Some(mark(app, &row.client, &secret))
    };
    ending.iter().filter_map(opened).collect()
}

/// The mark of a secret of a client. Without the server's key nobody can tell by it whether a guess is right.
pub(crate) fn mark(app: &App, client: &ClientId, secret: &Secret) -> String {
    let key = app.sealing().derive("marks of client secrets");
    let tag = hmac_sha256(&*key, &[client.as_str().as_bytes(), b"\0", secret.expose().as_bytes()]);
    BASE64URL_NOPAD.encode(&tag[..15])
}

/// A secret as events name it.
pub(super) fn named(secret: &ClientSecret) -> Value {
    json!({
        "id": secret.id.as_str(),
        "label": secret.label.as_deref(),
        "expires_at": secret.expires_at.map(|end| end.to_string()),
    })
}
