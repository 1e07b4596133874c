//! Why and fix of refusals that have little to do with each other: limits, passwords of programs, devices, changes of
//! users.

use doorward_model::client::kind::ClientKind;
use doorward_web::rate::ApiLimit;
use serde_json::json;

use super::explanations::{says, ten_minutes_after};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

#[tokio::test]
async fn who_guesses_and_who_asks_too_often() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for number in 0..101 {
        let name = format!("nobody{number}@example.com");
        Visitor::new(&house).log_in(&party.authorize(&[]), &name, "a wrong password").await;
    }
    says(
        &house,
        &admin,
        "limit_mu",
        &format!(
            "Too many wrong passwords came from this address, for whatever account, so it may not try until {} UTC \
             at the latest.",
            ten_minutes_after(&house, "limit_mu").await
        ),
        Some(
            "Wait until then. If many people share the address behind a proxy of yours, name the proxy in \
             trusted_proxies, so that Doorward sees who is behind it.",
        ),
    )
    .await;
    let house = House::limited(ApiLimit { is_on: true, per_second: 1, burst: 10 }).await;
    let admin = house.admin().await;
    let machine = house.machine(&["read:clients"]).await;
    for _ in 0..11 {
        machine.get("/api/v2/clients").await;
    }
    house.advance(60);
    says(
        &house,
        &admin,
        "api_limit",
        "The programs of this tenant made more requests in a second than the Management API lets in.",
        Some(
            "Wait as long as the Retry-After of the answer says, spread the requests, or raise api_rate in the \
             settings of the server.",
        ),
    )
    .await;
}

#[tokio::test]
async fn passwords_of_programs() {
    let house = House::new().await;
    let admin = house.admin().await;
    let grants = json!({ "grant_types": ["http://auth0.com/oauth/grant-type/password-realm"] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, grants).await;
    let fields = [
        ("grant_type", "http://auth0.com/oauth/grant-type/password-realm"),
        ("username", EMAIL),
        ("password", "a wrong password"),
    ];
    party.token(&fields).await;
    says(
        &house,
        &admin,
        "fepft",
        "The parameter realm is missing.",
        Some("The request of the app has to change. Compare it with the guide, or let an SDK build it."),
    )
    .await;
}

#[tokio::test]
async fn devices() {
    let house = House::new().await;
    let admin = house.admin().await;
    let visitor = Visitor::new(&house);
    let television = house.television(Via::None).await;
    let waiting = television.wait().await;
    let question = visitor.type_code(&waiting).await.is(200);
    visitor.press(&question, "deny").await;
    says(
        &house,
        &admin,
        "fdecc",
        "The person saw what the device wanted, and declined. The device was told.",
        None,
    )
    .await;
    let unknown = RelyingParty { client_id: "nobodyHasThisId".into(), ..television };
    unknown.ask(&[]).await;
    says(
        &house,
        &admin,
        "fdeaz",
        "No client of this tenant has the Client ID that was sent.",
        Some("Compare the Client ID in the app with the list of clients."),
    )
    .await;
}

/// A change of a user that is refused says in its own words what has to be different.
#[tokio::test]
async fn changes_of_users() {
    let house = House::new().await;
    let admin = house.admin().await;
    house.user("taken@example.com", PASSWORD).await;
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    for (code, change, why) in [
        (
            "fcp",
            json!({ "password": "x" }),
            "password was not taken: The password is too weak. It must have at least 8 characters.",
        ),
        ("fce", json!({ "email": "taken@example.com" }), "The specified new email already exists."),
        (
            "fcpn",
            json!({ "phone_number": "none" }),
            "phone_number was not taken: A telephone number is a plus sign and up to 15 digits: +4930123456.",
        ),
    ] {
        machine.patch(&path, &change).await.is(400);
        says(&house, &admin, code, why, None).await;
    }
}
