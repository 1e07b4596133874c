//! Sealing: secrets that must be readable again are stored as ciphertext bound to their row.
//!
//! AES-256-GCM (NIST SP 800-38D). Each ciphertext names the master key it was sealed with and has a
//! key of its own, derived from the master key and 16 random bytes, so that random nonces never wear
//! a key out. Tenant, table, row and purpose are associated data: what is moved to another row does
//! not open. Master keys live in a file (0600), newest first; the newest seals, all of them open.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use doorward_model::ids::TenantId;
use doorward_model::secret::{SealedSecret, Secret};
use parking_lot::RwLock;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::fault::Fault;

const SALT_LEN: usize = 16;
const FILE_WORD: &str = "doorward-master-key";

/// The row and use that a ciphertext belongs to. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The table, or `token`/`cookie` for what travels.
    pub table: &'static str,
    /// The row's id.
    pub row: &'a str,
    /// What it is for.
    pub purpose: &'static str,
}

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The key file cannot be read or written.
    #[error("the master key file {} cannot be used: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The key file holds something else.
    #[error(
        "the master key file {} is damaged in line {line}: put the file from your backup back; without it sealed secrets cannot be read",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A ciphertext names a key that is not in the file.
    #[error("a secret was sealed with the master key {id}, which is not in the master key file")]
    UnknownKey {
        /// The key.
        id: String,
    },
    /// A ciphertext was changed, or belongs to another row.
    #[error("a sealed secret does not open: it was changed, or it belongs to another row")]
    DoesNotOpen,
}

impl From<SealingError> for Fault {
    fn from(error: SealingError) -> Self {
        Fault::internal(error.to_string())
    }
}

struct MasterKey {
    id: String,
    key: hmac::Key,
}

/// How the file looked when it was read: when it was changed, and its length.
type Look = Option<(SystemTime, u64)>;
type Keys = Arc<[MasterKey]>;

/// The master keys of the installation.
#[derive(Clone)]
pub struct Sealing(Arc<Inner>);

struct Inner {
    /// None for keys that live in memory only.
    path: Option<PathBuf>,
    keys: RwLock<(Keys, Look)>,
    entropy: Entropy,
}

impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys().iter().map(|key| &key.id)).finish()
    }
}

impl Sealing {
    /// Reads the master key file; makes it, readable for its owner alone, when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read or made, or is damaged.
    pub fn open_or_create(path: &Path, entropy: &Entropy) -> Result<Self, SealingError> {
        match Self::open(path, entropy) {
            Err(SealingError::File { cause, .. }) if cause.kind() == ErrorKind::NotFound => {
                create(path, &fresh_line(entropy), false)?;
                Self::open(path, entropy)
            }
            other => other,
        }
    }

    /// Puts a new master key in front of the file's; what older keys sealed still opens.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is damaged.
    pub fn rotate(path: &Path, entropy: &Entropy) -> Result<Self, SealingError> {
        Self::open(path, entropy)?;
        let text = read(path)?;
        let text = Zeroizing::new(format!("{}{}", *fresh_line(entropy), *text));
        create(path, &text, true)?;
        Self::open(path, entropy)
    }

    /// Keys that live in memory only. For tests.
    ///
    /// # Errors
    /// Never in practice.
    pub fn ephemeral(entropy: &Entropy) -> Result<Self, SealingError> {
        let keys = parse(&fresh_line(entropy), Path::new("memory"))?;
        let keys = RwLock::new((keys, None));
        Ok(Self(Arc::new(Inner { path: None, keys, entropy: entropy.clone() })))
    }

    /// Seals `plain` for its place.
    ///
    /// # Errors
    /// When the crypto library refuses, which means a text of absurd length.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<SealedSecret, SealingError> {
        let keys = self.keys();
        let master = keys.first().ok_or(SealingError::DoesNotOpen)?;
        let fresh: [u8; SALT_LEN + NONCE_LEN] = self.0.entropy.bytes();
        let key = derived_key(&master.key, &fresh[..SALT_LEN])?;
        let nonce =
            Nonce::try_assume_unique_for_key(&fresh[SALT_LEN..]).map_err(|_| SealingError::DoesNotOpen)?;
        let mut sealed = plain.to_vec();
        key.seal_in_place_append_tag(nonce, Aad::from(place.bytes(&master.id)), &mut sealed)
            .map_err(|_| SealingError::DoesNotOpen)?;
        let mut body = fresh.to_vec();
        body.append(&mut sealed);
        Ok(SealedSecret::from_ciphertext(format!("{}.{}", master.id, URL_SAFE_NO_PAD.encode(body))))
    }

    /// Opens what was sealed for the same place.
    ///
    /// # Errors
    /// When the text was changed, belongs elsewhere, or its master key is gone.
    pub fn open_bytes(
        &self,
        place: Place<'_>,
        sealed: &SealedSecret,
    ) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let (id, body) = sealed.as_str().split_once('.').ok_or(SealingError::DoesNotOpen)?;
        let keys = self.keys_with(id)?;
        let unknown = || SealingError::UnknownKey { id: id.chars().take(16).collect() };
        let master = keys.iter().find(|key| key.id == id).ok_or_else(unknown)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealingError::DoesNotOpen)?;
        let (salt, rest) = body.split_at_checked(SALT_LEN).ok_or(SealingError::DoesNotOpen)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(SealingError::DoesNotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError::DoesNotOpen)?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = derived_key(&master.key, salt)?
            .open_in_place(nonce, Aad::from(place.bytes(&master.id)), &mut text)
            .map_err(|_| SealingError::DoesNotOpen)?
            .len();
        text.truncate(length);
        Ok(text)
    }

    /// Seals a secret text.
    ///
    /// # Errors
    /// As [`Sealing::seal`].
    pub fn seal_text(&self, place: Place<'_>, secret: &Secret) -> Result<SealedSecret, SealingError> {
        self.seal(place, secret.expose().as_bytes())
    }

    /// Opens a secret text.
    ///
    /// # Errors
    /// As [`Sealing::open_bytes`].
    pub fn open_text(&self, place: Place<'_>, sealed: &SealedSecret) -> Result<Secret, SealingError> {
        let bytes = self.open_bytes(place, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealingError::DoesNotOpen)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// A key for another purpose, derived from the newest master key: the same until the next
    /// rotation, on every node that knows of it.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.keys().first().map_or_else(Zeroizing::default, |master| derived_for(master, purpose))
    }

    /// What [`Sealing::derive`] gave and gives with each of the master keys, newest first. The file is
    /// read again when it changed: another process may derive with a newer key than this one knows.
    ///
    /// # Errors
    /// When the changed file cannot be read, or is damaged.
    pub fn derive_each(&self, purpose: &str) -> Result<Vec<Zeroizing<[u8; 32]>>, SealingError> {
        Ok(self.newest_keys()?.iter().map(|master| derived_for(master, purpose)).collect())
    }

    /// The id of the key that seals now.
    #[must_use]
    pub fn current_key(&self) -> String {
        self.keys().first().map_or_else(String::new, |key| key.id.clone())
    }

    fn open(path: &Path, entropy: &Entropy) -> Result<Self, SealingError> {
        let keys = RwLock::new(load(path)?);
        Ok(Self(Arc::new(Inner { path: Some(path.to_owned()), keys, entropy: entropy.clone() })))
    }

    fn keys(&self) -> Keys {
        Arc::clone(&self.0.keys.read().0)
    }

    /// The keys, read again from the file when the wanted one is not among them and the file has
    /// changed: another process may have put a new key in front.
    fn keys_with(&self, id: &str) -> Result<Keys, SealingError> {
        let keys = self.keys();
        if keys.iter().any(|key| key.id == id) { Ok(keys) } else { self.newest_keys() }
    }

    /// The keys, read again from the file when it has changed.
    fn newest_keys(&self) -> Result<Keys, SealingError> {
        let Some(path) = &self.0.path else { return Ok(self.keys()) };
        if look(path) == self.0.keys.read().1 {
            return Ok(self.keys());
        }
        let loaded = load(path)?;
        let keys = Arc::clone(&loaded.0);
        *self.0.keys.write() = loaded;
        Ok(keys)
    }
}

fn load(path: &Path) -> Result<(Keys, Look), SealingError> {
    // Looked at before it is read: a change in between is seen as one the next time.
    let look = look(path);
    let text = read(path)?;
    warn_when_open_to_others(path);
    Ok((parse(&text, path)?, look))
}

fn look(path: &Path) -> Look {
    let facts = fs::metadata(path).ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

fn parse(text: &str, path: &Path) -> Result<Keys, SealingError> {
    let mut keys = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let damaged = || SealingError::Damaged { path: path.to_owned(), line: number + 1 };
        let mut words = line.split_whitespace();
        let (word, id, key) = (words.next(), words.next(), words.next());
        let (Some(FILE_WORD), Some(id), Some(key), None) = (word, id, key, words.next()) else {
            return Err(damaged());
        };
        let key = Zeroizing::new(URL_SAFE_NO_PAD.decode(key).map_err(|_| damaged())?);
        if key.len() != 32 {
            return Err(damaged());
        }
        keys.push(MasterKey { id: id.to_owned(), key: hmac::Key::new(hmac::HMAC_SHA256, &key) });
    }
    if keys.is_empty() {
        return Err(SealingError::Damaged { path: path.to_owned(), line: 1 });
    }
    Ok(keys.into())
}

impl Place<'_> {
    /// The associated data; lengths in front keep neighbouring fields apart.
    fn bytes(&self, key: &str) -> Vec<u8> {
        let parts = [key, self.tenant.as_str(), self.table, self.row, self.purpose];
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| size_of::<u64>() + part.len()).sum());
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

fn derived_for(master: &MasterKey, purpose: &str) -> Zeroizing<[u8; 32]> {
    let tag = hmac::sign(&master.key, format!("derive\0{purpose}").as_bytes());
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(tag.as_ref());
    key
}

fn derived_key(master: &hmac::Key, salt: &[u8]) -> Result<LessSafeKey, SealingError> {
    let mut input = b"seal\0".to_vec();
    input.extend_from_slice(salt);
    let tag = hmac::sign(master, &input);
    let key = UnboundKey::new(&AES_256_GCM, tag.as_ref()).map_err(|_| SealingError::DoesNotOpen)?;
    Ok(LessSafeKey::new(key))
}

fn fresh_line(entropy: &Entropy) -> Zeroizing<String> {
    let id = HEXLOWER.encode(&entropy.bytes::<4>());
    let key = Zeroizing::new(entropy.bytes::<32>());
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(*key));
    Zeroizing::new(format!("{FILE_WORD} {id} {}\n", *text))
}

fn read(path: &Path) -> Result<Zeroizing<String>, SealingError> {
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|cause| SealingError::File { path: path.to_owned(), cause })
}

/// Writes the file in one step: a reader sees all of it or nothing, and of two processes that both
/// make it, one wins and the other reads the winner's.
fn create(path: &Path, text: &str, replace: bool) -> Result<(), SealingError> {
    let failed = |cause| SealingError::File { path: path.to_owned(), cause };
    let draft = path.with_extension(format!("new-{}", std::process::id()));
    let written = write_draft(&draft, text).and_then(|()| {
        if replace {
            return fs::rename(&draft, path);
        }
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    });
    if !replace || written.is_err() {
        // What is left of the draft must not stay; when it is gone already, all is well.
        let _ = fs::remove_file(&draft);
    }
    written.and_then(|()| sync_folder(path)).map_err(failed)
}

fn write_draft(draft: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

fn warn_when_open_to_others(path: &Path) {
    #[cfg(unix)]
    if let Ok(facts) = fs::metadata(path)
        && std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o077 != 0
    {
        tracing::warn!(file = %path.display(), "the master key can be read by others on this machine; run chmod 600 on it");
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place<'a>(tenant: &'a TenantId, row: &'a str) -> Place<'a> {
        Place { tenant, table: "client_secrets", row, purpose: "client_secret" }
    }

    fn tenant(text: &str) -> TenantId {
        TenantId::parse(text).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let sealing = Sealing::ephemeral(&Entropy::seeded(1)).unwrap();
        let (acme, other) = (tenant("acme"), tenant("other"));
        let secret = Secret::new("hunter2".to_owned());
        let sealed = sealing.seal_text(place(&acme, "cs_1"), &secret).unwrap();
        assert_eq!(sealing.open_text(place(&acme, "cs_1"), &sealed).unwrap(), secret);
        for elsewhere in [
            place(&acme, "cs_2"),
            place(&other, "cs_1"),
            Place { table: "users", ..place(&acme, "cs_1") },
            Place { purpose: "else", ..place(&acme, "cs_1") },
        ] {
            assert!(matches!(sealing.open_text(elsewhere, &sealed), Err(SealingError::DoesNotOpen)));
        }
    }

    #[test]
    fn every_changed_character_and_every_cut_is_noticed() {
        let sealing = Sealing::ephemeral(&Entropy::seeded(1)).unwrap();
        let acme = tenant("acme");
        let sealed = sealing.seal(place(&acme, "r"), b"plain").unwrap();
        let text = sealed.as_str();
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = SealedSecret::from_ciphertext(String::from_utf8(bytes).unwrap());
            assert!(sealing.open_bytes(place(&acme, "r"), &changed).is_err(), "changed at {at}");
            let cut = SealedSecret::from_ciphertext(text[..at].to_owned());
            assert!(sealing.open_bytes(place(&acme, "r"), &cut).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same_twice() {
        let sealing = Sealing::ephemeral(&Entropy::System).unwrap();
        let acme = tenant("acme");
        let twice = [0, 1].map(|_| sealing.seal(place(&acme, "r"), b"plain").unwrap());
        assert_ne!(twice[0], twice[1]);
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_alone_and_rotation_keeps_old_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let entropy = Entropy::System;
        let acme = tenant("acme");
        let first = Sealing::open_or_create(&path, &entropy).unwrap();
        let sealed = first.seal(place(&acme, "r"), b"plain").unwrap();
        let again = Sealing::open_or_create(&path, &entropy).unwrap();
        assert_eq!(again.current_key(), first.current_key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let rotated = Sealing::rotate(&path, &entropy).unwrap();
        assert_ne!(rotated.current_key(), first.current_key());
        assert_eq!(&*rotated.open_bytes(place(&acme, "r"), &sealed).unwrap(), b"plain");
        let newer = rotated.seal(place(&acme, "r"), b"plain").unwrap();
        let before = *first.derive("x");
        assert_eq!(
            &*first.open_bytes(place(&acme, "r"), &newer).unwrap(),
            b"plain",
            "it reads the file again"
        );
        assert_ne!(*first.derive("x"), before);
        assert_eq!(*first.derive("x"), *rotated.derive("x"));
        let unknown = SealedSecret::from_ciphertext("00000000.AAAA".to_owned());
        let opened = first.open_bytes(place(&acme, "r"), &unknown);
        assert!(matches!(opened, Err(SealingError::UnknownKey { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn a_damaged_key_file_is_said_to_be_damaged_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for text in ["", "nonsense\n", "doorward-master-key 1 AAAA\n", "doorward-master-key 1\n"] {
            fs::write(&path, text).unwrap();
            let opened = Sealing::open_or_create(&path, &Entropy::System);
            assert!(matches!(opened, Err(SealingError::Damaged { .. })), "{text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn no_key_shows_in_a_debug_print() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let sealing = Sealing::open_or_create(&path, &Entropy::System).unwrap();
        let key = fs::read_to_string(&path).unwrap().split_whitespace().nth(2).unwrap().to_owned();
        assert!(!format!("{sealing:?}").contains(&key));
    }
}
