//! A client that proves itself with a signed assertion, by a private key (`private_key_jwt`) or by its secret
//! (`client_secret_jwt`): is this assertion one of its own, for us, for now?
//!
//! Owns the claims. That an assertion is used once is for whoever keeps them: [`decide`] says what to
//! keep and until when. Must not know where keys are kept.
//!
//! Source: RFC 7523 §3 and §2.2; OpenID Connect Core §9; RFC 7521 §4.2.

use doorward_model::client::credential::Credential;
use doorward_model::client::secrets::is_live;
use doorward_model::ids::ClientId;
use doorward_model::secret::{Secret, TokenHash};
use doorward_model::tenant::Issuer;
use doorward_model::time::{Lifetime, Timestamp};
use serde_json::{Map, Value};

use super::endpoint::Endpoint;
use super::error::{OAuthErrorCode, TokenError};
use crate::digest::token_hash;
use crate::jose::{
    JoseError, NamedKey, PublicKey, SecretKey, unverified_subject, verify_by_any, verify_hs256,
};

/// The value of `client_assertion_type`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead an assertion may end.
const LONGEST_LIFE: Lifetime = Lifetime::from_seconds(300);
/// How far two clocks may be apart.
const SKEW: Lifetime = Lifetime::from_seconds(30);
/// How much longer than it is accepted here a used assertion is remembered: nodes have clocks of
/// their own.
const MARGIN: Lifetime = Lifetime::from_seconds(300);
/// The longest `jti`, in bytes.
const MAX_JTI: usize = 512;

/// A key that a client may prove itself with, ready for use.
#[derive(Debug)]
pub struct ClientKey {
    kid: String,
    key: PublicKey,
    expires_at: Option<Timestamp>,
}

impl ClientKey {
    /// Reads the key of a credential. This is slow; do it once.
    ///
    /// # Errors
    /// When the key cannot be read, which it could when it was stored.
    pub fn open(credential: &Credential) -> Result<Self, JoseError> {
        let key = PublicKey::new(credential.algorithm, &credential.public_key)?;
        let kid = credential.kid.as_str().to_owned();
        Ok(Self { kid, key, expires_at: credential.expires_at })
    }
}

/// What an assertion is compared with.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The client that it is said to be of.
    pub client: &'a ClientId,
    /// The keys of that client, expired ones among them.
    pub keys: &'a [ClientKey],
    /// Who we are.
    pub issuer: &'a Issuer,
    /// Where it came.
    pub endpoint: Endpoint,
    /// When.
    pub now: Timestamp,
}

/// An assertion that proves its client if it is used for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedAssertion {
    /// The client.
    pub client: ClientId,
    /// The hash of its `jti`.
    pub jti: TokenHash,
    /// How long it must be remembered.
    pub until: Timestamp,
}

/// The refusal of an assertion; `private` says why.
#[must_use]
pub fn refused(private: &str) -> TokenError {
    let text = "The client is unknown or its assertion does not prove it. Check iss, sub, aud, exp and jti of \
                the assertion, and the key that signs it.";
    TokenError::new(OAuthErrorCode::InvalidClient, text).with_private(private)
}

/// The refusal of an assertion that was used before.
#[must_use]
pub fn replayed() -> TokenError {
    refused("the assertion was used before: each request needs one of its own, with another jti")
}

/// The client that an assertion says it is of, before anything is proven.
///
/// # Errors
/// `invalid_client` when it cannot be read.
pub fn subject(assertion: &Secret) -> Result<ClientId, TokenError> {
    let subject = unverified_subject(assertion.expose()).map_err(|error| refused(&error.to_string()))?;
    ClientId::parse(&subject).map_err(|_| refused("sub cannot be a client_id"))
}

/// Judges an assertion that a key of the client signs.
///
/// # Errors
/// `invalid_client` when it was not signed by a live key of the client with that key's algorithm, is
/// of somebody else, for somebody else, over, too long-lived, or without `jti`.
pub fn decide(assertion: &Secret, expected: Expected<'_>) -> Result<UsedAssertion, TokenError> {
    let keys: Vec<NamedKey<'_>> = expected
        .keys
        .iter()
        .filter(|known| is_live(known.expires_at, expected.now))
        .map(|known| NamedKey { kid: &known.kid, key: &known.key })
        .collect();
    let claims = verify_by_any(assertion.expose(), &keys).map_err(|error| refused(&error.to_string()))?;
    judge(&claims, expected)
}

/// Judges an assertion that one of the live `secrets` of the client signs with HS256, and says which. Its
/// bytes are those of the text of the secret (OpenID Connect Core §9), at least 32 of them.
///
/// # Errors
/// As [`decide`].
pub fn decide_by_secret(
    assertion: &Secret,
    secrets: &[&Secret],
    expected: Expected<'_>,
) -> Result<(usize, UsedAssertion), TokenError> {
    let claims_by =
        |secret| SecretKey::new(secret, false).and_then(|key| verify_hs256(assertion.expose(), &key));
    let signed =
        secrets.iter().enumerate().find_map(|(place, secret)| Some((place, claims_by(secret).ok()?)));
    let (place, claims) =
        signed.ok_or_else(|| refused("no secret of the client signed the assertion with HS256"))?;
    Ok((place, judge(&claims, expected)?))
}

/// Judges the claims of an assertion whose signature is good.
fn judge(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<UsedAssertion, TokenError> {
    for name in ["iss", "sub"] {
        if claims.get(name).and_then(Value::as_str) != Some(expected.client.as_str()) {
            return Err(refused(&format!("{name} is not the client_id")));
        }
    }
    if !is_for_us(claims, expected) {
        return Err(refused("aud is not the issuer, the token endpoint or the endpoint that was asked"));
    }
    let ends_at = lifetime(claims, expected.now)?;
    let jti = claims.get("jti").and_then(Value::as_str).unwrap_or_default();
    if jti.is_empty() || jti.len() > MAX_JTI {
        return Err(refused("jti is missing, empty or longer than 512 bytes"));
    }
    Ok(UsedAssertion {
        client: expected.client.clone(),
        jti: token_hash(&Secret::new(jti.to_owned())),
        until: ends_at.after(SKEW).after(MARGIN),
    })
}

/// Whether the audience is us and nobody besides: the issuer, the token endpoint, or the endpoint that was asked
/// (RFC 9126 §2 wants all three taken there), as a text or as a list of nothing else.
fn is_for_us(claims: &Map<String, Value>, Expected { issuer, endpoint, .. }: Expected<'_>) -> bool {
    let is_us = |one: &Value| {
        one.as_str().is_some_and(|one| {
            one == issuer.as_str() || [Endpoint::Token, endpoint].iter().any(|own| one == own.address(issuer))
        })
    };
    match claims.get("aud") {
        Some(Value::Array(list)) => !list.is_empty() && list.iter().all(is_us),
        Some(one) => is_us(one),
        None => false,
    }
}

/// When the assertion ends, if that is near and neither `exp`, `nbf` nor `iat` speaks against it.
fn lifetime(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, TokenError> {
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => date(value).map(Some).ok_or_else(|| refused(&format!("{name} is not a time"))),
    };
    let ends_at = time("exp")?.ok_or_else(|| refused("exp is missing"))?;
    if ends_at.after(SKEW) <= now {
        return Err(refused("exp lies in the past"));
    }
    if ends_at > now.after(LONGEST_LIFE).after(SKEW) {
        return Err(refused("exp lies more than five minutes ahead"));
    }
    for name in ["nbf", "iat"] {
        if time(name)?.is_some_and(|begins| begins > now.after(SKEW)) {
            return Err(refused(&format!("{name} lies in the future")));
        }
    }
    Ok(ends_at)
}

/// A `NumericDate` (RFC 7519 §2): seconds, also with a fraction.
fn date(value: &Value) -> Option<Timestamp> {
    match value.as_i64() {
        Some(seconds) => Some(Timestamp::from_seconds(seconds)),
        // A fraction of a second decides nothing here, so it is cut off.
        None => format!("{:.0}", value.as_f64()?.trunc()).parse().ok().map(Timestamp::from_seconds),
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::credential::CredentialAlgorithm;
    use serde_json::json;

    use super::*;
    use crate::jose::vectors::{self, PUBLIC_KEY, THUMBPRINT, signed};
    use crate::jose::{SecretKey, read_pem, sign_hs256};
    use crate::oauth::authorize::examples::{NOW, client_key as key};

    fn now() -> Timestamp {
        Timestamp::from_seconds(NOW)
    }

    fn issuer() -> Issuer {
        Issuer::parse("https://id.test/").unwrap()
    }

    fn good() -> Value {
        json!({
            "iss": "web", "sub": "web", "aud": "https://id.test/", "jti": "one", "iat": NOW, "exp": NOW + 60,
        })
    }

    /// The good claims with changes; null takes a claim out.
    fn with(changes: &Value) -> Value {
        let mut claims = good();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    fn judged(header: &Value, claims: &Value, keys: &[ClientKey]) -> Result<UsedAssertion, String> {
        let client = ClientId::parse("web").unwrap();
        let expected =
            Expected { client: &client, keys, issuer: &issuer(), endpoint: Endpoint::Token, now: now() };
        decide(&signed(header, claims), expected).map_err(|error| {
            assert_eq!((error.status, error.code), (401, OAuthErrorCode::InvalidClient));
            assert_eq!(error.public, refused("").public, "a stranger learns which part is wrong");
            error.private
        })
    }

    fn claims(changes: &Value) -> Result<UsedAssertion, String> {
        let header = json!({ "alg": "RS256", "kid": THUMBPRINT });
        judged(&header, &with(changes), &[key(CredentialAlgorithm::RS256, THUMBPRINT)])
    }

    #[test]
    fn a_good_assertion_is_kept_by_the_hash_of_its_jti_until_nobody_would_take_it() {
        let used = claims(&json!({})).unwrap();
        assert_eq!(used.jti, token_hash(&Secret::new("one".into())));
        assert_eq!(used.until.seconds(), NOW + 60 + 30 + 300);
        assert_ne!(used.jti, claims(&json!({ "jti": "two" })).unwrap().jti);
    }

    #[test]
    fn rfc_7523_3_issuer_and_subject_are_the_client() {
        for bad in ["other", "WEB", "web ", ""] {
            assert_eq!(claims(&json!({ "iss": bad })).unwrap_err(), "iss is not the client_id", "{bad}");
            assert_eq!(claims(&json!({ "sub": bad })).unwrap_err(), "sub is not the client_id", "{bad}");
        }
        for name in ["iss", "sub"] {
            assert!(claims(&json!({ name: null })).is_err());
            assert!(claims(&json!({ name: ["web"] })).is_err());
        }
    }

    /// `oidcc-ensure-client-assertion-with-iss-aud-succeeds`, and the token endpoint as older clients send it.
    #[test]
    fn rfc_7523_3_audience_is_the_issuer_or_the_token_endpoint_and_nobody_besides() {
        for fine in [
            json!("https://id.test/"),
            json!("https://id.test/oauth/token"),
            json!(["https://id.test/"]),
            json!(["https://id.test/oauth/token"]),
            json!(["https://id.test/", "https://id.test/oauth/token"]),
        ] {
            assert!(claims(&json!({ "aud": fine })).is_ok(), "{fine}");
        }
        for bad in [
            json!("https://id.test"),
            json!("https://id.test/authorize"),
            json!("https://ID.test/"),
            json!("https://other.test/"),
            json!("https://id.test/oauth/token/"),
            json!([]),
            json!("https://id.test/oauth/par"),
            json!(["https://id.test/", "https://id.test/oauth/par"]),
            json!(["https://id.test/", "https://other.test/"]),
            json!(["https://other.test/", "https://id.test/"]),
            json!(["https://id.test/", 7]),
            json!([["https://id.test/"]]),
            json!({ "0": "https://id.test/" }),
            json!(7),
            json!(null),
        ] {
            assert!(claims(&json!({ "aud": bad })).is_err(), "{bad}");
        }
    }

    #[test]
    fn rfc_9126_2_the_endpoint_that_is_asked_is_an_audience_there_and_nowhere_else() {
        let client = ClientId::parse("web").unwrap();
        let keys = [key(CredentialAlgorithm::RS256, THUMBPRINT)];
        let outcome = |endpoint: Endpoint, aud: Value| {
            let header = json!({ "alg": "RS256", "kid": THUMBPRINT });
            let expected = Expected { client: &client, keys: &keys, issuer: &issuer(), endpoint, now: now() };
            decide(&signed(&header, &with(&json!({ "aud": aud }))), expected).is_ok()
        };
        let endpoints = [
            (Endpoint::PushedRequest, "https://id.test/oauth/par"),
            (Endpoint::Device, "https://id.test/oauth/device/code"),
            (Endpoint::Revocation, "https://id.test/oauth/revoke"),
            (Endpoint::Introspection, "https://id.test/oauth/introspect"),
        ];
        for (endpoint, own) in endpoints {
            assert!(outcome(endpoint, json!(own)) && outcome(endpoint, json!("https://id.test/")), "{own}");
            assert!(
                outcome(endpoint, json!(["https://id.test/", "https://id.test/oauth/token", own])),
                "{own}"
            );
            assert!(!outcome(endpoint, json!([own, "https://other.test/"])), "{own}");
            for (other, _) in endpoints.iter().filter(|(other, _)| *other != endpoint) {
                assert!(!outcome(*other, json!(own)), "{own} at {other:?}");
            }
        }
    }

    #[test]
    fn rfc_7523_3_an_assertion_ends_soon_and_has_not_ended() {
        for fine in [NOW + 1, NOW + 300, NOW + 330, NOW, NOW - 29] {
            assert!(claims(&json!({ "exp": fine })).is_ok(), "{}", fine - NOW);
        }
        assert!(claims(&json!({ "exp": 1_763_877_660.5 })).is_ok());
        for bad in [json!(NOW - 30), json!(NOW - 300), json!(0), json!(-1)] {
            assert_eq!(claims(&json!({ "exp": bad })).unwrap_err(), "exp lies in the past", "{bad}");
        }
        for bad in [json!(NOW + 331), json!(NOW + 3600), json!(i64::MAX), json!(1e15)] {
            let error = claims(&json!({ "exp": bad })).unwrap_err();
            assert_eq!(error, "exp lies more than five minutes ahead", "{bad}");
        }
        for bad in [json!("1763877660"), json!([]), json!(1e300), json!(true)] {
            assert_eq!(claims(&json!({ "exp": bad })).unwrap_err(), "exp is not a time", "{bad}");
        }
        assert_eq!(claims(&json!({ "exp": null })).unwrap_err(), "exp is missing");
    }

    /// `…-nbf-8-seconds-in-the-future-is-accepted`, `…-over-60-seconds-in-the-future-fails`.
    #[test]
    fn rfc_7523_3_an_assertion_has_begun_give_or_take_a_clock() {
        for name in ["nbf", "iat"] {
            for fine in [NOW - 3600, NOW + 8, NOW + 30] {
                assert!(claims(&json!({ name: fine })).is_ok(), "{name} {}", fine - NOW);
            }
            for bad in [json!(NOW + 31), json!(NOW + 61), json!("now"), json!([NOW])] {
                assert!(claims(&json!({ name: bad })).is_err(), "{name} {bad}");
            }
        }
    }

    /// CVE-2020-5300: without `jti` nothing could be used once only.
    #[test]
    fn jti_cannot_be_left_out() {
        let long = "x".repeat(513);
        for bad in [json!(null), json!(""), json!(7), json!(["one"]), json!(long)] {
            assert!(claims(&json!({ "jti": bad })).is_err(), "{bad}");
        }
    }

    #[test]
    fn each_key_takes_its_own_algorithm_and_no_other() {
        for own in CredentialAlgorithm::ALL {
            for used in CredentialAlgorithm::ALL {
                let header = json!({ "alg": used.as_str(), "kid": THUMBPRINT });
                let outcome = judged(&header, &good(), &[key(own, THUMBPRINT)]);
                assert_eq!(outcome.is_ok(), own == used, "{} for {}", used.as_str(), own.as_str());
            }
        }
        // The header says what the key is for, and something else signed.
        for alg in ["none", "None", "", "HS256", "ES512", "rs256", "RS256 "] {
            let outcome =
                judged(&json!({ "alg": alg }), &good(), &[key(CredentialAlgorithm::RS256, THUMBPRINT)]);
            assert_eq!(outcome.unwrap_err(), JoseError::Algorithm.to_string(), "{alg}");
        }
        assert!(judged(&json!({}), &good(), &[key(CredentialAlgorithm::RS256, THUMBPRINT)]).is_err());
    }

    /// CVE-2022-23541: a public key is never the key of an HMAC.
    #[test]
    fn an_assertion_signed_with_the_public_key_as_a_secret_is_refused() {
        let keys = [key(CredentialAlgorithm::RS256, THUMBPRINT)];
        let public = read_pem(PUBLIC_KEY).unwrap().public_key;
        for text in [PUBLIC_KEY, PUBLIC_KEY.trim(), &public, vectors::CERTIFICATE] {
            let secret = SecretKey::new(&Secret::new(text.to_owned()), false).unwrap();
            let token = Secret::new(sign_hs256(&secret, &good()).unwrap());
            let client = ClientId::parse("web").unwrap();
            let expected = Expected {
                client: &client,
                keys: &keys,
                issuer: &issuer(),
                endpoint: Endpoint::Token,
                now: now(),
            };
            assert_eq!(decide(&token, expected).unwrap_err().private, JoseError::Algorithm.to_string());
        }
    }

    #[test]
    fn a_key_is_named_or_it_is_the_one_that_fits() {
        let two =
            [key(CredentialAlgorithm::PS256, "first-key-1"), key(CredentialAlgorithm::RS256, "second-key-2")];
        let outcome = |header: Value| judged(&header, &good(), &two).map(|_| ());
        assert_eq!(outcome(json!({ "alg": "RS256" })), Ok(()));
        assert_eq!(outcome(json!({ "alg": "RS256", "kid": "second-key-2" })), Ok(()));
        let unknown = Err(JoseError::UnknownKey.to_string());
        for kid in [json!("third-key-3"), json!(""), json!(null), json!(["second-key-2"])] {
            assert_eq!(outcome(json!({ "alg": "RS256", "kid": kid })), unknown, "{kid}");
        }
        let other = Err(JoseError::Algorithm.to_string());
        assert_eq!(outcome(json!({ "alg": "RS256", "kid": "first-key-1" })), other);
        assert_eq!(judged(&json!({ "alg": "RS256" }), &good(), &[]).map(|_| ()), unknown);
    }

    #[test]
    fn a_key_that_is_over_proves_nothing() {
        let mut over = key(CredentialAlgorithm::RS256, THUMBPRINT);
        over.expires_at = Some(now());
        assert!(judged(&json!({ "alg": "RS256" }), &good(), &[over]).is_err());
        let mut nearly = key(CredentialAlgorithm::RS256, THUMBPRINT);
        nearly.expires_at = Some(Timestamp::from_seconds(NOW + 1));
        assert!(judged(&json!({ "alg": "RS256" }), &good(), &[nearly]).is_ok());
    }

    #[test]
    fn the_key_of_somebody_else_proves_nothing() {
        let public = vectors::foreign_public_key();
        let key = PublicKey::new(CredentialAlgorithm::RS256, &public).unwrap();
        let foreign = ClientKey { kid: THUMBPRINT.to_owned(), key, expires_at: None };
        let outcome = judged(&json!({ "alg": "RS256" }), &good(), &[foreign]);
        assert_eq!(outcome.unwrap_err(), JoseError::Signature.to_string());
    }

    #[test]
    fn a_subject_is_read_before_it_is_believed() {
        let header = json!({ "alg": "RS256" });
        assert_eq!(subject(&signed(&header, &good())).unwrap().as_str(), "web");
        for bad in ["", "x", "a.b.c", "..", "e30.e30.e30"] {
            assert!(subject(&Secret::new(bad.into())).is_err(), "{bad}");
        }
        assert!(subject(&signed(&header, &with(&json!({ "sub": "a b" })))).is_err());
        assert!(subject(&signed(&header, &with(&json!({ "sub": null })))).is_err());
    }

    const SECRET: &str = "a secret of at least thirty-two bytes";

    fn by_secret(claims: &Value, signer: &str, secrets: &[&str]) -> Result<(usize, UsedAssertion), String> {
        let secret = |text: &str| Secret::new(text.to_owned());
        let key = SecretKey::new(&secret(signer), false).unwrap();
        let assertion = Secret::new(sign_hs256(&key, claims).unwrap());
        let secrets: Vec<Secret> = secrets.iter().map(|text| secret(text)).collect();
        let secrets: Vec<&Secret> = secrets.iter().collect();
        let client = ClientId::parse("web").unwrap();
        let expected =
            Expected { client: &client, keys: &[], issuer: &issuer(), endpoint: Endpoint::Token, now: now() };
        decide_by_secret(&assertion, &secrets, expected).map_err(|error| error.private)
    }

    #[test]
    fn openid_connect_core_9_a_live_secret_signs_and_its_place_is_said() {
        let (place, used) =
            by_secret(&good(), SECRET, &["another secret of thirty-two bytes, or more", SECRET]).unwrap();
        assert_eq!((place, used.until.seconds()), (1, NOW + 60 + 30 + 300));
        let wrong = by_secret(&good(), SECRET, &["another secret of thirty-two bytes, or more", "", "short"]);
        assert_eq!(wrong.unwrap_err(), "no secret of the client signed the assertion with HS256");
        assert!(by_secret(&with(&json!({ "jti": null })), SECRET, &[SECRET]).unwrap_err().starts_with("jti"));
        assert!(
            by_secret(&with(&json!({ "exp": NOW - 60 })), SECRET, &[SECRET]).unwrap_err().starts_with("exp")
        );
    }
}
