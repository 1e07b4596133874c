//! What `/connections` takes and gives, and the connections of clients.

use doorward_model::connection::Strategy;
use doorward_model::schema::{
    Format, Member, Schema, TEXT, TEXTS, formatted, list, optional, required, text,
};

use super::clients::MOST;
use crate::openapi::operation::{
    Answers, DONE, FIELDS, FROM, INCLUDE_FIELDS, INCLUDE_TOTALS, NO_TOTALS, Operation, PAGE, PER_FULL_PAGE,
    Parameter, TAKE, checkpoint, parameter, reads, totals, writes,
};

const FLAG: Schema = Schema::Nullable(&Schema::Flag);
const NAME: Schema = Schema::Text { min: 1, max: 128, format: Format::Any };
const STRATEGY: Schema = Schema::Words(&Strategy::NAMES);
const PURPOSE: Schema = Schema::Nullable(&Schema::Object(&[required("active", Schema::Flag, "")]));
const PAIRS: Schema = Schema::Nullable(&Schema::Map { of: &text(255), max: 10 });
const SWITCH: Schema = Schema::Open(&[optional("enable", FLAG, "")]);
const HISTORY: Schema = Schema::Open(&[
    optional("enable", FLAG, "false: earlier passwords are not kept."),
    optional("size", Schema::Nullable(&Schema::Whole { min: 1, max: 24 }), "How many are remembered."),
]);
const DICTIONARY: Schema = Schema::Open(&[
    optional("enable", FLAG, ""),
    optional("dictionary", Schema::Nullable(&list(&text(50), 200)), "Words that no password may be."),
]);
const COMPLEXITY: Schema = Schema::Open(&[optional(
    "min_length",
    Schema::Nullable(&Schema::Whole { min: 1, max: 128 }),
    "The least length of a password.",
)]);
const POLICY: Schema = Schema::Words(&["none", "low", "fair", "good", "excellent"]);
/// Others are kept and given back.
const OPTIONS: Schema = Schema::Open(&[
    optional("brute_force_protection", FLAG, "Whether repeated wrong passwords lock an account for a while."),
    optional("disable_signup", FLAG, "Whether people cannot sign up."),
    optional("requires_username", FLAG, "Kept until there are user names."),
    optional("disable_self_service_change_password", FLAG, "Whether people cannot change their password."),
    optional("realm_fallback", FLAG, "Kept, without effect."),
    optional("enable_script_context", FLAG, "Kept, without effect."),
    optional("passwordPolicy", Schema::Nullable(&POLICY), "How strong a password must be."),
    optional("password_complexity_options", Schema::Nullable(&COMPLEXITY), ""),
    optional("password_history", Schema::Nullable(&HISTORY), ""),
    optional("password_no_personal_info", Schema::Nullable(&SWITCH), ""),
    optional("password_dictionary", Schema::Nullable(&DICTIONARY), ""),
    optional("mfa", Schema::Nullable(&Schema::Map { of: &FLAG, max: usize::MAX }), ""),
    optional("customScripts", Schema::Nullable(&SCRIPTS), "Kept; scripts are not run here."),
    optional("non_persistent_attrs", Schema::Nullable(&TEXTS), "Kept, without effect."),
]);
const SCRIPTS: Schema = Schema::Map { of: &Schema::Nullable(&TEXT), max: usize::MAX };

/// What may be said of a connection, made or changed.
const SETTINGS: [Member; 9] = [
    optional("options", OPTIONS, "What the strategy knows; replaced as a whole."),
    optional("display_name", Schema::Nullable(&NAME), "The name for people."),
    optional("is_domain_connection", Schema::Flag, "Whether applications of third parties may use it."),
    optional("realms", Schema::Nullable(&list(&NAME, 50)), "Other names that a login may use for it."),
    optional("metadata", PAIRS, "Pairs of your own."),
    optional("show_as_button", FLAG, "Kept, without effect for a database."),
    optional("authentication", PURPOSE, "Whether people log in through it."),
    optional("connected_accounts", PURPOSE, "Accounts cannot be joined yet: false, or left out."),
    optional("enabled_clients", list(&CLIENT_ID, usize::MAX), "The applications that it is switched on for."),
];
const NEW_SETTINGS: [Member; 11] = with_settings(&[
    required("name", NAME, "Letters and digits, and single hyphens between them; it is never changed."),
    required("strategy", STRATEGY, "The kind: auth0 is a database of users."),
]);
/// With `fields`, or without a scope, any part of it may be missing.
const SHOWN_SETTINGS: [Member; 12] = with_settings(&[
    optional("id", TEXT, "The id."),
    optional("name", TEXT, "The name."),
    optional("strategy", STRATEGY, "The kind."),
]);
const CHANGE: Schema = Schema::Object(&SETTINGS);
const NEW: Schema = Schema::Object(&NEW_SETTINGS);
const SHOWN: Schema = Schema::Object(&SHOWN_SETTINGS);
const CONNECTIONS: Schema = list(&SHOWN, usize::MAX);
const PART: Schema = Schema::Object(&checkpoint("connections", CONNECTIONS));
const LIST: Schema =
    Schema::Either(&[CONNECTIONS, Schema::Object(&totals("connections", CONNECTIONS)), PART]);

const CLIENT_ID: Schema = Schema::Text { min: 1, max: 128, format: Format::Id };
const CLIENT: Schema = Schema::Object(&[required("client_id", TEXT, "")]);
const CLIENTS: Schema = Schema::Object(&checkpoint("clients", list(&CLIENT, 100)));
const CLIENT_SWITCH: Schema = Schema::Object(&[
    required("client_id", Schema::Text { min: 1, max: 128, format: Format::Id }, "The application."),
    required("status", Schema::Flag, "Whether it is switched on."),
]);
const SWITCHES: Schema = Schema::List { of: &CLIENT_SWITCH, min: 1, max: MOST };

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

const STRATEGIES: Parameter = parameter("strategy", list(&TEXT, usize::MAX), "Only of these kinds.");
const ONE: Answers = &[(200, Some(&SHOWN))];

/// What every one has, whoever asks.
pub(crate) const ALWAYS: (&str, &[&str]) = (
    "Connection",
    &["id", "options", "strategy", "name", "is_domain_connection", "realms", "enabled_clients"],
);
pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("Connection", &SHOWN), ("NewConnection", &NEW), ("ConnectionChange", &CHANGE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads(
        "get_connections",
        "List connections",
        &[
            FIELDS,
            INCLUDE_FIELDS,
            PAGE,
            PER_FULL_PAGE,
            INCLUDE_TOTALS,
            FROM,
            TAKE,
            STRATEGIES,
            parameter("name", TEXT, "Only the connection of this name."),
        ],
        &[(200, Some(&LIST))],
    ),
    writes("post_connections", "Create a connection", &NEW, &[(201, Some(&SHOWN))]),
    reads("get_connections_by_id", "Get a connection", &[FIELDS, INCLUDE_FIELDS], ONE),
    writes("patch_connections_by_id", "Update a connection", &CHANGE, ONE),
    reads("delete_connections_by_id", "Delete a connection with its users", &[], &[(202, None)]),
    reads(
        "get_connection_clients",
        "List the clients that a connection is on for",
        &[FROM, TAKE, NO_TOTALS],
        &[(200, Some(&CLIENTS))],
    ),
    writes("patch_connection_clients", "Switch a connection on or off for clients", &SWITCHES, DONE),
    reads("get_connection_status", "See whether people can log in through a connection", &[], &[(200, None)]),
    reads(
        "delete_users_by_email",
        "Delete the user of an address",
        &[parameter("email", formatted(254, Format::Email).not_empty(), "The address of the user who goes.")
            .must()],
        DONE,
    ),
    reads(
        "get_client_connections",
        "List the connections of a client",
        &[FIELDS, INCLUDE_FIELDS, FROM, TAKE, STRATEGIES],
        &[(200, Some(&PART))],
    ),
];
