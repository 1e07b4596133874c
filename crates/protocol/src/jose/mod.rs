//! JSON Web Signatures: keys, signing, verifying.
//!
//! Owns the algorithms of a tenant's key (RS256, RS512, PS256), of a client's secret (HS256) and of what
//! clients sign with keys of their own (RS256, RS384, PS256), and pins each to its key: a token never
//! chooses how it is verified. Must not know what the claims mean.
//!
//! Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 §3 (algorithms), RFC 7519 (JWT), RFC 8725 (best
//! current practice).

mod certificate;
mod der;
mod error;
mod jwk;
mod public_key;
mod rsa;
mod secret_key;
mod verify;

#[cfg(test)]
pub(crate) mod vectors;

pub use certificate::Certificate;
pub use error::JoseError;
pub use jwk::{Jwk, JwkSet};
pub use public_key::{PemCertificate, PemKey, PublicKey, read_pem};
pub use rsa::{RsaAlgorithm, RsaKey, TokenType};
pub use secret_key::{SecretKey, sign_hs256, sign_hs256_as, verify_hs256};
pub use verify::{
    MAX_TOKEN, NamedKey, unverified_audiences, unverified_subject, verify_by_any, verify_rs256, verify_rsa,
};
