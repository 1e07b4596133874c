//! Proof Key for Code Exchange, method `S256` only.
//!
//! Owns the grammar of challenge and verifier and their comparison. Must not know when PKCE is
//! required: that is the authorization endpoint's to say.
//!
//! Source: RFC 7636 §4.1, §4.2, §4.6; RFC 9700 §2.1.1 (`plain` is not accepted).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digest;

/// The length of an `S256` challenge: base64url of 32 bytes.
const CHALLENGE_LENGTH: usize = 43;

/// Whether a text can be an `S256` challenge.
///
/// ```
/// use doorward_protocol::pkce::challenge_is_well_formed;
/// assert!(challenge_is_well_formed("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
/// assert!(!challenge_is_well_formed("short"));
/// ```
#[must_use]
pub fn challenge_is_well_formed(challenge: &str) -> bool {
    challenge.len() == CHALLENGE_LENGTH
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether a text can be a verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[must_use]
pub fn verifier_is_well_formed(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// Whether `verifier` is what `challenge` was made from (RFC 7636 §4.6).
///
/// ```
/// use doorward_protocol::pkce::verifier_matches;
/// let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// assert!(verifier_matches("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge));
/// assert!(!verifier_matches("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", challenge));
/// ```
#[must_use]
pub fn verifier_matches(verifier: &str, challenge: &str) -> bool {
    if !verifier_is_well_formed(verifier) {
        return false;
    }
    let made = URL_SAFE_NO_PAD.encode(digest::sha256(verifier.as_bytes()));
    digest::is_equal(made.as_bytes(), challenge.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn rfc_7636_appendix_b() {
        assert!(challenge_is_well_formed(CHALLENGE));
        assert!(verifier_matches(VERIFIER, CHALLENGE));
    }

    #[test]
    fn the_challenge_is_not_its_own_verifier() {
        assert!(!verifier_matches(CHALLENGE, CHALLENGE));
    }

    #[test]
    fn a_challenge_is_43_characters_of_base64url() {
        for bad in ["", "a", &CHALLENGE[..42], &format!("{CHALLENGE}A"), &format!("{}=", &CHALLENGE[..42])] {
            assert!(!challenge_is_well_formed(bad), "{bad}");
        }
        for bad in ['+', '/', '.', '~', ' ', '%', '\n'] {
            assert!(!challenge_is_well_formed(&format!("{}{bad}", &CHALLENGE[..42])), "{bad:?}");
        }
        assert!(!challenge_is_well_formed(&format!("{}é", &CHALLENGE[..41])));
    }

    #[test]
    fn a_verifier_outside_the_grammar_never_matches_even_when_its_hash_would() {
        for verifier in
            ["short".to_owned(), "a".repeat(42), "a".repeat(129), "a b".repeat(20), "é".repeat(30)]
        {
            let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(verifier.as_bytes()));
            assert!(!verifier_matches(&verifier, &challenge), "{verifier}");
        }
        for verifier in ["a".repeat(43), "a".repeat(128), "a-._~Z9".repeat(7)] {
            let challenge = URL_SAFE_NO_PAD.encode(digest::sha256(verifier.as_bytes()));
            assert!(verifier_matches(&verifier, &challenge), "{verifier}");
        }
    }

    #[test]
    fn every_change_of_a_verifier_is_denied() {
        for i in 0..VERIFIER.len() {
            let mut changed = VERIFIER.as_bytes().to_vec();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(!verifier_matches(&changed, CHALLENGE), "{changed}");
        }
    }
}
