//! Tokens: from a code, a refresh token or a client's own credentials; and what userinfo says.
//!
//! Owns the order: prove the client, read, decide (pure), sign off the async threads, write one
//! batch. An answer is given after the batch is on disk; the statements of the batch ask again
//! whether client, user and grant are still there.
//! Source: RFC 6749 §5; OpenID Connect Core §3.1.3, §5.3, §12.

pub mod client_credentials;
pub(crate) mod front_channel;
pub mod introspect;
pub mod issue_code;
mod mint;
mod opaque;
pub(crate) mod opened;
pub mod password;
pub(crate) mod recent_codes;
pub mod redeem_code;
mod redeem_device_code;
pub mod refresh;
mod refused;
pub mod revoke;
#[cfg(test)]
mod tests;
pub mod userinfo;

use std::sync::Arc;

use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::grant_type::GrantType;
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_model::token::Authorization;
use doorward_protocol::oauth::client_assertion::{self, UsedAssertion};
use doorward_protocol::oauth::client_auth::{self, Known, Note, Presented, Proof, Proven};
use doorward_protocol::oauth::endpoint::Endpoint;
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::params::Params;
use doorward_protocol::oauth::{api_scope, grants};
use doorward_store::logs::Grounds;
use doorward_store::{Batch, StoreError, used_assertions};

use crate::app::App;
use crate::caller::Caller;
use crate::clients;
use crate::clients_cache::{ClientEntry, KnownSecret};
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

pub(crate) use redeem_code::FIRST_USE;
pub(crate) use refused::Refused;
use refused::{Consequence, refuse};

/// An answer to a program, with the client that it concerns once that is known for sure: whether a
/// page of another origin may read the answer depends on that client, refusals included.
#[derive(Debug)]
pub struct Answered<T> {
    /// The client.
    pub client: Option<Arc<ClientEntry>>,
    /// What came of it.
    pub outcome: Result<T, Fault>,
}

/// A request of a program, read and not yet judged.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// Whom it is for, and what is known of whoever sends it.
    pub caller: &'a Caller,
    /// The header of that name.
    pub authorization: Option<&'a str>,
    /// What it holds.
    pub params: &'a Params,
}

/// What the token endpoint gives (RFC 6749 §5.1).
#[derive(Debug)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: Secret,
    /// The ID token, when `openid` was granted.
    pub id_token: Option<Secret>,
    /// The refresh token, when there is one.
    pub refresh_token: Option<Secret>,
    /// What was granted.
    pub scope: Vec<String>,
    /// How long the access token lives.
    pub expires_in: Lifetime,
}

/// A client that wants a token, with what it sent.
pub(crate) struct Asking<'a> {
    pub caller: &'a Caller,
    pub entry: &'a Arc<ClientEntry>,
    pub params: &'a Params,
    pub by_header: bool,
    pub assertion: Option<&'a UsedAssertion>,
}

impl Asking<'_> {
    /// Uses up what proved the client, in the batch of what it got for it.
    fn use_up(&self, batch: &mut Batch) {
        use_up(self.assertion, batch);
    }
}

/// A client that proved itself.
pub(crate) struct Authenticated {
    pub caller: Caller,
    pub entry: Arc<ClientEntry>,
    pub assertion: Option<UsedAssertion>,
}

impl Authenticated {
    /// Uses up what proved the client, in the batch of what it got for it.
    pub(crate) fn use_up(&self, batch: &mut Batch) {
        use_up(self.assertion.as_ref(), batch);
    }

    /// Uses it up where nothing else is written: what proved the client must not prove it again.
    pub(crate) async fn spend(&self, app: &App) -> Result<(), StoreError> {
        if self.assertion.is_some() {
            let mut batch = app.db().tenant(&self.caller.tenant.tenant.id).batch();
            self.use_up(&mut batch);
            batch.commit().await?;
        }
        Ok(())
    }
}

fn use_up(assertion: Option<&UsedAssertion>, batch: &mut Batch) {
    if let Some(used) = assertion {
        used_assertions::use_up(batch, &used.client, &used.jti, used.until);
    }
}

impl Asking<'_> {
    fn made_for(&self) -> mint::For<'_> {
        mint::For { state: &self.caller.tenant, entry: self.entry }
    }

    /// How the client sent its secret, if it sent one.
    fn via(&self) -> AuthMethod {
        if self.by_header {
            AuthMethod::Basic
        } else if self.params.has("client_secret") {
            AuthMethod::Post
        } else {
            AuthMethod::None
        }
    }
}

/// The answer to a client that proved itself; a refusal by a rule is written down as `failure`.
pub(crate) async fn settled<T>(
    app: &App,
    proven: Authenticated,
    params: &Params,
    (failure, outcome): (EventCode, Result<T, Refused>),
) -> Answered<T> {
    let outcome = match outcome {
        Ok(answer) => Ok(answer),
        Err(Refused::Rule(refusal)) => {
            let who = (Some(&*proven.entry), proven.assertion.as_ref());
            let noted = refuse(app, &proven.caller, who, params, (failure, &refusal)).await;
            Err(noted.err().unwrap_or(Fault::Token(refusal.error)))
        }
        Err(Refused::Noted(error)) => Err(Fault::Token(error)),
        Err(Refused::Fault(fault)) => Err(fault),
    };
    Answered { client: Some(proven.entry), outcome }
}

/// Answers a request at the token endpoint.
pub async fn grant(app: &App, sent: Sent<'_>) -> Answered<TokenAnswer> {
    let kind = match grants::grant_type(sent.params) {
        Ok(kind) => kind,
        Err(error) => return unproven(app, sent, (failure_of(None), error)).await,
    };
    let proven = proven(app, sent, (Endpoint::Token, failure_of(Some(kind)))).await;
    let Authenticated { caller, entry, assertion } = match proven {
        Ok(proven) => proven,
        Err(answered) => return answered,
    };
    let caller = caller.for_whom_it_asks(&entry.client);
    let (params, by_header) = (sent.params, sent.authorization.is_some());
    let asking = Asking { caller: &caller, entry: &entry, params, by_header, assertion: assertion.as_ref() };
    let outcome = by_grant(app, &asking, kind).await;
    Answered { client: Some(entry), outcome }
}

/// The client of a request, once it proved itself at the endpoint; else the answer, which is written down as
/// `failure`.
pub(crate) async fn proven<T>(
    app: &App,
    sent: Sent<'_>,
    (endpoint, failure): (Endpoint, EventCode),
) -> Result<Authenticated, Answered<T>> {
    match authenticate(app, sent, endpoint).await {
        Ok(proven) => Ok(proven),
        Err(Fault::Token(error)) => Err(unproven(app, sent, (failure, error)).await),
        Err(fault) => Err(Answered { client: None, outcome: Err(fault) }),
    }
}

/// The answer to a request of a client that did not prove itself, or that cannot be read; it is written down as
/// `failure`.
pub(crate) async fn unproven<T>(
    app: &App,
    sent: Sent<'_>,
    (failure, error): (EventCode, TokenError),
) -> Answered<T> {
    let client = known(app, sent).await;
    let refusal = error.into();
    let noted = refuse(app, sent.caller, (client.as_deref(), None), sent.params, (failure, &refusal)).await;
    Answered { client, outcome: Err(noted.err().unwrap_or(Fault::Token(refusal.error))) }
}

/// Decides, and once more when the refusal came from memory that is out of date.
async fn by_grant(app: &App, asking: &Asking<'_>, kind: GrantType) -> Result<TokenAnswer, Fault> {
    let mut outcome = by_grant_once(app, asking, kind).await;
    if matches!(outcome, Err(Refused::Rule(..))) {
        let (tenant, changed) = app.refresh(&asking.caller.tenant).await?;
        if changed {
            outcome = match app.client(&tenant, &asking.entry.client.id).await? {
                Some(entry) => {
                    let caller = Caller { tenant, ..asking.caller.clone() };
                    by_grant_once(app, &Asking { caller: &caller, entry: &entry, ..*asking }, kind).await
                }
                None => Err(client_auth::refused("the client is deleted", asking.by_header).into()),
            };
        }
    }
    match outcome {
        Ok(answer) => Ok(answer),
        Err(Refused::Fault(fault)) => Err(fault),
        Err(Refused::Noted(error)) => Err(error.into()),
        Err(Refused::Rule(refusal)) => {
            let who = (Some(&**asking.entry), asking.assertion);
            let what = (failure_of(Some(kind)), &refusal);
            refuse(app, asking.caller, who, asking.params, what).await?;
            Err(refusal.error.into())
        }
    }
}

async fn by_grant_once(app: &App, asking: &Asking<'_>, kind: GrantType) -> Result<TokenAnswer, Refused> {
    grants::may_use(&asking.entry.client, kind)?;
    match kind {
        GrantType::AuthorizationCode => redeem_code::redeem(app, asking).await,
        GrantType::RefreshToken => refresh::refresh(app, asking).await,
        GrantType::ClientCredentials => client_credentials::grant(app, asking).await,
        GrantType::Password | GrantType::PasswordRealm => password::grant(app, asking, kind).await,
        GrantType::DeviceCode => redeem_device_code::redeem(app, asking).await,
        GrantType::Implicit | GrantType::Stored(_) => {
            Err(Fault::internal("a grant that is not offered came to the token endpoint").into())
        }
    }
}

/// What the log says of a secret that worked until a while ago, before the time of its end.
pub(crate) const SECRET_ENDED: &str = "the secret that was sent ended at ";

/// What the log says of a secret that is none of the client's, before its mark: it may have been one once.
pub(crate) const WRONG_SECRET: &str = "wrong secret, marked ";

/// As what a refusal of the token endpoint is written down.
fn failure_of(kind: Option<GrantType>) -> EventCode {
    match kind {
        Some(GrantType::AuthorizationCode) => EventCode::CodeExchangeFailed,
        Some(GrantType::RefreshToken) => EventCode::RefreshExchangeFailed,
        Some(GrantType::ClientCredentials) => EventCode::ClientCredentialsFailed,
        Some(GrantType::Password | GrantType::PasswordRealm) => EventCode::PasswordExchangeFailed,
        Some(GrantType::DeviceCode) => EventCode::DeviceExchangeFailed,
        // No grant that is offered was asked for, so none of the exchange codes fits.
        Some(GrantType::Implicit | GrantType::Stored(_)) | None => EventCode::LoginFailed,
    }
}

/// Proves the client at an endpoint. A refusal is not believed before the tenant's version was read again.
async fn authenticate(app: &App, sent: Sent<'_>, endpoint: Endpoint) -> Result<Authenticated, Fault> {
    let (caller, presented) = (sent.caller, client_auth::read(sent.authorization, sent.params)?);
    match prove(app, caller, endpoint, &presented).await {
        Err(Fault::Token(error)) => {
            let (tenant, changed) = app.refresh(&caller.tenant).await?;
            if !changed {
                return Err(error.into());
            }
            prove(app, &Caller { tenant, ..caller.clone() }, endpoint, &presented).await
        }
        outcome => outcome,
    }
}

/// Proves the client by what memory knows of it.
async fn prove(
    app: &App,
    caller: &Caller,
    endpoint: Endpoint,
    presented: &Presented,
) -> Result<Authenticated, Fault> {
    let (tenant, now) = (&caller.tenant.tenant, app.now());
    let unknown = || client_auth::refused("no such client", presented.by_header);
    let entry = app.client(&caller.tenant, &presented.id).await?.ok_or_else(unknown)?;
    let live: Vec<&KnownSecret> = entry.live_secrets(now).collect();
    let secrets: Vec<&Secret> = live.iter().map(|known| &known.secret).collect();
    let (keys, issuer) = (&entry.keys, &tenant.issuer);
    let known = Known { client: &entry.client, secrets: &secrets, keys, issuer, endpoint, now };
    let note_use = |place: Option<usize>| {
        if let Some(known) = place.and_then(|place| live.get(place)) {
            app.secret_uses().note(&tenant.id, known, caller.info.ip, now);
        }
    };
    let proven = client_auth::check(known, presented);
    let assertion = match proven.map_err(|error| telling_of_an_old_secret(app, error, &entry, presented))? {
        Proven::Public => None,
        Proven::BySecret(place, note) => {
            note_use(Some(place));
            if let Some(Note::OtherMethod { registered, used }) = note {
                let (client, registered, used) = (&presented.id, registered.as_str(), used.as_str());
                tracing::info!(%client, registered, used, "the client's secret came by another method than registered");
            }
            None
        }
        Proven::ByAssertion(used, place) => {
            note_use(place);
            // Looked at before anything is decided, so that one that comes again has no consequences;
            // of two at once the batch lets one pass.
            if used_assertions::is_used_up(&app.db().tenant(&tenant.id), &used.client, &used.jti).await? {
                return Err(client_assertion::replayed().into());
            }
            Some(used)
        }
    };
    drop((live, secrets));
    Ok(Authenticated { caller: caller.clone(), entry, assertion })
}

/// Tells the log when the secret that was sent was one of the client's until a while ago.
fn telling_of_an_old_secret(
    app: &App,
    error: TokenError,
    entry: &ClientEntry,
    presented: &Presented,
) -> TokenError {
    let Proof::Secret { secret, .. } = &presented.proof else { return error };
    if error.private != "wrong secret" {
        return error;
    }
    let old = entry.secrets.iter().find(|known| known.secret == *secret);
    match old.and_then(|old| old.expires_at) {
        Some(ended) => error.with_private(&format!("{SECRET_ENDED}{ended}")),
        None => {
            let mark = clients::mark(app, &entry.client.id, secret);
            error.with_private(&format!("{WRONG_SECRET}{mark}"))
        }
    }
}

/// The client that a refused request names: its own pages may read the refusal.
async fn known(app: &App, sent: Sent<'_>) -> Option<Arc<ClientEntry>> {
    let presented = client_auth::read(sent.authorization, sent.params).ok()?;
    app.client(&sent.caller.tenant, &presented.id).await.ok().flatten()
}

/// The event of tokens that were given for a person's authorization; `jti` is the access token's.
fn success(
    asking: &Asking<'_>,
    (code, text): (EventCode, &str),
    (authorization, jti): (&Authorization, Option<&str>),
) -> EventDraft {
    let draft = EventDraft::new(code, text)
        .client(&asking.entry.client)
        .scope(&authorization.scope)
        .detail("session_id", authorization.session.as_str());
    let draft = jti.into_iter().fold(draft, |draft, jti| draft.detail("access_token_jti", jti));
    match &authorization.audience {
        Some(audience) => draft.audience(audience),
        None => draft,
    }
}

/// Pushes that event. For an API's token it counts only if the API, and the client grant that it may
/// want, are at the commit what they were when the token was made.
pub(crate) fn push_success(
    batch: &mut Batch,
    app: &App,
    (caller, entry): (&Caller, &ClientEntry),
    draft: EventDraft,
    audience: Option<&str>,
) {
    let client = &entry.client.id;
    let Some(api) = audience.and_then(|audience| caller.tenant.api(audience)) else {
        return record::push(batch, app, &caller.tenant, &caller.info, draft);
    };
    let grant = api_scope::user_grant(api, &entry.client, &entry.grants).ok().flatten();
    record::push_if(batch, app, caller, draft, &Grounds { client, api, grant });
}
