//! What an operation takes and gives. One list per resource, beside its endpoints, in `schema.rs`.
//!
//! Forms get their types from it, the OpenAPI document is made of it, and tests hold every answer
//! against it. Must not know how an operation does its work.

use doorward_model::schema::{Schema, TEXT};

use crate::{
    actions, client_credentials, client_grants, client_secrets, clients, devices, keys, resource_servers,
    roles, tenants, users,
};

/// An operation, named as in `routes`.
#[expect(dead_code, reason = "the OpenAPI document follows")]
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
    /// What it gives when it worked, by status; none where the answer has no body.
    pub(crate) answers: &'static [(u16, Option<&'static Schema>)],
}

/// A parameter of a query.
#[expect(dead_code, reason = "the OpenAPI document follows")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it may be.
    pub(crate) schema: Schema,
    /// What it does.
    pub(crate) about: &'static str,
}

/// `fields` of a query.
pub(crate) const FIELDS: Parameter = Parameter {
    name: "fields",
    schema: TEXT,
    about: "Names between commas, dotted for parts of parts: what to show, or with include_fields=false what to leave out.",
};
/// `include_fields` of a query.
pub(crate) const INCLUDE_FIELDS: Parameter = Parameter {
    name: "include_fields",
    schema: Schema::Flag,
    about: "Whether the names in fields are what to show; true when it is left out.",
};

/// All operations that are described, resource by resource.
const ALL: &[&[Operation]] = &[
    actions::schema::OPERATIONS,
    clients::schema::OPERATIONS,
    client_secrets::schema::OPERATIONS,
    client_credentials::schema::OPERATIONS,
    client_grants::schema::OPERATIONS,
    devices::schema::OPERATIONS,
    keys::schema::OPERATIONS,
    resource_servers::schema::OPERATIONS,
    roles::schema::OPERATIONS,
    tenants::schema::OPERATIONS,
    users::schema::OPERATIONS,
];

/// The operation of that name.
pub(crate) fn find(id: &str) -> Option<&'static Operation> {
    ALL.iter().copied().flatten().find(|operation| operation.id == id)
}
