//! The consent page: what it asks, and what becomes of the answer.
//!
//! The page belongs to one login of one browser, and to one person: whoever answers must be who was
//! asked. Allowing writes the grant down in the batch that issues the code; declining is told to the
//! client and to the log.
//! Source: OpenID Connect Core §3.1.2.4, §3.1.2.6 (`access_denied`); RFC 9700 §4.7, §4.16.

use doorward_model::ids::LoginId;
use doorward_model::log::code::EventCode;
use doorward_protocol::oauth::authorize::{AskConsent, AuthorizeDecision, AuthorizeRequest};
use doorward_protocol::oauth::error::{OAuthErrorCode, RedirectError};
use doorward_protocol::oauth::response;
use doorward_store::{StoreError, device_codes};
use serde_json::json;

use super::facts::{Here, Judged, judge};
use super::finish::{self, Grounds, issue};
use super::transaction::{self, Transaction};
use super::{Browser, ConsentForm, Restart, Return, Step, show};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;
use crate::sessions::{self, Present};

/// What the form sent.
#[derive(Debug)]
pub struct Answer {
    /// The login.
    pub login: LoginId,
    /// What proves that the form is ours, and about this person.
    pub csrf: String,
    /// Whether the person allows it.
    pub is_allowed: bool,
    /// The scope values that the page showed.
    pub scope: Vec<String>,
}

/// Shows what the client wants.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot be asked.
pub async fn show(app: &App, caller: &Caller, browser: &Browser, id: &LoginId) -> Result<Step, Fault> {
    let tenant = &caller.tenant.tenant;
    let Some(transaction) = transaction::open(app, &tenant.id, browser, id).await? else {
        return Ok(Step::Restart(Restart::default()));
    };
    let Some(present) = sessions::find(app, tenant, browser.session.as_ref()).await? else {
        return Ok(Step::LogInFirst(transaction.id));
    };
    let logged_in = transaction.logged_in(&present);
    let here = Here { login: Some(transaction.first_id()), logged_in, allowed: None };
    let judged = judge(app, caller, &transaction.request, Some(&present), here).await?;
    if transaction.is_over(app.now()) {
        return Ok(Step::Restart(show::restart(&judged, &transaction)));
    }
    lead(app, &judged, &transaction, &present).await
}

/// Takes the answer.
///
/// # Errors
/// [`Fault::Unavailable`] when store or queues cannot serve: then nothing was allowed.
pub async fn answer(app: &App, caller: &Caller, browser: &Browser, answer: Answer) -> Result<Step, Fault> {
    let tenant = &caller.tenant.tenant;
    let Some(transaction) = transaction::open(app, &tenant.id, browser, &answer.login).await? else {
        return Ok(Step::Restart(Restart::default()));
    };
    let Some(present) = sessions::find(app, tenant, browser.session.as_ref()).await? else {
        return Ok(Step::LogInFirst(transaction.id));
    };
    if !transaction.consent_csrf_matches(&present.session.id, &answer.csrf) {
        return Ok(Step::Foreign);
    }
    let allowed = answer.is_allowed.then_some(answer.scope.as_slice());
    let logged_in = transaction.logged_in(&present);
    let here = Here { login: Some(transaction.first_id()), logged_in, allowed };
    let judged = judge(app, caller, &transaction.request, Some(&present), here).await?;
    if transaction.is_over(app.now()) {
        return Ok(Step::Restart(show::restart(&judged, &transaction)));
    }
    match &judged.decision {
        AuthorizeDecision::Consent(ask) if !answer.is_allowed => {
            decline(app, &judged, (&transaction, &present), ask).await
        }
        _ => lead(app, &judged, &transaction, &present).await,
    }
}

/// Where the judgement leads.
async fn lead(
    app: &App,
    judged: &Judged,
    transaction: &Transaction,
    present: &Present,
) -> Result<Step, Fault> {
    match &judged.decision {
        AuthorizeDecision::Consent(ask) => {
            Ok(Step::Ask(Box::new(form(judged, (transaction, present), ask)?)))
        }
        AuthorizeDecision::LogIn(_) => Ok(Step::LogInFirst(transaction.id.clone())),
        AuthorizeDecision::Issue(plan) => {
            match issue(app, judged, plan, &Grounds::Answered(present, transaction)).await? {
                Some(back) => Ok(Step::Return(back)),
                None => Ok(Step::Restart(show::restart(judged, transaction))),
            }
        }
        AuthorizeDecision::Page(_) | AuthorizeDecision::Redirect(..) => {
            show::refuse(app, judged, transaction, Some(&Grounds::Found(present))).await
        }
    }
}

fn form(
    judged: &Judged,
    (transaction, present): (&Transaction, &Present),
    ask: &AskConsent,
) -> Result<ConsentForm, Fault> {
    let api = ask.audience.as_deref().and_then(|audience| judged.caller.tenant.api(audience));
    Ok(ConsentForm {
        login: transaction.id.clone(),
        csrf: transaction.consent_csrf(&present.session.id),
        client: judged.known_client()?,
        user: present.user.clone(),
        api: api.cloned(),
        scope: ask.scope.clone(),
        callback: ask.path.redirect.as_str().to_owned(),
        // Where one person is meant, another one is no answer.
        other_account: match transaction.request.meant {
            None => show::address(&by_somebody_else(&transaction.request)),
            Some(_) => None,
        },
    })
}

/// The same request, at which the person logs in first, whatever session there is.
fn by_somebody_else(request: &AuthorizeRequest) -> AuthorizeRequest {
    let asks = request.prompt.as_deref().is_some_and(|prompt| prompt.contains("consent"));
    let prompt = if asks { "login consent" } else { "login" };
    AuthorizeRequest { prompt: Some(prompt.to_owned()), ..request.clone() }
}

/// Tells the client, and the log; the login is used up by that.
async fn decline(
    app: &App,
    judged: &Judged,
    (transaction, present): (&Transaction, &Present),
    ask: &AskConsent,
) -> Result<Step, Fault> {
    let error = RedirectError::new(OAuthErrorCode::AccessDenied, "The user declined.");
    let caller = &judged.caller;
    let draft = judged
        .event(EventCode::LoginFailed, "The user declined what the application wanted")
        .scope(&ask.scope)
        .folded(transaction.id.as_str())
        .detail("error", json!({ "oauthError": error.code.as_str(), "message": error.public }))
        .detail("consent", "declined");
    let draft = match &ask.audience {
        Some(audience) => draft.audience(audience),
        None => draft,
    };
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    finish::use_up(&mut batch, transaction);
    if let Some(device) = &transaction.request.device {
        device_codes::deny(&mut batch, device, app.now());
    }
    record::push(&mut batch, app, &caller.tenant, &caller.info, finish::about(judged, draft, present));
    match batch.commit().await {
        Ok(_) => {}
        // It was answered before.
        Err(StoreError::Conflict { .. } | StoreError::Unmet { .. }) => {
            return Ok(Step::Restart(show::restart(judged, transaction)));
        }
        Err(error) => return Err(error.into()),
    }
    let encoded = response::failure(&ask.path, &error, &caller.tenant.tenant.issuer);
    let finished = Some(transaction.id.clone());
    Ok(Step::Return(Return { finished, ..Return::plain(encoded, judged.known_client()?) }))
}
