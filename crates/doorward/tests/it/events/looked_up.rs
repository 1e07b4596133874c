//! What only those who may look are told of a failure: what is near on the lists, and what is spelled alike.

use doorward_model::client::kind::ClientKind;
use doorward_model::time::Timestamp;
use serde_json::json;

use super::explanations::{says, shown};
use super::newest;
use crate::kit::{House, RelyingParty, Via, Visitor};

/// Addresses are explained from the lists of the client, for those who may see them.
#[tokio::test]
async fn addresses_to_return_to() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    Visitor::new(&house)
        .get(&party.authorize(&[("redirect_uri", "https://app.test/callback/")]))
        .await
        .is(400);
    let leave = format!("/v2/logout?client_id={}&returnTo=https://app.test/goodbye", party.client_id);
    Visitor::new(&house).get(&leave).await.is(400);
    let machine = house.machine(&["read:logs", "read:clients"]).await;
    let blind = house.machine(&["read:logs"]).await;
    for (code, why, blindly, advice) in [
        (
            "f",
            "The app asked to return to https://app.test/callback/. It is not among the Allowed Callback URLs. The \
             request ends with an extra slash. Nearest allowed: https://app.test/callback. Where they differ, the \
             request has `/` and the list nothing.",
            "The app asked to return to https://app.test/callback/. It is not among the Allowed Callback URLs.",
            "If the app is right, allow this URL.",
        ),
        (
            "flo",
            "The app asked to return after the logout to https://app.test/goodbye. It is not among the Allowed \
             Logout URLs. Same site, other path: `/goodbye` and you allow `/bye`. Nearest allowed: \
             https://app.test/bye. Where they differ, the request has `good` and the list nothing.",
            "The app asked to return after the logout to https://app.test/goodbye. It is not among the Allowed \
             Logout URLs.",
            "If the app is right, allow this URL.",
        ),
    ] {
        let id = newest(&house, code).await["log_id"].as_str().unwrap().to_owned();
        let read = async |machine: &crate::kit::Machine<'_>| {
            machine.get(&format!("/api/v2/logs/{id}")).await.is(200).json()["explanation"].clone()
        };
        let seen = read(&machine).await;
        assert_eq!(seen["why"], why, "{seen:#}");
        assert!(seen["fix"].as_str().unwrap().contains(advice), "{seen:#}");
        let list = machine.get(&format!("/api/v2/logs?q=log_id:{id}")).await.is(200).json();
        assert_eq!(list[0]["explanation"], seen);
        // Who may not read clients does not learn what stands on their lists.
        let unseen = read(&blind).await;
        assert_eq!(unseen["why"], blindly);
        assert_eq!(
            unseen["fix"],
            "Compare the two character by character. If the address is the app's own, put it on the list."
        );
        let page = admin.get(&format!("/manage/logs/{id}")).await.is(200).text();
        let (_, section) = page.split_once("<h2 id=\"why-title\">Why</h2>").unwrap();
        let plain = shown(&section.replace("<code>", "`").replace("</code>", "`"));
        let sentence = why.split("URLs. ").nth(1).unwrap().split(" Nearest").next().unwrap();
        for said in [sentence, seen["fix"].as_str().unwrap()] {
            assert!(plain.contains(said), "{said} is not in {section}");
        }
    }
}

/// What is nearly right is named.
#[tokio::test]
async fn what_is_spelled_alike_or_known_elsewhere() {
    let house = House::new().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let why = async |code: &str| newest(&house, code).await["explanation"].clone();
    let mistyped = format!("{}x", &party.client_id[..party.client_id.len() - 1]);
    let mistyped = if mistyped == party.client_id { mistyped.replace('x', "y") } else { mistyped };
    Visitor::new(&house).get(&format!("/authorize?client_id={mistyped}&response_type=code")).await.is(400);
    let told = why("f").await;
    let near = format!("The nearest is that of Storefront: {}.", party.client_id);
    assert!(told["why"].as_str().unwrap().ends_with(&near), "{told}");
    assert_eq!(
        told["fix"],
        format!("If Storefront is meant, correct the Client ID in the app: {}.", party.client_id)
    );
    let other = RelyingParty { client_id: mistyped, ..house.party(ClientKind::RegularWeb, Via::Post).await };
    other.refresh("v1.whatever-it-may-be").await.is(401);
    assert!(why("fertft").await["why"].as_str().unwrap().ends_with(&near));

    house.make_api("https://orders.test/", "Orders", &[("read:orders", "Read")]).await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    program.token(&[("grant_type", "client_credentials"), ("audience", "https://orders.test")]).await;
    assert_eq!(
        why("feccft").await["why"],
        "The app asked for the API https://orders.test, which does not exist in this tenant. The nearest that does \
         is https://orders.test/."
    );
    let nearly = "Username-Password-Authentification";
    Visitor::new(&house).get(&party.authorize(&[("connection", nearly)])).await;
    let told = why("f").await;
    assert_eq!(
        told["why"],
        format!(
            "The app asked for the connection {nearly}, which does not exist. The nearest is \
             Username-Password-Authentication."
        )
    );
}

#[tokio::test]
async fn a_secret_that_was_rotated_out_is_told_with_its_end() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["update:client_keys", "read:client_keys"]).await;
    let rotate = json!({ "is_primary": true, "keep_old_for": 60 });
    machine.post(&format!("/api/v2/clients/{}/secrets", party.client_id), &rotate).await.is(201);
    house.advance(61);
    party.refresh("v1.whatever-it-may-be").await.is(401);
    let why = newest(&house, "fertft").await["explanation"]["why"].as_str().unwrap().to_owned();
    assert!(
        why.starts_with("The app sent a secret of this client that was rotated out; it ended on "),
        "{why}"
    );
    says(
        &house,
        &admin,
        "fertft",
        &why,
        Some(
            "Give the app the present secret. At the next rotation, let the old one work on until every app has the \
             new one.",
        ),
    )
    .await;
}

/// Nothing of it is kept but a mark that means nothing without the server's key.
#[tokio::test]
async fn a_secret_that_was_replaced_at_once_is_told_with_who_did_it() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let machine = house.machine(&["update:client_keys", "read:client_keys"]).await;
    let rotate = format!("/api/v2/clients/{}/rotate-secret", party.client_id);
    machine.post(&rotate, &json!({})).await.is(200);
    let then = Timestamp::from_seconds(house.now()).to_string();
    house.advance(86_400);
    party.refresh("v1.whatever-it-may-be").await.is(401);
    let told = newest(&house, "fertft").await["explanation"].clone();
    assert_eq!(
        told["why"],
        format!(
            "The app sent a secret of this client that was replaced on {} at {} UTC by Machine.",
            &then[..10],
            &then[11..16]
        )
    );
    assert!(told["fix"].as_str().unwrap().starts_with("Give the app the present secret."), "{told}");
    house.advance(60);
    let impostor = RelyingParty { secret: "a secret that it never had".into(), ..party };
    impostor.refresh("v1.whatever-it-may-be").await.is(401);
    let why = newest(&house, "fertft").await["explanation"]["why"].clone();
    assert!(why.as_str().unwrap().starts_with("The client secret that was sent is none of this"), "{why}");
}
