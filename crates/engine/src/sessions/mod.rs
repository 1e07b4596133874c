//! Sessions of browsers: found by the hash of their cookie, judged at use; looked at and ended by admins
//! and programs, one verb per file.
//!
//! Source: OpenID Connect Core §3.1.2.1; OWASP "Session Management"; the Management API's `sessions`.

mod end;
mod list;
mod revoke_access;
mod update;

use doorward_model::secret::Secret;
use doorward_model::session::Session;
use doorward_model::tenant::Tenant;
use doorward_model::time::Lifetime;
use doorward_model::user::User;
use doorward_protocol::digest;
use doorward_store::sessions;

use crate::app::App;
use crate::fault::Fault;

pub use end::{end, end_of_user, revoke};
pub use list::{get, list};
pub use revoke_access::{Access, revoke_access};
pub(crate) use update::read as facts;
pub use update::update;

/// How often the use of a session is written down.
pub(crate) const TOUCH_EVERY: Lifetime = Lifetime::from_seconds(60);

/// The longest cookie that is looked up; ours are shorter.
const LONGEST_COOKIE: usize = 128;

/// Somebody who is logged in in a browser.
#[derive(Debug, Clone)]
pub struct Present {
    /// The session.
    pub session: Session,
    /// Who it is.
    pub user: User,
}

/// Finds who is logged in. A session that ended, or whose user is gone or blocked, is none.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot be asked.
pub async fn find(app: &App, tenant: &Tenant, cookie: Option<&Secret>) -> Result<Option<Present>, Fault> {
    Ok(seen(app, tenant, cookie).await?.filter(|present| !present.user.blocked))
}

/// As [`find`], with those who are blocked: their session counts for nothing, but the log may name them.
pub(crate) async fn seen(
    app: &App,
    tenant: &Tenant,
    cookie: Option<&Secret>,
) -> Result<Option<Present>, Fault> {
    let Some(cookie) = cookie.filter(|cookie| cookie.expose().len() <= LONGEST_COOKIE) else {
        return Ok(None);
    };
    let scope = app.db().tenant(&tenant.id);
    let found = sessions::by_token_hash(&scope, &digest::token_hash(cookie)).await?;
    let Some((session, Some(user))) = found else { return Ok(None) };
    Ok(session.is_live(&tenant.settings, app.now()).then_some(Present { session, user }))
}
