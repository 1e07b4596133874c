//! The answer goes to an address on the client's list, byte for byte.
//!
//! Owns [`VerifiedRedirect`], which nothing else can build. The matching rule is the model's. The answer for a
//! device goes nowhere: its person stays at our own page.
//!
//! Source: RFC 6749 §3.1.2.2 to §3.1.2.4; RFC 9700 §2.1; OpenID Connect Core §3.1.2.1 (required
//! there); the brief, "Allowed Callback URLs".

use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, callback};

use super::super::AuthorizeInput;
use super::scope;
use crate::oauth::error::{PageError, PageProblem};
use crate::oauth::params::Params;
use crate::oauth::response::RESPONSE_NAMES;

/// Our own page, at which people answer for their devices (RFC 8628 §3.3).
const ACTIVATION: &str = "activate";

/// A callback that was found on the client's list: the text of the request, unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRedirect(String);

impl VerifiedRedirect {
    /// The address, byte for byte as it was validated.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

pub(in super::super) fn verify(
    input: &AuthorizeInput<'_>,
    client: &Client,
) -> Result<VerifiedRedirect, PageError> {
    if input.request.device.is_some() {
        return Ok(VerifiedRedirect(input.issuer.url(ACTIVATION)));
    }
    let address = match input.request.redirect_uri.as_deref() {
        Some(sent) => sent,
        None => chosen(input, client)?,
    };
    let is_native = client.settings.app_type == Some(ClientKind::Native);
    if may_receive(client.callbacks(), address, is_native) {
        return Ok(VerifiedRedirect(address.to_owned()));
    }
    let hint = format!("redirect_uri {address} is not an Allowed Callback URL of client {}", client.id);
    Err(PageError::new(PageProblem::CallbackNotAllowed, &hint))
}

/// Whether the answer of a login may go to an address: it is on the list, and a response can be
/// appended to it.
pub(crate) fn may_receive(callbacks: &[String], address: &str, is_native: bool) -> bool {
    callback::matches(callbacks, address, is_native).is_some() && can_carry_a_response(address)
}

/// Without `redirect_uri` the first callback serves, but only in plain OAuth: OpenID Connect
/// demands the parameter, and a request object might have held it.
fn chosen<'a>(input: &AuthorizeInput<'_>, client: &'a Client) -> Result<&'a str, PageError> {
    let missing = |hint: &str| Err(PageError::new(PageProblem::CallbackMissing, hint));
    if scope::asks_for_openid(input.request) {
        return missing("redirect_uri is missing, and OpenID Connect demands it");
    }
    if !input.request.not_offered.is_empty() {
        return missing("redirect_uri is missing, and request objects are not read");
    }
    match client.callbacks().first() {
        Some(first) => Ok(first),
        None => missing("redirect_uri is missing, and the client has no Allowed Callback URLs"),
    }
}

/// Whether a response can be appended: plain ASCII, no fragment, and no parameter of its own that
/// has the name of one of ours.
fn can_carry_a_response(address: &str) -> bool {
    if !address.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return false;
    }
    let query = address.split_once('?').map_or("", |(_, query)| query);
    Params::from_query(query).is_ok_and(|own| RESPONSE_NAMES.iter().all(|name| !own.has(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::examples::{Scene, answer_to, encoded};
    use crate::oauth::authorize::{AuthorizeDecision, AuthorizeRequest};
    use crate::oauth::response::ResponseMode;
    use doorward_model::client::grant_type::GrantType;
    use doorward_model::ids::DeviceCodeId;

    fn asked(redirect_uri: &str) -> String {
        answer_to(&format!(
            "client_id=web&response_type=code&scope=openid&redirect_uri={}",
            encoded(redirect_uri)
        ))
    }

    #[test]
    fn oidcc_ensure_registered_redirect_uri() {
        assert_eq!(asked("https://app.test/cb"), "log in");
        for evil in [
            "https://app.test/cb/x",
            "https://app.test/CB",
            "https://app.test/cb?x=1",
            "https://app.test/cb#x",
            "https://app.test@evil.test/cb",
            "https://app.test:443@evil.test/cb",
            "https://evil.test\\@app.test/cb",
            "https://app.test.evil.test/cb",
            "https://app.test/cb/../cb",
            "https://app.test/cb%00",
            "https://app.test/cb\r\nSet-Cookie: a=b",
            "https://app.test/cb ",
            "http://app.test/cb",
            "//app.test/cb",
            "/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://127.0.0.1/cb",
        ] {
            assert_eq!(asked(evil), "page 102", "{evil}");
        }
    }

    #[test]
    fn the_person_of_a_device_stays_at_our_own_page_whatever_else_is_asked() {
        let mut scene = Scene::default();
        scene.web.settings.grant_types = vec![GrantType::DeviceCode];
        let request = AuthorizeRequest {
            client_id: Some("web".to_owned()),
            response_type: Some("code".to_owned()),
            redirect_uri: Some("https://app.test/cb".to_owned()),
            response_mode: Some("form_post".to_owned()),
            device: DeviceCodeId::parse("device").ok(),
            ..AuthorizeRequest::default()
        };
        let AuthorizeDecision::LogIn(login) = scene.decide_request(&request) else { panic!("no login") };
        assert_eq!(login.path.redirect.as_str(), "https://id.test/activate");
        assert_eq!(login.path.mode, ResponseMode::Kept);
        assert_eq!(
            answer_to("client_id=web&response_type=code&device=device"),
            "log in",
            "nobody can ask for it"
        );
    }

    #[test]
    fn oidcc_redirect_uri_query_ok_and_query_mismatch() {
        let mut scene = Scene::default();
        scene.web.settings.callbacks = Some(vec!["https://app.test/cb?tenant=1".into()]);
        let ask = |uri: &str| {
            scene.answer(&format!(
                "client_id=web&response_type=code&scope=openid&redirect_uri={}",
                encoded(uri)
            ))
        };
        assert_eq!(ask("https://app.test/cb?tenant=1"), "log in");
        assert_eq!(ask("https://app.test/cb?tenant=2"), "page 102");
        assert_eq!(ask("https://app.test/cb?tenant=1&x=2"), "page 102");
        assert_eq!(ask("https://app.test/cb"), "page 102");
    }

    #[test]
    fn a_callback_whose_query_has_names_of_ours_is_refused() {
        for own in ["code=1", "a=b&state=1", "%69ss=x", "error", "error_description=", "a=%zz"] {
            let mut scene = Scene::default();
            let uri = format!("https://app.test/cb?{own}");
            scene.web.settings.callbacks = Some(vec![uri.clone()]);
            let query =
                format!("client_id=web&response_type=code&scope=openid&redirect_uri={}", encoded(&uri));
            assert_eq!(scene.answer(&query), "page 102", "{own}");
        }
    }

    #[test]
    fn oidcc_ensure_redirect_uri_in_authorization_request() {
        let mut scene = Scene::default();
        scene.web.settings.callbacks = Some(vec!["https://app.test/cb".into(), "https://app.test/2".into()]);
        assert_eq!(scene.answer("client_id=web&response_type=code&scope=openid"), "page 103");
    }

    #[test]
    fn oidcc_ensure_request_object_with_redirect_uri() {
        assert_eq!(answer_to("client_id=web&response_type=code&request=e30.e30."), "page 103");
        assert_eq!(
            answer_to("client_id=web&response_type=code&redirect_uri=https://evil.test/&request=e30.e30."),
            "page 102"
        );
    }

    #[test]
    fn in_plain_oauth_the_first_callback_serves_when_none_is_named() {
        let mut scene = Scene::default();
        scene.web.settings.callbacks = Some(vec!["https://app.test/1".into(), "https://app.test/2".into()]);
        let plan = scene.log_in().plan("client_id=web&response_type=code&scope=email");
        assert_eq!(plan.path.redirect.as_str(), "https://app.test/1");
        assert!(!plan.redirect_uri_was_sent);
        scene.web.settings.callbacks = None;
        assert_eq!(scene.answer("client_id=web&response_type=code"), "page 103");
        // A first entry with a star names no address.
        scene.web.settings.callbacks = Some(vec!["https://*.app.test/1".into()]);
        assert_eq!(scene.answer("client_id=web&response_type=code"), "page 102");
    }

    #[test]
    fn rfc_8252_7_3_the_loopback_port_is_free_for_native_clients_only() {
        let mut scene = Scene::default();
        scene.spa.settings.callbacks = Some(vec!["http://127.0.0.1/cb".into()]);
        let query = format!(
            "client_id=spa&response_type=code&redirect_uri={}&code_challenge={}&code_challenge_method=S256",
            encoded("http://127.0.0.1:50123/cb"),
            crate::oauth::authorize::examples::CHALLENGE
        );
        scene.spa.settings.app_type = Some(ClientKind::Native);
        assert_eq!(scene.answer(&query), "log in");
        scene.spa.settings.app_type = Some(ClientKind::Spa);
        assert_eq!(scene.answer(&query), "page 102");
    }
}
