//! How many users each connection has, kept with every user that comes and goes.

use doorward_model::ids::ConnectionId;
use doorward_model::user::User;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// Over how many rows a count is spread.
const SHARDS: i64 = 16;

/// Notes that a user came (1) or went (-1).
pub(super) fn add(b: &mut Batch, user: &User, by: i64) {
    const SQL: &str = "INSERT INTO user_counts (tenant_id, connection_id, shard, users) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, connection_id, shard) \
         DO UPDATE SET users = user_counts.users + excluded.users";
    let sum: i64 = user.id.as_str().bytes().map(i64::from).sum();
    let args = args![b.tenant().as_str(), user.connection.as_str(), sum % SHARDS, by];
    b.push(SQL, args, Expect::Any);
}

/// How many users there are, in one connection or in all.
pub(super) async fn total(t: &Scope<'_>, connection: Option<&ConnectionId>) -> Result<i64, StoreError> {
    const ALL: &str = "SELECT CAST(COALESCE(SUM(users), 0) AS BIGINT) FROM user_counts WHERE tenant_id = $1";
    const ONE: &str = "SELECT CAST(COALESCE(SUM(users), 0) AS BIGINT) FROM user_counts \
         WHERE tenant_id = $1 AND connection_id = $2";
    let row = match connection {
        None => t.first(ALL, args![t.id()]).await?,
        Some(id) => t.first(ONE, args![t.id(), id.as_str()]).await?,
    };
    row.map_or(Ok(0), |row| row.read("user_counts").int("users"))
}
