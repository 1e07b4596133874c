//! Whether the session of this browser is enough; otherwise the person logs in.
//!
//! Source: OpenID Connect Core §3.1.2.3, §3.1.2.6; the brief, "Use Doorward instead of the IdP to do
//! Single Sign On".

use doorward_model::client::sso::session_counts;
use doorward_model::connection::Connection;
use doorward_model::ids::ConnectionId;
use doorward_model::token::Authorization;

use super::super::decide::{Outcome, Verified};
use super::super::{AuthorizeInput, Consent, IssuePlan, LogIn, Meant, SessionFacts};
use super::{audience, claims, connection, max_age, prompt, response_type, scope};
use crate::oauth::error::{OAuthErrorCode, RedirectError};

/// Why a session is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// Nobody is logged in, or the login is not the one that was asked for.
    Login,
    /// Somebody is logged in, but not through a connection that counts here.
    OtherConnection,
}

pub(in super::super) fn outcome(verified: &Verified<'_>) -> Result<Outcome, RedirectError> {
    match standing(verified)? {
        // SDKs look for these words.
        Ok(facts) if facts.user.blocked => {
            Err(RedirectError::new(OAuthErrorCode::AccessDenied, "user is blocked"))
        }
        // Only after a login for this very request; before one, somebody else may still log in.
        Ok(facts) if is_another(verified.input, facts)? => Err(RedirectError::new(
            OAuthErrorCode::LoginRequired,
            "Another person logged in than the one who was asked for.",
        )),
        Ok(facts) => plan(verified, facts).map(Outcome::Issue),
        Err(lack) if prompt::asked(verified.input.request)?.none => Err(silent(lack)),
        Err(_) => Ok(Outcome::LogIn(LogIn {
            connections: ids(&connection::candidates(verified)?),
            login_hint: verified.input.request.login_hint.clone(),
            path: verified.path.clone(),
        })),
    }
}

fn standing<'a>(verified: &Verified<'a>) -> Result<Result<SessionFacts<'a>, Lack>, RedirectError> {
    let input = verified.input;
    let Some(facts) = input.session.filter(|facts| is_live(facts, input)) else {
        return Ok(Err(Lack::Login));
    };
    if !ids(&connection::candidates(verified)?).contains(&facts.user.connection) {
        return Ok(Err(Lack::OtherConnection));
    }
    // A login within this transaction answers every wish for a fresh one, but only if it is the
    // login of this very session.
    if input.logged_in_here.is_some_and(|at| facts.session.authenticated_at >= at) {
        return Ok(Ok(facts));
    }
    let old_enough = max_age::asked(input.request)?.is_some_and(|max_age| {
        // Zero asks for a login even in the very millisecond of the last one.
        max_age.seconds() == 0 || input.now > facts.session.authenticated_at.after(max_age)
    });
    // The database connection has no provider that could be asked again.
    // OpenID Connect Core §3.1.2.1: the session of another person is no answer to an `id_token_hint`.
    let is_meant = input.request.meant != Some(Meant::Unknown) && !is_another(input, facts)?;
    let counts = session_counts(&verified.client.settings, false);
    if old_enough || !is_meant || !counts || prompt::asked(input.request)?.login {
        return Ok(Err(Lack::Login));
    }
    Ok(Ok(facts))
}

/// Whether an ID token was sent that means somebody else, or somebody else was asked for by `sub`.
fn is_another(input: &AuthorizeInput<'_>, facts: SessionFacts<'_>) -> Result<bool, RedirectError> {
    let is_hinted = matches!(&input.request.meant, Some(Meant::Person(user)) if *user != facts.user.id);
    Ok(is_hinted || !claims::asked(input.request)?.lets_in(&facts.user.id))
}

fn ids(connections: &[&Connection]) -> Vec<ConnectionId> {
    connections.iter().map(|connection| connection.id.clone()).collect()
}

fn is_live(facts: &SessionFacts<'_>, input: &AuthorizeInput<'_>) -> bool {
    facts.session.user == facts.user.id && facts.session.is_live(input.settings, input.now)
}

fn silent(lack: Lack) -> RedirectError {
    match lack {
        Lack::Login => RedirectError::new(OAuthErrorCode::LoginRequired, "Login required"),
        Lack::OtherConnection => RedirectError::new(
            OAuthErrorCode::InteractionRequired,
            "Somebody is logged in, but not through the connection that is needed here.",
        ),
    }
}

fn plan(verified: &Verified<'_>, facts: SessionFacts<'_>) -> Result<IssuePlan, RedirectError> {
    let request = verified.input.request;
    let authorization = Authorization {
        client: verified.client.id.clone(),
        user: facts.user.id.clone(),
        session: facts.session.id.clone(),
        authenticated_at: facts.session.authenticated_at,
        scope: scope::granted(verified)?,
        audience: audience::asked(verified.input)?.map(|api| api.identifier.clone()),
        claims: claims::granted(request)?,
    };
    Ok(IssuePlan {
        path: verified.path.clone(),
        response_type: response_type::asked(request)?,
        authorization,
        redirect_uri_was_sent: request.redirect_uri.is_some(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        auth_time_wanted: claims::wants_auth_time(request)?,
        consent: Consent::NotNeeded,
        device: request.device.clone(),
    })
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ConnectionId, UserId};
    use doorward_model::time::Timestamp;

    use super::*;
    use crate::oauth::authorize::AuthorizeDecision;
    use crate::oauth::authorize::examples::{CHALLENGE, GOOD, NOW, Scene};

    fn silently(query: &str) -> String {
        format!("{query}&prompt=none")
    }

    #[test]
    fn oidcc_prompt_none_not_logged_in() {
        let state = "s".repeat(128);
        let query = silently(&GOOD.replace("state=1", &format!("state={state}")));
        let decision = Scene::default().decide(&query);
        let AuthorizeDecision::Redirect(path, error) = decision else { panic!("{decision:?}") };
        assert_eq!((error.code, path.state), (OAuthErrorCode::LoginRequired, Some(state)));
    }

    #[test]
    fn oidcc_prompt_none_logged_in_gives_the_session_as_it_is() {
        let mut scene = Scene::default();
        scene.log_in();
        let first = scene.plan(GOOD).authorization;
        scene.now = Timestamp::from_seconds(NOW + 60);
        assert_eq!(scene.plan(&silently(GOOD)).authorization, first);
    }

    #[test]
    fn oidcc_prompt_login_asks_again_until_it_happened_in_this_transaction() {
        let mut scene = Scene::default();
        let query = format!("{GOOD}&prompt=login");
        assert_eq!(scene.log_in().answer(&query), "log in");
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(&query), "issue");
        // Somebody else's older session does not become fresh by it.
        scene.logged_in_here = Some(Timestamp::from_seconds(NOW + 5));
        assert_eq!(scene.answer(&query), "log in");
    }

    #[test]
    fn max_age_0_is_answered_by_a_login_in_this_transaction() {
        let mut scene = Scene::default();
        let query = format!("{GOOD}&max_age=0");
        assert_eq!(scene.log_in().answer(&query), "log in");
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(&query), "issue");
        assert!(scene.plan(&query).auth_time_wanted);
    }

    #[test]
    fn a_session_that_ended_is_no_session() {
        let mut scene = Scene::default();
        scene.log_in();
        scene.now = scene.session.last_used_at.after(scene.settings.idle_session_lifetime);
        assert_eq!(scene.answer(GOOD), "log in");
        assert_eq!(scene.answer(&silently(GOOD)), "login_required");
    }

    #[test]
    fn a_session_of_one_person_with_the_record_of_another_is_no_session() {
        let mut scene = Scene::default();
        scene.log_in().session.user = UserId::parse("auth0|other").unwrap();
        assert_eq!(scene.answer(GOOD), "log in");
    }

    #[test]
    fn single_sign_on_switched_off_asks_every_time() {
        let mut scene = Scene::default();
        scene.log_in().web.settings.sso_disabled = true;
        assert_eq!(scene.answer(GOOD), "log in");
        assert_eq!(scene.answer(&silently(GOOD)), "login_required");
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(GOOD), "issue");
    }

    #[test]
    fn a_session_of_another_connection_does_not_count() {
        let mut scene = Scene::default();
        let staff = format!("{GOOD}&connection=Staff");
        assert_eq!(scene.log_in().answer(&staff), "log in");
        assert_eq!(scene.answer(&silently(&staff)), "interaction_required");
        scene.user.connection = ConnectionId::parse("con_2").unwrap();
        assert_eq!(scene.answer(&staff), "issue");
        scene.connections.retain(|connection| connection.name != "Staff");
        assert_eq!(scene.answer(GOOD), "log in");
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(GOOD), "log in");
    }

    #[test]
    fn a_blocked_user_is_denied_with_the_words_sdks_look_for() {
        let mut scene = Scene::default();
        scene.log_in().user.blocked = true;
        for query in [GOOD.to_owned(), silently(GOOD)] {
            let decision = scene.decide(&query);
            let AuthorizeDecision::Redirect(_, error) = decision else { panic!("{decision:?}") };
            assert_eq!((error.code.as_str(), error.public.as_str()), ("access_denied", "user is blocked"));
        }
        // Somebody else may still log in.
        assert_eq!(scene.answer(&format!("{GOOD}&prompt=login")), "log in");
    }

    #[test]
    fn oidcc_id_token_hint_is_about_the_person_who_is_meant() {
        let hinted = format!("{GOOD}&id_token_hint=x");
        let mut scene = Scene::default();
        let ada = scene.user.id.clone();
        scene.log_in().meant = Some(ada);
        assert_eq!(scene.answer(&silently(&hinted)), "issue");
        assert_eq!(scene.answer(&hinted), "issue");
        scene.meant = Some(UserId::parse("auth0|other").unwrap());
        assert_eq!(scene.answer(&silently(&hinted)), "login_required");
        assert_eq!(scene.answer(&hinted), "log in");
        // Whoever then logs in is still somebody else.
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(&hinted), "login_required");
    }

    #[test]
    fn an_id_token_that_is_none_of_ours_is_answered_by_no_session_but_by_a_login() {
        let hinted = format!("{GOOD}&id_token_hint=nonsense");
        let mut scene = Scene::default();
        scene.log_in();
        assert_eq!(scene.answer(&silently(&hinted)), "login_required");
        assert_eq!(scene.answer(&hinted), "log in");
        scene.logged_in_here = Some(scene.session.authenticated_at);
        assert_eq!(scene.answer(&hinted), "issue");
    }

    #[test]
    fn the_login_page_learns_the_login_hint() {
        let decision = Scene::default().decide(&format!("{GOOD}&login_hint=ada%40acme.test"));
        let AuthorizeDecision::LogIn(login) = decision else { panic!("{decision:?}") };
        assert_eq!(login.login_hint.as_deref(), Some("ada@acme.test"));
    }

    #[test]
    fn the_plan_holds_what_the_code_must_remember() {
        let query = format!("{GOOD}&nonce=n&code_challenge={CHALLENGE}&code_challenge_method=S256");
        let mut scene = Scene::default();
        let plan = scene.log_in().plan(&query);
        assert_eq!(plan.authorization.client, scene.web.id);
        assert_eq!(plan.authorization.user, scene.user.id);
        assert_eq!(plan.authorization.session, scene.session.id);
        assert_eq!(plan.authorization.authenticated_at, scene.session.authenticated_at);
        assert_eq!(plan.nonce.as_deref(), Some("n"));
        assert_eq!(plan.code_challenge.as_deref(), Some(CHALLENGE));
        assert!(plan.redirect_uri_was_sent);
        assert_eq!(plan.path.state.as_deref(), Some("1"));
    }
}
