//! The secrets of clients, sealed. A client may have several; one is *the* `client_secret`.

use doorward_model::client::ClientSecret;
use doorward_model::ids::{ClientId, SecretId};
use doorward_model::secret::SealedSecret;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such secret.
pub const MISSING: &str = "the client secret exists";

fn secret(row: Row) -> Result<ClientSecret, StoreError> {
    let mut r = row.read("client_secrets");
    Ok(ClientSecret {
        id: r.id("id", SecretId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        sealed: SealedSecret::from_ciphertext(r.text("sealed")?),
        primary: r.bool("is_primary")?,
        created_at: r.time("created_at")?,
        expires_at: r.time_or_none("expires_at")?,
    })
}

/// The secrets of a client, the primary one first, then the newest. Expired ones are among them:
/// whether a secret counts is decided at use.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<ClientSecret>, StoreError> {
    const SQL: &str = "SELECT id, client_id, sealed, is_primary, created_at, expires_at \
         FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 \
         ORDER BY is_primary DESC, created_at DESC, id";
    t.query(SQL, args![t.id(), client.as_str()]).await?.into_iter().map(secret).collect()
}

/// Adds a secret. Fails as in use when the client does not exist.
pub fn insert(b: &mut Batch, secret: &ClientSecret) {
    const SQL: &str = "INSERT INTO client_secrets \
         (tenant_id, id, client_id, sealed, is_primary, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        b.tenant().as_str(),
        secret.id.as_str(),
        secret.client.as_str(),
        secret.sealed.as_str(),
        secret.primary,
        secret.created_at,
        secret.expires_at,
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Makes `secret` the primary one. The primary one until now is deleted, or stays good besides
/// until `old_ends_at`.
pub fn replace_primary(b: &mut Batch, secret: &ClientSecret, old_ends_at: Option<Timestamp>) {
    const DELETE: &str =
        "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2 AND is_primary = TRUE";
    const EXPIRE: &str = "UPDATE client_secrets SET is_primary = FALSE, expires_at = $3 \
         WHERE tenant_id = $1 AND client_id = $2 AND is_primary = TRUE";
    let client = secret.client.as_str();
    match old_ends_at {
        Some(end) => b.push(EXPIRE, args![b.tenant().as_str(), client, end], Expect::Any),
        None => b.push(DELETE, args![b.tenant().as_str(), client], Expect::Any),
    };
    insert(b, secret);
}

/// Sets when a secret stops working. Fails as [`MISSING`].
pub fn expire(b: &mut Batch, id: &SecretId, expires_at: Timestamp) {
    const SQL: &str = "UPDATE client_secrets SET expires_at = $3 WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str(), expires_at];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}

/// Deletes a secret. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, id: &SecretId) {
    const SQL: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
