//! The client may use the grants that the response type stands for.
//!
//! Source: RFC 8628 §3.1 for devices; RFC 6749 §4.1.2.1, §4.2.2.1 (`unauthorized_client`); OpenID Connect Dynamic Client Registration
//! §2 (`grant_types` for each response type).

use doorward_model::client::grant_type::GrantType;

use super::super::decide::Verified;
use super::response_type;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let asked = response_type::asked(verified.input.request)?;
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::UnauthorizedClient, text));
    if verified.input.request.device.is_some() {
        return match verified.client.may_use(&GrantType::DeviceCode) {
            true => Ok(()),
            false => refuse("The client may not use the device_code grant. Add it to its grant types."),
        };
    }
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
    use crate::oauth::authorize::examples::{GOOD, Scene, encoded};
    use crate::oauth::authorize::{AuthorizeDecision, AuthorizeRequest, ResponseType};
    use doorward_model::ids::DeviceCodeId;

    #[test]
    fn rfc_6749_4_1_2_1_a_client_without_the_grant_is_unauthorized() {
        let mut scene = Scene::default();
        scene.web.settings.grant_types = vec![GrantType::RefreshToken, GrantType::ClientCredentials];
        assert_eq!(scene.log_in().answer(GOOD), "unauthorized_client");
    }

    #[test]
    fn a_device_needs_a_grant_of_its_own() {
        let mut scene = Scene::default();
        scene.log_in();
        let request = AuthorizeRequest {
            client_id: Some("spa".to_owned()),
            response_type: Some("code".to_owned()),
            device: DeviceCodeId::parse("device").ok(),
            ..AuthorizeRequest::default()
        };
        let AuthorizeDecision::Redirect(_, error) = scene.decide_request(&request) else { panic!("allowed") };
        assert_eq!(error.code, OAuthErrorCode::UnauthorizedClient);
        scene.spa.settings.grant_types = vec![GrantType::DeviceCode];
        let AuthorizeDecision::Issue(plan) = scene.decide_request(&request) else { panic!("refused") };
        assert_eq!(plan.device, request.device, "and no PKCE: the code never leaves the device");
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
