//! The device authorization endpoint: a device asks for its person.
//!
//! The request is judged as at the authorization endpoint, so that a device shows no code that could never
//! lead to tokens. Anybody may ask in the name of a client without a secret: an address has only so many
//! devices that wait.
//! Source: RFC 8628 §3.1, §3.2, §5.

use doorward_model::device_code::{DeviceCode, INTERVAL, LIFETIME, Standing};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_model::user_code::UserCode;
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::AuthorizeRequest;
use doorward_protocol::oauth::client_auth;
use doorward_protocol::oauth::endpoint::Endpoint;
use doorward_protocol::oauth::params::Params;
use doorward_store::device_codes::NO_CLIENT;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::{StoreError, device_codes};

use super::super::facts::{Here, judge};
use super::super::{attempts, pushed};
use super::typed_hash;
use crate::app::App;
use crate::fault::{Fault, SHORT_WAIT};
use crate::tokens::{self, Answered, Authenticated, Refused, Sent};

/// How many devices of clients that prove nothing an address may let wait, within [`attempts::WINDOW`].
const PER_ADDRESS: u32 = 100;
const ROOM: &str = "the address may let more devices wait";
/// How often another code is drawn when one is taken.
const DRAWS: usize = 5;
const FAILURE: EventCode = EventCode::DeviceAuthorizationFailed;

/// What a device is given (RFC 8628 §3.2).
#[derive(Debug)]
pub struct DeviceAuthorization {
    /// What it asks for its tokens with.
    pub device_code: Secret,
    /// What it shows its person, as people read it.
    pub user_code: String,
    /// Where they go with it.
    pub verification_uri: String,
    /// The same with the code in it, for a picture or a link.
    pub verification_uri_complete: String,
    /// How long it may wait.
    pub expires_in: Lifetime,
    /// How long it has to wait between two questions.
    pub interval: Lifetime,
}

/// Lets a device of the client that proves itself wait for its person.
pub async fn ask(app: &App, sent: Sent<'_>) -> Answered<DeviceAuthorization> {
    let proven = match tokens::proven(app, sent, (Endpoint::Device, FAILURE)).await {
        Ok(proven) => proven,
        Err(answered) => return answered,
    };
    let proven = Authenticated { caller: proven.caller.for_whom_it_asks(&proven.entry.client), ..proven };
    let outcome = begin(app, &proven, (sent.params, sent.authorization.is_some())).await;
    tokens::settled(app, proven, sent.params, (FAILURE, outcome)).await
}

async fn begin(
    app: &App,
    proven: &Authenticated,
    (params, by_header): (&Params, bool),
) -> Result<DeviceAuthorization, Refused> {
    let code = waiting(app, proven, params);
    let AuthorizeRequest { repeated, resource, .. } = AuthorizeRequest::parse(params);
    let request = AuthorizeRequest { repeated, resource, ..AuthorizeRequest::of_device(&code) };
    let judged = judge(app, &proven.caller, &request, None, Here::default()).await?;
    if let Some(error) = pushed::objection(&judged.decision) {
        return Err(error.into());
    }
    let style = proven.caller.tenant.tenant.settings.user_codes();
    for _ in 0..DRAWS {
        let device_code = app.entropy().token();
        let typed = UserCode::read(&app.entropy().user_code(&style));
        let typed = typed.ok_or_else(|| Fault::internal("a fresh code for people cannot be read"))?;
        match keep(app, proven, (&device_code, &typed), &code).await {
            Ok(()) => return Ok(given(proven, &code, (device_code, style.written(&typed)))),
            Err(StoreError::Conflict { .. }) => {}
            Err(StoreError::Unmet { what: ROOM }) => {
                return Err(Fault::LimitReached { retry_after: attempts::WINDOW }.into());
            }
            Err(StoreError::Unmet { what: NO_CLIENT }) => {
                return Err(client_auth::refused("the client is deleted", by_header).into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let cause = "too many codes of this style wait already".to_owned();
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause }.into())
}

fn waiting(app: &App, proven: &Authenticated, params: &Params) -> DeviceCode {
    let now = app.now();
    let text = |name: &str| params.get(name).map(str::to_owned);
    DeviceCode {
        id: app.entropy().device_code_id(now),
        client: proven.entry.client.id.clone(),
        scope: text("scope"),
        audience: text("audience").or_else(|| text("resource")),
        family: app.entropy().family_id(now),
        device: proven.caller.info.device(),
        created_at: now,
        expires_at: now.after(LIFETIME),
        interval: INTERVAL,
        polled_at: None,
        standing: Standing::Waiting,
    }
}

async fn keep(
    app: &App,
    proven: &Authenticated,
    (device_code, typed): (&Secret, &UserCode),
    code: &DeviceCode,
) -> Result<(), StoreError> {
    let caller = &proven.caller;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    proven.use_up(&mut batch);
    let subject = attempts::waiting_devices(caller.info.ip);
    if !proven.entry.client.is_confidential() {
        let limit = AttemptLimit { subject: &subject, limit: PER_ADDRESS, window: attempts::WINDOW };
        login_attempts::push_reserve(&mut batch, &limit, ROOM, app.now());
    }
    device_codes::insert(&mut batch, (&digest::token_hash(device_code), &typed_hash(typed)), code);
    batch.commit().await.map(|_| ())
}

fn given(
    proven: &Authenticated,
    code: &DeviceCode,
    (device_code, user_code): (Secret, String),
) -> DeviceAuthorization {
    let verification_uri = proven.caller.tenant.tenant.issuer.url("activate");
    DeviceAuthorization {
        device_code,
        // Letters, digits, dashes and spaces: nothing else would have to be written otherwise.
        verification_uri_complete: format!("{verification_uri}?user_code={}", user_code.replace(' ', "-")),
        user_code,
        verification_uri,
        expires_in: LIFETIME,
        interval: code.interval,
    }
}
