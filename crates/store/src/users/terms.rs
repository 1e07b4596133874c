//! Which column a field of a search is, and how a test of it reads in SQL.
//!
//! In one of two ways: so that an index serves it, or so that none does. SQLite never knows how many
//! rows a condition keeps; left to itself it takes an index that keeps nearly all of them instead of
//! the one that gives the order of the list. So this store says which, see [`super::list`].

use doorward_model::connection::Connection;
use doorward_model::ids::ConnectionId;
use doorward_model::search::{Kind, Query, Scalar, Target, Test};
use doorward_model::user::search::USERS;

use super::list::UserFilter;
use crate::sql::search::{Case, Condition, compile, flag, number, past, text, time};
use crate::sql::value::{Value, args};

/// How conditions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// So that an index can serve them.
    Indexed,
    /// So that none does but one that begins with this column, where a column is named.
    Checked(Option<&'static str>),
}

/// The condition of a whole query.
pub(super) fn condition(query: &Query, tenant: &str, filter: UserFilter<'_>, way: Way) -> Condition {
    compile(query, &|target, test, out| term(way, (tenant, filter.connections), (target, test), out))
}

fn term(
    way: Way,
    (tenant, known): (&str, &[Connection]),
    (target, test): (&Target, &Test),
    out: &mut Condition,
) {
    match target {
        Target::Anywhere => anywhere(way, test, out),
        Target::Field(field) if is_of_connection(field.name) => {
            is_one_of(way, connections(known, field.name, test), out);
        }
        Target::Field(field) => column(way, field.name, test, out),
        Target::Path(path) => value_at(way, tenant, path, test, out),
    }
}

/// A term without a field: any of those that are searched then.
fn anywhere(way: Way, test: &Test, out: &mut Condition) {
    out.push("(", []);
    for (at, field) in USERS.fields.iter().filter(|field| field.bare).enumerate() {
        if at > 0 {
            out.push(" OR ", []);
        }
        column(way, field.name, test, out);
    }
    out.push(")", []);
}

/// A test of a field that has a column.
pub(super) fn column(way: Way, name: &str, test: &Test, out: &mut Condition) {
    match name {
        "user_id" => text(&way.text("id"), Case::Kept, test, out),
        "email" => by_email(way, test, out),
        "email.domain" => text(&way.text("email_domain"), Case::Lowered, test, out),
        "email_verified" => flag(&way.flag("email_verified"), test, out),
        "username" => present(&way.text("username"), Case::Lowered, test, out),
        "name" => text(&way.text("name_lower"), Case::Lowered, test, out),
        "nickname" => text(&way.text("nickname_lower"), Case::Lowered, test, out),
        "given_name" => text(&way.text("given_name_lower"), Case::Lowered, test, out),
        "family_name" => text(&way.text("family_name_lower"), Case::Lowered, test, out),
        "phone_number" => present(&way.text("phone_number"), Case::Kept, test, out),
        "picture" => text("picture", Case::Kept, test, out),
        "phone_verified" => verified(test, out),
        "identities.user_id" => own_id(way, test, out),
        "blocked" => flag(&way.flag("blocked"), test, out),
        "logins_count" => number(&way.number("logins_count"), test, out),
        "last_login" => time(&way.number("COALESCE(last_login, 0)"), test, out),
        "last_ip" => text("last_ip", Case::Kept, test, out),
        "last_password_reset" => time("COALESCE(last_password_reset, 0)", test, out),
        "created_at" => time(&way.number("created_at"), test, out),
        "updated_at" => time(&way.number("updated_at"), test, out),
        // `organization_id`, as long as there are no organizations. The tests go through all other fields.
        _ => out.push("FALSE", []),
    }
}

impl Way {
    fn is_open(self, column: &str) -> bool {
        match self {
            Way::Indexed => true,
            Way::Checked(but) => but == Some(column),
        }
    }

    /// A column that holds text.
    pub(super) fn text(self, column: &str) -> String {
        if self.is_open(column) { column.to_owned() } else { format!("({column} || '')") }
    }

    fn number(self, column: &str) -> String {
        if self.is_open(column) { column.to_owned() } else { format!("({column} + 0)") }
    }

    fn flag(self, column: &str) -> String {
        if self.is_open(column) { column.to_owned() } else { format!("COALESCE({column}, FALSE)") }
    }
}

/// Nobody said it of most, and nothing is unlike what is not known.
fn verified(test: &Test, out: &mut Condition) {
    match test {
        Test::Exists => out.push("phone_verified IS NOT NULL", []),
        Test::Is(Scalar::Flag(wanted)) => {
            let other = if *wanted { "FALSE" } else { "TRUE" };
            flag(&format!("COALESCE(phone_verified, {other})"), test, out);
        }
        _ => out.push("FALSE", []),
    }
}

/// What the ids of people in databases begin with; there are no others yet.
const DATABASE: &str = "auth0|";

/// The id without the provider before it.
fn own_id(way: Way, test: &Test, out: &mut Condition) {
    if let Test::Is(Scalar::Text(id)) = test {
        let whole = Test::Is(Scalar::Text(format!("{DATABASE}{id}")));
        return text(&way.text("id"), Case::Kept, &whole, out);
    }
    text(&format!("substr(id, {})", DATABASE.len() + 1), Case::Kept, test, out);
}

/// An index has only the rows in which these hold something; it serves when the condition says so.
fn present(column: &str, case: Case, test: &Test, out: &mut Condition) {
    out.push("(", []);
    text(column, case, test, out);
    out.push(&format!(" AND {column} <> '')"), []);
}

/// The domain that `*@acme.com` asks for, which has an index.
pub(super) fn domain(test: &Test) -> Option<&str> {
    let Test::Like(pattern) = test else { return None };
    let [start, rest] = pattern.parts() else { return None };
    rest.strip_prefix('@').filter(|rest| start.is_empty() && !rest.contains('@'))
}

fn by_email(way: Way, test: &Test, out: &mut Condition) {
    if let Some(domain) = domain(test) {
        let test = Test::Is(Scalar::Text(domain.to_owned()));
        return text(&way.text("email_domain"), Case::Lowered, &test, out);
    }
    text(&way.text("email"), Case::Lowered, test, out);
}

/// What the address begins with when a nickname that was not given passes the test: a nickname that
/// was not given is what the address begins with.
pub(super) fn start_of_nickname(test: &Test) -> Option<(String, String)> {
    let start = match test {
        Test::Is(Scalar::Text(name)) => Some(format!("{name}@")),
        Test::Like(pattern) => pattern.prefix().map(str::to_owned),
        _ => None,
    };
    start.map(|start| start.to_lowercase()).and_then(|start| past(&start).map(|end| (start, end)))
}

/// Whether the field is looked up among the connections of the tenant.
pub(super) fn is_of_connection(field: &str) -> bool {
    matches!(field, "identities.connection" | "identities.provider")
}

/// The connections that pass a test of their name or strategy.
pub(super) fn connections<'a>(all: &'a [Connection], field: &str, test: &Test) -> Vec<&'a ConnectionId> {
    let passes = |connection: &&Connection| {
        let name = if field == "identities.provider" { connection.strategy.name() } else { &connection.name };
        test.accepts(Kind::Text, name)
    };
    all.iter().filter(passes).map(|connection| &connection.id).collect()
}

/// A test of the connection.
pub(super) fn is_one_of(way: Way, ids: Vec<&ConnectionId>, out: &mut Condition) {
    if ids.is_empty() {
        return out.push("FALSE", []);
    }
    let (column, places) = (way.text("connection_id"), vec!["?"; ids.len()].join(", "));
    out.push(&format!("{column} IN ({places})"), ids.into_iter().map(|id| Value::from(id.as_str())));
}

/// A test of a value in the metadata: among all users that have it, or for this one.
fn value_at(way: Way, tenant: &str, path: &str, test: &Test, out: &mut Condition) {
    const AMONG: &str = "id IN (SELECT user_id FROM user_values WHERE tenant_id = ? AND ";
    // A value and not EXISTS, which PostgreSQL would turn round into the other of the two.
    const HERE: &str = "COALESCE((SELECT 1 FROM user_values WHERE user_values.tenant_id = ? \
         AND user_values.user_id = users.id AND ";
    let is_among = way == Way::Indexed;
    out.push(if is_among { AMONG } else { HERE }, args![tenant]);
    values(path, test, out);
    out.push(if is_among { ")" } else { " LIMIT 1), 0) = 1" }, []);
}

/// A test of the rows of `user_values`.
pub(super) fn values(path: &str, test: &Test, out: &mut Condition) {
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
}
