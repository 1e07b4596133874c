//! Why a key cannot be used or a token cannot be trusted.
//!
//! These texts are for the log and for tests. People and clients are told less by whoever asks.

/// What went wrong with a key or a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// The private key is not PKCS #8 of a key of its kind that may sign.
    #[error(
        "the signing key cannot be read: it must be PKCS #8 of an RSA key of 2048 to 8192 bits, or of a key on P-256 \
         or Ed25519, as its row says"
    )]
    BadKey,
    /// A text holds no public key of somebody else that may verify.
    #[error(
        "the public key cannot be read: it must be one PEM public key or certificate of an RSA key of 2048 to 8192 \
         bits, or of a key on P-256, P-384 or Ed25519"
    )]
    BadPublicKey,
    /// The certificate cannot be read.
    #[error("the certificate of the signing key cannot be read: it must be one PEM certificate")]
    BadCertificate,
    /// The certificate belongs to another key.
    #[error("the certificate does not belong to the signing key")]
    ForeignCertificate,
    /// The client has no secret to sign with.
    #[error("the client's ID tokens are signed with its secret, and it has none")]
    NoSecret,
    /// The secret is said to be base64url and is not.
    #[error("the client secret is marked as base64url and is not base64url")]
    SecretEncoding,
    /// The secret is too short to sign with (RFC 7518 §3.2).
    #[error("the client secret is too short for HS256: the key must have at least 32 bytes")]
    ShortSecret,
    /// The claims cannot be written as a JSON object.
    #[error("the claims cannot be written as JSON")]
    Claims,
    /// The library refused to sign.
    #[error("signing failed")]
    Signing,
    /// The token is longer than anything made here.
    #[error("the token is too long")]
    TooLong,
    /// The token is not three base64url parts, or one of them is not a JSON object with unique names.
    #[error("the token is malformed")]
    Malformed,
    /// The token asks for another algorithm than its key is for, or for none.
    #[error("the token names another algorithm than its key is for")]
    Algorithm,
    /// The token demands that an extension be understood (RFC 7515 §4.1.11).
    #[error("the token demands an extension that is not known here")]
    Critical,
    /// The token names no key, or one that is not known.
    #[error("the token names no key that is known here")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature of the token does not match")]
    Signature,
}
