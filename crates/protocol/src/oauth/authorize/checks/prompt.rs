//! What the client wants shown, or not shown, to the person.
//!
//! Source: OpenID Connect Core §3.1.2.1.

use super::super::AuthorizeRequest;
use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

/// `prompt` as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Prompt {
    /// Nothing may be shown.
    pub none: bool,
    /// The person logs in, whatever session there is. `select_account` means the same here: the
    /// login page is where another account is chosen.
    pub login: bool,
    /// The person is asked what the client may do, whatever was allowed before.
    pub consent: bool,
}

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    asked(verified.input.request).map(|_| ())
}

/// `prompt`, read.
pub(super) fn asked(request: &AuthorizeRequest) -> Result<Prompt, RedirectError> {
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    let mut prompt = Prompt::default();
    let mut values = 0;
    for value in request.prompt.as_deref().unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
        values += 1;
        match value {
            "none" => prompt.none = true,
            "login" | "select_account" => prompt.login = true,
            "consent" => prompt.consent = true,
            _ => return refuse("prompt must be none, login, consent or select_account."),
        }
    }
    if prompt.none && values > 1 {
        return refuse("prompt=none cannot be combined with other values.");
    }
    Ok(prompt)
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::examples::{GOOD, Scene, encoded};

    #[test]
    fn oidc_core_3_1_2_1_prompt_values_and_their_combinations() {
        for (prompt, without_session, with_session) in [
            ("", "log in", "issue"),
            ("none", "login_required", "issue"),
            ("login", "log in", "log in"),
            ("select_account", "log in", "log in"),
            ("consent", "log in", "consent"),
            ("login consent", "log in", "log in"),
            ("login  select_account", "log in", "log in"),
            ("none login", "invalid_request", "invalid_request"),
            ("consent none", "invalid_request", "invalid_request"),
            ("none none", "invalid_request", "invalid_request"),
            ("select_account none", "invalid_request", "invalid_request"),
            ("None", "invalid_request", "invalid_request"),
            ("create", "invalid_request", "invalid_request"),
        ] {
            let query = format!("{GOOD}&prompt={}", encoded(prompt));
            assert_eq!(Scene::default().answer(&query), without_session, "{prompt} without session");
            assert_eq!(Scene::default().log_in().answer(&query), with_session, "{prompt} with session");
        }
    }
}
