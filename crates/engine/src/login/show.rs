//! The login page: what it shows for a login of this browser.
//!
//! Source: the brief, "Login"; OWASP "Login CSRF".

use doorward_model::ids::LoginId;
use doorward_protocol::oauth::authorize::{AuthorizeDecision, AuthorizeRequest, ReturnPath};
use doorward_protocol::oauth::initiate;
use serde_json::Value;

use super::facts::{Here, Judged, judge};
use super::finish::Grounds;
use super::transaction::{self, Transaction};
use super::{Browser, LoginForm, Problem, Restart, Step, refusal};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Shows the login page of a login that this browser began.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot be asked.
pub async fn show(app: &App, caller: &Caller, browser: &Browser, id: &LoginId) -> Result<Step, Fault> {
    let tenant = &caller.tenant.tenant.id;
    let Some(transaction) = transaction::open(app, tenant, browser, id).await? else {
        return Ok(Step::Restart(Restart::default()));
    };
    let here = Here { login: Some(transaction.first_id()), ..Here::default() };
    let judged = judge(app, caller, &transaction.request, None, here).await?;
    match &judged.decision {
        AuthorizeDecision::LogIn(login) if transaction.is_over(app.now()) => {
            Ok(Step::Restart(restart(&judged, &transaction)))
        }
        AuthorizeDecision::LogIn(login) => {
            let hint = login.login_hint.clone().unwrap_or_default();
            Ok(Step::Form(form(&judged, &transaction, &login.path, (hint, None))?))
        }
        _ => refuse(app, &judged, &transaction, None).await,
    }
}

/// The page with what was typed and what was wrong with it.
pub(super) fn form(
    judged: &Judged,
    transaction: &Transaction,
    path: &ReturnPath,
    (username, problem): (String, Option<Problem>),
) -> Result<LoginForm, Fault> {
    Ok(LoginForm {
        login: transaction.id.clone(),
        csrf: transaction.csrf(),
        client: judged.known_client()?,
        username,
        problem,
        callback: path.redirect.as_str().to_owned(),
    })
}

/// The way to begin the login anew: where the client says that it begins one, else the same request
/// once more.
pub(super) fn restart(judged: &Judged, transaction: &Transaction) -> Restart {
    if transaction.request.device.is_some() {
        return Restart { again: address(&transaction.request) };
    }
    let issuer = &judged.caller.tenant.tenant.issuer;
    let client = judged.known_client().ok();
    let initiated = client.and_then(|entry| initiate::address(&entry.client.settings, issuer));
    Restart { again: initiated.or_else(|| address(&transaction.request)) }
}

/// Our own address, from `/authorize` on, that makes a request; whom a hint meant stays out of it. For a device
/// the person types the code anew. None for what its client pushed: it is not for the browser to see, and only the
/// client can push it again.
pub(super) fn address(request: &AuthorizeRequest) -> Option<String> {
    if request.device.is_some() {
        return Some("/activate".to_owned());
    }
    if request.pushed {
        return None;
    }
    let request = AuthorizeRequest { meant: None, ..request.clone() };
    let Ok(Value::Object(fields)) = serde_json::to_value(request) else { return None };
    let fields = fields.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
    let query: Vec<String> = fields.map(|(name, value)| format!("{name}={}", percent(value))).collect();
    Some(format!("/authorize?{}", query.join("&")))
}

/// RFC 3986 §2.1, with nothing but the unreserved characters left as they are.
fn percent(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
    }
    safe
}

/// A login that was allowed to begin and is no more: its client changed meanwhile, or whoever logged in is not the
/// one who was asked for.
pub(super) async fn refuse(
    app: &App,
    judged: &Judged,
    transaction: &Transaction,
    grounds: Option<&Grounds<'_>>,
) -> Result<Step, Fault> {
    let request = &transaction.request;
    match &judged.decision {
        AuthorizeDecision::Page(error) => refusal::page(app, judged, request, error).await,
        AuthorizeDecision::Redirect(path, error) => {
            refusal::redirect(app, judged, request, (path, error), grounds).await
        }
        AuthorizeDecision::LogIn(_) | AuthorizeDecision::Consent(_) | AuthorizeDecision::Issue(_) => {
            Err(Fault::internal("a login was refused that is allowed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_an_address_cannot_end_its_part() {
        assert_eq!(percent("a b&c=d#e/é"), "a%20b%26c%3Dd%23e%2F%C3%A9");
    }
}
