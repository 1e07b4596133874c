//! Where an index gives the ids of the users that a search is about.
//!
//! A source is a list of `SELECT`s of ids, each served by an index; all that a query finds is among what
//! they give together. Whether that is few, the database is asked before one is used.

use doorward_model::search::{Query, Scalar, Target, Test};
use doorward_model::user::search::USERS;

use super::list::UserFilter;
use super::parts::candidates;
use super::terms::{
    Way, column, connections, domain, is_of_connection, is_one_of, start_of_nickname, values,
};
use crate::sql::list::List;
use crate::sql::search::{Case, Condition, text};
use crate::sql::value::{Value, args};

/// The most `SELECT`s of a source; SQLite takes five hundred in one statement.
const MOST: usize = 200;
/// How many sources of one query are looked at: of many conditions one of the first will do.
pub(super) const TRIED: usize = 4;

/// Ids of users by a condition that an index serves.
#[derive(Debug)]
struct Part {
    table: Table,
    condition: Condition,
}

/// Where a condition is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    /// Among the users.
    Users,
    /// Among the values of their metadata.
    Values,
    /// Among the texts that hold all that is searched for a part.
    Texts,
}

/// Parts, all of which together hold what is wanted.
#[derive(Debug)]
pub(super) struct Source {
    parts: Vec<Part>,
    /// Whether what they give is what the query finds, and not more.
    pub(super) is_exact: bool,
    /// Which of the conditions that must all hold it is the source of.
    pub(super) condition: usize,
    /// The ids themselves, where they were asked for already.
    pub(super) ids: Option<Vec<Value>>,
}

impl Source {
    /// Whether it looks for a part of a text, which may take longer than a look into an order.
    pub(super) fn is_of_texts(&self) -> bool {
        self.parts.iter().any(|part| part.table == Table::Texts)
    }

    /// The statements, none of which gives an id twice.
    pub(super) fn selects(&self, tenant: &str) -> Vec<Condition> {
        const USERS: &str = "SELECT id FROM users WHERE tenant_id = ? AND ";
        const VALUES: &str = "SELECT DISTINCT user_id AS id FROM user_values WHERE tenant_id = ? AND ";
        const TEXTS: &str = "SELECT user_id AS id FROM user_texts WHERE tenant_id = ? AND ";
        let whole = |part: &Part| {
            let mut out = Condition::default();
            let select = match part.table {
                Table::Users => USERS,
                Table::Values => VALUES,
                Table::Texts => TEXTS,
            };
            out.push(select, args![tenant]);
            out.push(&part.condition.text, part.condition.values.clone());
            out
        };
        self.parts.iter().map(whole).collect()
    }

    /// Narrows a list of users to those of the source. One condition of users stands for itself, which
    /// saves looking their ids up.
    pub(super) fn narrow(&self, list: &mut List, tenant: &str) {
        match (&self.ids, &self.parts[..]) {
            (Some(ids), _) => list.and_in("id", ids.clone()),
            (None, [Part { table: Table::Users, condition }]) => {
                list.and(&condition.text, condition.values.clone());
            }
            (None, _) => list.and_among("id", &self.selects(tenant)),
        }
    }
}

/// The sources of a query: of alternatives together, of conditions that must all hold each by itself.
pub(super) fn sources(query: &Query, filter: UserFilter<'_>) -> Vec<Source> {
    let one = |query: &Query| of(query, filter).filter(|source| source.parts.len() <= MOST);
    match query {
        Query::All(parts) => {
            let each = parts.iter().enumerate().filter_map(|(at, part)| Some((at, one(part)?))).take(TRIED);
            each.map(|(condition, source)| Source { is_exact: false, condition, ..source }).collect()
        }
        other => one(other).into_iter().collect(),
    }
}

fn of(query: &Query, filter: UserFilter<'_>) -> Option<Source> {
    match query {
        Query::Everything | Query::Not(_) => None,
        Query::Term(target, test) => {
            if let Some(found) = candidates(target, test) {
                let parts = found.into_iter().map(|condition| Part { table: Table::Texts, condition });
                return Some(Source { parts: parts.collect(), is_exact: false, condition: 0, ids: None });
            }
            term(target, test, filter).map(|parts| Source { parts, is_exact: true, condition: 0, ids: None })
        }
        // Any of them will do.
        Query::All(parts) => {
            let found = parts.iter().find_map(|part| of(part, filter));
            found.map(|source| Source { is_exact: false, ..source })
        }
        Query::Any(parts) => {
            let mut all = Source { parts: Vec::new(), is_exact: true, condition: 0, ids: None };
            for part in parts {
                let source = of(part, filter)?;
                all.parts.extend(source.parts);
                all.is_exact &= source.is_exact;
            }
            Some(all)
        }
    }
}

fn term(target: &Target, test: &Test, filter: UserFilter<'_>) -> Option<Vec<Part>> {
    match target {
        Target::Anywhere => {
            let bare = USERS.fields.iter().filter(|field| field.bare);
            let each = bare.map(|field| by_column(field.name, test)).collect::<Option<Vec<_>>>()?;
            Some(each.into_iter().flatten().collect())
        }
        Target::Field(field) if is_of_connection(field.name) => Some(vec![part(Table::Users, |out| {
            is_one_of(Way::Indexed, connections(filter.connections, field.name, test), out);
        })]),
        Target::Field(field) => by_column(field.name, test),
        Target::Path(path) => (*test == Test::Exists || is_narrow(test))
            .then(|| vec![part(Table::Values, |out| values(path, test, out))]),
    }
}

fn by_column(name: &str, test: &Test) -> Option<Vec<Part>> {
    let plain = || vec![part(Table::Users, |out| column(Way::Indexed, name, test, out))];
    match name {
        "nickname" => by_nickname(test),
        "email" if domain(test).is_some() => Some(plain()),
        // An index has only those.
        "blocked" => (*test == Test::Is(Scalar::Flag(true))).then(plain),
        "email_verified" => (*test == Test::Is(Scalar::Flag(false))).then(plain),
        "last_ip"
        | "logins_count"
        | "picture"
        | "phone_verified"
        | "last_password_reset"
        | "organization_id" => None,
        "identities.user_id" => matches!(test, Test::Is(_)).then(plain),
        "last_login" | "created_at" | "updated_at" => (*test != Test::Exists).then(plain),
        _ => is_narrow(test).then(plain),
    }
}

/// Nicknames that were given have an index; all others are what the address begins with.
fn by_nickname(test: &Test) -> Option<Vec<Part>> {
    let (start, end) = start_of_nickname(test)?;
    let given = part(Table::Users, |out| {
        out.push("has_nickname = TRUE AND ", []);
        text("nickname_lower", Case::Lowered, test, out);
    });
    let others = part(Table::Users, |out| {
        out.push("has_nickname = FALSE AND email >= ? AND email < ? AND ", args![start, end]);
        text(&Way::Checked(None).text("nickname_lower"), Case::Lowered, test, out);
    });
    Some(vec![given, others])
}

/// Whether a test of a text is served by an index of it.
fn is_narrow(test: &Test) -> bool {
    match test {
        Test::Is(_) => true,
        Test::Like(pattern) => pattern.prefix().is_some(),
        Test::Between(low, high) => low.is_some() || high.is_some(),
        Test::Exists => false,
    }
}

fn part(table: Table, write: impl FnOnce(&mut Condition)) -> Part {
    let mut condition = Condition::default();
    write(&mut condition);
    Part { table, condition }
}
