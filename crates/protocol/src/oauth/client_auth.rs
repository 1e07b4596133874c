//! How a client proves itself at the token endpoint: HTTP Basic, parameters of the body, or not at
//! all when it is public.
//!
//! Owns reading and judging what was presented. Must not know where secrets are kept: the live ones
//! arrive opened.
//!
//! Source: RFC 6749 §2.3, §2.3.1, §3.2.1; RFC 7617; the brief, "Token Endpoint Authentication Method".

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::ids::ClientId;
use doorward_model::secret::Secret;

use super::error::{OAuthErrorCode, TokenError};
use super::params::{Params, decode};

/// What a client presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Who it says it is.
    pub id: ClientId,
    /// Its secret, if it sent one; an empty one counts as none.
    pub secret: Option<Secret>,
    /// How the secret came.
    pub via: AuthMethod,
    /// Whether HTTP Basic was tried, so that a refusal must carry `WWW-Authenticate`.
    pub by_header: bool,
}

/// Something the log should say about a client that did prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The secret came by another method than the client registered.
    OtherMethod {
        /// The method of the client's settings.
        registered: AuthMethod,
        /// The method that was used.
        used: AuthMethod,
    },
}

/// The refusal of a client that is unknown or did not prove itself; the same for both, so that
/// nobody can tell them apart.
///
/// ```
/// use doorward_protocol::oauth::client_auth::refused;
/// let error = refused("no such client", true);
/// assert_eq!((error.status, error.code.as_str(), error.challenge), (401, "invalid_client", true));
/// ```
#[must_use]
pub fn refused(private: &str, by_header: bool) -> TokenError {
    let text = "The client is unknown or did not prove itself. Check client_id and client_secret.";
    let mut error = TokenError::new(OAuthErrorCode::InvalidClient, text).with_private(private);
    error.challenge = by_header;
    error
}

/// Reads what a client presents: the `Authorization` header and the parameters of the body.
///
/// Basic with `client_id` (or the whole) repeated in the body is accepted as long as both agree.
///
/// ```
/// use doorward_protocol::oauth::{client_auth::read, params::Params};
/// let presented = read(None, &Params::from_query("client_id=abc&client_secret=s3cret").unwrap()).unwrap();
/// assert_eq!(presented.id.as_str(), "abc");
/// ```
///
/// # Errors
/// `invalid_client` when nothing usable was presented or header and body disagree.
pub fn read(authorization: Option<&str>, params: &Params) -> Result<Presented, TokenError> {
    let Some(header) = authorization else {
        let secret = params.get("client_secret").map(|text| Secret::new(text.to_owned()));
        let via = if secret.is_some() { AuthMethod::Post } else { AuthMethod::None };
        let id = params.get("client_id").ok_or_else(|| refused("client_id is missing", false))?;
        return Ok(Presented { id: parsed(id, false)?, secret, via, by_header: false });
    };
    let (id, secret) = basic(header)?;
    if params.get("client_id").is_some_and(|other| other != id) {
        return Err(refused("header and body name different clients", true));
    }
    let in_body = params.get("client_secret").map(|text| Secret::new(text.to_owned()));
    let id = parsed(&id, true)?;
    match (secret.is_empty(), in_body) {
        (true, Some(secret)) => {
            Ok(Presented { id, secret: Some(secret), via: AuthMethod::Post, by_header: true })
        }
        (true, None) => Ok(Presented { id, secret: None, via: AuthMethod::None, by_header: true }),
        (false, Some(other)) if other != secret => {
            Err(refused("header and body hold different secrets", true))
        }
        (false, _) => Ok(Presented { id, secret: Some(secret), via: AuthMethod::Basic, by_header: true }),
    }
}

/// Judges what was presented against the client and its live secrets, whatever their number.
///
/// A client that has a secret may send it either way; a public one sends none, and one that it
/// sends all the same must be right.
///
/// # Errors
/// `invalid_client` when a needed secret is missing or a sent one is wrong.
pub fn check(client: &Client, secrets: &[Secret], presented: &Presented) -> Result<Option<Note>, TokenError> {
    let refuse = |private: &str| Err(refused(private, presented.by_header));
    if client.id != presented.id {
        return refuse("another client was loaded than the one presented");
    }
    let Some(sent) = &presented.secret else {
        return if client.is_confidential() { refuse("no secret was sent") } else { Ok(None) };
    };
    // Each one is compared, so that the time tells nothing of which of them is right.
    let right = secrets.iter().fold(false, |right, secret| right | (!secret.is_empty() && secret == sent));
    if !right {
        return refuse("wrong secret");
    }
    let registered = client.settings.token_endpoint_auth_method.unwrap_or(presented.via);
    let is_other = registered != presented.via;
    Ok(is_other.then_some(Note::OtherMethod { registered, used: presented.via }))
}

fn parsed(id: &str, by_header: bool) -> Result<ClientId, TokenError> {
    ClientId::parse(id).map_err(|_| refused("the client_id cannot be one", by_header))
}

/// Id and secret of a Basic header; both are form-encoded inside it (RFC 6749 §2.3.1).
fn basic(header: &str) -> Result<(String, Secret), TokenError> {
    let bad = |private: &str| refused(private, true);
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(bad("the Authorization header is not Basic"));
    }
    let rest = rest.trim();
    let bytes = STANDARD.decode(rest).or_else(|_| STANDARD_NO_PAD.decode(rest));
    let bytes = bytes.map_err(|_| bad("the Basic header is not base64"))?;
    let text = Secret::new(String::from_utf8(bytes).map_err(|_| bad("the Basic header is not UTF-8"))?);
    let (id, secret) = text.expose().split_once(':').ok_or_else(|| bad("the Basic header has no colon"))?;
    let decoded =
        |text: &str| decode(text.as_bytes()).map_err(|_| bad("the Basic header is not form-encoded"));
    Ok((decoded(id)?, Secret::new(decoded(secret)?)))
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;

    use super::*;
    use crate::oauth::authorize::examples;

    fn header(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn params(body: &str) -> Params {
        Params::from_query(body).unwrap()
    }

    fn client(kind: ClientKind, method: Option<AuthMethod>) -> Client {
        let mut client = examples::client("web", kind);
        client.settings.token_endpoint_auth_method = method;
        client
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn rfc_6749_2_3_1_id_and_secret_are_form_encoded_inside_basic() {
        let presented = read(Some(&header("we%62:a%3Ab%2B+%25")), &params("")).unwrap();
        assert_eq!(presented.id.as_str(), "web");
        assert_eq!(presented.secret.as_ref().map(Secret::expose), Some("a:b+ %"));
        assert_eq!(presented.via, AuthMethod::Basic);
        let presented = read(Some(&header("web:a:b")), &params("")).unwrap();
        assert_eq!(presented.secret.as_ref().map(Secret::expose), Some("a:b"));
    }

    #[test]
    fn header_and_body_may_both_speak_as_long_as_they_agree() {
        let head = header("web:right");
        for (body, agrees) in [
            ("", true),
            ("client_id=web", true),
            ("client_id=web&client_secret=right", true),
            ("client_id=", true),
            ("client_id=spa", false),
            ("client_secret=wrong", false),
        ] {
            assert_eq!(read(Some(&head), &params(body)).is_ok(), agrees, "{body}");
        }
    }

    #[test]
    fn what_is_no_basic_header_is_invalid_client_with_a_challenge() {
        for bad in [
            "",
            "Basic",
            "Basic %%%",
            "Bearer abc",
            "Basic d2Vi",
            "Digest x=y",
            "Basic //8=",
            &header("a b:c"),
        ] {
            let error = read(Some(bad), &params("client_id=web&client_secret=right")).unwrap_err();
            assert_eq!(
                (error.status, error.code, error.challenge),
                (401, OAuthErrorCode::InvalidClient, true),
                "{bad}"
            );
        }
        assert!(read(Some(&header("web:%zz")), &params("")).is_err());
    }

    #[test]
    fn rfc_6749_5_2_without_any_client_it_is_invalid_client() {
        let error = read(None, &params("grant_type=client_credentials")).unwrap_err();
        assert_eq!((error.status, error.code, error.challenge), (401, OAuthErrorCode::InvalidClient, false));
    }

    #[test]
    fn a_client_with_a_secret_may_send_it_either_way_and_a_note_says_so() {
        let live = [secret("old"), secret("right")];
        for (method, head, body, note) in [
            (Some(AuthMethod::Post), None, "client_id=web&client_secret=right", false),
            (Some(AuthMethod::Post), Some(header("web:right")), "", true),
            (Some(AuthMethod::Basic), Some(header("web:old")), "client_id=web", false),
            (Some(AuthMethod::Basic), None, "client_id=web&client_secret=old", true),
            (None, None, "client_id=web&client_secret=old", false),
            (None, Some(header("web:right")), "", false),
        ] {
            let presented = read(head.as_deref(), &params(body)).unwrap();
            let found = check(&client(ClientKind::RegularWeb, method), &live, &presented).unwrap();
            assert_eq!(found.is_some(), note, "{method:?} {body}");
        }
    }

    #[test]
    fn a_wrong_or_missing_secret_is_invalid_client() {
        let web = client(ClientKind::RegularWeb, Some(AuthMethod::Post));
        for body in ["client_id=web", "client_id=web&client_secret=", "client_id=web&client_secret=RIGHT"] {
            let presented = read(None, &params(body)).unwrap();
            let error = check(&web, &[secret("right")], &presented).unwrap_err();
            assert_eq!((error.status, error.code), (401, OAuthErrorCode::InvalidClient), "{body}");
            assert_eq!(error.public, refused("", false).public);
        }
    }

    #[test]
    fn no_secret_matches_where_none_is_live_and_an_empty_one_never_does() {
        let web = client(ClientKind::RegularWeb, Some(AuthMethod::Post));
        let presented = |text: &str| Presented {
            id: web.id.clone(),
            secret: Some(secret(text)),
            via: AuthMethod::Post,
            by_header: false,
        };
        assert!(check(&web, &[], &presented("x")).is_err());
        assert!(check(&web, &[secret("")], &presented("")).is_err());
    }

    #[test]
    fn a_public_client_sends_no_secret_and_one_that_it_sends_must_be_right() {
        let spa = client(ClientKind::Spa, Some(AuthMethod::None));
        let check = |head: Option<String>, body: &str, live: &[Secret]| {
            check(&spa, live, &read(head.as_deref(), &params(body)).unwrap()).is_ok()
        };
        assert!(check(None, "client_id=web", &[]));
        assert!(check(Some(header("web:")), "client_id=web", &[]));
        assert!(!check(None, "client_id=web&client_secret=x", &[]));
        assert!(!check(None, "client_id=web&client_secret=x", &[secret("right")]));
        assert!(check(None, "client_id=web&client_secret=right", &[secret("right")]));
    }

    #[test]
    fn the_secrets_of_one_client_do_not_open_another() {
        let presented = read(None, &params("client_id=other&client_secret=right")).unwrap();
        let web = client(ClientKind::RegularWeb, Some(AuthMethod::Post));
        assert!(check(&web, &[secret("right")], &presented).is_err());
    }
}
