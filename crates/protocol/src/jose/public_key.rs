//! The public key of somebody else, pinned to one algorithm.
//!
//! Owns the reading of PEM texts that people paste (a public key or a certificate), and verifying.
//! Must not know whose key it is. Only RSA keys of 2048 to 8192 bits are taken.
//!
//! Source: RFC 7468 §5, §13 (PEM), RFC 5280 §4.1 and RFC 8017 §A.1.1 (keys), RFC 7638 (thumbprint),
//! RFC 7518 §3.3, §3.5 (algorithms).

use std::fmt;

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256,
    RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_model::client::credential::CredentialAlgorithm;
use doorward_model::time::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{JoseError, der};
use crate::digest::sha256;

/// The lengths of a modulus that are taken, in bytes.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// rsaEncryption, 1.2.840.113549.1.1.1.
const RSA: &str = "1.2.840.113549.1.1.1";

/// What a PEM text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemKey {
    /// The key, base64 of its `RSAPublicKey`.
    pub public_key: String,
    /// The thumbprint of the key (RFC 7638), base64url: a `kid` that follows from it.
    pub thumbprint: String,
    /// The certificate that the key came in, if it came in one.
    pub certificate: Option<PemCertificate>,
}

/// What a certificate says besides the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemCertificate {
    /// The SHA-256 of its DER, base64url (RFC 7515 §4.1.8).
    pub sha256: String,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// Reads the one key in a PEM text: `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`. A certificate
/// only carries the key; who issued it does not matter.
///
/// # Errors
/// [`JoseError::BadPublicKey`] when there is no such key, more than one, or a private one.
pub fn read_pem(text: &str) -> Result<PemKey, JoseError> {
    let bad = JoseError::BadPublicKey;
    let (label, der) = der::one_pem(text).ok_or(bad)?;
    match label {
        "PUBLIC KEY" => {
            let (rest, info) = SubjectPublicKeyInfo::from_der(&der).map_err(|_| bad)?;
            if rest.is_empty() { pem_key(rsa_key(&info)?, None) } else { Err(bad) }
        }
        "RSA PUBLIC KEY" => pem_key(&der, None),
        "CERTIFICATE" => {
            let (rest, certificate) = X509Certificate::from_der(&der).map_err(|_| bad)?;
            if !rest.is_empty() {
                return Err(bad);
            }
            let ends_at = Timestamp::from_seconds(certificate.validity().not_after.timestamp());
            let found = PemCertificate { sha256: URL_SAFE_NO_PAD.encode(sha256(&der)), ends_at };
            pem_key(rsa_key(certificate.public_key())?, Some(found))
        }
        _ => Err(bad),
    }
}

fn rsa_key<'a>(info: &'a SubjectPublicKeyInfo<'_>) -> Result<&'a [u8], JoseError> {
    let is_rsa = info.algorithm.algorithm.to_id_string() == RSA;
    if is_rsa { Ok(&info.subject_public_key.data) } else { Err(JoseError::BadPublicKey) }
}

fn pem_key(der: &[u8], certificate: Option<PemCertificate>) -> Result<PemKey, JoseError> {
    let (modulus, exponent) = der::rsa_numbers(der).ok_or(JoseError::BadPublicKey)?;
    let public_key = STANDARD.encode(der);
    // Proves that the library takes it, before it is kept.
    PublicKey::new(CredentialAlgorithm::RS256, &public_key)?;
    let (n, e) = (URL_SAFE_NO_PAD.encode(modulus), URL_SAFE_NO_PAD.encode(exponent));
    let jwk = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    Ok(PemKey { public_key, thumbprint: URL_SAFE_NO_PAD.encode(sha256(jwk.as_bytes())), certificate })
}

/// A public key for one algorithm.
pub struct PublicKey {
    key: ParsedPublicKey,
    algorithm: CredentialAlgorithm,
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl PublicKey {
    /// Reads a key as [`read_pem`] gave it.
    ///
    /// # Errors
    /// [`JoseError::BadPublicKey`] when it is no RSA key of 2048 to 8192 bits.
    pub fn new(algorithm: CredentialAlgorithm, public_key: &str) -> Result<Self, JoseError> {
        let bad = JoseError::BadPublicKey;
        let der = STANDARD.decode(public_key).map_err(|_| bad)?;
        let (modulus, exponent) = der::rsa_numbers(&der).ok_or(bad)?;
        // An even exponent, or the exponent 1, signs nothing: everybody could make such a signature.
        let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
        if !MODULUS.contains(&modulus.len()) || !is_odd || exponent == [1] {
            return Err(bad);
        }
        let parameters: &'static RsaParameters = match algorithm {
            CredentialAlgorithm::RS256 => &RSA_PKCS1_2048_8192_SHA256,
            CredentialAlgorithm::RS384 => &RSA_PKCS1_2048_8192_SHA384,
            CredentialAlgorithm::PS256 => &RSA_PSS_2048_8192_SHA256,
        };
        let key = ParsedPublicKey::new(parameters, &der).map_err(|_| bad)?;
        Ok(Self { key, algorithm })
    }

    /// The one algorithm that it verifies.
    #[must_use]
    pub fn algorithm(&self) -> CredentialAlgorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's for `text`.
    pub(super) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(text, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{
        A2_SIGNATURE, A2_SIGNED, CERTIFICATE, CERTIFICATE_SHA256, PUBLIC_KEY, RSA_PUBLIC_KEY, THUMBPRINT,
    };
    use super::*;

    #[test]
    fn the_three_spellings_of_a_key_are_the_same_key() {
        let plain = read_pem(PUBLIC_KEY).unwrap();
        assert_eq!(read_pem(RSA_PUBLIC_KEY).unwrap(), plain);
        let certified = read_pem(CERTIFICATE).unwrap();
        assert_eq!((&certified.public_key, &certified.thumbprint), (&plain.public_key, &plain.thumbprint));
        let certificate = certified.certificate.unwrap();
        assert_eq!(certificate.sha256, CERTIFICATE_SHA256);
        assert_eq!(certificate.ends_at.to_string(), "2036-11-20T06:15:10.000Z");
        assert_eq!(plain.certificate, None);
    }

    /// The thumbprint that the original's answers show as `kid` is that of RFC 7638.
    #[test]
    fn rfc_7638_thumbprint_names_the_key() {
        assert_eq!(read_pem(PUBLIC_KEY).unwrap().thumbprint, THUMBPRINT);
    }

    #[test]
    fn space_around_and_line_ends_of_windows_do_not_matter() {
        let windows = format!("\r\n{}\r\n\r\n", CERTIFICATE.replace('\n', "\r\n"));
        assert_eq!(read_pem(&windows).unwrap(), read_pem(CERTIFICATE).unwrap());
    }

    #[test]
    fn what_is_no_single_public_rsa_key_is_refused() {
        let private = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        let odd = "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END CERTIFICATE-----\n";
        // A public key of the curve P-256.
        let curve = "-----BEGIN PUBLIC KEY-----\n\
             MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54W\n\
             K84zV2sxXs7LtkBoN79R9Q==\n-----END PUBLIC KEY-----\n";
        let twice = PUBLIC_KEY.repeat(2);
        let cut = PUBLIC_KEY.replace("-----END PUBLIC KEY-----", "");
        for bad in
            ["", "no pem", private, odd, curve, twice.as_str(), cut.as_str(), "-----BEGIN PUBLIC KEY-----"]
        {
            assert_eq!(read_pem(bad), Err(JoseError::BadPublicKey), "{bad}");
        }
    }

    /// SEQUENCE { modulus, exponent }, base64.
    fn key(modulus: &[u8], exponent: &[u8]) -> String {
        let integer = |bytes: &[u8]| {
            let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
            [&[0x02, 0x82], &length[..], bytes].concat()
        };
        let body = [integer(modulus), integer(exponent)].concat();
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        STANDARD.encode([&[0x30, 0x82], &length[..], &body].concat())
    }

    #[test]
    fn keys_that_anybody_could_sign_with_are_refused() {
        let modulus = |bytes: usize| {
            let mut modulus = vec![0x7f; bytes];
            modulus[bytes - 1] = 0x7f;
            modulus
        };
        for (modulus, exponent) in [
            (modulus(128), vec![1, 0, 1]),
            (modulus(255), vec![1, 0, 1]),
            (modulus(1025), vec![1, 0, 1]),
            (modulus(256), vec![1]),
            (modulus(256), vec![2]),
            (modulus(256), vec![1, 0]),
        ] {
            let text = key(&modulus, &exponent);
            let made = PublicKey::new(CredentialAlgorithm::RS256, &text);
            assert!(made.is_err(), "{} bytes, {exponent:?}", modulus.len());
        }
    }

    #[test]
    fn a_key_verifies_its_own_algorithm_only() {
        let text = read_pem(PUBLIC_KEY).unwrap().public_key;
        let signature = URL_SAFE_NO_PAD.decode(A2_SIGNATURE).unwrap();
        let takes = |algorithm| {
            PublicKey::new(algorithm, &text).unwrap().has_signed(A2_SIGNED.as_bytes(), &signature)
        };
        assert!(takes(CredentialAlgorithm::RS256));
        assert!(!takes(CredentialAlgorithm::RS384) && !takes(CredentialAlgorithm::PS256));
    }
}
