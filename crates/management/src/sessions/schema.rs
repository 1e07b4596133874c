//! What `/sessions` takes and gives, and the sessions of users.

use doorward_model::schema::{OBJECT, Schema, TEXT, TIME, list, optional, required};

use crate::openapi::operation::{Answers, FROM, NO_TOTALS, Operation, TAKE, checkpoint, reads, writes};

const FACTS: Schema = Schema::Nullable(&OBJECT);
const END: Schema = Schema::Nullable(&TIME);
/// Where something began and where it was used last.
pub(crate) const DEVICE: Schema = Schema::Object(&[
    optional("initial_user_agent", TEXT, "The browser at the beginning."),
    optional("initial_ip", TEXT, "The address at the beginning."),
    optional("last_user_agent", TEXT, "The browser at the last use."),
    optional("last_ip", TEXT, "The address at the last use."),
]);
const CLIENT: Schema = Schema::Object(&[required("client_id", TEXT, "")]);
const METHOD: Schema = Schema::Object(&[
    required("name", TEXT, "How: pwd is a password."),
    required("timestamp", TIME, "When."),
]);
const AUTHENTICATION: Schema =
    Schema::Object(&[required("methods", list(&METHOD, usize::MAX), "How the user logged in.")]);
const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, "The id; never what stands in the cookie."),
    required("user_id", TEXT, "Whose it is."),
    required("created_at", TIME, "When it began."),
    required("updated_at", TIME, "When it was used last."),
    required("authenticated_at", TIME, "When the user proved who they are last."),
    required("idle_expires_at", END, "When it ends unless it is used."),
    required("expires_at", END, "When it ends at the latest."),
    required("last_interacted_at", TIME, "When it was used last."),
    required("device", DEVICE, "From where."),
    required("clients", list(&CLIENT, usize::MAX), "The applications that it was used for."),
    required("authentication", AUTHENTICATION, ""),
    required("session_metadata", FACTS, "What an admin keeps about it."),
]);
const CHANGE: Schema =
    Schema::Object(&[optional("session_metadata", FACTS, "Replaced as a whole; null removes it.")]);
const ACCESS: Schema = Schema::Object(&[
    optional("session_id", TEXT, "Only this session and what began in it."),
    optional("preserve_refresh_tokens", Schema::Flag, "Whether refresh tokens stay."),
]);
const LIST: Schema = Schema::Object(&checkpoint("sessions", list(&SHOWN, 100)));

/// What was ended is ended when this is sent.
pub(crate) const ENDED: Answers = &[(202, None)];

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("Session", &SHOWN), ("SessionChange", &CHANGE), ("AccessRevocation", &ACCESS), ("Device", &DEVICE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads("get_session", "Get a session", &[], &[(200, Some(&SHOWN))]),
    writes("patch_session", "Update what is kept about a session", &CHANGE, &[(200, Some(&SHOWN))]),
    reads("delete_session", "End a session", &[], ENDED),
    reads("revoke_session", "End a session and its refresh tokens", &[], ENDED),
    reads(
        "get_sessions_for_user",
        "List the sessions of a user",
        &[FROM, TAKE, NO_TOTALS],
        &[(200, Some(&LIST))],
    ),
    reads("delete_sessions_for_user", "End all sessions of a user", &[], ENDED),
    writes("revoke_user_access", "Revoke sessions and refresh tokens of a user", &ACCESS, ENDED),
];
