//! A key of a tenant with its certificate: read once, then signs and verifies.
//!
//! An RSA key signs RS256, and for those who ask for it RS384, RS512, PS256, PS384 and PS512. Many verifiers
//! take only keys whose `alg` is that of the token, so the same key is published once more for each further
//! algorithm, under an id of its own. A key on a curve signs with the one algorithm of its curve.
//!
//! Source: RFC 7518 §3; RFC 8037 §3.1; RFC 9068 §2.1 (`at+jwt`).

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, RsaKeyPair,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_model::ids::KeyId;
use doorward_model::signing_alg::{KeyFamily, SigningAlg};
use serde::Serialize;

use super::jwk::Numbers;
use super::{Certificate, JoseError, Jwk, algorithm, der};

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

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// The private part, by its kind.
enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A signing key with its certificate.
pub struct TenantKey {
    pair: Pair,
    /// Ready to verify the usual algorithm of its kind.
    public: ParsedPublicKey,
    certificate: Certificate,
    jwk: Jwk,
    /// The encoded headers of both token types: they never change, so they are written once.
    jwt_header: String,
    at_jwt_header: String,
}

impl fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantKey").field("kid", self.kid()).finish_non_exhaustive()
    }
}

impl TenantKey {
    /// Reads a key and its certificate. This is slow; do it once.
    ///
    /// # Errors
    /// When the key is not PKCS #8 of a key of that kind (an RSA key has at least 2048 bits), or the
    /// certificate is not a certificate of this key.
    pub fn from_pkcs8(
        kid: KeyId,
        family: KeyFamily,
        pkcs8: &[u8],
        certificate_pem: &str,
    ) -> Result<Self, JoseError> {
        let pair = Pair::read(family, pkcs8)?;
        let encoded = pair.public();
        let usual = algorithm::of_tenant(family.usual()).ok_or(JoseError::Algorithm)?;
        let public = ParsedPublicKey::new(usual, encoded).map_err(|_| JoseError::BadKey)?;
        let certificate = Certificate::from_pem(certificate_pem).ok_or(JoseError::BadCertificate)?;
        // A certificate holds the encoded public key of its owner literally (RFC 5280 §4.1).
        if !certificate.der().windows(encoded.len()).any(|window| window == encoded) {
            return Err(JoseError::ForeignCertificate);
        }
        let (kty, numbers) = pair.published()?;
        let jwk = Jwk {
            kty,
            use_: "sig",
            alg: family.as_str(),
            kid,
            numbers,
            x5t: thumbprint(certificate.der()),
            x5c: [STANDARD.encode(certificate.der())],
        };
        let header = |typ| header(family.usual(), typ, jwk.kid.as_str());
        let (jwt_header, at_jwt_header) = (header(TokenType::Jwt)?, header(TokenType::AccessToken)?);
        Ok(Self { pair, public, certificate, jwk, jwt_header, at_jwt_header })
    }

    /// The id that tokens name.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.jwk.kid
    }

    /// What kind of key it is.
    #[must_use]
    pub fn family(&self) -> KeyFamily {
        self.pair.family()
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
    /// [`JoseError::Algorithm`] when it does not sign with that, [`JoseError::BadKey`] when its id leaves no
    /// room for that of another algorithm.
    pub fn jwk_for(&self, algorithm: SigningAlg) -> Result<Jwk, JoseError> {
        if algorithm.family() != Some(self.family()) {
            return Err(JoseError::Algorithm);
        }
        let kid = KeyId::parse(&self.kid_for(algorithm)).map_err(|_| JoseError::BadKey)?;
        Ok(Jwk { kid, alg: algorithm.as_str(), ..self.jwk.clone() })
    }

    /// The id that tokens of one algorithm name.
    fn kid_for(&self, algorithm: SigningAlg) -> String {
        if algorithm == self.family().usual() {
            return self.kid().as_str().to_owned();
        }
        format!("{}-{}", self.kid(), algorithm.as_str())
    }

    /// Whether a token of `algorithm` that names `kid` means this key. A key of another kind is never meant.
    pub(super) fn is_meant(&self, algorithm: SigningAlg, kid: &str) -> bool {
        let own = self.kid().as_str();
        if algorithm.family() != Some(self.family()) {
            return false;
        }
        if algorithm == self.family().usual() {
            return kid == own;
        }
        let rest = kid.strip_prefix(own).and_then(|rest| rest.strip_prefix('-'));
        rest == Some(algorithm.as_str())
    }

    /// Signs `claims` with the usual algorithm and gives the compact form.
    ///
    /// # Errors
    /// When the claims cannot be written as JSON, or the library refuses to sign.
    pub fn sign<C: Serialize>(&self, typ: TokenType, claims: &C) -> Result<String, JoseError> {
        let header = match typ {
            TokenType::Jwt => &self.jwt_header,
            TokenType::AccessToken => &self.at_jwt_header,
        };
        self.compact(header, self.family().usual(), claims)
    }

    /// Signs `claims` as a JWT with the algorithm that was asked for.
    ///
    /// # Errors
    /// As [`Self::sign_typed`].
    pub fn sign_as<C: Serialize>(&self, algorithm: SigningAlg, claims: &C) -> Result<String, JoseError> {
        self.sign_typed(algorithm, TokenType::Jwt, claims)
    }

    /// As [`Self::sign_as`], for a token of that type.
    ///
    /// # Errors
    /// As [`Self::sign`], and [`JoseError::Algorithm`] when a key of this kind does not sign with that.
    pub fn sign_typed<C: Serialize>(
        &self,
        algorithm: SigningAlg,
        typ: TokenType,
        claims: &C,
    ) -> Result<String, JoseError> {
        if algorithm == self.family().usual() {
            return self.sign(typ, claims);
        }
        let header = header(algorithm, typ, &self.kid_for(algorithm))?;
        self.compact(&header, algorithm, claims)
    }

    fn compact<C: Serialize>(
        &self,
        header: &str,
        algorithm: SigningAlg,
        claims: &C,
    ) -> Result<String, JoseError> {
        let payload = serde_json::to_vec(claims).map_err(|_| JoseError::Claims)?;
        let room = header.len() + (payload.len() + self.pair.signature_len()) * 4 / 3 + 8;
        let mut token = String::with_capacity(room);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
        let signature = self.signature(algorithm, token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// The bare signature of `text`.
    pub(super) fn signature(&self, algorithm: SigningAlg, text: &[u8]) -> Result<Vec<u8>, JoseError> {
        if algorithm.family() != Some(self.family()) {
            return Err(JoseError::Algorithm);
        }
        match &self.pair {
            Pair::Rsa(pair) => {
                let encoding = algorithm::rsa_encoding(algorithm).ok_or(JoseError::Algorithm)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), text, &mut signature)
                    .map_err(|_| JoseError::Signing)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), text).map_err(|_| JoseError::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => {
                let signature = pair.try_sign(text).map_err(|_| JoseError::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    /// Whether `signature` is this key's for `text`, of that algorithm and no other.
    pub(super) fn has_signed(&self, algorithm: SigningAlg, text: &[u8], signature: &[u8]) -> bool {
        if algorithm == self.family().usual() {
            return self.public.verify_sig(text, signature).is_ok();
        }
        if algorithm.family() != Some(self.family()) {
            return false;
        }
        let Some(verification) = algorithm::of_tenant(algorithm) else { return false };
        UnparsedPublicKey::new(verification, self.pair.public()).verify(text, signature).is_ok()
    }
}

impl Pair {
    fn read(family: KeyFamily, pkcs8: &[u8]) -> Result<Self, JoseError> {
        let pair = match family {
            KeyFamily::Rsa => RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rsa),
            KeyFamily::P256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::P256)
            }
            KeyFamily::Ed25519 => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed25519),
        };
        pair.map_err(|_| JoseError::BadKey)
    }

    fn family(&self) -> KeyFamily {
        match self {
            Pair::Rsa(_) => KeyFamily::Rsa,
            Pair::P256(_) => KeyFamily::P256,
            Pair::Ed25519(_) => KeyFamily::Ed25519,
        }
    }

    /// The public half as certificates hold it: `RSAPublicKey`, a point, or 32 bytes.
    fn public(&self) -> &[u8] {
        match self {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::P256(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    /// How long a signature is, in bytes.
    fn signature_len(&self) -> usize {
        match self {
            Pair::Rsa(pair) => pair.public_modulus_len(),
            Pair::P256(_) | Pair::Ed25519(_) => 64,
        }
    }

    /// The public half as a key set shows it: its type, and its numbers.
    fn published(&self) -> Result<(&'static str, Numbers), JoseError> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Pair::Rsa(_) => {
                let (n, e) = der::rsa_numbers(self.public()).ok_or(JoseError::BadKey)?;
                Ok(("RSA", Numbers::Rsa { n: encode(n), e: encode(e) }))
            }
            Pair::P256(_) => {
                let (x, y) = der::coordinates(self.public()).ok_or(JoseError::BadKey)?;
                Ok(("EC", Numbers::Curve { crv: "P-256", x: encode(x), y: Some(encode(y)) }))
            }
            Pair::Ed25519(_) => {
                Ok(("OKP", Numbers::Curve { crv: "Ed25519", x: encode(self.public()), y: None }))
            }
        }
    }
}

fn header(algorithm: SigningAlg, typ: TokenType, kid: &str) -> Result<String, JoseError> {
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
        assert_eq!(key.signature(SigningAlg::RS256, signed), Ok(signature.clone()));
        assert!(key.has_signed(SigningAlg::RS256, signed, &signature));
        assert!(!key.has_signed(SigningAlg::RS256, b"something else", &signature));
        assert!(!key.has_signed(SigningAlg::RS512, signed, &signature));
        assert!(!key.has_signed(SigningAlg::PS256, signed, &signature));
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
        let error = |pkcs8: &[u8], pem: &str| TenantKey::from_pkcs8(kid(), KeyFamily::Rsa, pkcs8, pem).err();
        assert_eq!(error(b"", CERTIFICATE), Some(JoseError::BadKey));
        assert_eq!(error(&pkcs8()[..200], CERTIFICATE), Some(JoseError::BadKey));
        assert_eq!(error(&pkcs8(), "no pem"), Some(JoseError::BadCertificate));
    }

    #[test]
    fn the_certificate_of_another_key_is_refused() {
        use aws_lc_rs::encoding::AsDer as _;
        let other = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap().as_der().unwrap();
        let error =
            TenantKey::from_pkcs8(KeyId::parse("k").unwrap(), KeyFamily::Rsa, other.as_ref(), CERTIFICATE)
                .err();
        assert_eq!(error, Some(JoseError::ForeignCertificate));
    }

    #[test]
    fn the_same_key_is_published_once_for_each_algorithm() {
        let key = key("k");
        assert_eq!(key.jwk_for(SigningAlg::RS256).as_ref(), Ok(key.jwk()));
        let other = key.jwk_for(SigningAlg::PS256).unwrap();
        assert_eq!((other.alg, other.kid.as_str()), ("PS256", "k-PS256"));
        assert_eq!(other.numbers, key.jwk().numbers);
        let token = key.sign_as(SigningAlg::PS256, &serde_json::json!({})).unwrap();
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

    #[test]
    fn rfc_7515_a_3_and_rfc_8037_a_4_signatures_are_verified() {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let (p256, ed25519) = (vectors::p256_key("k"), vectors::ed25519_key("k"));
        let signature = decode(vectors::A3_SIGNATURE);
        assert!(p256.has_signed(SigningAlg::ES256, vectors::A3_SIGNED.as_bytes(), &signature));
        assert!(!p256.has_signed(SigningAlg::ES256, b"something else", &signature));
        let signature = decode(vectors::ED25519_SIGNATURE);
        let signed = vectors::ED25519_SIGNED.as_bytes();
        assert!(ed25519.has_signed(SigningAlg::EdDSA, signed, &signature));
        // Ed25519 signs the same text in the same way each time.
        assert_eq!(ed25519.signature(SigningAlg::EdDSA, signed), Ok(signature));
    }

    /// RFC 7518 §6.2.1, RFC 8037 §2.
    #[test]
    fn a_key_on_a_curve_shows_its_point_and_its_certificate() {
        let jwk = serde_json::to_value(vectors::p256_key("kid-2").jwk()).unwrap();
        let names: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "use", "alg", "kid", "crv", "x", "y", "x5t", "x5c"]);
        assert_eq!((&jwk["kty"], &jwk["alg"], &jwk["crv"]), (&"EC".into(), &"ES256".into(), &"P-256".into()));
        assert_eq!((&jwk["x"], &jwk["y"]), (&vectors::A3_X.into(), &vectors::A3_Y.into()));
        let jwk = serde_json::to_value(vectors::ed25519_key("kid-3").jwk()).unwrap();
        assert_eq!(
            (&jwk["kty"], &jwk["alg"], &jwk["crv"]),
            (&"OKP".into(), &"EdDSA".into(), &"Ed25519".into())
        );
        assert_eq!(jwk["x"], vectors::ED25519_X);
        assert!(jwk.get("y").is_none() && jwk.get("d").is_none());
    }

    #[test]
    fn a_key_signs_with_the_algorithms_of_its_kind_alone() {
        let keys = [key("k"), vectors::p256_key("k"), vectors::ed25519_key("k")];
        for key in &keys {
            for algorithm in SigningAlg::ALL {
                let fits = algorithm.family() == Some(key.family());
                let signed = key.sign_as(algorithm, &serde_json::json!({}));
                assert_eq!(signed.is_ok(), fits, "{algorithm:?} with {key:?}");
                assert_eq!(key.jwk_for(algorithm).is_ok(), fits);
            }
            assert_eq!(key.signature(SigningAlg::HS256, b"x"), Err(JoseError::Algorithm));
        }
    }

    #[test]
    fn a_key_of_another_kind_than_it_is_said_to_be_is_refused() {
        for (own, pkcs8, pem) in [
            (KeyFamily::Rsa, pkcs8(), CERTIFICATE),
            (KeyFamily::P256, vectors::p256_pkcs8(), vectors::P256_CERTIFICATE),
            (KeyFamily::Ed25519, vectors::ed25519_pkcs8(), vectors::ED25519_CERTIFICATE),
        ] {
            for family in KeyFamily::ALL {
                let made = TenantKey::from_pkcs8(KeyId::parse("k").unwrap(), family, &pkcs8, pem);
                assert_eq!(made.is_ok(), family == own, "{own:?} as {family:?}");
            }
        }
    }
}
