//! Changing a user.
//!
//! A new password ends what the old one began: sessions, refresh tokens, locks. Source: the Management
//! API's `PATCH /users/{id}`.

use doorward_model::connection::Connection;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::UserId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::user::User;
use doorward_model::user::edit::UserPatch;
use doorward_store::users::Credential;
use doorward_store::{Batch, StoreError, login_attempts, sessions, token_families, users};
use serde_json::{Map, Value, json};

use super::{ShownUser, about};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::login::attempts;
use crate::logs::record::{self, EventDraft};
use crate::passwords::check_new_of;
use crate::state::TenantState;

const WHAT: &str = "Update a user";
/// How often a change is tried again when somebody else changed the user in between.
const TRIES: usize = 5;

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Exists`] when the new
/// address is taken, or trouble with the store. Refusals are logged.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: &UserId,
    body: &Map<String, Value>,
) -> Result<ShownUser, Fault> {
    match change(app, caller, id, body).await {
        Ok(shown) => Ok(shown),
        Err(fault) => {
            let beside = refused_parts(id, body, &fault);
            Err(record::refused_with(app, caller, (WHAT, Some(id.as_str())), fault, beside).await)
        }
    }
}

/// What of a refused change has a name of its own in the log: a password, an address, a number.
fn refused_parts(id: &UserId, body: &Map<String, Value>, fault: &Fault) -> Vec<EventDraft> {
    let parts = [
        ("password", EventCode::PasswordChangeFailed, "Change the password of a user"),
        ("email", EventCode::EmailChangeFailed, "Change the address of a user"),
        ("phone_number", EventCode::PhoneChangeFailed, "Change the telephone number of a user"),
    ];
    let is_about = |part: &str| match fault {
        Fault::Invalid(errors) => errors.all().iter().any(|error| error.path == part),
        Fault::Exists { what: "new email" } => part == "email",
        _ => false,
    };
    let refused = parts.into_iter().filter(|(part, ..)| body.contains_key(*part) && is_about(part));
    let draft = |code, text: &str| {
        EventDraft::new(code, text)
            .detail("error", json!({ "message": fault.public() }))
            .detail("target", id.as_str())
            .folded(&format!("{} {}", id.as_str(), fault.public()))
    };
    refused.map(|(_, code, text)| draft(code, text)).collect()
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &UserId,
    body: &Map<String, Value>,
) -> Result<ShownUser, Fault> {
    may_change(caller, id, body)?;
    let patch = UserPatch::from_json(body)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let mut credential = None;
    for _ in 0..TRIES {
        let current = users::get(&scope, id).await?.ok_or(Fault::NotFound { what: "user" })?;
        let connection = check_connection(&state, &current, &patch)?;
        let mut next = patch.clone().apply(&current, app.now())?;
        if let (Some(password), Some(connection)) = (&patch.password, connection) {
            check_new_of(connection, password, &next.known_words()).map_err(FieldErrors::from)?;
        }
        if let (Some(password), None) = (&patch.password, &credential) {
            credential = Some(app.passwords().hash(password).await?);
        }
        if credential.is_some() {
            let now = app.now();
            (next.last_password_reset, next.updated_at) = (Some(now), now);
        }
        if next == current {
            return Ok(ShownUser::to(caller, &state, current));
        }
        let mut batch = scope.batch();
        users::update(&mut batch, &current, &next);
        if let Some(credential) = &credential {
            push_password(&mut batch, app, &state, (&current, credential));
        }
        push_events(&mut batch, app, caller, (&current, &next, &patch, &state));
        match batch.commit().await {
            Ok(_) => {
                next.version = current.version + 1;
                return Ok(ShownUser::to(caller, &state, next));
            }
            Err(StoreError::Unmet { what: users::STALE }) => {}
            Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "new email" }),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "user" })
}

/// Each scope with the fields that it opens; only one opens all of them.
fn may_change(caller: &Caller, id: &UserId, body: &Map<String, Value>) -> Result<(), Fault> {
    const EVERYTHING: ApiScope = ApiScope::UpdateUsers;
    let only = |field: &str| !body.is_empty() && body.keys().all(|key| key == field);
    if only("user_metadata") {
        return caller.may_about(id, ApiScope::UpdateCurrentUserMetadata, &[EVERYTHING]);
    }
    if only("app_metadata") {
        return caller.may_any(&[EVERYTHING, ApiScope::UpdateUsersAppMetadata]);
    }
    caller.may(EVERYTHING)
}

/// A user is known through one connection, and that does not change.
fn check_connection<'s>(
    state: &'s TenantState,
    user: &User,
    patch: &UserPatch,
) -> Result<Option<&'s Connection>, FieldErrors> {
    let own = state.connection(&user.connection);
    if patch.connection.as_ref().is_none_or(|named| own.is_some_and(|own| own.name == *named)) {
        return Ok(own);
    }
    let text = "The user is not known through this connection. Leave it out, or name the user's own.";
    Err(FieldError::new("connection", "enum", text).into())
}

fn push_password(
    batch: &mut Batch,
    app: &App,
    state: &TenantState,
    (user, credential): (&User, &Credential),
) {
    let now = app.now();
    users::put_password(batch, &user.id, credential, now);
    sessions::delete_for_user(batch, &user.id);
    token_families::revoke_for_user(batch, &user.id, now);
    if let Some(connection) = state.connection(&user.connection) {
        login_attempts::clear_account(batch, &attempts::account(connection, user.email.as_str()));
    }
}

/// What was done, and in the words that a log is searched by: a password, an address.
fn push_events(
    batch: &mut Batch,
    app: &App,
    caller: &Caller,
    (before, after, patch, state): (&User, &User, &UserPatch, &TenantState),
) {
    let with = |draft: EventDraft| draft.person(state, after);
    record::push_by(batch, app, caller, with(about(WHAT, after).detail("fields", patch.named.clone())));
    if patch.password.is_some() {
        let draft = EventDraft::new(EventCode::PasswordChanged, "The password was changed");
        record::push_by(batch, app, caller, with(draft));
    }
    if before.email != after.email {
        let draft = EventDraft::new(EventCode::EmailChanged, "The address was changed")
            .detail("before", before.email.as_str())
            .detail("after", after.email.as_str());
        record::push_by(batch, app, caller, with(draft));
    }
    if before.profile.phone_number != after.profile.phone_number {
        let draft = EventDraft::new(EventCode::PhoneChanged, "The telephone number was changed");
        record::push_by(batch, app, caller, with(draft));
    }
}
