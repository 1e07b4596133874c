//! How an authorization response travels back: in the query, in the fragment, by a form that posts
//! itself, or by a message to the page that asked.
//!
//! Owns the encodings. Must not know why a response is what it is. The callback goes out byte for
//! byte as it was validated; parameters are only appended, and `iss` is in every response.
//!
//! Source: RFC 6749 §4.1.2; OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post
//! Response Mode; RFC 9207.

use std::fmt;

use doorward_model::client::callback;
use doorward_model::secret::Secret;
use doorward_model::tenant::Issuer;
use doorward_model::time::Lifetime;

use super::authorize::ReturnPath;
use super::error::RedirectError;

/// The names that responses use in the query, where no token travels. A callback whose own query uses one
/// of them is refused, so that a name never stands twice in a response.
pub const RESPONSE_NAMES: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

/// The way a response travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseMode {
    /// In the query of the callback.
    Query,
    /// In the fragment of the callback.
    Fragment,
    /// By a form that posts itself to the callback.
    FormPost,
    /// By a message to the window that embedded or opened the request.
    WebMessage,
    /// Not at all: it is kept for the device that comes for it (RFC 8628). No request can ask for that.
    Kept,
}

impl ResponseMode {
    /// All that a request can ask for.
    pub const ALL: [ResponseMode; 4] =
        [ResponseMode::Query, ResponseMode::Fragment, ResponseMode::FormPost, ResponseMode::WebMessage];

    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::Fragment => "fragment",
            ResponseMode::FormPost => "form_post",
            ResponseMode::WebMessage => "web_message",
            ResponseMode::Kept => "kept",
        }
    }

    /// Reads a wire value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// A response ready for the front to send.
#[derive(Clone, PartialEq, Eq)]
pub enum Encoded {
    /// A redirect to this address.
    Location(String),
    /// A page with a form that posts itself.
    FormPost {
        /// The callback, as validated.
        action: String,
        /// The fields, unescaped.
        fields: Vec<(&'static str, String)>,
    },
    /// A page that posts one message to its parent or opener.
    WebMessage {
        /// The only origin that may read the message.
        target_origin: String,
        /// The members of `response`, unescaped.
        fields: Vec<(&'static str, String)>,
    },
    /// A page of ours that tells the person of a device how it ended: nothing when it was allowed.
    Kept(Option<RedirectError>),
}

impl fmt::Debug for Encoded {
    /// The way only: a response may hold a code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoded::Location(_) => "Location(…)",
            Encoded::FormPost { .. } => "FormPost(…)",
            Encoded::WebMessage { .. } => "WebMessage(…)",
            Encoded::Kept(_) => "Kept(…)",
        })
    }
}

/// What a response hands over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handed {
    /// A code.
    pub code: Option<Secret>,
    /// An access token.
    pub access_token: Option<HandedToken>,
    /// An ID token.
    pub id_token: Option<Secret>,
}

/// An access token that travels in the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedToken {
    /// The token.
    pub text: Secret,
    /// How long it lives.
    pub expires_in: Lifetime,
    /// What was granted.
    pub scope: Vec<String>,
}

/// The response that hands something over (RFC 6749 §4.1.2, §4.2.2; OpenID Connect Core §3.2.2.5).
#[must_use]
pub fn success(path: &ReturnPath, handed: &Handed, issuer: &Issuer) -> Encoded {
    let mut fields = Vec::new();
    if let Some(code) = &handed.code {
        fields.push(("code", code.expose().to_owned()));
    }
    if let Some(token) = &handed.access_token {
        fields.push(("access_token", token.text.expose().to_owned()));
        fields.push(("token_type", "Bearer".to_owned()));
        fields.push(("expires_in", token.expires_in.seconds().to_string()));
        if !token.scope.is_empty() {
            fields.push(("scope", token.scope.join(" ")));
        }
    }
    if let Some(id_token) = &handed.id_token {
        fields.push(("id_token", id_token.expose().to_owned()));
    }
    encode(path, fields, issuer)
}

/// The response that reports an error.
#[must_use]
pub fn failure(path: &ReturnPath, error: &RedirectError, issuer: &Issuer) -> Encoded {
    if path.mode == ResponseMode::Kept {
        return Encoded::Kept(Some(error.clone()));
    }
    let mut fields = vec![("error", error.code.as_str().to_owned())];
    if !error.public.is_empty() {
        fields.push(("error_description", error.public.clone()));
    }
    encode(path, fields, issuer)
}

fn encode(path: &ReturnPath, mut fields: Vec<(&'static str, String)>, issuer: &Issuer) -> Encoded {
    if let Some(state) = &path.state {
        fields.push(("state", state.clone()));
    }
    fields.push(("iss", issuer.as_str().to_owned()));
    let redirect = path.redirect.as_str();
    match path.mode {
        ResponseMode::Query => {
            Encoded::Location(format!("{redirect}{}{}", joint(redirect), written(&fields)))
        }
        ResponseMode::Fragment => Encoded::Location(format!("{redirect}#{}", written(&fields))),
        ResponseMode::FormPost => Encoded::FormPost { action: redirect.to_owned(), fields },
        ResponseMode::WebMessage => {
            // The check of the mode lets only callbacks through that have an origin.
            let target_origin = callback::origin(redirect).unwrap_or_else(|| issuer.origin().to_owned());
            Encoded::WebMessage { target_origin, fields }
        }
        ResponseMode::Kept => Encoded::Kept(None),
    }
}

/// What stands between the callback and the first appended parameter.
fn joint(redirect: &str) -> &'static str {
    match redirect.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    }
}

/// An address with further parameters, in front of its hash if it has one.
pub(crate) fn appended(address: &str, fields: &[(&'static str, &str)]) -> String {
    if fields.is_empty() {
        return address.to_owned();
    }
    let (front, hash) = address.split_at(address.find('#').unwrap_or(address.len()));
    format!("{front}{}{}{hash}", joint(front), written(fields))
}

fn written<T: AsRef<str>>(fields: &[(&'static str, T)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        let value = value.as_ref();
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                text.push(char::from(byte));
            } else {
                // A space as %20 and not as a plus sign: readers of fragments disagree about plus.
                text.push('%');
                text.push(char::from(HEX[usize::from(byte >> 4)]));
                text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    text
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{Scene, encoded};
    use crate::oauth::error::OAuthErrorCode;

    /// The return path of a request to `redirect_uri`, which is put on the client's list.
    fn path(redirect_uri: &str, more: &str) -> ReturnPath {
        let mut scene = Scene::default();
        scene.web.settings.callbacks = Some(vec![redirect_uri.to_owned()]);
        let query = format!("client_id=web&response_type=code&redirect_uri={}{more}", encoded(redirect_uri));
        match scene.decide(&query) {
            AuthorizeDecision::LogIn(login) => login.path,
            other => panic!("{other:?}"),
        }
    }

    fn sent(redirect_uri: &str, more: &str) -> Encoded {
        let handed = Handed { code: Some(Secret::new("c-1".into())), ..Handed::default() };
        success(&path(redirect_uri, more), &handed, &Issuer::parse("https://id.test/").unwrap())
    }

    fn location(redirect_uri: &str, more: &str) -> String {
        match sent(redirect_uri, more) {
            Encoded::Location(location) => location,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rfc_6749_4_1_2_parameters_are_appended_to_the_callback_as_it_is() {
        let tail = "code=c-1&iss=https%3A%2F%2Fid.test%2F";
        for (redirect, joint) in [
            ("https://app.test/cb", "?"),
            ("https://app.test/cb?tenant=1", "&"),
            ("https://app.test/cb?tenant=1&", ""),
            ("https://app.test/cb?", ""),
            ("HTTPS://App.test:443/cb", "?"),
            ("com.example.app://cb", "?"),
            ("com.example.app:/cb", "?"),
        ] {
            assert_eq!(location(redirect, ""), format!("{redirect}{joint}{tail}"));
        }
        let fragment = "&response_mode=fragment";
        assert_eq!(location("https://app.test/cb?a=1", fragment), format!("https://app.test/cb?a=1#{tail}"));
    }

    #[test]
    fn state_comes_back_as_sent_and_cannot_break_out() {
        let state = "a b&code=evil#\"<>\r\n\u{e9}+%";
        let location = location("https://app.test/cb", &format!("&state={}", encoded(state)));
        assert!(location.bytes().all(|b| b.is_ascii_graphic()));
        let url = url::Url::parse(&location).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let expected = [("code", "c-1"), ("state", state), ("iss", "https://id.test/")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn form_post_and_web_message_carry_the_same_fields() {
        let expected =
            vec![("code", "c-1".into()), ("state", "1".into()), ("iss", "https://id.test/".into())];
        let action = "https://app.test:8443/cb?a=1".to_owned();
        assert_eq!(
            sent(&action, "&state=1&response_mode=form_post"),
            Encoded::FormPost { action: action.clone(), fields: expected.clone() }
        );
        assert_eq!(
            sent(&action, "&state=1&response_mode=web_message"),
            Encoded::WebMessage { target_origin: "https://app.test:8443".into(), fields: expected }
        );
    }

    #[test]
    fn rfc_6749_4_2_2_tokens_stand_in_the_fragment_with_their_kind_and_their_end() {
        let handed = Handed {
            code: None,
            access_token: Some(HandedToken {
                text: Secret::new("at.1".into()),
                expires_in: Lifetime::from_seconds(7200),
                scope: vec!["openid".into(), "email".into()],
            }),
            id_token: Some(Secret::new("a.b.c".into())),
        };
        let issuer = Issuer::parse("https://id.test/").unwrap();
        let Encoded::Location(location) =
            success(&path("https://app.test/cb?x=1", "&response_mode=fragment"), &handed, &issuer)
        else {
            panic!("no redirect");
        };
        let tail = "access_token=at.1&token_type=Bearer&expires_in=7200&scope=openid%20email&id_token=a.b.c\
                    &iss=https%3A%2F%2Fid.test%2F";
        assert_eq!(location, format!("https://app.test/cb?x=1#{tail}"));
        assert!(!format!("{handed:?}").contains("at.1"), "{handed:?}");
    }

    #[test]
    fn rfc_9207_an_error_names_the_issuer_too() {
        let error = RedirectError::new(OAuthErrorCode::LoginRequired, "Login required");
        let issuer = Issuer::parse("https://id.test/").unwrap();
        let Encoded::Location(location) = failure(&path("https://app.test/cb", "&state=1"), &error, &issuer)
        else {
            panic!("no redirect");
        };
        let tail =
            "error=login_required&error_description=Login%20required&state=1&iss=https%3A%2F%2Fid.test%2F";
        assert_eq!(location, format!("https://app.test/cb?{tail}"));
    }

    #[test]
    fn a_response_is_never_printed() {
        assert_eq!(format!("{:?}", sent("https://app.test/cb", "")), "Location(…)");
    }
}
