//! Authorization codes, under the hash of their text; each is good once.
//!
//! Source: RFC 6749 §4.1.2 (single use, short life), §10.5.

use doorward_model::ids::{ClientId, FamilyId, SessionId, UserId};
use doorward_model::secret::TokenHash;
use doorward_model::time::Timestamp;
use doorward_model::token::{Authorization, Code};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::{Value, args};

/// The label of the failure when client, user or session ended, or the user was blocked, between
/// the decision and the commit.
pub const NOT_ALLOWED: &str = "client, user and session of the code are still there";
/// The label of the failure when the code is used, expired, or not there.
pub const SPENT: &str = "the code is unused and not expired";

/// Reads what an authorization is made of, here and in the table of families.
pub(crate) fn authorization(r: &mut Reader) -> Result<Authorization, StoreError> {
    Ok(Authorization {
        client: r.id("client_id", ClientId::parse)?,
        user: r.id("user_id", UserId::parse)?,
        session: r.id("session_id", SessionId::parse)?,
        authenticated_at: r.time("authenticated_at")?,
        scope: r.words("scope")?,
        audience: r.text_or_none("audience")?,
        claims: r.json_or_default("claims")?,
    })
}

/// The claims that were asked for, as they are stored.
pub(crate) fn claims(of: &Authorization) -> Option<Value> {
    (!of.claims.is_empty()).then(|| to_json(&of.claims))
}

fn code(row: Row) -> Result<Code, StoreError> {
    let mut r = row.read("codes");
    Ok(Code {
        authorization: authorization(&mut r)?,
        family: r.id("family_id", FamilyId::parse)?,
        redirect_uri: r.text("redirect_uri")?,
        redirect_uri_was_sent: r.bool("redirect_uri_was_sent")?,
        nonce: r.text_or_none("nonce")?,
        code_challenge: r.text_or_none("code_challenge")?,
        auth_time_wanted: r.bool("auth_time_wanted")?,
        expires_at: r.time("expires_at")?,
        used_at: r.time_or_none("used_at")?,
    })
}

/// The code of that hash, used and expired ones included.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, hash: &TokenHash) -> Result<Option<Code>, StoreError> {
    const SQL: &str = "SELECT client_id, user_id, session_id, authenticated_at, scope, audience, claims, \
         family_id, redirect_uri, redirect_uri_was_sent, nonce, code_challenge, auth_time_wanted, \
         expires_at, used_at FROM codes WHERE tenant_id = $1 AND hash = $2";
    t.first(SQL, args![t.id(), hash.as_str()]).await?.map(code).transpose()
}

/// Adds a code if its client, its unblocked user and its session are there at the moment of the
/// commit (a session that the same batch made counts). Fails as [`NOT_ALLOWED`].
pub fn insert(b: &mut Batch, hash: &TokenHash, code: &Code) {
    const SQL: &str = "INSERT INTO codes (tenant_id, hash, client_id, user_id, session_id, \
         authenticated_at, scope, audience, family_id, redirect_uri, redirect_uri_was_sent, nonce, \
         code_challenge, auth_time_wanted, expires_at, used_at, claims) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS BIGINT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT), \
         CAST($11 AS BOOLEAN), CAST($12 AS TEXT), CAST($13 AS TEXT), CAST($14 AS BOOLEAN), \
         CAST($15 AS BIGINT), CAST($16 AS BIGINT), CAST($17 AS TEXT) \
         WHERE EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $3) \
         AND EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $4 AND blocked = FALSE) \
         AND EXISTS (SELECT 1 FROM sessions WHERE tenant_id = $1 AND id = $5 AND user_id = $4)";
    let of = &code.authorization;
    let args = args![
        b.tenant().as_str(),
        hash.as_str(),
        of.client.as_str(),
        of.user.as_str(),
        of.session.as_str(),
        of.authenticated_at,
        of.scope.join(" "),
        of.audience.as_deref(),
        code.family.as_str(),
        code.redirect_uri.as_str(),
        code.redirect_uri_was_sent,
        code.nonce.as_deref(),
        code.code_challenge.as_deref(),
        code.auth_time_wanted,
        code.expires_at,
        code.used_at,
        claims(of),
    ];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Uses a code up: of any number of parallel calls exactly one commits. Fails as [`SPENT`].
pub fn take(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE codes SET used_at = $3 \
         WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL AND expires_at > $3";
    let args = args![b.tenant().as_str(), hash.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}

/// Uses a code up, whatever its state, so that nobody can use it any more: for a code that was
/// presented by the wrong client.
pub fn burn(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE codes SET used_at = $3 \
         WHERE tenant_id = $1 AND hash = $2 AND used_at IS NULL";
    let args = args![b.tenant().as_str(), hash.as_str(), now];
    b.push(SQL, args, Expect::Any);
}
