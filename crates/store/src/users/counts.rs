//! How many users each connection has, kept with every user that comes and goes.

use std::collections::BTreeMap;

use doorward_model::ids::{ConnectionId, UserId};
use doorward_model::user::User;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// Over how many rows a count is spread.
const SHARDS: i64 = 16;

/// Notes that users came. All of a connection are counted in one row, and connections in their order: then
/// those who add many at the same time wait for each other shortly, and never in a circle.
pub(super) fn add(b: &mut Batch, users: &[User]) {
    const SQL: &str = "INSERT INTO user_counts (tenant_id, connection_id, shard, users) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, connection_id, shard) \
         DO UPDATE SET users = user_counts.users + excluded.users";
    let mut came: BTreeMap<&ConnectionId, (i64, i64)> = BTreeMap::new();
    for user in users {
        came.entry(&user.connection).or_insert((shard(&user.id), 0)).1 += 1;
    }
    for (connection, (shard, count)) in came {
        let args = args![b.tenant().as_str(), connection.as_str(), shard, count];
        b.push(SQL, args, Expect::Any);
    }
}

/// Notes that a user goes, who is still there; nothing happens otherwise.
pub(super) fn remove(b: &mut Batch, id: &UserId) {
    const SQL: &str = "INSERT INTO user_counts (tenant_id, connection_id, shard, users) \
         SELECT tenant_id, connection_id, CAST($3 AS BIGINT), -1 FROM users WHERE tenant_id = $1 AND id = $2 \
         ON CONFLICT (tenant_id, connection_id, shard) DO UPDATE SET users = user_counts.users - 1";
    let args = args![b.tenant().as_str(), id.as_str(), shard(id)];
    b.push(SQL, args, Expect::Any);
}

fn shard(id: &UserId) -> i64 {
    id.as_str().bytes().map(i64::from).sum::<i64>() % SHARDS
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
