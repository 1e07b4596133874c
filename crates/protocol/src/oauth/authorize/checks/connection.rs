//! The person logs in through a connection that is enabled for the client.
//!
//! Source: the brief, "Connections"; the parameter `connection` as on the original's wire.

use doorward_model::connection::Connection;

use super::super::AuthorizeInput;
use super::super::decide::Verified;
use crate::oauth::error::{OAuthErrorCode, RedirectError};

pub(in super::super) fn check(verified: &Verified<'_>) -> Result<(), RedirectError> {
    candidates(verified).map(|_| ())
}

/// The connections that may know the person, in the order in which they are asked: the one that is
/// named, else all that are offered. Never empty.
pub(super) fn candidates<'a>(verified: &Verified<'a>) -> Result<Vec<&'a Connection>, RedirectError> {
    let refuse = |text| Err(RedirectError::new(OAuthErrorCode::InvalidRequest, text));
    let offered =
        || verified.input.connections.iter().filter(|connection| connection.may_serve(verified.client));
    if is_named(verified.input) {
        let named = offered().find(|connection| is_meant(connection, verified.input));
        let text = "The connection was not found, or it is not enabled for this client.";
        return named.map_or_else(|| refuse(text), |named| Ok(vec![named]));
    }
    let all: Vec<&Connection> = offered().collect();
    if all.is_empty() {
        return refuse("No connection is enabled for this client, so nobody can log in.");
    }
    Ok(all)
}

/// Whether the request says through which connection the person is to come.
fn is_named(input: &AuthorizeInput<'_>) -> bool {
    input.request.connection.is_some() || input.request.realm.is_some()
}

fn is_meant(connection: &Connection, input: &AuthorizeInput<'_>) -> bool {
    match (&input.request.connection, &input.request.realm) {
        (Some(name), _) => connection.name == *name,
        (None, Some(realm)) => connection.answers_to(realm),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::connection::Purpose;

    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{GOOD, Scene};

    fn asked(scene: &Scene, more: &str) -> Vec<String> {
        match scene.decide(&format!("{GOOD}{more}")) {
            AuthorizeDecision::LogIn(login) => login.connections.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_connection_named_is_the_one_used_and_else_all_are_in_their_order() {
        let mut scene = Scene::default();
        scene.connections[1].settings.realms = Some(vec!["crew".to_owned()]);
        for (more, expected) in [
            ("", &["con_1", "con_2"][..]),
            ("&connection=", &["con_1", "con_2"]),
            ("&connection=Staff", &["con_2"]),
            ("&realm=Staff", &["con_2"]),
            ("&realm=crew", &["con_2"]),
            ("&connection=People&realm=crew", &["con_1"]),
        ] {
            assert_eq!(asked(&scene, more), expected, "{more}");
        }
    }

    #[test]
    fn a_connection_that_is_not_enabled_is_an_invalid_request() {
        for more in ["&connection=Nobody", "&realm=Nobody", "&connection=staff"] {
            assert_eq!(Scene::default().answer(&format!("{GOOD}{more}")), "invalid_request", "{more}");
        }
        let mut scene = Scene::default();
        scene.connections.clear();
        assert_eq!(scene.answer(GOOD), "invalid_request");
        assert_eq!(scene.log_in().answer(GOOD), "invalid_request");
    }

    #[test]
    fn a_realm_is_no_name_for_the_parameter_connection() {
        let mut scene = Scene::default();
        scene.connections[1].settings.realms = Some(vec!["crew".to_owned()]);
        assert_eq!(scene.answer(&format!("{GOOD}&connection=crew")), "invalid_request");
    }

    #[test]
    fn what_may_not_serve_the_client_is_not_offered() {
        let mut scene = Scene::default();
        scene.connections[0].settings.authentication = Some(Purpose { active: false });
        assert_eq!(asked(&scene, ""), ["con_2"]);
        assert_eq!(scene.answer(&format!("{GOOD}&connection=People")), "invalid_request");
    }
}
