//! What `/clients/{client_id}/credentials` takes and gives.

use doorward_model::client::credential::schema::{CHANGE, NEW, SHOWN};
use doorward_model::schema::{Schema, list};

use crate::openapi::operation::{Operation, Parameter, parameter};

const LIST: Schema = list(&SHOWN, usize::MAX);

const fn unused(name: &'static str, schema: Schema) -> Parameter {
    parameter(name, schema, "Understood for the sake of tools; a client has a handful.")
}

const PAGING: &[Parameter] = &[
    unused("page", Schema::Whole { min: 0, max: 1_000_000 }),
    unused("per_page", Schema::Whole { min: 0, max: 100 }),
    unused("include_totals", Schema::Flag),
];

pub(crate) const NAMED: &[(&str, &Schema)] =
    &[("ClientCredential", &SHOWN), ("NewClientCredential", &NEW), ("ClientCredentialChange", &CHANGE)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_credentials",
        summary: "List the credentials of a client",
        query: PAGING,
        body: None,
        answers: &[(200, Some(&LIST))],
    },
    Operation {
        id: "post_credentials",
        summary: "Create a credential of a client",
        query: &[],
        body: Some(&NEW),
        answers: &[(201, Some(&SHOWN))],
    },
    Operation {
        id: "get_credentials_by_id",
        summary: "Get a credential of a client",
        query: &[],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "patch_credentials_by_id",
        summary: "Change when a credential of a client ends",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "delete_credentials_by_id",
        summary: "Delete a credential of a client",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
