//! `doorward.toml`: reading it strictly, and adding to it what the first start fixed.
//!
//! A key that is not known is an error: a mistyped setting must not be silently without effect.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The keys of the file.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Host and port under which the installation is reached.
    pub domain: Option<String>,
    /// Whether the local authority's certificates are used.
    pub https: Option<bool>,
    /// The issuer.
    pub issuer: Option<String>,
    /// `sqlite` or a PostgreSQL address.
    pub database: Option<String>,
    /// A sealing key kept elsewhere.
    pub master_key_file: Option<PathBuf>,
    /// Address to listen on.
    pub listen: Option<IpAddr>,
    /// Port to listen on.
    pub port: Option<u16>,
    /// Networks whose forwarded headers count.
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// Certificate chain, PEM.
    pub tls_cert: Option<PathBuf>,
    /// Private key, PEM.
    pub tls_key: Option<PathBuf>,
    /// Networks besides the public one that log streams may reach.
    pub stream_networks: Option<Vec<IpNet>>,
    /// Folder of the files that log streams write.
    pub stream_folder: Option<PathBuf>,
    /// Authorities besides the public ones that receivers of log streams are believed by, PEM.
    pub stream_authorities: Option<PathBuf>,
    /// Whether the Management API refuses requests beyond its limit.
    pub api_limit: Option<bool>,
    /// Requests per second that come back into a tenant's bucket.
    pub api_rate: Option<u32>,
    /// Requests that a tenant's bucket holds.
    pub api_burst: Option<u32>,
    /// Where metrics are given.
    pub metrics_listen: Option<SocketAddr>,
}

const HEADER: &str = "\
# Doorward. Written by `doorward init` or the first `doorward serve`.
# domain, issuer and database stay as they are for the life of the installation.
";

/// Reads the file; none when there is no such file.
///
/// # Errors
/// When the file cannot be read, is not TOML, or has a key that is not known.
pub fn read(path: &Path) -> Result<Option<File>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::IsADirectory) => {
            return Err(Failure::usage(
                format!("{} is not a settings file.", path.display()),
                "It is a folder, or holds something else than text in UTF-8.",
                "Name a text file in TOML; doorward.example.toml shows every key.",
            ));
        }
        Err(error) => {
            return Err(Failure::file(
                format!("{} cannot be read.", path.display()),
                &error,
                "Check its permissions and run the command as the user who owns it.",
            ));
        }
    };
    let mut file: File = toml::from_str(&text).map_err(|error| {
        Failure::usage(
            format!("{} is not a valid settings file.", path.display()),
            error.to_string().trim_end().replace('\n', "\n       "),
            "Correct the file; doorward.example.toml shows every key.",
        )
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let paths = [
        &mut file.master_key_file,
        &mut file.tls_cert,
        &mut file.tls_key,
        &mut file.stream_folder,
        &mut file.stream_authorities,
    ];
    for entry in paths.into_iter().flatten() {
        *entry = folder.join(&*entry);
    }
    Ok(Some(file))
}

/// Adds keys to the file without touching what is in it; makes the file when there is none. The
/// result is complete or not there at all, also when the machine stops in the middle.
///
/// # Errors
/// When the folder cannot be written.
pub fn add(path: &Path, keys: &File) -> Result<(), Failure> {
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::failed(
            format!("{} cannot be written.", path.display()),
            error,
            "Make the folder writable for this user, or name another one with --data DIR.",
        )
    };
    let mut text = fs::read_to_string(path).unwrap_or_else(|_| HEADER.to_owned());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&toml::to_string(keys).map_err(|error| cannot(&error))?);
    let new = path.with_extension("toml.new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&new).map_err(|error| cannot(&error))?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(|error| cannot(&error))?;
    fs::rename(&new, path).map_err(|error| cannot(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.toml");
        fs::write(&path, "prot = 4000\n").unwrap();
        let failure = read(&path).err().unwrap();
        assert_eq!(failure.exit, crate::failure::Exit::Usage);
        assert!(failure.to_string().contains("prot"), "{failure}");
    }

    #[test]
    fn what_is_no_text_is_told_apart_from_what_may_not_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.toml");
        fs::write(&path, b"port = 4000 # \xff\n").unwrap();
        for wrong in [path.as_path(), folder.path()] {
            let failure = read(wrong).err().unwrap();
            assert_eq!(failure.exit, crate::failure::Exit::Usage, "{failure}");
            assert!(failure.to_string().contains("UTF-8"), "{failure}");
        }
    }

    #[test]
    fn adding_keeps_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.toml");
        fs::write(&path, "# mine\nport = 4000").unwrap();
        add(&path, &File { domain: Some("localhost:4000".into()), ..File::default() }).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# mine\nport = 4000\n"), "{text}");
        let file = read(&path).unwrap().unwrap();
        assert_eq!(file.port, Some(4000));
        assert_eq!(file.domain.as_deref(), Some("localhost:4000"));
    }

    #[test]
    fn paths_are_meant_from_the_folder_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("doorward.toml");
        fs::write(&path, "tls_cert = \"a.pem\"\ntls_key = \"/etc/b.pem\"\n").unwrap();
        let file = read(&path).unwrap().unwrap();
        assert_eq!(file.tls_cert, Some(folder.path().join("a.pem")));
        assert_eq!(file.tls_key, Some(PathBuf::from("/etc/b.pem")));
    }

    #[test]
    fn the_example_names_every_key_and_no_other() {
        let text = include_str!("../../../../doorward.example.toml");
        let plain: String = text
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n");
        let shown: File = toml::from_str(&plain).unwrap();
        let value = serde_json::to_value(&shown).unwrap();
        for (key, value) in value.as_object().unwrap() {
            assert!(!value.is_null(), "doorward.example.toml does not show {key}");
        }
    }
}
