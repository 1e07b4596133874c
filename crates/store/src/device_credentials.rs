//! Credentials of people's devices.

use doorward_model::device_credential::DeviceCredential;
use doorward_model::ids::{ClientId, DeviceCredentialId, UserId};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::value::args;

/// The label of the failure when owner or client is gone, or the owner blocked, or has too many of them.
pub const NOT_ALLOWED: &str = "owner and client exist, the owner is not blocked and has room for one more";

/// Which credentials a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Only those of this user.
    pub user: Option<UserId>,
    /// Only those for this client.
    pub client: Option<ClientId>,
}

const LIST: &str = "SELECT id, user_id, client_id, device_id, device_name, value, created_at \
     FROM device_credentials WHERE tenant_id = $1";

fn device(row: Row) -> Result<DeviceCredential, StoreError> {
    let mut r = row.read("device_credentials");
    Ok(DeviceCredential {
        id: r.id("id", DeviceCredentialId::parse)?,
        user: r.id("user_id", UserId::parse)?,
        client: r.id("client_id", ClientId::parse)?,
        device_id: r.text("device_id")?,
        device_name: r.text("device_name")?,
        value: r.text("value")?,
        created_at: r.time("created_at")?,
    })
}

/// The credential of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &DeviceCredentialId) -> Result<Option<DeviceCredential>, StoreError> {
    const SQL: &str = "SELECT id, user_id, client_id, device_id, device_name, value, created_at \
         FROM device_credentials WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(device).transpose()
}

/// Credentials from oldest to newest, by page. The caller bounds `offset`: deep pages are slow.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    filter: &DeviceFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<DeviceCredential>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    list.order("ORDER BY created_at, id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(device).collect()
}

/// How many credentials a filter shows.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: &DeviceFilter) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM device_credentials WHERE tenant_id = $1", args![t.id()]);
    apply(&mut list, filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("device_credentials").int("count"))
}

fn apply(list: &mut List, filter: &DeviceFilter) {
    if let Some(user) = &filter.user {
        list.and("user_id = ?", args![user.as_str()]);
    }
    if let Some(client) = &filter.client {
        list.and("client_id = ?", args![client.as_str()]);
    }
}

/// Adds a credential if its client is there, and its owner, who is not blocked and has fewer than `most`.
/// Fails as [`NOT_ALLOWED`].
pub fn insert(b: &mut Batch, device: &DeviceCredential, most: i64) {
    const SQL: &str = "INSERT INTO device_credentials \
         (tenant_id, id, user_id, client_id, device_id, device_name, value, created_at) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), \
         CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT) \
         WHERE EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $3 AND blocked = FALSE) \
         AND EXISTS (SELECT 1 FROM clients WHERE tenant_id = $1 AND id = $4) \
         AND (SELECT COUNT(id) FROM device_credentials WHERE tenant_id = $1 AND user_id = $3) < $9";
    let args = args![
        b.tenant().as_str(),
        device.id.as_str(),
        device.user.as_str(),
        device.client.as_str(),
        device.device_id.as_str(),
        device.device_name.as_str(),
        device.value.as_str(),
        device.created_at,
        most,
    ];
    b.push(SQL, args, Expect::Rows(1, NOT_ALLOWED));
}

/// Deletes a credential; nothing happens when it is gone.
pub fn delete(b: &mut Batch, id: &DeviceCredentialId) {
    const SQL: &str = "DELETE FROM device_credentials WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Any);
}
