//! Revoking refresh tokens: one, some, or all of a person or a client. What was given for one (access
//! tokens that open userinfo) ends with it in the same commit.
//!
//! Source: the Management API's `DELETE /refresh-tokens/{id}`, `POST /refresh-tokens/revoke` and
//! `DELETE /users/{id}/refresh-tokens`.

use doorward_model::ids::{ClientId, FamilyId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::token::{Family, RefreshToken};
use doorward_store::refresh_tokens::{self, TokenFilter};
use doorward_store::{Batch, Ticket, token_families};
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::Caller;
use crate::clients::named_by;
use crate::fault::{Fault, SHORT_WAIT};
use crate::logs::record::{self, EventDraft};

const ONE: &str = "Revoke a refresh token";
const MANY: &str = "Revoke refresh tokens";
/// Families per commit, so that whoever waits for the writer hardly notices.
const BATCH: u32 = 1000;
/// Commits per request: a million and a half tokens.
const BATCHES: usize = 1500;

/// Which refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// These.
    Ids(Vec<FamilyId>),
    /// Those of a person.
    OfUser {
        /// The person.
        user: UserId,
        /// Only those of this client.
        client: Option<ClientId>,
        /// Only those for this API.
        audience: Option<String>,
    },
    /// Those of a client.
    OfClient {
        /// The client.
        client: ClientId,
        /// Only those for this API.
        audience: Option<String>,
    },
}

/// Revokes one refresh token. Gives back whether it was there.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn revoke(app: &App, caller: &Caller, id: &FamilyId) -> Result<bool, Fault> {
    match remove(app, caller, id).await {
        Ok(was_there) => Ok(was_there),
        Err(fault) => Err(record::refused(app, caller, ONE, Some(id.as_str()), fault).await),
    }
}

async fn remove(app: &App, caller: &Caller, id: &FamilyId) -> Result<bool, Fault> {
    caller.may(ApiScope::DeleteRefreshTokens)?;
    let Some(token) = exchangeable(app, caller, id).await? else { return Ok(false) };
    end(app, caller, &token.family).await?;
    Ok(true)
}

/// The refresh token of that id, as long as it can be exchanged; the caller has been let in.
pub(crate) async fn exchangeable(
    app: &App,
    caller: &Caller,
    id: &FamilyId,
) -> Result<Option<RefreshToken>, Fault> {
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let filter = TokenFilter { family: Some(id.clone()), ..TokenFilter::default() };
    Ok(refresh_tokens::live(&scope, &filter, app.now(), None, 1).await?.pop())
}

/// Revokes a refresh token that was read; the caller has been let in.
pub(crate) async fn end(app: &App, caller: &Caller, family: &Family) -> Result<(), Fault> {
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let mut target = named_by(&scope, &family.authorization.client).await?;
    target["refresh_token_id"] = family.id.as_str().into();
    target["user_id"] = family.authorization.user.as_str().into();
    let mut batch = scope.batch();
    token_families::revoke(&mut batch, &family.id, app.now());
    let draft = EventDraft::new(EventCode::ManagementWrite, ONE).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}

/// Revokes refresh tokens. Those of a person or a client may be many, so they go in batches; the first
/// one carries the event.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store. Refusals are logged.
pub async fn revoke_many(app: &App, caller: &Caller, which: &Which) -> Result<(), Fault> {
    match remove_many(app, caller, which).await {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, MANY, Some(&target(which).to_string()), fault).await),
    }
}

async fn remove_many(app: &App, caller: &Caller, which: &Which) -> Result<(), Fault> {
    caller.may(ApiScope::DeleteRefreshTokens)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    for round in 0..BATCHES {
        let mut batch = scope.batch();
        let ticket = push(&mut batch, app, which);
        if round == 0 {
            let draft = EventDraft::new(EventCode::ManagementWrite, MANY).detail("target", target(which));
            record::push_by(&mut batch, app, caller, draft);
        }
        let done = batch.commit().await?;
        if ticket.is_none_or(|ticket| done.affected(ticket) < u64::from(BATCH)) {
            return Ok(());
        }
    }
    let cause = "more refresh tokens than one request may revoke; it can be sent again".to_owned();
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause })
}

/// What one batch does; nothing to count where all is done at once.
fn push(batch: &mut Batch, app: &App, which: &Which) -> Option<Ticket> {
    let now = app.now();
    match which {
        Which::Ids(ids) => {
            ids.iter().for_each(|id| token_families::revoke(batch, id, now));
            None
        }
        Which::OfUser { user, client, audience } => {
            let only = (client.as_ref(), audience.as_deref());
            Some(token_families::revoke_some_of_user(batch, user, only, now, BATCH))
        }
        Which::OfClient { client, audience } => {
            Some(token_families::revoke_some_of_client(batch, client, audience.as_deref(), now, BATCH))
        }
    }
}

fn target(which: &Which) -> Value {
    match which {
        Which::Ids(ids) => json!({ "refresh_token_ids": ids }),
        Which::OfUser { user, client, audience } => {
            json!({ "user_id": user, "client_id": client, "audience": audience })
        }
        Which::OfClient { client, audience } => json!({ "client_id": client, "audience": audience }),
    }
}
