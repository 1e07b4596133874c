//! What `/clients` takes and gives.

use doorward_model::client::schema::{CHANGE, NEW, SHOWN};
use doorward_model::schema::{Member, Schema, TEXT, WHOLE, list, required};

use crate::openapi::operation::{FIELDS, INCLUDE_FIELDS, Operation, Parameter};

const CLIENTS: Schema = list(&SHOWN, usize::MAX);
const LIST: Schema = Schema::Either(&[CLIENTS, Schema::Object(TOTALS), Schema::Object(CHECKPOINT)]);
const TOTALS: &[Member] = &[
    required("start", WHOLE, ""),
    required("limit", WHOLE, ""),
    required("length", WHOLE, ""),
    required("total", WHOLE, ""),
    required("clients", CLIENTS, ""),
];
const CHECKPOINT: &[Member] = &[
    required("clients", CLIENTS, ""),
    Member { name: "next", schema: TEXT, required: false, about: "The checkpoint of the part that follows." },
];

const fn parameter(name: &'static str, schema: Schema, about: &'static str) -> Parameter {
    Parameter { name, schema, about }
}

const LISTED: &[Parameter] = &[
    FIELDS,
    INCLUDE_FIELDS,
    parameter("page", Schema::Whole { min: 0, max: 1_000_000 }, "Which page, from 0."),
    parameter(
        "per_page",
        Schema::Whole { min: 0, max: 100 },
        "How many clients a page has; 50 when left out.",
    ),
    parameter(
        "include_totals",
        Schema::Flag,
        "Whether the answer is an object with numbers around the page.",
    ),
    parameter("from", TEXT, "A checkpoint: the value of next in the part before."),
    parameter("take", Schema::Whole { min: 1, max: 100 }, "How many clients a part has; 50 when left out."),
    parameter("is_global", Schema::Flag, "Only the client that stands for all, or only the others."),
    parameter("is_first_party", Schema::Flag, "Only clients of the house, or only those of third parties."),
    parameter("app_type", TEXT, "Types of clients between commas."),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_clients",
        summary: "List clients",
        query: LISTED,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_clients",
        summary: "Create a client",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&SHOWN))],
    },
    Operation {
        id: "get_clients_by_id",
        summary: "Get a client",
        query: &[FIELDS, INCLUDE_FIELDS],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_clients_by_id",
        summary: "Update a client",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "delete_clients_by_id",
        summary: "Delete a client",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
    Operation {
        id: "post_rotate_secret",
        summary: "Rotate the secret of a client",
        query: &[],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
];
