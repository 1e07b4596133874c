//! The one-time links that let the first admin in, under the hash of their token.

use doorward_model::secret::TokenHash;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Global;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// The label of the failure when the link is used, expired, or not there.
pub const SPENT: &str = "the set-up link is unused and not expired";

/// Whether a link is still good, to show the page behind it. Using it is [`take`].
///
/// # Errors
/// Any failure of the store.
pub async fn is_good(g: &Global<'_>, hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT hash FROM setup_links WHERE hash = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(!g.query(SQL, args![hash.as_str(), now]).await?.is_empty())
}

/// Keeps a link, committed with its event; the one before ends.
pub fn put(b: &mut Batch, hash: &TokenHash, expires_at: Timestamp) {
    const CLEAR: &str = "DELETE FROM setup_links";
    const ADD: &str = "INSERT INTO setup_links (hash, expires_at) VALUES ($1, $2)";
    b.push(CLEAR, Vec::new(), Expect::Any);
    b.push(ADD, args![hash.as_str(), expires_at], Expect::Any);
}

/// Uses a link up: of any number of parallel calls exactly one commits. Fails as [`SPENT`].
pub fn take(b: &mut Batch, hash: &TokenHash, now: Timestamp) {
    const SQL: &str = "UPDATE setup_links SET used_at = $2 \
         WHERE hash = $1 AND used_at IS NULL AND expires_at > $2";
    let args = args![hash.as_str(), now];
    b.push(SQL, args, Expect::Rows(1, SPENT));
}
