//! The values of a user's metadata, each under its path, so that users are found by them.

use doorward_model::ids::UserId;
use doorward_model::user::User;
use doorward_model::user::metadata::searched;

use crate::sql::batch::{Batch, Expect};
use crate::sql::value::args;

/// Adds those of a user that has none.
pub(super) fn insert(b: &mut Batch, user: &User) {
    const SQL: &str = "INSERT INTO user_values (tenant_id, user_id, path, value) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING";
    let objects = [("user_metadata", &user.user_metadata), ("app_metadata", &user.app_metadata)];
    for (path, value) in objects.into_iter().flat_map(|(root, object)| searched(root, object)) {
        let args = args![b.tenant().as_str(), user.id.as_str(), path, value];
        b.push(SQL, args, Expect::Any);
    }
}

/// Removes those of a user.
pub(super) fn delete(b: &mut Batch, user: &UserId) {
    const SQL: &str = "DELETE FROM user_values WHERE tenant_id = $1 AND user_id = $2";
    let args = args![b.tenant().as_str(), user.as_str()];
    b.push(SQL, args, Expect::Any);
}
