//! The values of a user's metadata, each under its path, so that users are found by them.

use doorward_model::ids::UserId;
use doorward_model::user::User;
use doorward_model::user::metadata::searched;

use crate::sql::batch::{Batch, Expect};
use crate::sql::rows::Kind::Text;
use crate::sql::rows::Rows;
use crate::sql::value::args;

const VALUES: Rows = Rows {
    before: "INSERT INTO user_values (tenant_id, user_id, path, value)",
    columns: &[Text, Text, Text, Text],
    after: " ON CONFLICT DO NOTHING",
};

/// Adds those of users that have none.
pub(super) fn insert(b: &mut Batch, users: &[User]) {
    let tenant = b.tenant().as_str().to_owned();
    let of_user = |user: &User| {
        let objects = [("user_metadata", &user.user_metadata), ("app_metadata", &user.app_metadata)];
        let values = objects.into_iter().flat_map(|(root, object)| searched(root, object));
        values.map(|(path, value)| args![tenant.as_str(), user.id.as_str(), path, value]).collect::<Vec<_>>()
    };
    let rows = users.iter().flat_map(of_user).collect();
    b.push_rows(&VALUES, rows, Expect::Any);
}

/// Removes those of a user.
pub(super) fn delete(b: &mut Batch, user: &UserId) {
    const SQL: &str = "DELETE FROM user_values WHERE tenant_id = $1 AND user_id = $2";
    let args = args![b.tenant().as_str(), user.as_str()];
    b.push(SQL, args, Expect::Any);
}
