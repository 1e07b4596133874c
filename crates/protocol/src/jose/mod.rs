//! JSON Web Signatures: keys, signing, verifying.
//!
//! Owns two algorithms, RS256 with a tenant's key and HS256 with a client's secret, and pins each to
//! its kind of key: a token never chooses how it is verified. Must not know what the claims mean.
//!
//! Source: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 §3 (algorithms), RFC 7519 (JWT), RFC 8725 (best
//! current practice).

mod der;
mod error;
mod jwk;
mod rsa;
mod secret_key;
mod verify;

#[cfg(test)]
pub(crate) mod vectors;

pub use error::JoseError;
pub use jwk::{Jwk, JwkSet};
pub use rsa::{RsaKey, TokenType};
pub use secret_key::{SecretKey, sign_hs256, sign_hs256_as, verify_hs256};
pub use verify::{MAX_TOKEN, verify_rs256};
