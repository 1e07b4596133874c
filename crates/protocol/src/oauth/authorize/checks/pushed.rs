//! A client, or the tenant for all of them, may take no request but one that the client pushed itself.
//!
//! Source: RFC 9126 §5, §6.

use doorward_model::client::Client;
use doorward_model::tenant::TenantSettings;
use serde_json::Value;

use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    if verified.input.request.pushed || !is_demanded(verified.client, verified.input.settings) {
        return Ok(());
    }
    let text = "This client must push its requests to /oauth/par first.";
    Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text))
}

fn is_demanded(client: &Client, settings: &TenantSettings) -> bool {
    let said = client.settings.further.get("require_pushed_authorization_requests");
    said == Some(&Value::Bool(true)) || settings.requires_pushed_requests()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::oauth::authorize::examples::{GOOD, Scene};
    use crate::oauth::authorize::{AuthorizeDecision, AuthorizeRequest};
    use crate::oauth::params::Params;

    #[test]
    fn rfc_9126_5_what_was_not_pushed_is_refused_where_that_is_demanded() {
        let pushed =
            AuthorizeRequest { pushed: true, ..AuthorizeRequest::parse(&Params::from_query(GOOD).unwrap()) };
        let mut scene = Scene::default();
        assert_eq!(scene.answer(GOOD), "log in");
        scene.web.settings.further.set("require_pushed_authorization_requests", true);
        assert_eq!(scene.answer(GOOD), "invalid_request");
        assert!(matches!(scene.decide_request(&pushed), AuthorizeDecision::LogIn(_)));
        let mut scene = Scene::default();
        let change = json!({ "flags": { "require_pushed_authorization_requests": true } });
        scene.settings = scene.settings.apply(change.as_object().unwrap()).unwrap();
        assert_eq!(scene.answer(GOOD), "invalid_request");
        assert!(matches!(scene.decide_request(&pushed), AuthorizeDecision::LogIn(_)));
    }

    #[test]
    fn nobody_becomes_pushed_by_saying_so() {
        let mut scene = Scene::default();
        scene.web.settings.further.set("require_pushed_authorization_requests", true);
        assert_eq!(scene.answer(&format!("{GOOD}&pushed=true")), "invalid_request");
    }
}
