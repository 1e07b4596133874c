//! `/oidc/logout`: an application asks us to log its person out.
//!
//! Owns when the person is asked first, and where they go. Whoever proves by an ID token (or by naming the
//! very session) that it is an application of this person ends the session without a question; a stranger's
//! link only asks. Nobody is sent anywhere on the word of a stranger.
//!
//! Source: OpenID Connect RP-Initiated Logout 1.0 §2, §3, §4; the original's `logout_hint`.

use std::fmt;

use doorward_model::client::{Client, logout};
use doorward_model::ids::{SessionId, UserId};
use doorward_model::tenant::TenantSettings;

use super::may_follow;
use crate::oauth::error::{PageError, PageProblem};
use crate::oauth::params::Params;
use crate::oauth::response::appended;
use crate::oidc::id_token_hint::Hint;

/// The parameters that mean something here; none of them may stand twice.
pub const NAMES: [&str; 5] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state"];

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct EndSessionRequest<'a> {
    /// `id_token_hint`: an ID token of the person.
    pub id_token_hint: Option<&'a str>,
    /// `logout_hint`: the `sid` of an ID token.
    pub logout_hint: Option<&'a str>,
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `post_logout_redirect_uri`.
    pub return_to: Option<&'a str>,
    /// `state`, given back as it came.
    pub state: Option<&'a str>,
}

impl fmt::Debug for EndSessionRequest<'_> {
    /// Without the hints, which are about a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndSessionRequest")
            .field("has_id_token_hint", &self.id_token_hint.is_some())
            .field("has_logout_hint", &self.logout_hint.is_some())
            .field("client_id", &self.client_id)
            .field("return_to", &self.return_to)
            .finish_non_exhaustive()
    }
}

impl<'a> EndSessionRequest<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// A page when one of the parameters came twice.
    pub fn read(params: &'a Params) -> Result<Self, PageError> {
        if let Some(name) = params.duplicates().into_iter().find(|name| NAMES.contains(name)) {
            let hint = format!("{name} was sent more than once");
            return Err(PageError::new(PageProblem::RepeatedParameter, &hint));
        }
        Ok(Self {
            id_token_hint: params.get("id_token_hint"),
            logout_hint: params.get("logout_hint"),
            client_id: params.get("client_id"),
            return_to: params.get("post_logout_redirect_uri"),
            state: params.get("state"),
        })
    }
}

/// Everything that the decision looks at.
#[derive(Debug, Clone, Copy)]
pub struct EndSessionFacts<'a> {
    /// What was asked.
    pub request: &'a EndSessionRequest<'a>,
    /// What the ID token says, if it is a good one.
    pub hint: Option<&'a Hint>,
    /// The client that the hint, or else `client_id`, names.
    pub client: Option<&'a Client>,
    /// Who is logged in in this browser.
    pub session: Option<(&'a SessionId, &'a UserId)>,
    /// The settings of the tenant.
    pub settings: &'a TenantSettings,
    /// Whether the person said yes on our own page.
    pub is_answered: bool,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndSession {
    /// Our own page asks. Nothing ends before the answer.
    Ask,
    /// The session ends, and the person goes to this address.
    Redirect(String),
    /// The session ends, and a page says so.
    Done,
    /// The session ends, and a page says so, and that the address is not allowed.
    Refuse(PageError),
}

/// Decides `/oidc/logout`.
#[must_use]
pub fn decide(facts: &EndSessionFacts<'_>) -> EndSession {
    let Some(list) = list_of_whoever_is_proven(facts) else {
        return if must_ask(facts, None) { EndSession::Ask } else { EndSession::Done };
    };
    if must_ask(facts, facts.hint) {
        return EndSession::Ask;
    }
    match facts.request.return_to {
        None => EndSession::Done,
        Some(asked) if logout::matches_whole(list, asked) && may_follow(list, asked) => {
            let state = facts.request.state.map(|state| ("state", state));
            EndSession::Redirect(appended(asked, state.as_slice()))
        }
        Some(asked) => EndSession::Refuse(refusal(asked, list, facts.client)),
    }
}

/// The list that counts, once the application proved that it is one of this person: by an ID token whose
/// client is the one that `client_id` names, if it names one, or by the id of the session.
fn list_of_whoever_is_proven<'a>(facts: &EndSessionFacts<'a>) -> Option<&'a [String]> {
    let of_client = |client: &'a Client| {
        (!client.global).then(|| client.settings.allowed_logout_urls.as_deref().unwrap_or_default())
    };
    if let Some(hint) = facts.hint {
        let client = facts.client.filter(|client| client.id == hint.client)?;
        let is_named = facts.request.client_id.is_none_or(|id| id == client.id.as_str());
        return of_client(client).filter(|_| is_named);
    }
    // Of a bad ID token nothing else makes a good one.
    if facts.request.id_token_hint.is_some() {
        return None;
    }
    let (session, _) = facts.session?;
    if facts.request.logout_hint != Some(session.as_str()) {
        return None;
    }
    match (facts.request.client_id, facts.client) {
        (None, _) => Some(&facts.settings.allowed_logout_urls),
        (Some(id), Some(client)) if client.id.as_str() == id => of_client(client),
        (Some(_), _) => None,
    }
}

/// Whether the person has to be asked: somebody is logged in, and nothing proves that it is the one whom the
/// application means.
fn must_ask(facts: &EndSessionFacts<'_>, hint: Option<&Hint>) -> bool {
    let Some((session, user)) = facts.session else { return false };
    if facts.is_answered || !facts.settings.asks_before_logout() {
        return false;
    }
    match hint {
        Some(hint) => hint.session != *session && hint.user != *user,
        None => facts.request.id_token_hint.is_some() || facts.request.logout_hint != Some(session.as_str()),
    }
}

fn refusal(asked: &str, list: &[String], client: Option<&Client>) -> PageError {
    let whose = client.map_or("the tenant", |client| client.id.as_str());
    if may_follow(list, asked) {
        let hint = format!(
            "post_logout_redirect_uri {asked} differs from the Allowed Logout URL of {whose} in its query or hash; \
             add it as it is, or send it without: state is there for what varies"
        );
        return PageError::new(PageProblem::LogoutQueryNotAllowed, &hint);
    }
    let hint = format!("post_logout_redirect_uri {asked} is not an Allowed Logout URL of {whose}");
    PageError::new(PageProblem::LogoutUrlNotAllowed, &hint)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::authorize::examples;

    const BYE: &str = "https://app.test/bye?from=app";

    struct Scene {
        client: Client,
        hint: Option<Hint>,
        session: Option<(SessionId, UserId)>,
        settings: TenantSettings,
        is_answered: bool,
    }

    fn session(id: &str) -> SessionId {
        SessionId::parse(id).unwrap()
    }

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    impl Scene {
        /// Ada is logged in, and the application `web` holds an ID token of that very session.
        fn new() -> Self {
            let mut client = examples::client("web", ClientKind::RegularWeb);
            client.settings.allowed_logout_urls = Some(vec![BYE.into(), "https://*.wild.test/".into()]);
            let hint = Hint { client: client.id.clone(), user: user("auth0|1"), session: session("s-1") };
            let settings = TenantSettings {
                allowed_logout_urls: vec!["https://tenant.test/bye".into()],
                ..TenantSettings::new("Acme".into())
            };
            let session = Some((session("s-1"), user("auth0|1")));
            Self { client, hint: Some(hint), session, settings, is_answered: false }
        }

        /// Without the hint; the request may still bring one that is not good.
        fn unproven() -> Self {
            Self { hint: None, ..Self::new() }
        }

        fn decide(&self, request: EndSessionRequest<'_>) -> EndSession {
            let is_known = self.hint.is_some() || request.client_id == Some("web");
            decide(&EndSessionFacts {
                request: &request,
                hint: self.hint.as_ref(),
                client: is_known.then_some(&self.client),
                session: self.session.as_ref().map(|(id, user)| (id, user)),
                settings: &self.settings,
                is_answered: self.is_answered,
            })
        }
    }

    fn to(address: &str) -> EndSessionRequest<'_> {
        EndSessionRequest {
            id_token_hint: Some("…"),
            return_to: Some(address),
            ..EndSessionRequest::default()
        }
    }

    fn goes(address: &str) -> EndSession {
        EndSession::Redirect(address.to_owned())
    }

    #[test]
    fn oidcc_rp_initiated_logout_goes_back_with_the_state() {
        let scene = Scene::new();
        let request = EndSessionRequest { state: Some("a b&c=é"), ..to(BYE) };
        assert_eq!(scene.decide(request), goes("https://app.test/bye?from=app&state=a%20b%26c%3D%C3%A9"));
        let wild = EndSessionRequest { state: Some("x"), ..to("https://qa.wild.test/") };
        assert_eq!(scene.decide(wild), goes("https://qa.wild.test/?state=x"));
        assert_eq!(scene.decide(EndSessionRequest { client_id: Some("web"), ..to(BYE) }), goes(BYE));
    }

    #[test]
    fn oidcc_rp_initiated_logout_no_state() {
        assert_eq!(Scene::new().decide(to(BYE)), goes(BYE));
    }

    #[test]
    fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
        for address in [
            "https://evil.test/",
            "https://app.test/bye",
            "https://app.test.evil.test/bye?from=app",
            "",
            "javascript:alert(1)",
            "//app.test/bye?from=app",
            "https://app.test/bye?from=app\r\nx: y",
        ] {
            let EndSession::Refuse(page) = Scene::new().decide(to(address)) else { panic!("{address}") };
            let problem = if address == "https://app.test/bye" {
                PageProblem::LogoutQueryNotAllowed
            } else {
                PageProblem::LogoutUrlNotAllowed
            };
            assert_eq!(page.problem, problem, "{address}");
        }
    }

    #[test]
    fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
        for address in [
            "https://app.test/bye?from=app&foo=bar",
            "https://qa.wild.test/?foo=bar",
            "https://app.test/bye?from=app#x",
        ] {
            let EndSession::Refuse(page) = Scene::new().decide(to(address)) else { panic!("{address}") };
            assert_eq!(page.problem, PageProblem::LogoutQueryNotAllowed, "{address}");
        }
    }

    /// `-modified-id-token-hint`, `-bad-id-token-hint`, `-no-id-token-hint`: asked, and sent nowhere after yes.
    #[test]
    fn oidcc_rp_initiated_logout_without_a_good_id_token_asks_and_goes_nowhere() {
        let without = EndSessionRequest { id_token_hint: None, ..to(BYE) };
        let named = EndSessionRequest { client_id: Some("web"), ..without };
        let other = EndSessionRequest { logout_hint: Some("s-2"), ..named };
        // A bad token spoils a session that is named well.
        let spoilt = EndSessionRequest { logout_hint: Some("s-1"), client_id: Some("web"), ..to(BYE) };
        for request in [to(BYE), without, named, other, spoilt] {
            let mut scene = Scene::unproven();
            assert_eq!(scene.decide(request), EndSession::Ask, "{request:?}");
            scene.is_answered = true;
            assert_eq!(scene.decide(request), EndSession::Done, "{request:?}");
            scene.session = None;
            scene.is_answered = false;
            assert_eq!(scene.decide(request), EndSession::Done, "nobody is there to be asked: {request:?}");
        }
    }

    /// `-no-params`, `-no-post-logout-redirect-uri`, `-only-state`.
    #[test]
    fn oidcc_rp_initiated_logout_without_an_address_ends_on_our_page() {
        let nothing = EndSessionRequest::default();
        let only_state = EndSessionRequest { state: Some("x"), ..nothing };
        for request in [nothing, only_state] {
            assert_eq!(Scene::unproven().decide(request), EndSession::Ask);
            assert_eq!(Scene { is_answered: true, ..Scene::unproven() }.decide(request), EndSession::Done);
        }
        let hinted = EndSessionRequest { id_token_hint: Some("…"), ..only_state };
        assert_eq!(Scene::new().decide(hinted), EndSession::Done);
    }

    #[test]
    fn the_id_token_of_another_client_than_the_one_named_proves_nothing() {
        let request = EndSessionRequest { client_id: Some("other"), ..to(BYE) };
        assert_eq!(Scene::new().decide(request), EndSession::Ask);
        assert_eq!(Scene { is_answered: true, ..Scene::new() }.decide(request), EndSession::Done);
    }

    #[test]
    fn somebody_else_who_is_logged_in_is_asked_and_the_same_person_is_not() {
        let bob = Scene { session: Some((session("s-9"), user("auth0|2"))), ..Scene::new() };
        assert_eq!(bob.decide(to(BYE)), EndSession::Ask);
        assert_eq!(Scene { is_answered: true, ..bob }.decide(to(BYE)), goes(BYE));
        let again = Scene { session: Some((session("s-9"), user("auth0|1"))), ..Scene::new() };
        assert_eq!(again.decide(to(BYE)), goes(BYE));
        assert_eq!(Scene { session: None, ..Scene::new() }.decide(to(BYE)), goes(BYE));
    }

    #[test]
    fn the_id_of_the_session_is_proof_for_the_list_of_client_or_tenant() {
        let scene = Scene::unproven();
        let hinted = |client_id, return_to| EndSessionRequest {
            logout_hint: Some("s-1"),
            client_id,
            return_to,
            ..EndSessionRequest::default()
        };
        assert_eq!(scene.decide(hinted(Some("web"), Some(BYE))), goes(BYE));
        let tenants = "https://tenant.test/bye";
        assert_eq!(scene.decide(hinted(None, Some(tenants))), goes(tenants));
        assert_eq!(scene.decide(hinted(None, None)), EndSession::Done);
        assert!(matches!(scene.decide(hinted(None, Some(BYE))), EndSession::Refuse(_)));
        assert!(matches!(scene.decide(hinted(Some("web"), Some(tenants))), EndSession::Refuse(_)));
        let gone = scene.decide(hinted(Some("gone"), Some(BYE)));
        assert_eq!(gone, EndSession::Done, "the session is proven, the client is not");
        assert!(matches!(
            Scene { session: None, ..Scene::unproven() }.decide(hinted(Some("web"), Some(BYE))),
            EndSession::Done
        ));
    }

    #[test]
    fn a_tenant_may_do_without_the_question_but_sends_nobody_away_for_that() {
        let mut scene = Scene::unproven();
        let off = serde_json::json!({ "sessions": { "oidc_logout_prompt_enabled": false } });
        scene.settings = scene.settings.apply(off.as_object().unwrap()).unwrap();
        assert_eq!(scene.decide(EndSessionRequest { client_id: Some("web"), ..to(BYE) }), EndSession::Done);
    }

    #[test]
    fn repeated_parameters_are_a_page() {
        for name in NAMES {
            let query = format!("{name}=a&{name}=b&ui_locales=a&ui_locales=b");
            let params = Params::from_query(&query).unwrap();
            let error = EndSessionRequest::read(&params).unwrap_err();
            assert_eq!(error.problem, PageProblem::RepeatedParameter, "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_logout_goes_to_listed_places_only(
            at in 0..30usize,
            insert in "[ -~]{0,3}",
            state in proptest::option::of("\\PC{0,8}"),
            is_answered: bool,
            is_proven: bool,
        ) {
            let at = at.min(BYE.len());
            let address = format!("{}{insert}{}", &BYE[..at], &BYE[at..]);
            let scene = if is_proven { Scene::new() } else { Scene::unproven() };
            let request = EndSessionRequest { state: state.as_deref(), ..to(&address) };
            if let EndSession::Redirect(sent) = (Scene { is_answered, ..scene }).decide(request) {
                prop_assert!(is_proven);
                prop_assert!(sent.starts_with(&address));
                let url = url::Url::parse(&sent).unwrap();
                let host = url.host_str().unwrap_or_default();
                prop_assert!(host == "app.test" || host.ends_with(".wild.test"), "{}", sent);
                let given = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
                prop_assert_eq!(given, state);
            }
        }
    }
}
