//! What stands between a device and its tokens, and between a person and their device.

use serde_json::json;

use super::{Heard, Scene};
use crate::kit::{House, Via, Visitor};

pub(super) async fn that_ask_with_the_wrong_code(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let (television, other) = (house.television(Via::None).await, house.television(Via::None).await);
    television.poll(&json!({ "device_code": "a code that no device got" })).await.is(400);
    scene
        .says(
            "fede",
            "Nobody was given this device code, or it is so old that it was forgotten.",
            "Start again on the device. If it keeps coming: the device code must arrive whole and unchanged, and it is \
             not the code that the person types.",
        )
        .await;
    let waiting = television.wait().await;
    other.poll(&waiting).await.is(400);
    scene
        .says(
            "fede",
            "The device code was given to another client than the one that came for the tokens.",
            "Use the same Client ID for the device code and for its tokens.",
        )
        .await;
    // The clock was ahead when the client was made: to who looks at the times, another one of its id got the code.
    house.set_back(30);
    let waiting = television.wait().await;
    house.advance(30);
    television.poll(&waiting).await.is(400);
    scene
        .says(
            "fede",
            "The device code was given to a client of this Client ID that was deleted; this is another one.",
            "Start again on the device.",
        )
        .await;
}

pub(super) async fn that_come_at_the_wrong_time(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    Visitor::new(&house).activate(&waiting).await.is(200);
    television.poll(&waiting).await.is(200);
    television.poll(&waiting).await.is(400);
    scene
        .says(
            "fede",
            "The device came a second time for tokens that it has. Usually it keeps asking after it got them. Because it \
             could also be a thief, the tokens of the first time were ended too.",
            "Let the device stop asking with the first answer that holds tokens.",
        )
        .await;
    let waiting = television.wait().await;
    house.advance(900);
    television.poll(&waiting).await.is(400);
    scene
        .says(
            "fede",
            "The device asked for longer than the 15 minutes that its code is good for.",
            "Let the device stop after expires_in, and offer the person a new code.",
        )
        .await;
    Visitor::new(&house).type_code(&waiting).await.is(400);
    scene
        .says(
            "fdeac",
            "The code was typed too late: it is good for 15 minutes.",
            "Start again on the device, which then shows a new code.",
        )
        .await;
}

pub(super) async fn whose_person_or_connection_says_no(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let (television, visitor) = (house.television(Via::None).await, Visitor::new(&house));
    let waiting = television.wait().await;
    let question = visitor.type_code(&waiting).await.is(200);
    visitor.press(&question, "deny").await;
    television.poll(&waiting).await;
    scene.says("fede", "The person declined on our page what the device wanted.", "").await;
    let waiting = television.wait().await;
    visitor.activate(&waiting).await.is(200);
    scene.lets_in(&[]).await;
    television.poll(&waiting).await.is(400);
    scene
        .says(
            "fede",
            "The person logged in through a connection that was switched off for this client since.",
            "Switch it on again.",
        )
        .await;
}

pub(super) async fn whose_code_is_typed_wrongly(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let (television, visitor) = (house.television(Via::None).await, Visitor::new(&house));
    let waiting = television.wait().await;
    visitor.activate(&waiting).await.is(200);
    visitor.type_code(&waiting).await.is(400);
    scene
        .says(
            "fdeac",
            "The code was typed a second time, after somebody had allowed or declined it.",
            "Start again on the device, if it did not get its tokens.",
        )
        .await;
    let wrong = json!({ "user_code": "BCDF-GHJK" });
    visitor.type_code(&wrong).await.is(400);
    scene
        .says(
            "fdeac",
            "Somebody typed a code that no device shows. Usually it is a slip; many of them from one address are guesses, \
             and after ten the address has to wait for ten minutes.",
            "Type the code as the device shows it. Upper and lower case and the dash do not matter.",
        )
        .await;
    for _ in 0..9 {
        visitor.type_code(&wrong).await.is(400);
    }
    visitor.type_code(&wrong).await.is(429);
    scene
        .says(
            "fdeac",
            "Ten wrong codes came from this address within ten minutes, so it has to wait.",
            "Wait ten minutes. If many people share the address behind a proxy of yours, name the proxy in \
             trusted_proxies, so that Doorward sees who is behind it.",
        )
        .await;
}
