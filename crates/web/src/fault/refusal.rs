//! Status and words of every refusal: those of the use cases, and those that only HTTP knows.
//!
//! Source of the `errorCode`s: the Management API's error body (SURFACE §2.2).

use doorward_engine::fault::{Fault, SHORT_WAIT, Trouble, Unproven};
use doorward_model::fields::FieldErrors;
use doorward_model::tenant::Issuer;
use doorward_model::time::Lifetime;
use http::StatusCode;

/// Why a request was not done, in words for whoever sent it.
#[derive(Debug, Clone)]
pub struct Refusal {
    status: StatusCode,
    title: &'static str,
    text: Box<str>,
    error_code: Option<Box<str>>,
    oauth: &'static str,
    attribute: Option<&'static str>,
    wants_basic: bool,
    sent_nothing: bool,
    retry_after: Option<Lifetime>,
    private: Option<Box<str>>,
    is_recorded: bool,
}

impl Refusal {
    fn new(status: StatusCode, title: &'static str, text: impl Into<Box<str>>) -> Self {
        let oauth = if status.is_server_error() { "server_error" } else { "invalid_request" };
        Self {
            status,
            title,
            text: text.into(),
            error_code: None,
            oauth,
            attribute: None,
            wants_basic: false,
            sent_nothing: false,
            retry_after: None,
            private: None,
            is_recorded: false,
        }
    }

    fn code(mut self, code: impl Into<Box<str>>) -> Self {
        self.error_code = Some(code.into());
        self
    }

    fn oauth(mut self, code: &'static str) -> Self {
        self.oauth = code;
        self
    }

    fn wait(mut self, wait: Lifetime) -> Self {
        self.retry_after = Some(wait);
        self
    }

    fn private(mut self, cause: impl Into<Box<str>>) -> Self {
        self.private = Some(cause.into());
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The heading of the page.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What happened, why, and what to do.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The Management API's `errorCode`.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.error_code.as_deref()
    }

    /// The `error` of RFC 6749 §5.2.
    #[must_use]
    pub fn oauth_code(&self) -> &'static str {
        self.oauth
    }

    pub(crate) fn attribute(&self) -> Option<&'static str> {
        self.attribute
    }

    pub(crate) fn wants_basic(&self) -> bool {
        self.wants_basic
    }

    /// Whether no token came at all.
    pub(crate) fn sent_nothing(&self) -> bool {
        self.sent_nothing
    }

    pub(crate) fn retry_after(&self) -> Option<Lifetime> {
        self.retry_after
    }

    /// What only the operator's log sees.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.private.as_deref()
    }

    /// Whether it is the outcome of a use case, which has written its event.
    pub(crate) fn is_recorded(&self) -> bool {
        self.is_recorded
    }

    /// The query holds something wrong.
    #[must_use]
    pub fn query(errors: &FieldErrors) -> Self {
        validation("Query", "invalid_query_string", errors)
    }

    /// The path holds something wrong.
    #[must_use]
    pub fn uri(errors: &FieldErrors) -> Self {
        validation("Path", "invalid_uri", errors)
    }

    /// The body cannot be read at all; `why` says what is wrong with it.
    #[must_use]
    pub fn unreadable(why: impl Into<Box<str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "This request cannot be read", why).code("invalid_body")
    }

    /// A page was wanted where only events for a script are.
    #[must_use]
    pub fn events_only() -> Self {
        let text = "This address is for the script of the log page. Open the logs, and switch Live on there.";
        Self::new(StatusCode::NOT_ACCEPTABLE, "There is no page here", text)
    }

    /// As many pages watch the log as may.
    #[must_use]
    pub fn too_many_watch(most: usize) -> Self {
        let text = format!("{most} pages watch the log here already. Close one of them, or use Refresh.");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too many watch the log", text).wait(SHORT_WAIT)
    }

    /// The query is longer than the original would read.
    #[must_use]
    pub fn too_long(text: &str) -> Self {
        Self::new(StatusCode::URI_TOO_LONG, "This query is too long", text).code("query_too_long")
    }

    /// The body is not of the content type that the endpoint reads.
    #[must_use]
    pub fn content_type(expected: &str) -> Self {
        let text = format!("The body must be sent as {expected}.");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This request cannot be read", text)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let text = format!("The request is too large: at most {} KiB are read.", limit / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "This request is too large", text)
    }

    pub(crate) fn too_slow_a_body() -> Self {
        let text = "The request did not arrive in time. Send it again.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "This took too long", text)
    }

    pub(crate) fn too_slow() -> Self {
        let text = "The server could not answer in time. Try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "This took too long", text)
            .oauth("temporarily_unavailable")
            .wait(SHORT_WAIT)
            .private("the request ran into its time limit")
    }

    pub(crate) fn two_hosts() -> Self {
        let text = "The request does not say clearly which host it is for. Send one Host header.";
        Self::new(StatusCode::BAD_REQUEST, "This request cannot be read", text)
    }

    /// The host is nobody's; `issuer` is whom the visitor probably looks for.
    pub(crate) fn misdirected(issuer: Option<&Issuer>) -> Self {
        let text = match issuer {
            Some(issuer) => {
                format!("This address is not served here. The address of this server is {issuer}")
            }
            None => "This address is not served here.".to_owned(),
        };
        Self::new(StatusCode::MISDIRECTED_REQUEST, "You reached us under another name", text)
    }

    /// No route has the address.
    #[must_use]
    pub fn nothing_here() -> Self {
        let text = "There is nothing at this address. Check it for a typing mistake.";
        Self::new(StatusCode::NOT_FOUND, "There is nothing here", text).code("not_found")
    }

    pub(crate) fn wrong_method() -> Self {
        let text = "This address exists, but not for this kind of request. The Allow header says which work.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here", text)
    }

    /// A form that did not come from a page of ours.
    #[must_use]
    pub fn foreign_form() -> Self {
        let text = "This form did not come from the page we showed you, so nothing was done. \
                    Go back, reload the page, and send it again.";
        Self::new(StatusCode::FORBIDDEN, "This form was not accepted", text)
    }

    /// A form of the dashboard that came after its session had ended.
    pub(crate) fn logged_out() -> Self {
        let text = "You were logged out, so nothing was changed. Log in again in another tab at /manage/login, \
                    then come back here and send the form once more.";
        Self::new(StatusCode::UNAUTHORIZED, "You are logged out", text)
    }

    /// A form that came twice, the first of which is not done yet.
    pub(crate) fn under_way() -> Self {
        let text = "This form was sent before, and the first one is still being done. \
                    Go back and look whether your change is there before you send it again.";
        Self::new(StatusCode::CONFLICT, "This was sent already", text)
    }

    /// More requests of the Management API than the tenant has.
    pub(crate) fn over_the_limit(wait: Lifetime) -> Self {
        let text = "This is more than the limit of requests per second. The headers X-RateLimit-Limit, \
                    X-RateLimit-Remaining and X-RateLimit-Reset say how many there are and when to go on.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", text)
            .code("too_many_requests")
            .wait(wait)
    }

    /// A mistake of ours that has nothing to do with a use case.
    pub(crate) fn broken(cause: impl Into<String>) -> Self {
        Self::from(Fault::internal(cause))
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { is_recorded: true, ..Self::of(fault) }
    }
}

impl Refusal {
    fn of(fault: Fault) -> Self {
        let text = fault.public();
        match fault {
            Fault::NotFound { what } => Self::new(StatusCode::NOT_FOUND, "There is nothing here", text)
                .code(format!("inexistent_{}", what.replace(' ', "_"))),
            Fault::Invalid(errors) => validation("Payload", "invalid_body", &errors),
            // The original's own codes for users, which its SDKs look at.
            Fault::Exists { what: "user" | "user id" } => {
                Self::new(StatusCode::CONFLICT, "This exists already", text).code("user_exists")
            }
            Fault::Exists { what: "new email" } => {
                Self::new(StatusCode::BAD_REQUEST, "This exists already", text).code("auth0_idp_error")
            }
            Fault::Exists { .. } => {
                Self::new(StatusCode::CONFLICT, "This exists already", text).code("resource_already_exists")
            }
            Fault::Stale { .. } => {
                Self::new(StatusCode::CONFLICT, "This was changed meanwhile", text).code("resource_changed")
            }
            // 400 and not 409: so the original answers whoever deletes the global client.
            Fault::InUse { .. } => Self::new(StatusCode::BAD_REQUEST, "This is still in use", text)
                .code("operation_not_supported"),
            Fault::NotSupported { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "This cannot be done here", text)
                    .code("operation_not_supported")
            }
            Fault::Unauthenticated { why } => {
                let mut refusal =
                    Self::new(StatusCode::UNAUTHORIZED, "You are not logged in", text).oauth("invalid_token");
                refusal.attribute = Some(why.public());
                refusal.sent_nothing = why == Unproven::Missing;
                refusal
            }
            // What is not served, too: of all refusals it is the one that no tool of the original gives up at.
            Fault::Forbidden { .. } | Fault::NotServed { .. } => {
                Self::new(StatusCode::FORBIDDEN, "You may not do this", text)
                    .code("insufficient_scope")
                    .oauth("insufficient_scope")
            }
            Fault::LimitReached { retry_after } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many tries", text)
                    .code("too_many_requests")
                    .oauth("too_many_attempts")
                    .wait(retry_after)
            }
            Fault::TooSoon { retry_after, .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, "Not yet", text)
                .code("too_many_requests")
                .wait(retry_after),
            Fault::Token(error) => {
                let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
                let refusal = Self::new(status, "This request was refused", text)
                    .code(error.code.as_str())
                    .oauth(error.code.as_str());
                Self { wants_basic: error.challenge, ..refusal }
            }
            // As the original; without a time to wait, for it would take as long again.
            Fault::TooSlow => Self::new(StatusCode::SERVICE_UNAVAILABLE, "This took too long", text)
                .code("query_timed_out")
                .oauth("temporarily_unavailable"),
            Fault::Unavailable { retry_after, cause } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "The server is busy", text)
                    .oauth("temporarily_unavailable")
                    .wait(retry_after)
                    .private(cause)
            }
            Fault::Database { trouble, cause } => Self::without_database(trouble, &cause, text),
            Fault::Internal { cause } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", text).private(cause)
            }
        }
    }
}

impl Refusal {
    /// The line of the operator's log says what to do, too.
    fn without_database(trouble: Trouble, cause: &str, text: String) -> Self {
        let title = match trouble {
            Trouble::Full | Trouble::Unwritable => "Nothing can be saved now",
            Trouble::Away => "The database cannot be used now",
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, title, text)
            .oauth("temporarily_unavailable")
            .wait(SHORT_WAIT)
            .private(format!("{cause}. {}", trouble.fix()))
    }
}

/// All findings in one sentence, the first in the form that the original's clients know.
fn validation(what: &str, code: &str, errors: &FieldErrors) -> Refusal {
    let findings: Vec<String> = errors
        .all()
        .iter()
        .map(|e| format!("'{}' on property {} ({})", e.rule, e.path, e.text.trim_end_matches('.')))
        .collect();
    let text = format!("{what} validation error: {}.", findings.join("; "));
    Refusal::new(StatusCode::BAD_REQUEST, "Something is not right yet", text).code(code)
}
