//! What `/authorize` refuses: before the callback is verified by our own page, after it by a redirect
//! (RFC 6749 §4.1.2.1; OpenID Connect Core §3.1.2.6; the SECURITY rows about redirect addresses).

use doorward_model::client::kind::ClientKind;
use proptest::prelude::{Strategy as _, any, prop};
use serde_json::json;

use crate::kit::{Asked, EMAIL, House, PASSWORD, STATE, Via, Visitor};

/// Our own page: 400, a reference, and nothing of what was sent.
fn is_our_page(answer: &crate::kit::Answer, sent: &str) {
    assert_eq!(answer.status.as_u16(), 400, "{sent}: {}", answer.text());
    assert!(answer.header("location").is_none(), "{sent}");
    let text = answer.text();
    assert!(!text.contains("evil"), "{sent} is echoed: {text}");
    let policy = answer.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

/// CVE-2023-6291, -2024-8883, -2024-1132, -2026-3872, -2026-28512, -2024-52289 and their kin.
#[tokio::test]
async fn an_unlisted_callback_is_our_page_with_a_reference() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let evil = [
        "https://evil.test/callback",
        "https://app.test@evil.test/callback",
        "https://evil.test\\@app.test/callback",
        "https://app.test.evil.test/callback",
        "https://app.test/callback/",
        "https://app.test/callback/../callback",
        "https://app.test/%63allback",
        "https://app.test/CALLBACK",
        "https://appXtest/callback",
        "https://app.test/callback?evil=1",
        "https://app.test/callback#evil",
        "https://app.test:8443/callback",
        "http://app.test/callback",
        "https://app.test/callback%00evil",
        "https://app.test\t/callback",
        " https://app.test/callback",
        "https://app.test\u{ff0e}evil/callback",
        "javascript:alert('evil')//",
        "data:text/html,evil",
        "//app.test/callback",
        "/callback",
        "https://[::1]/callback",
        "evil",
    ];
    for callback in evil {
        let page = Visitor::new(&house).get(&party.authorize(&[("redirect_uri", callback)])).await;
        is_our_page(&page, callback);
    }
    let page = Visitor::new(&house).get(&party.authorize(&[("redirect_uri", "https://evil.test/")])).await;
    let text = page.text();
    let logs = house.logs().await;
    let event = logs.iter().find(|event| event["type"] == "f").expect("a refused login is an event");
    let reference = event["details"]["reference"].as_str().unwrap_or_default();
    assert!(
        !reference.is_empty() && text.contains(reference),
        "page and event share no reference: {event}\n{text}"
    );
}

/// Behind a proxy on the same machine every visitor seems to sit at it.
#[tokio::test]
async fn details_are_for_who_sits_at_the_machine_and_comes_through_no_proxy() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let address = party.authorize(&[("redirect_uri", "https://other.test/")]);
    let asked = || Asked::get(house.path(&address));
    let shows = async |asked: Asked| house.send(asked).await.is(400).text().contains(&party.callback);
    assert!(shows(asked().from("127.0.0.1")).await);
    assert!(!shows(asked()).await);
    for header in ["x-forwarded-for", "forwarded", "x-forwarded-proto", "x-real-ip"] {
        assert!(!shows(asked().from("127.0.0.1").header(header, "127.0.0.1")).await, "{header}");
    }
}

#[tokio::test]
async fn an_unknown_client_is_our_page() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for client in ["nobody", "evil\r\nx", "", &"evil".repeat(1000)] {
        is_our_page(&Visitor::new(&house).get(&party.authorize(&[("client_id", client)])).await, client);
    }
}

/// CVE-2026-9689: a parameter that stands twice has no meaning.
#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for twice in [
        "redirect_uri=https://evil.test/",
        "client_id=evil",
        "state=evil",
        "scope=openid",
        "response_type=code",
    ] {
        let answer = Visitor::new(&house).get(&format!("{}&{twice}", party.authorize(&[]))).await;
        let is_refused = answer.status == 400 || answer.query("error").as_deref() == Some("invalid_request");
        assert!(is_refused, "{twice}: {}", answer.status);
        if let Some(location) = answer.header("location") {
            assert!(location.starts_with(&party.callback), "{location}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_after_the_callback_is_told_to_the_application() {
    let house = House::new().await;
    let spa = house.party(ClientKind::Spa, Via::None).await;
    let cases: [(&[(&str, &str)], &str); 11] = [
        (&[("response_type", "nonsense")], "unsupported_response_type"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "sing")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("request", "a.b.c")], "request_not_supported"),
        (&[("request_uri", "https://app.test/r")], "request_uri_not_supported"),
        (&[("audience", "https://nobody.test/")], "access_denied"),
    ];
    for (changes, error) in cases {
        let back = Visitor::new(&house).get(&spa.authorize(changes)).await;
        assert!(
            back.location().starts_with(&format!("{}?", spa.callback)),
            "{changes:?}: {}",
            back.location()
        );
        assert_eq!(back.query("error").as_deref(), Some(error), "{changes:?}: {}", back.location());
        assert_eq!(back.query("state").as_deref(), Some(STATE), "{changes:?}");
        assert_eq!(back.query("iss").as_deref(), Some(house.issuer()), "{changes:?}");
        assert!(back.query("code").is_none(), "{changes:?}");
    }
}

/// OAuth 2.0 Multiple Response Types §5: where tokens were asked for, the error stands in the fragment.
#[tokio::test]
async fn a_response_type_that_is_not_offered_is_said_where_its_tokens_would_be() {
    let house = House::new().await;
    let spa = house.party(ClientKind::Spa, Via::None).await;
    for kind in ["none token", "id_token id_token", "id_token token saml"] {
        let back = Visitor::new(&house).get(&spa.authorize(&[("response_type", kind)])).await;
        let (callback, fragment) = back.location().split_once('#').expect("a fragment");
        assert_eq!(callback, spa.callback, "{kind}");
        assert!(fragment.contains("error=unsupported_response_type"), "{kind}: {fragment}");
        assert!(!fragment.contains("token="), "{kind}: {fragment}");
    }
}

#[tokio::test]
async fn an_unknown_connection_is_told_to_the_application() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let back = Visitor::new(&house).get(&party.authorize(&[("connection", "nobody")])).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"), "{}", back.location());
}

/// CVE-2026-107369: the address that was validated is the one that is sent, byte for byte.
#[tokio::test]
async fn the_callback_is_sent_byte_for_byte() {
    let house = House::new().await;
    for callback in [
        "https://app.test/cb?a=%41&b=%20+c",
        "https://APP.test:443/cb",
        "com.example.app://host/cb",
        "https://app.test/c%C3%A4",
    ] {
        let party = house.party_with(ClientKind::Native, Via::None, json!({ "callbacks": [callback] })).await;
        let party = crate::kit::RelyingParty { callback: callback.into(), ..party };
        let back = Visitor::new(&house).get(&party.authorize(&[("prompt", "none")])).await;
        let separator = if callback.contains('?') { '&' } else { '?' };
        assert!(
            back.location().starts_with(&format!("{callback}{separator}")),
            "{callback}: {}",
            back.location()
        );
    }
}

/// CVE-2026-7571: the request that began the login is the one that is answered.
#[tokio::test]
async fn parameters_added_to_the_login_page_change_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let redirect = visitor.get(&party.authorize(&[])).await;
    let page = visitor
        .get(&format!(
            "{}&redirect_uri=https://evil.test/&response_type=token&client_id=x",
            redirect.location()
        ))
        .await;
    let page = page.is(200);
    let form = page.form();
    assert!(!form.action.contains("evil"), "{}", form.action);
    assert!(form.fields.iter().all(|(_, value)| !value.contains("evil")), "{:?}", form.fields);
    let mut fields =
        vec![("redirect_uri", "https://evil.test/"), ("response_type", "token"), ("client_id", "x")];
    fields.extend(form.fields.iter().map(|(name, value)| match name.as_str() {
        "username" => ("username", EMAIL),
        "password" => ("password", PASSWORD),
        name => (name, value.as_str()),
    }));
    let back = visitor.post(&form.action, &fields).await;
    assert!(back.location().starts_with(&format!("{}?", party.callback)), "{}", back.location());
    party.swap(&back.query("code").unwrap()).await.is(200);
}

#[tokio::test]
async fn the_request_may_be_posted() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let address = party.authorize(&[]);
    let body = address.split_once('?').unwrap().1.as_bytes().to_vec();
    let asked = Asked::new("POST", "/authorize")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = house.send(asked).await;
    assert!(answer.location().contains("/u/login?"), "{}", answer.location());
    let json = json!({ "client_id": party.client_id, "response_type": "code" });
    let page = house.send(Asked::json("POST", "/authorize", &json)).await.is(400);
    assert!(page.text().contains("Error 105"), "{}", page.text());
    let refused = house.logs().await.into_iter().find(|event| event["details"]["number"] == 105).unwrap();
    assert!(refused["details"]["hint"].as_str().unwrap().contains("must be a form"), "{refused}");
}

/// A malformed request never gives a 5xx and never a redirect to somewhere unregistered.
#[tokio::test]
async fn whatever_comes_there_is_an_answer_and_no_foreign_redirect() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let names = prop::sample::select(vec![
        "client_id",
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "prompt",
        "max_age",
        "response_mode",
        "code_challenge",
        "code_challenge_method",
        "connection",
        "audience",
        "login_hint",
        "ui_locales",
        "auth0Client",
    ]);
    let values = any::<String>().prop_map(|text| text.chars().take(40).collect::<String>());
    let changes = prop::collection::vec((names, values), 0..5);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..300 {
        let changes = proptest::strategy::Strategy::new_tree(&changes, &mut runner).unwrap();
        let changes = proptest::strategy::ValueTree::current(&changes);
        let borrowed: Vec<(&str, &str)> = changes.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = Visitor::new(&house).get(&party.authorize(&borrowed)).await;
        assert!(!answer.status.is_server_error(), "{changes:?}: {}", answer.status);
        if let Some(location) = answer.header("location") {
            let is_ours = location.starts_with(house.issuer()) || location.starts_with('/');
            assert!(is_ours || location.starts_with(&party.callback), "{changes:?}: {location}");
        }
    }
}
