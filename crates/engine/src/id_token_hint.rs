//! An ID token that comes back as a hint, read with the keys and secrets of whom it says it was made for.
//!
//! Source: OpenID Connect Core §3.1.2.1; OpenID Connect RP-Initiated Logout §2.

use doorward_model::secret::Secret;
use doorward_protocol::oidc::id_token_hint::{self, Hint, HintError};

use crate::app::App;
use crate::clients_cache::ClientEntry;
use crate::state::TenantState;

/// Reads a hint that says that it was made for the client of `entry`.
pub(crate) fn read(
    app: &App,
    state: &TenantState,
    entry: &ClientEntry,
    hint: &str,
) -> Result<Hint, HintError> {
    let secrets: Vec<&Secret> = entry.live_secrets(app.now()).map(|known| &known.secret).collect();
    id_token_hint::read(hint, &state.tenant.issuer, &entry.client, &state.keys.verifiers(), &secrets)
}
