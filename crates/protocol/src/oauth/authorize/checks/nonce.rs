//! An ID token that travels in the response is bound to the request that asked for it.
//!
//! Source: OpenID Connect Core §3.2.2.1, §3.3.2.11 (`nonce` is required there).

use super::super::decide::Verified;
use super::response_type;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let request = verified.input.request;
    if request.nonce.is_none() && response_type::asked(request)?.id_token {
        let text = "nonce is missing. It is required where the response holds an ID token.";
        return Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::ResponseType;
    use crate::oauth::authorize::examples::{Scene, encoded};

    #[test]
    fn oidcc_ensure_request_without_nonce_fails_where_the_response_has_an_id_token() {
        for name in ResponseType::NAMES {
            let query = format!(
                "client_id=web&redirect_uri=https://app.test/cb&scope=openid&response_type={}",
                encoded(name)
            );
            let mut scene = Scene::default();
            scene.allow_implicit().log_in();
            let expected = if name.contains("id_token") { "invalid_request" } else { "issue" };
            assert_eq!(scene.answer(&query), expected, "{name}");
            assert_eq!(scene.answer(&format!("{query}&nonce=n")), "issue", "{name} with nonce");
        }
    }
}
