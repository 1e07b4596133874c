//! How a client proves itself at the token endpoint: HTTP Basic, parameters of the body, a signed
//! assertion, or not at all when it is public.
//!
//! Owns reading and judging what was presented. Must not know where secrets are kept: the live ones
//! arrive opened.
//!
//! Source: RFC 6749 §2.3, §2.3.1, §3.2.1; RFC 7521 §4.2; RFC 7617; the brief, "Token Endpoint
//! Authentication Method".

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::ids::ClientId;
use doorward_model::secret::Secret;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;

use super::client_assertion::{self, ASSERTION_TYPE, ClientKey, UsedAssertion};
use super::endpoint::Endpoint;
use super::error::{OAuthErrorCode, TokenError};
use super::params::{Params, decode};

/// What a client presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Who it says it is.
    pub id: ClientId,
    /// What is to prove it.
    pub proof: Proof,
    /// Whether HTTP Basic was tried, so that a refusal must carry `WWW-Authenticate`.
    pub by_header: bool,
}

/// What is to prove a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing; an empty secret counts as nothing.
    Nothing,
    /// A secret.
    Secret {
        /// The secret.
        secret: Secret,
        /// How it came.
        via: AuthMethod,
    },
    /// A signed assertion.
    Assertion(Secret),
}

/// What is known of a client, to compare with what it presents.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The client.
    pub client: &'a Client,
    /// Its live secrets.
    pub secrets: &'a [&'a Secret],
    /// Its keys.
    pub keys: &'a [ClientKey],
    /// Who we are.
    pub issuer: &'a Issuer,
    /// Where it proves itself.
    pub endpoint: Endpoint,
    /// When.
    pub now: Timestamp,
}

/// How a client proved itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven {
    /// It is public: there was nothing to prove.
    Public,
    /// With the secret at this place of the list.
    BySecret(usize, Option<Note>),
    /// With an assertion, if that is used for the first time; signed with the secret at this place of the
    /// list, or with a key.
    ByAssertion(UsedAssertion, Option<usize>),
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
/// Basic with `client_id` (or the whole) repeated in the body is accepted as long as both agree. An
/// assertion names its client itself, and is the only proof of its request (RFC 7521 §4.2).
///
/// ```
/// use doorward_protocol::oauth::{client_auth::read, params::Params};
/// let presented = read(None, &Params::from_query("client_id=abc&client_secret=s3cret").unwrap()).unwrap();
/// assert_eq!(presented.id.as_str(), "abc");
/// ```
///
/// # Errors
/// `invalid_client` when nothing usable was presented, header and body disagree, or an assertion came
/// with another proof.
pub fn read(authorization: Option<&str>, params: &Params) -> Result<Presented, TokenError> {
    if params.get("client_assertion").is_some() || params.get("client_assertion_type").is_some() {
        return read_assertion(authorization, params);
    }
    let in_body = params.get("client_secret").map(|text| Secret::new(text.to_owned()));
    let Some(header) = authorization else {
        let id = params.get("client_id").ok_or_else(|| refused("client_id is missing", false))?;
        let proof = in_body.map_or(Proof::Nothing, |secret| Proof::Secret { secret, via: AuthMethod::Post });
        return Ok(Presented { id: parsed(id, false)?, proof, by_header: false });
    };
    let (id, secret) = basic(header)?;
    if params.get("client_id").is_some_and(|other| other != id) {
        return Err(refused("header and body name different clients", true));
    }
    let proof = match (secret.is_empty(), in_body) {
        (true, Some(secret)) => Proof::Secret { secret, via: AuthMethod::Post },
        (true, None) => Proof::Nothing,
        (false, Some(other)) if other != secret => {
            return Err(refused("header and body hold different secrets", true));
        }
        (false, _) => Proof::Secret { secret, via: AuthMethod::Basic },
    };
    Ok(Presented { id: parsed(&id, true)?, proof, by_header: true })
}

fn read_assertion(authorization: Option<&str>, params: &Params) -> Result<Presented, TokenError> {
    if authorization.is_some() || params.get("client_secret").is_some() {
        return Err(refused("an assertion came together with another proof", authorization.is_some()));
    }
    if params.get("client_assertion_type") != Some(ASSERTION_TYPE) {
        return Err(client_assertion::refused("client_assertion_type is not that of a signed JWT"));
    }
    let assertion = params.get("client_assertion").map(|text| Secret::new(text.to_owned()));
    let assertion = assertion.ok_or_else(|| client_assertion::refused("client_assertion is missing"))?;
    let id = client_assertion::subject(&assertion)?;
    if params.get("client_id").is_some_and(|other| other != id.as_str()) {
        return Err(client_assertion::refused("client_id and the assertion name different clients"));
    }
    Ok(Presented { id, proof: Proof::Assertion(assertion), by_header: false })
}

/// Judges what was presented against what is known of the client.
///
/// A client that has a secret may send it either way, or sign an assertion with it; a public one sends
/// none, and one that it sends all the same must be right. A client that proves itself with a key has no
/// other proof.
///
/// # Errors
/// `invalid_client` when the needed proof is missing or a sent one is wrong.
pub fn check(known: Known<'_>, presented: &Presented) -> Result<Proven, TokenError> {
    let client = known.client;
    let refuse = |private: &str| Err(refused(private, presented.by_header));
    if client.id != presented.id {
        return refuse("another client was loaded than the one presented");
    }
    match &presented.proof {
        Proof::Assertion(assertion) => {
            let Known { keys, issuer, endpoint, now, secrets, .. } = known;
            let expected = client_assertion::Expected { client: &client.id, keys, issuer, endpoint, now };
            if client.proves_by_key() {
                return client_assertion::decide(assertion, expected)
                    .map(|used| Proven::ByAssertion(used, None));
            }
            let signed = client_assertion::decide_by_secret(assertion, secrets, expected);
            signed.map(|(place, used)| Proven::ByAssertion(used, Some(place)))
        }
        _ if client.proves_by_key() => {
            refuse("the client proves itself with a key: it must send a signed client_assertion")
        }
        Proof::Nothing if client.is_confidential() => refuse("no secret was sent"),
        Proof::Nothing => Ok(Proven::Public),
        Proof::Secret { secret, via } => {
            let Some(place) = find(known.secrets, secret) else { return refuse("wrong secret") };
            let registered = client.settings.token_endpoint_auth_method.unwrap_or(*via);
            let note = (registered != *via).then_some(Note::OtherMethod { registered, used: *via });
            Ok(Proven::BySecret(place, note))
        }
    }
}

/// The place of the secret that was sent. Each one is compared, so that the time tells nothing of
/// which of them is right.
fn find(secrets: &[&Secret], sent: &Secret) -> Option<usize> {
    secrets.iter().enumerate().fold(None, |found, (place, secret)| {
        let is_right = !secret.is_empty() & (*secret == sent);
        if is_right { found.or(Some(place)) } else { found }
    })
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
    use doorward_model::client::credential::{AuthenticationMethods, CredentialAlgorithm};
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::CredentialId;

    use super::*;
    use crate::jose::vectors::signed as assertion;
    use crate::oauth::authorize::examples::{self, client_key as key};

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

    fn by(via: AuthMethod, text: &str) -> Proof {
        Proof::Secret { secret: secret(text), via }
    }

    /// Judges against a client with these live secrets and keys.
    fn judge(
        client: &Client,
        secrets: &[Secret],
        keys: &[ClientKey],
        presented: &Presented,
    ) -> Result<Proven, TokenError> {
        let secrets: Vec<&Secret> = secrets.iter().collect();
        let issuer = Issuer::parse("https://id.test/").unwrap();
        let now = Timestamp::from_seconds(examples::NOW);
        let endpoint = Endpoint::Token;
        check(Known { client, secrets: &secrets, keys, issuer: &issuer, endpoint, now }, presented)
    }

    #[test]
    fn rfc_6749_2_3_1_id_and_secret_are_form_encoded_inside_basic() {
        let presented = read(Some(&header("we%62:a%3Ab%2B+%25")), &params("")).unwrap();
        assert_eq!(presented.id.as_str(), "web");
        assert_eq!(presented.proof, by(AuthMethod::Basic, "a:b+ %"));
        let presented = read(Some(&header("web:a:b")), &params("")).unwrap();
        assert_eq!(presented.proof, by(AuthMethod::Basic, "a:b"));
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
            let found = judge(&client(ClientKind::RegularWeb, method), &live, &[], &presented).unwrap();
            let Proven::BySecret(place, found) = found else { panic!("{found:?}") };
            assert_eq!(found.is_some(), note, "{method:?} {body}");
            let sent =
                if body.contains("old") || head.as_deref() == Some(&header("web:old")) { 0 } else { 1 };
            assert_eq!(place, sent, "{method:?} {body}");
        }
    }

    #[test]
    fn a_wrong_or_missing_secret_is_invalid_client() {
        let web = client(ClientKind::RegularWeb, Some(AuthMethod::Post));
        for body in ["client_id=web", "client_id=web&client_secret=", "client_id=web&client_secret=RIGHT"] {
            let presented = read(None, &params(body)).unwrap();
            let error = judge(&web, &[secret("right")], &[], &presented).unwrap_err();
            assert_eq!((error.status, error.code), (401, OAuthErrorCode::InvalidClient), "{body}");
            assert_eq!(error.public, refused("", false).public);
        }
    }

    #[test]
    fn no_secret_matches_where_none_is_live_and_an_empty_one_never_does() {
        let web = client(ClientKind::RegularWeb, Some(AuthMethod::Post));
        let presented = |text: &str| Presented {
            id: web.id.clone(),
            proof: by(AuthMethod::Post, text),
            by_header: false,
        };
        assert!(judge(&web, &[], &[], &presented("x")).is_err());
        assert!(judge(&web, &[secret("")], &[], &presented("")).is_err());
    }

    #[test]
    fn a_public_client_sends_no_secret_and_one_that_it_sends_must_be_right() {
        let spa = client(ClientKind::Spa, Some(AuthMethod::None));
        let check = |head: Option<String>, body: &str, live: &[Secret]| {
            judge(&spa, live, &[], &read(head.as_deref(), &params(body)).unwrap()).is_ok()
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
        assert!(judge(&web, &[secret("right")], &[], &presented).is_err());
    }

    fn with_assertion(more: &str) -> Params {
        let claims = serde_json::json!({
            "iss": "web", "sub": "web", "aud": "https://id.test/", "jti": "one", "exp": examples::NOW + 60,
        });
        let token = assertion(&serde_json::json!({ "alg": "RS256" }), &claims);
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        params(&format!("client_assertion={}&client_assertion_type={kind}{more}", token.expose()))
    }

    fn by_key() -> Client {
        let mut client = client(ClientKind::RegularWeb, None);
        client.settings.client_authentication_methods =
            Some(AuthenticationMethods::by(vec![CredentialId::parse("cred_1").unwrap()]));
        client
    }

    #[test]
    fn rfc_7521_4_2_an_assertion_names_its_client_and_client_id_may_repeat_it() {
        let keys = [key(CredentialAlgorithm::RS256, "a-key-of-web")];
        for more in ["", "&client_id=web", "&client_id=", "&client_secret="] {
            let presented = read(None, &with_assertion(more)).unwrap();
            assert_eq!(presented.id.as_str(), "web");
            let proven = judge(&by_key(), &[], &keys, &presented).unwrap();
            assert!(matches!(proven, Proven::ByAssertion(_, None)), "{more}");
        }
        for bad in ["&client_id=spa", "&client_secret=right"] {
            assert!(read(None, &with_assertion(bad)).is_err(), "{bad}");
        }
        let basic = read(Some(&header("web:right")), &with_assertion("")).unwrap_err();
        assert_eq!((basic.status, basic.challenge), (401, true));
    }

    #[test]
    fn an_assertion_of_another_type_or_without_one_is_refused() {
        for body in [
            "client_assertion=x",
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            "client_id=web&client_secret=right&client_assertion=x",
            "client_id=web&client_secret=right&client_assertion_type=x",
        ] {
            let error = read(None, &params(body)).unwrap_err();
            assert_eq!((error.status, error.code), (401, OAuthErrorCode::InvalidClient), "{body}");
        }
    }

    #[test]
    fn a_client_that_proves_itself_with_a_key_is_proven_by_nothing_else() {
        let keys = [key(CredentialAlgorithm::RS256, "a-key-of-web")];
        let live = [secret("right")];
        for (head, body) in [
            (None, "client_id=web&client_secret=right"),
            (Some(header("web:right")), ""),
            (None, "client_id=web"),
        ] {
            let presented = read(head.as_deref(), &params(body)).unwrap();
            assert!(judge(&by_key(), &live, &keys, &presented).is_err(), "{body}");
        }
        let presented = read(None, &with_assertion("")).unwrap();
        assert!(judge(&by_key(), &live, &[], &presented).is_err(), "no key is left");
        for method in [None, Some(AuthMethod::None), Some(AuthMethod::Post)] {
            let other = client(ClientKind::RegularWeb, method);
            assert!(judge(&other, &live, &keys, &presented).is_err(), "{method:?} did not register keys");
        }
    }
}
