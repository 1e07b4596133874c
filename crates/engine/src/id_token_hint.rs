//! An ID token that comes back as a hint, read with the keys and secrets of whom it says it was made for.
//!
//! Source: OpenID Connect Core §3.1.2.1; OpenID Connect RP-Initiated Logout §2.

use doorward_model::secret::Secret;
use doorward_protocol::oauth::authorize::{AuthorizeRequest, Meant};
use doorward_protocol::oidc::id_token_hint::{self, Hint, HintError};

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
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

/// Puts whom the hint of a request means in the place of the token. A token is not taken for none of ours
/// before the tenant's version was read again: its key may be newer than what is in memory.
pub(crate) async fn resolve(
    app: &App,
    caller: &Caller,
    mut request: AuthorizeRequest,
) -> Result<AuthorizeRequest, Fault> {
    let Some(hint) = request.id_token_hint.take() else { return Ok(request) };
    let mut meant = whom(app, &caller.tenant, &request, &hint).await?;
    if meant == Meant::Unknown {
        let (fresh, changed) = app.refresh(&caller.tenant).await?;
        if changed {
            meant = whom(app, &fresh, &request, &hint).await?;
        }
    }
    Ok(AuthorizeRequest { meant: Some(meant), ..request })
}

async fn whom(
    app: &App,
    state: &TenantState,
    request: &AuthorizeRequest,
    hint: &Secret,
) -> Result<Meant, Fault> {
    let entry = match request.client_id() {
        Some(id) => app.client(state, &id).await?,
        None => None,
    };
    let read = entry.and_then(|entry| read(app, state, &entry, hint.expose()).ok());
    Ok(read.map_or(Meant::Unknown, |hint| Meant::Person(hint.user)))
}
