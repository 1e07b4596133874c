//! Operations that need a second scope besides one of their row.
//!
//! The original's description lists all of them as if any one would do; what it says in words is that
//! one of each kind is needed. Whoever sees no clients learns nothing of one through its connections.

use doorward_engine::connections::OF_A_CLIENT;
use doorward_model::scope::ApiScope;

/// The scopes of which one is needed besides one of the row; none where the row says all.
pub(crate) fn needed(operation: &str) -> &'static [ApiScope] {
    if operation == "get_client_connections" { OF_A_CLIENT } else { &[] }
}
