//! What `/clients/{id}/secrets` takes and gives. An extension of ours.

use doorward_model::client::secrets::{MAX_LABEL, MAX_OVERLAP};
use doorward_model::schema::{Member, Schema, TEXT, TIME, list, optional, required, text};

use crate::openapi::operation::Operation;

const END: Schema = Schema::Nullable(&TIME);
const WORDS: Schema = Schema::Nullable(&TEXT);
const LABEL: Schema = Schema::Nullable(&text(MAX_LABEL).not_empty());
const OVERLAP: Schema = Schema::Nullable(&Schema::Whole { min: 0, max: MAX_OVERLAP });

const ID: Member = required("id", TEXT, "");
const SHOWN_LABEL: Member = required("label", WORDS, "What it is for.");
const IS_PRIMARY: Member = required("is_primary", Schema::Flag, "Whether it is the client secret.");
const CREATED_AT: Member = required("created_at", TIME, "");
const EXPIRES_AT: Member = required("expires_at", END, "When it stops working.");
const LAST_USED_AT: Member = required("last_used_at", END, "When it proved the client last, to the minute.");
const LAST_USED_IP: Member = required("last_used_ip", WORDS, "From where.");

const SHOWN: Schema =
    Schema::Object(&[ID, SHOWN_LABEL, IS_PRIMARY, CREATED_AT, EXPIRES_AT, LAST_USED_AT, LAST_USED_IP]);
const MADE: Schema = Schema::Object(&[
    ID,
    SHOWN_LABEL,
    IS_PRIMARY,
    CREATED_AT,
    EXPIRES_AT,
    LAST_USED_AT,
    LAST_USED_IP,
    required("client_secret", TEXT, "The secret, this once."),
]);
const LIST: Schema = list(&SHOWN, usize::MAX);
const NEW: Schema = Schema::Object(&[
    optional("label", LABEL, "What it is for."),
    optional("is_primary", Schema::Flag, "Whether it becomes the client secret."),
    optional(
        "keep_old_for",
        OVERLAP,
        "Seconds that the old client secret goes on; null for: until it is stopped.",
    ),
    optional("expires_at", END, "When it ends; not for the client secret."),
]);

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("ClientSecret", &SHOWN), ("NewClientSecret", &NEW), ("ClientSecretWithValue", &MADE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_client_secrets",
        summary: "List the secrets of a client (an extension of Doorward)",
        query: &[],
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_client_secrets",
        summary: "Give a client another secret (an extension of Doorward)",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&MADE))],
    },
    Operation {
        id: "delete_client_secrets_by_id",
        summary: "Stop a secret of a client (an extension of Doorward)",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
