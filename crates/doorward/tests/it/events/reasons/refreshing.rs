//! What stands between a refresh token and new tokens.

use doorward_model::client::kind::ClientKind;
use serde_json::Value;

use super::{Heard, Scene};
use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

fn token(answer: &Value) -> String {
    answer["refresh_token"].as_str().expect("no refresh token").to_owned()
}

pub(super) async fn with_tokens_of_nobody_here(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let (party, other) =
        (house.party(ClientKind::Spa, Via::None).await, house.party(ClientKind::Spa, Via::None).await);
    party.refresh("v1.a token that nobody got").await.is(400);
    scene
        .says(
            "fertft",
            "The app sent a refresh token that nobody was given, or one that ended long ago and was forgotten.",
            "Let the person log in again.",
        )
        .await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    other.refresh(&token(&tokens)).await.is(400);
    scene
        .says(
            "fertft",
            "The refresh token was given to another client than the one that sent it.",
            "Keep the tokens of each client apart.",
        )
        .await;
    // The clock was ahead when the client was made: to who looks at the times, another one of its id got the token.
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.set_back(30);
    let tokens = party.swap(&code).await.is(200).json();
    house.advance(30);
    party.refresh(&token(&tokens)).await.is(400);
    scene
        .says(
            "fertft",
            "The refresh token was given to a client of this Client ID that was deleted; this is another one.",
            "Let the person log in again.",
        )
        .await;
}

pub(super) async fn with_tokens_that_ended(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let first = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    let second = token(&party.refresh(&first).await.is(200).json());
    house.advance(3600);
    party.refresh(&first).await.is(400);
    scene
        .says(
            "ferrt",
            "A refresh token came a second time after it was swapped for a new one. Either the app did not keep the new \
             one, or somebody has a copy, so this login was ended.",
            "Let the app keep the refresh token of each answer. If two tabs or processes renew at once, set a Reuse \
             Interval.",
        )
        .await;
    party.refresh(&second).await.is(400);
    scene
        .says(
            "fertft",
            "This login was ended: by a logout, by an admin, or because a used refresh token came back.",
            "Let the person log in again.",
        )
        .await;
    let idle = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    // The usual idle life of a token is 15 days, that of an admin at the dashboard is shorter.
    house.advance(1_296_000);
    party.refresh(&idle).await.is(400);
    scene
        .says_by_itself(
            "fertft",
            "The refresh token was over: its lifetime, or its lifetime without use.",
            "Let the person log in again, or give refresh tokens of this client a longer life.",
        )
        .await;
}

pub(super) async fn for_an_api_that_was_made_again(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let api = "https://orders.test/";
    house.make_api(api, "Orders", &[("read:orders", "Read")]).await;
    let asked = party.authorize(&[("audience", api), ("scope", "openid offline_access read:orders")]);
    let back = Visitor::new(&house).log_in(&asked, EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    house.advance(1);
    let machine = house.machine(&["delete:resource_servers"]).await;
    machine.delete("/api/v2/resource-servers/https:%2F%2Forders.test%2F").await.is(204);
    house.make_api(api, "Orders", &[("read:orders", "Read")]).await;
    party.refresh(&token(&tokens)).await.is(400);
    scene
        .says(
            "fertft",
            "The API was deleted and made again after this person logged in.",
            "Let the person log in again.",
        )
        .await;
}
