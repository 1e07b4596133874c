//! How far log streams may reach: what the operator opens to the admins of the tenants.

use std::path::{Path, PathBuf};

use doorward_engine::outbound::Reach;
use ipnet::IpNet;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::file::{self, File};
use super::flags::ServerFlags;
use super::path;
use crate::failure::Failure;

/// Networks, folder and authorities for log streams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReachSettings {
    /// Networks besides the public one.
    pub networks: Vec<IpNet>,
    /// Folder of the files.
    pub folder: Option<PathBuf>,
    /// Authorities besides the public ones, PEM.
    pub authorities: Option<PathBuf>,
}

impl ReachSettings {
    pub(super) fn settle(flags: &ServerFlags, extra: &File, stored: &File) -> Self {
        let networks = [&flags.stream_networks, &extra.stream_networks, &stored.stream_networks];
        let folder = [&flags.stream_folder, &extra.stream_folder, &stored.stream_folder];
        let authorities = [&flags.stream_authorities, &extra.stream_authorities, &stored.stream_authorities];
        Self {
            networks: networks.into_iter().flatten().next().cloned().unwrap_or_default(),
            folder: folder.into_iter().flatten().next().cloned(),
            authorities: authorities.into_iter().flatten().next().cloned(),
        }
    }

    /// What `DIR/doorward.toml` says, for commands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of_folder(data: &Path) -> Result<Self, Failure> {
        let stored = file::read(&path(data))?.unwrap_or_default();
        Ok(Self::settle(&ServerFlags::default(), &File::default(), &stored))
    }

    /// Reads the authorities.
    ///
    /// # Errors
    /// When their file cannot be read, or holds no certificate.
    pub fn open(&self) -> Result<Reach, Failure> {
        let mut authorities = Vec::new();
        if let Some(file) = &self.authorities {
            let cannot = |error: &dyn std::fmt::Display| {
                Failure::usage(
                    format!("{} holds no authorities.", file.display()),
                    error.to_string(),
                    "Name a file with certificates in PEM with --stream-authorities FILE, or leave it out.",
                )
            };
            for read in CertificateDer::pem_file_iter(file).map_err(|error| cannot(&error))? {
                authorities.push(read.map_err(|error| cannot(&error))?);
            }
            if authorities.is_empty() {
                return Err(cannot(&"There is no certificate in it."));
            }
        }
        Ok(Reach::new(self.networks.clone(), self.folder.clone(), authorities))
    }
}
