//! The end of a login: one batch that issues the code and all that belongs to it.
//!
//! A login always begins a new session with a new cookie, so that a session somebody else knows of
//! is never the one that gets logged in. The id of the login is used up in the same batch.

use doorward_model::grant::Grant;
use doorward_model::ids::{LoginId, SessionId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::session::Session;
use doorward_model::time::Timestamp;
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::{AuthorizeRequest, Consent, IssuePlan};
use doorward_protocol::oauth::error::{OAuthErrorCode, RedirectError, TokenError};
use doorward_protocol::oauth::response;
use doorward_store::{Batch, StoreError, grants, logins, sessions, users};
use serde_json::json;

use super::attempts::UnderWay;
use super::facts::Judged;
use super::transaction::{self, LoggedIn, Transaction};
use super::{Browser, Hosted, NewLogin, Return};
use crate::app::App;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft, cause, error_of};
use crate::sessions::{Present, TOUCH_EVERY};
use crate::tokens::{front_channel, push_success};

/// Why something may be issued.
pub(super) enum Grounds<'a> {
    /// The browser has a session.
    Found(&'a Present),
    /// The person has just proved who they are.
    Proved(&'a Proof),
    /// The browser has a session, and its person has just answered at a page of this login.
    Answered(&'a Present, &'a Transaction),
}

/// A person who has just proved who they are.
pub(super) struct Proof {
    /// The session that begins, and its user.
    pub present: Present,
    /// The cookie of the session that begins.
    pub cookie: Secret,
    /// The session that this browser had before.
    pub replaces: Option<SessionId>,
    /// The login that is used up, and when it began.
    pub login: LoginId,
    /// When the login began.
    pub started_at: Timestamp,
    /// The try that proved it.
    pub under_way: UnderWay,
}

impl Grounds<'_> {
    pub(super) fn present(&self) -> &Present {
        match self {
            Grounds::Found(present) | Grounds::Answered(present, _) => present,
            Grounds::Proved(proof) => &proof.present,
        }
    }

    /// Says of a refusal whom it is about. A login that is refused begins no session.
    pub(super) fn tell(&self, judged: &Judged, draft: EventDraft) -> EventDraft {
        match self {
            Grounds::Found(present) | Grounds::Answered(present, _) => about(judged, draft, present),
            Grounds::Proved(proof) => draft.person(&judged.caller.tenant, &proof.present.user),
        }
    }
}

/// Issues what was planned. Nothing when client or user are not any more what the judgement saw.
pub(super) async fn issue(
    app: &App,
    judged: &Judged,
    plan: &IssuePlan,
    grounds: &Grounds<'_>,
) -> Result<Option<Return>, Fault> {
    let now = app.now();
    let caller = &judged.caller;
    let tenant = &caller.tenant.tenant;
    let client = judged.known_client()?;
    let user = &grounds.present().user;
    let response = match front_channel::make(app, (caller, &client), plan, user).await? {
        Ok(response) => response,
        Err(error) => return denied(app, judged, plan, (&error, grounds)).await.map(Some),
    };
    let mut batch = app.db().tenant(&tenant.id).batch();
    match grounds {
        Grounds::Found(present) => touch(&mut batch, judged, present, now),
        Grounds::Proved(proof) => {
            let visited = visited(judged, &proof.present, now);
            begin_session(&mut batch, judged, proof, visited.as_ref().unwrap_or(&proof.present.session));
        }
        Grounds::Answered(present, transaction) => {
            use_up(&mut batch, transaction);
            touch(&mut batch, judged, present, now);
        }
    }
    heed_consent(&mut batch, app, plan);
    response.push(&mut batch, now);
    let event = event(judged, plan, grounds, now);
    push_success(&mut batch, app, (caller, &client), event, response.api());
    match batch.commit_in_company(app.patience()).await {
        Ok(_) => {}
        // Client, user or session ended meanwhile, or the login was used up before.
        Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let encoded = response::success(&plan.path, &response.committed(app, caller), &tenant.issuer);
    Ok(Some(match grounds {
        Grounds::Found(_) => Return::plain(encoded, client),
        Grounds::Proved(proof) => {
            let (session, finished) = (Some(proof.cookie.clone()), Some(proof.login.clone()));
            Return { encoded, client, session, finished }
        }
        Grounds::Answered(_, transaction) => {
            Return { finished: Some(transaction.id.clone()), ..Return::plain(encoded, client) }
        }
    }))
}

/// The API gives this person no token: the client hears so, and nothing begins.
async fn denied(
    app: &App,
    judged: &Judged,
    plan: &IssuePlan,
    (error, grounds): (&TokenError, &Grounds<'_>),
) -> Result<Return, Fault> {
    let refused = RedirectError::new(OAuthErrorCode::AccessDenied, &error.public);
    let draft = judged
        .event(EventCode::LoginFailed, &error.public)
        .detail("error", error_of(refused.code, &error.public))
        .detail("hint", Some(error.private.as_str()).filter(|hint| !hint.is_empty()))
        .folded(&cause(refused.code, &error.public, &error.private));
    let draft = grounds.tell(judged, draft);
    record::alone(app, &judged.caller.tenant, &judged.caller.info, draft).await?;
    let issuer = &judged.caller.tenant.tenant.issuer;
    Ok(Return::plain(response::failure(&plan.path, &refused, issuer), judged.known_client()?))
}

/// Begins the session of somebody who proved who they are and has a question to answer before the
/// client gets anything; the login goes on under a new id. Nothing when the login was used up before,
/// or the user is gone.
pub(super) async fn enter(
    app: &App,
    judged: &Judged,
    proof: &Proof,
    (browser, request): (&Browser, &AuthorizeRequest),
) -> Result<Option<NewLogin>, Fault> {
    let now = app.now();
    let caller = &judged.caller;
    let logged_in =
        LoggedIn { at: now, session: proof.present.session.id.clone(), login: Some(proof.login.clone()) };
    let next = transaction::start(app, caller, browser, (request, Some(logged_in)), Hosted::Consent).await?;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    begin_session(&mut batch, judged, proof, &proof.present.session);
    let draft = login_event(judged, proof, now).detail("consent", "asked");
    record::push(&mut batch, app, &caller.tenant, &caller.info, about(judged, draft, &proof.present));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let mut expire = next.expire;
    expire.retain(|known| *known != proof.login);
    expire.push(proof.login.clone());
    Ok(Some(NewLogin { session: Some(proof.cookie.clone()), expire, ..next }))
}

fn touch(batch: &mut Batch, judged: &Judged, present: &Present, now: Timestamp) {
    if let Some(next) = visited(judged, present, now) {
        sessions::touch(batch, &next);
    }
}

/// The session after this visit, if that is worth writing down.
fn visited(judged: &Judged, present: &Present, now: Timestamp) -> Option<Session> {
    let client = &judged.client.as_ref()?.client.id;
    present.session.visited(client, judged.caller.info.device(), now, TOUCH_EVERY)
}

/// Uses a login up: the batch fails when it was used before.
pub(super) fn use_up(batch: &mut Batch, transaction: &Transaction) {
    logins::use_up(batch, &transaction.id, transaction.started_at.after(transaction::LIFETIME));
}

/// Writes down what was allowed, or demands that what was allowed before still is.
fn heed_consent(batch: &mut Batch, app: &App, plan: &IssuePlan) {
    let authorization = &plan.authorization;
    match &plan.consent {
        Consent::NotNeeded => {}
        Consent::Stored { grant, scope } => grants::demand(batch, grant, scope),
        Consent::Given { audience, scope } => grants::put(
            batch,
            &Grant {
                id: app.entropy().grant_id(),
                user: authorization.user.clone(),
                client: authorization.client.clone(),
                audience: audience.clone(),
                scope: scope.clone(),
                created_at: app.now(),
            },
        ),
    }
}

fn begin_session(batch: &mut Batch, judged: &Judged, proof: &Proof, session: &Session) {
    let now = session.created_at;
    let settings = &judged.caller.tenant.tenant.settings;
    logins::use_up(batch, &proof.login, proof.started_at.after(transaction::LIFETIME));
    if let Some(old) = &proof.replaces {
        sessions::delete(batch, old);
    }
    sessions::insert(
        batch,
        session,
        &digest::token_hash(&proof.cookie),
        now.after(settings.session_lifetime),
    );
    let ip = judged.caller.info.ip.map(|ip| ip.to_string());
    users::record_login(batch, &proof.present.user.id, ip.as_deref(), now);
    proof.under_way.forgive(batch);
}

fn event(judged: &Judged, plan: &IssuePlan, grounds: &Grounds<'_>, now: Timestamp) -> EventDraft {
    let silent = |text| judged.event(EventCode::SilentAuth, text);
    let (present, draft) = match grounds {
        Grounds::Found(present) => (*present, silent("Logged in by a session that exists")),
        Grounds::Answered(present, _) => (*present, silent("Logged in after an answer on our page")),
        Grounds::Proved(proof) => (&proof.present, login_event(judged, proof, now)),
    };
    let draft = match &plan.consent {
        Consent::Given { audience, scope } => {
            draft.detail("consent", json!({ "audience": audience, "scope": scope.join(" ") }))
        }
        Consent::NotNeeded | Consent::Stored { .. } => draft,
    };
    let draft = about(judged, draft.scope(&plan.authorization.scope), present);
    match &plan.authorization.audience {
        Some(audience) => draft.audience(audience),
        None => draft,
    }
}

fn login_event(judged: &Judged, proof: &Proof, now: Timestamp) -> EventDraft {
    let (began, took) = (proof.started_at.millis(), now.millis() - proof.started_at.millis());
    let user = &proof.present.user;
    let stats = json!({ "loginsCount": user.logins_count + 1 });
    let connection = judged.caller.tenant.connection(&user.connection);
    let prompts = json!([
        {
            "name": "prompt-authenticate",
            "connection": connection.map(|known| known.name.as_str()),
            "connection_id": user.connection.as_str(),
            "strategy": connection.map(|known| known.strategy.name()),
            "identity": user.id.as_str().split_once('|').map_or(user.id.as_str(), |(_, own)| own),
            "stats": stats.clone(),
            "completedAt": now.millis(),
        },
        {
            "name": "login",
            "flow": "login",
            "initiatedAt": began,
            "completedAt": now.millis(),
            "elapsedTime": took,
            "user_id": user.id.as_str(),
            "user_name": user.display_name(),
        },
    ]);
    judged
        .event(EventCode::Login, "Logged in")
        .detail("prompts", prompts)
        .detail("initiatedAt", began)
        .detail("completedAt", now.millis())
        .detail("elapsedTime", took)
        .detail("stats", stats)
}

/// Says whom an event is about, and in which session.
pub(super) fn about(judged: &Judged, draft: EventDraft, present: &Present) -> EventDraft {
    draft.present(&judged.caller.tenant, present)
}
