//! What can go wrong in the protocol, told apart by where the answer goes: to a page, back to the
//! client by redirect, or to a program at the token endpoint.
//!
//! Owns the codes, the public texts and their stable numbers. Must not know how an answer is sent.
//! Every error has a public text and, where there is more to say, a private one for the log.
//!
//! Source: RFC 6749 §4.1.2.1, §5.2; OpenID Connect Core §3.1.2.6.

use doorward_model::log::event::tame;

/// The longest text that goes into an `error_description`, in characters.
const MAX_DESCRIPTION: usize = 300;

/// An `error` value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The client is unknown or did not prove itself.
    InvalidClient,
    /// The code or refresh token is wrong, old, used, or somebody else's.
    InvalidGrant,
    /// The scope is malformed or exceeds what was granted.
    InvalidScope,
    /// No API here is the one that `resource` names, or it is not the one that was granted (RFC 8707 §2).
    InvalidTarget,
    /// The access token does not hold what is needed here (RFC 6750 §3.1).
    InsufficientScope,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The server knows no such grant.
    UnsupportedGrantType,
    /// Tokens of that kind cannot be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// The server knows no such response type.
    UnsupportedResponseType,
    /// Refused by the server or by the person.
    AccessDenied,
    /// Passwords were tried too often (the original's word).
    TooManyAttempts,
    /// The person of a device has not answered yet (RFC 8628 §3.5).
    AuthorizationPending,
    /// The same, and the device asks too often (RFC 8628 §3.5).
    SlowDown,
    /// A device code is too old (RFC 8628 §3.5).
    ExpiredToken,
    /// `prompt=none`, and nobody is logged in.
    LoginRequired,
    /// `prompt=none`, and the person did not allow this yet.
    ConsentRequired,
    /// `prompt=none`, and the person would have to do something.
    InteractionRequired,
    /// The person cannot be asked to prove themselves in the way that was demanded (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` 1.0).
    UnmetAuthenticationRequirements,
    /// `request` is not offered.
    RequestNotSupported,
    /// `request_uri` is not offered.
    RequestUriNotSupported,
    /// `registration` is not offered.
    RegistrationNotSupported,
    /// The server cannot answer now.
    TemporarilyUnavailable,
    /// The server failed.
    ServerError,
}

impl OAuthErrorCode {
    /// The value on the wire.
    ///
    /// ```
    /// use doorward_protocol::oauth::error::OAuthErrorCode;
    /// assert_eq!(OAuthErrorCode::InvalidGrant.as_str(), "invalid_grant");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OAuthErrorCode::InvalidRequest => "invalid_request",
            OAuthErrorCode::InvalidClient => "invalid_client",
            OAuthErrorCode::InvalidGrant => "invalid_grant",
            OAuthErrorCode::InvalidScope => "invalid_scope",
            OAuthErrorCode::InvalidTarget => "invalid_target",
            OAuthErrorCode::InsufficientScope => "insufficient_scope",
            OAuthErrorCode::UnauthorizedClient => "unauthorized_client",
            OAuthErrorCode::UnsupportedGrantType => "unsupported_grant_type",
            OAuthErrorCode::UnsupportedTokenType => "unsupported_token_type",
            OAuthErrorCode::UnsupportedResponseType => "unsupported_response_type",
            OAuthErrorCode::AccessDenied => "access_denied",
            OAuthErrorCode::TooManyAttempts => "too_many_attempts",
            OAuthErrorCode::AuthorizationPending => "authorization_pending",
            OAuthErrorCode::SlowDown => "slow_down",
            OAuthErrorCode::ExpiredToken => "expired_token",
            OAuthErrorCode::LoginRequired => "login_required",
            OAuthErrorCode::ConsentRequired => "consent_required",
            OAuthErrorCode::InteractionRequired => "interaction_required",
            OAuthErrorCode::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            OAuthErrorCode::RequestNotSupported => "request_not_supported",
            OAuthErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            OAuthErrorCode::RegistrationNotSupported => "registration_not_supported",
            OAuthErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
            OAuthErrorCode::ServerError => "server_error",
        }
    }
}

/// What a page of ours tells a person about a request that cannot be sent back to its client.
///
/// The numbers are stable: they are printed on the page and listed in the documentation. None of
/// the texts repeats anything of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PageProblem {
    /// The client is missing or not known.
    UnknownClient,
    /// The return address is not on the client's list.
    CallbackNotAllowed,
    /// There is no return address, and none can be chosen for the client.
    CallbackMissing,
    /// A parameter that decides where to return to came twice.
    RepeatedParameter,
    /// The request cannot be read.
    MalformedRequest,
    /// `web_message` to an origin that is not on the client's list.
    WebOriginNotAllowed,
    /// The address after logout is not on the list.
    LogoutUrlNotAllowed,
    /// A pushed request that is unknown, over, used, or of another client.
    PushedRequestGone,
    /// The address after logout differs from the one on the list in its query.
    LogoutQueryNotAllowed,
}

impl PageProblem {
    /// All of them, for the documentation.
    pub const ALL: [PageProblem; 9] = [
        PageProblem::UnknownClient,
        PageProblem::CallbackNotAllowed,
        PageProblem::CallbackMissing,
        PageProblem::RepeatedParameter,
        PageProblem::MalformedRequest,
        PageProblem::WebOriginNotAllowed,
        PageProblem::LogoutUrlNotAllowed,
        PageProblem::PushedRequestGone,
        PageProblem::LogoutQueryNotAllowed,
    ];

    /// The stable number.
    #[must_use]
    pub fn number(self) -> u16 {
        match self {
            PageProblem::UnknownClient => 101,
            PageProblem::CallbackNotAllowed => 102,
            PageProblem::CallbackMissing => 103,
            PageProblem::RepeatedParameter => 104,
            PageProblem::MalformedRequest => 105,
            PageProblem::WebOriginNotAllowed => 106,
            PageProblem::LogoutUrlNotAllowed => 107,
            PageProblem::PushedRequestGone => 108,
            PageProblem::LogoutQueryNotAllowed => 109,
        }
    }

    /// The heading of the page.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            PageProblem::UnknownClient => "Unknown application",
            PageProblem::CallbackNotAllowed => "Return address not allowed",
            PageProblem::CallbackMissing => "Return address missing",
            PageProblem::RepeatedParameter => "Ambiguous request",
            PageProblem::MalformedRequest => "Unreadable request",
            PageProblem::WebOriginNotAllowed => "Origin not allowed",
            PageProblem::LogoutUrlNotAllowed | PageProblem::LogoutQueryNotAllowed => {
                "Return address after logout not allowed"
            }
            PageProblem::PushedRequestGone => "Login request is over",
        }
    }

    /// What happened, why, and what to do, for the person who sees the page.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            PageProblem::UnknownClient => {
                "The application that sent you here is not known to us, so we cannot log you in. It is not \
                 your fault. Tell its team the reference below; the client_id has to be corrected."
            }
            PageProblem::CallbackNotAllowed => {
                "The application that sent you here asked us to return you to an address that is not on its \
                 list of Allowed Callback URLs, so we stopped. It is not your fault. Tell its team the \
                 reference below."
            }
            PageProblem::CallbackMissing => {
                "The application that sent you here did not say where to return you to, so we cannot log \
                 you in. It is not your fault. Tell its team the reference below; the request needs a \
                 redirect_uri."
            }
            PageProblem::RepeatedParameter => {
                "The request says the same thing twice, so we cannot tell which of the two is meant, and \
                 stopped. It is not your fault. Tell the team of the application the reference below."
            }
            PageProblem::MalformedRequest => {
                "We cannot read the request: it is too large or wrongly encoded. Go back to the application \
                 and try again. If this page returns, tell its team the reference below."
            }
            PageProblem::WebOriginNotAllowed => {
                "The application asked for an answer by web_message, but no page of its own is listed that could \
                 hear it. Tell its team the reference below; the page belongs into Allowed Callback URLs, with its port."
            }
            PageProblem::LogoutUrlNotAllowed => {
                "You are logged out. The application asked us to send you to an address that is not on the \
                 list of Allowed Logout URLs, so you stay here. Tell its team the reference below."
            }
            PageProblem::PushedRequestGone => {
                "The application prepared this login, but it was used already or took too long. Go back to the \
                 application and log in again. If this page returns, tell its team the reference below."
            }
            PageProblem::LogoutQueryNotAllowed => {
                "You are logged out. The application asked us to send you to an address that is on the list of \
                 Allowed Logout URLs with another query only, and here the whole address counts, so you stay \
                 here. Tell its team the reference below."
            }
        }
    }
}

/// A page of ours instead of a redirect: nothing of the request may be trusted with the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// What the page says.
    pub problem: PageProblem,
    /// What the log says besides: what was asked, cut and freed of control characters.
    pub hint: String,
}

impl PageError {
    /// A page with its private hint. The hint may hold what a stranger sent; it is tamed here.
    #[must_use]
    pub fn new(problem: PageProblem, hint: &str) -> Self {
        Self { problem, hint: tame(hint) }
    }
}

/// An error that goes back to the client by way of its verified callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectError {
    /// The `error`.
    pub code: OAuthErrorCode,
    /// The `error_description`, in the characters that RFC 6749 §4.1.2.1 allows.
    pub public: String,
}

impl RedirectError {
    /// An error with a text for the client's developers.
    #[must_use]
    pub fn new(code: OAuthErrorCode, public: &str) -> Self {
        Self { code, public: description(public) }
    }
}

/// An error of the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {public}", code.as_str())]
pub struct TokenError {
    /// The HTTP status.
    pub status: u16,
    /// The `error`.
    pub code: OAuthErrorCode,
    /// The `error_description`, in the characters that RFC 6749 §5.2 allows.
    pub public: String,
    /// What the log says besides; empty when the public text says it all.
    pub private: String,
    /// Whether the client tried HTTP Basic, so that the answer must carry `WWW-Authenticate`.
    pub challenge: bool,
}

impl TokenError {
    /// An error under the status that belongs to its code: 401 for a client that did not prove
    /// itself, 403 for what is not allowed, 429 for what was tried too often, 503 for what cannot be done now, 500 for a fault of
    /// ours, 400 for the rest.
    #[must_use]
    pub fn new(code: OAuthErrorCode, public: &str) -> Self {
        let status = match code {
            OAuthErrorCode::InvalidClient => 401,
            OAuthErrorCode::UnauthorizedClient
            | OAuthErrorCode::AccessDenied
            | OAuthErrorCode::InsufficientScope => 403,
            OAuthErrorCode::TooManyAttempts => 429,
            OAuthErrorCode::TemporarilyUnavailable => 503,
            OAuthErrorCode::ServerError => 500,
            _ => 400,
        };
        Self { status, code, public: description(public), private: String::new(), challenge: false }
    }

    /// The same with more for the log.
    #[must_use]
    pub fn with_private(mut self, private: &str) -> Self {
        self.private = tame(private);
        self
    }
}

/// Keeps to `%x20-21 / %x23-5B / %x5D-7E` and a bounded length.
fn description(text: &str) -> String {
    let allowed = |c: char| match c {
        ' '..='!' | '#'..='[' | ']'..='~' => c,
        '"' => '\'',
        '\\' => '/',
        _ => '?',
    };
    text.chars().take(MAX_DESCRIPTION).map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6749_5_2_a_description_keeps_to_the_allowed_characters() {
        let error = TokenError::new(OAuthErrorCode::InvalidRequest, "a\"b\\c\r\nSet-Cookie: x\u{7f}é");
        assert_eq!(error.public, "a'b/c??Set-Cookie: x??");
        let error = RedirectError::new(OAuthErrorCode::AccessDenied, &"x".repeat(5000));
        assert_eq!(error.public.len(), MAX_DESCRIPTION);
    }

    #[test]
    fn the_status_follows_from_the_code() {
        let status = |code| TokenError::new(code, "").status;
        assert_eq!(status(OAuthErrorCode::InvalidGrant), 400);
        assert_eq!(status(OAuthErrorCode::InvalidClient), 401);
        assert_eq!(status(OAuthErrorCode::UnauthorizedClient), 403);
        assert_eq!(status(OAuthErrorCode::AccessDenied), 403);
        assert_eq!(status(OAuthErrorCode::UnsupportedGrantType), 400);
    }

    #[test]
    fn no_page_number_stands_twice_and_no_text_is_empty() {
        for (i, problem) in PageProblem::ALL.iter().enumerate() {
            assert!(
                PageProblem::ALL[..i].iter().all(|other| other.number() != problem.number()),
                "{problem:?}"
            );
            assert!(!problem.title().is_empty() && !problem.text().contains('!'));
        }
    }

    #[test]
    fn a_hint_cannot_forge_a_line_of_the_log() {
        assert_eq!(PageError::new(PageProblem::UnknownClient, "a\r\nb").hint, "a  b");
    }
}
