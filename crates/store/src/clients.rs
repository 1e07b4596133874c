//! Clients, and the ids that are never used again.
//!
//! Source: the brief, "Client ID" (made once, never changed) and "Danger Zone" (deleting is final).

mod parts;

use std::collections::BTreeSet;

use doorward_model::client::Client;
use doorward_model::client::further::{self, EXTERNAL_CLIENT_ID, MOBILE};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::search::GRANT_ANY_ORGANIZATION;
use doorward_model::ids::ClientId;
use doorward_model::search::{Query, Target, Test};
use doorward_model::signing_alg::SigningAlg;
use doorward_model::time::Timestamp;

use crate::activity::{self, ConditionSince};
use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::{List, contains};
use crate::sql::row::{Row, to_json};
use crate::sql::search::{Condition, compile, flag};
use crate::sql::value::args;
use crate::tenants::bump_version;

/// The label of the failure when the id belonged to a client that was deleted.
pub const ID_WAS_USED: &str = "the client id was never used before";
/// The label of the failure when somebody else changed or deleted the client meanwhile.
pub const STALE: &str = "the client is unchanged since it was read";
/// The label of the failure when there is no such client.
pub const MISSING: &str = "the client exists";
/// What a conflict names when another client has an alias already.
pub const ALIASES: &str = "client_aliases";

/// Which clients a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// Only the global client, or only the others.
    pub is_global: Option<bool>,
    /// Only clients of the house, or only those of third parties.
    pub is_first_party: Option<bool>,
    /// Only clients of these types; empty means all.
    pub app_types: Vec<ClientKind>,
    /// Only clients whose name, id, callback, logout URL or origin contains this, whatever the case.
    pub search: Option<String>,
    /// Only clients that are known elsewhere under this.
    pub external_client_id: Option<String>,
    /// Only clients that this finds.
    pub query: Option<Query>,
    /// Only clients that fare like that.
    pub condition: Option<ConditionSince>,
    /// The order.
    pub order: ClientOrder,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientOrder {
    /// From oldest to newest.
    #[default]
    Oldest,
    /// From newest to oldest.
    Newest,
    /// By name.
    Name,
    /// The one that something happened at last comes first.
    Activity,
}

impl ClientOrder {
    /// What its index goes by, after the tenant, and whether backwards; nothing where none serves it.
    fn columns(self) -> (&'static [&'static str], bool) {
        match self {
            ClientOrder::Oldest => (&["created_at", "id"], false),
            ClientOrder::Newest => (&["created_at", "id"], true),
            ClientOrder::Name => (&["name_lower", "id"], false),
            ClientOrder::Activity => (&[], false),
        }
    }

    fn sql(self) -> &'static str {
        match self {
            ClientOrder::Oldest => "ORDER BY created_at, id",
            ClientOrder::Newest => "ORDER BY created_at DESC, id DESC",
            ClientOrder::Name => "ORDER BY name_lower, id",
            ClientOrder::Activity => {
                "ORDER BY COALESCE((SELECT MAX(seen.id) FROM logs AS seen \
                 WHERE seen.tenant_id = clients.tenant_id AND seen.client_id = clients.id), '') DESC, id"
            }
        }
    }
}

const LIST: &str = "SELECT id, is_global, version, settings, created_at, updated_at \
     FROM clients WHERE tenant_id = $1";

fn client(row: Row) -> Result<Client, StoreError> {
    let mut r = row.read("clients");
    Ok(Client {
        id: r.id("id", ClientId::parse)?,
        global: r.bool("is_global")?,
        version: r.int("version")?,
        settings: r.json("settings")?,
        created_at: r.time("created_at")?,
        updated_at: r.time("updated_at")?,
    })
}

/// The client of that id.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, id: &ClientId) -> Result<Option<Client>, StoreError> {
    const SQL: &str = "SELECT id, is_global, version, settings, created_at, updated_at \
         FROM clients WHERE tenant_id = $1 AND id = $2";
    t.first(SQL, args![t.id(), id.as_str()]).await?.map(client).transpose()
}

/// Clients in the order of the filter, by page.
///
/// # Errors
/// Any failure of the store.
pub async fn list(
    t: &Scope<'_>,
    filter: &ClientFilter,
    offset: u32,
    limit: u32,
) -> Result<Vec<Client>, StoreError> {
    let list = parts::list(t, filter, (offset, limit)).await?;
    let mut list = match list {
        parts::Found::Page(page) => return Ok(page),
        parts::Found::Among(list) => list,
        parts::Found::Anywhere => {
            let mut list = List::new(LIST, args![t.id()]);
            apply(&mut list, filter);
            list
        }
    };
    list.order(filter.order.sql());
    list.page(offset, limit);
    t.list(list).await?.into_iter().map(client).collect()
}

/// Clients from oldest to newest, those after a given one; cheap at any depth.
///
/// # Errors
/// Any failure of the store.
pub async fn list_after(
    t: &Scope<'_>,
    filter: &ClientFilter,
    after: Option<(Timestamp, &ClientId)>,
    limit: u32,
) -> Result<Vec<Client>, StoreError> {
    let mut list = List::new(LIST, args![t.id()]);
    apply(&mut list, filter);
    if let Some((created_at, id)) = after {
        list.and("(created_at, id) > (?, ?)", args![created_at, id.as_str()]);
    }
    list.order("ORDER BY created_at, id");
    list.page(0, limit);
    t.list(list).await?.into_iter().map(client).collect()
}

/// How many clients a filter shows.
///
/// # Errors
/// Any failure of the store.
pub async fn count(t: &Scope<'_>, filter: &ClientFilter) -> Result<i64, StoreError> {
    let mut list = List::new("SELECT COUNT(id) FROM clients WHERE tenant_id = $1", args![t.id()]);
    parts::narrow(t, filter, &mut list).await?;
    apply(&mut list, filter);
    let row = t.list(list).await?.into_iter().next();
    row.map_or(Ok(0), |row| row.read("clients").int("count"))
}

/// The oldest clients that name an app, at most `limit` of them.
///
/// # Errors
/// Any failure of the store.
pub async fn with_mobile(t: &Scope<'_>, limit: u32) -> Result<Vec<Client>, StoreError> {
    const SQL: &str = "SELECT id, is_global, version, settings, created_at, updated_at FROM clients \
         WHERE tenant_id = $1 AND has_mobile = TRUE ORDER BY created_at, id LIMIT $2";
    t.query(SQL, args![t.id(), i64::from(limit)]).await?.into_iter().map(client).collect()
}

/// The algorithms besides RS256 that clients want the tenant's key to sign their ID tokens with.
///
/// # Errors
/// Any failure of the store.
pub async fn further_algorithms(t: &Scope<'_>) -> Result<Vec<SigningAlg>, StoreError> {
    const SQL: &str = "SELECT DISTINCT further_alg FROM clients \
         WHERE tenant_id = $1 AND further_alg IS NOT NULL ORDER BY further_alg";
    let rows = t.query(SQL, args![t.id()]).await?;
    let words = rows.into_iter().map(|row| row.read("clients").text("further_alg"));
    // One that another release knows is none that this one could sign with.
    Ok(words.collect::<Result<Vec<_>, _>>()?.iter().filter_map(|word| SigningAlg::parse(word)).collect())
}

/// The algorithm of a client's ID tokens, where the key set has to show a key for it.
fn further_algorithm(client: &Client) -> Option<&'static str> {
    let alg = client.settings.jwt_configuration.alg;
    alg.filter(|alg| alg.is_further()).map(SigningAlg::as_str)
}

fn has_mobile(client: &Client) -> bool {
    client.settings.further.get(MOBILE).is_some()
}

fn apply(list: &mut List, filter: &ClientFilter) {
    if let Some(is_global) = filter.is_global {
        list.and("is_global = ?", args![is_global]);
    }
    if let Some(is_first_party) = filter.is_first_party {
        list.and("is_first_party = ?", args![is_first_party]);
    }
    if !filter.app_types.is_empty() {
        list.and_in("app_type", filter.app_types.iter().map(|kind| kind.as_str().into()).collect());
    }
    if let Some(condition) = &filter.condition {
        activity::apply(list, condition);
    }
    if let Some(external) = &filter.external_client_id {
        list.and("external_client_id = ?", args![external.as_str()]);
    }
    if let Some(query) = &filter.query {
        let condition = found_by(query);
        list.and(&condition.text, condition.values);
    }
    if let Some(search) = &filter.search {
        let pattern = contains(search);
        list.and(
            "(name_lower LIKE ? ESCAPE '\\' OR search_text LIKE ? ESCAPE '\\')",
            args![pattern.as_str(), pattern.as_str()],
        );
    }
}

/// The condition of a search of [`doorward_model::client::search::CLIENTS`].
fn found_by(query: &Query) -> Condition {
    compile(query, &|target, test, out| match target {
        Target::Field(field) if field.name == GRANT_ANY_ORGANIZATION => by_grant(test, out),
        // There are no organizations that a grant could be for.
        _ => out.push("FALSE", []),
    })
}

fn by_grant(test: &Test, out: &mut Condition) {
    // A default has no client, and nothing is unlike what is not known.
    out.push(
        "id IN (SELECT client_id FROM client_grants WHERE tenant_id = $1 AND client_id IS NOT NULL AND ",
        [],
    );
    // A grant that says nothing about it is not for any.
    flag("COALESCE(allow_any_organization, FALSE)", test, out);
    out.push(")", []);
}

/// What a search looks into besides the name, one thing a line, lower-cased.
fn search_text(client: &Client) -> String {
    let settings = &client.settings;
    let lists = [&settings.callbacks, &settings.allowed_logout_urls, &settings.allowed_origins];
    let addresses = lists.into_iter().flatten().flatten().map(String::as_str);
    std::iter::once(client.id.as_str()).chain(addresses).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// The client that the installation began with, as long as it is there.
///
/// # Errors
/// Any failure of the store.
pub async fn default_one(t: &Scope<'_>) -> Result<Option<ClientId>, StoreError> {
    const SQL: &str = "SELECT id FROM clients WHERE tenant_id = $1 AND is_default = TRUE LIMIT 1";
    let row = t.first(SQL, args![t.id()]).await?;
    row.map(|row| row.read("clients").id("id", ClientId::parse)).transpose()
}

/// Makes a client the one that the installation began with. Conflicts while there is one.
pub fn mark_default(b: &mut Batch, id: &ClientId) {
    const SQL: &str = "UPDATE clients SET is_default = TRUE WHERE tenant_id = $1 AND id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Rows(1, MISSING));
}

/// Adds a client. Fails as [`ID_WAS_USED`] when a client of that id was deleted, and as a conflict
/// when there is one.
pub fn insert(b: &mut Batch, client: &Client) {
    const SQL: &str = "INSERT INTO clients \
         (tenant_id, id, is_global, version, name_lower, app_type, settings, created_at, updated_at, \
         search_text, is_first_party, further_alg, has_mobile, external_client_id) \
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BOOLEAN), CAST($4 AS BIGINT), \
         CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), \
         CAST($10 AS TEXT), CAST($11 AS BOOLEAN), CAST($12 AS TEXT), CAST($13 AS BOOLEAN), \
         CAST($14 AS TEXT) \
         WHERE NOT EXISTS (SELECT 1 FROM deleted_client_ids WHERE tenant_id = $1 AND id = $2)";
    let args = args![
        b.tenant().as_str(),
        client.id.as_str(),
        client.global,
        client.version,
        client.settings.name.to_lowercase(),
        client.settings.app_type.map(ClientKind::as_str),
        to_json(&client.settings),
        client.created_at,
        client.updated_at,
        search_text(client),
        client.settings.is_first_party,
        further_algorithm(client),
        has_mobile(client),
        client.settings.further.text(EXTERNAL_CLIENT_ID),
    ];
    b.push(SQL, args, Expect::Rows(1, ID_WAS_USED));
    add_aliases(b, client);
    bump_version(b);
}

/// Takes the aliases of a client; a conflict of [`ALIASES`] when another one has one of them.
fn add_aliases(b: &mut Batch, client: &Client) {
    const SQL: &str = "INSERT INTO client_aliases (tenant_id, alias, client_id) VALUES ($1, $2, $3)";
    let aliases: BTreeSet<&str> = client.settings.further.texts(further::ALIASES).collect();
    for alias in aliases {
        let args = args![b.tenant().as_str(), alias, client.id.as_str()];
        b.push(SQL, args, Expect::Any);
    }
}

fn drop_aliases(b: &mut Batch, id: &ClientId) {
    const SQL: &str = "DELETE FROM client_aliases WHERE tenant_id = $1 AND client_id = $2";
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(SQL, args, Expect::Any);
}

/// Writes the changed settings of a client that was read as `client.version`; the row's version
/// becomes one more. Fails as [`STALE`] when the row is not that version any more.
pub fn update(b: &mut Batch, client: &Client) {
    const SQL: &str = "UPDATE clients SET version = version + 1, name_lower = $4, app_type = $5, \
         settings = $6, updated_at = $7, search_text = $8, is_first_party = $9, further_alg = $10, \
         has_mobile = $11, external_client_id = $12 WHERE tenant_id = $1 AND id = $2 AND version = $3";
    let args = args![
        b.tenant().as_str(),
        client.id.as_str(),
        client.version,
        client.settings.name.to_lowercase(),
        client.settings.app_type.map(ClientKind::as_str),
        to_json(&client.settings),
        client.updated_at,
        search_text(client),
        client.settings.is_first_party,
        further_algorithm(client),
        has_mobile(client),
        client.settings.further.text(EXTERNAL_CLIENT_ID),
    ];
    b.push(SQL, args, Expect::Rows(1, STALE));
    drop_aliases(b, &client.id);
    add_aliases(b, client);
    bump_version(b);
}

/// Deletes a client with everything that was issued to it; its id stays taken. Fails as [`MISSING`].
/// The rows of sessions go on naming it, because to look through all of them takes long:
/// [`crate::sessions`] leaves it out where they are read.
pub fn delete(b: &mut Batch, id: &ClientId, now: Timestamp) {
    const SECRETS: &str = "DELETE FROM client_secrets WHERE tenant_id = $1 AND client_id = $2";
    const CREDENTIALS: &str = "DELETE FROM client_credentials WHERE tenant_id = $1 AND client_id = $2";
    const CONNECTIONS: &str = "DELETE FROM connection_clients WHERE tenant_id = $1 AND client_id = $2";
    const CLIENT_GRANTS: &str = "DELETE FROM client_grants WHERE tenant_id = $1 AND client_id = $2";
    const GRANTS: &str = "DELETE FROM grants WHERE tenant_id = $1 AND client_id = $2";
    const CODES: &str = "DELETE FROM codes WHERE tenant_id = $1 AND client_id = $2";
    const DEVICE_CODES: &str = "DELETE FROM device_codes WHERE tenant_id = $1 AND client_id = $2";
    const DEVICES: &str = "DELETE FROM device_credentials WHERE tenant_id = $1 AND client_id = $2";
    const TOKENS: &str = "DELETE FROM refresh_tokens WHERE tenant_id = $1 AND family_id IN \
         (SELECT id FROM token_families WHERE tenant_id = $1 AND client_id = $2)";
    const FAMILIES: &str = "DELETE FROM token_families WHERE tenant_id = $1 AND client_id = $2";
    const CLIENT: &str = "DELETE FROM clients WHERE tenant_id = $1 AND id = $2";
    const TOMBSTONE: &str = "INSERT INTO deleted_client_ids (tenant_id, id, deleted_at) VALUES ($1, $2, $3)";
    for sql in [
        SECRETS,
        CREDENTIALS,
        CONNECTIONS,
        CLIENT_GRANTS,
        GRANTS,
        CODES,
        DEVICE_CODES,
        DEVICES,
        TOKENS,
        FAMILIES,
    ] {
        let args = args![b.tenant().as_str(), id.as_str()];
        b.push(sql, args, Expect::Any);
    }
    drop_aliases(b, id);
    let args = args![b.tenant().as_str(), id.as_str()];
    b.push(CLIENT, args, Expect::Rows(1, MISSING));
    let args = args![b.tenant().as_str(), id.as_str(), now];
    b.push(TOMBSTONE, args, Expect::Rows(1, ID_WAS_USED));
    bump_version(b);
}
