//! Client grants: what a client may ask of an API, for itself or for people.

use doorward_model::api::grant::Organizations;
use doorward_model::api::{ClientGrant, Grantee, OrganizationUsage, SubjectType};
use doorward_model::ids::{ClientGrantId, ClientId};

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::row::{Reader, Row, to_json};
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when there is no such grant.
pub const MISSING: &str = "the client grant exists";
/// The label of the failure when somebody else changed or deleted the grant meanwhile.
pub const STALE: &str = "the client grant is unchanged since it was read";

/// Which grants a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantFilter {
    /// Only those of this client.
    pub client: Option<ClientId>,
    /// Only the defaults for clients of third parties.
    pub is_default: bool,
    /// Only those on the API of this identifier.
    pub audience: Option<String>,
    /// Only those for such tokens.
    pub subject: Option<SubjectType>,
    /// Only those for which any organization would do, or only the others.
    pub allow_any_organization: Option<bool>,
}

const LIST: &str = "SELECT id, client_id, audience, scope, subject_type, organization_usage, \
     allow_any_organization, allow_all_scopes, authorization_details_types, version \
     FROM client_grants WHERE tenant_id = $1";

fn grant(row: Row) -> Result<ClientGrant, StoreError> {
    let mut r = row.read("client_grants");
    Ok(ClientGrant {
        id: r.id("id", ClientGrantId::parse)?,
        grantee: r.id_or_none("client_id", ClientId::parse)?.map_or(Grantee::ThirdParties, Grantee::Client),
        audience: r.text("audience")?,
        scope: r.words("scope")?,
        subject: SubjectType::parse(&r.text("subject_type")?).ok_or_else(|| r.corrupt("subject_type"))?,
        organizations: organizations(&mut r)?,
        allow_all_scopes: r.bool_or_none("allow_all_scopes")?,
        authorization_details_types: r.json("authorization_details_types")?,
        version: r.int("version")?,
    })
}

fn organizations(r: &mut Reader) -> Result<Organizations, StoreError> {
    let usage = match r.text_or_none("organization_usage")? {
        Some(text) => Some(OrganizationUsage::parse(&text).ok_or_else(|| r.corrupt("organization_usage"))?),
        None => None,
    };
    Ok(Organizations { usage, allow_any: r.bool_or_none("allow_any_organization")? })
}

/// Grants by id, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    filter: &GrantFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<ClientGrant>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    list.order("ORDER BY id");
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(grant).collect()
}

/// Grants by id, those after a given one; cheap at any depth.
///
/// # Errors
/// Any failure of the store.
pub async fn list_after(
    t: &Scope<'_>,
    filter: &GrantFilter,
    after: Option<&ClientGrantId>,
    limit: u32,
) -> Result<Vec<ClientGrant>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    if let Some(after) = after {
        list.and("id > ?", args![after.as_str()]);
    }
    list.order("ORDER BY id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(grant).collect()
}

/// How many grants a filter shows.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: &GrantFilter) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM client_grants WHERE tenant_id = $1", args![t.id()]);
    apply(&mut list, filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("client_grants").int("count"))
}

fn apply(list: &mut List, filter: &GrantFilter) {
    if let Some(client) = &filter.client {
        list.and("client_id = ?", args![client.as_str()]);
    }
    if filter.is_default {
        list.and("client_id IS NULL", Vec::new());
    }
    if let Some(audience) = &filter.audience {
        list.and("audience = ?", args![audience.as_str()]);
    }
    if let Some(subject) = filter.subject {
        list.and("subject_type = ?", args![subject.as_str()]);
    }
    if let Some(allowed) = filter.allow_any_organization {
        list.and("COALESCE(allow_any_organization, FALSE) = ?", args![allowed]);
    }
}

/// The grant of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ClientGrantId) -> Result<Option<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope, subject_type, organization_usage, \
         allow_any_organization, allow_all_scopes, authorization_details_types, version \
         FROM client_grants WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(grant).transpose()
}

/// The grants of a client, by audience; the defaults are not among them.
///
/// # Errors
/// Any failure of the store.
pub async fn for_client(t: &Scope<'_>, client: &ClientId) -> Result<Vec<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope, subject_type, organization_usage, \
         allow_any_organization, allow_all_scopes, authorization_details_types, version \
         FROM client_grants WHERE tenant_id = $1 AND client_id = $2 ORDER BY audience, subject_type";
    t.query(SQL, args![t.id(), client.as_str()]).await?.into_iter().map(grant).collect()
}

/// The grants that clients of third parties have who have none of their own, by audience.
///
/// # Errors
/// Any failure of the store.
pub async fn defaults(t: &Scope<'_>) -> Result<Vec<ClientGrant>, StoreError> {
    const SQL: &str = "SELECT id, client_id, audience, scope, subject_type, organization_usage, \
         allow_any_organization, allow_all_scopes, authorization_details_types, version \
         FROM client_grants WHERE tenant_id = $1 AND client_id IS NULL ORDER BY audience, subject_type";
    t.query(SQL, args![t.id()]).await?.into_iter().map(grant).collect()
}

/// Adds a grant; a conflict when there is one of the same client, or a default, on that API for such
/// tokens; in use when client or API is not there.
pub fn insert(b: &mut Batch, grant: &ClientGrant) {
    const SQL: &str = "INSERT INTO client_grants \
         (tenant_id, id, client_id, audience, scope, subject_type, organization_usage, \
         allow_any_organization, version, allow_all_scopes, authorization_details_types) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        b.tenant().as_str(),
        grant.id.as_str(),
        grant.grantee.client().map(ClientId::as_str),
        grant.audience.as_str(),
        grant.scope.join(" "),
        grant.subject.as_str(),
        grant.organizations.usage.map(OrganizationUsage::as_str),
        grant.organizations.allow_any,
        grant.version,
        grant.allow_all_scopes,
        to_json(&grant.authorization_details_types),
    ];
    b.push(SQL, args, Expect::Any);
    bump_version(b);
}

/// Writes what may change of a grant that was read as `grant.version`; the row's version becomes one
/// more. Fails as [`STALE`].
pub fn update(b: &mut Batch, grant: &ClientGrant) {
    const SQL: &str = "UPDATE client_grants SET version = version + 1, scope = $4, \
         organization_usage = $5, allow_any_organization = $6, allow_all_scopes = $7, \
         authorization_details_types = $8 WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![
        b.tenant().as_str(),
        grant.id.as_str(),
        grant.version,
        grant.scope.join(" "),
        grant.organizations.usage.map(OrganizationUsage::as_str),
        grant.organizations.allow_any,
        grant.allow_all_scopes,
        to_json(&grant.authorization_details_types),
    ];
    b.push(SQL, args, Expect::Rows(1, STALE));
    bump_version(b);
}

/// Deletes a grant. Fails as [`MISSING`].
pub fn delete(b: &mut Batch, id: &ClientGrantId) {
    const SQL: &str = "DELETE FROM client_grants WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
    bump_version(b);
}
