//! One check per file, named after what it looks at. The order is in `decide.rs`.

pub(super) mod audience;
pub(super) mod claims;
pub(super) mod client;
pub(super) mod connection;
pub(super) mod consent;
pub(super) mod duplicates;
pub(super) mod grant;
pub(super) mod implicit;
pub(super) mod max_age;
pub(super) mod nonce;
pub(super) mod pkce;
pub(super) mod prompt;
pub(super) mod pushed;
pub(super) mod redirect_uri;
pub(super) mod request_object;
pub(super) mod response_mode;
pub(super) mod response_type;
pub(super) mod scope;
pub(super) mod session;
