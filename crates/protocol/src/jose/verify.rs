//! Reading a token that claims to be ours.
//!
//! Nothing of a token is believed before its signature is: not its algorithm (the caller says which
//! one the key is for), not its key (only ids of the given keys count), not its claims (read last).
//!
//! Source: RFC 7515 §5.2, RFC 8725 §3.1, §3.10.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use doorward_model::client::credential::CredentialAlgorithm;
use doorward_model::signing_alg::SigningAlg;

use super::{JoseError, PublicKey, TenantKey};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;

/// The claims of a token that one of `keys` signed with RS256. Times, issuer and audience are for the
/// caller to check.
///
/// # Errors
/// As [`verify`].
pub fn verify_rs256(token: &str, keys: &[&TenantKey]) -> Result<Map<String, Value>, JoseError> {
    verify(token, SigningAlg::RS256, keys)
}

/// The claims of a token that one of `keys` signed with `algorithm`, which the caller knows: the
/// token does not choose it, and a key of another kind is no key for it. Times, issuer and audience are for
/// the caller to check.
///
/// # Errors
/// When the token is malformed or too long, names any other algorithm, names no key of `keys`, or its
/// signature does not match.
pub fn verify(
    token: &str,
    algorithm: SigningAlg,
    keys: &[&TenantKey],
) -> Result<Map<String, Value>, JoseError> {
    let token = Unverified::read(token, algorithm.as_str())?;
    let kid = token.header.get("kid").and_then(Value::as_str).ok_or(JoseError::UnknownKey)?;
    let key = keys.iter().find(|key| key.is_meant(algorithm, kid)).ok_or(JoseError::UnknownKey)?;
    if !key.has_signed(algorithm, token.signed, &token.signature) {
        return Err(JoseError::Signature);
    }
    token.claims()
}

/// A key of somebody else, and the id by which tokens may name it.
#[derive(Debug, Clone, Copy)]
pub struct NamedKey<'a> {
    /// The id.
    pub kid: &'a str,
    /// The key.
    pub key: &'a PublicKey,
}

/// The claims of a token that one of `keys` signed with its own algorithm. A token that names a key
/// is verified by that one; one that names none, by whichever of them fits.
///
/// # Errors
/// As [`verify`].
pub fn verify_by_any(token: &str, keys: &[NamedKey<'_>]) -> Result<Map<String, Value>, JoseError> {
    let token = Unverified::take_apart(token)?;
    let named = match token.header.get("kid") {
        None => keys.to_vec(),
        Some(kid) => keys.iter().copied().filter(|known| kid.as_str() == Some(known.kid)).collect(),
    };
    if named.is_empty() {
        return Err(JoseError::UnknownKey);
    }
    // The key says which algorithm it is for; the header only has to agree.
    let algorithm = token.header.get("alg").and_then(Value::as_str).and_then(CredentialAlgorithm::parse);
    let mut fitting = named.iter().filter(|known| Some(known.key.algorithm()) == algorithm).peekable();
    if fitting.peek().is_none() {
        return Err(JoseError::Algorithm);
    }
    if !fitting.any(|known| known.key.has_signed(token.signed, &token.signature)) {
        return Err(JoseError::Signature);
    }
    token.claims()
}

/// Whom a token says it is about: only good for finding the keys that can prove it.
///
/// # Errors
/// When the token is malformed or too long, or says nothing about that.
pub fn unverified_subject(token: &str) -> Result<String, JoseError> {
    let claims = Unverified::take_apart(token)?.claims()?;
    claims.get("sub").and_then(Value::as_str).map(str::to_owned).ok_or(JoseError::Malformed)
}

/// For whom a token says it was made, one or several: only good for finding the keys that can prove it.
///
/// # Errors
/// When the token is malformed or too long, or names no audience.
pub fn unverified_audiences(token: &str) -> Result<Vec<String>, JoseError> {
    let claims = Unverified::take_apart(token)?.claims()?;
    match claims.get("aud") {
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(many)) => {
            let texts = many.iter().map(|one| one.as_str().map(str::to_owned).ok_or(JoseError::Malformed));
            texts.collect()
        }
        _ => Err(JoseError::Malformed),
    }
}

/// A token taken apart, its header checked, its signature not.
pub(super) struct Unverified<'a> {
    pub(super) header: Map<String, Value>,
    /// What the signature covers.
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
    payload: &'a str,
}

impl<'a> Unverified<'a> {
    /// Takes `token` apart; `algorithm` is the only one its header may name.
    pub(super) fn read(token: &'a str, algorithm: &str) -> Result<Self, JoseError> {
        let token = Self::take_apart(token)?;
        if token.header.get("alg").and_then(Value::as_str) != Some(algorithm) {
            return Err(JoseError::Algorithm);
        }
        Ok(token)
    }

    /// Takes `token` apart, whatever its algorithm.
    fn take_apart(token: &'a str) -> Result<Self, JoseError> {
        if token.len() > MAX_TOKEN {
            return Err(JoseError::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(JoseError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JoseError::Malformed)?;
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(JoseError::Critical);
        }
        let signature = decode(signature)?;
        Ok(Self { header, signed: signed.as_bytes(), signature, payload })
    }

    /// The claims; only for a caller that has verified the signature.
    pub(super) fn claims(self) -> Result<Map<String, Value>, JoseError> {
        object(self.payload)
    }
}

/// Base64url without padding, canonical: every text has one spelling (a dot in it is none).
fn decode(text: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::Malformed)
}

fn object(text: &str) -> Result<Map<String, Value>, JoseError> {
    let Unique(object) = serde_json::from_slice(&decode(text)?).map_err(|_| JoseError::Malformed)?;
    Ok(object)
}

/// A JSON object in which no name stands twice, so that no two readers can see different things.
struct Unique(Map<String, Value>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a name stands twice"));
                    }
                }
                Ok(Unique(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::vectors::{self, A2_MODULUS, CERTIFICATE, key};
    use super::super::{SecretKey, TokenType, der, sign_hs256};
    use super::*;
    use doorward_model::secret::Secret;

    fn good() -> (TenantKey, String) {
        let key = key("k");
        let claims = serde_json::json!({"iss": "https://id.acme.test/", "sub": "auth0|1"});
        let token = key.sign(TokenType::Jwt, &claims).unwrap();
        (key, token)
    }

    /// A token with this header and a correct signature.
    fn with_header(key: &TenantKey, header: &str) -> String {
        with_parts(key, &URL_SAFE_NO_PAD.encode(header), &URL_SAFE_NO_PAD.encode("{}"))
    }

    fn with_parts(key: &TenantKey, header: &str, payload: &str) -> String {
        let signed = format!("{header}.{payload}");
        let signature = key.signature(SigningAlg::RS256, signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Every key, each algorithm that it signs with, against every algorithm that could be expected.
    #[test]
    fn each_algorithm_is_verified_as_itself_and_as_no_other() {
        let keys = [key("k"), vectors::p256_key("k"), vectors::ed25519_key("k")];
        let all: Vec<&TenantKey> = keys.iter().collect();
        for signed in SigningAlg::ALL {
            let Some(own) = keys.iter().find(|key| signed.family() == Some(key.family())) else { continue };
            let token = own.sign_as(signed, &serde_json::json!({"sub": "auth0|1"})).unwrap();
            for wanted in SigningAlg::ALL {
                let claims = verify(&token, wanted, &all);
                assert_eq!(claims.is_ok(), signed == wanted, "{signed:?} as {wanted:?}");
            }
            let other = own.sign_as(signed, &serde_json::json!({"sub": "auth0|2"})).unwrap();
            let (payload, mine) = (other.split('.').nth(1).unwrap(), token.split('.').nth(1).unwrap());
            let mixed = token.replace(mine, payload);
            assert_eq!(verify(&mixed, signed, &all), Err(JoseError::Signature));
            // A key of another kind does not become one for this token by having its id.
            let strangers: Vec<_> = all.iter().copied().filter(|key| key.family() != own.family()).collect();
            assert_eq!(verify(&token, signed, &strangers), Err(JoseError::UnknownKey), "{signed:?}");
        }
    }

    /// RFC 7518 §3.4: the two numbers side by side, 64 bytes, and not the form that certificates have;
    /// CVE-2022-21449: zeros are no signature.
    #[test]
    fn a_signature_on_a_curve_has_one_form() {
        for (key, algorithm) in
            [(vectors::p256_key("k"), SigningAlg::ES256), (vectors::ed25519_key("k"), SigningAlg::EdDSA)]
        {
            let token = key.sign(TokenType::Jwt, &serde_json::json!({})).unwrap();
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let good = URL_SAFE_NO_PAD.decode(signature).unwrap();
            assert_eq!(good.len(), 64);
            let as_der = der::element(
                der::SEQUENCE,
                &[&der::element(der::INTEGER, &[&good[..32]]), &der::element(der::INTEGER, &[&good[32..]])],
            );
            for bad in [vec![0; 64], vec![], good[..63].to_vec(), [&good[..], &[0]].concat(), as_der] {
                let forged = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&bad));
                assert_eq!(verify(&forged, algorithm, &[&key]), Err(JoseError::Signature), "{bad:?}");
            }
        }
    }

    #[test]
    fn a_good_token_gives_its_claims() {
        let (key, token) = good();
        let claims = verify_rs256(&token, &[&key]).unwrap();
        assert_eq!(claims["sub"], "auth0|1");
        assert_eq!(claims.len(), 2);
    }

    #[test]
    fn every_prefix_and_suffix_of_a_token_is_denied() {
        let (key, token) = good();
        for i in 0..token.len() {
            assert!(verify_rs256(&token[..i], &[&key]).is_err(), "first {i} characters");
            if i > 0 {
                assert!(verify_rs256(&token[i..], &[&key]).is_err(), "without the first {i} characters");
            }
        }
    }

    #[test]
    fn every_bit_flip_of_a_token_is_denied() {
        let (key, token) = good();
        for i in 0..token.len() {
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[i] ^= 1 << bit;
                if let Ok(flipped) = String::from_utf8(bytes) {
                    assert!(verify_rs256(&flipped, &[&key]).is_err(), "byte {i}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn whatever_is_added_to_a_token_is_denied() {
        let (key, token) = good();
        for extra in [".", "=", "==", " ", "\n", "A", ".A", "\0", "%00"] {
            assert!(verify_rs256(&format!("{token}{extra}"), &[&key]).is_err(), "{extra:?} after");
            assert!(verify_rs256(&format!("{extra}{token}"), &[&key]).is_err(), "{extra:?} before");
        }
    }

    /// CVE-2022-23540.
    #[test]
    fn no_algorithm_but_the_pinned_one_is_taken() {
        let key = key("k");
        for alg in ["none", "None", "NONE", "", "HS256", "RS384", "PS256", "rs256", "RS256 "] {
            let header = serde_json::json!({"alg": alg, "kid": "k"}).to_string();
            assert_eq!(
                verify_rs256(&with_header(&key, &header), &[&key]),
                Err(JoseError::Algorithm),
                "{alg}"
            );
            let unsigned = format!("{}.e30.", URL_SAFE_NO_PAD.encode(&header));
            assert_eq!(verify_rs256(&unsigned, &[&key]), Err(JoseError::Algorithm), "{alg}, unsigned");
        }
        for header in [r#"{"kid":"k"}"#, r#"{"alg":null,"kid":"k"}"#, r#"{"alg":["RS256"],"kid":"k"}"#] {
            assert_eq!(
                verify_rs256(&with_header(&key, header), &[&key]),
                Err(JoseError::Algorithm),
                "{header}"
            );
        }
    }

    /// CVE-2022-23541.
    #[test]
    fn a_public_key_is_never_an_hmac_key() {
        let key = key("k");
        let jwk = serde_json::to_string(key.jwk()).unwrap();
        for public in [CERTIFICATE, CERTIFICATE.trim(), &jwk, A2_MODULUS] {
            let secret = SecretKey::new(&Secret::new(public.to_owned()), false).unwrap();
            let token = sign_hs256(&secret, &serde_json::json!({"sub": "auth0|1"})).unwrap();
            for expected in SigningAlg::ALL {
                assert!(verify(&token, expected, &[&key]).is_err(), "{expected:?}");
            }
        }
    }

    #[test]
    fn a_token_without_a_known_key_is_denied() {
        let key = key("k");
        for header in [r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","kid":""}"#, r#"{"alg":"RS256","kid":"K"}"#] {
            assert_eq!(
                verify_rs256(&with_header(&key, header), &[&key]),
                Err(JoseError::UnknownKey),
                "{header}"
            );
        }
        let (_, token) = good();
        assert_eq!(verify_rs256(&token, &[]), Err(JoseError::UnknownKey));
    }

    #[test]
    fn the_key_is_chosen_by_its_id() {
        let (old, new) = (key("old"), key("new"));
        let token = new.sign(TokenType::Jwt, &serde_json::json!({})).unwrap();
        assert!(verify_rs256(&token, &[&old, &new]).is_ok());
        assert_eq!(verify_rs256(&token, &[&old]), Err(JoseError::UnknownKey));
    }

    #[test]
    fn a_key_that_the_token_brings_along_is_not_used() {
        use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
        let foreign = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let header = r#"{"alg":"RS256","kid":"k","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"},"x5u":"https://evil.test"}"#;
        let signed = format!("{}.e30", URL_SAFE_NO_PAD.encode(header));
        let mut signature = vec![0; foreign.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        foreign.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(verify_rs256(&token, &[&key("k")]), Err(JoseError::Signature));
    }

    #[test]
    fn names_that_stand_twice_are_denied() {
        let key = key("k");
        for header in [
            r#"{"alg":"RS256","alg":"RS256","kid":"k"}"#,
            r#"{"alg":"none","alg":"RS256","kid":"k"}"#,
            r#"{"alg":"RS256","kid":"x","kid":"k"}"#,
            r#"{"alg":"RS256","kid":"k","\u0061lg":"RS256"}"#,
        ] {
            assert_eq!(
                verify_rs256(&with_header(&key, header), &[&key]),
                Err(JoseError::Malformed),
                "{header}"
            );
        }
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k"}"#);
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"a","sub":"b"}"#);
        assert_eq!(verify_rs256(&with_parts(&key, &header, &payload), &[&key]), Err(JoseError::Malformed));
    }

    #[test]
    fn an_extension_that_must_be_understood_is_denied() {
        let key = key("k");
        for crit in ["[\"exp\"]", "[]", "null"] {
            let header = format!(r#"{{"alg":"RS256","kid":"k","crit":{crit}}}"#);
            assert_eq!(
                verify_rs256(&with_header(&key, &header), &[&key]),
                Err(JoseError::Critical),
                "{crit}"
            );
        }
    }

    #[test]
    fn what_is_not_an_object_or_carries_garbage_is_denied() {
        let key = key("k");
        for header in
            ["", "1", "[]", "\"x\"", "{", r#"{"alg":"RS256","kid":"k"}x"#, r#"{"alg":"RS256","kid":"k"}{}"#]
        {
            assert_eq!(
                verify_rs256(&with_header(&key, header), &[&key]),
                Err(JoseError::Malformed),
                "{header}"
            );
        }
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k"}"#);
        for payload in ["", "e30=", "e3", "W10", "e30.e30", "bnVsbA"] {
            let token = with_parts(&key, &header, payload);
            assert_eq!(verify_rs256(&token, &[&key]), Err(JoseError::Malformed), "{payload}");
        }
    }

    #[test]
    fn a_second_spelling_of_the_same_bytes_is_denied() {
        let key = key("k");
        // 26 bytes: the last character carries two bits that must be zero.
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k" }"#);
        assert!(verify_rs256(&with_parts(&key, &header, "e30"), &[&key]).is_ok());
        let (start, last) = header.split_at(header.len() - 1);
        let other = (last.as_bytes()[0] + 1) as char;
        let token = with_parts(&key, &format!("{start}{other}"), "e30");
        assert_eq!(verify_rs256(&token, &[&key]), Err(JoseError::Malformed));
    }

    #[test]
    fn a_token_over_the_limit_is_not_even_taken_apart() {
        let key = key("k");
        let claims = serde_json::json!({"x": "y".repeat(MAX_TOKEN)});
        let token = key.sign(TokenType::Jwt, &claims).unwrap();
        assert_eq!(verify_rs256(&token, &[&key]), Err(JoseError::TooLong));
        assert_eq!(verify_rs256(&".".repeat(MAX_TOKEN + 1), &[&key]), Err(JoseError::TooLong));
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let key = key("k");
        let header = format!(r#"{{"alg":"RS256","kid":"k","x":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(verify_rs256(&with_header(&key, &header), &[&key]), Err(JoseError::Malformed));
    }

    proptest! {
        #[test]
        fn no_text_that_we_did_not_sign_is_taken(text in "[A-Za-z0-9_.=-]{0,200}|\\PC{0,200}") {
            prop_assert!(verify_rs256(&text, &[&key("k")]).is_err());
        }
    }
}
