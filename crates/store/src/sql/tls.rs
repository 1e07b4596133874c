//! TLS to PostgreSQL, when the address asks for it.
//!
//! `sslmode=require`, `verify-ca` and `verify-full` all mean the same here: encrypted, and the
//! server's certificate and name are verified. Known are the public authorities and those in the
//! file that `sslrootcert` names. Without `sslmode` the connection is plain.

use std::sync::Arc;

use doorward_model::secret::Secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::StoreError;

/// Reads the address: how to connect, and what makes the TLS part of it.
pub(crate) fn read(address: &Secret) -> Result<(Config, Option<MakeRustlsConnect>), StoreError> {
    let (plain, roots) = split(address.expose());
    let mut config: Config =
        plain.parse().map_err(|error| StoreError::unavailable(format!("the database address: {error}")))?;
    config.application_name("doorward");
    if config.get_ssl_mode() != SslMode::Require {
        return Ok((config, None));
    }
    let mut known = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = roots {
        let read = CertificateDer::pem_file_iter(&file).map_err(|error| bad_roots(&file, &error))?;
        for certificate in read {
            let certificate = certificate.map_err(|error| bad_roots(&file, &error))?;
            known.add(certificate).map_err(|error| bad_roots(&file, &error))?;
        }
    }
    let tls = ClientConfig::builder().with_root_certificates(Arc::new(known)).with_no_client_auth();
    Ok((config, Some(MakeRustlsConnect::new(tls))))
}

fn bad_roots(file: &str, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::unavailable(format!("sslrootcert {file}: {error}"))
}

/// Takes `sslrootcert` out and turns `verify-…` into `require`: the driver knows neither.
fn split(address: &str) -> (String, Option<String>) {
    let Some((base, query)) = address.split_once('?') else {
        return (address.to_owned(), None);
    };
    let mut roots = None;
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslrootcert", file)) => roots = Some(file.to_owned()),
            Some(("sslmode", "verify-full" | "verify-ca")) => kept.push("sslmode=require"),
            _ => kept.push(pair),
        }
    }
    if kept.is_empty() {
        return (base.to_owned(), roots);
    }
    (format!("{base}?{}", kept.join("&")), roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_brought_to_the_drivers_form() {
        let (plain, roots) = split("postgres://a@b/c?sslmode=verify-full&sslrootcert=/etc/ca.pem");
        assert_eq!(plain, "postgres://a@b/c?sslmode=require");
        assert_eq!(roots.as_deref(), Some("/etc/ca.pem"));
        assert_eq!(split("postgres://a@b/c?sslrootcert=x"), ("postgres://a@b/c".into(), Some("x".into())));
        assert_eq!(split("postgres://a@b/c"), ("postgres://a@b/c".into(), None));
    }

    #[test]
    fn tls_is_used_when_asked_for_only() {
        let read = |text: &str| read(&Secret::new(text.to_owned())).unwrap().1.is_some();
        assert!(!read("postgres://a@b/c"));
        assert!(!read("postgres://a@b/c?sslmode=disable"));
        assert!(read("postgres://a@b/c?sslmode=require"));
        assert!(read("postgres://a@b/c?sslmode=verify-full"));
    }
}
