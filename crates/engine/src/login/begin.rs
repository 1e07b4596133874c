//! The authorization endpoint: judge the request, then answer it, refuse it, or begin a login.
//!
//! Source: OpenID Connect Core §3.1.2.1 to §3.1.2.6.

use doorward_protocol::oauth::authorize::{AuthorizeDecision, AuthorizeRequest};
use doorward_protocol::oauth::params::{Params, ParamsError};

use super::facts::{Here, Judged, judge};
use super::finish::{Grounds, issue};
use super::{Browser, Hosted, Step, pushed, refusal, transaction};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::{Fault, SHORT_WAIT};
use crate::id_token_hint;
use crate::sessions::{self, Present};

/// How often a request is judged anew when client or user changed in the meantime.
const TRIES: usize = 3;

/// Answers an authorization request.
///
/// # Errors
/// [`Fault::Unavailable`] when store or queues cannot serve; then nothing was issued.
pub async fn begin(
    app: &App,
    caller: &Caller,
    params: &Result<Params, ParamsError>,
    browser: &Browser,
) -> Result<Step, Fault> {
    let params = match params {
        Ok(params) => params,
        Err(error) => return refusal::unreadable(app, caller, error).await.map(Step::Refused),
    };
    let mut request = AuthorizeRequest::parse(params);
    // A request that names two clients or two requests is refused as it is: what was pushed stays good.
    let name = params.get("request_uri").filter(|_| !request.is_ambiguous()).and_then(pushed::named);
    if let Some(name) = name {
        match pushed::take(app, caller, name, request.client_id().as_ref()).await? {
            Some(kept) => request = kept,
            None => return refusal::gone(app, caller, &request).await.map(Step::Refused),
        }
    }
    let request = id_token_hint::resolve(app, caller, request).await?;
    let cause = || "client or user keep changing while a code is issued".to_owned();
    let step = follow(app, caller, &request, browser).await?;
    step.ok_or_else(|| Fault::Unavailable { retry_after: SHORT_WAIT, cause: cause() })
}

/// Answers a request that was read. Nothing when what it depends on keeps changing.
pub(super) async fn follow(
    app: &App,
    caller: &Caller,
    request: &AuthorizeRequest,
    browser: &Browser,
) -> Result<Option<Step>, Fault> {
    let mut caller = caller.clone();
    for _ in 0..TRIES {
        let seen = sessions::seen(app, &caller.tenant.tenant, browser.session.as_ref()).await?;
        let present = seen.as_ref().filter(|present| !present.user.blocked);
        let judged = judge(app, &caller, request, present, Here::default()).await?;
        if let Some(step) = answer(app, &judged, (request, browser), (present, seen.as_ref())).await? {
            return Ok(Some(step));
        }
        (caller.tenant, _) = app.refresh(&judged.caller.tenant).await?;
    }
    Ok(None)
}

/// Nothing when client or user changed between judgement and issue. Who is `seen` may be blocked.
async fn answer(
    app: &App,
    judged: &Judged,
    (request, browser): (&AuthorizeRequest, &Browser),
    (present, seen): (Option<&Present>, Option<&Present>),
) -> Result<Option<Step>, Fault> {
    match (&judged.decision, present) {
        (AuthorizeDecision::LogIn(_), _) => {
            let login =
                transaction::start(app, &judged.caller, browser, (request, None), Hosted::Login).await?;
            Ok(Some(Step::Started(login)))
        }
        (AuthorizeDecision::Consent(_), _) => {
            let login =
                transaction::start(app, &judged.caller, browser, (request, None), Hosted::Consent).await?;
            Ok(Some(Step::Started(login)))
        }
        (AuthorizeDecision::Issue(plan), Some(present)) => {
            let back = issue(app, judged, plan, &Grounds::Found(present)).await?;
            Ok(back.map(Step::Return))
        }
        (AuthorizeDecision::Issue(_), None) => Err(Fault::internal("a code was planned for nobody")),
        (AuthorizeDecision::Page(error), _) => refusal::page(app, judged, request, error).await.map(Some),
        (AuthorizeDecision::Redirect(path, error), _) => {
            let grounds = seen.map(Grounds::Found);
            refusal::redirect(app, judged, request, (path, error), grounds.as_ref()).await.map(Some)
        }
    }
}
