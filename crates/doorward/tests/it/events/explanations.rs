//! Why something failed and what to do, in the API and on the page, where the words depend on what was sent and on how
//! things are; the command line prints the same. What has fixed words is in `reasons`.

use doorward_model::client::kind::ClientKind;
use doorward_model::time::{Lifetime, Timestamp};
use serde_json::json;

use super::newest;
use crate::kit::{Asked, EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

/// Insists on what the newest event of a type says, in the API and on its page.
pub(super) async fn says(house: &House, admin: &Visitor<'_>, code: &str, why: &str, fix: Option<&str>) {
    let event = newest(house, code).await;
    assert_eq!(event["explanation"]["why"], why, "{event:#}");
    assert_eq!(event["explanation"].get("fix").and_then(|fix| fix.as_str()), fix, "{event:#}");
    let page = admin.get(&format!("/manage/logs/{}", event["log_id"].as_str().unwrap())).await.is(200).text();
    for sentence in [Some(why), fix].into_iter().flatten() {
        assert!(shown(&page).contains(sentence), "{sentence} is not on {page}");
    }
}

/// The text of a page as people read it.
pub(super) fn shown(page: &str) -> String {
    page.replace("&#39;", "'").replace("&#34;", "\"").replace("&#38;", "&")
}

#[tokio::test]
async fn a_client_that_nobody_knows() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::None).await;
    let unknown = RelyingParty { client_id: "nobodyHasThisId".into(), ..party };
    unknown.refresh("v1.whatever-it-may-be").await.is(401);
    says(
        &house,
        &admin,
        "fertft",
        "No client of this tenant has the Client ID that was sent.",
        Some("Compare the Client ID in the app with the list of clients."),
    )
    .await;
}

#[tokio::test]
async fn people_and_their_passwords() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let log_in = async |name: &str, password: &str| {
        Visitor::new(&house).log_in(&party.authorize(&[]), name, password).await
    };
    log_in(EMAIL, "a wrong password").await;
    log_in(EMAIL, "a wrong password").await;
    says(
        &house,
        &admin,
        "fp",
        "The person is known in Username-Password-Authentication, but the password was another one, 2 times in ten \
         minutes.",
        Some("The person can try again. Set a new password with PATCH /api/v2/users/{id} of the Management API."),
    )
    .await;
    log_in("nobody@example.com", PASSWORD).await;
    says(
        &house,
        &admin,
        "fu",
        "Nobody in Username-Password-Authentication has this email address.",
        Some(
            "Look whether the address is mistyped. If the person is new, make the user, or let another connection of \
             this client in that knows them.",
        ),
    )
    .await;
    somebody_of(&house, "Staff", "nobody@example.com").await;
    house.advance(60);
    log_in("nobody@example.com", PASSWORD).await;
    says(
        &house,
        &admin,
        "fu",
        "Nobody in Username-Password-Authentication has this email address. Somebody with it is in Staff.",
        Some(
            "Look whether the address is mistyped. If the person is new, make the user, or let another connection of \
             this client in that knows them.",
        ),
    )
    .await;
    for _ in 0..9 {
        log_in(EMAIL, "a wrong password").await;
    }
    says(
        &house,
        &admin,
        "limit_wc",
        &format!(
            "Too many wrong passwords came for this account from one address, so that address may not try this \
             account until {} UTC at the latest.",
            ten_minutes_after(&house, "limit_wc").await
        ),
        Some(
            "Wait until then, or end it now with DELETE /api/v2/user-blocks of the Management API. If it was not the \
             person, somebody is guessing: the account needs a strong password.",
        ),
    )
    .await;
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    let then = Timestamp::from_seconds(house.now()).to_string();
    house.advance(601);
    log_in(EMAIL, PASSWORD).await;
    says(
        &house,
        &admin,
        "f",
        &format!("The person was blocked by Machine on {} at {} UTC.", &then[..10], &then[11..16]),
        Some("Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false."),
    )
    .await;
}

/// Who does as the advice says gets through.
#[tokio::test]
async fn a_message_that_no_page_could_hear() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Native, Via::None).await;
    let callback = "http://127.0.0.1:5000/callback";
    let silent = [("redirect_uri", callback), ("response_mode", "web_message"), ("prompt", "none")];
    let visitor = Visitor::new(&house);
    visitor.get(&party.authorize(&silent)).await.is(400);
    says(
        &house,
        &admin,
        "f",
        "The app asked for its answer by web_message, which a page of http://127.0.0.1:5000 would hear; but no \
         Allowed Callback URL has that scheme, host and port.",
        Some(
            "If there is such a page, put its callback on Allowed Callback URLs with the very port. An app on a device \
             has none: let it renew with a refresh token instead.",
        ),
    )
    .await;
    let machine = house.machine(&["update:clients"]).await;
    let path = format!("/api/v2/clients/{}", party.client_id);
    machine.patch(&path, &json!({ "callbacks": [callback] })).await.is(200);
    let told = visitor.get(&party.authorize(&silent)).await.is(200).text();
    assert!(told.contains("login_required"), "{told}");
}

/// RFC 8707 §2.
#[tokio::test]
async fn a_resource_that_cannot_be_had() {
    let house = House::new().await;
    let admin = house.admin().await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.make_api("https://orders.test/", "Orders", &[("read:orders", "Read")]).await;
    program.token(&[("grant_type", "client_credentials"), ("resource", "https://orders.test")]).await.is(400);
    says(
        &house,
        &admin,
        "feccft",
        "The app asked by resource for the API https://orders.test, which does not exist in this tenant. The nearest \
         that does is https://orders.test/.",
        Some("Compare resource with the identifiers of the APIs, letter by letter; a slash at the end counts."),
    )
    .await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let both = [("resource", "https://orders.test/"), ("audience", "https://other.test/")];
    Visitor::new(&house).get(&party.authorize(&both)).await;
    says(
        &house,
        &admin,
        "f",
        "The app named one API as resource and another as audience, and a token is for one.",
        Some("Let the app send one of the two: resource is the standard's, audience the older one."),
    )
    .await;
}

#[tokio::test]
async fn what_a_client_may_ask_for() {
    let house = House::new().await;
    let admin = house.admin().await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    let ask = async |audience: &str, scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("audience", audience), ("scope", scope)];
        program.token(&fields[..if scope.is_empty() { 2 } else { 3 }]).await
    };
    ask("https://nowhere.test/", "").await;
    says(
        &house,
        &admin,
        "feccft",
        "The app asked for the API https://nowhere.test/, which does not exist in this tenant.",
        Some("Compare the audience with the identifiers of the APIs, letter by letter; a slash at the end counts."),
    )
    .await;
    house
        .make_api("https://orders.test/", "Orders", &[("read:orders", "Read"), ("write:orders", "Write")])
        .await;
    ask("https://orders.test/", "").await;
    says(
        &house,
        &admin,
        "feccft",
        "This client was not given the API that it asked for.",
        Some("Let it call the API."),
    )
    .await;
    let machine = house.machine(&["create:client_grants"]).await;
    let grant = json!({
        "client_id": program.client_id, "audience": "https://orders.test/", "scope": ["read:orders"],
    });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    ask("https://orders.test/", "write:orders").await;
    says(
        &house,
        &admin,
        "feccft",
        "The app asked for write:orders, and nothing of that was granted to it; granted is: read:orders.",
        Some("Grant the scope, or let the app ask for what it has."),
    )
    .await;
    let people = house.party(ClientKind::RegularWeb, Via::Post).await;
    people.token(&[("grant_type", "client_credentials"), ("audience", "https://orders.test/")]).await;
    says(
        &house,
        &admin,
        "feccft",
        "The client may not use the client_credentials grant. Add it to its grant types.",
        Some("Switch the grant on, if this client is meant to use it."),
    )
    .await;
    people.token(&[("grant_type", "urn:example:made-up")]).await;
    says(
        &house,
        &admin,
        "f",
        "The app asked for the grant urn:example:made-up, which is not offered.",
        Some(
            "Use one that is: authorization_code, refresh_token, client_credentials, \
             urn:ietf:params:oauth:grant-type:device_code, password, \
             http://auth0.com/oauth/grant-type/password-realm.",
        ),
    )
    .await;
}

#[tokio::test]
async fn connections_and_origins() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    Visitor::new(&house).get(&party.authorize(&[("connection", "google-oauth2")])).await;
    says(
        &house,
        &admin,
        "f",
        "The app asked for the connection google-oauth2, which does not exist.",
        Some("Correct the name in the app; names are told apart letter by letter."),
    )
    .await;
    let machine = house.machine(&["create:connections"]).await;
    machine.post("/api/v2/connections", &json!({ "name": "Staff", "strategy": "auth0" })).await.is(201);
    house.advance(60);
    Visitor::new(&house).get(&party.authorize(&[("connection", "Staff")])).await;
    says(
        &house,
        &admin,
        "f",
        "Staff is not switched on for Single Page Application.",
        Some("Switch it on for this client."),
    )
    .await;
    let asked = party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", "v1.nothing")]);
    house.send(asked.header("origin", "https://elsewhere.test")).await;
    says(
        &house,
        &admin,
        "fco",
        "A page at https://elsewhere.test called us from JavaScript, and this client does not list that origin, so \
         the browser kept the answer from the page.",
        Some("Put the origin on Allowed Origins (CORS), if the page is one of this client's."),
    )
    .await;
}

/// A request that was pushed is refused in the same words.
#[tokio::test]
async fn a_pushed_request_is_explained_like_any_other() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let fields = [("client_id", party.client_id.as_str()), ("client_secret", "another secret than it has")];
    house.send(Asked::form("/oauth/par", &fields)).await.is(401);
    says(
        &house,
        &admin,
        "fpar",
        "The client secret that was sent is none of this client's. It may be an old one that was stopped, one of \
         another client, or cut off when it was copied.",
        Some("Reveal the secret and compare its ends with what the app has, or rotate it."),
    )
    .await;
}

/// A connection that no client lets in, and a user of it.
async fn somebody_of(house: &House, connection: &str, email: &str) {
    let machine = house.machine(&["create:connections", "create:users"]).await;
    let made = json!({ "name": connection, "strategy": "auth0" });
    machine.post("/api/v2/connections", &made).await.is(201);
    let user = json!({ "connection": connection, "email": email, "password": PASSWORD });
    machine.post("/api/v2/users", &user).await.is(201);
}

/// Hour and minute, ten minutes after the newest event of a type.
pub(super) async fn ten_minutes_after(house: &House, code: &str) -> String {
    let date = newest(house, code).await["date"].as_str().unwrap().to_owned();
    Timestamp::parse(&date).unwrap().after(Lifetime::from_seconds(600)).to_string()[11..16].to_owned()
}
