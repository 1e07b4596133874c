//! Proof Key for Code Exchange: `S256`, and never without it for a client that has no secret.
//!
//! Source: RFC 7636 §4.3, §4.4.1; RFC 9700 §2.1.1. `plain` is refused, also as the default that RFC
//! 7636 gives to an absent method.

use super::super::decide::Verified;
use super::response_type;
use crate::oauth::error::{OAuthErrorCode, RedirectError};
use crate::pkce::challenge_is_well_formed;

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    let request = verified.input.request;
    // What a device is given does not travel through the browser.
    let is_exposed = response_type::asked(request)?.code && request.device.is_none();
    let needs_no_proof = verified.client.is_confidential() || !is_exposed;
    match (request.code_challenge.as_deref(), request.code_challenge_method.as_deref()) {
        (None, None) if needs_no_proof => Ok(()),
        (None, None) => {
            refuse("PKCE is required for this client: send code_challenge and code_challenge_method=S256.")
        }
        (None, Some(_)) => refuse("code_challenge_method was sent without code_challenge."),
        (Some(challenge), Some("S256")) if challenge_is_well_formed(challenge) => Ok(()),
        (Some(_), Some("S256")) => refuse("code_challenge must be 43 characters of base64url."),
        (Some(_), _) => refuse("code_challenge_method must be S256."),
    }
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::examples::{CHALLENGE, Scene};

    #[test]
    fn rfc_7636_4_4_1_only_s256_and_always_for_public_clients() {
        let s256 = format!("&code_challenge_method=S256&code_challenge={CHALLENGE}");
        let plain = format!("&code_challenge_method=plain&code_challenge={CHALLENGE}");
        let no_method = format!("&code_challenge={CHALLENGE}");
        let short = "&code_challenge_method=S256&code_challenge=abc".to_owned();
        let long = format!("{s256}A");
        let no_challenge = "&code_challenge_method=S256".to_owned();
        let lower = format!("&code_challenge_method=s256&code_challenge={CHALLENGE}");
        for (more, web, spa) in [
            (String::new(), "issue", "invalid_request"),
            (s256, "issue", "issue"),
            (plain, "invalid_request", "invalid_request"),
            (no_method, "invalid_request", "invalid_request"),
            (short, "invalid_request", "invalid_request"),
            (long, "invalid_request", "invalid_request"),
            (no_challenge, "invalid_request", "invalid_request"),
            (lower, "invalid_request", "invalid_request"),
        ] {
            let mut scene = Scene::default();
            scene.log_in();
            let rest = "redirect_uri=https://app.test/cb&response_type=code&scope=openid";
            assert_eq!(scene.answer(&format!("client_id=web&{rest}{more}")), web, "web {more}");
            assert_eq!(scene.answer(&format!("client_id=spa&{rest}{more}")), spa, "spa {more}");
        }
    }
}
