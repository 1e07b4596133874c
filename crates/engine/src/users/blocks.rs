//! Accounts that are locked for one address after too many tries, and unlocking them.
//!
//! Not to be confused with users whom an admin blocked. Source: the Management API's `user-blocks`.

use doorward_model::connection::{Connection, Strategy};
use doorward_model::ids::UserId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::{login_attempts, users};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::login::attempts::{self, PER_ACCOUNT};
use crate::logs::record::{self, EventDraft};
use crate::state::TenantState;

const WHAT: &str = "Unblock a user";

/// Whose locks are meant.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Of whoever is called so, in every connection; nobody needs to be.
    Identifier(String),
    /// Of this user.
    User(UserId),
}

/// An account that is locked for one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What was typed as the name, as it is looked up.
    pub identifier: String,
    /// The address, or its network.
    pub ip: String,
    /// The name of the connection.
    pub connection: String,
}

/// The locks of an account. `protected_only` leaves out connections whose protection is switched off.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`] for the user, or trouble with the store.
pub async fn blocks(
    app: &App,
    caller: &Caller,
    whose: &Whose,
    protected_only: bool,
) -> Result<Vec<Block>, Fault> {
    caller.may(ApiScope::ReadUsers)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let found = find(app, &state, whose).await?;
    let counts = |connection: &Connection| {
        let Strategy::Database(options) = &connection.strategy;
        options.brute_force_protection() || !protected_only
    };
    Ok(found.into_iter().filter(|(connection, _)| counts(connection)).map(|(_, block)| block).collect())
}

/// Lifts the locks of an account, and tries that have not led to one are forgotten as well. Nothing
/// happens when there are none.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`] for the user, or trouble with the store. Refusals are
/// logged.
pub async fn unblock(app: &App, caller: &Caller, whose: &Whose) -> Result<(), Fault> {
    match lift(app, caller, whose).await {
        Ok(()) => Ok(()),
        Err(fault) => {
            let target = match whose {
                Whose::User(id) => id.as_str(),
                Whose::Identifier(name) => name,
            };
            Err(record::refused(app, caller, WHAT, Some(target), fault).await)
        }
    }
}

async fn lift(app: &App, caller: &Caller, whose: &Whose) -> Result<(), Fault> {
    caller.may(ApiScope::UpdateUsers)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let found = find(app, &state, whose).await?;
    let Some((_, first)) = found.first() else { return Ok(()) };
    let target = json!({ "email": first.identifier });
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    let mut done: Vec<&Connection> = Vec::new();
    for (connection, block) in &found {
        if done.iter().any(|known| known.id == connection.id) {
            continue;
        }
        done.push(connection);
        login_attempts::clear_account(&mut batch, &attempts::account(connection, &block.identifier));
        let draft = EventDraft::new(EventCode::AccountUnblocked, "The account was unlocked")
            .connection(connection)
            .user_name(&block.identifier);
        record::push_by(&mut batch, app, caller, draft);
    }
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}

/// The locks, each with its connection.
async fn find<'s>(
    app: &App,
    state: &'s TenantState,
    whose: &Whose,
) -> Result<Vec<(&'s Connection, Block)>, Fault> {
    let scope = app.db().tenant(&state.tenant.id);
    let (name, only) = match whose {
        Whose::Identifier(typed) => (attempts::counted_name(typed), None),
        Whose::User(id) => {
            let user = users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
            (user.email.as_str().to_owned(), Some(user.connection))
        }
    };
    let mut found = Vec::new();
    for connection in &state.connections {
        if only.as_ref().is_some_and(|only| *only != connection.id) {
            continue;
        }
        let account = attempts::account(connection, &name);
        for ip in login_attempts::locked_from(&scope, &account, PER_ACCOUNT, app.now()).await? {
            let block = Block { identifier: name.clone(), ip, connection: connection.name.clone() };
            found.push((connection, block));
        }
    }
    Ok(found)
}
