//! Authorization requests that a client pushes here itself, before it sends the person (RFC 9126).
//!
//! What is pushed is judged as at the authorization endpoint and kept sealed, so that what the person
//! brings along is no more than its name. It works once, for its client, and not for long.

use doorward_model::client::Client;
use doorward_model::ids::{ClientId, LoginId, TenantId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::SealedSecret;
use doorward_model::time::Lifetime;
use doorward_protocol::oauth::authorize::{AuthorizeDecision, AuthorizeRequest};
use doorward_protocol::oauth::endpoint::Endpoint;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::params::Params;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::{StoreError, logins};
use serde_json::Value;

use super::attempts;
use super::facts::{Here, judge};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::id_token_hint;
use crate::sealing::Place;
use crate::tokens::{self, Answered, Authenticated, Refused, Sent};

/// How long a pushed request waits for its person where the client does not say so.
const LIFETIME: Lifetime = Lifetime::from_seconds(30);
/// How many requests an address may push, for clients that prove nothing, within [`attempts::WINDOW`].
const PER_ADDRESS: u32 = 100;
const ROOM: &str = "the address has pushed requests left";
/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// As what a refusal is written down.
const FAILURE: EventCode = EventCode::PushedRequestFailed;

/// A request that was pushed.
#[derive(Debug)]
pub struct Pushed {
    /// Its name.
    pub request_uri: String,
    /// How long it waits.
    pub expires_in: Lifetime,
}

/// Keeps a request for the client that proves itself.
pub async fn push(app: &App, sent: Sent<'_>) -> Answered<Pushed> {
    let proven = match tokens::proven(app, sent, (Endpoint::PushedRequest, FAILURE)).await {
        Ok(proven) => proven,
        Err(answered) => return answered,
    };
    let outcome = keep(app, &proven, sent.params).await;
    tokens::settled(app, proven, sent.params, (FAILURE, outcome)).await
}

async fn keep(app: &App, proven: &Authenticated, params: &Params) -> Result<Pushed, Refused> {
    let (caller, client) = (&proven.caller, &proven.entry.client);
    let id = Some(client.id.as_str().to_owned());
    let request = AuthorizeRequest { client_id: id, pushed: true, ..AuthorizeRequest::parse(params) };
    let request = id_token_hint::resolve(app, caller, request).await?;
    let judged = judge(app, caller, &request, None, Here::default()).await?;
    if let Some(error) = objection(&judged.decision) {
        return Err(error.into());
    }
    let (now, tenant) = (app.now(), &caller.tenant.tenant.id);
    let (id, expires_in) = (app.entropy().login_id(now), lifetime(client));
    let text = serde_json::to_vec(&request).map_err(|error| Fault::internal(error.to_string()))?;
    let sealed = app.sealing().seal(place(tenant, &id), &text).map_err(Fault::from)?;
    let mut batch = app.db().tenant(tenant).batch();
    proven.use_up(&mut batch);
    let subject = attempts::pushed_requests(caller.info.ip);
    if !client.is_confidential() {
        let limit = AttemptLimit { subject: &subject, limit: PER_ADDRESS, window: attempts::WINDOW };
        login_attempts::push_reserve(&mut batch, &limit, ROOM, now);
    }
    logins::put(&mut batch, &id, &sealed, now.after(expires_in));
    match batch.commit().await {
        Ok(_) => Ok(Pushed { request_uri: format!("{PREFIX}{id}"), expires_in }),
        Err(StoreError::Unmet { what: ROOM }) => {
            Err(Fault::LimitReached { retry_after: attempts::WINDOW }.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn lifetime(client: &Client) -> Lifetime {
    let said = client.settings.further.get("par_request_expiry").and_then(Value::as_u64);
    said.and_then(|seconds| u32::try_from(seconds).ok()).map_or(LIFETIME, Lifetime::from_seconds)
}

/// What the authorization endpoint would not accept, whoever the person is.
pub(super) fn objection(decision: &AuthorizeDecision) -> Option<TokenError> {
    match decision {
        AuthorizeDecision::Page(page) => Some(
            TokenError::new(OAuthErrorCode::InvalidRequest, page.problem.title()).with_private(&page.hint),
        ),
        AuthorizeDecision::Redirect(_, error) => match error.code {
            // Nobody is here yet to be logged in.
            OAuthErrorCode::LoginRequired => None,
            code => Some(TokenError::new(code, &error.public)),
        },
        AuthorizeDecision::LogIn(_) | AuthorizeDecision::Consent(_) | AuthorizeDecision::Issue(_) => None,
    }
}

/// The name of a pushed request, if `request_uri` is one of ours.
pub(crate) fn named(request_uri: &str) -> Option<&str> {
    request_uri.strip_prefix(PREFIX)
}

/// Takes a pushed request. Nothing when there is none of that name for that client, or it was taken before.
pub(crate) async fn take(
    app: &App,
    caller: &Caller,
    name: &str,
    client: Option<&ClientId>,
) -> Result<Option<AuthorizeRequest>, Fault> {
    let (Ok(id), Some(client)) = (LoginId::parse(name), client) else { return Ok(None) };
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let Some(sealed) = logins::get(&scope, &id, app.now()).await? else { return Ok(None) };
    let request = open(app, tenant, &id, &sealed).filter(|kept| kept.client_id().as_ref() == Some(client));
    let Some(request) = request else { return Ok(None) };
    let mut batch = scope.batch();
    logins::take(&mut batch, &id);
    match batch.commit().await {
        Ok(_) => Ok(Some(request)),
        Err(StoreError::Unmet { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn place<'a>(tenant: &'a TenantId, id: &'a LoginId) -> Place<'a> {
    Place { tenant, table: "logins", row: id.as_str(), purpose: "pushed request" }
}

fn open(app: &App, tenant: &TenantId, id: &LoginId, sealed: &SealedSecret) -> Option<AuthorizeRequest> {
    let opened = app.sealing().open_bytes(place(tenant, id), sealed).ok()?;
    serde_json::from_slice(&opened).ok()
}
