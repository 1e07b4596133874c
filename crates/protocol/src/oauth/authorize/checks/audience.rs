//! The audience is one of the tenant's APIs that people may have tokens for.
//!
//! Source: RFC 8707 §2, as `resource` and under the original's name `audience`; the tenant's default audience.

use doorward_model::api::{ClientGrant, ResourceServer};

use super::super::AuthorizeInput;
use super::super::decide::Verified;
use crate::oauth::api_scope::{self, Denied};
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    grant(verified).map(|_| ())
}

/// The client grant that the API wants, where it wants one for tokens of people.
pub(super) fn grant<'a>(verified: &Verified<'a>) -> Result<Option<&'a ClientGrant>, RedirectError> {
    let Some(api) = asked(verified.input)? else { return Ok(None) };
    let found = api_scope::user_grant(api, verified.client, verified.input.grants);
    found.map_err(|Denied(text)| RedirectError::new(OAuthErrorCode::AccessDenied, &text))
}

/// The API that is asked for; none means the userinfo endpoint only.
pub(super) fn asked<'a>(input: &AuthorizeInput<'a>) -> Result<Option<&'a ResourceServer>, RedirectError> {
    let (audience, resource) = (input.request.audience.as_deref(), input.request.resource.as_deref());
    if resource.is_some() && resource != audience {
        return Err(RedirectError::new(OAuthErrorCode::InvalidTarget, api_scope::TWO_TARGETS));
    }
    let found = api_scope::asked(audience, (input.apis, input.settings), input.issuer);
    found.map_err(|Denied(text)| RedirectError::new(api_scope::unknown_target(resource), &text))
}

#[cfg(test)]
mod tests {
    use doorward_model::api::{ClientGrant, Policy, SubjectType, SubjectTypeAuthorization, UserPolicy};
    use doorward_model::ids::{ClientGrantId, ClientId};

    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{GOOD, Scene, encoded};

    #[test]
    fn an_unknown_audience_is_denied_by_name() {
        let decision = Scene::default().decide(&format!("{GOOD}&audience=https://nowhere.test/%22%0d"));
        let AuthorizeDecision::Redirect(_, error) = decision else { panic!("{decision:?}") };
        assert_eq!(error.code.as_str(), "access_denied");
        assert_eq!(error.public, "Service not found: https://nowhere.test/'?");
    }

    #[test]
    fn rfc_8707_2_a_resource_that_is_unknown_or_another_one_than_the_audience_is_an_invalid_target() {
        let scene = &mut Scene::default();
        scene.log_in();
        for (more, answer) in [
            ("resource=https://api.test/", "issue"),
            ("resource=https://api.test/&audience=https://api.test/", "issue"),
            ("resource=https://id.test/userinfo", "issue"),
            ("resource=https://nowhere.test/", "invalid_target"),
            ("resource=https://nowhere.test/&audience=https://nowhere.test/", "invalid_target"),
            ("resource=https://api.test/&audience=https://id.test/userinfo", "invalid_target"),
            ("resource=https://nowhere.test/&audience=https://api.test/", "invalid_target"),
            ("resource=https://api.test/&audience=https://nowhere.test/", "invalid_target"),
            ("resource=https://api.test/&resource=https://nowhere.test/", "invalid_request"),
            ("audience=https://nowhere.test/", "access_denied"),
        ] {
            assert_eq!(scene.answer(&format!("{GOOD}&{more}")), answer, "{more}");
        }
        let query = format!("{GOOD}&resource=https://api.test/");
        assert_eq!(scene.plan(&query).authorization.audience.as_deref(), Some("https://api.test/"));
    }

    #[test]
    fn the_audience_is_compared_to_the_letter() {
        let scene = &mut Scene::default();
        for (audience, answer, api) in [
            ("https://api.test/", "issue", Some("https://api.test/")),
            ("https://api.test", "access_denied", None),
            ("https://API.test/", "access_denied", None),
            ("https://id.test/userinfo", "issue", None),
            ("https://other.test/userinfo", "access_denied", None),
            ("", "issue", None),
        ] {
            let query = format!("{GOOD}&audience={}", encoded(audience));
            assert_eq!(scene.log_in().answer(&query), answer, "{audience}");
            if answer == "issue" {
                assert_eq!(scene.plan(&query).authorization.audience.as_deref(), api, "{audience}");
            }
        }
    }

    #[test]
    fn an_api_may_give_tokens_of_people_to_some_clients_only() {
        let query = GOOD.replace("scope=openid", "scope=openid+read:things+write:things")
            + "&audience=https://api.test/";
        let scene = &mut Scene::default();
        scene.log_in();
        let policy = |policy| SubjectTypeAuthorization { user: Some(Policy { policy }), client: None };
        scene.apis[0].settings.subject_type_authorization = Some(policy(UserPolicy::DenyAll));
        assert_eq!(scene.answer(&query), "access_denied");
        scene.apis[0].settings.subject_type_authorization = Some(policy(UserPolicy::RequireClientGrant));
        assert_eq!(scene.answer(&query), "access_denied");
        let (id, client) = (ClientGrantId::parse("cgr_1").unwrap(), ClientId::parse("web").unwrap());
        let grant = ClientGrant::new(id, client, "https://api.test/".into(), vec!["write:things".into()]);
        scene.grants = vec![grant.clone()];
        assert_eq!(scene.answer(&query), "access_denied", "a grant of its own is none for people");
        scene.grants = vec![ClientGrant { subject: SubjectType::User, ..grant }];
        assert_eq!(scene.plan(&query).authorization.scope, ["openid", "write:things"]);
        assert_eq!(scene.answer(GOOD), "issue", "without the API nothing is asked of it");
    }

    #[test]
    fn the_default_audience_serves_when_none_is_named() {
        let scene = &mut Scene::default();
        scene.settings.default_audience = Some("https://api.test/".into());
        assert_eq!(scene.log_in().plan(GOOD).authorization.audience.as_deref(), Some("https://api.test/"));
        let userinfo = format!("{GOOD}&audience=https://id.test/userinfo");
        assert_eq!(scene.plan(&userinfo).authorization.audience, None);
        let resource = format!("{GOOD}&resource=https://id.test/userinfo");
        assert_eq!(scene.plan(&resource).authorization.audience, None, "RFC 8707 calls it resource");
        scene.settings.default_audience = Some("https://gone.test/".into());
        assert_eq!(scene.answer(GOOD), "access_denied");
    }
}
