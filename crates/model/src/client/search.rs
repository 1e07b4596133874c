//! What lists of clients can be searched for: what their client grants say about organizations.
//!
//! Source: the Management API's `GET /clients`, its `q`.

use crate::search::{Field, Kind, Language};

/// The language of lists of clients.
///
/// ```
/// use doorward_model::client::search::CLIENTS;
/// assert!(CLIENTS.parse("client_grant.allow_any_organization:true").is_ok());
/// for refused in ["name:Shop", "Shop", "[a TO b]"] {
///     assert!(CLIENTS.parse(refused).is_err(), "{refused}");
/// }
/// ```
pub const CLIENTS: Language = Language { fields: FIELDS, roots: &[] };

/// The organizations that a grant of the client is for.
pub const GRANT_ORGANIZATION: &str = "client_grant.organization_id";
/// Whether any organization would do for a grant of the client.
pub const GRANT_ANY_ORGANIZATION: &str = "client_grant.allow_any_organization";

static FIELDS: &[Field] = &[
    Field { name: GRANT_ORGANIZATION, kind: Kind::Text, bare: false },
    Field { name: GRANT_ANY_ORGANIZATION, kind: Kind::Flag, bare: false },
];
