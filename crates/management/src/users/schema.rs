//! What `/users`, `/users-by-email` and `/user-blocks` take and give.

use doorward_model::schema::{Format, Member, Schema, TEXT, formatted, list, required};
use doorward_model::user::schema::{CHANGE, NEW, SHOWN, named};

use crate::logs::schema::{LIST as LOGS, Q, SEARCH, SORT};
use crate::openapi::operation::{
    FIELDS, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE_OF_THOUSAND, PER_PAGE, Parameter, parameter,
    totals,
};

const USERS: Schema = list(&SHOWN, 100);
const LIST: Schema = Schema::Either(&[USERS, Schema::Object(TOTALS)]);
const TOTALS: &[Member] = &totals("users", USERS);
const BLOCK: Schema = Schema::Object(&[
    required("identifier", TEXT, "The name that was tried."),
    required("ip", TEXT, "The address, or its network, that is locked out."),
    required("connection", TEXT, "The name of the connection."),
]);
const BLOCKS: Schema = Schema::Object(&[required("blocked_for", list(&BLOCK, usize::MAX), "")]);

const PROTECTED: Parameter = parameter(
    "consider_brute_force_enablement",
    Schema::Flag,
    "Whether connections whose protection is switched off are left out.",
);
const IDENTIFIER: Parameter =
    parameter("identifier", named(512), "The name that was typed to log in.").must();

const LISTED: &[Parameter] = &[
    PAGE_OF_THOUSAND,
    PER_PAGE,
    INCLUDE_TOTALS,
    parameter("sort", TEXT, "field:1 from least to greatest, field:-1 the other way round."),
    parameter("connection", TEXT, "The name of a connection: only its users."),
    FIELDS,
    INCLUDE_FIELDS,
    parameter("q", TEXT, "What to search for; the language is described in the reference."),
    parameter(
        "search_engine",
        Schema::Words(&["v1", "v2", "v3"]),
        "Known and without meaning: there is one.",
    ),
    parameter("primary_order", Schema::Flag, "Known and without meaning: the order is always the same."),
];

/// What every one has, whoever asks.
pub(crate) const ALWAYS: (&str, &[&str]) = (
    "User",
    &[
        "created_at",
        "email",
        "email_verified",
        "identities",
        "name",
        "nickname",
        "updated_at",
        "user_id",
        "blocked",
        "logins_count",
    ],
);
pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("User", &SHOWN), ("NewUser", &NEW), ("UserChange", &CHANGE), ("UserBlocks", &BLOCKS)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_users",
        summary: "List or search users",
        query: LISTED,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_users",
        summary: "Create a user",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&SHOWN))],
    },
    Operation {
        id: "get_users_by_id",
        summary: "Get a user",
        query: &[FIELDS, INCLUDE_FIELDS],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_users_by_id",
        summary: "Update a user",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "delete_users_by_id",
        summary: "Delete a user",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
    Operation {
        id: "get_logs_by_user",
        summary: "List the events of a user",
        query: &[PAGE_OF_THOUSAND, PER_PAGE, INCLUDE_TOTALS, SORT, Q, SEARCH],
        body: None,
        answers: &[(200, Some(&LOGS))],
    },
    Operation {
        id: "get_users_by_email",
        summary: "List the users of an address",
        query: &[
            parameter("email", formatted(254, Format::Email).not_empty(), "The address.").must(),
            FIELDS,
            INCLUDE_FIELDS,
        ],
        body: None,
        answers: &[(200, Some(&USERS))],
    },
    Operation {
        id: "get_user_blocks",
        summary: "See where a name is locked out",
        query: &[IDENTIFIER, PROTECTED],
        body: None,
        answers: &[(200, Some(&BLOCKS))],
    },
    Operation {
        id: "delete_user_blocks",
        summary: "Unlock a name",
        query: &[IDENTIFIER],
        body: None,
        answers: &[(204, None)],
    },
    Operation {
        id: "get_user_blocks_by_id",
        summary: "See where a user is locked out",
        query: &[PROTECTED],
        body: None,
        answers: &[(200, Some(&BLOCKS))],
    },
    Operation {
        id: "delete_user_blocks_by_id",
        summary: "Unlock a user",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];

#[cfg(test)]
mod tests {
    use doorward_model::user::edit::{NewUser, UserPatch};
    use serde_json::{Map, Value, json};

    use super::*;

    /// What the schema names and what the model reads are the same names.
    #[test]
    fn every_field_of_a_body_is_one_that_is_read() {
        let Schema::Object(members) = NEW else { panic!("no object") };
        for member in members {
            let body = Map::from_iter([(member.name.to_owned(), json!({}))]);
            let errors = NewUser::from_json(&body).unwrap_err();
            let known = errors.all().iter().all(|error| error.rule != "additional_properties");
            assert!(known, "{}", member.name);
        }
        let Schema::Object(members) = CHANGE else { panic!("no object") };
        for member in members {
            let body = Map::from_iter([(member.name.to_owned(), Value::Null)]);
            let errors = UserPatch::from_json(&body).err();
            let known =
                errors.is_none_or(|e| e.all().iter().all(|error| error.rule != "additional_properties"));
            assert!(known, "{}", member.name);
        }
    }
}
