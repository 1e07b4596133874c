//! What `/clients` takes and gives.

use doorward_model::client::schema::{CHANGE, NEW, SHOWN};
use doorward_model::schema::{Member, Schema, TEXT, list};

use crate::openapi::operation::{
    FIELDS, FROM, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE, PER_PAGE, Parameter, TAKE, checkpoint,
    parameter, totals,
};

const CLIENTS: Schema = list(&SHOWN, usize::MAX);
const LIST: Schema = Schema::Either(&[CLIENTS, Schema::Object(TOTALS), Schema::Object(CHECKPOINT)]);
const TOTALS: &[Member] = &totals("clients", CLIENTS);
const CHECKPOINT: &[Member] = &checkpoint("clients", CLIENTS);

const LISTED: &[Parameter] = &[
    FIELDS,
    INCLUDE_FIELDS,
    PAGE,
    PER_PAGE,
    INCLUDE_TOTALS,
    FROM,
    TAKE,
    parameter("is_global", Schema::Flag, "Only the client that stands for all, or only the others."),
    parameter("is_first_party", Schema::Flag, "Only clients of the house, or only those of third parties."),
    parameter("app_type", TEXT, "Types of clients between commas."),
    parameter("external_client_id", TEXT, "Only the clients that are known elsewhere under this."),
    parameter("q", TEXT, "A search for client_grant.organization_id or client_grant.allow_any_organization."),
];

/// What every answer to a change has.
pub(crate) const ALWAYS: (&str, &[&str]) = (
    "Client",
    &[
        "tenant",
        "global",
        "is_token_endpoint_ip_header_trusted",
        "name",
        "is_first_party",
        "oidc_conformant",
        "sso_disabled",
        "cross_origin_authentication",
        "cross_origin_auth",
        "refresh_token",
        "jwt_configuration",
        "grant_types",
        "client_aliases",
        "allowed_clients",
        "custom_login_page_on",
        "callback_url_template",
        "client_id",
    ],
);
pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("Client", &SHOWN), ("NewClient", &NEW), ("ClientChange", &CHANGE)];

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
