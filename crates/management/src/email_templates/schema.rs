//! What `/email-templates` takes and gives.

use doorward_model::email_template::{CHANGE, NEW};
use doorward_model::schema::Schema;

use crate::openapi::operation::Operation;

/// What every one has.
pub(crate) const ALWAYS: (&str, &[&str]) =
    ("EmailTemplate", &["template", "body", "from", "subject", "syntax", "enabled"]);
pub(crate) const NAMED: &[(&str, &Schema)] = &[("EmailTemplate", &CHANGE), ("NewEmailTemplate", &NEW)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "post_email_templates",
        summary: "Create an email template",
        query: &[],
        body: Some(&NEW),
        answers: &[(200, Some(&CHANGE))],
    },
    Operation {
        id: "get_email_templates_by_name",
        summary: "Get an email template",
        query: &[],
        body: None,
        answers: &[(200, Some(&CHANGE))],
    },
    Operation {
        id: "patch_email_templates_by_name",
        summary: "Update an email template",
        query: &[],
        body: Some(&CHANGE),
        answers: &[(200, Some(&CHANGE))],
    },
    Operation {
        id: "put_email_templates_by_name",
        summary: "Replace an email template",
        query: &[],
        body: Some(&NEW),
        answers: &[(200, Some(&CHANGE))],
    },
];
