//! Access tokens for an API: what they hold, and how they are signed.
//!
//! A request without an audience gets an opaque token instead; that one is not made here.
//!
//! Source: the original's access token profile (`azp`, `gty`, `{id}@clients`, `permissions`); RFC 9068
//! §2.2 for the other profile.

use doorward_model::api::ResourceServer;
use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::{ClientId, FamilyId};
use doorward_model::scope::oidc;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;
use doorward_model::token::Authorization;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::jose::{self, JoseError, SecretKey, TenantKey, TokenType, sign_hs256_as, verify_hs256};
use crate::oauth::api_scope::TokenScope;

/// What an access token of a person is made of.
#[derive(Debug, Clone, Copy)]
pub struct AccessTokenFacts<'a> {
    /// Who says it.
    pub issuer: &'a Issuer,
    /// What was granted.
    pub authorization: &'a Authorization,
    /// The API that it is for.
    pub api: &'a ResourceServer,
    /// What it may say of that.
    pub scope: &'a TokenScope,
    /// The grant that gives it.
    pub grant: GrantType,
    /// The family that it belongs to.
    pub family: &'a FamilyId,
    /// A fresh text that makes its id one of its own.
    pub fresh: &'a str,
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
    /// The API that it is for.
    pub api: &'a ResourceServer,
    /// What it may say.
    pub scope: &'a TokenScope,
    /// A fresh id, for the profile that has one.
    pub jti: &'a str,
    /// The time of issue.
    pub now: Timestamp,
}

/// What stands in a `jti` between the family and what makes it unique; no id of a family has it.
const BETWEEN: char = '.';

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
    /// The grant that gave it, in the original's words; absent for a code, and from RFC 9068.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gty: Option<&'static str>,
    /// The client, in the original's profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azp: Option<ClientId>,
    /// The client, in the profile of RFC 9068.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The token's own id; that of a person's token begins with its family ([`family_of`]). A program's has one in
    /// the profile of RFC 9068 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// What the subject may do with the API, where the API wants to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// Puts together what an access token says that a person's authorization led to.
#[must_use]
pub fn access_token_claims(facts: &AccessTokenFacts<'_>) -> AccessTokenClaims {
    let authorization = facts.authorization;
    let api = facts.api.identifier.clone();
    // Userinfo takes the usual algorithm alone.
    let opens_userinfo = facts.api.settings.signing_alg == SigningAlg::RS256
        && authorization.scope.iter().any(|value| value == oidc::OPENID);
    let aud = if opens_userinfo {
        Audience::ApiAndUserinfo([api, facts.issuer.url("userinfo")])
    } else {
        Audience::Api(api)
    };
    let lifetime = facts.api.lifetime(&facts.grant);
    let claims = AccessTokenClaims {
        iss: facts.issuer.as_str().to_owned(),
        sub: authorization.user.as_str().to_owned(),
        aud,
        iat: facts.now.seconds(),
        exp: facts.now.after(lifetime).seconds(),
        scope: joined(&facts.scope.scope),
        gty: grant_word(facts.grant),
        azp: Some(authorization.client.clone()),
        client_id: None,
        jti: Some(format!("{}{BETWEEN}{}", facts.family, facts.fresh)),
        permissions: facts.scope.permissions.clone(),
    };
    in_dialect(claims, facts.api)
}

/// Puts together what an access token says that a program got with its own credentials.
#[must_use]
pub fn machine_token_claims(facts: &MachineTokenFacts<'_>) -> AccessTokenClaims {
    let grant = GrantType::ClientCredentials;
    let claims = AccessTokenClaims {
        iss: facts.issuer.as_str().to_owned(),
        sub: format!("{}@clients", facts.client),
        aud: Audience::Api(facts.api.identifier.clone()),
        iat: facts.now.seconds(),
        exp: facts.now.after(facts.api.lifetime(&grant)).seconds(),
        scope: joined(&facts.scope.scope),
        gty: grant_word(grant),
        azp: Some(facts.client.clone()),
        client_id: None,
        jti: facts.api.dialect().is_rfc9068().then(|| facts.jti.to_owned()),
        permissions: facts.scope.permissions.clone(),
    };
    in_dialect(claims, facts.api)
}

/// The family that a person's token belongs to, as its `jti` says; none where that is no id of ours for one.
///
/// ```
/// use doorward_protocol::oidc::access_token::family_of;
/// assert_eq!(family_of("6748f0a0Xy7.q1W2").unwrap().as_str(), "6748f0a0Xy7");
/// assert_eq!(family_of("q1W2"), None);
/// ```
#[must_use]
pub fn family_of(jti: &str) -> Option<FamilyId> {
    let (family, _) = jti.split_once(BETWEEN)?;
    FamilyId::parse(family).ok()
}

/// RFC 9068 §2.2: `client_id` and `jti` must be there; what the original adds besides is left out.
fn in_dialect(mut claims: AccessTokenClaims, api: &ResourceServer) -> AccessTokenClaims {
    if api.dialect().is_rfc9068() {
        claims.client_id = claims.azp.take();
        claims.gty = None;
    }
    claims
}

/// Signs an access token as its API wants it: with the tenant's key for that, or with the secret of the API.
///
/// # Errors
/// When the API wants its own secret and has none, `key` is of another kind, or the library refuses to sign.
pub fn sign(
    api: &ResourceServer,
    key: &TenantKey,
    secret: Option<&Secret>,
    claims: &AccessTokenClaims,
) -> Result<String, JoseError> {
    let typ = if api.dialect().is_rfc9068() { TokenType::AccessToken } else { TokenType::Jwt };
    match api.settings.signing_alg {
        SigningAlg::HS256 => {
            let secret = secret.ok_or(JoseError::ShortSecret)?;
            sign_hs256_as(&SecretKey::new(secret, false)?, typ, claims)
        }
        algorithm => key.sign_typed(algorithm, typ, claims),
    }
}

/// The claims of an access token that was signed as `api` wants it: the API says how, never the token. Times,
/// issuer and audience are for the caller.
///
/// # Errors
/// As [`crate::jose::verify`]; also when the API wants its own secret and has none.
pub fn verify(
    token: &str,
    api: &ResourceServer,
    keys: &[&TenantKey],
    secret: Option<&Secret>,
) -> Result<Map<String, Value>, JoseError> {
    match api.settings.signing_alg {
        SigningAlg::HS256 => {
            let secret = secret.ok_or(JoseError::ShortSecret)?;
            verify_hs256(token, &SecretKey::new(secret, false)?)
        }
        algorithm => jose::verify(token, algorithm, keys),
    }
}

/// Whether a verified token is one for `api` and for no other: what the secret of one API can sign must not
/// count at another.
#[must_use]
pub fn is_for(api: &ResourceServer, issuer: &Issuer, aud: &[String]) -> bool {
    let userinfo = issuer.url("userinfo");
    match aud {
        [one] => *one == api.identifier,
        [one, other] => {
            *one == api.identifier && *other == userinfo && api.settings.signing_alg == SigningAlg::RS256
        }
        _ => false,
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
        GrantType::Password | GrantType::PasswordRealm => Some("password"),
        GrantType::AuthorizationCode | GrantType::Implicit | GrantType::DeviceCode | GrantType::Stored(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::api::TokenDialect;
    use serde_json::{Map, Value, json};

    use super::super::id_token::tests::authorization;
    use super::*;
    use crate::jose::{vectors, verify_hs256, verify_rs256};
    use crate::oauth::authorize::examples;

    fn api() -> ResourceServer {
        examples::api("https://api.acme.test/", false)
    }

    fn of(scope: &[&str]) -> TokenScope {
        TokenScope { scope: scope.iter().copied().map(str::to_owned).collect(), permissions: None }
    }

    fn person(api: &ResourceServer, scope: &str, grant: GrantType) -> AccessTokenClaims {
        access_token_claims(&AccessTokenFacts {
            issuer: &Issuer::parse("https://id.acme.test").unwrap(),
            authorization: &authorization(scope),
            api,
            scope: &of(&scope.split(' ').collect::<Vec<_>>()),
            grant,
            family: &FamilyId::parse("family").unwrap(),
            fresh: "fresh",
            now: Timestamp::from_seconds(1000),
        })
    }

    fn program(api: &ResourceServer, scope: &TokenScope) -> AccessTokenClaims {
        machine_token_claims(&MachineTokenFacts {
            issuer: &Issuer::parse("https://id.acme.test").unwrap(),
            client: &ClientId::parse("robot").unwrap(),
            api,
            scope,
            jti: "fresh",
            now: Timestamp::from_seconds(1000),
        })
    }

    fn of_a_person(scope: &str, grant: GrantType) -> Value {
        serde_json::to_value(person(&api(), scope, grant)).unwrap()
    }

    fn of_a_program(scope: &[&str]) -> Value {
        serde_json::to_value(program(&api(), &of(scope))).unwrap()
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
                "jti": "family.fresh",
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
            of_a_program(&["read:clients", "read:logs"]),
            json!({
                "iss": "https://id.acme.test/",
                "sub": "robot@clients",
                "aud": "https://api.acme.test/",
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

    #[test]
    fn an_api_decides_how_long_its_tokens_live() {
        let mut api = api();
        api.token_lifetime = doorward_model::time::Lifetime::from_seconds(60);
        assert_eq!(person(&api, "openid", GrantType::RefreshToken).exp, 1060);
        assert_eq!(program(&api, &of(&[])).exp, 1060);
    }

    #[test]
    fn rfc_9068_2_2_the_claims_of_its_profile() {
        let mut api = api();
        for dialect in [TokenDialect::Rfc9068Profile, TokenDialect::Rfc9068ProfileAuthz] {
            api.settings.token_dialect = Some(dialect);
            let claims =
                serde_json::to_value(person(&api, "openid read:orders", GrantType::RefreshToken)).unwrap();
            let told = [("client_id", "shop"), ("jti", "family.fresh"), ("scope", "openid read:orders")];
            for (name, value) in told {
                assert_eq!(claims[name], value, "{dialect:?}");
            }
            for name in ["azp", "gty", "permissions"] {
                assert!(claims.get(name).is_none(), "{dialect:?} {name}");
            }
            let machine = serde_json::to_value(program(&api, &of(&["a"]))).unwrap();
            assert_eq!((&machine["client_id"], &machine["sub"]), (&json!("robot"), &json!("robot@clients")));
            assert_eq!(machine["jti"], "fresh");
        }
        assert!(of_a_program(&["a"]).get("jti").is_none(), "the original's profile has none");
    }

    #[test]
    fn the_id_of_a_persons_token_names_its_family_and_nothing_else_does() {
        let claims = person(&api(), "openid", GrantType::RefreshToken);
        assert_eq!(family_of(&claims.jti.unwrap()).unwrap().as_str(), "family");
        for other in ["", "fresh", ".fresh", &format!("{}.fresh", "x".repeat(65))] {
            assert_eq!(family_of(other), None, "{other}");
        }
    }

    #[test]
    fn permissions_are_a_claim_of_their_own() {
        let scope = TokenScope { permissions: Some(vec!["read:things".to_owned()]), ..of(&[]) };
        let claims = serde_json::to_value(program(&api(), &scope)).unwrap();
        assert_eq!(claims["permissions"], json!(["read:things"]));
        let none = TokenScope { permissions: Some(Vec::new()), ..of(&[]) };
        assert_eq!(serde_json::to_value(program(&api(), &none)).unwrap()["permissions"], json!([]));
    }

    #[test]
    fn rfc_9068_2_1_the_header_says_at_jwt() {
        let key = vectors::key("k");
        let mut api = api();
        let header = |api: &ResourceServer| -> Map<String, Value> {
            let token = sign(api, &key, None, &program(api, &of(&["a"]))).unwrap();
            assert!(verify_rs256(&token, &[&key]).is_ok());
            let part = data_encoding::BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes());
            serde_json::from_slice(&part.unwrap()).unwrap()
        };
        assert_eq!((&header(&api)["typ"], &header(&api)["alg"]), (&json!("JWT"), &json!("RS256")));
        api.settings.token_dialect = Some(TokenDialect::Rfc9068Profile);
        assert_eq!((&header(&api)["typ"], &header(&api)["kid"]), (&json!("at+jwt"), &json!("k")));
        for (alg, key, kid) in [
            (SigningAlg::RS384, vectors::key("k"), "k-RS384"),
            (SigningAlg::RS512, vectors::key("k"), "k-RS512"),
            (SigningAlg::PS256, vectors::key("k"), "k-PS256"),
            (SigningAlg::PS384, vectors::key("k"), "k-PS384"),
            (SigningAlg::PS512, vectors::key("k"), "k-PS512"),
            (SigningAlg::ES256, vectors::p256_key("k"), "k"),
            (SigningAlg::EdDSA, vectors::ed25519_key("k"), "k"),
        ] {
            api.settings.signing_alg = alg;
            let token = sign(&api, &key, None, &program(&api, &of(&["a"]))).unwrap();
            assert!(verify(&token, &api, &[&key], None).is_ok(), "{alg:?}");
            let part = data_encoding::BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes());
            let header: Value = serde_json::from_slice(&part.unwrap()).unwrap();
            assert_eq!(header, json!({ "alg": alg.as_str(), "typ": "at+jwt", "kid": kid }));
        }
    }

    #[test]
    fn a_token_that_the_api_checks_with_its_secret_is_for_the_api_alone() {
        let (key, secret) =
            (vectors::key("k"), Secret::new("a secret of at least thirty-two bytes".to_owned()));
        let mut api = api();
        api.settings.signing_alg = SigningAlg::HS256;
        let claims = person(&api, "openid read:things", GrantType::AuthorizationCode);
        assert_eq!(claims.aud, Audience::Api("https://api.acme.test/".to_owned()));
        let token = sign(&api, &key, Some(&secret), &claims).unwrap();
        let read = verify_hs256(&token, &SecretKey::new(&secret, false).unwrap()).unwrap();
        assert_eq!(read["scope"], "openid read:things");
        assert!(verify_rs256(&token, &[&key]).is_err());
        assert_eq!(sign(&api, &key, None, &claims), Err(JoseError::ShortSecret));
    }
}
