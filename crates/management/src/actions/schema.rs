//! What `/actions/actions` gives.

use doorward_model::schema::{OBJECT, Schema, TEXT, WHOLE, list, required};

use crate::openapi::operation::{Operation, Parameter};

const ACTIONS: Schema = Schema::Object(&[
    required("actions", list(&OBJECT, 0), "Always empty: there are no actions."),
    required("total", WHOLE, ""),
    required("page", WHOLE, ""),
    required("per_page", WHOLE, ""),
]);

const fn parameter(name: &'static str, schema: Schema, about: &'static str) -> Parameter {
    Parameter { name, schema, about }
}

pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    id: "get_actions",
    summary: "Get actions, of which there are none",
    query: &[
        parameter("page", Schema::Whole { min: 0, max: 1_000_000 }, "Which page, from 0."),
        parameter("per_page", Schema::Whole { min: 0, max: 100 }, "How many a page has; 50 when left out."),
        parameter("triggerId", TEXT, "Selects nothing, as there is nothing."),
        parameter("actionName", TEXT, "Selects nothing, as there is nothing."),
        parameter("deployed", Schema::Flag, "Selects nothing, as there is nothing."),
        parameter("installed", Schema::Flag, "Selects nothing, as there is nothing."),
    ],
    body: None,
    answers: &[(200, Some(&ACTIONS))],
}];
