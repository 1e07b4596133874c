//! `/oidc/logout`: what the hint proves, who is logged in, and what became of it.
//!
//! Source: OpenID Connect RP-Initiated Logout 1.0.

use std::fmt;
use std::sync::Arc;

use doorward_model::ids::ClientId;
use doorward_model::secret::Secret;
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_protocol::oauth::logout::rp_initiated::{self, EndSession, EndSessionFacts, EndSessionRequest};
use doorward_protocol::oauth::params::{Params, ParamsError};
use doorward_protocol::oidc::id_token_hint::{self, Hint, HintError};

use super::{LoggedOut, end, refused};
use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::sessions::{Present, find};

/// What comes of a request.
#[derive(Debug)]
pub enum EndedSession {
    /// It is over; the cookie of the session is to be removed.
    LoggedOut(LoggedOut),
    /// The person is asked first. Nothing has changed.
    Ask(Box<LogoutQuestion>),
}

/// What our own page asks.
pub struct LogoutQuestion {
    /// The application that wants it, as far as it says who it is.
    pub client: Option<Arc<ClientEntry>>,
    /// Who is logged in.
    pub present: Present,
    /// The request, to be sent again with the answer.
    pub fields: Vec<(&'static str, String)>,
}

impl fmt::Debug for LogoutQuestion {
    /// The names only: there may be an ID token among the fields.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}

/// Logs a browser out on the word of an application, or asks. `is_answered` says that the person said yes on
/// our own page.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot serve; the session goes on then.
pub async fn end_session(
    app: &App,
    caller: &Caller,
    params: &Result<Params, ParamsError>,
    (cookie, is_answered): (Option<&Secret>, bool),
) -> Result<EndedSession, Fault> {
    let present = find(app, &caller.tenant.tenant, cookie).await?;
    let request = match params {
        Ok(params) => EndSessionRequest::read(params),
        Err(error) => Err(PageError::new(PageProblem::MalformedRequest, &error.to_string())),
    };
    let request = match request {
        Ok(request) => request,
        // Which of two is meant, nobody knows; the session goes on.
        Err(error) => return unreadable(app, caller, error).await,
    };
    let asked = (&request, present.as_ref(), is_answered);
    let mut judged = judge(app, caller.clone(), asked).await?;
    if judged.might_be_refused() {
        let (tenant, changed) = app.refresh(&caller.tenant).await?;
        if changed {
            judged = judge(app, Caller { tenant, ..caller.clone() }, asked).await?;
        }
    }
    finish(app, judged, &request, present).await
}

struct Judged {
    caller: Caller,
    entry: Option<Arc<ClientEntry>>,
    hint: Option<Result<Hint, HintError>>,
    decision: EndSession,
}

impl Judged {
    /// No refusal is believed before the tenant's version was read again.
    fn might_be_refused(&self) -> bool {
        matches!(self.decision, EndSession::Refuse(_) | EndSession::Ask) || matches!(self.hint, Some(Err(_)))
    }
}

async fn judge(
    app: &App,
    caller: Caller,
    (request, present, is_answered): (&EndSessionRequest<'_>, Option<&Present>, bool),
) -> Result<Judged, Fault> {
    let named = request.client_id.and_then(|text| ClientId::parse(text).ok());
    let hinted = request.id_token_hint.map(id_token_hint::unverified_client);
    let id = hinted.as_ref().and_then(|hinted| hinted.as_ref().ok()).or(named.as_ref());
    let entry = match id {
        Some(id) => app.client(&caller.tenant, id).await?,
        None => None,
    };
    let hint = request.id_token_hint.map(|text| match &entry {
        Some(entry) => crate::id_token_hint::read(app, &caller.tenant, entry, text),
        None => Err(hinted.and_then(Result::err).unwrap_or(HintError::NotForThis)),
    });
    let decision = rp_initiated::decide(&EndSessionFacts {
        request,
        hint: hint.as_ref().and_then(|hint| hint.as_ref().ok()),
        client: entry.as_ref().map(|entry| &entry.client),
        session: present.map(|present| (&present.session.id, &present.user.id)),
        settings: &caller.tenant.tenant.settings,
        is_answered,
    });
    Ok(Judged { caller, entry, hint, decision })
}

async fn finish(
    app: &App,
    judged: Judged,
    request: &EndSessionRequest<'_>,
    present: Option<Present>,
) -> Result<EndedSession, Fault> {
    let Judged { caller, entry, hint, decision } = judged;
    // Without the state, which is the application's own secret.
    let to = match &decision {
        EndSession::Redirect(_) => request.return_to,
        EndSession::Ask | EndSession::Done | EndSession::Refuse(_) => None,
    };
    if decision != EndSession::Ask {
        let why = hint.and_then(Result::err).map(|error| error.to_string());
        end(app, &caller, (present.as_ref(), entry.as_deref()), (to, why.as_deref())).await?;
    }
    let out = match (decision, present) {
        (EndSession::Ask, Some(present)) => {
            let fields = fields(request);
            return Ok(EndedSession::Ask(Box::new(LogoutQuestion { client: entry, present, fields })));
        }
        (EndSession::Ask | EndSession::Done, _) => LoggedOut::Done,
        (EndSession::Redirect(to), _) => LoggedOut::Redirect(to),
        (EndSession::Refuse(error), present) => {
            let who = (present.as_ref(), entry.as_ref());
            LoggedOut::Refused(refused(app, &caller, who, (error, request.return_to)).await?)
        }
    };
    Ok(EndedSession::LoggedOut(out))
}

async fn unreadable(app: &App, caller: &Caller, error: PageError) -> Result<EndedSession, Fault> {
    let page = refused(app, caller, (None, None), (error, None)).await?;
    Ok(EndedSession::LoggedOut(LoggedOut::Unreadable(page)))
}

/// The parameters as the form of the question sends them again.
fn fields(request: &EndSessionRequest<'_>) -> Vec<(&'static str, String)> {
    let values =
        [request.id_token_hint, request.logout_hint, request.client_id, request.return_to, request.state];
    let pairs = rp_initiated::NAMES.into_iter().zip(values);
    pairs.filter_map(|(name, value)| Some((name, value?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::login::Browser;
    use crate::login::journey::Journey;

    async fn ended(journey: &Journey, query: &str, browser: &Browser, is_answered: bool) -> EndedSession {
        let params = Params::from_query(query);
        let cookie = (browser.session.as_ref(), is_answered);
        end_session(&journey.kit.app, &journey.visitor(), &params, cookie).await.unwrap()
    }

    async fn is_logged_in(journey: &Journey, browser: &Browser) -> bool {
        let tenant = journey.kit.tenant();
        find(&journey.kit.app, &tenant.tenant, browser.session.as_ref()).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn whoever_proves_nothing_is_answered_by_a_question_that_changes_nothing() {
        let journey = Journey::new().await;
        let mut browser = Browser::default();
        journey.code(&mut browser).await;
        let query =
            format!("client_id={}&post_logout_redirect_uri=https://app.test/bye&state=x", journey.client);
        let EndedSession::Ask(question) = ended(&journey, &query, &browser, false).await else {
            panic!("not asked")
        };
        let names: Vec<&str> = question.fields.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["client_id", "post_logout_redirect_uri", "state"]);
        assert!(question.client.is_some() && is_logged_in(&journey, &browser).await);
        let done = ended(&journey, &query, &browser, true).await;
        assert!(matches!(done, EndedSession::LoggedOut(LoggedOut::Done)), "{done:?}");
        assert!(!is_logged_in(&journey, &browser).await);
        assert_eq!(journey.log().await[0], "slo");
    }

    #[tokio::test]
    async fn a_request_that_says_two_things_ends_nothing() {
        let journey = Journey::new().await;
        let mut browser = Browser::default();
        journey.code(&mut browser).await;
        for query in ["state=a&state=b", "state=%zz"] {
            let out = ended(&journey, query, &browser, true).await;
            assert!(matches!(out, EndedSession::LoggedOut(LoggedOut::Unreadable(_))), "{query}: {out:?}");
            assert!(is_logged_in(&journey, &browser).await, "{query}");
        }
        assert_eq!(journey.log().await[0], "flo");
    }

    #[tokio::test]
    async fn without_a_session_nobody_is_asked() {
        let journey = Journey::new().await;
        let out = ended(&journey, "id_token_hint=x", &Browser::default(), false).await;
        assert!(matches!(out, EndedSession::LoggedOut(LoggedOut::Done)), "{out:?}");
    }
}
