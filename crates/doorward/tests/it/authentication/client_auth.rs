//! How applications prove themselves at the token endpoint: several secrets, a private key, and all
//! the spellings that SDKs have (RFC 6749 §2.3, RFC 7523, OpenID Connect Core §9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_model::client::kind::ClientKind;
use doorward_model::secret::Secret;
use doorward_protocol::jose::{SecretKey, sign_hs256, verify_hs256};
use serde_json::{Value, json};

use crate::kit::{
    ASSERTION, Answer, Asked, ClientKey, EMAIL, Engine, House, Machine, PASSWORD, RelyingParty, VERIFIER,
    Via, Visitor, asking_with, jwt,
};

const KEYS: &[&str] = &[
    "read:clients",
    "update:clients",
    "create:clients",
    "read:client_keys",
    "update:client_keys",
    "read:client_credentials",
    "create:client_credentials",
    "update:client_credentials",
    "delete:client_credentials",
    "create:client_grants",
];

/// A program that proves itself with `key`, allowed to ask for the Management API.
async fn program(house: &House, admin: &Machine<'_>, key: &ClientKey, alg: &str) -> String {
    let credential = json!({ "credential_type": "public_key", "pem": key.pem(), "alg": alg });
    let body = json!({
        "name": "Robot", "app_type": "non_interactive", "grant_types": ["client_credentials"],
        "client_authentication_methods": { "private_key_jwt": { "credentials": [credential] } },
    });
    let made = admin.post("/api/v2/clients", &body).await.is(201).json();
    let id = made["client_id"].as_str().unwrap().to_owned();
    house.grant_management_api(&id, &["read:clients"]).await;
    id
}

fn refused(answer: Answer) -> Value {
    let body = answer.is(401).json();
    assert_eq!(body["error"], "invalid_client", "{body}");
    body
}

/// OpenID Connect Core §9; `aud` is the issuer or the token endpoint, alone or in a list of one.
#[tokio::test]
async fn a_program_proves_itself_with_its_private_key() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    for alg in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"] {
        let key = ClientKey::of(alg);
        let id = program(&house, &admin, &key, alg).await;
        let (issuer, endpoint) = (house.issuer().to_owned(), format!("{}oauth/token", house.issuer()));
        let audiences = [json!(issuer), json!(endpoint), json!([issuer]), json!([endpoint])];
        for (number, aud) in audiences.into_iter().enumerate() {
            let claims = json!({
                "iss": id, "sub": id, "aud": aud, "jti": format!("{number}"), "exp": house.now() + 60,
            });
            let assertion = key.sign(&json!({ "alg": alg }), &claims);
            let tokens = house.send(asking_with(&house, &assertion)).await.is(200).json();
            let (_, got) = jwt::decode(tokens["access_token"].as_str().unwrap());
            assert_eq!(got["sub"], format!("{id}@clients"));
        }
    }
}

/// OpenID Connect Core §9 (`client_secret_jwt`): the secret signs and does not travel; each assertion works once.
#[tokio::test]
async fn a_program_proves_itself_by_signing_with_its_secret() {
    let house = House::new().await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.grant_management_api(&party.client_id, &["read:clients"]).await;
    let signed = |secret: &str, jti: &str| {
        let id = &party.client_id;
        let claims =
            json!({ "iss": id, "sub": id, "aud": house.issuer(), "jti": jti, "exp": house.now() + 60 });
        sign_hs256(&SecretKey::new(&Secret::new(secret.to_owned()), false).unwrap(), &claims).unwrap()
    };
    let one = signed(&party.secret, "one");
    let tokens = house.send(asking_with(&house, &one)).await.is(200).json();
    let (_, got) = jwt::decode(tokens["access_token"].as_str().unwrap());
    assert_eq!(got["sub"], format!("{}@clients", party.client_id));
    refused(house.send(asking_with(&house, &one)).await);
    refused(house.send(asking_with(&house, &signed("somebody else's secret, long enough", "two"))).await);
    let rotated = house.machine(KEYS).await;
    let path = format!("/api/v2/clients/{}/rotate-secret", party.client_id);
    let new =
        rotated.post(&path, &json!({})).await.is(200).json()["client_secret"].as_str().unwrap().to_owned();
    refused(house.send(asking_with(&house, &signed(&party.secret, "three"))).await);
    house.send(asking_with(&house, &signed(&new, "four"))).await.is(200);
}

/// CVE-2020-15222, CVE-2020-5300: once per client, on all nodes, and after a restart.
#[tokio::test]
async fn an_assertion_works_once_whatever_node_it_comes_to() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let admin = house.machine(KEYS).await;
        let (key, other_key) = (ClientKey::new(), ClientKey::new());
        let id = program(&house, &admin, &key, "RS256").await;
        let other = program(&house, &admin, &other_key, "RS256").await;
        let node = house.second_node().await;
        let one = key.assertion(&house, &id, "one", &json!({}));
        house.send(asking_with(&house, &one)).await.is(200);
        refused(house.send(asking_with(&house, &one)).await);
        refused(node.send(asking_with(&house, &one)).await);
        // The same jti in another assertion is no other use; that of another client is.
        let again = key.assertion(&house, &id, "one", &json!({ "exp": house.now() + 200 }));
        refused(house.send(asking_with(&house, &again)).await);
        let own = other_key.assertion(&house, &other, "one", &json!({}));
        house.send(asking_with(&house, &own)).await.is(200);
        for missing in [json!({ "jti": null }), json!({ "jti": "" }), json!({ "jti": 7 })] {
            let without = key.assertion(&house, &id, "x", &missing);
            refused(house.send(asking_with(&house, &without)).await);
        }
        node.stop().await;
        let house = house.restart().await;
        refused(house.send(asking_with(&house, &one)).await);
        house.advance(29);
        let last = key.assertion(&house, &id, "last", &json!({ "exp": house.now() + 1 }));
        house.send(asking_with(&house, &last)).await.is(200);
        house.advance(30);
        refused(house.send(asking_with(&house, &last)).await);
        house.stop().await;
    }
}

/// A request that is refused for another reason has used its assertion up all the same, and one that
/// comes again has no consequences: somebody who overheard a request ends nobody's session.
#[tokio::test]
async fn a_replayed_request_is_refused_before_anything_follows_from_it() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let key = ClientKey::new();
    let party = house.party(ClientKind::RegularWeb, Via::None).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    by_key(&admin, &path, &key).await;
    let swap = async |code: &str, jti: &str| {
        let assertion = key.assertion(&house, &party.client_id, jti, &json!({}));
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &party.callback),
            ("code_verifier", VERIFIER),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", &assertion),
        ];
        house.send(Asked::form("/oauth/token", &fields)).await
    };
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let tokens = swap(&code, "one").await.is(200).json();
    refused(swap(&code, "one").await);
    let refresh = async |jti: &str| {
        let assertion = key.assertion(&house, &party.client_id, jti, &json!({}));
        let token = tokens["refresh_token"].as_str().unwrap();
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", &assertion),
        ];
        house.send(Asked::form("/oauth/token", &fields)).await
    };
    refresh("two").await.is(200);
    assert_eq!(swap("unknown", "three").await.is(400).json()["error"], "invalid_grant");
    refused(swap("unknown", "three").await);
    // The code that comes twice with a fresh assertion is the client's own doing.
    swap(&code, "four").await.is(400);
    refresh("five").await.is(400);
}

/// Gives a client the key and nothing else to prove itself with; the id of the credential.
async fn by_key(admin: &Machine<'_>, path: &str, key: &ClientKey) -> String {
    let body = json!({ "credential_type": "public_key", "pem": key.pem() });
    let made = admin.post(&format!("{path}/credentials"), &body).await.is(201).json();
    let methods = json!({ "private_key_jwt": { "credentials": [{ "id": made["id"] }] } });
    let change = json!({ "token_endpoint_auth_method": null, "client_authentication_methods": methods });
    let changed = admin.patch(path, &change).await.is(200).json();
    assert_eq!(changed["client_authentication_methods"], methods);
    assert!(changed.get("client_secret").is_none() && changed.get("token_endpoint_auth_method").is_none());
    made["id"].as_str().unwrap().to_owned()
}

/// CVE-2022-23541, and what else an assertion must not be.
#[tokio::test]
async fn assertions_that_prove_nothing_are_refused_alike() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let key = ClientKey::new();
    let id = program(&house, &admin, &key, "RS256").await;
    let claims = json!({ "iss": id, "sub": id, "aud": house.issuer(), "jti": "x", "exp": house.now() + 60 });
    let by_public_key = |text: String| {
        let secret = SecretKey::new(&Secret::new(text), false).unwrap();
        sign_hs256(&secret, &claims).unwrap()
    };
    let none = format!("{}.", key.sign(&json!({ "alg": "none" }), &claims).rsplit_once('.').unwrap().0);
    let good = key.assertion(&house, &id, "y", &json!({}));
    let mut all = vec![
        ClientKey::new().assertion(&house, &id, "x", &json!({})),
        by_public_key(key.pem()),
        by_public_key(key.pem().trim().to_owned()),
        none,
        key.sign(&json!({ "alg": "PS256" }), &claims),
        key.sign(&json!({ "alg": "RS256", "kid": "somebody-elses" }), &claims),
        good[..good.len() - 3].to_owned(),
        String::from("a.b.c"),
    ];
    for change in [
        json!({ "aud": "https://other.test/" }),
        json!({ "aud": [house.issuer(), "https://other.test/"] }),
        json!({ "iss": "somebody" }),
        json!({ "exp": house.now() - 31 }),
        json!({ "exp": house.now() + 400 }),
        json!({ "exp": null }),
        json!({ "nbf": house.now() + 61 }),
    ] {
        all.push(key.assertion(&house, &id, "x", &change));
    }
    for assertion in &all {
        refused(house.send(asking_with(&house, assertion)).await);
    }
    house.send(asking_with(&house, &good)).await.is(200);
    let types = house.log_types().await;
    assert!(types.contains(&"feccft".to_owned()), "{types:?}");
}

#[tokio::test]
async fn a_client_with_a_key_has_no_secret_and_gets_it_back_when_it_gives_the_key_up() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let key = ClientKey::new();
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    let swap = async || {
        let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
        party.swap(&code).await
    };
    swap().await.is(200);
    let credential = by_key(&admin, &path, &key).await;
    refused(swap().await);
    assert!(admin.get(&path).await.is(200).json().get("client_secret").is_none());
    for (refusal, body) in [("rotate-secret", json!({})), ("secrets", json!({ "is_primary": true }))] {
        let answer = admin.post(&format!("{path}/{refusal}"), &body).await.is(400).json();
        assert_eq!(answer["errorCode"], "operation_not_supported");
    }
    let own = json!({ "client_secret": "x".repeat(40) });
    assert_eq!(admin.patch(&path, &own).await.is(400).json()["errorCode"], "operation_not_supported");
    // Without its key nothing proves the client: the secret does not come back by itself.
    admin.delete(&format!("{path}/credentials/{credential}")).await.is(204);
    let methods = &admin.get(&path).await.is(200).json()["client_authentication_methods"];
    assert_eq!(*methods, json!({ "private_key_jwt": { "credentials": [] } }));
    refused(swap().await);
    let assertion = key.assertion(&house, &party.client_id, "late", &json!({}));
    refused(house.send(asking_with(&house, &assertion)).await);
    let back = json!({
        "client_authentication_methods": null, "token_endpoint_auth_method": "client_secret_post",
    });
    admin.patch(&path, &back).await.is(200);
    swap().await.is(200);
}

#[tokio::test]
async fn a_key_ends_with_its_credential() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let key = ClientKey::new();
    let id = program(&house, &admin, &key, "RS256").await;
    let path = format!("/api/v2/clients/{id}/credentials");
    let list = admin.get(&format!("{path}?include_totals=true&per_page=50")).await.is(200).json();
    let one = format!("{path}/{}", list[0]["id"].as_str().unwrap());
    let ask = async |jti: &str| {
        let assertion = key.assertion(&house, &id, jti, &json!({}));
        house.send(asking_with(&house, &assertion)).await
    };
    ask("one").await.is(200);
    let end = doorward_model::time::Timestamp::from_seconds(house.now() + 60).to_string();
    let changed = admin.patch(&one, &json!({ "expires_at": end })).await.is(200).json();
    assert_eq!(changed["expires_at"], end);
    house.advance(59);
    ask("two").await.is(200);
    house.advance(1);
    refused(ask("three").await);
    admin.patch(&one, &json!({ "expires_at": end })).await.is(200);
    let past = doorward_model::time::Timestamp::from_seconds(house.now() - 1).to_string();
    let past = admin.patch(&one, &json!({ "expires_at": past })).await.is(400).json();
    assert_eq!(past["errorCode"], "invalid_body");
}

/// Any live secret will do, the old one as long as was chosen; its end is asked at use.
#[tokio::test]
async fn an_old_secret_works_beside_the_new_one_until_its_time_is_over() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let admin = house.machine(KEYS).await;
        let mut party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let path = format!("/api/v2/clients/{}/secrets", party.client_id);
        let body = json!({ "is_primary": true, "keep_old_for": 3600 });
        let made = admin.post(&path, &body).await.is(201).json();
        let new = made["client_secret"].as_str().unwrap().to_owned();
        let beside = admin.post(&path, &json!({ "label": "server B" })).await.is(201).json();
        let old = std::mem::replace(&mut party.secret, new.clone());
        let all = [old.clone(), new.clone(), beside["client_secret"].as_str().unwrap().to_owned()];
        let works = async |party: &mut RelyingParty<'_>, secret: &str, via: Via| {
            (party.secret, party.via) = (secret.to_owned(), via);
            let answer = party.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
            // Whoever is let in is told about the token; the others are not.
            answer.status == 400
        };
        for secret in &all {
            assert!(
                works(&mut party, secret, Via::Post).await && works(&mut party, secret, Via::Basic).await
            );
        }
        house.advance(3599);
        assert!(works(&mut party, &old, Via::Post).await);
        house.advance(1);
        assert!(!works(&mut party, &old, Via::Post).await);
        assert!(works(&mut party, &new, Via::Post).await);
        let stopped = format!("{path}/{}", beside["id"].as_str().unwrap());
        admin.delete(&stopped).await.is(204);
        assert!(!works(&mut party, &all[2], Via::Post).await);
        admin.delete(&stopped).await.is(404);
        house.stop().await;
    }
}

/// HS256 means *the* client secret, whichever one proved the client.
#[tokio::test]
async fn id_tokens_are_signed_with_the_client_secret_whatever_proved_the_client() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let changes = json!({ "jwt_configuration": { "alg": "HS256", "secret_encoded": true } });
    let mut party = house.party_with(ClientKind::RegularWeb, Via::Post, changes).await;
    let path = format!("/api/v2/clients/{}/secrets", party.client_id);
    let body = json!({ "is_primary": true, "keep_old_for": null });
    let made = admin.post(&path, &body).await.is(201).json();
    let new = made["client_secret"].as_str().unwrap().to_owned();
    for secret in [party.secret.clone(), new.clone()] {
        party.secret = secret;
        let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let key = SecretKey::new(&Secret::new(new.clone()), true).unwrap();
        let claims = verify_hs256(tokens["id_token"].as_str().unwrap(), &key).unwrap();
        assert_eq!(claims["aud"], party.client_id);
    }
}

/// Form, JSON with nulls and strange members, Basic with `client_id` repeated: SDKs send all of these.
#[tokio::test]
async fn every_spelling_of_sdks_is_understood() {
    let house = House::new().await;
    let admin = house.machine(KEYS).await;
    let key = ClientKey::new();
    let robot = program(&house, &admin, &key, "RS256").await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.grant_management_api(&party.client_id, &["read:clients"]).await;
    let (id, secret, api) = (party.client_id.as_str(), party.secret.as_str(), house.api());
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let form = |fields: &[(&str, &str)]| Asked::form("/oauth/token", fields);
    let (grant, audience) = (("grant_type", "client_credentials"), ("audience", api.as_str()));
    let in_body = [grant, audience, ("client_id", id), ("client_secret", secret)];
    let nulls = json!({
        "grant_type": "client_credentials", "audience": api, "client_id": id, "client_secret": secret,
        "realm": null, "scope": "", "organization": null, "client_assertion": null,
        "client_assertion_type": null, "something": { "else": [1, null] },
    });
    let assertion = key.assertion(&house, &robot, "form", &json!({}));
    let signed = json!({
        "grant_type": "client_credentials", "audience": api, "client_id": robot, "client_secret": null,
        "client_assertion": key.assertion(&house, &robot, "json", &json!({})),
        "client_assertion_type": ASSERTION,
    });
    for (what, asked) in [
        ("a form", form(&in_body)),
        ("a form with an empty assertion", form(&[&in_body[..], &[("client_assertion", "")]].concat())),
        ("JSON with nulls", Asked::json("POST", "/oauth/token", &nulls)),
        ("Basic", form(&[grant, audience]).header("authorization", &basic)),
        ("Basic and client_id", form(&[grant, audience, ("client_id", id)]).header("authorization", &basic)),
        ("Basic and the same in the body", form(&in_body).header("authorization", &basic)),
        ("a signed form", asking_with(&house, &assertion)),
        ("signed JSON with nulls", Asked::json("POST", "/oauth/token", &signed)),
    ] {
        let answer = house.send(asked).await;
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
    }
}

#[tokio::test]
async fn discovery_names_the_methods_and_algorithms_that_work() {
    let house = House::new().await;
    let document = house.get("/.well-known/openid-configuration").await.is(200).json();
    let methods =
        json!(["none", "client_secret_post", "client_secret_basic", "private_key_jwt", "client_secret_jwt"]);
    assert_eq!(document["token_endpoint_auth_methods_supported"], methods);
    let algorithms =
        json!(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256"]);
    assert_eq!(document["token_endpoint_auth_signing_alg_values_supported"], algorithms);
}
