//! Refresh tokens, looked at and revoked by admins and programs. What people know as *one* refresh token
//! is a family here: it keeps its id however often the text rotates. Neither text nor hash ever leaves.
//!
//! Source: the Management API's `refresh-tokens`.

mod list;
mod revoke;
mod update;

use doorward_model::token::RefreshToken;

pub use doorward_store::refresh_tokens::TokenFilter;
pub(crate) use list::{Part, part};
pub use list::{get, list};
pub use revoke::{Which, revoke, revoke_many};
pub(crate) use revoke::{end, exchangeable};
pub use update::update;

/// A refresh token as it may be seen.
#[derive(Debug, Clone)]
pub struct ShownToken {
    /// The token that would be exchanged now.
    pub token: RefreshToken,
    /// Whether its client changes it at each use.
    pub is_rotating: bool,
}

const NOUN: &str = "refresh token";
