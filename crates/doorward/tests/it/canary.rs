//! Secrets that must not be seen again: not at trace level, not in events (GHSA-qgmm-f2qw-r95f).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::kit::receiver::{Receiver, Said};
use crate::kit::{
    Answer, Asked, ClientKey, Engine, House, PASSWORD, RelyingParty, VERIFIER, Via, Visitor, asking_with,
    lines_of_the_log, was_logged,
};
use doorward_engine::streams;
use doorward_model::client::kind::ClientKind;
use serde_json::json;

const DATABASE: &str = "Username-Password-Authentication";
const REALM: &str = "http://auth0.com/oauth/grant-type/password-realm";

/// The kit looks for secrets in every test; here are those that it cannot know by their names, and journeys
/// that lead past everything. What other tests log meanwhile does no harm.
#[tokio::test]
async fn secrets_are_in_no_log_line_at_trace_level_and_in_no_event() {
    let house = House::new().await;
    let lines = lines_of_the_log();
    let receiver = Receiver::new().await;
    house.searches(&receiver);
    let mut secrets = send_the_log_on(&house, &receiver).await;
    let (more, events) = use_everything(&house).await;
    secrets.extend(more);
    let received = all_received(&house, &receiver).await;
    assert!(lines_of_the_log() > lines + 5, "nothing was logged at all, so this test proves nothing");
    let numbers = house.metrics_text().await;
    for (what, secret) in secrets {
        assert!(secret.len() >= 8, "{what} is too short to look for");
        assert!(!was_logged(&secret), "{what} is in the log");
        assert!(!events.contains(&secret), "{what} is in an event");
        assert!(!numbers.contains(&secret), "{what} is in a metric");
        assert!(!received.contains(&secret), "{what} was sent to a receiver");
    }
    house.stop().await;
}

/// A log stream of each kind, made by the API, tried and failing now and then; gives their secrets.
async fn send_the_log_on(house: &House, receiver: &Receiver) -> Vec<(&'static str, String)> {
    let number = AtomicUsize::new(0);
    // It repeats what it was sent, in refusals too.
    receiver.answers(move |_| {
        Said::Echo(if number.fetch_add(1, Ordering::Relaxed) % 7 == 3 { 400 } else { 200 })
    });
    let machine = house.machine(&["create:log_streams", "update:log_streams", "read:log_streams"]).await;
    let sumo = format!("{}/receiver/canary-sumo-source-81aa", receiver.origin);
    let streams = [
        json!({ "type": "http", "sink": {
            "httpEndpoint": format!("{}/http", receiver.origin), "httpAuthorization": "Bearer canary-stream-token-19c3",
            "httpSigningKey": "canary-signing-key-6b44",
            "httpCustomHeaders": [{ "header": "X-Key", "value": "canary-header-of-a-stream-02ef" }] } }),
        json!({ "type": "splunk", "sink": {
            "splunkDomain": "127.0.0.1", "splunkPort": receiver.port(), "splunkSecure": false,
            "splunkToken": "canary-splunk-token-9d57" } }),
        json!({ "type": "sumo", "sink": { "sumoSourceAddress": sumo } }),
        json!({ "type": "loggly", "sink": {
            "logglyToken": "canary-loggly-token-4e90", "logglyEndpoint": receiver.origin } }),
    ];
    for body in &streams {
        let made = machine.post("/api/v2/log-streams", body).await.is(200).json();
        let path = format!("/api/v2/log-streams/{}", made["id"].as_str().unwrap());
        machine.patch(&path, &json!({ "name": "canary", "sink": body["sink"] })).await.is(200);
        machine.patch(&path, &json!({ "sink": 7 })).await.is(400);
    }
    let (app, caller) = house.app_and_caller();
    for stream in streams::list(app, &caller).await.unwrap() {
        streams::try_out(app, &caller, Some(&stream.id), &serde_json::Map::new()).await.unwrap();
    }
    house.app.deliver_streams();
    vec![
        ("the token of a receiver", "canary-stream-token-19c3".to_owned()),
        ("the key of a stream's signature", "canary-signing-key-6b44".to_owned()),
        ("a header of a stream", "canary-header-of-a-stream-02ef".to_owned()),
        ("the token of Splunk", "canary-splunk-token-9d57".to_owned()),
        ("the address at Sumo Logic", "canary-sumo-source-81aa".to_owned()),
        ("its path", "/receiver/canary-sumo-source-81aa".to_owned()),
        ("the token of Loggly", "canary-loggly-token-4e90".to_owned()),
    ]
}

/// All bodies that receivers got, once they have got everything.
async fn all_received(house: &House, receiver: &Receiver) -> String {
    let (app, caller) = house.app_and_caller();
    for _ in 0..6000 {
        let states = streams::states(app, &caller).await.unwrap();
        if states.iter().all(|state| state.waiting == 0) {
            break;
        }
        house.advance(1);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    for state in streams::states(app, &caller).await.unwrap() {
        assert_eq!(state.waiting, 0, "{state:?}");
        let shown = format!("{:?}", streams::health(app, &caller, &state.stream.id).await.unwrap());
        assert!(!shown.contains("canary-s") && !shown.contains("canary-loggly"), "{shown}");
    }
    let bodies: Vec<String> =
        receiver.got().iter().map(|got| String::from_utf8_lossy(&got.body).into_owned()).collect();
    assert!(bodies.len() > 8, "{bodies:?}");
    bodies.concat()
}

/// The search itself: it finds what is written, in the middle of a line and by its name.
#[tokio::test]
async fn a_secret_that_is_logged_is_found() {
    let _house = House::new().await;
    tracing::trace!(token = "canary-of-the-canary-1", "a line with canary-of-the-canary-2.");
    assert!(was_logged("canary-of-the-canary-1") && was_logged("canary-of-the-canary-2"));
    assert!(!was_logged("canary-of-the-canary-3"));
}

#[tokio::test]
async fn a_secret_that_is_stored_is_found_on_both_engines() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        house.user("canary-in-a-row@example.com", PASSWORD).await;
        let stored = house.stored();
        assert!(stored.contains("canary-in-a-row@example.com"), "{engine:?}");
        assert!(!stored.contains("canary-in-no-row@example.com"), "{engine:?}");
    }
}

/// What is a token of somebody else's stands in an event that a receiver gets.
#[tokio::test]
async fn a_secret_that_is_sent_on_is_found_when_the_house_ends() {
    let (house, receiver) = (House::on(Engine::Sqlite).await, Receiver::new().await);
    house.searches(&receiver);
    let (app, caller) = house.app_and_caller();
    let sink = json!({ "httpEndpoint": receiver.origin });
    let body = json!({ "name": "Mine", "type": "http", "sink": sink });
    streams::create(app, &caller, body.as_object().unwrap()).await.unwrap();
    house.user("canary-sent-on-4b1c@example.com", PASSWORD).await;
    house.app.deliver_streams();
    let has_come = |text: &[u8]| String::from_utf8_lossy(text).contains("canary-sent-on-4b1c");
    receiver.until(|got| got.iter().any(|got| has_come(&got.body))).await;
    house.userinfo("canary-sent-on-4b1c").await.is(401);
    house.stop().await;
    let found = catch_unwind(AssertUnwindSafe(|| drop(house))).unwrap_err();
    let said = found.downcast_ref::<String>().unwrap();
    assert!(said.contains("what a receiver got: canary-sent-on-4b1c"), "{said}");
}

/// Every journey, well and badly; gives back every secret it met, and all events.
async fn use_everything(house: &House) -> (Vec<(&'static str, String)>, String) {
    let password = "canary-password-8d1f";
    let wrong = "canary-wrong-password-77aa";
    house.user("canary@example.com", password).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    visitor.submit(&page, &[("username", "canary@example.com"), ("password", wrong)]).await;
    let back = visitor.log_in(&party.authorize(&[]), "canary@example.com", password).await;
    let code = back.query("code").unwrap();
    party.swap_with(&code, &[("code_verifier", "")]).await;
    let code_two = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
    let tokens = party.swap(&code_two).await.is(200).json();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let refreshed = party.refresh(&text("refresh_token")).await.is(200).json();
    house.userinfo(&text("access_token")).await;
    let basic = RelyingParty { via: Via::Basic, secret: "canary-wrong-secret-5e5e".into(), ..party };
    basic.refresh("v1.canary-refresh-token-1234").await.is(401);
    let machine =
        house.machine(&["read:clients", "read:client_keys", "update:client_keys", "create:clients"]).await;
    let rotated =
        machine.post(&format!("/api/v2/clients/{}/rotate-secret", basic.client_id), &json!({})).await.json();
    machine.post("/api/v2/clients", &json!({ "name": "x", "client_secret": 7 })).await;
    let path = format!("/api/v2/clients/{}", basic.client_id);
    let beside = machine.post(&format!("{path}/secrets"), &json!({ "label": "beside" })).await.is(201).json();
    let own = "canary-own-secret-of-the-admin-who-chose-it";
    machine.patch(&path, &json!({ "client_secret": own })).await.is(200);
    let key = ClientKey::new();
    let assertion = key.assertion(house, &basic.client_id, "canary-jti-99", &json!({}));
    house.send(asking_with(house, &assertion)).await.is(401);
    let session = visitor.session().unwrap();
    let leave = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("id_token_hint", text("id_token").as_str()),
            ("post_logout_redirect_uri", "https://app.test/bye"),
            ("state", "canary-state-of-a-logout"),
        ])
        .finish();
    let left = visitor.get(&format!("/oidc/logout?{leave}")).await;
    assert!(left.location().ends_with("canary-state-of-a-logout"), "{}", left.location());
    visitor.get("/v2/logout").await;
    let mut further = use_more_of_the_protocol(house).await;
    further.extend(use_the_dashboard(house).await);
    let events = serde_json::to_string(&house.logs().await).unwrap();
    let mut secrets = vec![
        ("the password", password.to_owned()),
        ("a wrong password", wrong.to_owned()),
        ("a code", code),
        ("a code that was used", code_two),
        ("the verifier", VERIFIER.to_owned()),
        ("the access token", text("access_token")),
        ("the ID token", text("id_token")),
        ("the refresh token", text("refresh_token")),
        ("its successor", refreshed["refresh_token"].as_str().unwrap().to_owned()),
        ("a wrong client secret", basic.secret.clone()),
        ("a wrong refresh token", "v1.canary-refresh-token-1234".to_owned()),
        ("a fresh client secret", rotated["client_secret"].as_str().unwrap().to_owned()),
        ("a secret beside the client secret", beside["client_secret"].as_str().unwrap().to_owned()),
        ("a secret of the admin's own", own.to_owned()),
        ("an assertion", assertion),
        ("a machine's token", machine.token.clone()),
        ("the session cookie", session),
        ("the state of a logout", "canary-state-of-a-logout".to_owned()),
    ];
    secrets.append(&mut further);
    (secrets, events)
}

/// Passwords typed into the client, pushed requests, answers in the front channel, revocation.
async fn use_more_of_the_protocol(house: &House) -> Vec<(&'static str, String)> {
    let (email, password) = ("second-canary@example.com", "canary-second-password-11bd");
    let admin = house.machine(&["create:users", "update:users"]).await;
    let body = json!({ "connection": DATABASE, "email": email, "password": password });
    let user = admin.post("/api/v2/users", &body).await.is(201).json();
    let path = format!("/api/v2/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"));
    let changed = "canary-changed-password-92cc";
    let body = json!({ "password": changed, "connection": DATABASE });
    admin.patch(&path, &body).await.is(200);
    let grants = json!({ "grant_types": [REALM, "authorization_code", "refresh_token", "implicit"] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, grants).await;
    let fields = [("grant_type", REALM), ("realm", DATABASE), ("username", email)];
    let scope = ("scope", "openid offline_access");
    let guess = "canary-guessed-password-30fe";
    party.token(&[&fields[..], &[("password", guess), scope]].concat()).await.is(400);
    let tokens = party.token(&[&fields[..], &[("password", changed), scope]].concat()).await.is(200).json();
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let revoked =
        [("token", refresh.as_str()), ("client_id", &party.client_id), ("client_secret", &party.secret)];
    house.send(Asked::form("/oauth/revoke", &revoked)).await.is(200);
    party.refresh(&refresh).await.is(400);
    let pushed = [
        ("client_id", party.client_id.as_str()),
        ("client_secret", &party.secret),
        ("response_type", "token id_token"),
        ("redirect_uri", &party.callback),
        ("nonce", "canary-nonce-5521"),
        ("state", "canary-state-5522"),
        ("scope", "openid"),
    ];
    let pushed = house.send(Asked::form("/oauth/par", &pushed)).await.is(201).json();
    let request = pushed["request_uri"].as_str().unwrap();
    let begin = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", party.client_id.as_str()), ("request_uri", request)])
        .finish();
    let back = Visitor::new(house).log_in(&format!("/authorize?{begin}"), email, changed).await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    Visitor::new(house).activate(&waiting).await.is(200);
    television.poll(&waiting).await.is(200);
    television.poll(&waiting).await.is(400);
    let of_device = |name: &str| waiting[name].as_str().unwrap().to_owned();
    vec![
        ("a device code", of_device("device_code")),
        ("the code that a person typed", of_device("user_code")),
        ("a password that an admin gave", password.to_owned()),
        ("a password that an admin changed", changed.to_owned()),
        ("a guess at a password", guess.to_owned()),
        ("a token that was revoked", refresh),
        ("the name of a pushed request", request.to_owned()),
        ("an access token in the front channel", fragment(&back, "access_token").unwrap()),
        ("an ID token in the front channel", fragment(&back, "id_token").unwrap()),
    ]
}

fn fragment(back: &Answer, name: &str) -> Option<String> {
    let (_, parts) = back.location().split_once('#')?;
    let mut pairs = url::form_urlencoded::parse(parts.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The first admin by the link, a wrong and a right password, a secret that is shown, a token to try, an
/// operation of the explorer.
async fn use_the_dashboard(house: &House) -> Vec<(&'static str, String)> {
    let (app, caller) = house.app_and_caller();
    let link = doorward_engine::setup::link(app, &caller).await.unwrap().expose().to_owned();
    let (email, password) = ("canary-owner@example.com", "canary-password-of-the-owner-40c1");
    let admin = Visitor::new(house);
    let page = admin.get("/setup").await.is(200);
    admin.submit(&page, &[("code", &link), ("email", email), ("password", password)]).await.is(303);
    let guess = "canary-guess-at-the-owner-2b2b";
    let page = Visitor::new(house);
    let form = page.get("/manage/login").await.is(200);
    page.submit(&form, &[("username", email), ("password", guess)]).await.is(422);

    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.grant_management_api(&program.client_id, &["read:clients"]).await;
    let settings = format!("/manage/clients/{}/settings", program.client_id);
    let page = admin.get(&settings).await.is(200);
    let reveal = format!("/manage/clients/{}/secret", program.client_id);
    let shown = admin.send_form(&page.form_to(&settings), &reveal, &[("reveal", "on")]).await.is(200).text();
    assert!(shown.contains(&program.secret));
    let guide = format!("/manage/clients/{}/quickstart/curl", program.client_id);
    let token = format!("{guide}/token#token");
    let form = admin.get(&guide).await.is(200).form_to(&token);
    let audience = house.api();
    let tried = admin.send_form(&form, &token, &[("audience", &audience)]).await.is(200).text();
    let token = tried.find("eyJ").map(|at| tried[at..].split(['<', '&', '"']).next().unwrap().to_owned());

    let explored = "canary-password-in-the-explorer-6d0e";
    let create = "/manage/api/post_users";
    let body =
        json!({ "connection": DATABASE, "email": "third@example.com", "password": explored }).to_string();
    let form = admin.get(create).await.is(200).form_to(create);
    let form = admin.send_form(&form, create, &[("body", &body)]).await.is(422).form_to(create);
    let made = admin.send_form(&form, create, &[("body", &body)]).await.is(200).text();
    assert!(made.contains("201 Created"), "{made}");
    vec![
        ("the code of the set-up link", link),
        ("the password of an admin", password.to_owned()),
        ("a guess at it", guess.to_owned()),
        ("the cookie of an admin", admin.cookie("__Host-dw-admin").unwrap()),
        ("a secret that was shown", program.secret),
        ("a token that was tried", token.expect("no token is shown")),
        ("a password in the explorer", explored.to_owned()),
    ]
}
