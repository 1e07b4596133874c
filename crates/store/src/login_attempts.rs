//! How often something was tried: a password for an account from an address, or from an address.
//!
//! A try is reserved before it is made, in one statement, so that parallel guesses cannot slip
//! through between looking and counting (`docs/security/advisories.md`, CVE-2024-4629).

use doorward_model::time::{Lifetime, Timestamp};

use crate::sql::batch::{Batch, Expect, Ticket};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// How many tries something has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptLimit<'a> {
    /// What is counted, a text that the caller builds (and hashes, when it is long or private).
    pub subject: &'a str,
    /// How many tries there are in one window.
    pub limit: u32,
    /// How long a window is, from its first try.
    pub window: Lifetime,
}

/// How things stand for a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Tries in the present window.
    pub count: i64,
    /// When the window ends and the count begins anew.
    pub ends_at: Timestamp,
}

const RESERVE: &str = "INSERT INTO login_attempts (tenant_id, subject, attempts, ends_at, account, ip) \
     SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), 1, CAST($3 AS BIGINT), CAST($6 AS TEXT), CAST($7 AS TEXT) \
     WHERE CAST($5 AS BIGINT) > 0 \
     ON CONFLICT (tenant_id, subject) DO UPDATE SET \
     attempts = CASE WHEN login_attempts.ends_at <= $4 THEN 1 ELSE login_attempts.attempts + 1 END, \
     ends_at = CASE WHEN login_attempts.ends_at <= $4 THEN excluded.ends_at ELSE login_attempts.ends_at END \
     WHERE login_attempts.ends_at <= $4 OR login_attempts.attempts < $5 \
     RETURNING attempts";

/// Reserves one try and commits; gives its number in the window, or none when there is none left.
///
/// # Errors
/// Any failure of the store.
pub async fn reserve(
    t: &Scope<'_>,
    limit: &AttemptLimit<'_>,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let mut batch = t.batch();
    let ticket = batch.push(RESERVE, reserve_args(t.id(), limit, None, now), Expect::Any);
    let committed = batch.commit().await?;
    let row = committed.rows(ticket).first().cloned();
    row.map(|row| row.read("login_attempts").int("attempts")).transpose()
}

/// Reserves one try together with what else is in the batch; fails with `label` when there is none
/// left. Several limits in one batch are all reserved or none is.
pub fn push_reserve(b: &mut Batch, limit: &AttemptLimit<'_>, label: &'static str, now: Timestamp) -> Ticket {
    let args = reserve_args(b.tenant().as_str(), limit, None, now);
    b.push(RESERVE, args, Expect::Rows(1, label))
}

/// As [`push_reserve`], for a counter that locks an account out of one address: both are kept, so that
/// [`locked_from`] finds it.
pub fn push_reserve_for(
    b: &mut Batch,
    limit: &AttemptLimit<'_>,
    seen: Seen<'_>,
    label: &'static str,
    now: Timestamp,
) -> Ticket {
    let args = reserve_args(b.tenant().as_str(), limit, Some(seen), now);
    b.push(RESERVE, args, Expect::Rows(1, label))
}

/// Whom a counter locks out, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The account, a text that the caller builds and hashes.
    pub account: &'a str,
    /// The address, or its network.
    pub ip: &'a str,
}

fn reserve_args(
    tenant: &str,
    limit: &AttemptLimit<'_>,
    seen: Option<Seen<'_>>,
    now: Timestamp,
) -> Vec<crate::Value> {
    let (account, ip) = (seen.map(|seen| seen.account), seen.map(|seen| seen.ip));
    args![tenant, limit.subject, now.after(limit.window), now, limit.limit, account, ip]
}

/// The addresses from which an account was tried at least `tries` times in the present window.
///
/// # Errors
/// Any failure of the store.
pub async fn locked_from(
    t: &Scope<'_>,
    account: &str,
    tries: u32,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "SELECT ip FROM login_attempts \
         WHERE tenant_id = $1 AND account = $2 AND attempts >= $3 AND ends_at > $4 ORDER BY ip LIMIT 1000";
    let rows = t.query(SQL, args![t.id(), account, tries, now]).await?;
    rows.into_iter().map(|row| row.read("login_attempts").text("ip")).collect()
}

/// Forgets the tries for an account, from wherever they came.
pub fn clear_account(b: &mut Batch, account: &str) {
    const SQL: &str = "UPDATE login_attempts SET attempts = 0 WHERE tenant_id = $1 AND account = $2";
    let args = args![b.tenant().as_str(), account];
    b.push(SQL, args, Expect::Any);
}

/// How things stand at `now`; none when nothing was tried in the present window.
///
/// # Errors
/// Any failure of the store.
pub async fn state(t: &Scope<'_>, subject: &str, now: Timestamp) -> Result<Option<Attempts>, StoreError> {
    const SQL: &str = "SELECT attempts, ends_at FROM login_attempts \
         WHERE tenant_id = $1 AND subject = $2 AND ends_at > $3 AND attempts > 0";
    let Some(row) = t.first(SQL, args![t.id(), subject, now]).await? else {
        return Ok(None);
    };
    let mut r = row.read("login_attempts");
    Ok(Some(Attempts { count: r.int("attempts")?, ends_at: r.time("ends_at")? }))
}

/// How many tries two subjects have in their present windows; one subject may be named twice.
///
/// # Errors
/// Any failure of the store.
pub async fn counts(t: &Scope<'_>, subjects: [&str; 2], now: Timestamp) -> Result<[i64; 2], StoreError> {
    const SQL: &str = "SELECT subject, attempts FROM login_attempts \
         WHERE tenant_id = $1 AND subject IN ($2, $3) AND ends_at > $4";
    let rows = t.query(SQL, args![t.id(), subjects[0], subjects[1], now]).await?;
    let mut counts = [0; 2];
    for row in rows {
        let mut r = row.read("login_attempts");
        let (subject, attempts) = (r.text("subject")?, r.int("attempts")?);
        for (known, count) in subjects.iter().zip(&mut counts) {
            if *known == subject {
                *count = attempts;
            }
        }
    }
    Ok(counts)
}

/// Forgets the tries, after one that succeeded. The row stays until it is cleaned away, because most
/// people come back to it.
pub fn clear(b: &mut Batch, subject: &str) {
    const SQL: &str = "UPDATE login_attempts SET attempts = 0 WHERE tenant_id = $1 AND subject = $2";
    let args = args![b.tenant().as_str(), subject];
    b.push(SQL, args, Expect::Any);
}

/// Gives one try back, after one that succeeded.
pub fn give_back(b: &mut Batch, subject: &str) {
    const SQL: &str = "UPDATE login_attempts SET attempts = attempts - 1 \
         WHERE tenant_id = $1 AND subject = $2 AND attempts > 0";
    let args = args![b.tenant().as_str(), subject];
    b.push(SQL, args, Expect::Any);
}
