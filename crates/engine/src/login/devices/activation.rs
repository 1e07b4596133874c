//! The page at which people answer for their devices.
//!
//! A code is short enough to be guessed by who tries long enough, so a try is counted before the code is looked
//! up, and given back when it was right. Whoever knows a code sees which client asked, where from and when,
//! before anything happens: a code that somebody else sent may be a trap.
//! Source: RFC 8628 §3.3, §5.1, §5.4.

use std::net::IpAddr;
use std::sync::Arc;

use doorward_model::device::Device;
use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::log::code::EventCode;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::user::Email;
use doorward_model::user_code::UserCode;
use doorward_protocol::oauth::authorize::AuthorizeRequest;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::{StoreError, device_codes};

use super::super::begin::follow;
use super::super::{Browser, Step, attempts};
use super::typed_hash;
use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft, neighbourhood};
use crate::sessions::{self, Present};

/// How many wrong codes an address may type within [`attempts::WINDOW`].
pub const PER_ADDRESS: u32 = 10;

/// Where a step of the page leads.
#[derive(Debug)]
pub enum Activation {
    /// The field for the code.
    Enter(EnterCode),
    /// The question whether the device may go on.
    Confirm(Box<ConfirmDevice>),
    /// The person declined.
    Declined(Arc<ClientEntry>),
    /// The login goes on, or has ended.
    Login(Step),
}

/// What the field for the code shows.
#[derive(Debug)]
pub struct EnterCode {
    /// The code as it was typed, or as the link brought it.
    pub code: String,
    /// What is wrong with it.
    pub problem: Option<CodeProblem>,
}

/// Why a code leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// No device waits with it.
    Wrong,
    /// The device does not wait any more.
    TooOld,
    /// Somebody answered for the device already.
    Answered,
    /// Too many wrong codes from this address.
    TooManyTries,
}

/// What the person is asked.
#[derive(Debug)]
pub struct ConfirmDevice {
    /// The client that runs on the device.
    pub client: Arc<ClientEntry>,
    /// The code, as the device shows it.
    pub code: String,
    /// Where the device is.
    pub device: Device,
    /// Whether that is the network from which the person comes.
    pub is_near: bool,
    /// When the device asked.
    pub asked_at: Timestamp,
    /// How long ago that is.
    pub age: Lifetime,
    /// Who is logged in in this browser.
    pub account: Option<Email>,
}

/// What the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// See who asks.
    Look,
    /// Go on.
    Accept,
    /// Go on as somebody else than who is logged in.
    SomebodyElse,
    /// Give the device nothing.
    Decline,
}

/// The code of a link, as the field shows it. It is not looked up: a link must not count as a try.
#[must_use]
pub fn written(caller: &Caller, code: &str) -> String {
    let style = caller.tenant.tenant.settings.user_codes();
    UserCode::read(code).map(|code| style.written(&code)).unwrap_or_default()
}

/// Takes what the person typed and wants.
///
/// # Errors
/// [`Fault::Unavailable`] when store or queues cannot serve: then nothing was allowed.
pub async fn take(
    app: &App,
    caller: &Caller,
    browser: &Browser,
    (typed, wish): (&str, Wish),
) -> Result<Activation, Fault> {
    let refused =
        |problem| Activation::Enter(EnterCode { code: written(caller, typed), problem: Some(problem) });
    let seen = sessions::seen(app, &caller.tenant.tenant, browser.session.as_ref()).await?;
    let code = match look_up(app, caller, typed, seen.as_ref()).await? {
        Ok(code) => code,
        Err(problem) => return Ok(refused(problem)),
    };
    let Some(client) = app.client(&caller.tenant, &code.client).await? else {
        return Ok(refused(CodeProblem::TooOld));
    };
    let step = match wish {
        Wish::Look => {
            let account = seen.filter(|present| !present.user.blocked).map(|present| present.user.email);
            return Ok(Activation::Confirm(Box::new(confirm(app, caller, (&code, client, typed), account))));
        }
        Wish::Decline => {
            let declined = decline(app, caller, (&code, client), seen.as_ref()).await?;
            return Ok(declined.unwrap_or_else(refused));
        }
        Wish::Accept => accept(app, caller, browser, (&code, None)).await?,
        Wish::SomebodyElse => accept(app, caller, browser, (&code, Some("login"))).await?,
    };
    // Somebody else answered at the same moment, or client or user are not any more what they were.
    Ok(step.map_or_else(|| refused(CodeProblem::Answered), Activation::Login))
}

/// Finds the device that waits with a code; a code that leads nowhere is counted and written down.
async fn look_up(
    app: &App,
    caller: &Caller,
    typed: &str,
    seen: Option<&Present>,
) -> Result<Result<DeviceCode, CodeProblem>, Fault> {
    let Some(code) = UserCode::read(typed) else { return Ok(Err(CodeProblem::Wrong)) };
    let (now, scope) = (app.now(), app.db().tenant(&caller.tenant.tenant.id));
    let subject = attempts::typed_codes(caller.info.ip);
    let limit = AttemptLimit { subject: &subject, limit: PER_ADDRESS, window: attempts::WINDOW };
    if login_attempts::reserve(&scope, &limit, now).await?.is_none() {
        return note(app, caller, (None, seen), CodeProblem::TooManyTries).await.map(Err);
    }
    let Some(found) = device_codes::of_user_code(&scope, &typed_hash(&code)).await? else {
        return note(app, caller, (None, seen), CodeProblem::Wrong).await.map(Err);
    };
    let mut batch = scope.batch();
    login_attempts::give_back(&mut batch, &subject);
    batch.commit().await?;
    let problem = match found.standing {
        _ if found.is_open(now) => return Ok(Ok(found)),
        Standing::Waiting => CodeProblem::TooOld,
        Standing::Denied | Standing::Allowed(_) | Standing::Used(_) => CodeProblem::Answered,
    };
    note(app, caller, (Some(&found), seen), problem).await.map(Err)
}

/// Writes down that a code leads nowhere, and who is logged in where it was typed. What was typed stays out of it: it
/// may be the code of another device.
async fn note(
    app: &App,
    caller: &Caller,
    (code, seen): (Option<&DeviceCode>, Option<&Present>),
    problem: CodeProblem,
) -> Result<CodeProblem, Fault> {
    let hint = match problem {
        CodeProblem::Wrong => "no device waits with this code",
        CodeProblem::TooOld => "the device does not wait any more",
        CodeProblem::Answered => "somebody answered for the device before",
        CodeProblem::TooManyTries => "too many wrong codes from this address",
    };
    let draft = EventDraft::new(EventCode::DeviceActivationFailed, "A code for a device did not work")
        .detail("hint", hint)
        .folded(hint);
    let entry = match code {
        Some(code) => app.client(&caller.tenant, &code.client).await?,
        None => None,
    };
    let draft = entry.iter().fold(draft, |draft, entry| draft.client(&entry.client));
    let draft = seen.into_iter().fold(draft, |draft, present| draft.present(&caller.tenant, present));
    record::alone(app, &caller.tenant, &caller.info, draft).await?;
    Ok(problem)
}

fn confirm(
    app: &App,
    caller: &Caller,
    (code, client, typed): (&DeviceCode, Arc<ClientEntry>, &str),
    account: Option<Email>,
) -> ConfirmDevice {
    let place = code.device.ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok()).map(neighbourhood);
    ConfirmDevice {
        client,
        code: written(caller, typed),
        is_near: place.is_some() && place == caller.info.ip.map(neighbourhood),
        device: code.device.clone(),
        asked_at: code.created_at,
        age: app.now().since(code.created_at),
        account,
    }
}

/// The same login as at the authorization endpoint, for the device.
async fn accept(
    app: &App,
    caller: &Caller,
    browser: &Browser,
    (code, prompt): (&DeviceCode, Option<&str>),
) -> Result<Option<Step>, Fault> {
    let prompt = prompt.map(str::to_owned);
    let request = AuthorizeRequest { prompt, ..AuthorizeRequest::of_device(code) };
    follow(app, caller, &request, browser).await
}

async fn decline(
    app: &App,
    caller: &Caller,
    (code, client): (&DeviceCode, Arc<ClientEntry>),
    seen: Option<&Present>,
) -> Result<Result<Activation, CodeProblem>, Fault> {
    let draft = EventDraft::new(EventCode::DeviceDeclined, "The person declined what a device wanted")
        .client(&client.client)
        .detail("device", serde_json::to_value(&code.device).unwrap_or_default());
    let draft = seen.into_iter().fold(draft, |draft, present| draft.present(&caller.tenant, present));
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    device_codes::deny(&mut batch, &code.id, app.now());
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    match batch.commit().await {
        Ok(_) => Ok(Ok(Activation::Declined(client))),
        Err(StoreError::Unmet { .. }) => Ok(Err(CodeProblem::Answered)),
        Err(error) => Err(error.into()),
    }
}
