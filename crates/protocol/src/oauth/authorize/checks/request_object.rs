//! Request objects and registration in the request are not offered, and never silently ignored.
//!
//! Source: OpenID Connect Core §6.1, §6.2, §7.2.1, §3.1.2.6.

use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let Some(name) = verified.input.request.not_offered.first() else { return Ok(()) };
    let code = match name.as_str() {
        "request" => OAuthErrorCode::RequestNotSupported,
        "request_uri" => OAuthErrorCode::RequestUriNotSupported,
        _ => OAuthErrorCode::RegistrationNotSupported,
    };
    Err(RedirectError::new(code, &format!("The parameter {name} is not offered.")))
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::examples::{GOOD, answer_to};

    #[test]
    fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
        assert_eq!(answer_to(&format!("{GOOD}&request=e30.e30.")), "request_not_supported");
        assert_eq!(answer_to(&format!("{GOOD}&request=")), "log in");
    }

    #[test]
    fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
        assert_eq!(
            answer_to(&format!("{GOOD}&request_uri=https://a.test/x%23y")),
            "request_uri_not_supported"
        );
    }

    #[test]
    fn oidc_core_7_2_1_registration_in_the_request_is_refused() {
        assert_eq!(answer_to(&format!("{GOOD}&registration=%7B%7D")), "registration_not_supported");
    }
}
