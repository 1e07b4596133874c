//! The Authentication API and the hosted pages.
//!
//! Owns how the protocol looks over HTTP: addresses, parameters, cookies, headers, pages. Decides
//! nothing: one use case of `engine` is asked per request, and its outcome is dressed.

pub mod pages;
mod par;
pub mod routes;

mod activate;
mod applications;
mod association;
mod authorize;
mod browser;
mod certificate;
mod consent;
mod device;
mod discovery;
mod introspect;
mod jwks;
mod login;
mod logout;
mod preflight;
mod program;
mod revoke;
mod step;
mod token;
mod userinfo;
