//! Passwords: hashed and checked on a bounded pool.
//!
//! Argon2id (RFC 9106) with 19 MiB, two passes, one lane by default. Owns the budget: one hash per
//! thread at a time, each thread keeps its memory and returns it after a minute of rest. Nobody can
//! tell by time whether a name is known: an unknown one costs the same hash.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use doorward_model::connection::{Connection, Strategy};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::secret::Secret;
use doorward_store::users::Credential;

use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::huge_pages;
use crate::pool::{Load, Pool};

/// The longest password that is looked at, in bytes.
pub const MAX_BYTES: usize = 1024;
/// The shortest new password of an admin, in characters.
pub const MIN_FOR_ADMINS: usize = 12;

/// How many hashes may wait per thread: about one second's work.
const QUEUE_PER_THREAD: usize = 32;
const HASH_LEN: usize = 32;
const DUMMY_SALT: [u8; 16] = *b"nobody has this.";

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

impl PasswordCost {
    /// The least that argon2 knows. For tests that are not about passwords.
    #[must_use]
    pub const fn least() -> Self {
        Self { memory_kib: 8, passes: 1, lanes: 1 }
    }
}

/// The pool that hashes.
pub struct Passwords {
    pool: Pool<Vec<Block>>,
    params: Params,
    entropy: Entropy,
}

impl Passwords {
    /// Starts the pool.
    ///
    /// # Errors
    /// When the cost is no argon2 cost, or the system gives no thread.
    pub fn start(cost: PasswordCost, threads: usize, entropy: &Entropy) -> Result<Self, Fault> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(HASH_LEN))
            .map_err(|error| Fault::internal(format!("the password cost cannot be used: {error}")))?;
        let pool = Pool::start("passwords", threads, threads.max(1) * QUEUE_PER_THREAD)?;
        Ok(Self { pool, params, entropy: entropy.clone() })
    }

    /// How many hashes wait.
    #[must_use]
    pub fn load(&self) -> Load {
        self.pool.load()
    }

    /// Hashes a new password; the result is PHC text.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for more than [`MAX_BYTES`]; [`Fault::Unavailable`] when too many wait.
    pub async fn hash(&self, password: &Secret) -> Result<Credential, Fault> {
        if password.expose().len() > MAX_BYTES {
            return Err(Fault::Invalid(too_long("password").into()));
        }
        let (params, salt, password) = (self.params.clone(), self.entropy.bytes::<16>(), password.clone());
        self.pool
            .run(move |memory| {
                let hash = compute(memory, &params, &salt, &password)?;
                phc(&params, &salt, &hash)
            })
            .await?
    }

    /// Whether `password` is the one that was hashed into `stored`. Where nothing is stored, the
    /// answer is no and takes as long.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] when too many wait; [`Fault::Internal`] when `stored` is no hash.
    pub async fn verify(&self, password: &Secret, stored: Option<&Credential>) -> Result<bool, Fault> {
        if password.expose().len() > MAX_BYTES {
            return Ok(false);
        }
        let known = stored.map(|text| parse(&text.hash)).transpose()?;
        let password = password.clone();
        let own = self.params.clone();
        self.pool
            .run(move |memory| match known {
                Some((params, salt, hash)) => {
                    let computed = compute(memory, &params, &salt, &password)?;
                    Ok(verify_slices_are_equal(&computed, hash.as_bytes()).is_ok())
                }
                None => compute(memory, &own, &DUMMY_SALT, &password).map(|_| false),
            })
            .await?
    }
}

/// Checks a new password of somebody who needs at least `min` characters.
///
/// # Errors
/// A finding for `password` that says what is wrong.
pub fn check_new(password: &Secret, min: usize) -> Result<(), FieldErrors> {
    if password.expose().len() > MAX_BYTES {
        return Err(too_long("password").into());
    }
    if password.expose().chars().count() < min {
        let text = format!("The password is too short: at least {min} characters.");
        return Err(FieldError::new("password", "min_length", text).into());
    }
    Ok(())
}

/// Checks a new password of a user of `connection` by the rules of that connection; `known` is what
/// [`User::known_words`](doorward_model::user::User::known_words) gives.
///
/// # Errors
/// A finding for `password` that says what is missing.
pub fn check_new_of(connection: &Connection, password: &Secret, known: &[String]) -> Result<(), FieldError> {
    if password.expose().len() > MAX_BYTES {
        return Err(too_long("password"));
    }
    let Strategy::Database(options) = &connection.strategy;
    let report = options.password_rules().check(password.expose(), known);
    if report.is_kept() { Ok(()) } else { Err(FieldError::new("password", "password_policy", report.text())) }
}

fn too_long(path: &str) -> FieldError {
    FieldError::new(path, "max_length", format!("The password is too long: at most {MAX_BYTES} bytes."))
}

fn compute(
    memory: &mut Vec<Block>,
    params: &Params,
    salt: &[u8],
    password: &Secret,
) -> Result<[u8; HASH_LEN], Fault> {
    if memory.len() < params.block_count() {
        huge_pages::allow();
        memory.resize(params.block_count(), Block::new());
    }
    let mut hash = [0; HASH_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(
            password.expose().as_bytes(),
            salt,
            &mut hash,
            &mut memory[..params.block_count()],
        )
        .map_err(|error| Fault::internal(format!("a password could not be hashed: {error}")))?;
    Ok(hash)
}

fn phc(params: &Params, salt: &[u8], hash: &[u8]) -> Result<Credential, Fault> {
    let unusable = |_| Fault::internal("a password hash could not be written down");
    let text = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(unusable)?,
        salt: Some(Salt::new(salt).map_err(|_| Fault::internal("a salt could not be written down"))?),
        hash: Some(Output::new(hash).map_err(|_| Fault::internal("a hash could not be written down"))?),
    };
    Ok(Credential { hash: text.to_string() })
}

fn parse(text: &str) -> Result<(Params, Vec<u8>, Output), Fault> {
    let unusable = || Fault::internal("a stored password hash is not argon2id in PHC form");
    let stored = PasswordHash::new(text).map_err(|_| unusable())?;
    let is_ours = stored.algorithm == Algorithm::Argon2id.ident();
    let (Some(salt), Some(hash), true) = (stored.salt, stored.hash, is_ours) else { return Err(unusable()) };
    let params = Params::try_from(&stored).map_err(|_| unusable())?;
    if hash.len() != HASH_LEN {
        return Err(unusable());
    }
    Ok((params, salt.to_vec(), hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn pool(cost: PasswordCost, threads: usize) -> Passwords {
        Passwords::start(cost, threads, &Entropy::System).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = pool(PasswordCost::least(), 1);
        let hash = passwords.hash(&secret("correct horse")).await.unwrap();
        assert!(hash.hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert!(passwords.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&secret("correct hors"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&secret("correct horse"), None).await.unwrap());
        assert_ne!(hash.hash, passwords.hash(&secret("correct horse")).await.unwrap().hash);
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_still_verifies_after_the_cost_changed() {
        let old = pool(PasswordCost { memory_kib: 64, passes: 3, lanes: 1 }, 1);
        let hash = old.hash(&secret("correct horse")).await.unwrap();
        let now = pool(PasswordCost::least(), 1);
        assert!(now.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
        assert!(!now.verify(&secret("wrong"), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn kanidm_1_11_a_password_of_a_megabyte_is_refused_before_hashing() {
        let passwords = pool(PasswordCost::least(), 1);
        let huge = secret(&"x".repeat(1_000_000));
        assert!(matches!(passwords.hash(&huge).await, Err(Fault::Invalid(_))));
        assert!(!passwords.verify(&huge, None).await.unwrap());
        assert!(check_new(&huge, MIN_FOR_ADMINS).is_err());
        assert!(passwords.hash(&secret(&"x".repeat(MAX_BYTES))).await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn five_hundred_hashes_at_once_are_mostly_told_to_come_back_later() {
        let passwords = Arc::new(pool(PasswordCost { memory_kib: 4096, passes: 2, lanes: 1 }, 2));
        let hashes: Vec<_> = (0..500)
            .map(|_| {
                let passwords = Arc::clone(&passwords);
                tokio::spawn(async move { passwords.hash(&secret("correct horse")).await })
            })
            .collect();
        let (mut done, mut refused) = (0, 0);
        for hash in hashes {
            match hash.await.unwrap() {
                Ok(_) => done += 1,
                Err(Fault::Unavailable { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(done >= 2 * QUEUE_PER_THREAD, "what fits into the queue is done: {done}");
        assert!(refused > 0, "what does not fit is refused at once");
        assert_eq!(done + refused, 500);
        assert!(passwords.hash(&secret("correct horse")).await.is_ok(), "and then it goes on");
    }

    #[test]
    fn a_new_password_has_a_least_length_in_characters() {
        assert!(check_new(&secret("1234567"), 8).is_err());
        assert!(check_new(&secret("ÄÖÜäöüßé"), 8).is_ok());
        assert!(check_new(&secret("12345678901"), MIN_FOR_ADMINS).is_err());
        assert!(check_new(&secret("123456789012"), MIN_FOR_ADMINS).is_ok());
    }

    #[tokio::test]
    async fn what_is_stored_never_shows_in_a_debug_print() {
        let hash = pool(PasswordCost::least(), 1).hash(&secret("correct horse")).await.unwrap();
        assert!(!format!("{hash:?}").contains("argon2"));
    }
}
