//! What lists of users can be searched for.
//!
//! Source: the original's query syntax for users; the names are those of the user in the API.

use crate::search::Kind::{Flag, Folded, Number, Text, Time};
use crate::search::{Field, Kind, Language};

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, bare: false }
}

/// One that a term without a field looks into.
const fn bare(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, bare: true }
}

/// The language of lists of users.
pub const USERS: Language = Language { fields: FIELDS, roots: &["user_metadata", "app_metadata"] };

static FIELDS: &[Field] = &[
    bare("user_id", Text),
    bare("email", Folded),
    field("email.domain", Folded),
    field("email_verified", Flag),
    bare("username", Folded),
    bare("name", Folded),
    bare("nickname", Folded),
    bare("given_name", Folded),
    bare("family_name", Folded),
    bare("phone_number", Text),
    field("phone_verified", Flag),
    field("picture", Text),
    field("blocked", Flag),
    field("logins_count", Number),
    field("last_login", Time),
    field("last_ip", Text),
    field("last_password_reset", Time),
    field("created_at", Time),
    field("updated_at", Time),
    field("identities.connection", Text),
    field("identities.provider", Text),
    field("identities.user_id", Text),
    // Nobody is in one yet; tools ask all the same.
    field("organization_id", Text),
];
