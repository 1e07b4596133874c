//! Protocol decisions and wire formats.
//!
//! Owns what the protocols say: which request is allowed, what an answer looks like, what a token
//! holds and how it is signed. Knows nothing of SQL, HTTP servers or clocks, and does no IO: facts,
//! keys and the current time arrive as arguments, so every decision can be repeated in a test.

#![warn(missing_docs)]

pub mod association;
pub mod digest;
pub mod jose;
pub mod log_record;
pub mod oauth;
pub mod oidc;
pub mod pkce;
