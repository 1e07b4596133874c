//! Access tokens for an API: what they hold.
//!
//! A request without an audience gets an opaque token instead; that one is not made here.
//!
//! Source: the original's access token profile (`azp`, `gty`, `{id}@clients`); RFC 9068 §2.2 for what
//! must be there.

use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::ClientId;
use doorward_model::scope::oidc;
use doorward_model::tenant::Issuer;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::Authorization;
use serde::Serialize;

/// What an access token of a person is made of.
#[derive(Debug, Clone, Copy)]
pub struct AccessTokenFacts<'a> {
    /// Who says it.
    pub issuer: &'a Issuer,
    /// What was granted.
    pub authorization: &'a Authorization,
    /// The API that it is for, by identifier.
    pub audience: &'a str,
    /// The grant that gives it.
    pub grant: GrantType,
    /// How long the API wants its tokens to live.
    pub lifetime: Lifetime,
    /// The time of issue.
    pub now: Timestamp,
}

/// What an access token of a program is made of.
#[derive(Debug, Clone, Copy)]
pub struct MachineTokenFacts<'a> {
    /// Who says it.
    pub issuer: &'a Issuer,
    /// The program.
    pub client: &'a ClientId,
    /// The API that it is for, by identifier.
    pub audience: &'a str,
    /// The granted scope values.
    pub scope: &'a [String],
    /// How long the API wants its tokens to live.
    pub lifetime: Lifetime,
    /// The time of issue.
    pub now: Timestamp,
}

/// `aud`: one text where one is enough, as the field's SDKs compare it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// The API alone.
    Api(String),
    /// The API, and userinfo besides.
    ApiAndUserinfo([String; 2]),
}

/// The claims of an access token, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person, or `{client}@clients` for a program.
    pub sub: String,
    /// The API.
    pub aud: Audience,
    /// Issued at.
    pub iat: i64,
    /// Good until.
    pub exp: i64,
    /// The granted scope values, space-separated; absent when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The grant that gave it, in the original's words; absent for a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gty: Option<&'static str>,
    /// The client.
    pub azp: ClientId,
}

/// Puts together what an access token says that a person's authorization led to.
#[must_use]
pub fn access_token_claims(facts: &AccessTokenFacts<'_>) -> AccessTokenClaims {
    let authorization = facts.authorization;
    let api = facts.audience.to_owned();
    let aud = if authorization.scope.iter().any(|value| value == oidc::OPENID) {
        Audience::ApiAndUserinfo([api, facts.issuer.url("userinfo")])
    } else {
        Audience::Api(api)
    };
    AccessTokenClaims {
        iss: facts.issuer.as_str().to_owned(),
        sub: authorization.user.as_str().to_owned(),
        aud,
        iat: facts.now.seconds(),
        exp: facts.now.after(facts.lifetime).seconds(),
        scope: joined(&authorization.scope),
        gty: grant_word(facts.grant),
        azp: authorization.client.clone(),
    }
}

/// Puts together what an access token says that a program got with its own credentials.
#[must_use]
pub fn machine_token_claims(facts: &MachineTokenFacts<'_>) -> AccessTokenClaims {
    AccessTokenClaims {
        iss: facts.issuer.as_str().to_owned(),
        sub: format!("{}@clients", facts.client),
        aud: Audience::Api(facts.audience.to_owned()),
        iat: facts.now.seconds(),
        exp: facts.now.after(facts.lifetime).seconds(),
        scope: joined(facts.scope),
        gty: grant_word(GrantType::ClientCredentials),
        azp: facts.client.clone(),
    }
}

fn joined(scope: &[String]) -> Option<String> {
    (!scope.is_empty()).then(|| scope.join(" "))
}

/// The original's spelling has a hyphen in one of them.
fn grant_word(grant: GrantType) -> Option<&'static str> {
    match grant {
        GrantType::ClientCredentials => Some("client-credentials"),
        GrantType::RefreshToken => Some("refresh_token"),
        GrantType::AuthorizationCode | GrantType::Implicit | GrantType::Stored(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::id_token::tests::authorization;
    use super::*;

    fn of_a_person(scope: &str, grant: GrantType) -> Value {
        let issuer = Issuer::parse("https://id.acme.test").unwrap();
        let claims = access_token_claims(&AccessTokenFacts {
            issuer: &issuer,
            authorization: &authorization(scope),
            audience: "https://api.acme.test/",
            grant,
            lifetime: Lifetime::from_seconds(86_400),
            now: Timestamp::from_seconds(1000),
        });
        serde_json::to_value(claims).unwrap()
    }

    fn of_a_program(scope: &[String]) -> Value {
        let issuer = Issuer::parse("https://id.acme.test").unwrap();
        let claims = machine_token_claims(&MachineTokenFacts {
            issuer: &issuer,
            client: &ClientId::parse("robot").unwrap(),
            audience: "https://id.acme.test/api/v2/",
            scope,
            lifetime: Lifetime::from_seconds(86_400),
            now: Timestamp::from_seconds(1000),
        });
        serde_json::to_value(claims).unwrap()
    }

    #[test]
    fn with_openid_the_token_opens_userinfo_too() {
        assert_eq!(
            of_a_person("openid read:orders", GrantType::AuthorizationCode),
            json!({
                "iss": "https://id.acme.test/",
                "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
                "aud": ["https://api.acme.test/", "https://id.acme.test/userinfo"],
                "iat": 1000,
                "exp": 87_400,
                "scope": "openid read:orders",
                "azp": "shop",
            })
        );
    }

    #[test]
    fn without_openid_the_audience_is_one_text() {
        let claims = of_a_person("read:orders", GrantType::RefreshToken);
        assert_eq!(claims["aud"], "https://api.acme.test/");
        assert_eq!(claims["gty"], "refresh_token");
    }

    #[test]
    fn a_program_is_its_own_subject() {
        assert_eq!(
            of_a_program(&["read:clients".to_owned(), "read:logs".to_owned()]),
            json!({
                "iss": "https://id.acme.test/",
                "sub": "robot@clients",
                "aud": "https://id.acme.test/api/v2/",
                "iat": 1000,
                "exp": 87_400,
                "scope": "read:clients read:logs",
                "gty": "client-credentials",
                "azp": "robot",
            })
        );
    }

    #[test]
    fn an_empty_scope_is_absent() {
        assert_eq!(of_a_program(&[]).get("scope"), None);
    }
}
