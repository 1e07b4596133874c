//! Devices without a browser: they show a code, their person types it (RFC 8628).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{
    ASSERTION, Answer, Asked, ClientKey, DEVICE_GRANT, EMAIL, Engine, House, PASSWORD, Via, Visitor, jwt,
};

fn error(answer: Answer, status: u16) -> String {
    let body = answer.is(status).json();
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_types_the_code_and_the_device_gets_its_tokens() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let television = house.television(Via::None).await;
        let answer = television.ask(&[("scope", "openid email offline_access")]).await.is(200);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let waiting = answer.json();
        assert_eq!((&waiting["expires_in"], &waiting["interval"]), (&json!(900), &json!(5)));
        assert_eq!(waiting["verification_uri"], format!("{}activate", house.issuer()));
        let code = waiting["user_code"].as_str().unwrap();
        assert_eq!(code.len(), 9, "{code}");
        assert!(code.bytes().all(|b| b"BCDFGHJKLMNPQRSTVWXZ-".contains(&b)), "{code}");
        assert_eq!(error(television.poll(&waiting).await, 400), "authorization_pending");

        let visitor = Visitor::new(&house);
        let link = waiting["verification_uri_complete"].as_str().unwrap();
        let page = visitor.get(link).await.is(200);
        let filled = page.form().fields.into_iter().find(|(name, _)| name == "user_code").unwrap().1;
        assert_eq!(filled, code, "the link fills the field in");
        let question = visitor.submit(&page, &[]).await.is(200);
        for shown in ["Acme TV", code, "the network that you are in", "less than a minute ago"] {
            assert!(question.text().contains(shown), "{shown} is not shown: {}", question.text());
        }
        let redirect = visitor.press(&question, "accept").await;
        assert!(redirect.location().contains("/u/login?"), "{}", redirect.location());
        let login = visitor.get(redirect.location()).await.is(200);
        house.advance(5);
        assert_eq!(error(television.poll(&waiting).await, 400), "authorization_pending");
        let done = visitor.submit(&login, &[("username", EMAIL), ("password", PASSWORD)]).await.is(200);
        assert!(done.text().contains("Your device is connected"), "{}", done.text());
        assert!(visitor.session().is_some());

        let tokens = television.poll(&waiting).await.is(200).json();
        assert_eq!(tokens["scope"], "openid email offline_access");
        let claims = jwt::decode(tokens["id_token"].as_str().unwrap()).1;
        assert_eq!((&claims["aud"], &claims["email"]), (&json!(television.client_id), &json!(EMAIL)));
        house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200);
        television.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200);
        let types = house.log_types().await;
        assert!(types.contains(&"sede".to_owned()) && types.contains(&"s".to_owned()), "{types:?}");
        assert!(!types.contains(&"fede".to_owned()), "to wait is no failure: {types:?}");
    }
}

#[tokio::test]
async fn the_code_is_read_as_people_type_it() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let code = waiting["user_code"].as_str().unwrap();
    let bare = code.replace('-', "");
    for typed in
        [code.to_lowercase(), bare.clone(), bare.to_lowercase(), format!(" {} ", code.replace('-', " "))]
    {
        let visitor = Visitor::new(&house);
        let page = visitor.get("/activate").await.is(200);
        let question = visitor.submit(&page, &[("user_code", &typed)]).await.is(200);
        assert!(question.text().contains("Confirm"), "{typed}");
    }
}

#[tokio::test]
async fn who_is_logged_in_sees_as_whom_and_confirms_without_another_login() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let own = house.party(ClientKind::Spa, Via::None).await;
    let television = house.television(Via::None).await;
    let visitor = Visitor::new(&house);
    visitor.log_in(&own.authorize(&[]), EMAIL, PASSWORD).await;
    let waiting = television.wait().await;
    let question = visitor.type_code(&waiting).await.is(200);
    assert!(question.text().contains(EMAIL), "{}", question.text());
    visitor.press(&question, "accept").await.is(200);
    let tokens = television.poll(&waiting).await.is(200).json();
    assert_eq!(jwt::decode(tokens["id_token"].as_str().unwrap()).1["email"], EMAIL);

    let waiting = television.wait().await;
    let question = visitor.type_code(&waiting).await.is(200);
    let redirect = visitor.press(&question, "other").await;
    let login = visitor.get(redirect.location()).await.is(200);
    visitor.submit(&login, &[("username", "bob@example.com"), ("password", PASSWORD)]).await.is(200);
    let tokens = television.poll(&waiting).await.is(200).json();
    assert_eq!(jwt::decode(tokens["id_token"].as_str().unwrap()).1["email"], "bob@example.com");
}

#[tokio::test]
async fn who_declines_tells_the_device_and_the_log() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let visitor = Visitor::new(&house);
    let question = visitor.type_code(&waiting).await.is(200);
    let page = visitor.press(&question, "deny").await.is(200);
    assert!(page.text().contains("Your device is not connected"), "{}", page.text());
    assert_eq!(error(television.poll(&waiting).await, 403), "access_denied");
    // It is settled: nobody answers a second time.
    let again = visitor.press(&question, "accept").await.is(400);
    assert!(again.text().contains("That code was used already"), "{}", again.text());
    let types = house.log_types().await;
    for expected in ["fdecc", "fdeac", "fede"] {
        assert!(types.contains(&expected.to_owned()), "{expected}: {types:?}");
    }
}

/// RFC 8628 §3.5; the second node knows when the device asked the first one.
#[tokio::test]
async fn a_device_that_asks_too_often_is_told_to_slow_down_by_every_node() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let node = house.second_node().await;
        let television = house.television(Via::None).await;
        let waiting = television.wait().await;
        let question = television.question(&waiting);
        assert_eq!(error(house.send(question.clone()).await, 400), "authorization_pending");
        house.advance(2);
        assert_eq!(error(node.send(question.clone()).await, 400), "slow_down");
        house.advance(5);
        assert_eq!(
            error(house.send(question.clone()).await, 400),
            "slow_down",
            "five seconds are not enough now"
        );
        house.advance(15);
        assert_eq!(error(node.send(question).await, 400), "authorization_pending");
        Visitor::new(&house).activate(&waiting).await.is(200);
        television.poll(&waiting).await.is(200);
        node.stop().await;
        house.stop().await;
    }
}

#[tokio::test]
async fn a_code_ends_after_fifteen_minutes_for_the_device_and_its_person() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let (waiting, allowed) = (television.wait().await, television.wait().await);
    let visitor = Visitor::new(&house);
    let question = visitor.type_code(&waiting).await.is(200);
    visitor.activate(&allowed).await.is(200);
    house.advance(900);
    for code in [&waiting, &allowed] {
        assert_eq!(error(television.poll(code).await, 400), "expired_token");
    }
    let late = visitor.press(&question, "accept").await.is(400);
    assert!(late.text().contains("That code is too old"), "{}", late.text());
}

#[tokio::test]
async fn a_login_that_took_too_long_for_its_device_allows_nothing() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let visitor = Visitor::new(&house);
    let question = visitor.type_code(&waiting).await.is(200);
    let redirect = visitor.press(&question, "accept").await;
    let login = visitor.get(redirect.location()).await.is(200);
    house.advance(900);
    let page = visitor.submit(&login, &[("username", EMAIL), ("password", PASSWORD)]).await.is(400);
    assert!(page.text().contains("href=\"/activate\""), "{}", page.text());
    assert_eq!(error(television.poll(&waiting).await, 400), "expired_token");
}

/// RFC 8628 §5.1: ten wrong codes, and the address has to wait; a right one gives its try back.
#[tokio::test]
async fn codes_cannot_be_guessed() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let guesser = Visitor::new(&house);
    let page = guesser.get("/activate").await.is(200);
    for number in 0..10 {
        guesser.type_code(&waiting).await.is(200);
        let guess = format!("BBBB-BBB{}", char::from(b"BCDFGHJKLM"[number]));
        let wrong = guesser.submit(&page, &[("user_code", &guess)]).await.is(400);
        assert!(wrong.text().contains("That code is not right") && wrong.text().contains("role=\"alert\""));
    }
    let locked =
        guesser.submit(&page, &[("user_code", waiting["user_code"].as_str().unwrap())]).await.is(429);
    assert!(locked.text().contains("Wait 10 minutes") && locked.header("retry-after").is_some());
    let elsewhere = Visitor::from(&house, "198.51.100.7");
    let question = elsewhere.type_code(&waiting).await.is(200);
    assert!(question.text().contains("another network than yours"), "{}", question.text());
    house.advance(600);
    guesser.type_code(&waiting).await.is(200);
    let types = house.log_types().await;
    let noted = types.iter().filter(|code| *code == "fdeac").count();
    assert_eq!(noted, 2, "ten guesses are one event, the lock is another: {types:?}");
}

/// GHSA-c9rq-mvr5-3w32, for these forms: a page of somebody else confirms no device.
#[tokio::test]
async fn a_form_of_somebody_else_is_refused() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let visitor = Visitor::new(&house);
    let question = visitor.type_code(&waiting).await.is(200);
    let form = question.form();
    let mut fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.push(("action", "accept"));
    let post = |fields: &[(&str, &str)]| Asked::form("/activate", fields);
    visitor.send(post(&fields).header("origin", "https://evil.test")).await.is(403);
    visitor.send(post(&fields).header("sec-fetch-site", "cross-site")).await.is(403);
    // The token of another browser is none of this one.
    Visitor::new(&house).send(post(&fields)).await.is(403);
    let policy = question.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(error(television.poll(&waiting).await, 400), "authorization_pending");
}

#[tokio::test]
async fn the_grant_must_be_switched_on_and_the_request_be_one_that_can_succeed() {
    let house = House::new().await;
    let off = house.party(ClientKind::Native, Via::None).await;
    assert_eq!(error(off.ask(&[]).await, 403), "unauthorized_client");
    let television = house.television(Via::None).await;
    for (fields, status, expected) in [
        (vec![("audience", "https://nowhere.test/")], 403, "access_denied"),
        (vec![("scope", "open\"id")], 400, "invalid_scope"),
        (vec![("scope", "openid"), ("scope", "email")], 400, "invalid_request"),
    ] {
        assert_eq!(error(television.ask(&fields).await, status), expected, "{fields:?}");
    }
    let nobody = Asked::form("/oauth/device/code", &[("client_id", "nobody")]);
    assert_eq!(error(house.send(nobody).await, 401), "invalid_client");
    let types = house.log_types().await;
    assert!(types.iter().filter(|code| *code == "fdeaz").count() >= 4, "{types:?}");
    house.get("/oauth/device/code").await.is(405);
    for missing in
        [vec![("grant_type", DEVICE_GRANT)], vec![("grant_type", DEVICE_GRANT), ("device_code", "")]]
    {
        assert_eq!(error(television.token(&missing).await, 400), "invalid_request");
    }
    let unknown = [("grant_type", DEVICE_GRANT), ("device_code", "x")];
    assert_eq!(error(television.token(&unknown).await, 400), "invalid_grant");
}

#[tokio::test]
async fn applications_with_a_secret_or_a_key_prove_themselves_here_too() {
    let house = House::new().await;
    for via in [Via::Post, Via::Basic] {
        let television = house.television(via).await;
        let waiting = television.wait().await;
        let thief = [("client_id", television.client_id.as_str()), ("scope", "openid")];
        assert_eq!(error(house.send(Asked::form("/oauth/device/code", &thief)).await, 401), "invalid_client");
        Visitor::new(&house).activate(&waiting).await.is(200);
        television.poll(&waiting).await.is(200);
    }
    let (admin, key) = (house.machine(&["create:clients"]).await, ClientKey::new());
    let body = json!({
        "name": "Signage", "app_type": "regular_web", "grant_types": [DEVICE_GRANT],
        "client_authentication_methods": {
            "private_key_jwt": { "credentials": [{ "credential_type": "public_key", "pem": key.pem() }] },
        },
    });
    let made = admin.post("/api/v2/clients", &body).await.is(201).json();
    let id = made["client_id"].as_str().unwrap();
    let proof = |jti: &str| key.assertion(&house, id, jti, &json!({}));
    let signed = |path: &str, jti: &str, more: Value| {
        let mut body = json!({ "client_assertion_type": ASSERTION, "client_assertion": proof(jti) });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Asked::json("POST", path, &body)
    };
    let waiting =
        house.send(signed("/oauth/device/code", "1", json!({ "scope": "openid" }))).await.is(200).json();
    let poll = json!({ "grant_type": DEVICE_GRANT, "device_code": waiting["device_code"] });
    let first = signed("/oauth/token", "2", poll.clone());
    assert_eq!(error(house.send(first.clone()).await, 400), "authorization_pending");
    // A proof is used up by a question, too.
    assert_eq!(error(house.send(first).await, 401), "invalid_client");
}

/// CVE-2026-28513: a device code is of use to its client only.
#[tokio::test]
async fn another_client_gets_nothing_for_a_device_code() {
    let house = House::new().await;
    let (television, other) = (house.television(Via::None).await, house.television(Via::None).await);
    let waiting = television.wait().await;
    Visitor::new(&house).activate(&waiting).await.is(200);
    let code = waiting["device_code"].as_str().unwrap();
    let asked = other.token(&[("grant_type", DEVICE_GRANT), ("device_code", code)]).await;
    assert_eq!(error(asked, 400), "invalid_grant");
    television.poll(&waiting).await.is(200);
}

/// RFC 9700 §4.13, as for codes: who comes a second time holds a copy.
#[tokio::test]
async fn a_second_use_ends_what_the_first_one_led_to() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    Visitor::new(&house).activate(&waiting).await.is(200);
    let tokens = television.poll(&waiting).await.is(200).json();
    assert_eq!(error(television.poll(&waiting).await, 400), "invalid_grant");
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
    television.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(400);
}

#[tokio::test]
async fn a_third_party_is_asked_about_after_the_device_was_confirmed() {
    let house = House::new().await;
    house.third_party(ClientKind::Native, Via::None).await;
    let settings = json!({ "name": "Partner TV", "is_first_party": false, "grant_types": [DEVICE_GRANT] });
    let television = house.party_with(ClientKind::Native, Via::None, settings).await;
    let visitor = Visitor::new(&house);
    for (action, expected) in [("deny", "is not connected"), ("accept", "is connected")] {
        let waiting = television.ask(&[("scope", "openid email")]).await.is(200).json();
        let redirect = visitor.activate(&waiting).await;
        let consent = visitor.get(redirect.location()).await.is(200);
        let text = consent.text();
        assert!(text.contains("your email address") && !text.contains("takes you back"), "{text}");
        let end = visitor.press(&consent, action).await.is(200);
        assert!(end.text().contains(expected), "{}", end.text());
        let answer = television.poll(&waiting).await;
        assert_eq!(answer.status.as_u16(), if action == "accept" { 200 } else { 403 }, "{}", answer.text());
        if action == "deny" {
            // The session that began stays; from now on only the consent is asked for.
            assert!(visitor.session().is_some());
        }
    }
}

/// INV-25: what a person takes back gives no device anything.
#[tokio::test]
async fn whoever_is_blocked_or_takes_it_back_before_the_device_comes_gives_it_nothing() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    let admin = house.machine(&["update:users", "delete:sessions"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    let waiting = television.wait().await;
    Visitor::new(&house).activate(&waiting).await.is(200);
    admin.patch(&path, &json!({ "blocked": true })).await.is(200);
    assert_eq!(error(television.poll(&waiting).await, 403), "access_denied");
    admin.patch(&path, &json!({ "blocked": false })).await.is(200);
    admin.delete(&format!("{path}/sessions")).await.is(202);
    assert_eq!(error(television.poll(&waiting).await, 400), "invalid_grant");
}

#[tokio::test]
async fn a_tenant_may_want_its_codes_in_digits() {
    let house = House::new().await;
    let admin = house.machine(&["update:tenant_settings"]).await;
    let style = |charset: &str, mask: &str| json!({ "device_flow": { "charset": charset, "mask": mask } });
    admin.patch("/api/v2/tenants/settings", &style("digits", "***-***-***")).await.is(200);
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let code = waiting["user_code"].as_str().unwrap();
    assert!(code.len() == 11 && code.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{code}");
    Visitor::new(&house).activate(&waiting).await.is(200);
    television.poll(&waiting).await.is(200);
    let short = admin.patch("/api/v2/tenants/settings", &style("digits", "***-***")).await.is(400);
    assert!(short.text().contains("at least 8 stars"), "{}", short.text());
}

/// Whoever does not know the code learns nothing: a GET looks nothing up.
#[tokio::test]
async fn a_link_is_no_try_and_says_nothing_about_its_code() {
    let house = House::new().await;
    let visitor = Visitor::new(&house);
    for code in ["BBBB-BBBB", "%3Cscript%3E", "", "%00", &"B".repeat(5000)] {
        let page = visitor.get(&format!("/activate?user_code={code}")).await.is(200);
        assert!(!page.text().contains("role=\"alert\"") && !page.text().contains("<script>"), "{code}");
    }
    assert!(!house.log_types().await.contains(&"fdeac".to_owned()));
}

/// A page of the application's own origin may ask (`web_origins`), one of another may not read the answer.
#[tokio::test]
async fn the_answer_is_for_origins_on_the_list_of_the_client() {
    let house = House::new().await;
    let settings = json!({ "grant_types": [DEVICE_GRANT], "web_origins": ["https://tv.test"] });
    let television = house.party_with(ClientKind::Native, Via::None, settings).await;
    for (origin, is_allowed) in [("https://tv.test", true), ("https://evil.test", false)] {
        let asked = television.token_request(&[]).at("/oauth/device/code").header("origin", origin);
        let answer = house.send(asked).await.is(200);
        assert_eq!(answer.header("access-control-allow-origin").is_some(), is_allowed, "{origin}");
    }
}

/// Strangers cannot fill the disk in the name of a client without a secret.
#[tokio::test]
async fn an_address_lets_only_so_many_devices_wait() {
    let house = House::new().await;
    let television = house.television(Via::None).await;
    for _ in 0..100 {
        television.ask(&[]).await.is(200);
    }
    television.ask(&[]).await.is(429);
    house.advance(600);
    television.ask(&[]).await.is(200);
}
