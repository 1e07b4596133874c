//! Codes that this process has just issued, kept in memory for whoever comes for them.
//!
//! Nearly every code comes back within a second to the process that made it. What lies here saves one
//! look into the database and grants nothing: the batch that takes a code fails unless the database still
//! holds it, unused. It is handed out once, so every further use of a code is judged by the database.

use doorward_model::ids::TenantId;
use doorward_model::secret::TokenHash;
use doorward_model::token::Code;
use quick_cache::sync::Cache;

/// The oldest make room; some hundred bytes each.
const CAPACITY: usize = 1_000;

/// Codes by tenant and hash.
#[derive(Debug)]
pub(crate) struct RecentCodes(Cache<(TenantId, TokenHash), Code>);

impl RecentCodes {
    pub(crate) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Keeps a code; to be called when it was committed.
    pub(crate) fn put(&self, tenant: &TenantId, hash: TokenHash, code: Code) {
        self.0.insert((tenant.clone(), hash), code);
    }

    /// Hands a code out, once.
    pub(crate) fn take(&self, tenant: &TenantId, hash: &TokenHash) -> Option<Code> {
        self.0.remove(&(tenant.clone(), hash.clone())).map(|(_, code)| code)
    }
}
