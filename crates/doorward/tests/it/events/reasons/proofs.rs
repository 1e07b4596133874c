//! How a client proves itself.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Heard, Scene};
use crate::kit::{ClientKey, House, RelyingParty, Via, asking_with};

pub(super) async fn of_secrets(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let impostor = RelyingParty { secret: "another secret than it has".into(), ..party };
    impostor.refresh("v1.whatever-it-may-be").await.is(401);
    scene
        .says(
            "fertft",
            "The client secret that was sent is none of this client's. It may be an old one that was stopped, one of \
             another client, or cut off when it was copied.",
            "Reveal the secret and compare its ends with what the app has, or rotate it.",
        )
        .await;
    let silent = RelyingParty { via: Via::None, ..impostor };
    silent.refresh("v1.whatever-it-may-be").await.is(401);
    scene
        .says(
            "fertft",
            "The app sent no client secret, and this client has one. Post and Basic are both taken.",
            "See in the guide how the app sends it.",
        )
        .await;
}

pub(super) async fn of_keys(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let (party, key) = (house.party(ClientKind::NonInteractive, Via::Post).await, ClientKey::new());
    let assertion = key.assertion(&house, &party.client_id, "one", &json!({}));
    house.send(asking_with(&house, &assertion)).await.is(401);
    scene
        .says(
            "feccft",
            "The app sent a client_assertion, but no public key is registered for this client, and none of its secrets \
             signed it.",
            "Let the app sign with the present secret (HS256), register its public key with the Management API, or \
             send the secret.",
        )
        .await;
    let machine = house.machine(&["create:client_credentials"]).await;
    let credential = json!({ "credential_type": "public_key", "pem": key.pem() });
    let path = format!("/api/v2/clients/{}/credentials", party.client_id);
    let made = machine.post(&path, &credential).await.is(201).json();
    let methods = json!({ "private_key_jwt": { "credentials": [{ "id": made["id"] }] } });
    let change = json!({ "token_endpoint_auth_method": null, "client_authentication_methods": methods });
    scene.changes(&party, &change).await;
    party.token(&[("grant_type", "client_credentials"), ("audience", &house.api())]).await.is(401);
    scene
        .says(
            "feccft",
            "This client proves itself with a private key, but the app sent no client_assertion.",
            "Let the app sign an assertion, or change how the client proves itself.",
        )
        .await;
}
