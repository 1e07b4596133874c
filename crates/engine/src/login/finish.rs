//! The end of a login: one batch that issues the code and all that belongs to it.
//!
//! A login always begins a new session with a new cookie, so that a session somebody else knows of
//! is never the one that gets logged in. The id of the login is used up in the same batch.

use doorward_model::ids::{LoginId, SessionId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::CodePlan;
use doorward_protocol::oauth::response;
use doorward_store::{Batch, StoreError, logins, sessions, users};
use serde_json::json;

use super::attempts::Subjects;
use super::facts::Judged;
use super::{Return, transaction};
use crate::app::App;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::sessions::{Present, TOUCH_EVERY};
use crate::tokens::issue_code;

/// Why a code may be issued.
pub(super) enum Grounds<'a> {
    /// The browser has a session.
    Found(&'a Present),
    /// The person has just proved who they are.
    Proved(&'a Proof),
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
    /// The counters that the try was held against.
    pub subjects: Subjects,
}

/// Issues the code. Nothing when client or user are not any more what the judgement saw.
pub(super) async fn issue(
    app: &App,
    judged: &Judged,
    plan: &CodePlan,
    grounds: &Grounds<'_>,
) -> Result<Option<Return>, Fault> {
    let now = app.now();
    let tenant = &judged.caller.tenant.tenant;
    let mut batch = app.db().tenant(&tenant.id).batch();
    match grounds {
        Grounds::Found(present) => {
            if now >= present.session.last_used_at.after(TOUCH_EVERY) {
                sessions::touch(&mut batch, &present.session.id, now);
            }
        }
        Grounds::Proved(proof) => begin_session(&mut batch, judged, proof, now),
    }
    let code = issue_code::push(&mut batch, app, plan);
    let caller = &judged.caller;
    record::push(&mut batch, app, &caller.tenant, &caller.info, event(judged, plan, grounds, now));
    match batch.commit().await {
        Ok(_) => {}
        // Client, user or session ended meanwhile, or the login was used up before.
        Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let encoded = response::success(&plan.path, &code, &tenant.issuer);
    let client = judged.known_client()?;
    Ok(Some(match grounds {
        Grounds::Found(_) => Return::plain(encoded, client),
        Grounds::Proved(proof) => {
            let (session, finished) = (Some(proof.cookie.clone()), Some(proof.login.clone()));
            Return { encoded, client, session, finished }
        }
    }))
}

fn begin_session(batch: &mut Batch, judged: &Judged, proof: &Proof, now: Timestamp) {
    let settings = &judged.caller.tenant.tenant.settings;
    logins::use_up(batch, &proof.login, proof.started_at.after(transaction::LIFETIME));
    if let Some(old) = &proof.replaces {
        sessions::delete(batch, old);
    }
    let session = &proof.present.session;
    sessions::insert(
        batch,
        session,
        &digest::token_hash(&proof.cookie),
        now.after(settings.session_lifetime),
    );
    let ip = judged.caller.info.ip.map(|ip| ip.to_string());
    users::record_login(batch, &proof.present.user.id, ip.as_deref(), now);
    proof.subjects.forgive(batch);
}

fn event(judged: &Judged, plan: &CodePlan, grounds: &Grounds<'_>, now: Timestamp) -> EventDraft {
    let (present, draft) = match grounds {
        Grounds::Found(present) => {
            (*present, judged.event(EventCode::SilentAuth, "Logged in by a session that exists"))
        }
        Grounds::Proved(proof) => {
            let taken = now.millis() - proof.started_at.millis();
            let draft = judged
                .event(EventCode::Login, "Logged in")
                .detail("initiatedAt", proof.started_at.millis())
                .detail("completedAt", now.millis())
                .detail("elapsedTime", taken)
                .detail("stats", json!({"loginsCount": proof.present.user.logins_count + 1}));
            (&proof.present, draft)
        }
    };
    let draft = draft
        .user(&present.user)
        .scope(&plan.authorization.scope)
        .detail("session_id", present.session.id.as_str());
    let draft = match judged.caller.tenant.connection(&present.user.connection) {
        Some(connection) => draft.connection(connection),
        None => draft,
    };
    match &plan.authorization.audience {
        Some(audience) => draft.audience(audience),
        None => draft,
    }
}
