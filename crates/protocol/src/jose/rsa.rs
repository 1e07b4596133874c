//! A tenant's RSA key: read once, then signs and verifies RS256, and for clients that ask for it
//! RS512 and PS256.
//!
//! Many verifiers take only keys whose `alg` is that of the token, so the same key is published once
//! more for each further algorithm, under an id of its own.
//!
//! Source: RFC 7518 §3.3 (RSASSA-PKCS1-v1_5), §3.5 (RSASSA-PSS); RFC 9068 §2.1 (`at+jwt`).

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    self, KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_model::ids::KeyId;
use serde::Serialize;

use super::{Certificate, JoseError, Jwk, der};

/// What a token is, as its header says (`typ`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// `JWT`: ID tokens, and access tokens as the field's SDKs know them.
    Jwt,
    /// `at+jwt`: access tokens of the RFC 9068 profile.
    AccessToken,
}

impl TokenType {
    /// The value of `typ`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TokenType::Jwt => "JWT",
            TokenType::AccessToken => "at+jwt",
        }
    }
}

/// How an RSA key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RsaAlgorithm {
    /// PKCS #1 v1.5 with SHA-256: what everybody understands.
    RS256,
    /// PKCS #1 v1.5 with SHA-512.
    RS512,
    /// PSS with SHA-256.
    PS256,
}

impl RsaAlgorithm {
    /// The value of `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RsaAlgorithm::RS256 => "RS256",
            RsaAlgorithm::RS512 => "RS512",
            RsaAlgorithm::PS256 => "PS256",
        }
    }

    fn signs(self) -> &'static dyn signature::RsaEncoding {
        match self {
            RsaAlgorithm::RS256 => &signature::RSA_PKCS1_SHA256,
            RsaAlgorithm::RS512 => &signature::RSA_PKCS1_SHA512,
            RsaAlgorithm::PS256 => &signature::RSA_PSS_SHA256,
        }
    }

    fn verifies(self) -> &'static signature::RsaParameters {
        match self {
            RsaAlgorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            RsaAlgorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            RsaAlgorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        }
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// An RSA signing key with its certificate.
pub struct RsaKey {
    pair: RsaKeyPair,
    public: ParsedPublicKey,
    certificate: Certificate,
    jwk: Jwk,
    /// The encoded headers of both token types: they never change, so they are written once.
    jwt_header: String,
    at_jwt_header: String,
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaKey").field("kid", self.kid()).finish_non_exhaustive()
    }
}

impl RsaKey {
    /// Reads a key and its certificate. This is slow; do it once.
    ///
    /// # Errors
    /// When the key is not PKCS #8 of an RSA key of at least 2048 bits, or the certificate is not a
    /// certificate of this key.
    pub fn from_pkcs8(kid: KeyId, pkcs8: &[u8], certificate_pem: &str) -> Result<Self, JoseError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| JoseError::BadKey)?;
        let encoded = pair.public_key().as_ref();
        let public =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, encoded).map_err(|_| JoseError::BadKey)?;
        let (modulus, exponent) = der::rsa_numbers(encoded).ok_or(JoseError::BadKey)?;
        let certificate = Certificate::from_pem(certificate_pem).ok_or(JoseError::BadCertificate)?;
        // A certificate holds the encoded public key of its owner literally (RFC 5280 §4.1).
        if !certificate.der().windows(encoded.len()).any(|window| window == encoded) {
            return Err(JoseError::ForeignCertificate);
        }
        let jwk = Jwk {
            kty: "RSA",
            use_: "sig",
            alg: "RS256",
            n: URL_SAFE_NO_PAD.encode(modulus),
            e: URL_SAFE_NO_PAD.encode(exponent),
            x5t: thumbprint(certificate.der()),
            x5c: [STANDARD.encode(certificate.der())],
            kid,
        };
        let header = |typ| header(RsaAlgorithm::RS256, typ, jwk.kid.as_str());
        let (jwt_header, at_jwt_header) = (header(TokenType::Jwt)?, header(TokenType::AccessToken)?);
        Ok(Self { pair, public, certificate, jwk, jwt_header, at_jwt_header })
    }

    /// The id that tokens name.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.jwk.kid
    }

    /// The public half.
    #[must_use]
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The certificate of the public half.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The public half as it is published for one algorithm.
    ///
    /// # Errors
    /// [`JoseError::BadKey`] when its id leaves no room for that of another algorithm.
    pub fn jwk_for(&self, algorithm: RsaAlgorithm) -> Result<Jwk, JoseError> {
        let kid = KeyId::parse(&self.kid_for(algorithm)).map_err(|_| JoseError::BadKey)?;
        Ok(Jwk { kid, alg: algorithm.as_str(), ..self.jwk.clone() })
    }

    /// The id that tokens of one algorithm name.
    pub(super) fn kid_for(&self, algorithm: RsaAlgorithm) -> String {
        match algorithm {
            RsaAlgorithm::RS256 => self.kid().as_str().to_owned(),
            other => format!("{}-{}", self.kid(), other.as_str()),
        }
    }

    /// Signs `claims` with RS256 and gives the compact form.
    ///
    /// # Errors
    /// When the claims cannot be written as JSON, or the library refuses to sign.
    pub fn sign<C: Serialize>(&self, typ: TokenType, claims: &C) -> Result<String, JoseError> {
        let header = match typ {
            TokenType::Jwt => &self.jwt_header,
            TokenType::AccessToken => &self.at_jwt_header,
        };
        self.compact(header, RsaAlgorithm::RS256, claims)
    }

    /// Signs `claims` as a JWT with the algorithm that was asked for.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub fn sign_as<C: Serialize>(&self, algorithm: RsaAlgorithm, claims: &C) -> Result<String, JoseError> {
        self.sign_typed(algorithm, TokenType::Jwt, claims)
    }

    /// As [`Self::sign_as`], for a token of that type.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub fn sign_typed<C: Serialize>(
        &self,
        algorithm: RsaAlgorithm,
        typ: TokenType,
        claims: &C,
    ) -> Result<String, JoseError> {
        if algorithm == RsaAlgorithm::RS256 {
            return self.sign(typ, claims);
        }
        let header = header(algorithm, typ, &self.kid_for(algorithm))?;
        self.compact(&header, algorithm, claims)
    }

    fn compact<C: Serialize>(
        &self,
        header: &str,
        algorithm: RsaAlgorithm,
        claims: &C,
    ) -> Result<String, JoseError> {
        let payload = serde_json::to_vec(claims).map_err(|_| JoseError::Claims)?;
        let mut token = String::with_capacity(header.len() + (payload.len() + self.jwk.n.len()) * 4 / 3 + 8);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
        let signature = self.signature(algorithm, token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The bare signature of `text`.
    pub(super) fn signature(&self, algorithm: RsaAlgorithm, text: &[u8]) -> Result<Vec<u8>, JoseError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(algorithm.signs(), &SystemRandom::new(), text, &mut signature)
            .map_err(|_| JoseError::Signing)?;
        Ok(signature)
    }

    /// Whether `signature` is this key's for `text`.
    pub(super) fn has_signed(&self, algorithm: RsaAlgorithm, text: &[u8], signature: &[u8]) -> bool {
        if algorithm == RsaAlgorithm::RS256 {
            return self.public.verify_sig(text, signature).is_ok();
        }
        let public = UnparsedPublicKey::new(algorithm.verifies(), self.pair.public_key());
        public.verify(text, signature).is_ok()
    }
}

fn header(algorithm: RsaAlgorithm, typ: TokenType, kid: &str) -> Result<String, JoseError> {
    let header = Header { alg: algorithm.as_str(), typ: typ.as_str(), kid };
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).map_err(|_| JoseError::Claims)?))
}

/// `x5t`: SHA-1 because RFC 7517 §4.8 says so; it names a certificate and protects nothing.
fn thumbprint(certificate: &[u8]) -> String {
    use aws_lc_rs::digest;
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate))
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{self, CERTIFICATE, key, pkcs8};
    use super::*;

    #[test]
    fn rfc_7515_a_2_signature_is_made_and_verified() {
        let key = key("k");
        let signature = URL_SAFE_NO_PAD.decode(vectors::A2_SIGNATURE).unwrap();
        let signed = vectors::A2_SIGNED.as_bytes();
        assert_eq!(key.signature(RsaAlgorithm::RS256, signed), Ok(signature.clone()));
        assert!(key.has_signed(RsaAlgorithm::RS256, signed, &signature));
        assert!(!key.has_signed(RsaAlgorithm::RS256, b"something else", &signature));
        assert!(!key.has_signed(RsaAlgorithm::RS512, signed, &signature));
        assert!(!key.has_signed(RsaAlgorithm::PS256, signed, &signature));
    }

    #[test]
    fn the_public_half_is_what_sdks_read() {
        let jwk = serde_json::to_value(key("kid-1").jwk()).unwrap();
        assert_eq!(jwk["kty"], "RSA");
        assert_eq!(jwk["use"], "sig");
        assert_eq!(jwk["alg"], "RS256");
        assert_eq!(jwk["kid"], "kid-1");
        assert_eq!(jwk["n"], vectors::A2_MODULUS);
        assert_eq!(jwk["e"], "AQAB");
        assert_eq!(jwk["x5t"], vectors::CERTIFICATE_SHA1);
        let body: String = CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect();
        assert_eq!(jwk["x5c"], serde_json::json!([body]));
    }

    #[test]
    fn the_private_half_is_never_shown() {
        let shown = format!("{:?} {}", key("k"), serde_json::to_string(key("k").jwk()).unwrap());
        for private in ["\"d\"", "\"p\"", "\"q\"", vectors::A2_PRIVATE_EXPONENT_START] {
            assert!(!shown.contains(private), "{private}");
        }
    }

    #[test]
    fn a_key_set_is_served_as_one_object() {
        use super::super::JwkSet;
        let set = JwkSet { keys: vec![key("a").jwk().clone(), key("b").jwk().clone()] };
        let read: serde_json::Value = serde_json::from_slice(&set.to_bytes().unwrap()).unwrap();
        assert_eq!(read["keys"][1]["kid"], "b");
        assert_eq!(read.as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let kid = || KeyId::parse("k").unwrap();
        let error = |pkcs8: &[u8], pem: &str| RsaKey::from_pkcs8(kid(), pkcs8, pem).err();
        assert_eq!(error(b"", CERTIFICATE), Some(JoseError::BadKey));
        assert_eq!(error(&pkcs8()[..200], CERTIFICATE), Some(JoseError::BadKey));
        assert_eq!(error(&pkcs8(), "no pem"), Some(JoseError::BadCertificate));
    }

    #[test]
    fn the_certificate_of_another_key_is_refused() {
        use aws_lc_rs::encoding::AsDer as _;
        let other = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap().as_der().unwrap();
        let error = RsaKey::from_pkcs8(KeyId::parse("k").unwrap(), other.as_ref(), CERTIFICATE).err();
        assert_eq!(error, Some(JoseError::ForeignCertificate));
    }

    #[test]
    fn the_same_key_is_published_once_for_each_algorithm() {
        let key = key("k");
        assert_eq!(key.jwk_for(RsaAlgorithm::RS256).as_ref(), Ok(key.jwk()));
        let other = key.jwk_for(RsaAlgorithm::PS256).unwrap();
        assert_eq!((other.alg, other.kid.as_str(), &other.n), ("PS256", "k-PS256", &key.jwk().n));
        let token = key.sign_as(RsaAlgorithm::PS256, &serde_json::json!({})).unwrap();
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header, br#"{"alg":"PS256","typ":"JWT","kid":"k-PS256"}"#);
    }

    #[test]
    fn the_header_names_algorithm_type_and_key() {
        let token = key("kid-1").sign(TokenType::Jwt, &serde_json::json!({"a": 1})).unwrap();
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header, br#"{"alg":"RS256","typ":"JWT","kid":"kid-1"}"#);
        let token = key("kid-1").sign(TokenType::AccessToken, &serde_json::json!({})).unwrap();
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header, br#"{"alg":"RS256","typ":"at+jwt","kid":"kid-1"}"#);
    }
}
