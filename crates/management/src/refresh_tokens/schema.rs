//! What `/refresh-tokens` takes and gives, and the refresh tokens of users.

use doorward_model::schema::{Format, OBJECT, Schema, TEXT, TIME, list, optional, required};

use super::revoke::MOST;
use crate::openapi::operation::{
    FIELDS, FROM, INCLUDE_FIELDS, NO_TOTALS, Operation, Parameter, TAKE, checkpoint, parameter, reads, writes,
};
use crate::sessions::schema::{DEVICE, ENDED};

const FACTS: Schema = Schema::Nullable(&OBJECT);
const END: Schema = Schema::Nullable(&TIME);
const FAMILY: Schema = id(64);
const SERVER: Schema = Schema::Object(&[
    required("audience", TEXT, "The API, by identifier."),
    required("scopes", TEXT, "Scope values between blanks."),
]);
const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, "The id; never the token itself."),
    required("user_id", TEXT, "For whom it was given."),
    required("created_at", TIME, "When it was first given."),
    required("idle_expires_at", END, "When it ends unless it is used."),
    required("expires_at", END, "When it ends at the latest."),
    required("device", DEVICE, "From where it is used."),
    required("client_id", TEXT, "The application that holds it."),
    required("session_id", TEXT, "The session in which it was given."),
    required("rotating", Schema::Flag, "Whether each use gives a new one."),
    required("resource_servers", list(&SERVER, usize::MAX), "What it gives access to."),
    required("last_exchanged_at", END, "When it was used last."),
    required("refresh_token_metadata", FACTS, "What an admin keeps about it."),
]);
const CHANGE: Schema =
    Schema::Object(&[optional("refresh_token_metadata", FACTS, "Replaced as a whole; null removes it.")]);
const WHICH: Schema = Schema::Object(&[
    optional("ids", Schema::List { of: &FAMILY, min: 1, max: MOST }, "These, and nothing else is named."),
    optional("user_id", id(255), "All of this user."),
    optional("client_id", id(128), "All of this application."),
    optional("audience", TEXT, "Only those for this API, with user_id or client_id."),
]);
const TOKENS: Schema = list(&SHOWN, 100);
const LIST: Schema = Schema::Object(&checkpoint("refresh_tokens", TOKENS));
const LIST_OF_USER: Schema = Schema::Object(&checkpoint("tokens", TOKENS));

/// go-auth0 sends it to this list as to all others.
const PER_PART: Parameter = parameter(
    "per_page",
    Schema::Whole { min: 0, max: 100 },
    "Taken from SDKs that send it: how many a part has, where take says nothing.",
);

const fn id(max: usize) -> Schema {
    Schema::Text { min: 1, max, format: Format::Id }
}

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("RefreshToken", &SHOWN), ("RefreshTokenChange", &CHANGE), ("RefreshTokensToRevoke", &WHICH)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads(
        "get_refresh_tokens",
        "List refresh tokens",
        &[
            parameter("user_id", TEXT, "Whose.").must(),
            parameter("client_id", TEXT, "Only those of this application."),
            FROM,
            TAKE,
            NO_TOTALS,
            FIELDS,
            INCLUDE_FIELDS,
        ],
        &[(200, Some(&LIST))],
    ),
    reads("get_refresh_token", "Get a refresh token", &[], &[(200, Some(&SHOWN))]),
    writes(
        "patch_refresh_tokens_by_id",
        "Update what is kept about a refresh token",
        &CHANGE,
        &[(200, Some(&SHOWN))],
    ),
    reads("delete_refresh_token", "Revoke a refresh token", &[], ENDED),
    writes("post_revoke_refresh_tokens", "Revoke several refresh tokens", &WHICH, ENDED),
    reads(
        "get_refresh_tokens_for_user",
        "List the refresh tokens of a user",
        &[FROM, TAKE, PER_PART, NO_TOTALS],
        &[(200, Some(&LIST_OF_USER))],
    ),
    reads("delete_refresh_tokens_for_user", "Revoke all refresh tokens of a user", &[], ENDED),
];
