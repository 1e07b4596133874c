//! How a client proves itself at the token endpoint.
//!
//! Source: the brief, "Token Endpoint Authentication Method"; RFC 6749 §2.3.1; RFC 7591 §2.

use serde::{Deserialize, Serialize};

/// Token Endpoint Authentication Method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuthMethod {
    /// Public client without a client secret.
    #[serde(rename = "none")]
    None,
    /// The secret comes as a body parameter.
    #[serde(rename = "client_secret_post")]
    Post,
    /// The secret comes by HTTP Basic.
    #[serde(rename = "client_secret_basic")]
    Basic,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: [AuthMethod; 3] = [AuthMethod::None, AuthMethod::Post, AuthMethod::Basic];

    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AuthMethod::None => "none",
            AuthMethod::Post => "client_secret_post",
            AuthMethod::Basic => "client_secret_basic",
        }
    }

    /// Reads a wire value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}
