//! The certificate of a signing key, in the forms in which people fetch it: DER, PEM and PKCS #7.
//!
//! Source: RFC 5280; RFC 7468 §5 (PEM); RFC 5652 §5 (`SignedData` with certificates and no signers,
//! which RFC 2315 calls degenerate).

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXUPPER;

use super::der::{self, CONTEXT_0, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET, element};

/// 1.2.840.113549.1.7.1
const DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// 1.2.840.113549.1.7.2
const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// An X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate(Vec<u8>);

impl Certificate {
    /// Reads the one certificate of a PEM text.
    #[must_use]
    pub fn from_pem(pem: &str) -> Option<Self> {
        der::certificate(pem).map(Self)
    }

    /// Its bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// Its text.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.0)
    }

    /// What people compare certificates by: SHA-1 in upper-case hexadecimal, as the original shows it.
    /// It names a certificate and protects nothing.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        HEXUPPER.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.0).as_ref())
    }

    /// The same with colons between the bytes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let thumbprint = self.thumbprint();
        let pairs = thumbprint.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.collect::<Vec<_>>().join(":")
    }

    /// A PKCS #7 file that holds nothing but the certificate.
    #[must_use]
    pub fn pkcs7(&self) -> Vec<u8> {
        let version = element(INTEGER, &[&[1]]);
        let nothing = element(SET, &[]);
        let content = element(SEQUENCE, &[&element(OBJECT_IDENTIFIER, &[&DATA])]);
        let certificates = element(CONTEXT_0, &[&self.0]);
        let signed = element(SEQUENCE, &[&version, &nothing, &content, &certificates, &nothing]);
        let kind = element(OBJECT_IDENTIFIER, &[&SIGNED_DATA]);
        element(SEQUENCE, &[&kind, &element(CONTEXT_0, &[&signed])])
    }

    /// The text of [`Self::pkcs7`].
    #[must_use]
    pub fn pkcs7_pem(&self) -> String {
        pem("PKCS7", &self.pkcs7())
    }
}

/// The lines that RFC 7468 wants.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\r\n");
    for (at, letter) in STANDARD.encode(der).chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push_str("\r\n");
        }
        text.push(letter);
    }
    text.push_str("\r\n-----END ");
    text.push_str(label);
    text.push_str("-----");
    text
}

#[cfg(test)]
mod tests {
    use super::super::vectors::CERTIFICATE;
    use super::*;

    /// What `openssl crl2pkcs7 -nocrl` puts around the certificate of the vectors.
    const BEFORE: &str =
        "3082033e06092a864886f70d010702a082032f3082032b0201013100300b06092a864886f70d010701a0820313";
    const AFTER: [u8; 2] = [0x31, 0x00];

    #[test]
    fn pkcs7_is_what_openssl_makes() {
        let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
        let made = certificate.pkcs7();
        let (before, rest) = made.split_at(BEFORE.len() / 2);
        let hex: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, BEFORE);
        assert_eq!(rest, [certificate.der(), &AFTER].concat());
    }

    #[test]
    fn a_certificate_is_known_by_its_sha_1() {
        let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
        // vectors::CERTIFICATE_SHA1 in hexadecimal.
        assert_eq!(certificate.thumbprint(), "7FDA76E2AD056EBDB0C4945C1A81D3F382BD4E23");
        assert!(certificate.fingerprint().starts_with("7F:DA:76:") && certificate.fingerprint().len() == 59);
    }

    #[test]
    fn a_pem_has_lines_of_64_letters_and_is_read_again() {
        let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
        let pem = certificate.pem();
        assert_eq!(pem.replace("\r\n", "\n"), CERTIFICATE.trim_end());
        assert_eq!(Certificate::from_pem(&pem), Some(certificate.clone()));
        assert!(certificate.pkcs7_pem().starts_with("-----BEGIN PKCS7-----\r\nMI"));
    }
}
