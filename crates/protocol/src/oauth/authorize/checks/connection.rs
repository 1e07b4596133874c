//! The person logs in through a connection that is enabled for the client.
//!
//! Source: the brief, "Connections"; the parameter `connection` as on the original's wire.

use doorward_model::connection::Connection;

use super::super::AuthorizeInput;
use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    chosen(verified.input).map(|_| ())
}

/// The connection that is named, else the first one offered.
pub(super) fn chosen<'a>(input: &AuthorizeInput<'a>) -> Result<&'a Connection, RedirectError> {
    let refuse = |text| RedirectError::new(OAuthErrorCode::InvalidRequest, text);
    match input.request.connection.as_deref() {
        Some(name) => input
            .connections
            .iter()
            .find(|connection| connection.name == name)
            .ok_or_else(|| refuse("The connection was not found, or it is not enabled for this client.")),
        None => input
            .connections
            .first()
            .ok_or_else(|| refuse("No connection is enabled for this client, so nobody can log in.")),
    }
}

#[cfg(test)]
mod tests {
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{GOOD, Scene};

    #[test]
    fn the_connection_named_is_the_one_used() {
        for (more, expected) in [("", "con_1"), ("&connection=Staff", "con_2"), ("&connection=", "con_1")] {
            let decision = Scene::default().decide(&format!("{GOOD}{more}"));
            let AuthorizeDecision::LogIn(login) = decision else { panic!("{decision:?}") };
            assert_eq!(login.connection.as_str(), expected, "{more}");
        }
    }

    #[test]
    fn a_connection_that_is_not_enabled_is_an_invalid_request() {
        assert_eq!(Scene::default().answer(&format!("{GOOD}&connection=Nobody")), "invalid_request");
        let mut scene = Scene::default();
        scene.connections.clear();
        assert_eq!(scene.answer(GOOD), "invalid_request");
        assert_eq!(scene.log_in().answer(GOOD), "invalid_request");
    }
}
