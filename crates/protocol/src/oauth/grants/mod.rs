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
use doorward_model::tenant::Issuer;
use doorward_model::token::Authorization;
use doorward_model::user::User;

pub use reference::reference;

use self::table::Check;
use super::api_scope;
use super::error::{OAuthErrorCode, TokenError};
use super::params::Params;

/// The parameters of the token endpoint that must not come twice.
const KNOWN: [&str; 16] = [
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
    "resource",
    "scope",
    "username",
];

type CommonCheck = Check<fn(&Params) -> Result<(), TokenError>>;

/// What holds for every grant, in its order. Then the client proves itself ([`PROOF`]), and then the grant's own table
/// follows, of which [`may_use`] is the first row.
const COMMON: [CommonCheck; 2] = [
    Check {
        name: "all known parameters",
        says: "come at most once",
        source: "RFC 6749 §3.2",
        failure: "`invalid_request`",
        run: once_each,
    },
    Check {
        name: "grant_type",
        says: "names a grant that is offered",
        source: "RFC 6749 §5.2",
        failure: "`invalid_request`, `unsupported_grant_type`",
        run: |params| offered(params).map(drop),
    },
];

/// The proof of the client, in words: `client_auth` judges it, with what is known of the client.
const PROOF: Check<()> = Check {
    name: "client_id, client_secret, client_assertion, `Authorization`",
    says: "prove the client in one way, or name one that has nothing to prove",
    source: "RFC 6749 §2.3, RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9",
    failure: "401 `invalid_client`",
    run: (),
};

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
    COMMON.iter().try_for_each(|check| (check.run)(params))?;
    offered(params)
}

fn once_each(params: &Params) -> Result<(), TokenError> {
    match params.duplicates().into_iter().find(|name| KNOWN.contains(name)) {
        Some(name) => Err(TokenError::new(
            OAuthErrorCode::InvalidRequest,
            &format!("The parameter {name} was sent more than once."),
        )),
        None => Ok(()),
    }
}

fn offered(params: &Params) -> Result<GrantType, TokenError> {
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

/// The API that a request names, by identifier: as `audience`, or as `resource` (RFC 8707 §2).
///
/// # Errors
/// `invalid_target` when the two name different ones.
fn target(params: &Params) -> Result<Option<&str>, TokenError> {
    match (params.get("audience"), params.get("resource")) {
        (Some(audience), Some(resource)) if audience != resource => {
            Err(TokenError::new(OAuthErrorCode::InvalidTarget, api_scope::TWO_TARGETS))
        }
        (audience, resource) => Ok(audience.or(resource)),
    }
}

/// What `resource` names at a grant that was asked for before: no other API than was granted then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resource<'a> {
    /// Nothing was sent.
    #[default]
    Unsaid,
    /// The userinfo endpoint.
    Userinfo,
    /// An API.
    Api(&'a str),
}

impl<'a> Resource<'a> {
    /// Takes the parameter.
    #[must_use]
    pub fn read(params: &'a Params, issuer: &Issuer) -> Self {
        match params.get("resource") {
            None => Self::Unsaid,
            Some(text) if text == issuer.url("userinfo") => Self::Userinfo,
            Some(text) => Self::Api(text),
        }
    }

    fn fits(self, authorization: &Authorization) -> Result<(), TokenError> {
        match (self, authorization.audience.as_deref()) {
            (Self::Unsaid, _) | (Self::Userinfo, None) => Ok(()),
            (Self::Api(asked), Some(granted)) if asked == granted => Ok(()),
            _ => {
                let text = "resource is not the API that was granted. Start a login for it.";
                Err(TokenError::new(OAuthErrorCode::InvalidTarget, text))
            }
        }
    }
}

/// The row of the tables about it.
const fn of_resource<F>(run: F) -> Check<F>
where
    F: Copy,
{
    Check {
        name: "resource",
        says: "is absent, or the API that was granted",
        source: "RFC 8707 §2.2",
        failure: "`invalid_target`",
        run,
    }
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
            ("grant_type=client_credentials&resource=a&resource=b", "invalid_request"),
            ("grant_type=refresh_token&client_secret=a&client_secret=", "invalid_request"),
        ] {
            let error = grant_type(&Params::from_query(body).unwrap()).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (400, expected), "{body}");
        }
        let params = Params::from_query("grant_type=client_credentials&x=1&x=2").unwrap();
        assert_eq!(grant_type(&params), Ok(GrantType::ClientCredentials));
    }
}
