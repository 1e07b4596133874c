//! How far a new installation is. Source: UX §1.2 (3), §1.3.

use doorward_model::scope::ApiScope;
use doorward_store::clients::{self, ClientFilter};
use doorward_store::global::admins;
use doorward_store::users;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// How many clients are looked at to find one with a callback: the answer is in the first of them,
/// or the list is not of somebody new.
const LOOKED_AT: u32 = 200;

/// What was done of what a new installation needs. Each is true when it is true, not when a button
/// was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// There is a client beside the Default App.
    pub own_client: bool,
    /// A client has a callback.
    pub callback: bool,
    /// Somebody logged in.
    pub login: bool,
    /// More than one person can administer.
    pub second_admin: bool,
}

impl Progress {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.own_client && self.callback && self.login && self.second_admin
    }
}

/// Looks.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn progress(app: &App, caller: &Caller) -> Result<Progress, Fault> {
    caller.may(ApiScope::ReadClients)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = ClientFilter { is_global: Some(false), ..ClientFilter::default() };
    let clients = clients::list(&scope, &filter, 0, LOOKED_AT).await?;
    let default = clients::default_one(&scope).await?;
    Ok(Progress {
        own_client: clients.iter().any(|client| Some(&client.id) != default.as_ref()),
        callback: clients.iter().any(|client| !client.callbacks().is_empty()),
        login: users::any_logged_in(&scope).await?,
        second_admin: admins::list(&scope).await?.len() > 1,
    })
}
