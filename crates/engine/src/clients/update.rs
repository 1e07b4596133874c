//! Changing a client.
//!
//! What proves the client (`client_secret`, `client_authentication_methods`) needs scopes of its own,
//! and is written in the same batch as the settings. Source: the Management API's
//! `PATCH /clients/{id}`.

use doorward_model::client::credential::AuthenticationMethods;
use doorward_model::client::edit::{self, ClientPatch};
use doorward_model::client::{Client, ClientSettings, schema, secrets as bounds};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, CredentialId, TenantId};
use doorward_model::json;
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_protocol::oidc::id_token;
use doorward_store::{StoreError, client_credentials, client_secrets, clients};
use serde_json::{Map, Value};

use super::secrets::{self, NO_SECRET};
use super::{ShownClient, about, addon_keys, not_written, signing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::keys;
use crate::logs::record;

const WHAT: &str = "Update a client";
/// What only those may change who may change keys.
const KEYS: [&str; 3] = [SECRET, "encryption_key", "signing_keys"];
/// How often a change is tried again when somebody else changed the client in between.
const TRIES: usize = 5;
/// The names that this file reads; all others are settings.
pub(super) const SECRET: &str = "client_secret";
pub(super) const METHODS: &str = "client_authentication_methods";

/// Changes what `body` names and leaves the rest. What the client has already is not written again.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::NotSupported`],
/// [`Fault::Stale`], [`Fault::Exists`] when another client has an alias of it, or trouble with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    body: &Map<String, Value>,
) -> Result<ShownClient, Fault> {
    match change(app, caller, id, body).await {
        Ok(()) => shown(app, caller, id).await,
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

/// Keys and credentials need a scope of their own; settings open to either of the original's two. The
/// method goes with the credentials, because one excludes the other. One setting has a scope that opens
/// nothing else.
fn permit(caller: &Caller, body: &Map<String, Value>) -> Result<(), Fault> {
    let (settings, keys) = (ApiScope::UpdateClients, ApiScope::UpdateClientKeys);
    let (credentials, vault) = (ApiScope::UpdateClientCredentials, ApiScope::UpdateClientTokenVault);
    caller.may_any(&[settings, keys, credentials, vault])?;
    for name in body.keys() {
        match name.as_str() {
            name if KEYS.contains(&name) => caller.may(keys)?,
            METHODS => caller.may(credentials)?,
            "token_endpoint_auth_method" => caller.may_any(&[settings, keys, credentials])?,
            "token_vault_privileged_access" => caller.may_any(&[settings, keys, vault])?,
            _ => caller.may_any(&[settings, keys])?,
        }
    }
    Ok(())
}

/// What a body wants.
struct Wanted {
    settings: ClientPatch,
    secret: Option<Secret>,
    methods: Patch<Vec<CredentialId>>,
}

impl Wanted {
    fn read(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut secret, mut methods) = (None, Patch::Keep);
        let mut rest = body.clone();
        if let Some(value) = rest.shift_remove(SECRET) {
            secret = json::text(&value, SECRET, &mut errors).map(Secret::new);
            errors.extend(secret.as_ref().and_then(|secret| bounds::check_own(secret).err()));
        }
        if let Some(value) = rest.shift_remove(METHODS) {
            methods = json::nullable(&value, |value| AuthenticationMethods::read(value, &mut errors));
        }
        match ClientPatch::from_json(&rest) {
            Ok(settings) => errors.into_result(Self { settings, secret, methods }),
            Err(found) => {
                errors.extend(found.all().iter().cloned());
                Err(errors)
            }
        }
    }

    /// The settings after the change.
    fn apply(&self, current: &ClientSettings) -> Result<ClientSettings, FieldErrors> {
        let mut base = current.clone();
        let methods = match &self.methods {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(ids) => Patch::Set(AuthenticationMethods::by(ids.clone())),
        };
        methods.apply(&mut base.client_authentication_methods);
        edit::apply(&base, self.settings.clone())
    }
}

async fn change(app: &App, caller: &Caller, id: &ClientId, body: &Map<String, Value>) -> Result<(), Fault> {
    permit(caller, body)?;
    let wanted = Wanted::read(body)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    for _ in 0..TRIES {
        let current = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
        let settings = wanted.apply(&current.settings)?;
        let next = Client { settings, updated_at: app.now(), ..current.clone() };
        let secret = new_secret(app, caller, (&current, &next), wanted.secret.as_ref()).await?;
        if let Patch::Set(ids) = &wanted.methods {
            all_exist(app, caller, id, ids).await?;
        }
        if secret.is_none() && is_as_before(app, tenant, current, next.clone())? {
            return Ok(());
        }
        let mut batch = scope.batch();
        addon_keys::update(&mut batch, app, &next)?;
        let mut draft = about(WHAT, &next).detail("fields", body.keys().cloned().collect::<Vec<_>>());
        if let Some(secret) = secret {
            let row = secrets::seal(app, tenant, id, secret)?;
            client_secrets::replace_all(&mut batch, &row);
            let ended = secrets::marks(app, tenant, &client_secrets::for_client(&scope, id).await?);
            draft = draft.detail("secret", secrets::named(&row)).detail("ended", ended);
        }
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => {
                app.changed(tenant).await;
                keys::prepare(app, &caller.tenant, id_token::algorithm(&next)).await;
                return Ok(());
            }
            Err(StoreError::Unmet { what: clients::STALE }) => {}
            Err(error) => return Err(not_written(error)),
        }
    }
    Err(Fault::Stale { what: "client" })
}

/// Whether a change leaves the settings as they were. A key of an addon that is sent again is sealed
/// in the row, so both are compared open.
fn is_as_before(app: &App, tenant: &TenantId, before: Client, after: Client) -> Result<bool, Fault> {
    let before = addon_keys::opened(app, tenant, before)?;
    let after = addon_keys::opened(app, tenant, after)?;
    Ok(schema::are_alike(&before.settings, &after.settings))
}

/// The secret to be written: none when none was sent, or the client has it already. As the original
/// knows one secret, the others of the client end with the one that is replaced.
async fn new_secret<'a>(
    app: &App,
    caller: &Caller,
    (before, next): (&Client, &Client),
    sent: Option<&'a Secret>,
) -> Result<Option<&'a Secret>, Fault> {
    if sent.is_some() && next.proves_by_key() {
        return Err(Fault::NotSupported { why: NO_SECRET });
    }
    signing::check(app, caller, before, next, sent).await?;
    let Some(sent) = sent else { return Ok(None) };
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, &next.id).await?;
    let is_known = entry.is_some_and(|entry| entry.client_secret() == Some(sent));
    Ok((!is_known).then_some(sent))
}

async fn all_exist(app: &App, caller: &Caller, id: &ClientId, wanted: &[CredentialId]) -> Result<(), Fault> {
    let known = client_credentials::for_client(&app.db().tenant(&caller.tenant.tenant.id), id).await?;
    let mut errors = FieldErrors::default();
    for (at, wanted) in wanted.iter().enumerate() {
        if known.iter().all(|known| known.id != *wanted) {
            let path = format!("{METHODS}.private_key_jwt.credentials.{at}.id");
            let text = "The client has no credential of this id. Create it first.";
            errors.push(FieldError::new(path, "enum", text));
        }
    }
    Ok(errors.into_result(())?)
}

async fn shown(app: &App, caller: &Caller, id: &ClientId) -> Result<ShownClient, Fault> {
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    ShownClient::to(app, caller, &entry).await
}
