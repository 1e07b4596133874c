//! What stands between a code and its tokens.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Heard, Scene, WITHOUT_PKCE, another_code};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

pub(super) async fn that_are_none_of_the_clients(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.swap("a code that nobody got").await.is(400);
    scene
        .says(
            "feacft",
            "Nobody was given this code, or it is so old that it was forgotten.",
            "Start the login again. If it keeps coming: the code must arrive whole and unchanged.",
        )
        .await;
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    other.swap(&code).await.is(400);
    scene
        .says(
            "feacft",
            "The code was given to another client than the one that wants to exchange it.",
            "Use the same Client ID for the login and for the exchange.",
        )
        .await;
    // The clock was ahead when the client was made: to who looks at the times, another one of its id got the code.
    house.set_back(30);
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.advance(30);
    party.swap(&code).await.is(400);
    scene
        .says(
            "feacft",
            "The code was given to a client of this Client ID that was deleted; this is another one.",
            "Start the login again.",
        )
        .await;
}

pub(super) async fn that_come_at_the_wrong_time(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    party.swap(&code).await.is(200);
    house.advance(3);
    party.swap(&code).await.is(400);
    scene
        .says(
            "feacft",
            "The code was used 3 s earlier by the same address. Usually the page of the callback ran twice: somebody \
             reloaded it, or React's strict mode did. Because it could also be a thief, the tokens of the first exchange \
             were ended too.",
            "Let the callback page exchange its code once and then leave its address.",
        )
        .await;
    let code = another_code(&visitor, &party, &[]).await;
    house.advance(61);
    party.swap(&code).await.is(400);
    scene
        .says(
            "feacft",
            "The code was exchanged too late: it is good for one minute.",
            "Let the app exchange the code at once when it arrives at the callback.",
        )
        .await;
}

pub(super) async fn with_another_address(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    party.swap_with(&code, &[("redirect_uri", "https://app.test/callback/")]).await.is(400);
    scene
        .says(
            "feacft",
            "The exchange named another redirect_uri than the login did. They must be the same, letter by letter.",
            "Let the app send the same redirect_uri both times.",
        )
        .await;
    let code = another_code(&visitor, &party, &[]).await;
    party.swap_with(&code, &[("redirect_uri", "")]).await.is(400);
    scene
        .says(
            "feacft",
            "The login named a redirect_uri and the exchange did not.",
            "Let the app send the same redirect_uri both times.",
        )
        .await;
}

pub(super) async fn without_what_proves_who_began(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let code = party.code(&visitor, EMAIL, PASSWORD).await;
    let other = "another-verifier-than-that-of-this-very-login";
    party.swap_with(&code, &[("code_verifier", other)]).await.is(400);
    scene
        .says(
            "feacft",
            "The app did not prove that it began this login (PKCE): its code_verifier belongs to another one. Usually \
             the login began in another tab, or before the app was restarted.",
            "Start the login again, and keep one verifier for each login that is under way.",
        )
        .await;
    let code = another_code(&visitor, &party, &[]).await;
    party.swap_with(&code, &[("code_verifier", "")]).await.is(400);
    scene
        .says(
            "feacft",
            "The login began with PKCE, and the exchange came without its code_verifier. Usually the verifier was lost: \
             another tab, another browser, or a restart of the app.",
            "Start the login again, and keep the verifier where the callback finds it.",
        )
        .await;
    let code = another_code(&visitor, &party, &WITHOUT_PKCE).await;
    party.swap(&code).await.is(400);
    scene
        .says(
            "feacft",
            "The exchange came with a code_verifier, but the login had begun without PKCE. Somebody may have slipped in \
             a code of another login.",
            "Let the app send code_challenge with the login, too.",
        )
        .await;
    // It had a secret when the login began, and has none when the code comes.
    let code = another_code(&visitor, &party, &WITHOUT_PKCE).await;
    scene.changes(&party, &json!({ "token_endpoint_auth_method": "none" })).await;
    let public = RelyingParty { via: Via::None, ..party };
    public.swap_with(&code, &[("code_verifier", "")]).await.is(400);
    scene
        .says(
            "feacft",
            "A client without a secret must use PKCE, and this login had none.",
            "Switch PKCE on in the app's library, or use one that has it.",
        )
        .await;
}

pub(super) async fn whose_person_or_client_changed(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let (first, second) =
        (party.code(&visitor, EMAIL, PASSWORD).await, another_code(&visitor, &party, &[]).await);
    scene.lets_in(&[]).await;
    party.swap(&first).await.is(400);
    scene
        .says(
            "feacft",
            "The person logged in through a connection that was switched off for this client since.",
            "Switch it on again.",
        )
        .await;
    let machine = house.machine(&["delete:users"]).await;
    machine.delete(&format!("/api/v2/users/{}", house.user_id(EMAIL).await)).await.is(204);
    party.swap(&second).await.is(400);
    scene.says("feacft", "The person was deleted since they logged in.", "").await;
}
