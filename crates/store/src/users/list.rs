//! Lists of users: searched, sorted, by page or from a given user on.
//!
//! Every order has an index that begins with the tenant. Source: the Management
//! API's `GET /users`; the search language of `model::search`.

use doorward_model::connection::Connection;
use doorward_model::ids::{ConnectionId, UserId};
use doorward_model::search::{Kind, Query, Scalar, Target, Test};
use doorward_model::user::search::USERS;
use doorward_model::user::{Email, User};

use super::{columns, counts};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::Row;
use crate::sql::search::{Case, Condition, compile, flag, number, past, text, time};
use crate::sql::value::{Value, args};

/// Which users a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFilter<'a> {
    /// What was searched for.
    pub query: Option<&'a Query>,
    /// The connections of the tenant: a search for their names is one for their ids.
    pub connections: &'a [Connection],
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UserOrder {
    /// The time of making.
    #[default]
    CreatedAt,
    /// The time of the last change.
    UpdatedAt,
    /// The last login; whoever never logged in counts as the first.
    LastLogin,
    /// The number of logins.
    LoginsCount,
    /// The address.
    Email,
    /// The name.
    Name,
    /// The first name.
    GivenName,
    /// The last name.
    FamilyName,
    /// The id.
    UserId,
}

impl UserOrder {
    /// All of them, under their names in the API.
    pub const ALL: [(&'static str, UserOrder); 9] = [
        ("created_at", UserOrder::CreatedAt),
        ("updated_at", UserOrder::UpdatedAt),
        ("last_login", UserOrder::LastLogin),
        ("logins_count", UserOrder::LoginsCount),
        ("email", UserOrder::Email),
        ("name", UserOrder::Name),
        ("given_name", UserOrder::GivenName),
        ("family_name", UserOrder::FamilyName),
        ("user_id", UserOrder::UserId),
    ];

    fn sql(self, descending: bool) -> &'static str {
        match (self, descending) {
            (UserOrder::CreatedAt, false) => "ORDER BY created_at, id",
            (UserOrder::CreatedAt, true) => "ORDER BY created_at DESC, id DESC",
            (UserOrder::UpdatedAt, false) => "ORDER BY updated_at, id",
            (UserOrder::UpdatedAt, true) => "ORDER BY updated_at DESC, id DESC",
            (UserOrder::LastLogin, false) => "ORDER BY COALESCE(last_login, 0), created_at, id",
            (UserOrder::LastLogin, true) => "ORDER BY COALESCE(last_login, 0) DESC, created_at DESC, id DESC",
            (UserOrder::LoginsCount, false) => "ORDER BY logins_count, created_at, id",
            (UserOrder::LoginsCount, true) => "ORDER BY logins_count DESC, created_at DESC, id DESC",
            (UserOrder::Email, false) => "ORDER BY email, id",
            (UserOrder::Email, true) => "ORDER BY email DESC, id DESC",
            (UserOrder::Name, false) => "ORDER BY name_lower, created_at, id",
            (UserOrder::Name, true) => "ORDER BY name_lower DESC, created_at DESC, id DESC",
            (UserOrder::GivenName, false) => "ORDER BY given_name_lower, created_at, id",
            (UserOrder::GivenName, true) => "ORDER BY given_name_lower DESC, created_at DESC, id DESC",
            (UserOrder::FamilyName, false) => "ORDER BY family_name_lower, created_at, id",
            (UserOrder::FamilyName, true) => "ORDER BY family_name_lower DESC, created_at DESC, id DESC",
            (UserOrder::UserId, false) => "ORDER BY id",
            (UserOrder::UserId, true) => "ORDER BY id DESC",
        }
    }
}

const LIST: &str = "SELECT id, connection_id, email, email_verified, username, profile, user_metadata, \
     app_metadata, blocked, version, logins_count, last_login, last_ip, last_password_reset, created_at, \
     updated_at FROM users WHERE tenant_id = $1";

fn user(row: Row) -> Result<User, StoreError> {
    columns(&mut row.read("users"))
}

/// Users in an order, by page. The caller bounds `offset`: deep pages are slow.
///
/// # Errors
/// Any failure of the store.
pub async fn page(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    (order, descending): (UserOrder, bool),
    (offset, limit): (u32, u32),
) -> Result<Vec<User>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, t.id(), filter);
    list.order(order.sql(descending));
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(user).collect()
}

/// Users by id, those after a given one; cheap at any depth.
///
/// # Errors
/// Any failure of the store.
pub async fn after(
    t: &Scope<'_>,
    filter: UserFilter<'_>,
    last: Option<&UserId>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, t.id(), filter);
    if let Some(last) = last {
        list.and("id > ?", args![last.as_str()]);
    }
    list.order("ORDER BY id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(user).collect()
}

/// The users of an address, in whatever connection.
///
/// # Errors
/// Any failure of the store.
pub async fn with_email(t: &Scope<'_>, email: &Email, limit: u32) -> Result<Vec<User>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    list.and("email = ?", args![email.as_str()]);
    list.order("ORDER BY email, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(user).collect()
}

/// How many users a filter shows. All of the tenant, and all of a connection, are known without
/// counting.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: UserFilter<'_>) -> Result<i64, StoreError> {
    match filter.query {
        None | Some(Query::Everything) => return counts::total(t, None).await,
        Some(Query::Term(Target::Field(field), test)) if is_of_connection(field.name) => {
            let mut total = 0;
            for id in connections(filter.connections, field.name, test) {
                total += counts::total(t, Some(id)).await?;
            }
            return Ok(total);
        }
        Some(_) => {}
    }
    let mut list = List::new("SELECT COUNT(id) FROM users WHERE tenant_id = $1", args![t.id()]);
    apply(&mut list, t.id(), filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("users").int("count"))
}

fn apply(list: &mut List, tenant: &str, filter: UserFilter<'_>) {
    let Some(query) = filter.query else { return };
    let leaf = |target: &Target, test: &Test, out: &mut Condition| match target {
        Target::Anywhere => anywhere(test, out),
        Target::Field(field) if is_of_connection(field.name) => {
            is_one_of(connections(filter.connections, field.name, test), out);
        }
        Target::Field(field) => column(field.name, test, out),
        Target::Path(path) => value_at(tenant, path, test, out),
    };
    let condition = compile(query, &leaf);
    list.and(&condition.text, condition.values);
}

/// A term without a field: any of those that are searched then.
fn anywhere(test: &Test, out: &mut Condition) {
    out.push("(", []);
    for (at, field) in USERS.fields.iter().filter(|field| field.bare).enumerate() {
        if at > 0 {
            out.push(" OR ", []);
        }
        column(field.name, test, out);
    }
    out.push(")", []);
}

fn column(name: &str, test: &Test, out: &mut Condition) {
    match name {
        "user_id" => text("id", Case::Kept, test, out),
        "email" => by_email(test, out),
        "email.domain" => text("email_domain", Case::Lowered, test, out),
        "email_verified" => flag("email_verified", test, out),
        "username" => present("username", Case::Lowered, test, out),
        "name" => text("name_lower", Case::Lowered, test, out),
        "nickname" => by_nickname(test, out),
        "given_name" => text("given_name_lower", Case::Lowered, test, out),
        "family_name" => text("family_name_lower", Case::Lowered, test, out),
        "phone_number" => present("phone_number", Case::Kept, test, out),
        "blocked" => flag("blocked", test, out),
        "logins_count" => number("logins_count", test, out),
        "last_login" => time("COALESCE(last_login, 0)", test, out),
        "last_ip" => text("last_ip", Case::Kept, test, out),
        "created_at" => time("created_at", test, out),
        "updated_at" => time("updated_at", test, out),
        // A field that the language knows and this table does not; the tests go through all of them.
        _ => out.push("FALSE", []),
    }
}

/// An index has only the rows in which these hold something; it serves when the condition says so.
fn present(column: &str, case: Case, test: &Test, out: &mut Condition) {
    out.push("(", []);
    text(column, case, test, out);
    out.push(&format!(" AND {column} <> '')"), []);
}

/// `*@acme.com` asks for a domain, which has an index.
fn by_email(test: &Test, out: &mut Condition) {
    if let Test::Like(pattern) = test
        && let [start, rest] = pattern.parts()
        && let Some(domain) = rest.strip_prefix('@').filter(|rest| start.is_empty() && !rest.contains('@'))
    {
        return text("email_domain", Case::Lowered, &Test::Is(Scalar::Text(domain.to_owned())), out);
    }
    text("email", Case::Lowered, test, out);
}

/// A nickname that was not given is what the address begins with, and is found by it: most are, and
/// an index of them would say the same as that of the addresses.
fn by_nickname(test: &Test, out: &mut Condition) {
    let start = match test {
        Test::Is(Scalar::Text(name)) => Some(format!("{name}@")),
        Test::Like(pattern) => pattern.prefix().map(str::to_owned),
        _ => None,
    };
    let by_start = start.map(|start| start.to_lowercase()).and_then(|start| Some((past(&start)?, start)));
    let Some((end, start)) = by_start else { return text("nickname_lower", Case::Lowered, test, out) };
    out.push("((has_nickname = TRUE AND ", []);
    text("nickname_lower", Case::Lowered, test, out);
    out.push(") OR (email >= ? AND email < ? AND ", args![start, end]);
    text("nickname_lower", Case::Lowered, test, out);
    out.push("))", []);
}

fn is_of_connection(field: &str) -> bool {
    matches!(field, "identities.connection" | "identities.provider")
}

/// The connections that pass a test of their name or strategy.
fn connections<'a>(all: &'a [Connection], field: &str, test: &Test) -> Vec<&'a ConnectionId> {
    let passes = |connection: &&Connection| {
        let name = if field == "identities.provider" { connection.strategy.name() } else { &connection.name };
        test.accepts(Kind::Text, name)
    };
    all.iter().filter(passes).map(|connection| &connection.id).collect()
}

fn is_one_of(ids: Vec<&ConnectionId>, out: &mut Condition) {
    if ids.is_empty() {
        return out.push("FALSE", []);
    }
    let places = vec!["?"; ids.len()].join(", ");
    out.push(&format!("connection_id IN ({places})"), ids.into_iter().map(|id| Value::from(id.as_str())));
}

/// A test of a value in the metadata.
fn value_at(tenant: &str, path: &str, test: &Test, out: &mut Condition) {
    out.push("id IN (SELECT user_id FROM user_values WHERE tenant_id = ? AND ", args![tenant]);
    match test {
        // The path itself, or anything below it: a slash is what follows a dot.
        Test::Exists => out.push(
            "(path = ? OR (path >= ? AND path < ?))",
            args![path, format!("{path}."), format!("{path}/")],
        ),
        test => {
            out.push("path = ? AND ", args![path]);
            text("value", Case::Kept, test, out);
        }
    }
    out.push(")", []);
}
