//! What `/grants` takes and gives.

use doorward_model::schema::{Schema, TEXT, TEXTS, list, required};

use crate::openapi::operation::{
    DONE, INCLUDE_TOTALS, Operation, PAGE, PER_PAGE, Parameter, parameter, reads, totals,
};

const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, "The id."),
    required("clientID", TEXT, "The application that may."),
    required("user_id", TEXT, "Who allowed it."),
    required("audience", TEXT, "At which API, by identifier."),
    required("scope", TEXTS, "What it may ask for."),
]);
const GRANTS: Schema = list(&SHOWN, usize::MAX);
const LIST: Schema = Schema::Either(&[GRANTS, Schema::Object(&totals("grants", GRANTS))]);
const USER: Parameter = parameter("user_id", TEXT, "Only what this user allowed.");

pub(crate) const NAMED: &[(&str, &Schema)] = &[("Grant", &SHOWN)];

pub(crate) const OPERATIONS: &[Operation] = &[
    reads(
        "get_grants",
        "List what users allowed applications",
        &[
            PAGE,
            PER_PAGE,
            INCLUDE_TOTALS,
            USER,
            parameter("client_id", TEXT, "Only what this application may."),
            parameter("audience", TEXT, "Only at the API of this identifier."),
        ],
        &[(200, Some(&LIST))],
    ),
    reads(
        "delete_grants_by_user",
        "Take back all that a user allowed",
        &[parameter("user_id", TEXT, "Whose grants go.").must()],
        DONE,
    ),
    reads("delete_grants_by_id", "Take back a grant of a user", &[], DONE),
];
