//! How long ago the person may have proved who they are.
//!
//! Source: OpenID Connect Core §3.1.2.1.

use doorward_model::time::Lifetime;

use super::super::AuthorizeRequest;
use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    asked(verified.input.request).map(|_| ())
}

/// `max_age`, read; more than a machine word of seconds is simply very long.
pub(super) fn asked(request: &AuthorizeRequest) -> Result<Option<Lifetime>, RedirectError> {
    let Some(text) = request.max_age.as_deref() else { return Ok(None) };
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        let text = "max_age must be a number of seconds.";
        return Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    }
    Ok(Some(Lifetime::from_seconds(text.parse().unwrap_or(u32::MAX))))
}

#[cfg(test)]
mod tests {
    use doorward_model::time::Timestamp;

    use crate::oauth::authorize::examples::{GOOD, NOW, Scene};

    #[test]
    fn max_age_is_a_number_of_seconds() {
        for bad in ["-1", "1.5", "x", "1s", "%2B1", "0x1"] {
            assert_eq!(Scene::default().answer(&format!("{GOOD}&max_age={bad}")), "invalid_request", "{bad}");
        }
        for good in ["0", "00", "10", "99999999999999999999999"] {
            assert_eq!(Scene::default().answer(&format!("{GOOD}&max_age={good}")), "log in", "{good}");
        }
    }

    #[test]
    fn oidcc_max_age_1_and_oidcc_max_age_10000() {
        for (age, max_age, expected) in [
            (2, "1", "log in"),
            (1, "1", "issue"),
            (100, "10000", "issue"),
            (0, "0", "log in"),
            (100, "99999999999999999999999", "issue"),
        ] {
            let mut scene = Scene::default();
            scene.log_in().authenticated_at(Timestamp::from_seconds(NOW - age));
            assert_eq!(scene.answer(&format!("{GOOD}&max_age={max_age}")), expected, "{age} {max_age}");
        }
    }

    #[test]
    fn with_prompt_none_too_old_a_login_is_login_required() {
        let mut scene = Scene::default();
        scene.log_in().authenticated_at(Timestamp::from_seconds(NOW - 100));
        assert_eq!(scene.answer(&format!("{GOOD}&max_age=10&prompt=none")), "login_required");
    }

    #[test]
    fn max_age_asks_for_auth_time() {
        let mut scene = Scene::default();
        assert!(scene.log_in().plan(&format!("{GOOD}&max_age=100")).auth_time_wanted);
        assert!(!scene.plan(GOOD).auth_time_wanted);
    }
}
