//! Only `code` is offered: tokens never travel by the front channel.
//!
//! Source: RFC 6749 §3.1.1, §4.1.2.1; RFC 9700 §2.1.2.

use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let refuse = |code, text| Err(RedirectError::new(code, text));
    match verified.input.request.response_type.as_deref() {
        Some("code") => Ok(()),
        Some(_) => refuse(
            OAuthErrorCode::UnsupportedResponseType,
            "Only response_type=code is offered. Use the authorization code flow with PKCE.",
        ),
        None => refuse(OAuthErrorCode::InvalidRequest, "response_type is missing. Use response_type=code."),
    }
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
        for kind in
            ["token", "id_token", "id_token%20token", "code%20id_token", "none", "Code", "code%20code", "x"]
        {
            assert_eq!(
                answer_to(&format!("{REST}&response_type={kind}")),
                "unsupported_response_type",
                "{kind}"
            );
        }
        assert_eq!(answer_to(&format!("{REST}&response_type=code")), "log in");
    }
}
