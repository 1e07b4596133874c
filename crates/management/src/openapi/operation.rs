//! What an operation takes and gives. One list per resource, beside its endpoints, in `schema.rs`.
//!
//! Forms get their types from it, the OpenAPI document is made of it, and tests hold every answer
//! against it. Must not know how an operation does its work.

use doorward_model::schema::{Member, Schema, TEXT, WHOLE, optional, required};

use crate::{
    actions, branding, client_credentials, client_grants, client_secrets, clients, connections, devices,
    email_templates, grants, keys, log_streams, logs, refresh_tokens, resource_servers, roles, sessions,
    tenants, users,
};

/// What an operation gives when it worked, by status; no schema where the answer has no body.
pub(crate) type Answers = &'static [(u16, Option<&'static Schema>)];

/// The answer of what was done and has nothing to show.
pub(crate) const DONE: Answers = &[(204, None)];

/// An operation, named as in `routes`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation {
    /// Its name in `routes`.
    pub(crate) id: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    /// The parameters of its query.
    pub(crate) query: &'static [Parameter],
    /// What its body may be; none when it reads none.
    pub(crate) body: Option<&'static Schema>,
    /// What it gives when it worked.
    pub(crate) answers: Answers,
}

/// An operation without a body.
pub(crate) const fn reads(
    id: &'static str,
    summary: &'static str,
    query: &'static [Parameter],
    answers: Answers,
) -> Operation {
    Operation { id, summary, query, body: None, answers }
}

/// An operation with a body and nothing in its query.
pub(crate) const fn writes(
    id: &'static str,
    summary: &'static str,
    body: &'static Schema,
    answers: Answers,
) -> Operation {
    Operation { id, summary, query: &[], body: Some(body), answers }
}

/// A parameter of a query. A list comes entry by entry, each under the same name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) schema: Schema,
    /// What it does.
    pub(crate) about: &'static str,
    /// Whether it must be there.
    pub(crate) required: bool,
}

/// A parameter that may be left out.
pub(crate) const fn parameter(name: &'static str, schema: Schema, about: &'static str) -> Parameter {
    Parameter { name, schema, about, required: false }
}

impl Parameter {
    /// The same parameter, which must be there.
    pub(crate) const fn must(self) -> Self {
        Self { required: true, ..self }
    }
}

/// `fields` of a query.
pub(crate) const FIELDS: Parameter = parameter(
    "fields",
    TEXT,
    "Names between commas, dotted for parts of parts: what to show, or with include_fields=false what to leave out.",
);
/// `include_fields` of a query.
pub(crate) const INCLUDE_FIELDS: Parameter = parameter(
    "include_fields",
    Schema::Flag,
    "Whether the names in fields are what to show; true when it is left out.",
);
/// `page` of a list that may be as long as it likes.
pub(crate) const PAGE: Parameter =
    parameter("page", Schema::Whole { min: 0, max: 1_000_000 }, "Which page, from 0.");
/// `page` of a list of which pages show the first thousand entries.
pub(crate) const PAGE_OF_THOUSAND: Parameter =
    parameter("page", Schema::Whole { min: 0, max: 1000 }, "Which page, from 0; pages lead to entry 1000.");
/// `per_page` of a list.
pub(crate) const PER_PAGE: Parameter =
    parameter("per_page", Schema::Whole { min: 0, max: 100 }, "How many a page has; 50 when left out.");
/// `per_page` of a list that gives full pages.
pub(crate) const PER_FULL_PAGE: Parameter =
    parameter("per_page", Schema::Whole { min: 0, max: 100 }, "How many a page has; 100 when left out.");
/// `include_totals` of a list that has a total.
pub(crate) const INCLUDE_TOTALS: Parameter = parameter(
    "include_totals",
    Schema::Flag,
    "Whether the answer is an object with numbers around the page.",
);
/// `include_totals` of a list that is walked by checkpoint only.
pub(crate) const NO_TOTALS: Parameter =
    parameter("include_totals", Schema::Flag, "Taken from SDKs that send it; such a list has no total.");
/// `from` of a list that is walked by checkpoint.
pub(crate) const FROM: Parameter =
    parameter("from", TEXT, "A checkpoint: the value of next in the part before.");
/// `take` of a list that is walked by checkpoint.
pub(crate) const TAKE: Parameter =
    parameter("take", Schema::Whole { min: 1, max: 100 }, "How many a part has; 50 when left out.");

/// The numbers around a page of `of`, which is called `name`.
pub(crate) const fn totals(name: &'static str, of: Schema) -> [Member; 5] {
    [
        required("start", WHOLE, "How many entries come before the page."),
        required("limit", WHOLE, "How many a page has."),
        required("length", WHOLE, "How many this page has."),
        required("total", WHOLE, "How many there are."),
        required(name, of, ""),
    ]
}

/// A part of `of`, which is called `name`, up to a checkpoint.
pub(crate) const fn checkpoint(name: &'static str, of: Schema) -> [Member; 2] {
    [
        required(name, of, ""),
        optional("next", TEXT, "The checkpoint of the part that follows; absent in the last."),
    ]
}

/// All operations that are described, resource by resource.
const ALL: &[&[Operation]] = &[
    actions::schema::OPERATIONS,
    branding::schema::OPERATIONS,
    clients::schema::OPERATIONS,
    client_secrets::schema::OPERATIONS,
    client_credentials::schema::OPERATIONS,
    client_grants::schema::OPERATIONS,
    connections::schema::OPERATIONS,
    devices::schema::OPERATIONS,
    email_templates::schema::OPERATIONS,
    grants::schema::OPERATIONS,
    keys::schema::OPERATIONS,
    log_streams::schema::OPERATIONS,
    logs::schema::OPERATIONS,
    refresh_tokens::schema::OPERATIONS,
    resource_servers::schema::OPERATIONS,
    roles::schema::OPERATIONS,
    sessions::schema::OPERATIONS,
    tenants::schema::OPERATIONS,
    users::schema::OPERATIONS,
];

/// The operation of that name.
pub(crate) fn find(id: &str) -> Option<&'static Operation> {
    ALL.iter().copied().flatten().find(|operation| operation.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_described_and_nothing_else_is() {
        let served: BTreeSet<_> = crate::routes::served().iter().map(|route| route.operation).collect();
        let described: Vec<_> = ALL.iter().copied().flatten().map(|operation| operation.id).collect();
        assert_eq!(served, described.iter().copied().collect());
        assert_eq!(served.len(), described.len(), "an operation is described twice");
    }
}
