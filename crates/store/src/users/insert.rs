//! Adding users, one or many at once: a statement of a table takes all of them.

use doorward_model::ids::UserId;
use doorward_model::time::Timestamp;
use doorward_model::user::User;

use super::{Credential, ID_WAS_USED, counts, derived, values};
use crate::sql::batch::{Batch, Expect};
use crate::sql::row::to_json;
use crate::sql::rows::Kind::{Flag, Int, Text};
use crate::sql::rows::Rows;
use crate::sql::value::{Value, args};

const USERS: Rows = Rows {
    before: "INSERT INTO users (tenant_id, id, connection_id, email, email_verified, username, profile, \
         user_metadata, app_metadata, blocked, version, logins_count, last_login, last_ip, \
         last_password_reset, created_at, updated_at, email_domain, name_lower, nickname_lower, \
         given_name_lower, family_name_lower, phone_number, has_nickname, picture, phone_verified, \
         is_searchable)",
    columns: &[
        Text, Text, Text, Text, Flag, Text, Text, Text, Text, Flag, Int, Int, Int, Text, Int, Int, Int, Text,
        Text, Text, Text, Text, Text, Flag, Text, Flag, Flag,
    ],
    after: "",
};
/// Asked after they are there: whoever waited for a user of that id to be deleted sees that it was.
const GONE: Rows = Rows {
    before: "SELECT id FROM deleted_user_ids WHERE (tenant_id, id) IN (",
    columns: &[Text, Text],
    after: ")",
};
const PASSWORDS: Rows = Rows {
    before: "INSERT INTO passwords (tenant_id, user_id, hash, changed_at)",
    columns: &[Text, Text, Text, Int],
    after: " ON CONFLICT (tenant_id, user_id) \
         DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at",
};

/// Adds users. A conflict when a connection has one of such an address, or the tenant one of such an id;
/// fails as [`ID_WAS_USED`] when a user of such an id was deleted.
pub(super) fn users(b: &mut Batch, users: &[User]) {
    let tenant = b.tenant().as_str().to_owned();
    b.push_rows(&USERS, users.iter().map(|user| row(&tenant, user)).collect(), Expect::Any);
    let ids = users.iter().map(|user| args![tenant.as_str(), user.id.as_str()]).collect();
    b.push_rows(&GONE, ids, Expect::Rows(0, ID_WAS_USED));
    values::insert(b, users);
    counts::add(b, users);
}

fn row(tenant: &str, user: &User) -> Vec<Value> {
    let mut row = args![
        tenant,
        user.id.as_str(),
        user.connection.as_str(),
        user.email.as_str(),
        user.email_verified,
        user.username.as_deref().unwrap_or_default(),
        to_json(&user.profile),
        to_json(&user.user_metadata),
        to_json(&user.app_metadata),
        user.blocked,
        user.version,
        user.logins_count,
        user.last_login,
        user.last_ip.as_deref().unwrap_or_default(),
        user.last_password_reset,
        user.created_at,
        user.updated_at,
    ];
    row.extend(derived(user));
    row.push(true.into());
    row
}

/// Sets or replaces the passwords of users, nobody's twice. Fails as in use when one of them does not exist.
pub(super) fn passwords(b: &mut Batch, all: &[(&UserId, &Credential)], now: Timestamp) {
    let tenant = b.tenant().as_str().to_owned();
    let row = |(user, credential): &(&UserId, &Credential)| {
        args![tenant.as_str(), user.as_str(), credential.hash.as_str(), now]
    };
    b.push_rows(&PASSWORDS, all.iter().map(row).collect(), Expect::Any);
}
