//! The files that belong to no login: the apps of clients, the certificate, further keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor, jwt};

#[tokio::test]
async fn the_files_of_apps_follow_the_clients_of_the_tenant() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let machine = house.machine(&["create:clients", "update:clients"]).await;
    let android = async |house: &House| house.get("/.well-known/assetlinks.json").await.is(200).json();
    let apple =
        async |house: &House| house.get("/.well-known/apple-app-site-association").await.is(200).json();
    assert_eq!(android(&house).await, json!([]));
    assert_eq!(apple(&house).await["applinks"]["details"], json!([]));

    let mobile = json!({
        "android": { "app_package_name": "com.acme.app", "sha256_cert_fingerprints": ["D8:A0:83"] },
        "ios": { "team_id": "9JA89QQLNQ", "app_bundle_identifier": "com.acme.app" },
    });
    let body = json!({ "name": "App", "app_type": "native", "mobile": mobile });
    let made = machine.post("/api/v2/clients", &body).await.is(201).json();
    assert_eq!(made["mobile"], mobile);
    let links = android(&house).await;
    assert_eq!(links[0]["target"]["sha256_cert_fingerprints"], json!(["D8:A0:83"]));
    assert_eq!(apple(&house).await["applinks"]["details"][0]["appID"], "9JA89QQLNQ.com.acme.app");
    let answer = house.get("/apple-app-site-association").await.is(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json(), apple(&house).await);
    assert_eq!(android(&other).await, json!([]), "an app of another tenant");

    let path = format!("/api/v2/clients/{}", made["client_id"].as_str().unwrap());
    machine.patch(&path, &json!({ "mobile": null })).await.is(200);
    assert_eq!(android(&house).await, json!([]));
}

#[tokio::test]
async fn the_certificate_is_given_in_four_forms_and_is_that_of_the_key_set() {
    let house = House::new().await;
    let set = house.get("/.well-known/jwks.json").await.is(200).json();
    let base64 = set["keys"][0]["x5c"][0].as_str().unwrap().to_owned();
    let der = STANDARD.decode(&base64).unwrap();
    assert_eq!(house.get("/cer").await.is(200).body, der);
    let pem = house.get("/pem").await.is(200);
    assert!(pem.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(pem.text().lines().filter(|line| !line.starts_with('-')).collect::<String>(), base64);
    let raw = house.get("/rawpem").await.is(200);
    assert_eq!((raw.header("content-type"), raw.text()), (Some("text/plain; charset=utf-8"), pem.text()));
    let pkcs7 = house.get("/pb7").await.is(200);
    assert!(pkcs7.body.windows(der.len()).any(|window| window == der));
    let machine = house.machine(&["read:client_keys"]).await;
    let clients = machine.get("/api/v2/clients").await.is(200).json();
    let shown = clients[0]["signing_keys"][0]["pkcs7"].as_str().unwrap().to_owned();
    assert_eq!(
        shown.lines().filter(|line| !line.starts_with('-')).collect::<String>(),
        STANDARD.encode(pkcs7.body)
    );
}

/// The key set shows the current and the next key for every algorithm that a client's ID tokens are
/// signed with, RSA keys first, and no more.
#[tokio::test]
async fn id_tokens_are_signed_with_the_algorithm_of_the_client() {
    let house = House::new().await;
    let key_set = async || house.get("/.well-known/jwks.json").await.is(200).json();
    assert_eq!(key_set().await["keys"].as_array().unwrap().len(), 2);
    for (alg, via, kind) in [
        ("RS384", Via::Post, ClientKind::RegularWeb),
        ("RS512", Via::Post, ClientKind::RegularWeb),
        ("PS256", Via::None, ClientKind::Spa),
        ("PS384", Via::None, ClientKind::Spa),
        ("PS512", Via::None, ClientKind::Native),
        ("EdDSA", Via::None, ClientKind::Native),
        ("ES256", Via::Post, ClientKind::RegularWeb),
        ("RS256", Via::Post, ClientKind::RegularWeb),
    ] {
        let changes = json!({ "jwt_configuration": { "alg": alg, "lifetime_in_seconds": 77 } });
        let party = house.party_with(kind, via, changes).await;
        let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let claims = jwt::verify_as(alg, tokens["id_token"].as_str().unwrap(), &key_set().await);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 77, "{alg}");
    }
    let set = key_set().await;
    let algs: Vec<_> =
        set["keys"].as_array().unwrap().iter().map(|key| key["alg"].as_str().unwrap()).collect();
    let wanted = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"];
    assert_eq!(algs, wanted.map(|alg| [alg, alg]).concat());
}
