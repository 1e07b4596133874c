//! Making a client.
//!
//! Source: the brief, "Create a client"; the Management API's `POST /clients`.

use doorward_model::client::credential::{AuthenticationMethods, NewCredential};
use doorward_model::client::edit::{self, ClientPatch};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, ClientSettings, defaults};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_protocol::oidc::id_token;
use doorward_store::{Batch, client_credentials, client_secrets, connections};
use serde_json::{Map, Value};

use super::update::METHODS;
use super::{ShownClient, about, addon_keys, credentials, not_written, secrets};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::keys;
use crate::logs::record;

const WHAT: &str = "Create a client";

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub enum NewClient<'a> {
    /// By a program: a body of the Management API, and its defaults.
    Api(&'a Map<String, Value>),
    /// By a person, in the page or on the command line: a type with its strict defaults.
    People {
        /// The type.
        kind: ClientKind,
        /// What was said besides, `name` among it.
        body: &'a Map<String, Value>,
    },
}

/// Makes a client with a fresh id and a fresh secret; the secret is shown to whoever made it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when another client has an alias of it, or
/// trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, new: NewClient<'_>) -> Result<ShownClient, Fault> {
    match make(app, caller, new).await {
        Ok(made) => Ok(made),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, new: NewClient<'_>) -> Result<ShownClient, Fault> {
    caller.may(ApiScope::CreateClients)?;
    let (settings, credentials) = settings(new)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    let made = push(&mut batch, app, &state.tenant.id, settings, credentials)?;
    if state.tenant.settings.enable_client_connections {
        connections::enable_all_for_client(&mut batch, &made.client.id);
    }
    record::push_by(&mut batch, app, caller, about(WHAT, &made.client));
    batch.commit().await.map_err(not_written)?;
    app.changed(&state.tenant.id).await;
    keys::prepare(app, &state, id_token::algorithm(&made.client)).await;
    // A client that proves itself with a key has no use for its secret.
    let secret = (!made.client.proves_by_key()).then_some(made.secret);
    Ok(ShownClient { client: made.client, secret, owners: Vec::new() })
}

fn settings(new: NewClient<'_>) -> Result<(ClientSettings, Vec<NewCredential>), Fault> {
    let (patch, base, keys) = match new {
        NewClient::Api(body) => {
            let (patch, keys) = read(body)?;
            let base = patch.base();
            (patch, base, keys)
        }
        NewClient::People { kind, body } => {
            (ClientPatch::from_json(body)?, defaults::for_people(kind), Vec::new())
        }
    };
    Ok((edit::create(patch, base)?, keys))
}

/// Reads the settings and the keys that a body holds.
fn read(body: &Map<String, Value>) -> Result<(ClientPatch, Vec<NewCredential>), FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut rest = body.clone();
    let methods = rest.shift_remove(METHODS).filter(|value| !value.is_null());
    let keys = methods.and_then(|value| AuthenticationMethods::read_new(&value, &mut errors));
    let patch = match ClientPatch::from_json(&rest) {
        Ok(patch) => patch,
        Err(found) => {
            errors.extend(found.all().iter().cloned());
            return Err(errors);
        }
    };
    if keys.is_some() && patch.method().is_some() {
        let text = "A client has either this or client_authentication_methods. Leave one out.";
        errors.push(FieldError::new("token_endpoint_auth_method", "one_of", text));
    }
    errors.into_result((patch, keys.unwrap_or_default()))
}

/// Pushes a new client with the keys that prove it, if it brings some.
fn push(
    batch: &mut Batch,
    app: &App,
    tenant: &TenantId,
    settings: ClientSettings,
    keys: Vec<NewCredential>,
) -> Result<Made, Fault> {
    if keys.is_empty() {
        return push_new(batch, app, tenant, settings, false);
    }
    let id = fresh_id(app, &settings);
    // The keys are rows of their own that belong to the client, so it comes first; its settings name
    // them, so they are read before.
    let (ids, rows) = credentials::read_for_new(app, &id, keys)?;
    let client_authentication_methods = Some(AuthenticationMethods::by(ids));
    let settings = ClientSettings { client_authentication_methods, ..settings };
    let now = app.now();
    let client = Client { id, global: false, version: 1, settings, created_at: now, updated_at: now };
    let made = push_client(batch, app, tenant, client)?;
    rows.iter().for_each(|row| client_credentials::insert(batch, row));
    Ok(made)
}

/// A client on its way into the store.
pub(crate) struct Made {
    pub(crate) client: Client,
    pub(crate) secret: Secret,
}

/// Pushes a new client and its secret onto the batch.
pub(crate) fn push_new(
    batch: &mut Batch,
    app: &App,
    tenant: &TenantId,
    settings: ClientSettings,
    global: bool,
) -> Result<Made, Fault> {
    let now = app.now();
    let id = fresh_id(app, &settings);
    let client = Client { id, global, version: 1, settings, created_at: now, updated_at: now };
    push_client(batch, app, tenant, client)
}

/// As in the original, the id of a client shows whether it is a third party's; it stays when that changes.
fn fresh_id(app: &App, settings: &ClientSettings) -> ClientId {
    let entropy = app.entropy();
    if settings.is_first_party { entropy.client_id() } else { entropy.third_party_client_id() }
}

fn push_client(batch: &mut Batch, app: &App, tenant: &TenantId, client: Client) -> Result<Made, Fault> {
    addon_keys::insert(batch, app, &client)?;
    let secret = app.entropy().client_secret();
    client_secrets::insert(batch, &secrets::seal(app, tenant, &client.id, &secret)?);
    Ok(Made { client, secret })
}
