//! Why a program gets nothing, what follows from that, and what the log says of it.
//!
//! Whoever reads the log of a person, or may see nothing but the logs of people, has to find what happened to a
//! login of theirs: so a refusal names the person, as soon as the code or the token says whose it is.

use doorward_model::ids::{FamilyId, SessionId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::TokenHash;
use doorward_model::token::Authorization;
use doorward_protocol::oauth::client_assertion::{self, UsedAssertion};
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::params::Params;
use doorward_store::{StoreError, codes, token_families, used_assertions, users};
use serde_json::Value;

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft, cause, error_of};
use crate::logs::sent;

/// Why there is no token.
pub(crate) enum Refused {
    /// A rule says no.
    Rule(Refusal),
    /// A rule says no, and there is nothing left to write: its event is written, or it is none.
    Noted(TokenError),
    /// It cannot be done now.
    Fault(Fault),
}

/// A rule says no, and something follows from that.
pub(crate) struct Refusal {
    /// What is answered.
    pub error: TokenError,
    /// What is written besides the event.
    pub then: Consequence,
    /// Whose login it is about, once that is known.
    whose: Option<Whose>,
    /// What else the log says of it.
    facts: Vec<(&'static str, Value)>,
}

/// What follows from a refusal, in the same batch as its event.
pub(crate) enum Consequence {
    /// Nothing.
    Nothing,
    /// The code is used up.
    BurnCode(TokenHash),
    /// A copy is about: all that the authorization led to ends.
    EndFamily(FamilyId),
}

/// A login of a person.
struct Whose {
    user: UserId,
    session: SessionId,
}

impl Refused {
    /// A rule says no, and this follows.
    pub(super) fn rule(error: TokenError, then: Consequence) -> Self {
        Refused::Rule(Refusal { error, then, whose: None, facts: Vec::new() })
    }

    /// Adds a fact for the log, where it is a refusal.
    pub(super) fn with_fact(mut self, name: &'static str, value: Value) -> Self {
        if let Refused::Rule(refusal) = &mut self {
            refusal.facts.push((name, value));
        }
        self
    }

    /// Says whose login it is about, where it is a refusal.
    pub(super) fn about(self, authorization: &Authorization) -> Self {
        match self {
            Refused::Rule(refusal) => {
                let Authorization { user, session, .. } = authorization.clone();
                Refused::Rule(Refusal { whose: Some(Whose { user, session }), ..refusal })
            }
            other => other,
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Refusal { error, then: Consequence::Nothing, whose: None, facts: Vec::new() }
    }
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        Refused::Rule(error.into())
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Refused::Fault(fault)
    }
}

impl From<StoreError> for Refused {
    /// What a grant does not await itself; that an assertion was used before is no trouble of ours.
    fn from(error: StoreError) -> Self {
        if error == (StoreError::Unmet { what: used_assertions::REPLAYED }) {
            return client_assertion::replayed().into();
        }
        Refused::Fault(error.into())
    }
}

/// Writes a refusal and what follows from it down, in one batch. An assertion is used up by it, too.
pub(crate) async fn refuse(
    app: &App,
    caller: &Caller,
    who: (Option<&ClientEntry>, Option<&UsedAssertion>),
    params: &Params,
    what: (EventCode, &Refusal),
) -> Result<(), Fault> {
    // Boxed, since most requests are not refused: each would else carry room for it.
    Box::pin(write_down(app, caller, who, params, what)).await
}

async fn write_down(
    app: &App,
    caller: &Caller,
    (entry, assertion): (Option<&ClientEntry>, Option<&UsedAssertion>),
    params: &Params,
    (failure, refusal): (EventCode, &Refusal),
) -> Result<(), Fault> {
    let Refusal { error, then, whose, facts } = refusal;
    let mut code = failure;
    let mut cause = cause(error.code, &error.public, &error.private);
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    if let Some(used) = assertion {
        used_assertions::note(&mut batch, &used.client, &used.jti, used.until);
    }
    match then {
        Consequence::Nothing => {}
        Consequence::BurnCode(hash) => codes::burn(&mut batch, hash, app.now()),
        Consequence::EndFamily(family) => {
            token_families::revoke(&mut batch, family, app.now());
            // Two logins that end are two events.
            cause = format!("{cause} {family}");
            if failure == EventCode::RefreshExchangeFailed {
                code = EventCode::RefreshReuse;
            }
        }
    }
    let draft = EventDraft::new(code, &error.public)
        .detail("error", error_of(error.code, &error.public))
        .detail("body", sent::form(params))
        .detail("hint", Some(error.private.as_str()).filter(|hint| !hint.is_empty()))
        .folded(&cause);
    let draft = facts.iter().fold(draft, |draft, (name, value)| draft.detail(name, value.clone()));
    let draft = entry.iter().fold(draft, |draft, entry| draft.client(&entry.client));
    let draft = match whose {
        Some(whose) => named(app, caller, draft, whose).await?,
        None => draft,
    };
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    batch.commit().await?;
    Ok(())
}

/// Says whose login an event is about. Who was deleted since has no name any more.
async fn named(app: &App, caller: &Caller, draft: EventDraft, whose: &Whose) -> Result<EventDraft, Fault> {
    let draft = draft.detail("session_id", whose.session.as_str());
    let user = users::get(&app.db().tenant(&caller.tenant.tenant.id), &whose.user).await?;
    Ok(user.iter().fold(draft, |draft, user| draft.person(&caller.tenant, user)))
}
