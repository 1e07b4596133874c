//! Which column a field of a search is, and how a test of it reads in SQL, for events and for their shapes.
//!
//! In one of two ways: so that an index serves it, or so that none does and the order of the list decides,
//! see [`super::search`].

use doorward_model::log::reference;
use doorward_model::log::search::LOGS;
use doorward_model::search::{Pattern, Query, Scalar, Target, Test};

use crate::sql::search::{Case, Condition, compile, text, time};

/// How conditions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// So that an index can serve them; also where there is none, as for shapes.
    Plain,
    /// So that none does.
    Checked,
}

/// The condition of a whole query.
pub(super) fn condition(query: &Query, way: Way) -> Condition {
    compile(query, &|target, test, out| term(way, target, test, out))
}

fn term(way: Way, target: &Target, test: &Test, out: &mut Condition) {
    match target {
        Target::Anywhere => {
            out.push("(", []);
            for (at, field) in LOGS.fields.iter().filter(|field| field.bare).enumerate() {
                if at > 0 {
                    out.push(" OR ", []);
                }
                column(way, field.name, test, out);
            }
            out.push(")", []);
        }
        Target::Field(field) => column(way, field.name, test, out),
        // The language has no objects.
        Target::Path(_) => out.push("FALSE", []),
    }
}

/// A test of one field.
pub(super) fn column(way: Way, name: &str, test: &Test, out: &mut Condition) {
    match (name, column_of(name)) {
        ("date", _) => time("at", test, out),
        ("reference", Some(key)) => of_reference(way, key, test, out),
        (_, Some(column)) if way == Way::Checked => text(&format!("({column} || '')"), Case::Kept, test, out),
        (_, Some(column)) => text(column, Case::Kept, test, out),
        // There are no organizations.
        (_, None) => out.push("FALSE", []),
    }
}

/// A test of the reference, with which the key that repeats are counted by begins. The index of the keys serves
/// whole ones and beginnings.
fn of_reference(way: Way, key: &str, test: &Test, out: &mut Condition) {
    let begins = match test {
        Test::Is(Scalar::Text(whole)) => reference::whole(whole),
        Test::Like(pattern) if pattern.prefix().is_some() => pattern.prefix().and_then(reference::beginning),
        _ => {
            let spelled = format!("(SUBSTR({key}, 1, 4) || '-' || SUBSTR({key}, 5, 4))");
            return text(&spelled, Case::Kept, test, out);
        }
    };
    let key = if way == Way::Checked { format!("({key} || '')") } else { key.to_owned() };
    match begins.and_then(|begins| Pattern::new(vec![begins, String::new()])) {
        Some(pattern) => text(&key, Case::Kept, &Test::Like(pattern), out),
        None => out.push("FALSE", []),
    }
}

/// The column of a field that holds text.
pub(super) fn column_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "client_id" => "client_id",
        "client_name" => "client_name",
        "connection" => "connection_name",
        "connection_id" => "connection_id",
        "description" => "description",
        "hostname" => "hostname",
        "ip" => "ip",
        "log_id" => "id",
        "reference" => "fold_key",
        "strategy" => "strategy",
        "strategy_type" => "strategy_type",
        "type" => "code",
        "user_agent" => "user_agent",
        "user_id" => "user_id",
        "user_name" => "user_name",
        _ => return None,
    })
}

/// Whether a field is the same in all events of a shape.
fn is_shared(name: &str) -> bool {
    !matches!(name, "date" | "ip" | "log_id" | "reference" | "user_agent" | "user_id" | "user_name")
}

/// Whether the shape of an event alone says whether the query finds it.
pub(super) fn is_of_shape(query: &Query) -> bool {
    match query {
        Query::Everything | Query::Term(Target::Anywhere | Target::Path(_), _) => false,
        Query::Term(Target::Field(field), _) => is_shared(field.name),
        Query::Not(inner) => is_of_shape(inner),
        Query::All(parts) | Query::Any(parts) => parts.iter().all(is_of_shape),
    }
}

/// The part of a term without a field that shapes answer, as a query, and the fields that they do not.
pub(super) fn bare_of_shape(test: &Test) -> (Query, Vec<&'static str>) {
    let (shared, own): (Vec<_>, Vec<_>) =
        LOGS.fields.iter().filter(|field| field.bare).partition(|field| is_shared(field.name));
    let parts = shared.into_iter().map(|field| Query::Term(Target::Field(field), test.clone())).collect();
    (Query::any(parts), own.into_iter().map(|field| field.name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_language_has_a_column_or_is_known_to_have_none() {
        for field in LOGS.fields {
            let has_column = column_of(field.name).is_some();
            assert_eq!(has_column, !matches!(field.name, "date" | "organization_id"), "{}", field.name);
        }
    }

    #[test]
    fn what_a_shape_alone_answers() {
        let of_shape = |text: &str| is_of_shape(&LOGS.parse(text).unwrap());
        assert!(of_shape("type:s -client_name:*shop*") && of_shape("organization_id:x"));
        for no in ["ada", "type:s user_id:x", "NOT ip:192.0.2.1", "reference:7F3K-92QD", "date:2026", "*"] {
            assert!(!of_shape(no), "{no}");
        }
    }
}
