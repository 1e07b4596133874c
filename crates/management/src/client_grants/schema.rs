//! What `/client-grants` takes and gives.

use doorward_model::schema::{Format, Member, Schema, TEXT, formatted, list, optional, required, text};

use crate::openapi::operation::{
    FROM, INCLUDE_TOTALS, Operation, PAGE, PER_PAGE, Parameter, TAKE, checkpoint, parameter, totals,
};

const SCOPE: Schema = list(&VALUE, 1000);
const VALUE: Schema = formatted(280, Format::Scope).not_empty();
const SUBJECT: Schema = Schema::Words(&["client", "user"]);
const DEFAULT_FOR: Schema = Schema::Words(&["third_party_clients"]);
const TYPES: Schema = list(&text(255).not_empty(), 100);
const ALL: &str = "Whether all scopes of the API are granted, also those that it gets later.";
const KINDS: &str = "Kept until rich authorization requests are read.";
const USAGE: Schema = Schema::Words(&["deny", "allow", "require"]);

const CHANGE: Schema = Schema::Object(&[
    optional("scope", Schema::Nullable(&SCOPE), "What may be asked for."),
    optional("organization_usage", Schema::Nullable(&USAGE), "Kept until there are organizations."),
    optional(
        "allow_any_organization",
        Schema::Nullable(&Schema::Flag),
        "Kept until there are organizations.",
    ),
    optional("allow_all_scopes", Schema::Nullable(&Schema::Flag), ALL),
    optional("authorization_details_types", Schema::Nullable(&TYPES), KINDS),
]);
const NEW: Schema = Schema::Object(&[
    optional("client_id", formatted(128, Format::Id).not_empty(), "The client; or default_for."),
    optional(
        "default_for",
        DEFAULT_FOR,
        "Instead of one client: all of third parties that have no grant of their own on the API.",
    ),
    required("audience", text(600).not_empty(), "The API, by identifier."),
    optional("scope", Schema::Nullable(&SCOPE), "What may be asked for."),
    optional("subject_type", SUBJECT, "Whom the tokens stand for: the client itself, or people."),
    optional("organization_usage", Schema::Nullable(&USAGE), "Kept until there are organizations."),
    optional(
        "allow_any_organization",
        Schema::Nullable(&Schema::Flag),
        "Kept until there are organizations.",
    ),
    optional("allow_all_scopes", Schema::Nullable(&Schema::Flag), ALL),
    optional("authorization_details_types", Schema::Nullable(&TYPES), KINDS),
]);
const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, ""),
    optional("client_id", TEXT, "Missing where it is a default."),
    optional("default_for", DEFAULT_FOR, ""),
    required("audience", TEXT, ""),
    required("scope", list(&TEXT, usize::MAX), ""),
    required("subject_type", SUBJECT, ""),
    optional("organization_usage", USAGE, ""),
    optional("allow_any_organization", Schema::Flag, ""),
    optional("allow_all_scopes", Schema::Flag, ""),
    optional("authorization_details_types", list(&TEXT, usize::MAX), ""),
]);
const GRANTS: Schema = list(&SHOWN, usize::MAX);
const TOTALS: &[Member] = &totals("client_grants", GRANTS);
const CHECKPOINT: &[Member] = &checkpoint("client_grants", GRANTS);
const LIST: Schema = Schema::Either(&[GRANTS, Schema::Object(TOTALS), Schema::Object(CHECKPOINT)]);

const LISTED: &[Parameter] = &[
    PAGE,
    PER_PAGE,
    INCLUDE_TOTALS,
    FROM,
    TAKE,
    parameter("audience", TEXT, "Only grants on the API of this identifier."),
    parameter("client_id", TEXT, "Only grants of this client."),
    parameter("subject_type", SUBJECT, "Only grants for such tokens."),
    parameter("allow_any_organization", Schema::Flag, "Only grants that say so, or only the others."),
    parameter("default_for", DEFAULT_FOR, "Only the grants that are a default for these."),
];

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("ClientGrant", &SHOWN), ("NewClientGrant", &NEW), ("ClientGrantChange", &CHANGE)];

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
