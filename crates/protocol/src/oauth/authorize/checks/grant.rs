//! The client may use the grants that the response type stands for.
//!
//! Source: RFC 6749 §4.1.2.1, §4.2.2.1 (`unauthorized_client`); OpenID Connect Dynamic Client Registration
//! §2 (`grant_types` for each response type).

use doorward_model::client::grant_type::GrantType;

use super::super::decide::Verified;
use super::response_type;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let asked = response_type::asked(verified.input.request)?;
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::UnauthorizedClient, text));
    if asked.code && !verified.client.may_use(&GrantType::AuthorizationCode) {
        return refuse("The client may not use the authorization_code grant. Add it to its grant types.");
    }
    if asked.has_tokens() && !verified.client.may_use(&GrantType::Implicit) {
        return refuse(
            "The client may not use the implicit grant, so it gets tokens at the token endpoint only. \
             Use response_type=code, or add implicit to its grant types.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::ResponseType;
    use crate::oauth::authorize::examples::{GOOD, Scene, encoded};

    #[test]
    fn rfc_6749_4_1_2_1_a_client_without_the_grant_is_unauthorized() {
        let mut scene = Scene::default();
        scene.web.settings.grant_types = vec![GrantType::RefreshToken, GrantType::ClientCredentials];
        assert_eq!(scene.log_in().answer(GOOD), "unauthorized_client");
    }

    #[test]
    fn every_part_of_the_response_type_needs_its_grant() {
        for name in ResponseType::NAMES {
            let kind = ResponseType::parse(name).unwrap();
            let query = format!(
                "client_id=web&redirect_uri=https://app.test/cb&scope=openid&nonce=n&response_type={}",
                encoded(name)
            );
            let mut scene = Scene::default();
            scene.log_in();
            for (grants, is_enough) in [
                (vec![GrantType::AuthorizationCode], !kind.has_tokens()),
                (vec![GrantType::Implicit], !kind.code),
                (vec![GrantType::AuthorizationCode, GrantType::Implicit], true),
                (vec![GrantType::RefreshToken], false),
            ] {
                scene.web.settings.grant_types = grants.clone();
                let expected = if is_enough { "issue" } else { "unauthorized_client" };
                assert_eq!(scene.answer(&query), expected, "{name} with {grants:?}");
            }
        }
    }
}
