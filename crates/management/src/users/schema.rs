//! What `/users`, `/users-by-email` and `/user-blocks` take and give.

use doorward_model::schema::{
    Format, Member, OBJECT, Schema, TEXT, TIME, WHOLE, formatted, list, optional, required,
};

use crate::logs::schema::{LIST as LOGS, Q, SEARCH, SORT};
use crate::openapi::operation::{
    FIELDS, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE_OF_THOUSAND, PER_PAGE, Parameter, parameter,
    totals,
};

const fn named(max: usize) -> Schema {
    Schema::Text { min: 1, max, format: Format::Any }
}

const NAME: Schema = Schema::Nullable(&named(300));
const PART: Schema = Schema::Nullable(&named(150));
const PICTURE: Schema = Schema::Nullable(&formatted(2048, Format::WebAddress).not_empty());
const PHONE: Schema = Schema::Nullable(&formatted(16, Format::Phone).not_empty());
const METADATA: Schema = Schema::Nullable(&OBJECT);

const NEW: Schema = Schema::Object(&[
    required("connection", named(128), "The name of the connection."),
    required("email", formatted(254, Format::Email).not_empty(), "The address to log in with."),
    optional("password", named(1024), "The password; its rules are those of the connection."),
    optional(
        "user_id",
        formatted(255, Format::Id).not_empty(),
        "An id of your own choice, which becomes auth0|<this>.",
    ),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("name", NAME, "The full name."),
    optional("nickname", NAME, "The casual name."),
    optional("given_name", PART, "The first name."),
    optional("family_name", PART, "The last name."),
    optional("picture", PICTURE, "The address of a picture."),
    optional("phone_number", PHONE, "A telephone number with its country: +4930123456."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("user_metadata", METADATA, "What the person may change; at most 16 KiB."),
    optional("app_metadata", METADATA, "What applications keep about the person; at most 16 KiB."),
    optional("verify_email", Schema::Flag, "No mails are sent yet: false, or left out."),
    optional("verify_phone_number", Schema::Flag, "No messages are sent yet: false, or left out."),
    optional(
        "username",
        Schema::Nullable(&TEXT),
        "Connections know people by their address: null, or left out.",
    ),
]);

const CHANGE: Schema = Schema::Object(&[
    optional(
        "email",
        formatted(254, Format::Email).not_empty(),
        "A new address; it counts as not proven unless this says so.",
    ),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("password", named(1024), "A new password; it ends all sessions and refresh tokens."),
    optional("name", NAME, "The full name."),
    optional("nickname", NAME, "The casual name."),
    optional("given_name", PART, "The first name."),
    optional("family_name", PART, "The last name."),
    optional("picture", PICTURE, "The address of a picture."),
    optional("phone_number", PHONE, "A telephone number with its country."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("user_metadata", METADATA, "Merged by first-level names; null removes a name, {} all of them."),
    optional("app_metadata", METADATA, "Merged by first-level names; null removes a name, {} all of them."),
    optional("connection", TEXT, "The user's own connection, for tools that always name it."),
    optional("client_id", TEXT, "Taken from tools that send it; it has no meaning yet."),
    optional("verify_email", Schema::Flag, "No mails are sent yet: false, or left out."),
    optional("verify_phone_number", Schema::Flag, "No messages are sent yet: false, or left out."),
    optional(
        "username",
        Schema::Nullable(&TEXT),
        "Connections know people by their address: null, or left out.",
    ),
]);

const IDENTITY: Schema = Schema::Object(&[
    required("connection", TEXT, "The name of the connection."),
    required("user_id", TEXT, "The id there, without the name of the strategy."),
    required("provider", TEXT, "The strategy."),
    required("isSocial", Schema::Flag, "Whether it is a social provider."),
]);

/// Nothing is required, because `fields` may leave out anything.
const SHOWN: Schema = Schema::Object(&[
    optional("created_at", TIME, "When the user was made."),
    optional("email", TEXT, "The address, in small letters."),
    optional("email_verified", Schema::Flag, "Whether the address is proven to be theirs."),
    optional("family_name", TEXT, "The last name."),
    optional("given_name", TEXT, "The first name."),
    optional("identities", list(&IDENTITY, 1), "How the user is known."),
    optional("name", TEXT, "The full name; the address where none was given."),
    optional("nickname", TEXT, "The casual name; what the address begins with where none was given."),
    optional("phone_number", TEXT, "The telephone number."),
    optional("phone_verified", Schema::Flag, "Whether the number is proven to be theirs."),
    optional("picture", TEXT, "The address of a picture, where one was given."),
    optional("updated_at", TIME, "When the user was last changed."),
    optional("user_id", TEXT, "The id, also sub in tokens."),
    optional("username", TEXT, "A second name to log in with."),
    optional("user_metadata", OBJECT, "What the person may change; absent when empty."),
    optional("app_metadata", OBJECT, "What applications keep; absent when empty."),
    optional("blocked", Schema::Flag, "Whether the user gets no tokens."),
    optional("last_password_reset", TIME, "When the password was last changed."),
    optional("last_ip", TEXT, "Where the last login came from."),
    optional("last_login", TIME, "The last login."),
    optional("logins_count", WHOLE, "How many logins there were."),
]);

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
