//! What a client may end by handing a token back.
//!
//! Owns whose token it must be. Must not know how a token is looked up or what ends with it.
//!
//! Source: RFC 7009 §2. `token_type_hint` is not needed: all kinds are told apart by themselves.

use doorward_model::client::Client;
use doorward_model::token::Family;

use super::error::{OAuthErrorCode, TokenError};
use super::grants;
use super::params::Params;

/// What may not come twice.
const ONCE: [&str; 6] =
    ["client_assertion", "client_assertion_type", "client_id", "client_secret", "token", "token_type_hint"];

/// The token that is handed back.
///
/// ```
/// use doorward_protocol::oauth::{params::Params, revocation};
/// let params = Params::from_query("token=abc&token_type_hint=anything").unwrap();
/// assert_eq!(revocation::token(&params), Ok("abc"));
/// ```
///
/// # Errors
/// `invalid_request` when it is missing or a parameter is repeated.
pub fn token(params: &Params) -> Result<&str, TokenError> {
    if let Some(name) = params.duplicates().into_iter().find(|name| ONCE.contains(name)) {
        let text = format!("The parameter {name} was sent more than once.");
        return Err(TokenError::new(OAuthErrorCode::InvalidRequest, &text));
    }
    grants::required(params, "token")
}

/// What was found under the text that was handed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// A refresh token, or an access token that opens userinfo, of this family.
    Of(&'a Family),
    /// A JWT: whoever has our keys believes it until it ends, whatever we say.
    Jwt,
    /// Nothing of ours.
    Nothing,
}

/// What is done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation<'a> {
    /// The family ends.
    End(&'a Family),
    /// Nothing: there is no such token any more, and that is what was asked for (RFC 7009 §2.2).
    Done,
    /// The client hears why not.
    Refuse(TokenError),
}

/// Decides what becomes of a token that `client`, which has proved itself, hands back.
#[must_use]
pub fn decide<'a>(client: &Client, found: Found<'a>) -> Revocation<'a> {
    match found {
        Found::Nothing => Revocation::Done,
        Found::Jwt => {
            let text = "An access token that is a JWT cannot be revoked: it ends by itself. Revoke the refresh token.";
            Revocation::Refuse(TokenError::new(OAuthErrorCode::UnsupportedTokenType, text))
        }
        // RFC 7009 §2.1. A client that was made after the family is not the one that it belongs to.
        Found::Of(family)
            if family.authorization.client != client.id || family.created_at < client.created_at =>
        {
            let text = "The token was not issued to this client.";
            let error = TokenError::new(OAuthErrorCode::InvalidGrant, text);
            Revocation::Refuse(error.with_private("the token to revoke belongs to another client"))
        }
        Found::Of(family) if family.revoked_at.is_some() => Revocation::Done,
        Found::Of(family) => Revocation::End(family),
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use doorward_model::device::Device;
    use doorward_model::ids::{FamilyId, SessionId, UserId};
    use doorward_model::time::Timestamp;
    use doorward_model::token::{AskedClaims, Authorization};

    use super::*;
    use crate::oauth::authorize::examples::{self, NOW};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(NOW + seconds)
    }

    fn family(client: &Client) -> Family {
        let authorization = Authorization {
            client: client.id.clone(),
            user: UserId::parse("auth0|1").unwrap(),
            session: SessionId::parse("s1").unwrap(),
            authenticated_at: at(0),
            scope: vec!["openid".to_owned()],
            audience: None,
            claims: AskedClaims::default(),
        };
        Family::new(FamilyId::parse("f1").unwrap(), authorization, at(0), Device::default())
    }

    fn refusal(client: &Client, found: Found<'_>) -> OAuthErrorCode {
        match decide(client, found) {
            Revocation::Refuse(error) => error.code,
            other => panic!("not refused but {other:?}"),
        }
    }

    #[test]
    fn rfc_7009_2_2_what_is_not_there_any_more_is_no_error() {
        let client = examples::client("web", ClientKind::RegularWeb);
        assert_eq!(decide(&client, Found::Nothing), Revocation::Done);
        let mut ended = family(&client);
        assert_eq!(decide(&client, Found::Of(&ended)), Revocation::End(&ended));
        ended.revoked_at = Some(at(0));
        assert_eq!(decide(&client, Found::Of(&ended)), Revocation::Done);
    }

    #[test]
    fn rfc_7009_2_1_a_token_of_another_client_is_refused_and_lives_on() {
        let own = examples::client("web", ClientKind::RegularWeb);
        let other = examples::client("other", ClientKind::RegularWeb);
        assert_eq!(refusal(&other, Found::Of(&family(&own))), OAuthErrorCode::InvalidGrant);
        let mut again = own.clone();
        again.created_at = at(1);
        assert_eq!(refusal(&again, Found::Of(&family(&own))), OAuthErrorCode::InvalidGrant);
    }

    #[test]
    fn rfc_7009_2_2_1_a_jwt_is_said_to_live_on() {
        let client = examples::client("web", ClientKind::RegularWeb);
        assert_eq!(refusal(&client, Found::Jwt), OAuthErrorCode::UnsupportedTokenType);
    }
}
