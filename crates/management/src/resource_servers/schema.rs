//! What `/resource-servers` takes and gives.

use doorward_model::schema::{Format, Member, Schema, TEXT, formatted, list, optional, required, text};
use doorward_model::signing_alg::SigningAlg;

use crate::openapi::operation::{
    FIELDS, INCLUDE_FIELDS, INCLUDE_TOTALS, Operation, PAGE, PER_PAGE, Parameter, parameter, totals,
};

const SCOPE: Schema = Schema::Object(&[
    required("value", formatted(280, Format::Scope).not_empty(), "The scope value, one word."),
    optional("description", Schema::Nullable(&text(500)), "What it allows."),
]);
const LIFETIME: Schema = Schema::Whole { min: 1, max: 2_592_000 };
const USER_POLICY: Schema = Schema::Object(&[required(
    "policy",
    Schema::Words(&["allow_all", "deny_all", "require_client_grant"]),
    "Which clients get tokens of people.",
)]);
const CLIENT_POLICY: Schema = Schema::Object(&[required(
    "policy",
    Schema::Words(&["deny_all", "require_client_grant"]),
    "Which clients get tokens of their own.",
)]);
const POLICIES: Schema =
    Schema::Object(&[optional("user", USER_POLICY, ""), optional("client", CLIENT_POLICY, "")]);
const DIALECT: Schema =
    Schema::Words(&["access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"]);
const SKIP_CONSENT: &str = "skip_consent_for_verifiable_first_party_clients";

/// What may be said of an API, made or changed.
const SETTINGS: [Member; 12] = [
    optional("name", text(200), "The name for people."),
    optional("scopes", Schema::Nullable(&list(&SCOPE, 1000)), "What the API knows to allow."),
    optional("signing_alg", Schema::Words(&SigningAlg::NAMES), "How its tokens are signed."),
    optional("signing_secret", Schema::Nullable(&text(1024)), "The secret of HS256, at least 32 bytes."),
    optional("allow_offline_access", Schema::Flag, "Whether offline_access gives a refresh token."),
    optional("token_lifetime", LIFETIME, "How long its tokens live, in seconds."),
    optional("token_lifetime_for_web", LIFETIME, "The same without the token endpoint."),
    optional(SKIP_CONSENT, Schema::Flag, "Whether applications of the house need no consent."),
    optional("enforce_policies", Schema::Nullable(&Schema::Flag), "Whether people get what they hold only."),
    optional("token_dialect", Schema::Nullable(&DIALECT), "What its tokens look like."),
    optional("subject_type_authorization", Schema::Nullable(&POLICIES), "Who gets tokens."),
    optional("is_system", Schema::Flag, "As it was read; it cannot be changed."),
];

/// Some names, and the settings behind them.
const fn with_settings<const N: usize>(first: &[Member]) -> [Member; N] {
    let mut all = [first[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < first.len() { first[at] } else { SETTINGS[at - first.len()] };
        at += 1;
    }
    all
}

const CHANGE: Schema = Schema::Object(&SETTINGS);
const NEW: Schema = Schema::Object(&with_settings::<13>(&[required(
    "identifier",
    text(600).not_empty(),
    "The audience; it is never changed.",
)]));
/// With `fields` any part of it may be missing.
const SHOWN: Schema = Schema::Object(&with_settings::<14>(&[
    optional("id", TEXT, "Its own id."),
    optional("identifier", TEXT, "The audience."),
]));
const APIS: Schema = list(&SHOWN, usize::MAX);
const TOTALS: &[Member] = &totals("resource_servers", APIS);
const LIST: Schema = Schema::Either(&[APIS, Schema::Object(TOTALS)]);

const LISTED: &[Parameter] = &[
    FIELDS,
    INCLUDE_FIELDS,
    PAGE,
    PER_PAGE,
    INCLUDE_TOTALS,
    parameter("identifiers", list(&TEXT, 10), "Only the APIs of these identifiers."),
];

/// What every one has, whoever asks.
pub(crate) const ALWAYS: (&str, &[&str]) = (
    "ResourceServer",
    &[
        "id",
        "identifier",
        "allow_offline_access",
        "skip_consent_for_verifiable_first_party_clients",
        "token_lifetime",
        "token_lifetime_for_web",
        "signing_alg",
    ],
);
pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("ResourceServer", &SHOWN), ("NewResourceServer", &NEW), ("ResourceServerChange", &CHANGE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_resource_servers",
        summary: "List APIs",
        query: LISTED,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_resource_servers",
        summary: "Create an API",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&SHOWN))],
    },
    Operation {
        id: "get_resource_servers_by_id",
        summary: "Get an API by id or identifier",
        query: &[FIELDS, INCLUDE_FIELDS],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_resource_servers_by_id",
        summary: "Update an API",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "delete_resource_servers_by_id",
        summary: "Delete an API with all that rests on it",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
