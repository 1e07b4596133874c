//! What the response is to hand over.
//!
//! Source: RFC 6749 §3.1.1, §4.1.2.1; OAuth 2.0 Multiple Response Types §3, §5; OpenID Connect Core §3.

use super::super::decide::Verified;
use super::super::{AuthorizeRequest, ResponseType};
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    asked(verified.input.request).map(|_| ())
}

/// `response_type`, read.
pub(super) fn asked(request: &AuthorizeRequest) -> Result<ResponseType, RedirectError> {
    let Some(text) = request.response_type.as_deref() else {
        let text = "response_type is missing. Use response_type=code.";
        return Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    };
    ResponseType::parse(text).ok_or_else(|| {
        let text =
            "response_type must hold code, token and id_token, each at most once. Use response_type=code.";
        RedirectError::new(OAuthErrorCode::UnsupportedResponseType, text)
    })
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::examples::answer_to;

    const REST: &str = "client_id=web&redirect_uri=https://app.test/cb&scope=openid&state=1";

    #[test]
    fn oidcc_response_type_missing() {
        assert_eq!(answer_to(REST), "invalid_request");
        assert_eq!(answer_to(&format!("{REST}&response_type=&response_mode=form_post")), "invalid_request");
    }

    #[test]
    fn rfc_6749_4_1_2_1_other_response_types_are_unsupported() {
        for kind in ["none", "Code", "code%20code", "code%20none", "x", "code%09token"] {
            assert_eq!(
                answer_to(&format!("{REST}&response_type={kind}")),
                "unsupported_response_type",
                "{kind}"
            );
        }
        assert_eq!(answer_to(&format!("{REST}&response_type=code")), "log in");
    }
}
