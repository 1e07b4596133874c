//! The ID token: what it holds, and which key signs it.
//!
//! First-party clients read the profile from the ID token; those of third parties read it at userinfo.
//!
//! Source: OpenID Connect Core §2, §3.1.3.6, §3.3.2.11, §5.4; the original's `sid`.

use doorward_model::client::Client;
use doorward_model::ids::{ClientId, SessionId, UserId};
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;
use doorward_model::token::Authorization;
use doorward_model::user::User;
use serde::Serialize;
use serde_json::{Map, Value};

use super::claims::{self, Form};
use crate::digest::{half_hash, half_hash_384, half_hash_512};
use crate::jose::{JoseError, SecretKey, TenantKey, sign_hs256};

/// What an ID token is made of.
#[derive(Debug, Clone, Copy)]
pub struct IdTokenFacts<'a> {
    /// Who says it.
    pub issuer: &'a Issuer,
    /// The client that it is for.
    pub client: &'a Client,
    /// The person that it is about.
    pub user: &'a User,
    /// What was granted.
    pub authorization: &'a Authorization,
    /// The request's `nonce`; a token never holds one that was not sent.
    pub nonce: Option<&'a str>,
    /// Whether the request asked when the person last proved who they are (`max_age`).
    pub auth_time_wanted: bool,
    /// The access token that comes along, for `at_hash`.
    pub access_token: Option<&'a str>,
    /// The code that comes along, for `c_hash`.
    pub code: Option<&'a str>,
    /// The time of issue.
    pub now: Timestamp,
}

/// The claims of an ID token, in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IdTokenClaims {
    /// Claims about the person, as far as the scope lets them out.
    #[serde(flatten)]
    pub person: Map<String, Value>,
    /// The issuer.
    pub iss: String,
    /// The audience: the client, as one text.
    pub aud: ClientId,
    /// The person.
    pub sub: UserId,
    /// Issued at.
    pub iat: i64,
    /// Good until.
    pub exp: i64,
    /// The session, so that a client can name it at logout.
    pub sid: SessionId,
    /// When the person last proved who they are, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How the person proved who they are, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'static str>,
    /// The `nonce` of the request, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Half the hash of the access token that comes along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Half the hash of the code that comes along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
}

/// The claim that says when the person last proved who they are.
pub(crate) const AUTH_TIME: &str = "auth_time";

/// Whether an authorization remembers that its ID tokens are to say when the person proved who they are. A
/// refreshed one must say it if, and only if, the first one did (OpenID Connect Core §12.2).
#[must_use]
pub fn wants_auth_time(authorization: &Authorization) -> bool {
    authorization.claims.id_token.iter().any(|name| name == AUTH_TIME)
}

/// Puts together what an ID token says.
#[must_use]
pub fn id_token_claims(facts: &IdTokenFacts<'_>) -> IdTokenClaims {
    let authorization = facts.authorization;
    let half_hash = half_hash_of(algorithm(facts.client));
    IdTokenClaims {
        person: person(facts),
        iss: facts.issuer.as_str().to_owned(),
        aud: facts.client.id.clone(),
        sub: authorization.user.clone(),
        iat: facts.now.seconds(),
        exp: facts.now.after(facts.client.settings.jwt_configuration.lifetime()).seconds(),
        sid: authorization.session.clone(),
        auth_time: facts.auth_time_wanted.then(|| authorization.authenticated_at.seconds()),
        acr: authorization.claims.id_token.iter().any(|name| name == "acr").then_some(claims::ACR),
        nonce: facts.nonce.map(str::to_owned),
        at_hash: facts.access_token.map(half_hash),
        c_hash: facts.code.map(half_hash),
    }
}

/// The hash of the signature; that of Ed25519 is SHA-512.
fn half_hash_of(algorithm: SigningAlg) -> fn(&str) -> String {
    match algorithm {
        SigningAlg::HS256 | SigningAlg::RS256 | SigningAlg::PS256 | SigningAlg::ES256 => half_hash,
        SigningAlg::RS384 | SigningAlg::PS384 => half_hash_384,
        SigningAlg::RS512 | SigningAlg::PS512 | SigningAlg::EdDSA => half_hash_512,
    }
}

/// The profile, where the client reads it here: a client of a third party that gets an access token, with
/// this one or for the code that comes along, reads it at userinfo. What is asked for here by name is here.
fn person(facts: &IdTokenFacts<'_>) -> Map<String, Value> {
    let form = Form::of(facts.client);
    let gets_an_access_token = facts.access_token.is_some() || facts.code.is_some();
    let authorization = facts.authorization;
    let mut person = if form == Form::Strict && gets_an_access_token {
        Map::new()
    } else {
        claims::person(facts.user, &authorization.scope, form)
    };
    person.extend(claims::named(facts.user, &authorization.claims.id_token, form));
    person
}

/// Signs an ID token as the client's settings want it: with the tenant's key for [`algorithm`], or, for a
/// confidential client that chose HS256, with its secret.
///
/// # Errors
/// [`JoseError::NoSecret`] when the client chose HS256 and `secret` is none; those of the key when it
/// is too short or badly encoded; [`JoseError::Algorithm`] when `tenant_key` is of another kind;
/// [`JoseError::Signing`] when the library refuses.
pub fn sign(
    client: &Client,
    tenant_key: &TenantKey,
    secret: Option<&Secret>,
    claims: &IdTokenClaims,
) -> Result<String, JoseError> {
    match algorithm(client) {
        SigningAlg::HS256 => {
            let secret = secret.ok_or(JoseError::NoSecret)?;
            let is_encoded = client.settings.jwt_configuration.secret_encoded;
            sign_hs256(&SecretKey::new(secret, is_encoded)?, claims)
        }
        algorithm => tenant_key.sign_as(algorithm, claims),
    }
}

/// How the ID tokens of a client are signed.
#[must_use]
pub fn algorithm(client: &Client) -> SigningAlg {
    client.settings.jwt_configuration.algorithm(client.shares_a_secret())
}

#[cfg(test)]
pub(crate) mod tests {
    use doorward_model::client::auth_method::AuthMethod;
    use doorward_model::client::jwt::JwtConfiguration;
    use doorward_model::client::{ClientSettings, defaults};
    use doorward_model::token::AskedClaims;

    use super::super::claims::tests::{ada, scope};
    use super::*;
    use crate::jose::{vectors, verify, verify_hs256, verify_rs256};

    pub(crate) fn client(method: AuthMethod, jwt_configuration: JwtConfiguration) -> Client {
        let settings = ClientSettings {
            name: "Shop".to_owned(),
            jwt_configuration,
            ..defaults::for_api(None, Some(method))
        };
        Client {
            id: ClientId::parse("shop").unwrap(),
            global: false,
            version: 1,
            settings,
            created_at: Timestamp::from_seconds(0),
            updated_at: Timestamp::from_seconds(0),
        }
    }

    pub(crate) fn authorization(scopes: &str) -> Authorization {
        Authorization {
            client: ClientId::parse("shop").unwrap(),
            user: ada().id,
            session: SessionId::parse("session-1").unwrap(),
            authenticated_at: Timestamp::from_seconds(900),
            scope: scope(scopes),
            audience: None,
            claims: AskedClaims::default(),
        }
    }

    fn rs256() -> JwtConfiguration {
        JwtConfiguration::default()
    }

    fn hs256(secret_encoded: bool) -> JwtConfiguration {
        JwtConfiguration { alg: Some(SigningAlg::HS256), secret_encoded, ..JwtConfiguration::default() }
    }

    /// The claims as a client sees them; `change` says what differs from the plainest request.
    fn claims(scopes: &str, change: impl FnOnce(&mut IdTokenFacts<'_>)) -> Value {
        let (client, user) = (client(AuthMethod::Post, rs256()), ada());
        let (issuer, authorization) = (Issuer::parse("https://id.acme.test").unwrap(), authorization(scopes));
        let mut facts = IdTokenFacts {
            issuer: &issuer,
            client: &client,
            user: &user,
            authorization: &authorization,
            nonce: None,
            auth_time_wanted: false,
            access_token: None,
            code: None,
            now: Timestamp::from_millis(1_000_999),
        };
        change(&mut facts);
        serde_json::to_value(id_token_claims(&facts)).unwrap()
    }

    #[test]
    fn the_plainest_token_says_who_for_whom_and_how_long() {
        assert_eq!(
            claims("openid", |_| {}),
            serde_json::json!({
                "iss": "https://id.acme.test/",
                "aud": "shop",
                "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
                "iat": 1000,
                "exp": 37000,
                "sid": "session-1",
            })
        );
    }

    #[test]
    fn first_party_clients_read_the_profile_in_the_token() {
        let claims = claims("openid profile email", |_| {});
        assert_eq!(claims["name"], "Ada Lovelace");
        assert_eq!(claims["updated_at"], "2025-11-23T06:00:00.000Z");
        assert_eq!(claims["email_verified"], true);
        assert_eq!(claims.get("picture"), None);
    }

    #[test]
    fn oidc_core_5_4_a_third_party_with_an_access_token_reads_the_profile_at_userinfo() {
        let mut shop = client(AuthMethod::Post, rs256());
        shop.settings.is_first_party = false;
        let (issuer, user) = (Issuer::parse("https://id.acme.test").unwrap(), ada());
        let authorization = authorization("openid profile email");
        let names = |access_token| {
            let claims = id_token_claims(&IdTokenFacts {
                issuer: &issuer,
                client: &shop,
                user: &user,
                authorization: &authorization,
                nonce: None,
                auth_time_wanted: false,
                access_token,
                code: None,
                now: Timestamp::from_seconds(1000),
            });
            let claims = serde_json::to_value(claims).unwrap();
            claims.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(names(Some("token")), ["iss", "aud", "sub", "iat", "exp", "sid", "at_hash"]);
        assert!(names(None).contains(&"updated_at".to_owned()), "without one there is no other place");
    }

    #[test]
    fn what_was_sent_comes_back_and_nothing_else() {
        let claims = claims("openid", |facts| {
            facts.nonce = Some("n-0S6_WzA2Mj");
            facts.auth_time_wanted = true;
            facts.access_token = Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
            facts.code = Some("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk");
        });
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(claims["auth_time"], 900);
        // OpenID Connect Core, appendix A.4 and A.6.
        assert_eq!(claims["at_hash"], "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(claims["c_hash"], "LDktKdoQak3Pk0cnXxCltA");
    }

    #[test]
    fn every_claim_of_a_full_token_is_announced() {
        let claims = claims("openid profile email", |facts| {
            facts.nonce = Some("n");
            facts.auth_time_wanted = true;
            facts.access_token = Some("t");
            facts.code = Some("c");
        });
        for name in claims.as_object().unwrap().keys() {
            assert!(super::claims::SUPPORTED.contains(&name.as_str()), "{name}");
        }
    }

    fn some_claims() -> IdTokenClaims {
        let (client, user) = (client(AuthMethod::Post, rs256()), ada());
        let (issuer, authorization) =
            (Issuer::parse("https://id.acme.test").unwrap(), authorization("openid"));
        id_token_claims(&IdTokenFacts {
            issuer: &issuer,
            client: &client,
            user: &user,
            authorization: &authorization,
            nonce: None,
            auth_time_wanted: false,
            access_token: None,
            code: None,
            now: Timestamp::from_seconds(1000),
        })
    }

    #[test]
    fn the_tenant_key_signs_unless_a_confidential_client_chose_its_secret() {
        let key = vectors::key("k");
        let secret = Secret::new("0123456789012345678901234567890123456789".to_owned());
        let signed = |method, jwt| sign(&client(method, jwt), &key, Some(&secret), &some_claims()).unwrap();
        for (method, jwt) in
            [(AuthMethod::Post, rs256()), (AuthMethod::None, rs256()), (AuthMethod::None, hs256(false))]
        {
            assert_eq!(verify_rs256(&signed(method, jwt), &[&key]).unwrap()["aud"], "shop");
        }
        let token = signed(AuthMethod::Basic, hs256(false));
        let secret_key = SecretKey::new(&secret, false).unwrap();
        assert_eq!(verify_hs256(&token, &secret_key).unwrap()["sid"], "session-1");
        assert_eq!(verify_rs256(&token, &[&key]), Err(JoseError::Algorithm));
    }

    /// The key for what is signed with `algorithm`.
    fn key_for(algorithm: SigningAlg) -> TenantKey {
        match algorithm {
            SigningAlg::ES256 => vectors::p256_key("k"),
            SigningAlg::EdDSA => vectors::ed25519_key("k"),
            _ => vectors::key("k"),
        }
    }

    #[test]
    fn a_client_that_asks_for_another_algorithm_gets_it_public_or_not() {
        for wanted in SigningAlg::ALL.into_iter().filter(|algorithm| algorithm.is_further()) {
            let key = key_for(wanted);
            for method in [AuthMethod::None, AuthMethod::Post] {
                let jwt = JwtConfiguration { alg: Some(wanted), ..JwtConfiguration::default() };
                let token = sign(&client(method, jwt), &key, None, &some_claims()).unwrap();
                assert_eq!(verify(&token, wanted, &[&key]).unwrap()["aud"], "shop");
            }
        }
        let jwt = JwtConfiguration { alg: Some(SigningAlg::ES256), ..JwtConfiguration::default() };
        let other = sign(&client(AuthMethod::Post, jwt), &vectors::key("k"), None, &some_claims());
        assert_eq!(other, Err(JoseError::Algorithm), "never another algorithm in its place");
    }

    /// OpenID Connect Core §3.1.3.6; `printf … | openssl dgst -sha384` and `-sha512`, the left half.
    #[test]
    fn the_hash_of_an_access_token_is_that_of_the_signature() {
        let (user, issuer) = (ada(), Issuer::parse("https://id.acme.test").unwrap());
        let hash = |alg| {
            let jwt = JwtConfiguration { alg: Some(alg), ..JwtConfiguration::default() };
            let claims = id_token_claims(&IdTokenFacts {
                issuer: &issuer,
                client: &client(AuthMethod::Post, jwt),
                user: &user,
                authorization: &authorization("openid"),
                nonce: None,
                auth_time_wanted: false,
                access_token: Some("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
                code: None,
                now: Timestamp::from_seconds(1000),
            });
            claims.at_hash.unwrap()
        };
        for (alg, expected) in [
            (SigningAlg::RS256, "77QmUPtjPfzWtF2AnpK9RQ"),
            (SigningAlg::ES256, "77QmUPtjPfzWtF2AnpK9RQ"),
            (SigningAlg::RS384, "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs"),
            (SigningAlg::PS384, "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs"),
            (SigningAlg::RS512, "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"),
            (SigningAlg::EdDSA, "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"),
        ] {
            assert_eq!(hash(alg), expected, "{alg:?}");
        }
    }

    #[test]
    fn an_encoded_secret_is_decoded_before_it_signs() {
        let key = vectors::key("k");
        let secret = Secret::new("A".repeat(64));
        let token =
            sign(&client(AuthMethod::Post, hs256(true)), &key, Some(&secret), &some_claims()).unwrap();
        let zeros = Secret::new("\0".repeat(48));
        assert!(verify_hs256(&token, &SecretKey::new(&zeros, false).unwrap()).is_ok());
    }

    #[test]
    fn a_client_without_a_secret_cannot_be_signed_for_with_one() {
        let key = vectors::key("k");
        let error = sign(&client(AuthMethod::Post, hs256(false)), &key, None, &some_claims());
        assert_eq!(error, Err(JoseError::NoSecret));
    }
}
