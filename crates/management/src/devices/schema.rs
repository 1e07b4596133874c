//! What `/device-credentials` takes and gives.

use doorward_model::device_credential::PUBLIC_KEY;
use doorward_model::schema::{Format, Member, Schema, TEXT, WHOLE, list, optional, required};

use crate::openapi::operation::{FIELDS, INCLUDE_FIELDS, Operation, Parameter};

const fn bounded(max: usize) -> Schema {
    Schema::Text { min: 1, max, format: Format::Any }
}

const KIND: Schema = Schema::Words(&[PUBLIC_KEY]);
const NEW: Schema = Schema::Object(&[
    required("device_name", bounded(255), "How its owner calls the device."),
    required("type", KIND, "The kind of credential."),
    required("value", bounded(4096), "The public key, in base64."),
    required("device_id", bounded(255), "How the device calls itself."),
    optional("client_id", TEXT, "The application that it is for; the one that asks when left out."),
]);
const MADE: Schema = Schema::Object(&[required("id", TEXT, "The id.")]);
const SHOWN: Schema = Schema::Object(&[
    optional("id", TEXT, "The id."),
    optional("device_name", TEXT, "How its owner calls the device."),
    optional("device_id", TEXT, "How the device calls itself."),
    optional("type", KIND, "The kind of credential."),
    optional("user_id", TEXT, "Whose it is."),
    optional("client_id", TEXT, "The application that it is for."),
]);
const DEVICES: Schema = list(&SHOWN, 100);
const LIST: Schema = Schema::Either(&[DEVICES, Schema::Object(TOTALS)]);
const TOTALS: &[Member] = &[
    required("start", WHOLE, ""),
    required("limit", WHOLE, ""),
    required("length", WHOLE, ""),
    required("total", WHOLE, ""),
    required("device_credentials", DEVICES, ""),
];

const fn parameter(name: &'static str, schema: Schema, about: &'static str) -> Parameter {
    Parameter { name, schema, about }
}

const LISTED: &[Parameter] = &[
    parameter("page", Schema::Whole { min: 0, max: 1000 }, "Which page, from 0."),
    parameter("per_page", Schema::Whole { min: 0, max: 100 }, "How many a page has; 50 when left out."),
    parameter(
        "include_totals",
        Schema::Flag,
        "Whether the answer is an object with numbers around the page.",
    ),
    FIELDS,
    INCLUDE_FIELDS,
    parameter("user_id", TEXT, "Only those of this user."),
    parameter("client_id", TEXT, "Only those for this application."),
    parameter("type", KIND, "The kind of credential."),
];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_device_credentials",
        summary: "List device credentials",
        query: LISTED,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_device_credentials",
        summary: "Register a device of one's own",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&MADE))],
    },
    Operation {
        id: "delete_device_credentials_by_id",
        summary: "Delete a device credential",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
