//! Who is behind the dashboard's cookie.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use doorward_model::ids::TenantId;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_protocol::digest::{sha256, token_hash};
use doorward_store::global::admin_sessions;

use crate::app::App;
use crate::caller::{Caller, RequestInfo, Who};
use crate::fault::Fault;
use crate::state::TenantState;

/// How exactly the time of use is kept: a page must not cost a write each time it is opened.
const TOUCH_EVERY: Lifetime = Lifetime::from_seconds(60);

/// An admin who is logged in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who asks, for the use cases.
    pub caller: Caller,
    /// What every form of this session must hold.
    pub form_token: Secret,
}

/// The admin behind a cookie; none when it is not one of ours, or the session is over.
///
/// # Errors
/// Trouble with the store.
pub async fn session(
    app: &App,
    state: &Arc<TenantState>,
    cookie: &Secret,
    info: RequestInfo,
) -> Result<Option<SignedIn>, Fault> {
    let (scope, hash, now) = (app.db().tenant(&state.tenant.id), token_hash(cookie), app.now());
    let found = admin_sessions::by_token_hash(&scope, &hash).await?;
    let Some(session) = found.filter(|session| session.is_live(now)) else { return Ok(None) };
    if session.last_used_at.after(TOUCH_EVERY) <= now {
        let mut batch = scope.batch();
        admin_sessions::touch(&mut batch, &hash, now);
        batch.commit().await?;
    }
    let who = Who::Admin { id: session.admin.id, email: session.admin.email, role: session.admin.role };
    // Refusals of the use cases come from the database, so the settings here may be a moment old.
    let caller = Caller { tenant: Arc::clone(state), who, info };
    Ok(Some(SignedIn { caller, form_token: form_token(cookie) }))
}

/// Whether the session behind a cookie goes on. Asking does not make it longer.
///
/// # Errors
/// Trouble with the store.
pub async fn is_live(app: &App, tenant: &TenantId, cookie: &Secret) -> Result<bool, Fault> {
    let found = admin_sessions::by_token_hash(&app.db().tenant(tenant), &token_hash(cookie)).await?;
    Ok(found.is_some_and(|session| session.is_live(app.now())))
}

/// Follows from the cookie, and the cookie not from it: it stands in pages.
fn form_token(cookie: &Secret) -> Secret {
    let text = Secret::new(format!("form of the dashboard:{}", cookie.expose()));
    Secret::new(BASE64URL_NOPAD.encode(&sha256(text.expose().as_bytes())))
}
