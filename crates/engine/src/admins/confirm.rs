//! That it still is the admin who sits there: asked for again before a secret is shown.
//!
//! Source: UX §1.5, "Reveal needs a fresh sign-in"; OWASP "Authentication", "Require Re-authentication".

use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_protocol::digest::token_hash;
use doorward_store::global::{admin_sessions, admins as stored};

use super::LoginProblem;
use crate::app::App;
use crate::caller::{Caller, Who};
use crate::fault::Fault;
use crate::login::attempts::{self, Subjects};

/// How long a typed password counts as fresh.
pub const FRESH_FOR: Lifetime = Lifetime::from_seconds(15 * 60);

/// Whether the password was typed lately in the browser that holds this cookie.
///
/// # Errors
/// Trouble with the store.
pub async fn is_fresh(app: &App, caller: &Caller, cookie: &Secret) -> Result<bool, Fault> {
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let session = admin_sessions::by_token_hash(&scope, &token_hash(cookie)).await?;
    let Who::Admin { id, .. } = &caller.who else { return Ok(false) };
    Ok(session.is_some_and(|session| {
        session.admin.id == *id && app.now() < session.authenticated_at.after(FRESH_FOR)
    }))
}

/// Checks the admin's password again and makes their session fresh. Tries are counted as at the login.
///
/// # Errors
/// [`Fault::Forbidden`] for anybody but an admin; [`Fault::Unavailable`] when store or queues cannot
/// serve.
pub async fn confirm(
    app: &App,
    caller: &Caller,
    cookie: &Secret,
    password: &Secret,
) -> Result<Result<(), LoginProblem>, Fault> {
    let Who::Admin { email, .. } = &caller.who else {
        return Err(Fault::Forbidden { any_of: Vec::new() });
    };
    let tenant = &caller.tenant.tenant.id;
    let subjects = Subjects::of_admin(email.as_str(), caller.info.ip);
    let Ok(under_way) = attempts::reserve(app, tenant, subjects).await? else {
        return Ok(Err(LoginProblem::TooManyTries));
    };
    let scope = app.db().tenant(tenant);
    let credential = stored::by_email(&scope, email).await?.map(|(_, credential)| credential);
    let checked = app.passwords().verify(password, credential.as_ref()).await;
    let (matches, under_way) = under_way.settled(app, tenant, checked).await?;
    if !matches {
        return Ok(Err(LoginProblem::NoMatch));
    }
    let mut batch = scope.batch();
    under_way.forgive(&mut batch);
    admin_sessions::confirm(&mut batch, &token_hash(cookie), app.now());
    batch.commit().await?;
    Ok(Ok(()))
}
