//! Type codes of events, as on the original's wire.
//!
//! Only codes that something here writes are in this list. `docs/reference/log-codes.md` is made from it.

use std::fmt::Write;

use super::absent::ABSENT;

macro_rules! codes {
    ($(#[doc = $what:literal] $name:ident $code:literal $level:ident $title:literal;)+) => {
        /// What kind of thing happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventCode {
            $(#[doc = $what] $name,)+
        }

        impl EventCode {
            /// All codes.
            pub const ALL: &'static [EventCode] = &[$(EventCode::$name,)+];

            /// The `type` on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(EventCode::$name => $code,)+ }
            }

            /// The name for people.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(EventCode::$name => $title,)+ }
            }

            /// When it is written, as a sentence.
            #[must_use]
            pub fn when(self) -> &'static str {
                match self { $(EventCode::$name => $what.trim_ascii_start(),)+ }
            }

            /// Its place in [`Self::ALL`].
            #[must_use]
            pub const fn place(self) -> usize {
                self as usize
            }

            /// How it went.
            #[must_use]
            pub fn level(self) -> Level {
                match self { $(EventCode::$name => Level::$level,)+ }
            }
        }
    };
}

/// How an event is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It worked.
    Success,
    /// It worked, but somebody should look.
    Warning,
    /// It did not work.
    Failure,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 3] = [Level::Success, Level::Warning, Level::Failure];

    /// The word in addresses and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Success => "success",
            Level::Warning => "warning",
            Level::Failure => "failed",
        }
    }
}

codes! {
    /// A person logged in.
    Login "s" Success "Success Login";
    /// A login was refused for a reason that is not the password: callback, parameters, policy.
    LoginFailed "f" Failure "Failed Login";
    /// Nobody of that name.
    WrongUsername "fu" Failure "Failed Login (wrong user)";
    /// The password does not match.
    WrongPassword "fp" Failure "Failed Login (wrong password)";
    /// An authorization request was pushed and refused.
    PushedRequestFailed "fpar" Failure "Failed Pushed Authorization Request";
    /// A page of an origin that the client does not list called us, and could not read the answer.
    OriginNotAllowed "fco" Failure "Origin is not in Allowed Origins";
    /// A silent login worked.
    SilentAuth "ssa" Success "Success Silent Auth";
    /// A silent login needs a person.
    SilentAuthFailed "fsa" Failure "Failed Silent Auth";
    /// A code was exchanged.
    CodeExchange "seacft" Success "Authorization Code for Access Token";
    /// A code was refused.
    CodeExchangeFailed "feacft" Failure "Failed Authorization Code for Access Token";
    /// A refresh token was exchanged.
    RefreshExchange "sertft" Success "Refresh Token for Access Token";
    /// A refresh token was refused.
    RefreshExchangeFailed "fertft" Failure "Failed Refresh Token for Access Token";
    /// A refresh token came again after its rotation; its family was revoked.
    RefreshReuse "ferrt" Failure "Rotated Refresh Token Reuse";
    /// A client handed a token back, or a person took back what they had allowed, and what belonged to it ended.
    RefreshTokenRevoked "srrt" Success "Revoked Refresh Token";
    /// A client got a token with its own credentials.
    ClientCredentials "seccft" Success "Client Credentials for Access Token";
    /// A client was refused a token.
    ClientCredentialsFailed "feccft" Failure "Failed Client Credentials for Access Token";
    /// A person's password was exchanged by a client.
    PasswordExchange "sepft" Success "Password for Access Token";
    /// A client could not exchange a person's password.
    PasswordExchangeFailed "fepft" Failure "Failed Password for Access Token";
    /// A device got the tokens that its person allowed.
    DeviceExchange "sede" Success "Device Code for Access Token";
    /// A device was refused its tokens; that it has to wait is none of these.
    DeviceExchangeFailed "fede" Failure "Failed Device Code for Access Token";
    /// A device could not ask for its person.
    DeviceAuthorizationFailed "fdeaz" Failure "Failed Device Authorization Request";
    /// A person could not answer for a device: the code was wrong, over or used.
    DeviceActivationFailed "fdeac" Failure "Failed Device Activation";
    /// A person declined what a device wanted.
    DeviceDeclined "fdecc" Failure "User Canceled Device Confirmation";
    /// A person logged out.
    Logout "slo" Success "User successfully logged out";
    /// A logout was refused its return address.
    LogoutFailed "flo" Failure "User logout failed";
    /// A password was changed.
    PasswordChanged "scp" Success "Success Change Password";
    /// A new password was refused.
    PasswordChangeFailed "fcp" Failure "Failed Change Password";
    /// The address of a user was changed.
    EmailChanged "sce" Success "Success Change Email";
    /// A new address was refused.
    EmailChangeFailed "fce" Failure "Failed Change Email";
    /// The telephone number of a user was changed.
    PhoneChanged "scpn" Success "Success Change Phone Number";
    /// A new telephone number was refused.
    PhoneChangeFailed "fcpn" Failure "Failed Change Phone Number";
    /// A user was deleted.
    UserDeleted "sdu" Success "Success User Deletion";
    /// An account that was locked after too many tries was unlocked.
    AccountUnblocked "ublkdu" Success "User login block released";
    /// Something was changed by an admin or a program.
    ManagementWrite "sapi" Success "API Operation";
    /// A change was refused.
    ManagementWriteFailed "fapi" Failure "Failed API Operation";
    /// A tenant made more requests of the Management API than its limit allows.
    ApiLimit "api_limit" Failure "Rate Limit on the API";
    /// A tenant has used up most of the requests that its limit allows.
    ApiLimitWarning "api_limit_warning" Warning "Rate Limit on the API Warning";
    /// A secret was read.
    SecretRead "mgmt_api_read" Success "Management API read Operation";
    /// An account is locked for one address after too many tries.
    AccountBlocked "limit_wc" Failure "Blocked Account";
    /// An address is blocked after too many tries.
    AddressBlocked "limit_mu" Failure "Blocked IP Address";
}

/// The list of the codes, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    for code in EventCode::ALL {
        let outcome = match code.level() {
            Level::Success => "success",
            Level::Warning => "warning",
            Level::Failure => "failure",
        };
        // Writing to a text cannot fail.
        let _ = writeln!(page, "| `{}` | {} | {outcome} | {} |", code.as_str(), code.title(), code.when());
    }
    page.push_str(ABSENT_HEAD);
    for absent in ABSENT {
        let codes: Vec<String> = absent.codes.iter().map(|code| format!("`{code}`")).collect();
        let _ = writeln!(page, "| {} | {} |", codes.join(", "), absent.why);
    }
    page
}

const ABSENT_HEAD: &str = "\n## What is not written\n\n\
Codes of the original that never come, because what they report does not happen here.\n\n\
| type | why |\n|---|---|\n";

const HEAD: &str = "# Type codes of the log\n\n\
This page is made from the list in `crates/model/src/log/code.rs`; a test compares them. It holds what is written here, each\n\
under the code that the original uses for it. `type:` in the search and the filters of the dashboard take these codes.\n\n\
| type | name | outcome | when |\n|---|---|---|---|\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_documentation_is_the_list() {
        let page = include_str!("../../../../docs/reference/log-codes.md");
        assert!(page == reference(), "write this to docs/reference/log-codes.md:\n{}", reference());
    }

    #[test]
    fn no_code_stands_twice() {
        for (i, code) in EventCode::ALL.iter().enumerate() {
            assert!(EventCode::ALL[..i].iter().all(|other| other.as_str() != code.as_str()), "{code:?}");
        }
    }
}
