//! Which streams of all tenants want to be delivered, and who does it.

use doorward_model::ids::{StreamId, TenantId};

use crate::sql::db::Global;
use crate::sql::error::StoreError;

/// A stream that is active, and its lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The tenant.
    pub tenant: TenantId,
    /// The stream.
    pub stream: StreamId,
    /// Who delivers it; empty when nobody does.
    pub holder: String,
    /// A number that grows while the holder lives.
    pub beat: i64,
}

/// The active streams of all tenants.
///
/// # Errors
/// Any failure of the store.
pub async fn active(g: &Global<'_>) -> Result<Vec<Lease>, StoreError> {
    const SQL: &str = "SELECT tenant_id, id, holder, beat FROM log_streams WHERE status = 'active' \
         ORDER BY tenant_id, id";
    let rows = g.query(SQL, Vec::new()).await?;
    rows.into_iter()
        .map(|row| {
            let mut r = row.read("log_streams");
            Ok(Lease {
                tenant: r.id("tenant_id", TenantId::parse)?,
                stream: r.id("id", StreamId::parse)?,
                holder: r.text("holder")?,
                beat: r.int("beat")?,
            })
        })
        .collect()
}
