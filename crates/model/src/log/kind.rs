//! What an event is about, in the words by which people pick events out of a log.
//!
//! Source: the filter of the log page.

use super::code::EventCode;

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// Logging in and out, and what stands in the way of it.
    Logins,
    /// Tokens asked for at the token endpoint.
    Tokens,
    /// Passwords that were changed.
    Password,
    /// What admins and programs looked at and changed.
    Admin,
    /// The service itself.
    System,
}

impl EventKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [EventKind; 5] =
        [EventKind::Logins, EventKind::Tokens, EventKind::Password, EventKind::Admin, EventKind::System];

    /// What the event is about.
    #[must_use]
    pub const fn of(code: EventCode) -> Self {
        match code {
            EventCode::Login
            | EventCode::LoginFailed
            | EventCode::WrongUsername
            | EventCode::WrongPassword
            | EventCode::SilentAuth
            | EventCode::SilentAuthFailed
            | EventCode::DeviceActivationFailed
            | EventCode::DeviceDeclined
            | EventCode::Logout
            | EventCode::LogoutFailed
            | EventCode::AccountBlocked
            | EventCode::AddressBlocked => EventKind::Logins,
            EventCode::CodeExchange
            | EventCode::CodeExchangeFailed
            | EventCode::RefreshExchange
            | EventCode::RefreshExchangeFailed
            | EventCode::RefreshReuse
            | EventCode::RefreshTokenRevoked
            | EventCode::ClientCredentials
            | EventCode::ClientCredentialsFailed
            | EventCode::PasswordExchange
            | EventCode::PasswordExchangeFailed
            | EventCode::DeviceExchange
            | EventCode::DeviceExchangeFailed
            | EventCode::DeviceAuthorizationFailed => EventKind::Tokens,
            EventCode::PasswordChanged => EventKind::Password,
            EventCode::ManagementWrite
            | EventCode::ManagementWriteFailed
            | EventCode::EmailChanged
            | EventCode::UserDeleted
            | EventCode::AccountUnblocked
            | EventCode::SecretRead => EventKind::Admin,
            EventCode::ApiLimit => EventKind::System,
        }
    }

    /// The word in addresses and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            EventKind::Logins => "logins",
            EventKind::Tokens => "tokens",
            EventKind::Password => "password",
            EventKind::Admin => "admin",
            EventKind::System => "system",
        }
    }

    /// Reads a word, whatever its case.
    ///
    /// ```
    /// use doorward_model::log::kind::EventKind;
    /// assert_eq!(EventKind::parse("Logins"), Some(EventKind::Logins));
    /// assert_eq!(EventKind::parse("parties"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            EventKind::Logins => "Logins",
            EventKind::Tokens => "Tokens",
            EventKind::Password => "Password",
            EventKind::Admin => "Admin",
            EventKind::System => "System",
        }
    }
}
