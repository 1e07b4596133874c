//! What holds for every request, whatever strangers put into it.

use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use proptest::prelude::*;

use super::examples::{CHALLENGE, NOW, Scene};
use super::{AuthorizeDecision, AuthorizeRequest, ReturnPath};
use crate::oauth::error::OAuthErrorCode;
use crate::oauth::params::Params;
use crate::oauth::response::{Encoded, Handed, ResponseMode, failure, success};

/// The callbacks of the scene's clients, one of them with a query, one with a star.
const CALLBACKS: [&str; 3] =
    ["https://app.test/cb", "https://app.test/cb?tenant=1", "https://*.wild.test/cb"];

fn scene(is_logged_in: bool, age: i64, is_here: bool) -> Scene {
    let mut scene = Scene { is_logged_in, ..Scene::default() };
    for client in [&mut scene.web, &mut scene.spa] {
        client.settings.callbacks = Some(CALLBACKS.map(str::to_owned).into());
        client.settings.grant_types.push(GrantType::Implicit);
    }
    scene.spa.settings.app_type = Some(ClientKind::Spa);
    scene.authenticated_at(Timestamp::from_seconds(NOW - age));
    scene.logged_in_here = is_here.then_some(scene.session.authenticated_at);
    scene
}

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    let listed = proptest::sample::select(values).prop_map(str::to_owned);
    proptest::option::weighted(0.9, prop_oneof![30 => listed, 1 => "[ -~]{0,20}", 1 => "\\PC{0,12}"])
}

fn redirect_uri() -> impl Strategy<Value = Option<String>> {
    let mutated =
        (proptest::sample::select(&CALLBACKS[..]), any::<proptest::sample::Index>(), "[ -~\\PC]{0,3}")
            .prop_map(|(uri, at, insert)| {
                let at = at.index(uri.len() + 1);
                format!("{}{insert}{}", &uri[..at], &uri[at..])
            });
    prop_oneof![
        4 => some_of(&["https://app.test/cb", "https://app.test/cb?tenant=1", "https://a.wild.test/cb"]),
        3 => mutated.prop_map(Some),
        1 => some_of(&["https://evil.test/", "//evil.test", "https://app.test@evil.test/cb", "javascript:x"]),
    ]
}

fn request() -> impl Strategy<Value = AuthorizeRequest> {
    let who = (
        some_of(&["web", "spa", "spa"]),
        redirect_uri(),
        some_of(&["code", "code", "code", "id_token token", "code id_token", "x"]),
    );
    let how = (some_of(&["query", "fragment", "form_post", "web_message"]), some_of(&["1", "a b&c=d#e"]));
    let what = (
        some_of(&["openid", "openid offline_access read:things"]),
        some_of(&["https://api.test/"]),
        proptest::option::weighted(0.7, Just("n".to_owned())),
    );
    let asks = (some_of(&["none", "login", "consent", "none login"]), some_of(&["0", "10", "100000"]));
    let pkce = prop_oneof![
        2 => Just((None, None)),
        3 => Just((Some(CHALLENGE.to_owned()), Some("S256".to_owned()))),
        2 => (some_of(&[CHALLENGE, "short"]), some_of(&["S256", "plain"])),
    ];
    let repeated =
        proptest::option::weighted(0.05, proptest::sample::select(vec!["state", "scope", "client_id"]));
    (who, how, what, asks, pkce, repeated).prop_map(|(who, how, what, asks, pkce, repeated)| {
        AuthorizeRequest {
            client_id: who.0,
            redirect_uri: who.1,
            response_type: who.2,
            response_mode: how.0,
            state: how.1,
            scope: what.0,
            audience: what.1.filter(|text| text.starts_with("https")),
            nonce: what.2,
            prompt: asks.0,
            max_age: asks.1,
            code_challenge: pkce.0,
            code_challenge_method: pkce.1,
            repeated: repeated.into_iter().map(str::to_owned).collect(),
            ..AuthorizeRequest::default()
        }
    })
}

fn path_of(decision: &AuthorizeDecision) -> Option<&ReturnPath> {
    match decision {
        AuthorizeDecision::Page(_) => None,
        AuthorizeDecision::Redirect(path, _) => Some(path),
        AuthorizeDecision::LogIn(login) => Some(&login.path),
        AuthorizeDecision::Consent(ask) => Some(&ask.path),
        AuthorizeDecision::Issue(plan) => Some(&plan.path),
    }
}

/// What an answer may be sent to, by a rule that shares nothing with the matcher.
fn is_registered(uri: &str) -> bool {
    let wild = uri.strip_prefix("https://").and_then(|rest| rest.strip_suffix(".wild.test/cb"));
    let label = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    // Scheme and host compare without case, and the default port may be written out.
    let plain = uri.to_ascii_lowercase().replacen("app.test:443/", "app.test/", 1);
    let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
    let is_plain = matches!(plain.as_str(), "https://app.test/cb" | "https://app.test/cb?tenant=1")
        && matches!(path, "cb" | "cb?tenant=1");
    is_plain || wild.is_some_and(label)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_decision_ever_goes_to_an_unregistered_address(request in request(), is_logged_in: bool, is_here: bool) {
        let scene = scene(is_logged_in, 50, is_here);
        let decision = scene.decide_request(&request);
        if let Some(path) = path_of(&decision) {
            let sent_to = path.redirect.as_str();
            prop_assert!(is_registered(sent_to), "{}", sent_to);
            if let Some(asked) = &request.redirect_uri {
                prop_assert_eq!(sent_to, asked);
            }
        }
    }

    #[test]
    fn the_address_validated_is_the_one_sent_and_every_name_stands_once(request in request(), is_logged_in: bool) {
        let scene = scene(is_logged_in, 50, false);
        let decision = scene.decide_request(&request);
        let Some(path) = path_of(&decision) else { return Ok(()) };
        let sent = match &decision {
            AuthorizeDecision::Redirect(path, error) => failure(path, error, &scene.issuer),
            _ => {
                let handed = Handed { code: Some(Secret::new("c0de".into())), ..Handed::default() };
                success(path, &handed, &scene.issuer)
            }
        };
        let redirect = path.redirect.as_str();
        let names: Vec<String> = match &sent {
            Encoded::Location(location) => {
                prop_assert!(location.starts_with(redirect));
                prop_assert!(location.bytes().all(|b| b.is_ascii_graphic()));
                let url = url::Url::parse(location).unwrap();
                let text = url.fragment().or(url.query()).unwrap_or_default();
                url::form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).collect()
            }
            Encoded::FormPost { action, fields } => {
                prop_assert_eq!(action, redirect);
                fields.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
            Encoded::Kept(_) => return Err(TestCaseError::fail("only a device's answer is kept")),
            Encoded::WebMessage { target_origin, fields } => {
                prop_assert_eq!(Some(target_origin.clone()), doorward_model::client::callback::origin(redirect));
                fields.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
        };
        let mut once = names.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), names.len(), "{:?}", names);
        prop_assert!(names.iter().any(|name| name == "iss"));
    }

    #[test]
    fn the_same_input_gives_the_same_decision_also_after_being_written_down(request in request(), is_logged_in: bool) {
        let scene = scene(is_logged_in, 50, false);
        let kept: AuthorizeRequest = serde_json::from_str(&serde_json::to_string(&request).unwrap()).unwrap();
        prop_assert_eq!(scene.decide_request(&request), scene.decide_request(&kept));
    }

    #[test]
    fn prompt_none_never_shows_anything_once_the_target_is_verified(request in request(), is_logged_in: bool, age in 0..200i64) {
        let scene = scene(is_logged_in, age, false);
        let before = scene.decide_request(&request);
        let silent = scene.decide_request(&AuthorizeRequest { prompt: Some("none".into()), ..request });
        prop_assert!(!matches!(silent, AuthorizeDecision::LogIn(_) | AuthorizeDecision::Consent(_)));
        prop_assert_eq!(matches!(before, AuthorizeDecision::Page(_)), matches!(silent, AuthorizeDecision::Page(_)));
    }

    #[test]
    fn no_code_without_pkce_where_it_is_required(request in request(), is_here: bool) {
        let scene = scene(true, 50, is_here);
        if let AuthorizeDecision::Issue(plan) = scene.decide_request(&request) {
            let is_public = plan.authorization.client == scene.spa.id;
            prop_assert!(!is_public || !plan.response_type.code || plan.code_challenge.is_some());
            prop_assert_eq!(plan.code_challenge.is_some(), request.code_challenge_method.as_deref() == Some("S256"));
        }
    }

    #[test]
    fn no_token_in_the_query_none_without_its_grant_and_no_id_token_without_a_nonce(request in request(), may: bool) {
        let mut scene = scene(true, 50, false);
        if !may {
            scene.web.settings.grant_types.retain(|grant| *grant != GrantType::Implicit);
            scene.spa.settings.grant_types.retain(|grant| *grant != GrantType::Implicit);
        }
        if let AuthorizeDecision::Issue(plan) = scene.decide_request(&request) {
            let kind = plan.response_type;
            prop_assert!(!kind.has_tokens() || (may && plan.path.mode != ResponseMode::Query));
            prop_assert!(!kind.id_token || (plan.nonce.is_some() && plan.authorization.scope.contains(&"openid".to_owned())));
            prop_assert!(kind.code || !plan.authorization.scope.contains(&"offline_access".to_owned()));
        }
    }

    #[test]
    fn no_code_for_a_third_party_without_the_word_of_the_person(
        request in request(), is_here: bool, allowed in proptest::option::of(Just(vec!["openid".to_owned()])),
    ) {
        let mut scene = scene(true, 50, is_here);
        scene.web.settings.is_first_party = false;
        scene.spa.settings.is_first_party = false;
        scene.connections.iter_mut().for_each(|connection| connection.settings.is_domain_connection = true);
        scene.allowed_here = allowed.clone();
        if let AuthorizeDecision::Issue(plan) = scene.decide_request(&request) {
            let allowed = allowed.unwrap_or_default();
            prop_assert!(scene.allowed_here.is_some());
            prop_assert!(plan.authorization.scope.iter().all(|value| allowed.contains(value)));
        }
    }

    #[test]
    fn no_code_without_a_session(request in request()) {
        let decision = scene(false, 0, true).decide_request(&request);
        prop_assert!(!matches!(decision, AuthorizeDecision::Issue(_)));
    }

    #[test]
    fn arbitrary_queries_are_decided_and_never_panic(query in "[ -~]{0,200}") {
        let query = format!("client_id=web&redirect_uri=https://app.test/cb&{query}");
        if let Ok(params) = Params::from_query(&query) {
            let decision = Scene::default().decide_request(&AuthorizeRequest::parse(&params));
            prop_assert!(!matches!(decision, AuthorizeDecision::Issue(_)));
        }
    }
}

#[test]
fn the_requests_of_these_properties_reach_every_kind_of_decision() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = [0; 5];
    for _ in 0..2000 {
        let request = request().new_tree(&mut runner).unwrap().current();
        seen[match scene(request.state.is_some(), 50, false).decide_request(&request) {
            AuthorizeDecision::Page(_) => 0,
            AuthorizeDecision::Redirect(_, error) if error.code != OAuthErrorCode::ServerError => 1,
            AuthorizeDecision::Redirect(..) => continue,
            AuthorizeDecision::LogIn(_) => 2,
            AuthorizeDecision::Issue(_) => 3,
            AuthorizeDecision::Consent(_) => 4,
        }] += 1;
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}
