//! Devices that wait for their person, under the hash of the device's code and the hash of the person's.
//!
//! Each change demands the standing it was decided on, so that of two who answer, or come for the tokens, at
//! once one wins.
//! Source: RFC 8628 §3.

use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::ids::{ClientId, DeviceCodeId, FamilyId, SessionId, UserId};
use doorward_model::secret::TokenHash;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::{AskedClaims, Authorization};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::args;

/// The label of the failure when the client is gone at the commit.
pub const NO_CLIENT: &str = "the client of the device code is still there";
/// The label of the failure when the person answered before, the code is over, or client, user or session
/// are gone.
pub const NOT_OPEN: &str = "the device still waits, and client, user and session are still there";
/// The label of the failure when somebody else asked meanwhile.
pub const OVERTAKEN: &str = "nobody asked for the device meanwhile";
/// The label of the failure when the code is used, over, or nobody allowed it.
pub const SPENT: &str = "the device code is allowed, unused and not over";

fn device_code(row: Row) -> Result<DeviceCode, StoreError> {
    let mut r = row.read("device_codes");
    let id = r.id("id", DeviceCodeId::parse)?;
    let client = r.id("client_id", ClientId::parse)?;
    Ok(DeviceCode {
        scope: r.text_or_none("asked_scope")?,
        audience: r.text_or_none("asked_audience")?,
        family: r.id("family_id", FamilyId::parse)?,
        device: r.json("device")?,
        created_at: r.time("created_at")?,
        expires_at: r.time("expires_at")?,
        interval: interval(&mut r)?,
        polled_at: r.time_or_none("polled_at")?,
        standing: standing(&mut r, &client)?,
        id,
        client,
    })
}

fn interval(r: &mut Reader) -> Result<Lifetime, StoreError> {
    let seconds = r.int("wait_seconds")?;
    u32::try_from(seconds).map(Lifetime::from_seconds).map_err(|_| r.corrupt("wait_seconds"))
}

fn standing(r: &mut Reader, client: &ClientId) -> Result<Standing, StoreError> {
    let (denied_at, used_at) = (r.time_or_none("denied_at")?, r.time_or_none("used_at")?);
    if denied_at.is_some() {
        return Ok(Standing::Denied);
    }
    let Some(user) = r.id_or_none("user_id", UserId::parse)? else { return Ok(Standing::Waiting) };
    let authorization = Authorization {
        client: client.clone(),
        user,
        session: r.id("session_id", SessionId::parse)?,
        authenticated_at: r.time("authenticated_at")?,
        scope: r.words("scope")?,
        audience: r.text_or_none("audience")?,
        // A device names scopes only.
        claims: AskedClaims::default(),
    };
    Ok(if used_at.is_some() { Standing::Used(authorization) } else { Standing::Allowed(authorization) })
}

/// The device code of that hash, used and expired ones included.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<DeviceCode>, StoreError> {
    const SQL: &str = "SELECT id, client_id, asked_scope, asked_audience, family_id, device, created_at, expires_at, \
         wait_seconds, polled_at, denied_at, used_at, user_id, session_id, authenticated_at, scope, audience \
         FROM device_codes WHERE tenant_id = $1 AND hash = $2";
    t.first(SQL, args![t.id(), hash.as_str()]).await?.map(device_code).transpose()
}

/// The device code whose person types a code of that hash, used and expired ones included.
///
/// # Errors
/// Any failure of the store.
pub async fn of_user_code(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<DeviceCode>, StoreError> {
    const SQL: &str = "SELECT id, client_id, asked_scope, asked_audience, family_id, device, created_at, expires_at, \
         wait_seconds, polled_at, denied_at, used_at, user_id, session_id, authenticated_at, scope, audience \
         FROM device_codes WHERE tenant_id = $1 AND user_code_hash = $2";
    t.first(SQL, args![t.id(), hash.as_str()]).await?.map(device_code).transpose()
}

/// Adds a device that waits, if its client is there at the commit. Fails as [`NO_CLIENT`], and as a conflict
/// when another one has the same code.
pub fn insert(b: &mut Batch, (hash, user_code): (&TokenHash, &TokenHash), code: &DeviceCode) {
    const SQL: &str = "INSERT INTO device_codes (tenant_id, id, hash, user_code_hash, client_id, asked_scope, \
         asked_audience, family_id, device, created_at, expires_at, wait_seconds, polled_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS BIGINT), \
         CAST($11 AS BIGINT), CAST($12 AS BIGINT), CAST($13 AS BIGINT) \
         WHERE EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $5)";
    let args = args![
        b.tenant().as_str(),
        code.id.as_str(),
        hash.as_str(),
        user_code.as_str(),
        code.client.as_str(),
        code.scope.as_deref(),
        code.audience.as_deref(),
        code.family.as_str(),
        to_json(&code.device),
        code.created_at,
        code.expires_at,
        code.interval.seconds(),
        code.polled_at,
    ];
    b.push(SQL, args, Expect::Rows(1, NO_CLIENT));
}

/// Notes that the device asked at `now`, and how long it has to wait from now on. Fails as [`OVERTAKEN`] when
/// it did not ask last at `before`.
pub fn poll(
    b: &mut Batch,
    id: &DeviceCodeId,
    before: Option<Timestamp>,
    (now, interval): (Timestamp, Lifetime),
) {
    const SQL: &str = "UPDATE device_codes SET polled_at = $3, wait_seconds = $4 \
         WHERE tenant_id = $1 AND id = $2 AND COALESCE(polled_at, -1) = $5";
    let before = before.map_or(-1, Timestamp::millis);
    let args = args![b.tenant().as_str(), id.as_str(), now, interval.seconds(), before];
    b.push(SQL, args, Expect::Rows(1, OVERTAKEN));
}

/// The person does not want it. Fails as [`NOT_OPEN`].
pub fn deny(b: &mut Batch, id: &DeviceCodeId, now: Timestamp) {
    const SQL: &str = "UPDATE device_codes SET denied_at = $3 WHERE tenant_id = $1 AND id = $2 \
         AND denied_at IS NULL AND user_id IS NULL AND expires_at > $3";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, NOT_OPEN));
}

/// The person allows it, if client, unblocked user and session are there at the commit (a session that the same
/// batch made counts). Fails as [`NOT_OPEN`].
pub fn allow(b: &mut Batch, id: &DeviceCodeId, of: &Authorization, now: Timestamp) {
    const SQL: &str = "UPDATE device_codes SET user_id = $4, session_id = $5, authenticated_at = $6, scope = $7, \
         audience = $8 WHERE tenant_id = $1 AND id = $2 AND client_id = $3 AND denied_at IS NULL \
         AND user_id IS NULL AND expires_at > $9 \
         AND EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $3) \
         AND EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $4 AND blocked = FALSE) \
         AND EXISTS (SELECT 1 FROM sessions WHERE tenant_id = $1 AND id = $5 AND user_id = $4)";
    let args = args![
        b.tenant().as_str(),
        id.as_str(),
        of.client.as_str(),
        of.user.as_str(),
        of.session.as_str(),
        of.authenticated_at,
        of.scope.join(" "),
        of.audience.as_deref(),
        now,
    ];
    b.push(SQL, args, Expect::Rows(1, NOT_OPEN));
}

/// Uses a device code up: of any number of parallel calls exactly one commits. Fails as [`SPENT`].
pub fn take(b: &mut Batch, id: &DeviceCodeId, now: Timestamp) {
    const SQL: &str = "UPDATE device_codes SET used_at = $3 WHERE tenant_id = $1 AND id = $2 \
         AND used_at IS NULL AND denied_at IS NULL AND user_id IS NOT NULL AND expires_at > $3";
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}
