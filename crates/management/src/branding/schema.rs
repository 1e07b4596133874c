//! What `/branding` takes and gives.

use doorward_model::branding::{BRANDING, TEMPLATE};
use doorward_model::schema::{Schema, TEXT, required};

use crate::openapi::operation::Operation;

const SHOWN: Schema = Schema::Object(&[required("body", TEXT, "The template as it was sent.")]);

pub(crate) const NAMED: &[(&str, &Schema)] = &[("Branding", &BRANDING)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_branding",
        summary: "Get how pages look",
        query: &[],
        body: None,
        answers: &[(200, Some(&BRANDING))],
    },
    Operation {
        id: "patch_branding",
        summary: "Change how pages look",
        query: &[],
        body: Some(&BRANDING),
        answers: &[(200, Some(&BRANDING))],
    },
    Operation {
        id: "get_universal_login",
        summary: "Get the template of the login page",
        query: &[],
        body: None,
        answers: &[(200, Some(&SHOWN))],
    },
    Operation {
        id: "put_universal_login",
        summary: "Set the template of the login page",
        query: &[],
        body: Some(&TEMPLATE),
        answers: &[(201, None), (204, None)],
    },
    Operation {
        id: "delete_universal_login",
        summary: "Delete the template of the login page",
        query: &[],
        body: None,
        answers: &[(204, None)],
    },
];
