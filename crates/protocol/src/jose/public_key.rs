//! The public key of somebody else, pinned to one algorithm.
//!
//! Owns the reading of PEM texts that people paste (a public key or a certificate), and verifying.
//! Must not know whose key it is. RSA keys of 2048 to 8192 bits are taken, points of P-256 and P-384, and
//! Ed25519.
//!
//! Source: RFC 7468 §5, §13 (PEM), RFC 5280 §4.1, RFC 8017 §A.1.1, RFC 5480 §2.1.1 and RFC 8410 §3 (keys), RFC
//! 7638 and RFC 8037 §2 (thumbprint), RFC 7518 §3 (algorithms).

use std::fmt;

use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_model::client::credential::{CredentialAlgorithm, KeyKind};
use doorward_model::time::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{JoseError, algorithm, der};
use crate::digest::sha256;

/// The lengths of a modulus that are taken, in bytes.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;
/// rsaEncryption.
const RSA: &str = "1.2.840.113549.1.1.1";
/// id-ecPublicKey, and the curves that are taken: secp256r1 and secp384r1.
const ELLIPTIC: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
/// id-Ed25519.
const ED25519: &str = "1.3.101.112";

/// What a PEM text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemKey {
    /// What kind of key it is.
    pub kind: KeyKind,
    /// The key, base64, as [`PublicKey::new`] reads it.
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
            if rest.is_empty() { pem_key(bare_key(&info)?, None) } else { Err(bad) }
        }
        "RSA PUBLIC KEY" => pem_key((KeyKind::Rsa, &der), None),
        "CERTIFICATE" => {
            let (rest, certificate) = X509Certificate::from_der(&der).map_err(|_| bad)?;
            if !rest.is_empty() {
                return Err(bad);
            }
            let ends_at = Timestamp::from_seconds(certificate.validity().not_after.timestamp());
            let found = PemCertificate { sha256: URL_SAFE_NO_PAD.encode(sha256(&der)), ends_at };
            pem_key(bare_key(certificate.public_key())?, Some(found))
        }
        _ => Err(bad),
    }
}

/// The kind of a key, and its bytes without what stands around them.
fn bare_key<'a>(info: &'a SubjectPublicKeyInfo<'_>) -> Result<(KeyKind, &'a [u8]), JoseError> {
    let curve = || info.algorithm.parameters.as_ref()?.as_oid().ok().map(|oid| oid.to_id_string());
    let kind = match info.algorithm.algorithm.to_id_string().as_str() {
        RSA => KeyKind::Rsa,
        ED25519 => KeyKind::Ed25519,
        ELLIPTIC => match curve().as_deref() {
            Some(P256) => KeyKind::P256,
            Some(P384) => KeyKind::P384,
            _ => return Err(JoseError::BadPublicKey),
        },
        _ => return Err(JoseError::BadPublicKey),
    };
    Ok((kind, &info.subject_public_key.data))
}

fn pem_key(
    (kind, bytes): (KeyKind, &[u8]),
    certificate: Option<PemCertificate>,
) -> Result<PemKey, JoseError> {
    let public_key = STANDARD.encode(bytes);
    // Proves that the library takes it, before it is kept.
    let any = kind.algorithms().next().ok_or(JoseError::BadPublicKey)?;
    PublicKey::new(any, &public_key)?;
    Ok(PemKey { kind, public_key, thumbprint: thumbprint(kind, bytes)?, certificate })
}

/// RFC 7638 §3.2: the hash of the members that make the key, in the order of their names.
fn thumbprint(kind: KeyKind, bytes: &[u8]) -> Result<String, JoseError> {
    let bad = JoseError::BadPublicKey;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let on_curve = |crv: &str| {
        let (x, y) = der::coordinates(bytes).ok_or(bad)?;
        Ok(format!(r#"{{"crv":"{crv}","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y)))
    };
    let jwk = match kind {
        KeyKind::Rsa => {
            let (n, e) = der::rsa_numbers(bytes).ok_or(bad)?;
            format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n))
        }
        KeyKind::P256 => on_curve("P-256")?,
        KeyKind::P384 => on_curve("P-384")?,
        KeyKind::Ed25519 => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(bytes)),
    };
    Ok(encode(&sha256(jwk.as_bytes())))
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
    /// [`JoseError::BadPublicKey`] when it is no key for that algorithm: an RSA key of 2048 to 8192 bits, an
    /// uncompressed point on its curve, or 32 bytes.
    pub fn new(algorithm: CredentialAlgorithm, public_key: &str) -> Result<Self, JoseError> {
        let bad = JoseError::BadPublicKey;
        let bytes = STANDARD.decode(public_key).map_err(|_| bad)?;
        let has_form = match algorithm.kind() {
            KeyKind::Rsa => is_sound(&bytes),
            KeyKind::P256 => is_point(&bytes, 32),
            KeyKind::P384 => is_point(&bytes, 48),
            KeyKind::Ed25519 => bytes.len() == 32,
        };
        if !has_form {
            return Err(bad);
        }
        let key = ParsedPublicKey::new(algorithm::of_client(algorithm), &bytes).map_err(|_| bad)?;
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

/// Whether an RSA key is long enough, and not one that signs nothing: with an even exponent, or the exponent
/// 1, everybody could make its signatures.
fn is_sound(key: &[u8]) -> bool {
    let Some((modulus, exponent)) = der::rsa_numbers(key) else { return false };
    let is_odd = exponent.last().is_some_and(|last| last % 2 == 1);
    MODULUS.contains(&modulus.len()) && is_odd && exponent != [1]
}

/// Whether these are two coordinates of that many bytes; that they lie on the curve, the library checks.
fn is_point(key: &[u8], length: usize) -> bool {
    der::coordinates(key).is_some_and(|(x, y)| x.len() == length && y.len() == length)
}

#[cfg(test)]
mod tests {
    use super::super::vectors::{
        A2_SIGNATURE, A2_SIGNED, A3_SIGNATURE, A3_SIGNED, CERTIFICATE, CERTIFICATE_SHA256,
        ED25519_CERTIFICATE, ED25519_PUBLIC_KEY, ED25519_THUMBPRINT, P256_CERTIFICATE, P256_PUBLIC_KEY,
        PUBLIC_KEY, RSA_PUBLIC_KEY, THUMBPRINT, public_key_for,
    };
    use super::*;

    const OTHER_KINDS: [&str; 3] = [
        "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAgJMrTKc50erq803mFY7XM+6V+mYyETN6b8tHF5ivpq1LRR2TWl4ATD8A\
         t9XyKuq62Rsj2qoHKeCrFv9ezJObrqIAm3clZY4DumPnm+6icZxJAmPNbFo+Lxf2dtMqe8X95obPz3ddJ2uNxx9loCZW\
         wTR/NylWbaX7NyYLb43MPRJxZYA=",
        "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEP6OryrXNijTjvefzy8FfhhCk0fESmQg52gaVsKLQHRdLT0k0iKwfwaHp6lA8\
         e3gJf8iPFu1oV2HRnWXR2psSUw==",
        "MCowBQYDK2VuAyEAAZQzMXTqv0dWBvi68l1HO/4OEM9qA+box6ge9mYniEQ=",
    ];

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
    fn what_is_no_single_public_key_of_a_known_kind_is_refused() {
        let private = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        let odd = "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END CERTIFICATE-----\n";
        // Keys of kinds that are not taken: P-521, secp256k1, X25519.
        let others =
            OTHER_KINDS.map(|body| format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"));
        let twice = PUBLIC_KEY.repeat(2);
        let cut = PUBLIC_KEY.replace("-----END PUBLIC KEY-----", "");
        let texts = ["", "no pem", private, odd, twice.as_str(), cut.as_str(), "-----BEGIN PUBLIC KEY-----"];
        for bad in texts.into_iter().chain(others.iter().map(String::as_str)) {
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

    /// RFC 8037, A.3, and what another program says of the key of RFC 7515, A.3.
    #[test]
    fn a_key_on_a_curve_is_read_from_both_of_its_spellings() {
        for (plain, certificate, kind, thumbprint) in [
            (P256_PUBLIC_KEY, P256_CERTIFICATE, KeyKind::P256, "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"),
            (ED25519_PUBLIC_KEY, ED25519_CERTIFICATE, KeyKind::Ed25519, ED25519_THUMBPRINT),
        ] {
            let read = read_pem(plain).unwrap();
            assert_eq!((read.kind, read.thumbprint.as_str()), (kind, thumbprint));
            let certified = read_pem(certificate).unwrap();
            assert_eq!((certified.kind, certified.public_key), (kind, read.public_key));
            assert!(certified.certificate.is_some());
        }
    }

    #[test]
    fn a_key_is_for_the_algorithms_of_its_kind_alone() {
        for given in CredentialAlgorithm::ALL {
            let text = read_pem(public_key_for(given)).unwrap().public_key;
            for wanted in CredentialAlgorithm::ALL {
                let made = PublicKey::new(wanted, &text);
                assert_eq!(made.is_ok(), given.kind() == wanted.kind(), "{given:?} as {wanted:?}");
            }
        }
        let signature = URL_SAFE_NO_PAD.decode(A3_SIGNATURE).unwrap();
        let text = read_pem(P256_PUBLIC_KEY).unwrap().public_key;
        let key = PublicKey::new(CredentialAlgorithm::ES256, &text).unwrap();
        assert!(key.has_signed(A3_SIGNED.as_bytes(), &signature));
    }

    /// A point that is not on the curve would give away what it is multiplied with.
    #[test]
    fn a_point_beside_its_curve_is_refused() {
        let mut point = STANDARD.decode(read_pem(P256_PUBLIC_KEY).unwrap().public_key).unwrap();
        point[64] ^= 1;
        assert!(PublicKey::new(CredentialAlgorithm::ES256, &STANDARD.encode(&point)).is_err());
        assert!(
            PublicKey::new(CredentialAlgorithm::ES256, &STANDARD.encode([&[4], &[0; 64][..]].concat()))
                .is_err()
        );
    }
}
