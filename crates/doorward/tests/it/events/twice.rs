//! A code that comes twice: the log says how long after the first time, and whether from the same address.
//! Source: UX §1.9, "code used twice".

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::explanations::says;
use super::newest;
use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

const ONCE: &str = "Let the callback page exchange its code once and then leave its address.";

#[tokio::test]
async fn it_tells_a_callback_that_ran_twice_from_somebody_else() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    party.swap(&code).await.is(200);
    house.advance(2);
    let again = party.token_request(&[("grant_type", "authorization_code"), ("code", &code)]);
    house.send(again.from("198.51.100.7")).await.is(400);
    let told = newest(&house, "feacft").await["details"]["first_use"].clone();
    assert_eq!(told, json!({ "elapsedTime": 2000, "gave_tokens": true, "same_ip": false }));
    let why = "The code was used 2 s earlier by another address. Because it could be a thief, the tokens of the first \
               exchange were ended too.";
    says(&house, &admin, "feacft", why, Some(ONCE)).await;

    let code = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
    party.swap(&code).await.is(200);
    party.swap(&code).await.is(400);
    let told = newest(&house, "feacft").await["details"]["first_use"].clone();
    assert_eq!(told, json!({ "elapsedTime": 0, "gave_tokens": true, "same_ip": true }));
    let why = "The code was used less than 0.1 s earlier by the same address. Usually the page of the callback ran \
               twice: somebody reloaded it, or React's strict mode did. Because it could also be a thief, the tokens of \
               the first exchange were ended too.";
    says(&house, &admin, "feacft", why, Some(ONCE)).await;
}

/// What is refused uses the code up, too; then no tokens are there that could end, and no address is known.
#[tokio::test]
async fn a_first_exchange_that_was_refused_is_not_said_to_have_given_tokens() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    party.swap_with(&code, &[("code_verifier", "")]).await.is(400);
    house.advance(40);
    party.swap(&code).await.is(400);
    let told = newest(&house, "feacft").await["details"]["first_use"].clone();
    assert_eq!(told, json!({ "elapsedTime": 40_000, "gave_tokens": false }));
    let why = "The code was used 40 s earlier by an exchange of which nothing is left: it was refused, or its tokens \
               have ended.";
    says(&house, &admin, "feacft", why, Some(ONCE)).await;
}
