//! Taking back at once what a person holds: sessions, the codes that wait in them, and refresh tokens.
//!
//! Source: the Management API's `POST /users/{id}/revoke-access`.

use doorward_model::fields::FieldErrors;
use doorward_model::ids::{SessionId, UserId};
use doorward_model::json::{Object, flag, text, unknown};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::{sessions, token_families};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Revoke the access of a user";

/// What is taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Only what belongs to this session; the text need not be the id of one.
    pub session: Option<String>,
    /// Whether refresh tokens stay.
    pub keeps_tokens: bool,
}

impl Access {
    /// Reads what a body means.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let (mut access, mut errors) = (Self::default(), FieldErrors::default());
        for (name, value) in body {
            match name.as_str() {
                "session_id" => access.session = text(value, name, &mut errors),
                "preserve_refresh_tokens" => {
                    access.keeps_tokens = flag(value, name, &mut errors).unwrap_or_default();
                }
                _ => errors.push(unknown(name)),
            }
        }
        errors.into_result(access)
    }
}

/// Takes back what a person holds. Who is not there, and a session that is none of theirs, hold nothing.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], or trouble with the store. Refusals are logged.
pub async fn revoke_access(app: &App, caller: &Caller, user: &UserId, body: &Object) -> Result<(), Fault> {
    match revoke(app, caller, user, body).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(user.as_str()), fault).await),
    }
}

async fn revoke(app: &App, caller: &Caller, user: &UserId, body: &Object) -> Result<(), Fault> {
    caller.may_any(&[ApiScope::DeleteSessions, ApiScope::DeleteRefreshTokens])?;
    let access = Access::from_json(body)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let mut batch = scope.batch();
    match &access.session {
        None => {
            sessions::end_of_user(&mut batch, user);
            if !access.keeps_tokens {
                token_families::revoke_for_user(&mut batch, user, app.now());
            }
        }
        Some(named) => {
            let Ok(id) = SessionId::parse(named) else { return Ok(()) };
            let known = sessions::get(&scope, &id).await?.filter(|session| session.user == *user);
            if known.is_none() {
                return Ok(());
            }
            sessions::end(&mut batch, &id);
            if !access.keeps_tokens {
                token_families::revoke_for_session(&mut batch, user, &id, app.now());
            }
        }
    }
    let target = json!({ "user_id": user.as_str(), "session_id": access.session });
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT)
        .detail("target", target)
        .detail("refresh_tokens", if access.keeps_tokens { "kept" } else { "revoked" });
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}
