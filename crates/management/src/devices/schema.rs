//! What `/device-credentials` takes and gives.

use doorward_model::device_credential::{PUBLIC_KEY, REFRESH_TOKEN, ROTATING_REFRESH_TOKEN};
use doorward_model::schema::{Format, Member, Schema, TEXT, list, optional, required};

use crate::openapi::operation::{
    FIELDS, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE_OF_THOUSAND, PER_PAGE, Parameter, parameter,
    totals,
};

const fn bounded(max: usize) -> Schema {
    Schema::Text { min: 1, max, format: Format::Any }
}

/// What is registered, and what is listed.
const KIND: Schema = Schema::Words(&[PUBLIC_KEY]);
const ANY_KIND: Schema = Schema::Words(&[PUBLIC_KEY, REFRESH_TOKEN, ROTATING_REFRESH_TOKEN]);
const NEW: Schema = Schema::Object(&[
    required("device_name", bounded(255), "How its owner calls the device."),
    required("type", KIND, "The kind of credential."),
    required("value", bounded(4096), "The public key, in base64."),
    required("device_id", bounded(255), "How the device calls itself."),
    optional("client_id", TEXT, "The application that it is for; the one that asks when left out."),
]);
const MADE: Schema = Schema::Object(&[required("id", TEXT, "The id.")]);
const SHOWN: Schema = Schema::Object(&[
    optional("id", TEXT, "The id; of a refresh token, the one that /refresh-tokens knows it by."),
    optional(
        "device_name",
        TEXT,
        "How its owner calls the device, or how it called itself when it used the token last.",
    ),
    optional("device_id", TEXT, "How the device calls itself; not of a refresh token."),
    optional("type", ANY_KIND, "The kind of credential."),
    optional("user_id", TEXT, "Whose it is."),
    optional("client_id", TEXT, "The application that it is for."),
]);
const DEVICES: Schema = list(&SHOWN, 100);
const LIST: Schema = Schema::Either(&[DEVICES, Schema::Object(TOTALS)]);
const TOTALS: &[Member] = &totals("device_credentials", DEVICES);

const LISTED: &[Parameter] = &[
    PAGE_OF_THOUSAND,
    PER_PAGE,
    INCLUDE_TOTALS,
    FIELDS,
    INCLUDE_FIELDS,
    parameter("user_id", TEXT, "Only those of this user."),
    parameter("client_id", TEXT, "Only those for this application."),
    parameter("type", ANY_KIND, "Only those of this kind; all of them when left out."),
];

pub(crate) const NAMED: &[(&str, &Schema)] = &[("DeviceCredential", &SHOWN), ("NewDeviceCredential", &NEW)];

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
        summary: "Delete a device credential, or revoke a refresh token",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
