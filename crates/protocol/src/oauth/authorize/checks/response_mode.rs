//! How the answer travels; together with the callback this is the return path.
//!
//! Source: OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response
//! Mode, OAuth 2.0 Web Message Response Mode; the client's Allowed Web Origins.

use doorward_model::client::Client;
use doorward_model::client::callback;
use doorward_model::client::origin::web_origin_matches;

use super::super::decide::Verified;
use super::super::{AuthorizeInput, AuthorizeRequest, ReturnPath, VerifiedRedirect};
use crate::oauth::error::{OAuthErrorCode, PageError, PageProblem, RedirectError};
use crate::oauth::response::ResponseMode;

/// Builds the return path. A mode that cannot be used gives way to the default one, by which
/// [`check`] then reports it; only a message to an origin that is not allowed is a page.
pub(in super::super) fn path(
    input: &AuthorizeInput<'_>,
    client: &Client,
    redirect: VerifiedRedirect,
) -> Result<ReturnPath, PageError> {
    if input.request.device.is_some() {
        return Ok(ReturnPath { redirect, mode: ResponseMode::Kept, state: None });
    }
    let mode = usable(input.request, redirect.as_str()).unwrap_or_else(|| default_for(input.request));
    if mode == ResponseMode::WebMessage {
        let origin = callback::origin(redirect.as_str()).unwrap_or_default();
        let web_origins = client.settings.web_origins.as_deref().unwrap_or_default();
        if !web_origin_matches(web_origins, client.callbacks(), &origin) {
            let hint = format!("origin {origin} is in no Allowed Callback URL of client {}", client.id);
            return Err(PageError::new(PageProblem::WebOriginNotAllowed, &hint));
        }
    }
    Ok(ReturnPath { redirect, mode, state: input.request.state.clone() })
}

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    let request = verified.input.request;
    if request.response_mode.is_none()
        || request.device.is_some()
        || usable(request, verified.path.redirect.as_str()).is_some()
    {
        return Ok(());
    }
    let text = "response_mode must be query, fragment, form_post or web_message. Tokens never travel in the query, and the \
                last two need an http or https callback.";
    Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text))
}

/// The mode that is asked for, when it can be used: a form or a message cannot reach the address of an
/// app, and tokens must not stand where servers and proxies write addresses down.
fn usable(request: &AuthorizeRequest, redirect: &str) -> Option<ResponseMode> {
    let mode = ResponseMode::parse(request.response_mode.as_deref()?)?;
    let by_browser = matches!(mode, ResponseMode::FormPost | ResponseMode::WebMessage);
    let is_web =
        callback::origin(redirect).is_some_and(|origin| origin.starts_with("http") && origin.contains("://"));
    let may_be_seen = mode != ResponseMode::Query || !asks_for_tokens(request);
    ((is_web || !by_browser) && may_be_seen).then_some(mode)
}

/// The query for `code` alone, the fragment where tokens were asked for.
fn default_for(request: &AuthorizeRequest) -> ResponseMode {
    if asks_for_tokens(request) { ResponseMode::Fragment } else { ResponseMode::Query }
}

/// Whether tokens were asked for, also by a response type that is refused later.
fn asks_for_tokens(request: &AuthorizeRequest) -> bool {
    let asked = request.response_type.as_deref().unwrap_or_default();
    asked.split(' ').any(|kind| matches!(kind, "token" | "id_token"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{GOOD, Scene, answer_to};

    fn mode_of(query: &str) -> ResponseMode {
        match Scene::default().decide(query) {
            AuthorizeDecision::Redirect(path, _) => path.mode,
            AuthorizeDecision::LogIn(login) => login.path.mode,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_mode_is_the_one_asked_for_or_the_default() {
        for (more, mode) in [
            ("", ResponseMode::Query),
            ("&response_mode=query", ResponseMode::Query),
            ("&response_mode=fragment", ResponseMode::Fragment),
            ("&response_mode=form_post", ResponseMode::FormPost),
            ("&response_mode=web_message", ResponseMode::WebMessage),
            ("&response_mode=jwt", ResponseMode::Query),
        ] {
            assert_eq!(mode_of(&format!("{GOOD}{more}")), mode, "{more}");
        }
        let implicit = "client_id=web&redirect_uri=https://app.test/cb&response_type=id_token%20token";
        assert_eq!(mode_of(implicit), ResponseMode::Fragment);
        assert_eq!(mode_of(&format!("{implicit}&response_mode=form_post")), ResponseMode::FormPost);
    }

    /// OAuth 2.0 Multiple Response Types §3.
    #[test]
    fn tokens_never_travel_in_the_query() {
        let query =
            "client_id=web&redirect_uri=https://app.test/cb&response_type=code%20token&response_mode=query";
        assert_eq!(answer_to(query), "invalid_request");
        assert_eq!(mode_of(query), ResponseMode::Fragment);
    }

    #[test]
    fn an_unknown_mode_is_reported_in_the_default_one() {
        for mode in ["jwt", "query.jwt", "QUERY", "web-message"] {
            assert_eq!(answer_to(&format!("{GOOD}&response_mode={mode}")), "invalid_request", "{mode}");
        }
    }

    #[test]
    fn a_message_goes_to_an_origin_on_a_list_only() {
        let mut scene = Scene::default();
        scene.spa.settings.app_type = Some(doorward_model::client::kind::ClientKind::Native);
        scene.spa.settings.callbacks = Some(vec!["http://127.0.0.1/cb".into()]);
        let query = "client_id=spa&redirect_uri=http://127.0.0.1:5000/cb&response_type=code&response_mode=web_message\
                     &prompt=none&code_challenge_method=S256";
        assert_eq!(scene.answer(query), "page 106");
        scene.spa.settings.web_origins = Some(vec!["http://127.0.0.1:5000".into()]);
        assert_eq!(scene.answer(query), "invalid_request");
    }

    #[test]
    fn the_address_of_an_app_gets_neither_a_form_nor_a_message() {
        let mut scene = Scene::default();
        scene.web.settings.callbacks = Some(vec!["com.example.app://cb".into()]);
        for mode in ["form_post", "web_message"] {
            let query = format!(
                "client_id=web&redirect_uri=com.example.app://cb&response_type=code&response_mode={mode}"
            );
            assert_eq!(scene.answer(&query), "invalid_request", "{mode}");
        }
        assert_eq!(
            scene.answer("client_id=web&redirect_uri=com.example.app://cb&response_type=code"),
            "log in"
        );
    }
}
