//! The Authentication API over its wire, one file per journey.

mod apis;
mod authorize_errors;
mod claims;
mod client_auth;
mod conformance;
mod consent;
mod devices;
mod end_session;
mod enumeration;
mod files;
mod fixation;
mod introspect;
mod limits;
mod login;
mod logout;
mod markup;
mod metadata;
mod password_grant;
mod pushed;
mod refresh;
mod refresh_life;
mod response_types;
mod revoke;
mod silent;
mod token;
mod userinfo;
