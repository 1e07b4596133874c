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

const SETTABLE: usize = count(false);
const ALL: usize = count(true);
static SET_FIRST: [Member; SETTABLE] = settable("name");
static SET_LATER: [Member; SETTABLE] = settable("");
static READ: [Member; ALL] = shown();

/// How many names the rows have.
const fn count(with_made: bool) -> usize {
    let (mut names, mut at) = (0, 0);
    while at < FIELDS.len() {
        let field = &FIELDS[at];
        if with_made || !matches!(field.holds, Holds::Made) {
            names += if field.alias.is_some() { 2 } else { 1 };
        }
        at += 1;
    }
    names
}

const fn settable(needed: &str) -> [Member; SETTABLE] {
    let mut members = [NOTHING; SETTABLE];
    let (mut to, mut at) = (0, 0);
    while at < FIELDS.len() {
        let field = &FIELDS[at];
        at += 1;
        if matches!(field.holds, Holds::Made) {
            continue;
        }
        let required = is_same(field.name, needed);
        members[to] = member(field, field.name, !matches!(field.null, Null::Refused), required);
        to += 1;
        if let Some(alias) = field.alias {
            members[to] = member(field, alias, !matches!(field.null, Null::Refused), false);
            to += 1;
        }
    }
    members
}

const fn shown() -> [Member; ALL] {
    let mut members = [NOTHING; ALL];
    let (mut to, mut at) = (0, 0);
    while at < FIELDS.len() {
        let field = &FIELDS[at];
        at += 1;
        members[to] = member(field, field.name, matches!(field.null, Null::Kept), false);
        to += 1;
        if let Some(alias) = field.alias {
            members[to] = member(field, alias, matches!(field.null, Null::Kept), false);
            to += 1;
        }
    }
    members
}

const NOTHING: Member = Member { name: "", schema: Schema::Any, required: false, about: "" };

const fn member(field: &'static Field, name: &'static str, is_nullable: bool, required: bool) -> Member {
    let schema = if is_nullable { Schema::Nullable(&field.schema) } else { field.schema };
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
        assert_eq!(READ.len() - SET_FIRST.len(), 6);
    }
}
