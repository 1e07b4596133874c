//! TLS as this process ends it: which versions, which certificates, and reading them again.
//!
//! Owns the one TLS provider of the process. Knows nothing of HTTP.
//! Source: RFC 9325 (recommendations for TLS); CVE-2024-23656 (settings lost at a reload).

pub mod authority;
pub mod reload;

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which one.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file is not the PEM it should be.
    #[error("{path} holds no {what} in PEM form")]
    Pem {
        /// Which one.
        path: String,
        /// What was looked for.
        what: &'static str,
    },
    /// Certificate and key are no pair, or of a kind that is not spoken.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
    /// The local authority could not make a certificate.
    #[error("the local authority could not make a certificate: {0}")]
    Authority(#[from] rcgen::Error),
}

/// Names the TLS provider of this process. To be called before anything speaks TLS; a second call
/// changes nothing.
pub fn install_provider() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// The one place where server settings are made: the first start and every reload come through here,
/// so that a reload cannot lose strictness.
///
/// # Errors
/// When certificate and key are not PEM, or not a pair.
pub fn strict(cert: &Pem, key: &Pem) -> Result<Arc<ServerConfig>, TlsError> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(&cert.bytes).collect::<Result<_, _>>().unwrap_or_default();
    if chain.is_empty() {
        return Err(TlsError::Pem { path: cert.path.clone(), what: "certificate" });
    }
    let key = PrivateKeyDer::from_pem_slice(&key.bytes)
        .map_err(|_| TlsError::Pem { path: key.path.clone(), what: "private key" })?;
    let mut config =
        ServerConfig::builder_with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// A PEM file as read.
#[derive(PartialEq, Eq)]
pub struct Pem {
    path: String,
    bytes: Vec<u8>,
}

impl Pem {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self, TlsError> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| TlsError::File { path: name.clone(), error })?;
        Ok(Self { path: name, bytes })
    }
}
