//! The table as bodies: what makes a client, what changes one, what is shown of one.
//!
//! All three are made while compiling, so they cannot differ from the table.

use super::{FIELDS, Field, Holds, Null};
use crate::schema::{Member, Schema};

/// A body that makes a client.
pub const NEW: Schema = Schema::Object(&SET_FIRST);
/// A body that changes one.
pub const CHANGE: Schema = Schema::Object(&SET_LATER);
/// A client as it is shown.
pub const SHOWN: Schema = Schema::Object(&READ);

/// Which of the three.
#[derive(Clone, Copy, PartialEq)]
enum Body {
    New,
    Change,
    Shown,
}

const FIRST: usize = count(Body::New);
const LATER: usize = count(Body::Change);
const ALL: usize = count(Body::Shown);
static SET_FIRST: [Member; FIRST] = members(Body::New);
static SET_LATER: [Member; LATER] = members(Body::Change);
static READ: [Member; ALL] = members(Body::Shown);

const fn is_in(field: &Field, body: Body) -> bool {
    match (body, field.holds) {
        (Body::Shown, _) => true,
        (_, Holds::Made) => false,
        (Body::New, Holds::Proof) => field.new.is_some(),
        _ => true,
    }
}

/// How many names the rows of a body have.
const fn count(body: Body) -> usize {
    let (mut names, mut at) = (0, 0);
    while at < FIELDS.len() {
        let field = &FIELDS[at];
        if is_in(field, body) {
            names += if field.alias.is_some() { 2 } else { 1 };
        }
        at += 1;
    }
    names
}

const fn members<const N: usize>(body: Body) -> [Member; N] {
    let mut members = [NOTHING; N];
    let (mut to, mut at) = (0, 0);
    while at < FIELDS.len() {
        let field = &FIELDS[at];
        at += 1;
        if !is_in(field, body) {
            continue;
        }
        members[to] = member(field, field.name, body);
        to += 1;
        if let Some(alias) = field.alias {
            members[to] = member(field, alias, body);
            to += 1;
        }
    }
    members
}

const NOTHING: Member = Member { name: "", schema: Schema::Any, required: false, about: "" };

const fn member(field: &'static Field, name: &'static str, body: Body) -> Member {
    let is_nullable = match body {
        Body::Shown => matches!(field.null, Null::Kept),
        Body::New | Body::Change => !matches!(field.null, Null::Refused),
    };
    let schema = match (body, &field.new) {
        (Body::New, Some(new)) => *new,
        _ => &field.schema,
    };
    let required = matches!(body, Body::New) && is_same(name, "name");
    let schema = if is_nullable { Schema::Nullable(schema) } else { *schema };
    Member { name, schema, required, about: "" }
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    one.len() == other.len() && at == one.len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_new_client_needs_a_name_and_a_change_needs_nothing() {
        assert!(NEW.allows(&json!({ "name": "Shop", "cross_origin_auth": true })));
        assert!(!NEW.allows(&json!({})));
        assert!(CHANGE.allows(&json!({ "description": null })));
        assert!(!CHANGE.allows(&json!({ "name": null })));
        assert!(!CHANGE.allows(&json!({ "client_id": "mine" })));
        assert!(SHOWN.allows(&json!({ "client_id": "mine", "par_request_expiry": null })));
    }

    #[test]
    fn no_member_is_left_empty() {
        for members in [&SET_FIRST[..], &SET_LATER, &READ] {
            assert!(members.iter().all(|member| !member.name.is_empty()));
        }
        assert_eq!(READ.len() - SET_FIRST.len(), 7);
    }
}
