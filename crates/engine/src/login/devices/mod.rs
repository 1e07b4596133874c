//! Devices without a browser: they ask for a code, and their person logs in elsewhere.
//!
//! Owns the request of the device and the page of its person. What the person may allow is decided by
//! `protocol::oauth::authorize`, as at every login; the tokens are given by the token endpoint.
//! Source: RFC 8628.

pub mod activation;
pub mod ask;

use doorward_model::secret::{Secret, TokenHash};
use doorward_model::user_code::UserCode;
use doorward_protocol::digest;

/// Under what a code that people type is found. Apart from device codes, so that neither can pose as the other.
fn typed_hash(code: &UserCode) -> TokenHash {
    digest::token_hash(&Secret::new(format!("user code {}", code.as_str())))
}
