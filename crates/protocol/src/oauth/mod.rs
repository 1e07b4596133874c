//! OAuth 2.0 and the parts of OpenID Connect that ride on it.
//!
//! Owns parameters, decisions, errors and the encoding of responses. Must not know HTTP servers,
//! SQL or keys.
//!
//! Source: RFC 6749, RFC 7636, RFC 9207, OpenID Connect Core 1.0.

pub mod api_scope;
pub mod authorize;
pub mod client_assertion;
pub mod client_auth;
pub mod cors;
pub mod discovery;
pub mod doctor;
pub mod endpoint;
pub mod error;
pub mod grants;
pub mod initiate;
pub mod introspection;
pub mod logout;
pub mod params;
pub mod response;
pub mod revocation;
