//! The four client types of the brief, and the further values the wire knows.
//!
//! Source: the brief, "Client Types".

use serde::{Deserialize, Serialize};

/// The type of a client (`app_type` on the wire).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Runs natively on a device; public.
    Native,
    /// Runs in a browser; public.
    Spa,
    /// Runs on a server; confidential.
    RegularWeb,
    /// Server to server, without a person; confidential.
    NonInteractive,
}

impl ClientKind {
    /// All four, in the order of the brief.
    pub const ALL: [ClientKind; 4] =
        [ClientKind::Native, ClientKind::Spa, ClientKind::RegularWeb, ClientKind::NonInteractive];

    /// The value on the wire and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ClientKind::Native => "native",
            ClientKind::Spa => "spa",
            ClientKind::RegularWeb => "regular_web",
            ClientKind::NonInteractive => "non_interactive",
        }
    }

    /// Reads a wire value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The name people see.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            ClientKind::Native => "Native",
            ClientKind::Spa => "Single Page Application",
            ClientKind::RegularWeb => "Regular Web Application",
            ClientKind::NonInteractive => "Non Interactive Client",
        }
    }
}
