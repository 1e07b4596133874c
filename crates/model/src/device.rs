//! Where a request came from, as far as it is kept beside a session or a token.
//!
//! Both parts may be made up by whoever sent them; they help people to recognise a session, and nothing
//! is decided by them. Source: the Management API's `device` of sessions and refresh tokens.

use serde::{Deserialize, Serialize};

/// A browser or program at an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The browser or program, as it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}
