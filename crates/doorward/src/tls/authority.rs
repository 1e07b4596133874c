//! The local authority of `--https`: made on first use, it signs one leaf for this installation.
//!
//! Owns `DIR/tls`. Strict verifiers ask a leaf for names (SAN), the authority's key id (AKI),
//! `serverAuth` and at most 398 days. Source: CA/Browser Forum baseline requirements §6.3.2, §7.1.2;
//! RFC 5280 §4.2.1.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorward_model::time::Timestamp;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::TlsError;

const DAY: u64 = 86_400;
const AUTHORITY_DAYS: u64 = 3650;
const LEAF_DAYS: u64 = 397;
/// A leaf with less than this to live is made anew.
const RENEW_DAYS: u64 = 30;

/// The authority's certificate, which browsers and programs are told to trust.
#[must_use]
pub fn certificate_path(data: &Path) -> PathBuf {
    data.join("tls").join("ca.pem")
}

/// Makes what is missing, outdated or for another domain. Gives the leaf's chain and key.
///
/// # Errors
/// When the folder cannot be written, or its contents are not ours.
pub fn ensure(data: &Path, host: &str, now: Timestamp) -> Result<(PathBuf, PathBuf), TlsError> {
    let folder = data.join("tls");
    fs::create_dir_all(&folder)
        .map_err(|error| TlsError::File { path: folder.display().to_string(), error })?;
    let (ca, ca_key) = (certificate_path(data), folder.join("ca.key"));
    let (leaf, leaf_key) = (folder.join("leaf.pem"), folder.join("leaf.key"));
    let now = now.seconds().unsigned_abs();
    if !(ca.exists() && ca_key.exists()) || remaining_days(&ca, now) < LEAF_DAYS {
        let (certificate, key) = make_authority(now)?;
        write(&ca_key, &key.serialize_pem(), true)?;
        write(&ca, &certificate.pem(), false)?;
        let _ = fs::remove_file(&leaf);
    }
    let names = names(host);
    if !leaf_key.exists() || remaining_days(&leaf, now) < RENEW_DAYS || !covers(&leaf, &names) {
        let ca_pem = read(&ca)?;
        let issuer = Issuer::from_ca_cert_pem(&ca_pem, KeyPair::from_pem(&read(&ca_key)?)?)?;
        let (certificate, key) = make_leaf(names, now, &issuer)?;
        write(&leaf_key, &key.serialize_pem(), true)?;
        write(&leaf, &format!("{}{ca_pem}", certificate.pem()), false)?;
    }
    Ok((leaf, leaf_key))
}

fn make_authority(now: u64) -> Result<(Certificate, KeyPair), TlsError> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Doorward local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    live(&mut params, now, AUTHORITY_DAYS);
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?, key))
}

fn make_leaf(
    names: Vec<String>,
    now: u64,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<(Certificate, KeyPair), TlsError> {
    let common_name = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.is_ca = IsCa::ExplicitNoCa;
    live(&mut params, now, LEAF_DAYS);
    let key = KeyPair::generate()?;
    Ok((params.signed_by(&key, issuer)?, key))
}

/// Begins a day early, for clocks that go behind.
fn live(params: &mut CertificateParams, now: u64, days: u64) {
    let start = date_time_ymd(1970, 1, 1) + Duration::from_secs(now.saturating_sub(DAY));
    params.not_before = start;
    params.not_after = start + Duration::from_secs(days * DAY);
}

/// The domain without its port, and the names of this machine itself.
fn names(host: &str) -> Vec<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let mut all = vec![name.trim_start_matches('[').trim_end_matches(']').to_owned()];
    for own in ["localhost", "127.0.0.1", "::1"] {
        if !all.iter().any(|name| name == own) {
            all.push(own.to_owned());
        }
    }
    all
}

fn remaining_days(path: &Path, now: u64) -> u64 {
    let Ok(pem) = read(path) else { return 0 };
    let Ok((_, pem)) = x509_parser::pem::parse_x509_pem(pem.as_bytes()) else { return 0 };
    let Ok(certificate) = pem.parse_x509() else { return 0 };
    certificate.validity().not_after.timestamp().unsigned_abs().saturating_sub(now) / DAY
}

fn covers(path: &Path, names: &[String]) -> bool {
    let Ok(pem) = read(path) else { return false };
    let Ok((_, pem)) = x509_parser::pem::parse_x509_pem(pem.as_bytes()) else { return false };
    let Ok(certificate) = pem.parse_x509() else { return false };
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return false };
    let dns: Vec<&str> = extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            x509_parser::extensions::GeneralName::DNSName(text) => Some(*text),
            _ => None,
        })
        .collect();
    // Addresses never change with the domain unless the domain is one; then the leaf has it first.
    names
        .iter()
        .filter(|name| name.parse::<std::net::IpAddr>().is_err())
        .all(|name| dns.contains(&name.as_str()))
}

fn read(path: &Path) -> Result<String, TlsError> {
    fs::read_to_string(path).map_err(|error| TlsError::File { path: path.display().to_string(), error })
}

fn write(path: &Path, text: &str, private: bool) -> Result<(), TlsError> {
    let cannot = |error| TlsError::File { path: path.display().to_string(), error };
    let new = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    let mut file = options.open(&new).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
    fs::rename(&new, path).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::install_provider;
    use x509_parser::extensions::{GeneralName, ParsedExtension};

    const NOW: i64 = 1_795_000_000;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_seconds(NOW + days * 86_400)
    }

    #[test]
    fn the_leaf_has_what_strict_verifiers_ask_for() {
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        let (leaf, _) = ensure(folder.path(), "id.acme.test:8443", at(0)).unwrap();
        let text = fs::read(leaf).unwrap();
        let (_, pem) = x509_parser::pem::parse_x509_pem(&text).unwrap();
        let certificate = pem.parse_x509().unwrap();
        let validity = certificate.validity();
        assert!(validity.not_after.timestamp() - validity.not_before.timestamp() <= 398 * 86_400);
        let usage = certificate.extended_key_usage().unwrap().unwrap();
        assert!(usage.value.server_auth && !usage.value.client_auth && !usage.value.any);
        let has_key_id = certificate
            .extensions()
            .iter()
            .any(|e| matches!(e.parsed_extension(), ParsedExtension::AuthorityKeyIdentifier(_)));
        assert!(has_key_id, "no authority key identifier");
        let names = &certificate.subject_alternative_name().unwrap().unwrap().value.general_names;
        let ip = |text: &str| match text.parse().unwrap() {
            std::net::IpAddr::V4(ip) => ip.octets().to_vec(),
            std::net::IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let (v4, v6) = (ip("127.0.0.1"), ip("::1"));
        for name in [
            GeneralName::DNSName("id.acme.test"),
            GeneralName::DNSName("localhost"),
            GeneralName::IPAddress(&v4),
            GeneralName::IPAddress(&v6),
        ] {
            assert!(names.contains(&name), "{name:?} is not among {names:?}");
        }
        assert!(!certificate.is_ca());
    }

    #[test]
    fn nothing_is_made_twice() {
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        let (leaf, key) = ensure(folder.path(), "localhost:3667", at(0)).unwrap();
        let before = (fs::read(&leaf).unwrap(), fs::read(&key).unwrap());
        ensure(folder.path(), "localhost:3667", at(100)).unwrap();
        assert_eq!(before, (fs::read(&leaf).unwrap(), fs::read(&key).unwrap()));
    }

    #[test]
    fn a_leaf_near_its_end_is_renewed_by_the_same_authority() {
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        let (leaf, _) = ensure(folder.path(), "localhost:3667", at(0)).unwrap();
        let (ca, old) = (fs::read(certificate_path(folder.path())).unwrap(), fs::read(&leaf).unwrap());
        ensure(folder.path(), "localhost:3667", at(370)).unwrap();
        assert_ne!(old, fs::read(&leaf).unwrap());
        assert_eq!(ca, fs::read(certificate_path(folder.path())).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        install_provider();
        let folder = tempfile::tempdir().unwrap();
        ensure(folder.path(), "localhost", at(0)).unwrap();
        for name in ["ca.key", "leaf.key"] {
            let mode = fs::metadata(folder.path().join("tls").join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
