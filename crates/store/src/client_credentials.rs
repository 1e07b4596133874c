//! The public keys of clients that prove themselves with a private one.
//!
//! Source: the Management API's `/clients/{client_id}/credentials`.

use doorward_model::client::credential::{Credential, CredentialAlgorithm, MAX_CREDENTIALS};
use doorward_model::ids::{ClientId, CredentialId, KeyId};
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::Row;
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such credential.
pub const MISSING: &str = "the credential of the client exists";
/// The label of the failure when the client has [`MAX_CREDENTIALS`] already.
pub const TOO_MANY: &str = "the client has room for another credential";

fn credential(row: Row) -> Result<Credential, StoreError> {
    let mut r = row.read("client_credentials");
    Ok(Credential {
        id: r.id("id", CredentialId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        name: r.text_or_none("name")?,
        algorithm: {
            let text = r.text("algorithm")?;
            CredentialAlgorithm::parse(&text).ok_or_else(|| r.corrupt("algorithm"))?
        },
        kid: r.id("kid", KeyId::parse)?,
        public_key: r.text("public_key")?,
        certificate_sha256: r.text_or_none("certificate_sha256")?,
        expires_at: r.time_or_none("expires_at")?,
        created_at: r.time("created_at")?,
        updated_at: r.time("updated_at")?,
    })
}

/// The credentials of a client, newest first, expired ones among them.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<Credential>, StoreError> {
    const SQL: &str = "SELECT id, client_id, name, algorithm, kid, public_key, certificate_sha256, expires_at, \
         created_at, updated_at FROM client_credentials WHERE tenant_id = $1 AND client_id = $2 \
         ORDER BY created_at DESC, id DESC";
    t.query(SQL, args![t.id(), client.as_str()]).await?.into_iter().map(credential).collect()
}

/// The credential of that id, if it is this client's.
///
/// # Errors
/// Any failure of the store.
pub async fn get(
    t: &Scope<'_>,
    client: &ClientId,
    id: &CredentialId,
) -> Result<Option<Credential>, StoreError> {
    const SQL: &str = "SELECT id, client_id, name, algorithm, kid, public_key, certificate_sha256, expires_at, \
         created_at, updated_at FROM client_credentials \
         WHERE tenant_id = $1 AND client_id = $2 AND id = $3";
    t.first(SQL, args![t.id(), client.as_str(), id.as_str()]).await?.map(credential).transpose()
}

/// Adds a credential. Fails as [`TOO_MANY`], as a conflict when the client has a key of that `kid`,
/// and as in use when there is no such client.
pub fn insert(b: &mut Batch, credential: &Credential) {
    const SQL: &str = "INSERT INTO client_credentials (tenant_id, id, client_id, name, algorithm, kid, \
         public_key, certificate_sha256, expires_at, created_at, updated_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS TEXT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), \
         CAST($11 AS BIGINT) \
         WHERE (SELECT COUNT(id) FROM client_credentials WHERE tenant_id = $1 AND client_id = $3) < $12";
    // First, because the lock of that row keeps two of these apart.
    bump_version(b);
    let args = args![
        b.tenant().as_str(),
        credential.id.as_str(),
        credential.client.as_str(),
        credential.name.as_deref(),
        credential.algorithm.as_str(),
        credential.kid.as_str(),
        credential.public_key.as_str(),
        credential.certificate_sha256.as_deref(),
        credential.expires_at,
        credential.created_at,
        credential.updated_at,
        MAX_CREDENTIALS,
    ];
    b.push(SQL, args, Expect::Rows(1, TOO_MANY));
}

/// Sets when a credential stops working. Fails as [`MISSING`].
pub fn expire(
    b: &mut Batch,
    (client, id): (&ClientId, &CredentialId),
    expires_at: Option<Timestamp>,
    now: Timestamp,
) {
    const SQL: &str = "UPDATE client_credentials SET expires_at = $4, updated_at = $5 \
         WHERE tenant_id = $1 AND client_id = $2 AND id = $3";
    let args = args![b.tenant().as_str(), client.as_str(), id.as_str(), expires_at, now];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}

/// Deletes a credential. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, client: &ClientId, id: &CredentialId) {
    const SQL: &str = "DELETE FROM client_credentials WHERE tenant_id = $1 AND client_id = $2 AND id = $3";
    let args = args![b.tenant().as_str(), client.as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
