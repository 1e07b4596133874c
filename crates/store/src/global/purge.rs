//! Cleaning: deletes what has expired. Nothing relies on it; expiry is checked at use.

use doorward_model::time::{Lifetime, Timestamp};

use crate::sql::batch::Expect;
use crate::sql::db::Global;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// How long an expired code stays, so that its second use is still seen as one, and a late device or person
/// hears what is wrong.
const KEEP_CODES: Lifetime = Lifetime::from_seconds(600);

/// Deletes up to `limit` expired rows of each kind (codes, device codes, logins, attempts, sessions, tokens, secrets of clients, assertions) over
/// all tenants; call it again while it deletes `limit` or more. Gives how many it deleted.
///
/// # Errors
/// Any failure of the store.
pub async fn purge(g: &Global<'_>, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
    const CODES: &str = "DELETE FROM codes WHERE (tenant_id, hash) IN \
         (SELECT tenant_id, hash FROM codes WHERE expires_at <= $1 LIMIT $2)";
    const DEVICE_CODES: &str = "DELETE FROM device_codes WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM device_codes WHERE expires_at <= $1 LIMIT $2)";
    const LOGINS: &str = "DELETE FROM logins WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM logins WHERE expires_at <= $1 LIMIT $2)";
    const USED_LOGINS: &str = "DELETE FROM used_logins WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM used_logins WHERE expires_at <= $1 LIMIT $2)";
    const ATTEMPTS: &str = "DELETE FROM login_attempts WHERE (tenant_id, subject) IN \
         (SELECT tenant_id, subject FROM login_attempts WHERE ends_at <= $1 LIMIT $2) AND ends_at <= $1";
    const SESSIONS: &str = "DELETE FROM sessions WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM sessions WHERE purge_at <= $1 LIMIT $2)";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE (tenant_id, hash) IN \
         (SELECT tenant_id, hash FROM refresh_tokens WHERE purge_at <= $1 LIMIT $2) AND purge_at <= $1";
    const FAMILIES: &str = "DELETE FROM token_families WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM token_families WHERE purge_at <= $1 LIMIT $2)";
    const ADMIN_SESSIONS: &str = "DELETE FROM admin_sessions WHERE (tenant_id, token_hash) IN \
         (SELECT tenant_id, token_hash FROM admin_sessions WHERE purge_at <= $1 LIMIT $2)";
    const FORMS: &str = "DELETE FROM sent_forms WHERE (tenant_id, admin_id, form_key) IN \
         (SELECT tenant_id, admin_id, form_key FROM sent_forms WHERE purge_at <= $1 LIMIT $2)";
    const SECRETS: &str = "DELETE FROM client_secrets WHERE (tenant_id, id) IN \
         (SELECT tenant_id, id FROM client_secrets WHERE expires_at <= $1 LIMIT $2)";
    const ASSERTIONS: &str = "DELETE FROM used_assertions WHERE (tenant_id, client_id, jti_hash) IN \
         (SELECT tenant_id, client_id, jti_hash FROM used_assertions WHERE expires_at <= $1 LIMIT $2)";
    let mut statements =
        [CODES, DEVICE_CODES].map(|sql| (sql, args![now.before(KEEP_CODES), limit], Expect::Any)).to_vec();
    let rest = [
        LOGINS,
        USED_LOGINS,
        ATTEMPTS,
        SESSIONS,
        TOKENS,
        FAMILIES,
        ADMIN_SESSIONS,
        FORMS,
        SECRETS,
        ASSERTIONS,
    ];
    for sql in rest {
        statements.push((sql, args![now, limit], Expect::Any));
    }
    let deleted = g.run(statements).await?.iter().map(|done| done.affected).sum();
    if deleted > 0 {
        g.db().vacuum().await?;
    }
    Ok(deleted)
}
