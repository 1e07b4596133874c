//! HS256 with the secret of a client or of an API.
//!
//! The key is the text of the secret, or, for a client whose secret is marked as encoded, the bytes
//! that this text is base64url of.
//!
//! Source: RFC 7518 §3.2; the original's `jwt_configuration.secret_encoded`.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::secret::Secret;
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::verify::Unverified;
use super::{JoseError, TokenType};

/// RFC 7518 §3.2: a key of the size of the hash or larger must be used. It also keeps an empty
/// secret from signing anything.
const MIN_KEY: usize = 32;

/// `{"alg":"HS256","typ":"JWT"}`, encoded, and the same with `at+jwt`. There is no `kid`: whoever checks
/// the token knows the secret.
const JWT_HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
const AT_JWT_HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9";

/// A secret as a key for HS256.
pub struct SecretKey(hmac::Key);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Makes a key of a secret; `encoded` says that the secret is base64url of the key.
    ///
    /// # Errors
    /// When the secret is not base64url although it should be, or gives less than 32 bytes.
    pub fn new(secret: &Secret, encoded: bool) -> Result<Self, JoseError> {
        let bytes = if encoded {
            let text = secret.expose().trim_end_matches('=');
            Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| JoseError::SecretEncoding)?)
        } else {
            Zeroizing::new(secret.expose().as_bytes().to_vec())
        };
        if bytes.len() < MIN_KEY {
            return Err(JoseError::ShortSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

/// Signs `claims` with HS256 as a JWT and gives the compact form.
///
/// # Errors
/// When the claims cannot be written as JSON.
pub fn sign_hs256<C: Serialize>(key: &SecretKey, claims: &C) -> Result<String, JoseError> {
    sign_hs256_as(key, TokenType::Jwt, claims)
}

/// As [`sign_hs256`], for a token of that type.
///
/// # Errors
/// When the claims cannot be written as JSON.
pub fn sign_hs256_as<C: Serialize>(key: &SecretKey, typ: TokenType, claims: &C) -> Result<String, JoseError> {
    let payload = serde_json::to_vec(claims).map_err(|_| JoseError::Claims)?;
    let header = match typ {
        TokenType::Jwt => JWT_HEADER,
        TokenType::AccessToken => AT_JWT_HEADER,
    };
    let mut token = format!("{header}.");
    URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
    let signature = hmac::sign(&key.0, token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// The claims of a token that `key` signed with HS256. Times, issuer and audience are for the caller.
///
/// # Errors
/// When the token is malformed or too long, names any other algorithm, or its signature does not match.
pub fn verify_hs256(token: &str, key: &SecretKey) -> Result<Map<String, Value>, JoseError> {
    let token = Unverified::read(token, "HS256")?;
    hmac::verify(&key.0, token.signed, &token.signature).map_err(|_| JoseError::Signature)?;
    token.claims()
}

#[cfg(test)]
mod tests {
    use super::super::vectors;
    use super::*;

    fn key(text: &str) -> SecretKey {
        SecretKey::new(&Secret::new(text.to_owned()), false).unwrap()
    }

    const SECRET: &str = "a secret of at least thirty-two bytes";

    #[test]
    fn rfc_7515_a_1_token_is_verified() {
        let key = SecretKey::new(&Secret::new(vectors::A1_KEY.to_owned()), true).unwrap();
        let claims = verify_hs256(vectors::A1_TOKEN, &key).unwrap();
        assert_eq!(claims["iss"], "joe");
        assert_eq!(claims["exp"], 1_300_819_380);
        assert_eq!(claims["http://example.com/is_root"], true);
    }

    #[test]
    fn rfc_4231_case_6_a_key_longer_than_a_block() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[0xaa; 131]);
        let tag = hmac::sign(&key, b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(
            data_encoding::HEXLOWER.encode(tag.as_ref()),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn what_is_signed_is_verified_with_the_same_key_only() {
        let token = sign_hs256(&key(SECRET), &serde_json::json!({"sub": "auth0|1"})).unwrap();
        let header = |token: &str| URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header(&token), br#"{"alg":"HS256","typ":"JWT"}"#);
        let other = sign_hs256_as(&key(SECRET), TokenType::AccessToken, &serde_json::json!({})).unwrap();
        assert_eq!(header(&other), br#"{"alg":"HS256","typ":"at+jwt"}"#);
        assert_eq!(verify_hs256(&token, &key(SECRET)).unwrap()["sub"], "auth0|1");
        let other = key("another secret of thirty-two bytes or more");
        assert_eq!(verify_hs256(&token, &other), Err(JoseError::Signature));
    }

    #[test]
    fn an_encoded_secret_is_the_bytes_it_stands_for() {
        let bytes = [7_u8; 48];
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let encoded = SecretKey::new(&Secret::new(text.clone()), true).unwrap();
        let token = sign_hs256(&encoded, &serde_json::json!({})).unwrap();
        let raw = SecretKey(hmac::Key::new(hmac::HMAC_SHA256, &bytes));
        assert!(verify_hs256(&token, &raw).is_ok());
        assert_eq!(verify_hs256(&token, &key(&text)), Err(JoseError::Signature));
    }

    #[test]
    fn an_empty_short_or_badly_encoded_secret_signs_nothing() {
        let error = |text: &str, encoded| SecretKey::new(&Secret::new(text.to_owned()), encoded).err();
        assert_eq!(error("", false), Some(JoseError::ShortSecret));
        assert_eq!(error("", true), Some(JoseError::ShortSecret));
        assert_eq!(error(&"x".repeat(31), false), Some(JoseError::ShortSecret));
        assert_eq!(error(&"A".repeat(40), true), Some(JoseError::ShortSecret));
        assert_eq!(error(&"!".repeat(64), true), Some(JoseError::SecretEncoding));
    }

    #[test]
    fn a_token_of_another_algorithm_is_refused_even_with_a_good_signature() {
        for alg in ["HS384", "none", "hs256", "RS256", ""] {
            let header = URL_SAFE_NO_PAD.encode(serde_json::json!({"alg": alg, "typ": "JWT"}).to_string());
            let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode("{}"));
            let tag = hmac::sign(&key(SECRET).0, signed.as_bytes());
            let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(verify_hs256(&token, &key(SECRET)), Err(JoseError::Algorithm), "{alg}");
        }
    }

    #[test]
    fn the_key_never_shows_itself() {
        assert_eq!(format!("{:?}", key(SECRET)), "SecretKey(…)");
    }
}
