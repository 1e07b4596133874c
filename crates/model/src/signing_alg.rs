//! How tokens are signed, and which kind of key that takes.
//!
//! Owns the words of the wire and what follows from them. Must not know how a signature is made.
//!
//! Source: RFC 7518 §3.1, RFC 8037 §3.1; the original's `jwt_configuration.alg` and `signing_alg`.

use serde::{Deserialize, Serialize};

/// How an ID token of a client, or an access token of an API, is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SigningAlg {
    /// RSA, PKCS #1 v1.5 with SHA-256: what everybody understands.
    RS256,
    /// With the secret of the client or of the API.
    HS256,
    /// RSA, PKCS #1 v1.5 with SHA-384.
    RS384,
    /// RSA, PKCS #1 v1.5 with SHA-512.
    RS512,
    /// RSA, PSS with SHA-256.
    PS256,
    /// RSA, PSS with SHA-384.
    PS384,
    /// RSA, PSS with SHA-512.
    PS512,
    /// ECDSA on the curve P-256 with SHA-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

/// A kind of key that a tenant signs with. It has the ones besides RSA when somebody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyFamily {
    /// RSA, for all algorithms that have it.
    Rsa,
    /// The curve P-256.
    P256,
    /// Ed25519.
    Ed25519,
}

impl SigningAlg {
    /// All of them, the most usual ones first.
    pub const ALL: [SigningAlg; 9] = [
        SigningAlg::RS256,
        SigningAlg::HS256,
        SigningAlg::RS384,
        SigningAlg::RS512,
        SigningAlg::PS256,
        SigningAlg::PS384,
        SigningAlg::PS512,
        SigningAlg::ES256,
        SigningAlg::EdDSA,
    ];

    /// The words on the wire, in the same order.
    pub const NAMES: [&'static str; 9] =
        ["RS256", "HS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"];

    /// The value of `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SigningAlg::RS256 => "RS256",
            SigningAlg::HS256 => "HS256",
            SigningAlg::RS384 => "RS384",
            SigningAlg::RS512 => "RS512",
            SigningAlg::PS256 => "PS256",
            SigningAlg::PS384 => "PS384",
            SigningAlg::PS512 => "PS512",
            SigningAlg::ES256 => "ES256",
            SigningAlg::EdDSA => "EdDSA",
        }
    }

    /// Reads a value of `alg`, to the letter.
    ///
    /// ```
    /// use doorward_model::signing_alg::SigningAlg;
    /// assert_eq!(SigningAlg::parse("ES256"), Some(SigningAlg::ES256));
    /// assert_eq!(SigningAlg::parse("none"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    /// The kind of the tenant's key that signs with it; none where a secret does.
    #[must_use]
    pub fn family(self) -> Option<KeyFamily> {
        match self {
            SigningAlg::HS256 => None,
            SigningAlg::RS256
            | SigningAlg::RS384
            | SigningAlg::RS512
            | SigningAlg::PS256
            | SigningAlg::PS384
            | SigningAlg::PS512 => Some(KeyFamily::Rsa),
            SigningAlg::ES256 => Some(KeyFamily::P256),
            SigningAlg::EdDSA => Some(KeyFamily::Ed25519),
        }
    }

    /// Whether a signature takes so long that others should not wait behind it: with RSA it does, ten times and more
    /// what it takes on a curve or with a secret.
    #[must_use]
    pub fn is_slow(self) -> bool {
        self.family() == Some(KeyFamily::Rsa)
    }

    /// Whether the key set shows a key for it only where a client or an API asks for that.
    #[must_use]
    pub fn is_further(self) -> bool {
        !matches!(self, SigningAlg::RS256 | SigningAlg::HS256)
    }
}

impl KeyFamily {
    /// All of them, in the order in which the key set shows them: clients that read the first key only
    /// read an RSA key.
    pub const ALL: [KeyFamily; 3] = [KeyFamily::Rsa, KeyFamily::P256, KeyFamily::Ed25519];

    /// What its keys sign with where nobody chose another algorithm.
    #[must_use]
    pub fn usual(self) -> SigningAlg {
        match self {
            KeyFamily::Rsa => SigningAlg::RS256,
            KeyFamily::P256 => SigningAlg::ES256,
            KeyFamily::Ed25519 => SigningAlg::EdDSA,
        }
    }

    /// The name in the store: the usual algorithm.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.usual().as_str()
    }

    /// Reads the name in the store.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_is_written_everywhere() {
        for (algorithm, name) in SigningAlg::ALL.into_iter().zip(SigningAlg::NAMES) {
            assert_eq!((algorithm.as_str(), SigningAlg::parse(name)), (name, Some(algorithm)));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), name);
        }
        for other in ["", "none", "rs256", "RS256 ", "ES384", "Ed25519"] {
            assert_eq!(SigningAlg::parse(other), None, "{other}");
        }
    }

    #[test]
    fn every_kind_of_key_signs_with_its_usual_algorithm() {
        for family in KeyFamily::ALL {
            assert_eq!(family.usual().family(), Some(family));
            assert_eq!(KeyFamily::parse(family.as_str()), Some(family));
        }
        assert_eq!(KeyFamily::parse("HS256"), None);
        let usual: Vec<_> = SigningAlg::ALL.into_iter().filter(|one| !one.is_further()).collect();
        assert_eq!(usual, [SigningAlg::RS256, SigningAlg::HS256]);
    }
}
