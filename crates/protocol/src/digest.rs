//! Hashes and keyed hashes of tokens.
//!
//! Owns how a random token is recognised without being stored, how the successor of a refresh token
//! is derived, and comparison in constant time. Must not know what the tokens are for.
//!
//! Source: FIPS 180-4 (SHA-256), RFC 2104 (HMAC), OpenID Connect Core §3.1.3.6 (`at_hash`).

use aws_lc_rs::{constant_time, digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_model::ids::FamilyId;
use doorward_model::secret::{Secret, TokenHash};

/// What separates the successor of a refresh token from every other use of the same key.
const SUCCESSOR: &[u8] = b"doorward refresh token successor v1";

/// SHA-256.
#[must_use]
pub fn sha256(text: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, text).as_ref());
    hash
}

/// The hash under which a random token is stored: base64url of SHA-256.
///
/// A token that was made at random needs no salt and no slow hash: nobody can guess it.
///
/// ```
/// use doorward_model::secret::Secret;
/// use doorward_protocol::digest::token_hash;
/// let hash = token_hash(&Secret::new("abc".to_owned()));
/// assert_eq!(hash.as_str(), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
/// ```
#[must_use]
pub fn token_hash(token: &Secret) -> TokenHash {
    TokenHash::from_digest(URL_SAFE_NO_PAD.encode(sha256(token.expose().as_bytes())))
}

/// The refresh token that follows `parent` in `family`.
///
/// It is derived and not drawn, so that the same successor can be given again while only hashes are
/// stored. Without `key` nobody can go from one token to the next.
#[must_use]
pub fn successor(key: &[u8], parent: &Secret, family: &FamilyId) -> Secret {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    // Each part is led by its length: no two pairs of parent and family make the same input.
    for part in [SUCCESSOR, family.as_str().as_bytes(), parent.expose().as_bytes()] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    Secret::new(format!("v1.{}", URL_SAFE_NO_PAD.encode(mac.sign())))
}

/// HMAC with SHA-256 (RFC 2104) over the parts, one after the other.
#[must_use]
pub fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| mac.update(part));
    let mut tag = [0; 32];
    tag.copy_from_slice(mac.sign().as_ref());
    tag
}

/// The left half of SHA-256, base64url: `at_hash` and `c_hash` of tokens signed with RS256, HS256, PS256 or ES256.
///
/// ```
/// use doorward_protocol::digest::half_hash;
/// // OpenID Connect Core, appendix A.4
/// assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
/// ```
#[must_use]
pub fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..16])
}

/// The same of SHA-384, for tokens whose signature has that hash (OpenID Connect Core §3.1.3.6).
#[must_use]
pub fn half_hash_384(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA384, text.as_bytes()).as_ref()[..24])
}

/// The same of SHA-512.
#[must_use]
pub fn half_hash_512(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA512, text.as_bytes()).as_ref()[..32])
}

/// Whether both are the same, in a time that depends on the lengths only.
#[must_use]
pub fn is_equal(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    fn family(text: &str) -> FamilyId {
        FamilyId::parse(text).unwrap()
    }

    #[test]
    fn sha256_gives_the_vectors_of_fips_180_4() {
        let hex = |text: &[u8]| data_encoding::HEXLOWER.encode(&sha256(text));
        assert_eq!(hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn hmac_gives_the_second_vector_of_rfc_4231_however_it_is_parted() {
        let hex = |parts: &[&[u8]]| data_encoding::HEXLOWER.encode(&hmac_sha256(b"Jefe", parts));
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&[b"what do ya want for nothing?"]), expected);
        assert_eq!(hex(&[b"what do ya ", b"", b"want for nothing?"]), expected);
    }

    #[test]
    fn a_successor_is_the_same_each_time_and_shaped_like_a_refresh_token() {
        let first = successor(b"key", &secret("parent"), &family("f"));
        assert_eq!(first, successor(b"key", &secret("parent"), &family("f")));
        assert!(first.expose().starts_with("v1."), "{}", first.expose());
        assert_eq!(first.expose().len(), 46);
    }

    #[test]
    fn a_successor_depends_on_key_parent_and_family() {
        let base = successor(b"key", &secret("parent"), &family("family"));
        assert_ne!(base, successor(b"kez", &secret("parent"), &family("family")));
        assert_ne!(base, successor(b"key", &secret("parenu"), &family("family")));
        assert_ne!(base, successor(b"key", &secret("parent"), &family("familz")));
        // The border between the parts counts too.
        assert_ne!(
            successor(b"key", &secret("ab"), &family("c")),
            successor(b"key", &secret("b"), &family("ca"))
        );
    }

    #[test]
    fn equality_needs_the_same_bytes() {
        assert!(is_equal(b"abc", b"abc"));
        assert!(!is_equal(b"abc", b"abd"));
        assert!(!is_equal(b"abc", b"ab"));
        assert!(is_equal(b"", b""));
    }
}
