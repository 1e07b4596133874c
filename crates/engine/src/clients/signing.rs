//! Whether a client's secret can sign its ID tokens, asked before it has to.
//!
//! A secret and the settings that make it a key may come in either order, and each is fine by itself.
//! Source: RFC 7518 §3.2; the Management API's `client_secret` and `jwt_configuration`.

use doorward_model::client::Client;
use doorward_model::fields::FieldError;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_protocol::jose::SecretKey;

use super::update::SECRET;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Whether the client signs with its secret, and if so, whether that is read as base64url.
fn reading(client: &Client) -> Option<bool> {
    let jwt = &client.settings.jwt_configuration;
    (jwt.algorithm(client.shares_a_secret()) == SigningAlg::HS256).then_some(jwt.secret_encoded)
}

/// Looks whether the secret after a change, the one that was `sent` or the one that is there, can sign
/// as the settings after it say. What was so before is not accused.
pub(super) async fn check(
    app: &App,
    caller: &Caller,
    before: &Client,
    after: &Client,
    sent: Option<&Secret>,
) -> Result<(), Fault> {
    let Some(encoded) = reading(after) else { return Ok(()) };
    if let Some(sent) = sent {
        return can_sign(sent, encoded, SECRET);
    }
    if reading(before) == Some(encoded) {
        return Ok(());
    }
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, &after.id).await?;
    // A client that proved itself with a key until now has a secret all the same.
    let primary = entry.as_ref().and_then(|entry| entry.secrets.iter().find(|known| known.is_primary));
    primary.map_or(Ok(()), |known| can_sign(&known.secret, encoded, "jwt_configuration.alg"))
}

fn can_sign(secret: &Secret, encoded: bool, path: &str) -> Result<(), Fault> {
    SecretKey::new(secret, encoded).map(|_| ()).map_err(|error| {
        let text = if path == SECRET {
            format!("ID tokens of this client are signed with its secret, and this one cannot: {error}.")
        } else {
            format!(
                "ID tokens of this client would be signed with its secret, and that one cannot: {error}. \
                 Rotate the secret first, or choose RS256."
            )
        };
        Fault::Invalid(FieldError::new(path, "format", text).into())
    })
}
