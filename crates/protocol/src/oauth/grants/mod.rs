//! The grants of the token endpoint, one per file: each decides on plain facts.
//!
//! Owns the reading of `grant_type`. Must not know how codes and tokens are kept or signed. Each grant has an
//! ordered table of checks, of which `docs/reference/token.md` is made.
//!
//! Source: RFC 6749 §3.2, §4, §5, §6; RFC 8628 §3.4.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod password;
mod reference;
pub mod refresh_token;
mod table;

use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::user::User;

pub use reference::reference;

use self::table::Check;
use super::error::{OAuthErrorCode, TokenError};
use super::params::Params;

/// The parameters of the token endpoint that must not come twice.
const KNOWN: [&str; 15] = [
    "audience",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "grant_type",
    "password",
    "realm",
    "redirect_uri",
    "refresh_token",
    "scope",
    "username",
];

/// What holds for every grant, in words: [`grant_type`] does the first two, `client_auth` the third.
/// [`may_use`] is the first row of each grant's own table.
const COMMON: [Check<()>; 3] = [
    Check {
        name: "all known parameters",
        says: "come at most once",
        source: "RFC 6749 §3.2",
        failure: "`invalid_request`",
        run: (),
    },
    Check {
        name: "grant_type",
        says: "names a grant that is offered",
        source: "RFC 6749 §5.2",
        failure: "`invalid_request`, `unsupported_grant_type`",
        run: (),
    },
    Check {
        name: "client_id, client_secret, client_assertion, `Authorization`",
        says: "prove the client in one way, or name one that has nothing to prove",
        source: "RFC 6749 §2.3, RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9",
        failure: "401 `invalid_client`",
        run: (),
    },
];

/// The grant that is asked for; also refuses repeated parameters.
///
/// ```
/// use doorward_model::client::grant_type::GrantType;
/// use doorward_protocol::oauth::{grants::grant_type, params::Params};
/// let params = Params::from_query("grant_type=refresh_token").unwrap();
/// assert_eq!(grant_type(&params), Ok(GrantType::RefreshToken));
/// ```
///
/// # Errors
/// `invalid_request` when it is missing or a parameter is repeated, `unsupported_grant_type` when
/// there is no such grant.
pub fn grant_type(params: &Params) -> Result<GrantType, TokenError> {
    if let Some(name) = params.duplicates().into_iter().find(|name| KNOWN.contains(name)) {
        return Err(TokenError::new(
            OAuthErrorCode::InvalidRequest,
            &format!("The parameter {name} was sent more than once."),
        ));
    }
    let name = required(params, "grant_type")?;
    match GrantType::parse(name) {
        // The implicit grant has no business at the token endpoint.
        Some(GrantType::Implicit | GrantType::Stored(_)) | None => {
            let text = "This grant_type is not offered.";
            Err(TokenError::new(OAuthErrorCode::UnsupportedGrantType, text).with_private(name))
        }
        Some(grant) => Ok(grant),
    }
}

/// A parameter without which the grant cannot be decided.
///
/// # Errors
/// `invalid_request` when it is missing.
pub fn required<'a>(params: &'a Params, name: &str) -> Result<&'a str, TokenError> {
    params.get(name).ok_or_else(|| {
        TokenError::new(OAuthErrorCode::InvalidRequest, &format!("The parameter {name} is missing."))
    })
}

/// Whether the client may use the grant at all; asked before what it presents is looked up.
///
/// # Errors
/// `unauthorized_client` otherwise.
pub fn may_use(client: &Client, grant: GrantType) -> Result<(), TokenError> {
    if client.may_use(&grant) && !client.global {
        return Ok(());
    }
    let text = format!("The client may not use the {} grant. Add it to its grant types.", grant.as_str());
    Err(TokenError::new(OAuthErrorCode::UnauthorizedClient, &text))
}

/// The person is still there and not blocked.
fn may_log_in<'a>(user: Option<&'a User>, expected: &str, gone: &str) -> Result<&'a User, TokenError> {
    match user.filter(|user| user.id.as_str() == expected) {
        // SDKs look for these words.
        Some(user) if user.blocked => Err(TokenError::new(OAuthErrorCode::AccessDenied, "user is blocked")),
        Some(user) => Ok(user),
        None => {
            Err(TokenError::new(OAuthErrorCode::InvalidGrant, gone).with_private("the user does not exist"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_6749_5_2_grant_type_is_required_known_and_sent_once() {
        for (body, expected) in [
            ("", "invalid_request"),
            ("grant_type=", "invalid_request"),
            ("grant_type=urn:openid:params:grant-type:ciba", "unsupported_grant_type"),
            ("grant_type=password&username=a&username=b", "invalid_request"),
            ("grant_type=implicit", "unsupported_grant_type"),
            ("grant_type=Authorization_Code", "unsupported_grant_type"),
            ("grant_type=refresh_token&grant_type=refresh_token", "invalid_request"),
            ("grant_type=authorization_code&code=a&code=b", "invalid_request"),
            ("grant_type=refresh_token&client_secret=a&client_secret=", "invalid_request"),
        ] {
            let error = grant_type(&Params::from_query(body).unwrap()).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (400, expected), "{body}");
        }
        let params = Params::from_query("grant_type=client_credentials&x=1&x=2").unwrap();
        assert_eq!(grant_type(&params), Ok(GrantType::ClientCredentials));
    }
}
