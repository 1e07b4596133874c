//! Why a login did not begin, or ended with an error at the callback.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::{Heard, Scene, WITHOUT_PKCE};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

const SILENT: [(&str, &str); 1] = [("prompt", "none")];

pub(super) async fn that_the_app_asked_for_wrongly(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    visitor.get(&party.authorize(&WITHOUT_PKCE)).await;
    scene
        .says(
            "f",
            "A client without a secret proves with PKCE that it began the login; this app sent no code_challenge.",
            "Switch PKCE on in the app's library, or use one that has it.",
        )
        .await;
    visitor.get(&party.authorize(&[("connection", "google-oauth2")])).await;
    scene
        .says_by_itself(
            "f",
            "The app asked for a connection by name that is not switched on for this client, or that does not exist.",
            "Switch it on, or correct the name in the app; names are told apart letter by letter.",
        )
        .await;
    let claims = r#"{"id_token":{"acr":{"essential":true,"value":"urn:example:gold"}}}"#;
    visitor.get(&party.authorize(&[("claims", claims)])).await;
    scene
        .says(
            "f",
            "The app demanded a way of proving who one is (acr) that does not exist here: people log in with a \
             password, and that is called pwd.",
            "Let the app ask for pwd, or not make acr essential.",
        )
        .await;
}

pub(super) async fn that_the_settings_forbid(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    visitor.get(&party.authorize(&[("response_type", "token")])).await;
    scene
        .says(
            "f",
            "The app asked for tokens in the address of the browser (the implicit flow), which this client may not \
             have: tokens leak from there.",
            "Let the app ask for response_type=code; current SDKs do so by themselves. For an old app, switch the \
             grant on.",
        )
        .await;
    scene.changes(&party, &json!({ "require_pushed_authorization_requests": true })).await;
    visitor.get(&party.authorize(&[])).await;
    scene
        .says(
            "f",
            "This client, or the whole tenant, takes only requests that were pushed to /oauth/par, and the app sent \
             its request by the browser.",
            "Let the app push its requests, or take the demand away through the Management API: \
             require_pushed_authorization_requests.",
        )
        .await;
    let grants = json!({ "grant_types": ["refresh_token"] });
    let barred = house.party_with(ClientKind::RegularWeb, Via::Post, grants).await;
    visitor.get(&barred.authorize(&[])).await;
    scene
        .says(
            "f",
            "This client may not use the Authorization Code grant, so nobody can log in to it.",
            "Switch the grant on.",
        )
        .await;
    let closed = house.party(ClientKind::RegularWeb, Via::Post).await;
    scene.lets_in(&[]).await;
    visitor.get(&closed.authorize(&[])).await;
    scene
        .says(
            "f",
            "Every connection is switched off for this client, so nobody can log in.",
            "Switch one on.",
        )
        .await;
}

pub(super) async fn without_a_page(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    visitor.get(&party.authorize(&SILENT)).await;
    scene
        .says(
            "fsa",
            "The app asked for a login without a page (prompt=none), and nobody was logged in. For the first visit of a \
             day that is as it should be: the app now sends the person to the login page.",
            "If it comes although the person is logged in, the browser may hold back our cookie in a frame of another \
             site. Use refresh tokens instead, or the same domain.",
        )
        .await;
    party.code(&visitor, EMAIL, PASSWORD).await;
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    visitor.get(&partner.authorize(&SILENT)).await;
    scene
        .says(
            "fsa",
            "The app asked for a login without a page (prompt=none), but the person has not allowed yet what this \
             third-party client wants.",
            "Let the app send the person to the login page once; they are asked there.",
        )
        .await;
    let staff = staff_only(&scene, &party).await;
    visitor.get(&staff.authorize(&SILENT)).await;
    scene
        .says(
            "fsa",
            "The app asked for a login without a page (prompt=none). Somebody is logged in, but not through a \
             connection that this client lets in.",
            "Switch their connection on, or let the app send them to the login page.",
        )
        .await;
}

/// A client with a connection of its own; the usual one lets only the other client in.
async fn staff_only<'h>(scene: &Scene<'h>, other: &RelyingParty<'_>) -> RelyingParty<'h> {
    let staff = scene.house.party(ClientKind::RegularWeb, Via::Post).await;
    scene.lets_in(&[&other.client_id]).await;
    let machine = scene.house.machine(&["create:connections"]).await;
    let made = json!({ "name": "Staff", "strategy": "auth0", "enabled_clients": [staff.client_id] });
    machine.post("/api/v2/connections", &made).await.is(201);
    staff
}

pub(super) async fn that_people_may_not_or_will_not_end(heard: &mut Heard) {
    let house = House::new().await;
    let mut scene = Scene::of(&house, heard).await;
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let asks = visitor.log_in(&partner.authorize(&[]), EMAIL, PASSWORD).await;
    let page = visitor.get(asks.location()).await.is(200);
    visitor.press(&page, "deny").await;
    scene.says("f", "The person was asked what the app may do, and pressed Decline.", "").await;
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    // As far back as the log goes now, nobody blocked them.
    house.forget_the_log().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    visitor.get(&party.authorize(&SILENT)).await;
    scene
        .says(
            "fsa",
            "The person of this browser is blocked, so their session counts for nothing: to the app nobody is logged in.",
            "Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false.",
        )
        .await;
    Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    scene
        .says(
            "f",
            "The person is blocked.",
            "Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false.",
        )
        .await;
}
