//! Two hundred at once, at two nodes over one database: exactly one wins, on both engines (CVE-2026-1035,
//! CVE-2024-4629).

use std::sync::Arc;

use doorward_model::client::kind::ClientKind;
use serde_json::json;
use tokio::task::JoinSet;

use crate::kit::{
    Asked, ClientKey, EMAIL, Engine, House, PASSWORD, RelyingParty, VERIFIER, Via, Visitor, asking_with,
    challenge,
};

const MANY: usize = 200;

async fn at_once(house: &Arc<House>, asked: &Asked) -> Vec<crate::kit::Answer> {
    let nodes = [Arc::clone(house), Arc::new(house.second_node().await)];
    let mut tasks = JoinSet::new();
    for number in 0..MANY {
        let (node, asked) = (Arc::clone(&nodes[number % nodes.len()]), asked.clone());
        tasks.spawn(async move { node.send(asked).await });
    }
    let mut answers = Vec::new();
    while let Some(answer) = tasks.join_next().await {
        answers.push(answer.unwrap());
    }
    answers
}

fn winners(answers: &[crate::kit::Answer]) -> usize {
    for answer in answers {
        assert!(matches!(answer.status.as_u16(), 200 | 400 | 503), "{}: {}", answer.status, answer.text());
    }
    answers.iter().filter(|answer| answer.status == 200).count()
}

async fn setting(engine: Engine) -> (Arc<House>, (String, String)) {
    let house = Arc::new(House::on(engine).await);
    let party = house.party(ClientKind::Spa, Via::None).await;
    let facts = (party.client_id.clone(), party.callback.clone());
    (house, facts)
}

fn party<'h>(house: &'h House, (id, callback): &(String, String)) -> RelyingParty<'h> {
    RelyingParty {
        house,
        client_id: id.clone(),
        secret: String::new(),
        callback: callback.clone(),
        via: Via::None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_uses_of_one_code_exactly_one_wins() {
    for engine in Engine::all() {
        let (house, facts) = setting(engine).await;
        let party = party(&house, &facts);
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let asked = party.token_request(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &party.callback),
            ("code_verifier", VERIFIER),
        ]);
        let answers = at_once(&house, &asked).await;
        assert_eq!(winners(&answers), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_uses_of_one_refresh_token_exactly_one_wins() {
    for engine in Engine::all() {
        let (house, facts) = setting(engine).await;
        let party = party(&house, &facts);
        let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let token = tokens["refresh_token"].as_str().unwrap();
        let asked = party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let answers = at_once(&house, &asked).await;
        assert_eq!(winners(&answers), 1);
    }
}

/// Two hundred revocations and two hundred refreshes of one token: whoever refreshed before the end holds
/// nothing that works after it, and the end is told at most once.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_revocations_beside_two_hundred_refreshes_leave_nothing_alive() {
    for engine in Engine::all() {
        let (house, facts) = setting(engine).await;
        let party = party(&house, &facts);
        let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let token = tokens["refresh_token"].as_str().unwrap();
        let refresh = party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        let revoke = Asked::form("/oauth/revoke", &[("client_id", &party.client_id), ("token", token)]);
        let (refreshed, revoked) = tokio::join!(at_once(&house, &refresh), at_once(&house, &revoke));
        for answer in &revoked {
            assert!(matches!(answer.status.as_u16(), 200 | 503), "{}: {}", answer.status, answer.text());
        }
        assert!(winners(&revoked) > 0 && winners(&refreshed) <= 1);
        let given = refreshed.iter().filter(|answer| answer.status == 200).map(crate::kit::Answer::json);
        for answer in given.chain([tokens.clone()]) {
            party.refresh(answer["refresh_token"].as_str().unwrap()).await.is(400);
            house.userinfo(answer["access_token"].as_str().unwrap()).await.is(401);
        }
        let types = house.log_types().await;
        // None where a refresh that came again ended the family first.
        assert!(types.iter().filter(|code| *code == "srrt").count() <= 1, "{types:?}");
    }
}

/// CVE-2026-96446: a pushed request begins one login.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_uses_of_one_pushed_request_exactly_one_wins() {
    for engine in Engine::all() {
        let (house, (client, callback)) = setting(engine).await;
        let challenge = challenge(VERIFIER);
        let fields = [
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &callback),
            ("scope", "openid"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let pushed = house.send(Asked::form("/oauth/par", &fields)).await.is(201).json();
        let name = pushed["request_uri"].as_str().unwrap();
        let asked = Asked::get(&format!("/authorize?client_id={client}&request_uri={name}"));
        let answers = at_once(&house, &asked).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert!(statuses.iter().all(|status| [303, 400, 503].contains(status)), "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    }
}

/// RFC 8628 §3.5: one device, one answer with tokens, whichever node it asks how often.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_uses_of_one_device_code_exactly_one_wins() {
    for engine in Engine::all() {
        let house = Arc::new(House::on(engine).await);
        let television = house.television(Via::None).await;
        let waiting = television.wait().await;
        Visitor::new(&house).activate(&waiting).await.is(200);
        let question = television.question(&waiting);
        let answers = at_once(&house, &question).await;
        assert_eq!(winners(&answers), 1);
        let late = house.send(question).await.is(400).json();
        assert_eq!(late["error"], "invalid_grant");
    }
}

/// Fifty wrong passwords at once, by the whole router: each is counted before it is hashed.
#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_are_counted_one_by_one() {
    let house = Arc::new(House::new().await);
    let made = house.party(ClientKind::Spa, Via::None).await;
    let mut tasks = JoinSet::new();
    let mut prepared = Vec::new();
    for _ in 0..50 {
        let visitor = Visitor::new(&house);
        let form = visitor.to_login(&made.authorize(&[])).await.form();
        let mut fields = form.fields.clone();
        for (name, value) in &mut fields {
            match name.as_str() {
                "username" => EMAIL.clone_into(value),
                "password" => "wrong password".clone_into(value),
                _ => {}
            }
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let asked = Asked::form(house.path(&form.action), &fields).header("origin", &house.origin());
        prepared.push(visitor.dressed(asked));
    }
    for asked in prepared {
        let house = Arc::clone(&house);
        tasks.spawn(async move { house.send(asked).await });
    }
    while let Some(answer) = tasks.join_next().await {
        assert!(!answer.unwrap().status.is_redirection());
    }
    let hashed: i64 = house
        .logs()
        .await
        .iter()
        .filter(|event| event["type"] == "fp")
        .map(|event| event["count"].as_i64().unwrap_or(1))
        .sum();
    assert!(hashed <= 10, "{hashed} of fifty parallel guesses were looked at");
}

/// CVE-2020-15222: the same assertion two hundred times at once is one proof.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_uses_of_one_assertion_exactly_one_wins() {
    for engine in Engine::all() {
        let house = Arc::new(House::on(engine).await);
        let key = ClientKey::new();
        let (id, assertion) = {
            let admin = house.machine(&["create:clients"]).await;
            let credential = json!({ "credential_type": "public_key", "pem": key.pem() });
            let body = json!({
                "name": "Robot",
                "client_authentication_methods": { "private_key_jwt": { "credentials": [credential] } },
            });
            let made = admin.post("/api/v2/clients", &body).await.is(201).json();
            let id = made["client_id"].as_str().unwrap().to_owned();
            let assertion = key.assertion(&house, &id, "one", &json!({}));
            (id, assertion)
        };
        house.grant_management_api(&id, &["read:clients"]).await;
        let answers = at_once(&house, &asking_with(&house, &assertion)).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert!(statuses.iter().all(|status| [200, 401, 503].contains(status)), "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
        house.stop().await;
    }
}
