//! An ID token of ours that comes back: `id_token_hint`.
//!
//! Owns what makes one good: our signature, our issuer, one client as its audience. Its end is not looked
//! at, because the hint says who somebody was and opens nothing by itself (RP-Initiated Logout §2: expired
//! tokens should be accepted). Must not know what the hint is used for.
//!
//! Source: OpenID Connect Core §3.1.2.1; OpenID Connect RP-Initiated Logout §2; RFC 8725 §3.

use doorward_model::client::Client;
use doorward_model::ids::{ClientId, SessionId, UserId};
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_model::tenant::Issuer;
use serde_json::{Map, Value};

use super::id_token::algorithm;
use crate::jose::{self, JoseError, SecretKey, TenantKey, verify, verify_hs256, verify_rs256};

/// What a good hint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The client that the token was made for.
    pub client: ClientId,
    /// The person it was about.
    pub user: UserId,
    /// The session that it came from.
    pub session: SessionId,
}

/// Why a hint says nothing. For the log; the person is asked instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HintError {
    /// It is no token of ours.
    #[error("{0}")]
    Token(#[from] JoseError),
    /// It was signed by us and is something else than an ID token for this client.
    #[error("it is no ID token of this issuer for this client")]
    NotForThis,
}

/// The client that a hint says it was made for: only good for finding the keys that can prove it.
///
/// # Errors
/// When it is no token, or names no single client.
pub fn unverified_client(hint: &str) -> Result<ClientId, HintError> {
    match jose::unverified_audiences(hint)?.as_slice() {
        [one] => ClientId::parse(one).map_err(|_| HintError::NotForThis),
        _ => Err(HintError::NotForThis),
    }
}

/// Reads a hint that says that it was made for `client`. `secrets` are those that may have signed it, if the
/// client has its ID tokens signed with its secret.
///
/// # Errors
/// [`HintError`].
pub fn read(
    hint: &str,
    issuer: &Issuer,
    client: &Client,
    keys: &[&TenantKey],
    secrets: &[&Secret],
) -> Result<Hint, HintError> {
    let claims = verified(hint, client, keys, secrets)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(issuer.as_str()) || text("aud") != Some(client.id.as_str()) {
        return Err(HintError::NotForThis);
    }
    let user = text("sub").and_then(|sub| UserId::parse(sub).ok());
    let session = text("sid").and_then(|sid| SessionId::parse(sid).ok());
    match (user, session) {
        (Some(user), Some(session)) => Ok(Hint { client: client.id.clone(), user, session }),
        _ => Err(HintError::NotForThis),
    }
}

/// The client's settings say how its tokens are signed, never the token. Those that were signed before the
/// settings changed from the usual way are still read.
fn verified(
    hint: &str,
    client: &Client,
    keys: &[&TenantKey],
    secrets: &[&Secret],
) -> Result<Map<String, Value>, JoseError> {
    let algorithm = algorithm(client);
    if algorithm == SigningAlg::HS256 {
        let is_encoded = client.settings.jwt_configuration.secret_encoded;
        let by = |secret: &&Secret| verify_hs256(hint, &SecretKey::new(secret, is_encoded).ok()?).ok();
        if let Some(claims) = secrets.iter().find_map(by) {
            return Ok(claims);
        }
    }
    match verify(hint, algorithm, keys) {
        Err(_) if algorithm != SigningAlg::RS256 => verify_rs256(hint, keys),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::auth_method::AuthMethod;
    use doorward_model::client::jwt::JwtConfiguration;
    use serde_json::json;

    use super::super::id_token::tests::client;
    use super::*;
    use crate::jose::{TokenType, sign_hs256, vectors};

    const SECRET: &str = "a secret that is long enough to sign something with";

    fn issuer() -> Issuer {
        Issuer::parse("https://id.acme.test").unwrap()
    }

    fn claims(change: &Value) -> Value {
        let mut claims = json!({
            "iss": "https://id.acme.test/", "aud": "shop", "sub": "auth0|1", "sid": "session-1", "exp": 1,
        });
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    fn with(alg: Option<SigningAlg>) -> Client {
        client(AuthMethod::Post, JwtConfiguration { alg, ..JwtConfiguration::default() })
    }

    fn read_by(client: &Client, hint: &str) -> Result<Hint, HintError> {
        let (key, secret) = (vectors::key("k"), Secret::new(SECRET.to_owned()));
        read(hint, &issuer(), client, &[&key], &[&secret])
    }

    fn signed(change: &Value) -> String {
        vectors::key("k").sign(TokenType::Jwt, &claims(change)).unwrap()
    }

    #[test]
    fn an_id_token_of_ours_is_read_also_after_its_end() {
        let hint = read_by(&with(None), &signed(&json!({}))).unwrap();
        assert_eq!((hint.client.as_str(), hint.user.as_str()), ("shop", "auth0|1"));
        assert_eq!(hint.session.as_str(), "session-1");
        assert_eq!(unverified_client(&signed(&json!({}))).unwrap().as_str(), "shop");
    }

    /// CVE-2022-23541: our public key, in any form, is nobody's secret.
    #[test]
    fn a_public_key_signs_no_hint() {
        let key = vectors::key("k");
        let jwk = serde_json::to_string(key.jwk()).unwrap();
        for public in [vectors::CERTIFICATE, vectors::A2_MODULUS, &jwk] {
            let secret = SecretKey::new(&Secret::new(public.to_owned()), false).unwrap();
            let forged = sign_hs256(&secret, &claims(&json!({}))).unwrap();
            for client in [with(None), with(Some(SigningAlg::HS256))] {
                assert!(read_by(&client, &forged).is_err());
            }
        }
    }

    /// What is signed by us is not by that an ID token for this client.
    #[test]
    fn another_issuer_audience_or_kind_of_token_is_no_hint() {
        for change in [
            json!({ "iss": "https://evil.test/" }),
            json!({ "iss": null }),
            json!({ "aud": "other" }),
            json!({ "aud": ["shop"] }),
            json!({ "aud": ["shop", "other"] }),
            json!({ "sid": null }),
            json!({ "sub": null }),
            json!({ "sub": 7 }),
        ] {
            assert_eq!(read_by(&with(None), &signed(&change)), Err(HintError::NotForThis), "{change}");
        }
        for nonsense in
            ["", "x", "a.b.c", &signed(&json!({ "aud": ["a", "b"] })), &signed(&json!({ "aud": "\n" }))]
        {
            assert!(unverified_client(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn the_settings_of_the_client_choose_the_algorithm_and_not_the_token() {
        let key = SecretKey::new(&Secret::new(SECRET.to_owned()), false).unwrap();
        let by_secret = sign_hs256(&key, &claims(&json!({}))).unwrap();
        assert!(read_by(&with(Some(SigningAlg::HS256)), &by_secret).is_ok());
        assert!(read_by(&with(Some(SigningAlg::HS256)), &signed(&json!({}))).is_ok(), "from before");
        assert!(read_by(&with(None), &by_secret).is_err());
        let public = client(
            AuthMethod::None,
            JwtConfiguration { alg: Some(SigningAlg::HS256), ..JwtConfiguration::default() },
        );
        assert!(read_by(&public, &by_secret).is_err(), "a public client shares no secret");
        let by_rs512 = vectors::key("k").sign_as(SigningAlg::RS512, &claims(&json!({}))).unwrap();
        assert!(read_by(&with(Some(SigningAlg::RS512)), &by_rs512).is_ok());
        assert!(read_by(&with(None), &by_rs512).is_err());
        let elsewhere = vectors::key("other").sign(TokenType::Jwt, &claims(&json!({}))).unwrap();
        assert_eq!(read_by(&with(None), &elsewhere), Err(HintError::Token(JoseError::UnknownKey)));
    }

    #[test]
    fn a_hint_of_every_algorithm_is_read_where_the_client_has_it_and_nowhere_else() {
        let keys = [vectors::key("r"), vectors::p256_key("p"), vectors::ed25519_key("e")];
        let all: Vec<&TenantKey> = keys.iter().collect();
        for signed in SigningAlg::ALL {
            let Some(key) = keys.iter().find(|key| signed.family() == Some(key.family())) else { continue };
            let hint = key.sign_as(signed, &claims(&json!({}))).unwrap();
            for settings in SigningAlg::ALL {
                let read = read(&hint, &issuer(), &with(Some(settings)), &all, &[]);
                let is_own = settings == signed || signed == SigningAlg::RS256;
                assert_eq!(read.is_ok(), is_own, "{signed:?} at a client with {settings:?}");
            }
        }
    }
}
