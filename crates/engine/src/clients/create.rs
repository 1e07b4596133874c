//! Making a client.
//!
//! Source: the brief, "Create a client"; the Management API's `POST /clients`.

use doorward_model::client::edit::{self, ClientPatch};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, ClientSecret, ClientSettings, defaults};
use doorward_model::ids::TenantId;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_store::{Batch, client_secrets, connections};
use serde_json::{Map, Value};

use super::{ShownClient, about, addon_keys, secret_place};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
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
/// [`Fault::Forbidden`], [`Fault::Invalid`], or trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, new: NewClient<'_>) -> Result<ShownClient, Fault> {
    match make(app, caller, new).await {
        Ok(made) => Ok(made),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller, new: NewClient<'_>) -> Result<ShownClient, Fault> {
    caller.may(ApiScope::CreateClients)?;
    let settings = settings(new)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    let made = push_new(&mut batch, app, &state.tenant.id, settings, false)?;
    if state.tenant.settings.enable_client_connections {
        connections::enable_all_for_client(&mut batch, &made.client.id);
    }
    record::push_by(&mut batch, app, caller, about(WHAT, &made.client));
    batch.commit().await?;
    app.changed(&state.tenant.id).await;
    Ok(ShownClient { client: made.client, secret: Some(made.secret) })
}

fn settings(new: NewClient<'_>) -> Result<ClientSettings, Fault> {
    let (patch, base) = match new {
        NewClient::Api(body) => {
            let patch = ClientPatch::from_json(body)?;
            let base = patch.base();
            (patch, base)
        }
        NewClient::People { kind, body } => (ClientPatch::from_json(body)?, defaults::for_people(kind)),
    };
    Ok(edit::create(patch, base)?)
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
    let id = app.entropy().client_id();
    let client = Client { id, global, version: 1, settings, created_at: now, updated_at: now };
    addon_keys::insert(batch, app, &client)?;
    let secret = app.entropy().client_secret();
    let secret_id = app.entropy().secret_id();
    let sealed = app.sealing().seal_text(secret_place(tenant, &secret_id), &secret)?;
    let row = ClientSecret {
        id: secret_id,
        client: client.id.clone(),
        sealed,
        primary: true,
        created_at: now,
        expires_at: None,
    };
    client_secrets::insert(batch, &row);
    Ok(Made { client, secret })
}
