//! What `/client-grants` takes and gives.

use doorward_model::schema::{Member, Schema, TEXT, WHOLE, list, optional, required, text};

use crate::openapi::operation::{Operation, Parameter};

const SCOPE: Schema = list(&text(280), 1000);
const SUBJECT: Schema = Schema::Words(&["client", "user"]);
const USAGE: Schema = Schema::Words(&["deny", "allow", "require"]);

const CHANGE: Schema = Schema::Object(&[
    optional("scope", Schema::Nullable(&SCOPE), "What may be asked for."),
    optional("organization_usage", Schema::Nullable(&USAGE), "Kept until there are organizations."),
    optional(
        "allow_any_organization",
        Schema::Nullable(&Schema::Flag),
        "Kept until there are organizations.",
    ),
]);
const NEW: Schema = Schema::Object(&[
    required("client_id", text(128), "The client."),
    required("audience", text(600), "The API, by identifier."),
    optional("scope", Schema::Nullable(&SCOPE), "What may be asked for."),
    optional("subject_type", SUBJECT, "Whom the tokens stand for: the client itself, or people."),
    optional("organization_usage", Schema::Nullable(&USAGE), "Kept until there are organizations."),
    optional(
        "allow_any_organization",
        Schema::Nullable(&Schema::Flag),
        "Kept until there are organizations.",
    ),
]);
const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, ""),
    required("client_id", TEXT, ""),
    required("audience", TEXT, ""),
    required("scope", list(&TEXT, usize::MAX), ""),
    required("subject_type", SUBJECT, ""),
    optional("organization_usage", USAGE, ""),
    optional("allow_any_organization", Schema::Flag, ""),
]);
const GRANTS: Schema = list(&SHOWN, usize::MAX);
const TOTALS: &[Member] = &[
    required("start", WHOLE, ""),
    required("limit", WHOLE, ""),
    required("length", WHOLE, ""),
    required("total", WHOLE, ""),
    required("client_grants", GRANTS, ""),
];
const CHECKPOINT: &[Member] = &[
    required("client_grants", GRANTS, ""),
    optional("next", TEXT, "The checkpoint of the part that follows."),
];
const LIST: Schema = Schema::Either(&[GRANTS, Schema::Object(TOTALS), Schema::Object(CHECKPOINT)]);

const fn parameter(name: &'static str, schema: Schema, about: &'static str) -> Parameter {
    Parameter { name, schema, about }
}

const LISTED: &[Parameter] = &[
    parameter("page", Schema::Whole { min: 0, max: 1_000_000 }, "Which page, from 0."),
    parameter(
        "per_page",
        Schema::Whole { min: 0, max: 100 },
        "How many grants a page has; 50 when left out.",
    ),
    parameter(
        "include_totals",
        Schema::Flag,
        "Whether the answer is an object with numbers around the page.",
    ),
    parameter("from", TEXT, "A checkpoint: the value of next in the part before."),
    parameter("take", Schema::Whole { min: 1, max: 100 }, "How many grants a part has; 50 when left out."),
    parameter("audience", TEXT, "Only grants on the API of this identifier."),
    parameter("client_id", TEXT, "Only grants of this client."),
    parameter("subject_type", SUBJECT, "Only grants for such tokens."),
    parameter("allow_any_organization", Schema::Flag, "Only grants that say so, or only the others."),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_client_grants",
        summary: "List client grants",
        query: LISTED,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_client_grants",
        summary: "Create a client grant",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&SHOWN))],
    },
    Operation {
        id: "get_client_grant",
        summary: "Get a client grant",
        query: &[],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_client_grants_by_id",
        summary: "Update a client grant",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "delete_client_grants_by_id",
        summary: "Delete a client grant",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
