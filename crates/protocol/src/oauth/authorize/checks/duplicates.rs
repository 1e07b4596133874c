//! No known parameter comes twice.
//!
//! Source: RFC 6749 §3.1; CVE-2026-9689 (parameter pollution).

use super::super::decide::Verified;
use super::super::{AuthorizeInput, AuthorizeRequest};
use crate::oauth::error::{OAuthErrorCode, PageError, PageProblem, RedirectError};

/// Those that decide where the answer goes: twice means that nobody may be sent anywhere.
const TARGET: [&str; 4] = ["client_id", "redirect_uri", "request_uri", "state"];

/// One of those that came twice.
pub(in super::super) fn repeated_target(request: &AuthorizeRequest) -> Option<&str> {
    request.repeated.iter().map(String::as_str).find(|name| TARGET.contains(name))
}

pub(in super::super) fn of_the_target(input: &AuthorizeInput<'_>) -> Result<(), PageError> {
    match repeated_target(input.request) {
        Some(name) => {
            Err(PageError::new(PageProblem::RepeatedParameter, &format!("{name} was sent more than once")))
        }
        None => Ok(()),
    }
}

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    match verified.input.request.repeated.first() {
        Some(name) => Err(RedirectError::new(
            OAuthErrorCode::InvalidRequest,
            &format!("The parameter {name} was sent more than once."),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::examples::{GOOD, answer_to};

    #[test]
    fn rfc_6749_3_1_a_parameter_must_not_come_twice() {
        for (more, expected) in [
            ("client_id=spa", "page 104"),
            ("redirect_uri=https://evil.test/", "page 104"),
            ("state=2", "page 104"),
            ("request_uri=urn:a&request_uri=urn:b", "page 104"),
            ("scope=email", "invalid_request"),
            ("code_challenge=&code_challenge=", "invalid_request"),
            ("response_type=code", "invalid_request"),
            ("response_mode=query&response_mode=fragment", "invalid_request"),
        ] {
            assert_eq!(answer_to(&format!("{GOOD}&{more}")), expected, "{more}");
        }
    }

    #[test]
    fn a_repeated_unknown_parameter_is_ignored_like_any_unknown_one() {
        assert_eq!(answer_to(&format!("{GOOD}&ext-a=1&ext-a=2")), "log in");
    }
}
