//! What tokens and userinfo say about a person and an authorization.
//!
//! Owns the claims and which scope lets them out. Must not know how tokens are transported or stored.
//!
//! Source: OpenID Connect Core §2, §5; the original's access tokens.

pub mod access_token;
pub mod claims;
pub mod claims_request;
pub mod id_token;
pub mod id_token_hint;
pub mod metadata;
pub mod userinfo;
