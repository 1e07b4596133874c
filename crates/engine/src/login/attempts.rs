//! How often somebody may try: counted before a password is looked at, so that a thousand guesses
//! at once do not become a thousand hashes.
//!
//! A try is held against the account as seen from one address, and against the address. It counts
//! the same whether the account exists or not. A login that works forgives the account and gives
//! the address its try back.
//! Source: RFC 6819 §4.4.3.6 (online guessing); OWASP "Authentication", "Account lockout".

use std::net::IpAddr;

use data_encoding::BASE64URL_NOPAD;
use doorward_model::connection::{Connection, Strategy};
use doorward_model::ids::TenantId;
use doorward_model::log::event::tame;
use doorward_model::time::Lifetime;
use doorward_model::user::Email;
use doorward_protocol::digest;
use doorward_store::login_attempts::{self, AttemptLimit, Seen};
use doorward_store::{Batch, StoreError};

use super::turns::Turn;
use crate::app::App;
use crate::fault::{Fault, SHORT_WAIT};
use crate::logs::record::neighbourhood;

/// How long tries are remembered, counted from the first.
pub const WINDOW: Lifetime = Lifetime::from_seconds(600);
/// Tries for one account from one address.
pub const PER_ACCOUNT: u32 = 10;
/// Tries from one address.
pub const PER_ADDRESS: u32 = 100;

const ACCOUNT: &str = "the account has tries left";
const ADDRESS: &str = "the address has tries left";

/// The counters that a try is held against.
#[derive(Debug, Clone)]
pub struct Subjects {
    account: Option<Account>,
    address: String,
}

/// The counter of an account as seen from one address.
#[derive(Debug, Clone)]
struct Account {
    subject: String,
    /// What an admin finds it by, and the address; for users of connections.
    seen: Option<(String, String)>,
}

/// Why a try may not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Too many tries for this account from this address.
    Account,
    /// Too many tries from this address.
    Address,
}

/// A try that was counted and has not ended; others may wait for its end.
#[derive(Debug)]
pub(crate) struct UnderWay {
    _address: Turn,
    _account: Option<Turn>,
}

impl Subjects {
    /// The counters of `name` (as it is looked up) at a connection, seen from an address. An account is
    /// counted when one of the connections that were `asked` for it wants that: which of them knows the
    /// person must not show in when the tries run out.
    #[must_use]
    pub fn of(connection: &Connection, asked: &[&Connection], name: &str, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(neighbourhood).unwrap_or_default();
        let is_protected = asked.iter().any(|connection| {
            let Strategy::Database(options) = &connection.strategy;
            options.brute_force_protection()
        });
        let account = is_protected.then(|| Account {
            subject: subject(&["account", connection.id.as_str(), name, &ip]),
            seen: Some((account(connection, name), ip.clone())),
        });
        Self { account, address: subject(&["address", &ip]) }
    }

    /// The counters of `name` at the door of the dashboard, seen from an address.
    #[must_use]
    pub fn of_admin(name: &str, ip: Option<IpAddr>) -> Self {
        let ip = ip.map(neighbourhood).unwrap_or_default();
        let account = Account { subject: subject(&["admin", name, &ip]), seen: None };
        Self { account: Some(account), address: subject(&["address", &ip]) }
    }

    /// Forgets the tries of a login that worked.
    pub(crate) fn forgive(&self, batch: &mut Batch) {
        if let Some(account) = &self.account {
            login_attempts::clear(batch, &account.subject);
        }
        login_attempts::give_back(batch, &self.address);
    }
}

/// The name that tries are counted under: spellings of one address are one name.
#[must_use]
pub(crate) fn counted_name(typed: &str) -> String {
    match Email::parse(typed) {
        Ok(email) => email.as_str().to_owned(),
        Err(_) => tame(typed.trim()).to_lowercase(),
    }
}

/// What the counters of an account are found by, whatever address they are about.
#[must_use]
pub(crate) fn account(connection: &Connection, name: &str) -> String {
    subject(&["locked", connection.id.as_str(), name])
}

/// Counts a try, unless there is none left. Everybody sees it when this returns, and a killed process
/// does not forget it; it is on disk before anybody hears how the try ended. Keep what it gives back
/// until the try has ended.
///
/// # Errors
/// [`Fault::Unavailable`] when it cannot be written down, or when the tries before it take too long;
/// then no password may be looked at.
pub(crate) async fn reserve(
    app: &App,
    tenant: &TenantId,
    subjects: &Subjects,
) -> Result<Result<UnderWay, Lock>, Fault> {
    let mut address = app.turns().come(&subjects.address);
    let mut account = subjects.account.as_ref().map(|account| app.turns().come(&account.subject));
    loop {
        let ended = (address.ended(), account.as_ref().map_or(0, Turn::ended));
        address.start();
        account.iter_mut().for_each(Turn::start);
        let Some(lock) = count(app, tenant, subjects).await? else { break };
        address.step_back();
        account.iter_mut().for_each(Turn::step_back);
        let (refused, ended_before) = match (lock, &account) {
            (Lock::Account, Some(account)) => (account, ended.1),
            _ => (&address, ended.0),
        };
        let waited = refused.wait(ended_before).await.map_err(|_| Fault::Unavailable {
            retry_after: SHORT_WAIT,
            cause: "many tries for one account or address are under way".to_owned(),
        })?;
        if !waited {
            return Ok(Err(lock));
        }
    }
    Ok(Ok(UnderWay { _address: address, _account: account }))
}

/// Gives a try back that came to nothing through no fault of the person.
pub(crate) async fn give_back(app: &App, tenant: &TenantId, subjects: &Subjects) -> Result<(), Fault> {
    let mut batch = app.db().tenant(tenant).batch();
    let account = subjects.account.as_ref().map(|account| &account.subject);
    for subject in account.into_iter().chain([&subjects.address]) {
        login_attempts::give_back(&mut batch, subject);
    }
    batch.commit().await?;
    Ok(())
}

/// What came of comparing the password. When nothing did, the try is given back.
pub(crate) async fn settled(
    app: &App,
    tenant: &TenantId,
    subjects: &Subjects,
    compared: Result<bool, Fault>,
) -> Result<bool, Fault> {
    if compared.is_err() {
        give_back(app, tenant, subjects).await?;
    }
    compared
}

async fn count(app: &App, tenant: &TenantId, subjects: &Subjects) -> Result<Option<Lock>, Fault> {
    let now = app.now();
    let mut batch = app.db().tenant(tenant).batch();
    let address = AttemptLimit { subject: &subjects.address, limit: PER_ADDRESS, window: WINDOW };
    login_attempts::push_reserve(&mut batch, &address, ADDRESS, now);
    if let Some(account) = &subjects.account {
        let limit = AttemptLimit { subject: &account.subject, limit: PER_ACCOUNT, window: WINDOW };
        match &account.seen {
            Some((account, ip)) => {
                let seen = Seen { account, ip };
                login_attempts::push_reserve_for(&mut batch, &limit, seen, ACCOUNT, now);
            }
            None => {
                login_attempts::push_reserve(&mut batch, &limit, ACCOUNT, now);
            }
        }
    }
    match batch.commit_ahead().await {
        Ok(_) => Ok(None),
        Err(StoreError::Unmet { what: ADDRESS }) => Ok(Some(Lock::Address)),
        Err(StoreError::Unmet { what: ACCOUNT }) => Ok(Some(Lock::Account)),
        Err(error) => Err(error.into()),
    }
}

/// What large requests of an address are counted under.
pub(super) fn large_requests(ip: Option<IpAddr>) -> String {
    subject(&["large requests", &ip.map(neighbourhood).unwrap_or_default()])
}

/// A key of bounded length in which no part can pose as another.
fn subject(parts: &[&str]) -> String {
    let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    BASE64URL_NOPAD.encode(&digest::sha256(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_subject_can_pose_as_another() {
        assert_ne!(subject(&["account", "a", "b"]), subject(&["account", "a1:b", ""]));
        assert_ne!(subject(&["ab", "c"]), subject(&["a", "bc"]));
        assert_eq!(subject(&["a"]), subject(&["a"]));
    }
}
