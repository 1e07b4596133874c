//! Tokens of the implicit flow travel to an address that nobody can listen at: https, or this machine for a
//! native client.
//!
//! Held of third parties alone: a client of the house keeps the callbacks that its tenant allowed it, as they
//! work at the original. An address that cannot be taken apart is no http address: what it is was verified.
//!
//! Source: OpenID Connect Core §3.2.2.1 (`redirect_uri`).

use doorward_model::client::kind::ClientKind;
use doorward_model::client::urls::anatomy::Anatomy;

use super::super::decide::Verified;
use super::response_type;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let settings = &verified.client.settings;
    if settings.is_first_party || response_type::asked(verified.input.request)?.code {
        return Ok(());
    }
    let is_native = settings.app_type == Some(ClientKind::Native);
    match Anatomy::of_request(verified.path.redirect.as_str()) {
        Ok(address) if address.scheme == "http" && !(is_native && address.is_loopback()) => {
            let text = "Tokens of the implicit flow are not sent to an http address. Use an https callback, or \
                        response_type=code.";
            Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::examples::{CHALLENGE, Scene, encoded};

    /// The answer to a client that nobody is logged in to, with tokens or a code to that callback.
    fn answer(kind: ClientKind, is_first_party: bool, (callback, response_type): (&str, &str)) -> String {
        let mut scene = Scene::default();
        scene.allow_implicit();
        scene.connections.iter_mut().for_each(|connection| connection.settings.is_domain_connection = true);
        scene.web.settings.app_type = Some(kind);
        scene.web.settings.is_first_party = is_first_party;
        scene.web.settings.callbacks = Some(vec![callback.to_owned()]);
        let proof = if response_type == "code" {
            format!("&code_challenge={CHALLENGE}&code_challenge_method=S256")
        } else {
            String::new()
        };
        scene.answer(&format!(
            "client_id=web&redirect_uri={}&scope=openid&nonce=n&response_type={}{proof}",
            encoded(callback),
            encoded(response_type)
        ))
    }

    #[test]
    fn oidc_core_3_2_2_1_a_third_party_gets_no_tokens_over_http() {
        let (web, native) = (ClientKind::RegularWeb, ClientKind::Native);
        for (kind, callback, expected) in [
            (web, "https://app.test/cb", "log in"),
            (web, "http://app.test/cb", "invalid_request"),
            (web, "http://localhost:3000/cb", "invalid_request"),
            (native, "http://localhost:3000/cb", "log in"),
            (native, "http://127.0.0.1:3000/cb", "log in"),
            (native, "http://[::1]:3000/cb", "log in"),
            (native, "http://app.test/cb", "invalid_request"),
            (native, "com.acme.app:/cb", "log in"),
        ] {
            for response_type in ["token", "id_token", "id_token token"] {
                assert_eq!(answer(kind, false, (callback, response_type)), expected, "{callback}");
                assert_eq!(
                    answer(kind, true, (callback, response_type)),
                    "log in",
                    "{callback}, of the house"
                );
            }
            // A code is worth nothing to whoever only listens.
            assert_eq!(answer(kind, false, (callback, "code")), "log in", "{callback}");
        }
    }
}
