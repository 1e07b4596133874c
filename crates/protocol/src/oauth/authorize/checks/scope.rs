//! The scope is a list of scope values; what is not known is not granted.
//!
//! Source: RFC 6749 §3.3; OpenID Connect Core §3.1.2.1 (unknown values are ignored), §5.4, §11.

use doorward_model::client::grant_type::GrantType;
use doorward_model::scope::oidc;

use super::super::AuthorizeRequest;
use super::super::decide::Verified;
use super::{audience, response_type};
use crate::oauth::api_scope::Grantable;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let text = verified.input.request.scope.as_deref().unwrap_or_default();
    if !text.bytes().all(|b| matches!(b, b' ' | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
        let text = "scope must be a list of scope values separated by spaces.";
        return Err(RedirectError::new(OAuthErrorCode::InvalidScope, text));
    }
    if response_type::asked(verified.input.request)?.id_token && !asks_for_openid(verified.input.request) {
        let text = "scope must hold openid where the response holds an ID token.";
        return Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    }
    Ok(())
}

/// Whether the request is one of OpenID Connect.
pub(super) fn asks_for_openid(request: &AuthorizeRequest) -> bool {
    request.scope.as_deref().unwrap_or_default().split(' ').any(|value| value == oidc::OPENID)
}

/// The values that are granted, in the order asked, each once.
pub(super) fn granted(verified: &Verified<'_>) -> Result<Vec<String>, RedirectError> {
    let request = verified.input.request;
    let (api, grant) = (audience::asked(verified.input)?, audience::grant(verified)?);
    let offline = response_type::asked(request)?.code && verified.client.may_use(&GrantType::RefreshToken);
    Ok(Grantable { api, grant, offline }.of(request.scope.as_deref().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::examples::{Scene, encoded};
    use doorward_model::api::ApiPermission;
    use doorward_model::scope::ApiScope;

    const REST: &str = "client_id=web&redirect_uri=https://app.test/cb&response_type=code";

    fn granted(scene: &mut Scene, scope: &str, audience: &str) -> String {
        let query = format!("{REST}&scope={}&audience={}", encoded(scope), encoded(audience));
        scene.log_in().plan(&query).authorization.scope.join(" ")
    }

    #[test]
    fn rfc_6749_3_3_a_malformed_scope_is_invalid_scope() {
        for bad in ["openid\"", "open\\id", "openid\tprofile", "öpenid", "openid\nprofile"] {
            let query = format!("{REST}&scope={}", encoded(bad));
            assert_eq!(Scene::default().answer(&query), "invalid_scope", "{bad}");
        }
    }

    #[test]
    fn what_is_not_known_is_cut_and_the_rest_keeps_its_order() {
        let scene = &mut Scene::default();
        for (asked, expected) in [
            ("openid profile email", "openid profile email"),
            ("email  openid openid", "email openid"),
            ("openid read:things admin", "openid"),
            ("OPENID", ""),
            ("", ""),
        ] {
            assert_eq!(granted(scene, asked, ""), expected, "{asked}");
        }
        assert_eq!(
            granted(scene, "read:things openid write:nothing", "https://api.test/"),
            "read:things openid"
        );
    }

    #[test]
    fn of_the_management_api_people_get_what_is_about_themselves_alone() {
        let scene = &mut Scene::default();
        let api = scene.apis.iter_mut().find(|api| api.is_system).unwrap();
        let permission =
            |scope: &ApiScope| ApiPermission { value: scope.as_str().to_owned(), description: None };
        api.permissions = ApiScope::ALL.iter().map(permission).collect();
        let all: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
        let own: Vec<&str> =
            ApiScope::ALL.iter().filter(|scope| scope.is_personal()).map(|scope| scope.as_str()).collect();
        assert!(own.iter().all(|scope| scope.contains(":current_user")) && own.len() == 6);
        let asked = format!("openid {} admin", all.join(" "));
        assert_eq!(granted(scene, &asked, "https://id.test/api/v2/"), format!("openid {}", own.join(" ")));
    }

    #[test]
    fn offline_access_needs_the_grant_and_the_consent_of_the_api() {
        let scene = &mut Scene::default();
        assert_eq!(granted(scene, "openid offline_access", ""), "openid offline_access");
        assert_eq!(granted(scene, "offline_access", "https://api.test/"), "");
        scene.apis[0].allow_offline_access = true;
        assert_eq!(granted(scene, "offline_access", "https://api.test/"), "offline_access");
        scene.web.settings.grant_types = vec![GrantType::AuthorizationCode];
        assert_eq!(granted(scene, "openid offline_access", ""), "openid");
    }
}
