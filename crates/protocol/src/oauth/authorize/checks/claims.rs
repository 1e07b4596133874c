//! Claims that are asked for one by one, and how the person has to prove themselves.
//!
//! What is voluntary is given where it is known; an `acr` that is essential and cannot be given ends the request. Whom a `sub`
//! names is heeded where the session is looked at.
//!
//! Source: OpenID Connect Core §3.1.2.1 (`acr_values`, `claims`), §5.5.1.1.

use doorward_model::token::AskedClaims;

use super::super::AuthorizeRequest;
use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};
use crate::oidc::claims_request::ClaimsRequest;
use crate::oidc::id_token::AUTH_TIME;

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    if asked(verified.input.request)?.can_be_met() {
        return Ok(());
    }
    let text = "None of the values of acr that claims demands can be given here.";
    Err(RedirectError::new(OAuthErrorCode::UnmetAuthenticationRequirements, text))
}

/// `claims` and `acr_values`, read.
pub(super) fn asked(request: &AuthorizeRequest) -> Result<ClaimsRequest, RedirectError> {
    let read = request.claims.as_deref().map(ClaimsRequest::read).transpose();
    let read =
        read.map_err(|error| RedirectError::new(OAuthErrorCode::InvalidRequest, &error.to_string()))?;
    let read = read.unwrap_or_default();
    Ok(if request.acr_values.is_some() { read.with_acr() } else { read })
}

/// What is remembered for the tokens, those of a refresh among them.
pub(super) fn granted(request: &AuthorizeRequest) -> Result<AskedClaims, RedirectError> {
    let mut granted = asked(request)?.asked().clone();
    if wants_auth_time(request)? {
        granted.id_token.push(AUTH_TIME.to_owned());
    }
    Ok(granted)
}

/// Whether the ID token is to say when the person proved who they are: `max_age` asks for it, and the claim by name.
pub(super) fn wants_auth_time(request: &AuthorizeRequest) -> Result<bool, RedirectError> {
    Ok(request.max_age.is_some() || asked(request)?.wants_auth_time())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::oauth::authorize::examples::{GOOD, Scene, encoded};
    use crate::oidc::id_token::wants_auth_time;

    fn asking(claims: &Value) -> String {
        format!("{GOOD}&claims={}", encoded(&claims.to_string()))
    }

    #[test]
    fn oidcc_claims_essential_is_remembered_for_the_tokens() {
        let plan = Scene::default()
            .log_in()
            .plan(&asking(&json!({ "userinfo": { "name": { "essential": true } } })));
        assert_eq!(plan.authorization.claims.userinfo, ["name"]);
        assert_eq!(plan.authorization.scope, ["openid"], "the scope stays what it was");
        assert!(Scene::default().log_in().plan(GOOD).authorization.claims.is_empty());
    }

    #[test]
    fn claims_that_cannot_be_read_are_an_invalid_request() {
        for bad in ["%7B", "x", "%5B%5D", "%7B%22userinfo%22%3A1%7D"] {
            assert_eq!(Scene::default().answer(&format!("{GOOD}&claims={bad}")), "invalid_request", "{bad}");
        }
        let deep = encoded(&"[".repeat(8000));
        assert_eq!(Scene::default().answer(&format!("{GOOD}&claims={deep}")), "invalid_request");
    }

    #[test]
    fn oidcc_ensure_request_with_acr_values_succeeds() {
        for more in ["&acr_values=pwd", "&acr_values=1+2"] {
            let plan = Scene::default().log_in().plan(&format!("{GOOD}{more}"));
            assert_eq!(plan.authorization.claims.id_token, ["acr"], "{more}");
        }
    }

    #[test]
    fn oidc_core_5_5_1_1_an_essential_acr_that_cannot_be_given_ends_the_request() {
        let acr = |wish: Value| asking(&json!({ "id_token": { "acr": wish } }));
        let strong = acr(json!({ "essential": true, "values": ["urn:mfa"] }));
        assert_eq!(Scene::default().answer(&strong), "unmet_authentication_requirements");
        assert_eq!(Scene::default().log_in().answer(&strong), "unmet_authentication_requirements");
        assert_eq!(Scene::default().log_in().answer(&acr(json!({ "values": ["urn:mfa"] }))), "issue");
    }

    #[test]
    fn auth_time_can_be_asked_for_by_name() {
        let asked = asking(&json!({ "id_token": { "auth_time": { "essential": true } } }));
        assert!(Scene::default().log_in().plan(&asked).auth_time_wanted);
        let elsewhere = asking(&json!({ "userinfo": { "auth_time": null } }));
        assert!(!Scene::default().log_in().plan(&elsewhere).auth_time_wanted);
    }

    #[test]
    fn oidc_core_12_2_that_auth_time_was_asked_for_is_remembered_for_a_refresh() {
        let by_name = asking(&json!({ "id_token": { "auth_time": null } }));
        for query in [by_name, format!("{GOOD}&max_age=100")] {
            let authorization = Scene::default().log_in().plan(&query).authorization;
            assert_eq!(authorization.claims.id_token, ["auth_time"], "{query}");
            assert!(wants_auth_time(&authorization));
        }
        assert!(!wants_auth_time(&Scene::default().log_in().plan(GOOD).authorization));
    }

    /// OpenID Connect Core §3.1.2.1: no tokens for somebody else, even if they have a session.
    #[test]
    fn whoever_is_not_asked_for_by_sub_gets_nothing() {
        let sub = |id: &str| asking(&json!({ "id_token": { "sub": { "value": id } } }));
        let mut scene = Scene::default();
        scene.log_in();
        assert_eq!(scene.answer(&sub("auth0|ada")), "issue");
        assert_eq!(scene.answer(&sub("auth0|bob")), "log in");
        assert_eq!(scene.answer(&format!("{}&prompt=none", sub("auth0|bob"))), "login_required");
        // Ada has logged in for this very request.
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(&sub("auth0|bob")), "login_required");
        assert_eq!(scene.answer(&sub("auth0|ada")), "issue");
    }

    /// INV-25: what is asked for by name is asked about, too.
    #[test]
    fn a_third_party_gets_no_claim_that_its_person_was_not_asked_about() {
        let mut scene = Scene::default();
        scene.web.settings.is_first_party = false;
        scene.connections.iter_mut().for_each(|connection| connection.settings.is_domain_connection = true);
        scene.log_in();
        let query = asking(&json!({ "userinfo": { "email": null }, "id_token": { "name": null } }));
        let words = |text: &str| Some(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        for (allowed, answer) in [
            (None, "consent"),
            (words("openid"), "consent"),
            (words("openid email"), "consent"),
            (words("openid email profile"), "issue"),
        ] {
            scene.allowed_here.clone_from(&allowed);
            assert_eq!(scene.answer(&query), answer, "{allowed:?}");
        }
        let silent = Scene { allowed_here: None, ..scene }.answer(&format!("{query}&prompt=none"));
        assert_eq!(silent, "consent_required");
    }
}
