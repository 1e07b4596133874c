//! Logging out: the session of this browser ends, then the person is sent on, if that is allowed.
//!
//! The session ends whatever the return address is: a refusal must not keep somebody logged in.
//! `rp_initiated` is the standard's way, which may ask first.
//!
//! Source: the original's `/v2/logout`; OpenID Connect RP-Initiated Logout §5 (open redirects).

mod rp_initiated;

use std::sync::Arc;

use doorward_model::ids::ClientId;
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_protocol::oauth::logout::{self, LogoutDecision, LogoutRequest};
use doorward_protocol::oauth::params::{Params, ParamsError};
use doorward_store::sessions;

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::login::{RefusedPage, refuse};
use crate::logs::record::{self, EventDraft};
use crate::sessions::{Present, find};

pub use rp_initiated::{EndedSession, LogoutQuestion, end_session};

/// Where a logout leads. The cookie of the session is to be removed in every case.
#[derive(Debug)]
pub enum LoggedOut {
    /// To an address of the list.
    Redirect(String),
    /// To our own page that says so.
    Done,
    /// Logged out, but the address to go to is on no list.
    Refused(RefusedPage),
    /// Nobody was logged out: what is wanted cannot be told.
    Unreadable(RefusedPage),
}

/// Logs a browser out.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot serve; the session goes on then.
pub async fn log_out(
    app: &App,
    caller: &Caller,
    params: &Result<Params, ParamsError>,
    cookie: Option<&Secret>,
) -> Result<LoggedOut, Fault> {
    let present = find(app, &caller.tenant.tenant, cookie).await?;
    let (caller, entry, decision) = match params {
        Ok(params) => judge(app, caller, params).await?,
        Err(error) => {
            let error = PageError::new(PageProblem::MalformedRequest, &error.to_string());
            (caller.clone(), None, LogoutDecision::Refuse(error))
        }
    };
    let refusal = match decision {
        LogoutDecision::Redirect(to) => {
            end(app, &caller, (present.as_ref(), entry.as_deref()), (Some(&to), None)).await?;
            return Ok(LoggedOut::Redirect(to));
        }
        LogoutDecision::Done => {
            end(app, &caller, (present.as_ref(), entry.as_deref()), (None, None)).await?;
            return Ok(LoggedOut::Done);
        }
        LogoutDecision::Refuse(error) => error,
    };
    end(app, &caller, (present.as_ref(), entry.as_deref()), (None, None)).await?;
    let asked = params.as_ref().ok().and_then(|params| params.get("returnTo"));
    refused(app, &caller, (present.as_ref(), entry.as_ref()), (refusal, asked)).await.map(LoggedOut::Refused)
}

/// Writes down that the address to go to was refused.
async fn refused(
    app: &App,
    caller: &Caller,
    (present, entry): (Option<&Present>, Option<&Arc<ClientEntry>>),
    (error, asked): (PageError, Option<&str>),
) -> Result<RefusedPage, Fault> {
    let mut draft = EventDraft::new(EventCode::LogoutFailed, error.problem.title());
    if let Some(entry) = entry {
        draft = draft.client(&entry.client);
    }
    if let Some(present) = present {
        draft = draft.user(&present.user);
    }
    refuse(app, caller, entry, (error, draft, asked)).await
}

type Judged = (Caller, Option<Arc<ClientEntry>>, LogoutDecision);

/// Decides; a refusal is not believed before the tenant's version was read again.
async fn judge(app: &App, caller: &Caller, params: &Params) -> Result<Judged, Fault> {
    let first = judge_once(app, caller.clone(), params).await?;
    if !matches!(first.2, LogoutDecision::Refuse(_)) {
        return Ok(first);
    }
    let (tenant, changed) = app.refresh(&caller.tenant).await?;
    if !changed {
        return Ok(first);
    }
    judge_once(app, Caller { tenant, ..caller.clone() }, params).await
}

async fn judge_once(app: &App, caller: Caller, params: &Params) -> Result<Judged, Fault> {
    let id = params.get("client_id").and_then(|text| ClientId::parse(text).ok());
    let entry = match id {
        Some(id) => app.client(&caller.tenant, &id).await?,
        None => None,
    };
    let client = entry.as_ref().map(|entry| &entry.client);
    let decision = match LogoutRequest::read(params) {
        Ok(request) => logout::v2(&request, client, &caller.tenant.tenant.settings),
        Err(error) => LogoutDecision::Refuse(error),
    };
    Ok((caller, entry, decision))
}

/// Ends the session, and says so in the log when there was one: where it led, and why a hint proved nothing.
async fn end(
    app: &App,
    caller: &Caller,
    (present, entry): (Option<&Present>, Option<&ClientEntry>),
    (to, bad_hint): (Option<&str>, Option<&str>),
) -> Result<(), Fault> {
    let Some(present) = present else { return Ok(()) };
    let mut draft = EventDraft::new(EventCode::Logout, "Logged out")
        .user(&present.user)
        .detail("session_id", present.session.id.as_str());
    if let Some(to) = to {
        draft = draft.detail("return_to", to).detail("allowed_logout_url", allowed(caller, entry));
    }
    if let Some(why) = bad_hint {
        draft = draft.detail("id_token_hint", why);
    }
    if let Some(entry) = entry {
        draft = draft.client(&entry.client);
    }
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    sessions::delete(&mut batch, &present.session.id);
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    batch.commit().await?;
    Ok(())
}

/// The list that said yes: that of the client, or of the tenant where none was named.
fn allowed(caller: &Caller, entry: Option<&ClientEntry>) -> Vec<String> {
    match entry {
        Some(entry) => entry.client.settings.allowed_logout_urls.clone().unwrap_or_default(),
        None => caller.tenant.tenant.settings.allowed_logout_urls.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::Browser;
    use crate::login::journey::Journey;

    async fn out(journey: &Journey, query: &str, browser: &Browser) -> LoggedOut {
        let params = Params::from_query(query);
        log_out(&journey.kit.app, &journey.visitor(), &params, browser.session.as_ref()).await.unwrap()
    }

    async fn is_logged_in(journey: &Journey, browser: &Browser) -> bool {
        let tenant = journey.kit.tenant();
        find(&journey.kit.app, &tenant.tenant, browser.session.as_ref()).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn a_listed_address_is_gone_to_and_the_session_ends() {
        let journey = Journey::new().await;
        let mut browser = Browser::default();
        journey.code(&mut browser).await;
        let query = format!("client_id={}&returnTo=https://app.test/bye?from=x", journey.client);
        let LoggedOut::Redirect(to) = out(&journey, &query, &browser).await else { panic!("no redirect") };
        assert_eq!(to, "https://app.test/bye?from=x");
        assert!(!is_logged_in(&journey, &browser).await);
        assert_eq!(journey.log().await[0], "slo");
    }

    #[tokio::test]
    async fn a_refused_address_ends_the_session_all_the_same() {
        let journey = Journey::new().await;
        for query in ["returnTo=https://evil.test/", "returnTo=a&returnTo=b", "returnTo=%zz"] {
            let mut browser = Browser::default();
            journey.code(&mut browser).await;
            assert!(matches!(out(&journey, query, &browser).await, LoggedOut::Refused(_)), "{query}");
            assert!(!is_logged_in(&journey, &browser).await, "{query}");
            assert!(journey.log().await[..2].contains(&"flo"), "{query}");
        }
    }

    #[tokio::test]
    async fn without_a_session_and_an_address_there_is_just_the_page() {
        let journey = Journey::new().await;
        assert!(matches!(out(&journey, "", &Browser::default()).await, LoggedOut::Done));
    }
}
