//! How long refresh tokens live, on a clock that is moved: the absolute life and the idle one of a client's
//! `refresh_token` (RFC 9700 §4.14.2), on both engines.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{EMAIL, Engine, House, PASSWORD, RelyingParty, Via, Visitor};

fn token(answer: &Value) -> String {
    answer["refresh_token"].as_str().expect("every answer carries a refresh token").to_owned()
}

fn lives(rotation: &str, absolute: u32, idle: u32) -> Value {
    json!({ "refresh_token": {
        "rotation_type": rotation, "expiration_type": "expiring", "leeway": 0,
        "token_lifetime": absolute, "idle_token_lifetime": idle,
        "infinite_token_lifetime": false, "infinite_idle_token_lifetime": false,
    } })
}

async fn ended(party: &RelyingParty<'_>, last: &str) {
    assert_eq!(party.refresh(last).await.is(400).json()["error"], "invalid_grant");
}

/// However often it is used, and through all rotations: the life of the first one counts.
#[tokio::test]
async fn a_refresh_token_ends_with_its_absolute_life() {
    for engine in Engine::all() {
        for rotation in ["rotating", "non-rotating"] {
            let house = House::on(engine).await;
            let party = house.party_with(ClientKind::Spa, Via::None, lives(rotation, 1000, 400)).await;
            let mut last = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
            for _ in 0..3 {
                house.advance(333);
                last = token(&party.refresh(&last).await.is(200).json());
            }
            // 999 seconds are over.
            house.advance(1);
            ended(&party, &last).await;
        }
    }
}

/// A use begins the idle life anew; without one it ends long before the absolute life.
#[tokio::test]
async fn a_refresh_token_that_lies_idle_ends() {
    for engine in Engine::all() {
        for rotation in ["rotating", "non-rotating"] {
            let house = House::on(engine).await;
            let party = house.party_with(ClientKind::Spa, Via::None, lives(rotation, 100_000, 400)).await;
            let mut last = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
            for _ in 0..3 {
                house.advance(399);
                last = token(&party.refresh(&last).await.is(200).json());
            }
            house.advance(400);
            ended(&party, &last).await;
        }
    }
}
