//! Certificates that are read again when their files change.
//!
//! A new pair that cannot be used leaves the old one in place and is said in the log. Connections
//! that exist are not touched.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::sync::watch;

use super::{Pem, TlsError, strict};

/// How often the files are looked at. They are small, and comparing contents finds every change.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A certificate and its key on disk, and the settings made of them.
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    seen: (Pem, Pem),
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Certificates {
    /// Reads both files for the first time.
    ///
    /// # Errors
    /// When they cannot be read or used.
    pub fn open(cert: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let seen = (Pem::read(&cert)?, Pem::read(&key)?);
        let current = watch::Sender::new(strict(&seen.0, &seen.1)?);
        Ok(Self { cert, key, seen, current })
    }

    /// The settings for new connections, now and after each reload.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.current.subscribe()
    }

    /// Looks once; true when a new pair is in use.
    ///
    /// # Errors
    /// When the files changed and cannot be used; the old pair stays in use.
    pub fn look(&mut self) -> Result<bool, TlsError> {
        let found = (Pem::read(&self.cert)?, Pem::read(&self.key)?);
        if found == self.seen {
            return Ok(false);
        }
        // Remembered also when it cannot be used, so that one mistake is one line in the log.
        self.seen = found;
        self.current.send_replace(strict(&self.seen.0, &self.seen.1)?);
        Ok(true)
    }

    /// Looks again and again. Never ends by itself.
    pub async fn watch(mut self) {
        let mut every = tokio::time::interval(LOOK_EVERY);
        loop {
            every.tick().await;
            match self.look() {
                Ok(true) => tracing::info!(cert = %self.cert.display(), "certificates were read again"),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "changed certificates are not used; the old ones stay"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{authority, install_provider};
    use doorward_model::time::Timestamp;

    /// Two authorities' worth of files in two folders.
    fn pair(folder: &std::path::Path) -> (PathBuf, PathBuf) {
        authority::ensure(folder, "localhost:3667", Timestamp::from_seconds(1_795_000_000)).unwrap()
    }

    #[test]
    fn a_changed_pair_is_taken_and_a_broken_one_is_not() {
        install_provider();
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (cert, key) = pair(old.path());
        let (new_cert, new_key) = pair(new.path());
        let mut certificates = Certificates::open(cert.clone(), key.clone()).unwrap();
        let settings = certificates.subscribe();
        let before = Arc::as_ptr(&settings.borrow());
        assert!(!certificates.look().unwrap());

        std::fs::write(&cert, "not a certificate").unwrap();
        assert!(certificates.look().is_err());
        assert_eq!(before, Arc::as_ptr(&settings.borrow()));

        std::fs::copy(new_cert, &cert).unwrap();
        assert!(certificates.look().is_err(), "a certificate with another one's key was taken");
        std::fs::copy(new_key, &key).unwrap();
        assert!(certificates.look().unwrap());
        assert_ne!(before, Arc::as_ptr(&settings.borrow()));
    }

    /// CVE-2024-23656: the settings after a reload are those of the start.
    #[test]
    fn a_reload_keeps_the_protocol_list_and_the_versions() {
        install_provider();
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (cert, key) = pair(old.path());
        let mut certificates = Certificates::open(cert.clone(), key.clone()).unwrap();
        let settings = certificates.subscribe();
        let facts = |config: &ServerConfig| {
            let suites: Vec<_> = config
                .crypto_provider()
                .cipher_suites
                .iter()
                .map(rustls::SupportedCipherSuite::suite)
                .collect();
            (config.alpn_protocols.clone(), suites, config.max_early_data_size)
        };
        let before = facts(&settings.borrow());
        let (new_cert, new_key) = pair(new.path());
        std::fs::copy(new_cert, cert).unwrap();
        std::fs::copy(new_key, key).unwrap();
        assert!(certificates.look().unwrap());
        assert_eq!(before, facts(&settings.borrow()));
    }
}
