//! A request that is refused: told to the log first, then to the person or to the client.
//!
//! A page carries a short reference, and the event in the log is found by it, so that the client's team sees
//! what happened. Repeats within a minute are one event and one reference.

use std::sync::Arc;

use doorward_model::log::code::EventCode;
use doorward_model::log::event::tame;
use doorward_model::log::reference;
use doorward_protocol::oauth::authorize::{AuthorizeRequest, ReturnPath};
use doorward_protocol::oauth::doctor::Diagnosis;
use doorward_protocol::oauth::error::{OAuthErrorCode, PageError, PageProblem, RedirectError};
use doorward_protocol::oauth::params::ParamsError;
use doorward_protocol::oauth::response;

use super::facts::Judged;
use super::finish::Grounds;
use super::{Return, Step};
use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::doctor;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft, cause, error_of};
use crate::logs::sent;

/// A page of ours that says why it cannot go on.
#[derive(Debug)]
pub struct RefusedPage {
    /// What is wrong, with its public text and its private hint.
    pub error: PageError,
    /// What to tell the client's team; the event in the log carries it.
    pub reference: String,
    /// The client, if it is known.
    pub client: Option<Arc<ClientEntry>>,
    /// The address that was asked for, for developers only: the tenant is in development and the
    /// visitor sits at the machine. None for everybody else.
    pub asked: Option<String>,
    /// Why the address is not allowed, for the same developers.
    pub diagnosis: Option<Box<Diagnosis>>,
    /// What the event in the log is found by.
    pub(crate) fold_key: Option<String>,
    /// The address as it was sent. It leaves for admins only, see [`crate::doctor::of_refusal`].
    pub(crate) sent: Option<String>,
}

/// Refuses by a page of ours.
pub(super) async fn page(
    app: &App,
    judged: &Judged,
    request: &AuthorizeRequest,
    error: &PageError,
) -> Result<Step, Fault> {
    let id = request.client_id.as_deref();
    let draft = judged
        .event(EventCode::LoginFailed, error.problem.title())
        .detail("client_id", id)
        .detail("qs", sent::query(request));
    let asked = request.redirect_uri.as_deref();
    let refused = refuse(app, &judged.caller, judged.client.as_ref(), (error.clone(), draft, asked));
    refused.await.map(Step::Refused)
}

/// Refuses a request that cannot be read at all.
pub(super) async fn unreadable(app: &App, caller: &Caller, why: &ParamsError) -> Result<RefusedPage, Fault> {
    let error = PageError::new(PageProblem::MalformedRequest, &why.to_string());
    let draft = EventDraft::new(EventCode::LoginFailed, error.problem.title());
    refuse(app, caller, None, (error, draft, None)).await
}

/// Refuses a request of which only the name was sent, and the name means nothing.
pub(super) async fn gone(
    app: &App,
    caller: &Caller,
    request: &AuthorizeRequest,
) -> Result<RefusedPage, Fault> {
    let hint = "the request_uri is unknown, was used, is over, or belongs to another client";
    let error = PageError::new(PageProblem::PushedRequestGone, hint);
    let client = match request.client_id() {
        Some(id) => app.client(&caller.tenant, &id).await?,
        None => None,
    };
    let draft = EventDraft::new(EventCode::LoginFailed, error.problem.title());
    let draft = match &client {
        Some(entry) => draft.client(&entry.client),
        None => draft.detail("client_id", request.client_id.as_deref()),
    };
    refuse(app, caller, client.as_ref(), (error, draft, None)).await
}

/// Writes a refusal down under a reference.
pub(crate) async fn refuse(
    app: &App,
    caller: &Caller,
    client: Option<&Arc<ClientEntry>>,
    (error, draft, asked): (PageError, EventDraft, Option<&str>),
) -> Result<RefusedPage, Fault> {
    let bucket = asked.filter(|_| doctor::looks_into(error.problem)).map(doctor::bucket);
    let mut draft = draft.told().detail("number", error.problem.number()).detail("hint", error.hint.as_str());
    if let (Some(asked), Some(bucket)) = (asked, bucket) {
        // Two addresses are two causes, and each has to be seen.
        draft =
            doctor::note(draft.folded(&format!("{} {bucket}", error.problem.title())), error.problem, asked);
    }
    let fold_key = record::alone_folded(app, &caller.tenant, &caller.info, draft).await?;
    // A refusal is a failure, and repeats of those are counted by a key.
    let reference = fold_key.as_deref().and_then(reference::of).unwrap_or_default();
    let is_loopback = caller.info.ip.is_some_and(|ip| ip.to_canonical().is_loopback());
    // Behind a proxy on this machine everybody's address is loopback.
    let is_local = is_loopback && !caller.info.is_forwarded;
    let is_developer = caller.tenant.tenant.settings.development && is_local;
    let known = client.map(|entry| &entry.client);
    let diagnosis = asked
        .filter(|_| is_developer)
        .and_then(|asked| doctor::developers_view(&caller.tenant, known, &error, asked));
    let sent = asked.map(str::to_owned);
    let asked = is_developer.then(|| asked.map(tame).unwrap_or_default());
    Ok(RefusedPage { error, reference, client: client.cloned(), asked, diagnosis, fold_key, sent })
}

/// What the log says where nobody is logged in because the session's person is blocked.
pub(crate) const BLOCKED: &str = "the person is blocked";

/// Refuses by telling the client at its verified callback; the log hears who is logged in, where somebody is.
pub(super) async fn redirect(
    app: &App,
    judged: &Judged,
    request: &AuthorizeRequest,
    (path, error): (&ReturnPath, &RedirectError),
    grounds: Option<&Grounds<'_>>,
) -> Result<Step, Fault> {
    let code = match &request.device {
        Some(_) => EventCode::DeviceActivationFailed,
        None if is_silent(request) => EventCode::SilentAuthFailed,
        None => EventCode::LoginFailed,
    };
    let draft = judged
        .event(code, &error.public)
        .folded(&cause(error.code, &error.public, ""))
        .detail("error", error_of(error.code, &error.public))
        .detail("qs", sent::query(request));
    let draft = grounds.into_iter().fold(draft, |draft, grounds| grounds.tell(judged, draft));
    let is_blocked = grounds.is_some_and(|grounds| grounds.present().user.blocked);
    let hint = (is_blocked && error.code == OAuthErrorCode::LoginRequired).then_some(BLOCKED);
    let draft = hint.into_iter().fold(draft, |draft, hint| draft.detail("hint", hint));
    record::alone(app, &judged.caller.tenant, &judged.caller.info, draft).await?;
    let issuer = &judged.caller.tenant.tenant.issuer;
    Ok(Step::Return(Return::plain(response::failure(path, error, issuer), judged.known_client()?)))
}

/// Whether the client asked not to show anything to the person.
fn is_silent(request: &AuthorizeRequest) -> bool {
    request.prompt.as_deref().is_some_and(|prompt| prompt.split(' ').any(|value| value == "none"))
}
