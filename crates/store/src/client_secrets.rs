//! The secrets of clients, sealed. A client may have several; one is *the* `client_secret`.
//!
//! Whoever changes which secrets there are moves the tenant's version first: that row's lock keeps
//! two changes of one client apart, so that their number stays bounded and one is the primary one.

use doorward_model::client::secrets::{ClientSecret, LastUse, MAX_SECRETS, Overlap};
use doorward_model::ids::{ClientId, SecretId};
use doorward_model::secret::SealedSecret;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::{Value, args};
use crate::tenants::bump_version;

/// The label of the failure when there is no such secret, or it is the primary one.
pub const MISSING: &str = "the client secret exists beside the primary one";
/// The label of the failure when the client has [`MAX_SECRETS`] already.
pub const TOO_MANY: &str = "the client has room for another secret";

fn secret(row: Row) -> Result<ClientSecret, StoreError> {
    let mut r = row.read("client_secrets");
    Ok(ClientSecret {
        id: r.id("id", SecretId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        sealed: SealedSecret::from_ciphertext(r.text("sealed")?),
        label: r.text_or_none("label")?,
        primary: r.bool("is_primary")?,
        created_at: r.time("created_at")?,
        expires_at: r.time_or_none("expires_at")?,
        last_use: {
            let (at, ip) = (r.time_or_none("last_used_at")?, r.text_or_none("last_used_ip")?);
            at.map(|at| LastUse { at, ip })
        },
    })
}

/// The secrets of a client, the primary one first, then the newest. Expired ones are among them:
/// whether a secret counts is decided at use.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<ClientSecret>, StoreError> {
    const SQL: &str = "SELECT id, client_id, sealed, label, is_primary, created_at, expires_at, last_used_at, \
         last_used_ip FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 \
         ORDER BY is_primary DESC, created_at DESC, id";
    t.query(SQL, args![t.id(), client.as_str()]).await?.into_iter().map(secret).collect()
}

/// Those of these clients whose secret until the last rotation was still used after it and works at
/// `now`, with the time of that use. A secret with a label was made to stand beside, and is no old one.
///
/// # Errors
/// Any failure of the store.
pub async fn old_in_use(
    t: &Scope<'_>,
    clients: &[&ClientId],
    now: Timestamp,
) -> Result<Vec<(ClientId, Timestamp)>, StoreError> {
    const SQL: &str = "SELECT old.client_id, old.last_used_at FROM client_secrets old \
         JOIN client_secrets fresh ON fresh.tenant_id = old.tenant_id AND fresh.client_id = old.client_id \
         AND fresh.is_primary = TRUE WHERE old.tenant_id = $1 AND old.is_primary = FALSE \
         AND old.label IS NULL AND old.created_at <= fresh.created_at \
         AND old.last_used_at >= fresh.created_at AND (old.expires_at IS NULL OR old.expires_at > $2)";
    let mut list = List::new(SQL, args![t.id(), now]);
    list.and_in("old.client_id", clients.iter().map(|id| id.as_str().into()).collect());
    list.order("ORDER BY old.last_used_at");
    let row = |row: Row| {
        let mut r = row.read("client_secrets");
        Ok((r.id("client_id", ClientId::parse)?, r.time("last_used_at")?))
    };
    t.list(list).await?.into_iter().map(row).collect()
}

/// Adds a secret; those of the client that expired by then make room. Fails as [`TOO_MANY`], and as
/// in use when the client does not exist.
pub fn insert(b: &mut Batch, secret: &ClientSecret) {
    const EXPIRED: &str =
        "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 AND expires_at <= $3";
    const SQL: &str = "INSERT INTO client_secrets \
         (tenant_id, id, client_id, sealed, label, is_primary, created_at, expires_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS BOOLEAN), CAST($7 AS BIGINT), CAST($8 AS BIGINT) \
         WHERE (SELECT COUNT(id) FROM client_secrets WHERE tenant_id = $1 AND client_id = $3) < $9";
    bump_version(b);
    let args = args![b.tenant().as_str(), secret.client.as_str(), secret.created_at];
    b.push(EXPIRED, args, Expect::Any);
    let args = args![
        b.tenant().as_str(),
        secret.id.as_str(),
        secret.client.as_str(),
        secret.sealed.as_str(),
        secret.label.as_deref(),
        secret.primary,
        secret.created_at,
        secret.expires_at,
        MAX_SECRETS,
    ];
    b.push(SQL, args, Expect::Rows(1, TOO_MANY));
}

/// Makes `secret` the primary one; the primary one until now stays good as long as `overlap` says.
pub fn replace_primary(b: &mut Batch, secret: &ClientSecret, overlap: Overlap) {
    const DELETE: &str =
        "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 AND is_primary = TRUE";
    const STEP_BACK: &str = "UPDATE client_secrets SET is_primary = FALSE, expires_at = $3 \
         WHERE tenant_id = $1 AND client_id = $2 AND is_primary = TRUE";
    bump_version(b);
    let client = secret.client.as_str();
    let ends = match overlap {
        Overlap::None => None,
        Overlap::For(life) => Some(Value::from(secret.created_at.after(life))),
        Overlap::UntilStopped => Some(Value::Null),
    };
    match ends {
        None => b.push(DELETE, args![b.tenant().as_str(), client], Expect::Any),
        Some(ends) => b.push(STEP_BACK, args![b.tenant().as_str(), client, ends], Expect::Any),
    };
    insert(b, secret);
}

/// Makes `secret` the only one of its client.
pub fn replace_all(b: &mut Batch, secret: &ClientSecret) {
    const SQL: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2";
    bump_version(b);
    b.push(SQL, args![b.tenant().as_str(), secret.client.as_str()], Expect::Any);
    insert(b, secret);
}

/// Deletes a secret of the client that is not the primary one. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, client: &ClientId, id: &SecretId) {
    const SQL: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND id = $2 AND client_id = $3 \
         AND is_primary = FALSE";
    bump_version(b);
    let args = args![b.tenant().as_str(), id.as_str(), client.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Notes that a secret was used, unless that was noted at `known` or later. Nothing that is kept in
/// memory changes by it, so the tenant's version stays.
pub fn touch(b: &mut Batch, id: &SecretId, last_use: &LastUse, known: Timestamp) {
    const SQL: &str = "UPDATE client_secrets SET last_used_at = $3, last_used_ip = $4 \
         WHERE tenant_id = $1 AND id = $2 AND (last_used_at IS NULL OR last_used_at < $5)";
    let args = args![b.tenant().as_str(), id.as_str(), last_use.at, last_use.ip.as_deref(), known];
    b.push(SQL, args, Expect::Any);
}
