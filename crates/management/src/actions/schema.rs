//! What `/actions/actions` gives.

use doorward_model::schema::{OBJECT, Schema, TEXT, WHOLE, list, required};

use crate::openapi::operation::{Operation, PAGE, PER_PAGE, parameter};

const ACTIONS: Schema = Schema::Object(&[
    required("actions", list(&OBJECT, 0), "Always empty: there are no actions."),
    required("total", WHOLE, ""),
    required("page", WHOLE, ""),
    required("per_page", WHOLE, ""),
]);

pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    id: "get_actions",
    summary: "Get actions, of which there are none",
    query: &[
        PAGE,
        PER_PAGE,
        parameter("triggerId", TEXT, "Selects nothing, as there is nothing."),
        parameter("actionName", TEXT, "Selects nothing, as there is nothing."),
        parameter("deployed", Schema::Flag, "Selects nothing, as there is nothing."),
        parameter("installed", Schema::Flag, "Selects nothing, as there is nothing."),
    ],
    body: None,
    answers: &[(200, Some(&ACTIONS))],
}];
