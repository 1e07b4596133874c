//! What a protected resource, or the client itself, hears about a token.
//!
//! Owns who may ask about which token, and what an answer says. Must not know how a token is looked up. Whoever
//! may not know a token hears the same as about nonsense: that it is not active.
//!
//! Source: RFC 7662 §2, §4; decision 0017.

use doorward_model::client::Client;
use doorward_model::client::further::RESOURCE_SERVER_IDENTIFIER;
use doorward_model::ids::{ClientId, SessionId};
use serde::Serialize;

use super::error::{OAuthErrorCode, TokenError};

/// A token that is good at this moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Active {
    /// The client that it was given to.
    pub client_id: ClientId,
    /// Whom it stands for: a person, or `{client}@clients`.
    pub sub: String,
    /// What was granted, space-separated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// What it is good for: `Bearer` for an access token (RFC 6750); absent for a refresh token, which is no type
    /// of RFC 6749 §5.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// The APIs that it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aud: Vec<String>,
    /// The issuer.
    pub iss: String,
    /// Good until, in seconds; absent when it ends by being used only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Issued at, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The token's own id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The session of the person, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
}

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Whether the token is good, and this client may know it.
    pub active: bool,
    /// The rest, if so.
    #[serde(flatten)]
    pub token: Option<Active>,
}

/// Whether a client may ask at all: RFC 7662 §2.1 wants it proven, and §4 says why.
///
/// # Errors
/// `unauthorized_client` for a public client.
pub fn may_ask(client: &Client) -> Result<(), TokenError> {
    if client.is_confidential() {
        return Ok(());
    }
    let text = "A client that proves nothing may not ask about tokens.";
    Err(TokenError::new(OAuthErrorCode::UnauthorizedClient, text))
}

/// Decides what `client`, which has proved itself, hears about a token: all about its own, and about access
/// tokens for the API that it is the server of.
#[must_use]
pub fn decide(client: &Client, token: Option<Active>) -> Introspection {
    let own_api = client.settings.further.text(RESOURCE_SERVER_IDENTIFIER);
    let may_know = |token: &Active| {
        let is_api = own_api.is_some_and(|api| token.aud.iter().any(|one| one == api));
        token.client_id == client.id || (is_api && token.token_type.is_some())
    };
    let token = token.filter(may_know);
    Introspection { active: token.is_some(), token }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use serde_json::json;

    use super::*;
    use crate::oauth::authorize::examples;

    const API: &str = "https://api.test/";

    fn token(client: &Client, token_type: Option<&'static str>) -> Active {
        Active {
            client_id: client.id.clone(),
            sub: "auth0|1".to_owned(),
            scope: "openid read:things".to_owned(),
            token_type,
            aud: vec![API.to_owned()],
            iss: "https://id.test/".to_owned(),
            exp: Some(2),
            iat: Some(1),
            jti: None,
            sid: None,
        }
    }

    #[test]
    fn rfc_7662_2_2_a_client_knows_its_own_tokens() {
        let web = examples::client("web", ClientKind::RegularWeb);
        let said = decide(&web, Some(token(&web, Some("Bearer"))));
        assert_eq!(
            serde_json::to_value(&said).unwrap(),
            json!({
                "active": true, "client_id": "web", "sub": "auth0|1", "scope": "openid read:things",
                "token_type": "Bearer", "aud": [API], "iss": "https://id.test/", "exp": 2, "iat": 1,
            })
        );
        assert!(decide(&web, Some(token(&web, None))).active);
    }

    #[test]
    fn rfc_7662_4_what_is_nobodys_business_looks_like_nonsense() {
        let (web, other) = (
            examples::client("web", ClientKind::RegularWeb),
            examples::client("other", ClientKind::RegularWeb),
        );
        let nothing = json!({ "active": false });
        for token in [None, Some(token(&web, Some("Bearer"))), Some(token(&web, None))] {
            assert_eq!(serde_json::to_value(decide(&other, token)).unwrap(), nothing);
        }
    }

    #[test]
    fn the_server_of_an_api_knows_access_tokens_for_it_and_no_refresh_tokens() {
        let web = examples::client("web", ClientKind::RegularWeb);
        let mut server = examples::client("server", ClientKind::NonInteractive);
        server.settings.further.set(RESOURCE_SERVER_IDENTIFIER, json!(API));
        assert!(decide(&server, Some(token(&web, Some("Bearer")))).active);
        assert!(!decide(&server, Some(token(&web, None))).active);
        let elsewhere = Active { aud: vec!["https://other.test/".to_owned()], ..token(&web, Some("Bearer")) };
        assert!(!decide(&server, Some(elsewhere)).active);
    }

    #[test]
    fn rfc_7662_2_1_a_public_client_may_not_ask() {
        assert!(may_ask(&examples::client("web", ClientKind::RegularWeb)).is_ok());
        let error = may_ask(&examples::client("spa", ClientKind::Spa)).unwrap_err();
        assert_eq!((error.status, error.code), (403, OAuthErrorCode::UnauthorizedClient));
    }
}
