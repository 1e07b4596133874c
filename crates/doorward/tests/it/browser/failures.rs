//! Each failure that the plan names and that can happen here: its event is opened in the browser, and says why and what
//! to do. Source: UX §1.9, "The first twenty why and fix texts"; §8, check 10.

use doorward_model::client::kind::ClientKind;
use doorward_model::time::{Lifetime, Timestamp};
use serde_json::json;

use super::{Browser, OpenHouse};
use crate::events::newest;
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

/// What happened, and what its page has to say.
#[derive(Default)]
struct Day(Vec<(String, Vec<String>)>);

impl Day {
    /// Notes the newest event of that type.
    async fn had(&mut self, house: &House, code: &str, told: &[&str]) {
        let id = newest(house, code).await["log_id"].as_str().unwrap().to_owned();
        self.0.push((id, told.iter().map(|text| (*text).to_owned()).collect()));
    }
}

#[tokio::test]
async fn each_failure_of_the_plan_says_why_and_what_to_do() {
    let Some(browser) = Browser::start().await else { return };
    let house = OpenHouse::new().await;
    let shop = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let mut day = Day::default();
    addresses(&house, &shop, &mut day).await;
    proofs(&house, &shop, &mut day).await;
    codes(&house, &shop, &mut day).await;
    grants(&house, &mut day).await;
    choices(&house, &shop, &mut day).await;
    people(&house, &shop, &mut day).await;
    assert_eq!(day.0.len(), 19, "one of each row, and some have two");
    browser.set_up(&house).await;
    for (id, told) in &day.0 {
        browser.open(&house.page(&format!("/manage/logs/{id}"))).await;
        browser.sees("Why").await;
        for text in told {
            browser.sees(text).await;
        }
    }
    browser.end().await;
}

async fn addresses(house: &House, shop: &RelyingParty<'_>, day: &mut Day) {
    let visitor = Visitor::new(house);
    visitor.get(&shop.authorize(&[("redirect_uri", "https://app.test/callback/")])).await.is(400);
    day.had(house, "f", &["The request ends with an extra slash.", "Allow this URL"]).await;
    let leave = format!("/v2/logout?client_id={}&returnTo=https://app.test/goodbye", shop.client_id);
    visitor.get(&leave).await.is(400);
    let why = "Same site, other path: /goodbye and you allow /bye.";
    day.had(house, "flo", &[why, "Allow this URL"]).await;
    let asked = shop.token_request(&[("grant_type", "refresh_token"), ("refresh_token", "v1.nothing")]);
    house.send(asked.header("origin", "https://elsewhere.test")).await.is(400);
    let why = "A page at https://elsewhere.test called us from JavaScript, and this client does not list that origin, \
               so the browser kept the answer from the page.";
    let fix = "Put the origin on Allowed Origins (CORS), if the page is one of this client's.";
    day.had(house, "fco", &[why, fix]).await;
}

async fn proofs(house: &House, shop: &RelyingParty<'_>, day: &mut Day) {
    let as_shop = |secret: &str, via| RelyingParty {
        house,
        client_id: shop.client_id.clone(),
        secret: secret.to_owned(),
        callback: shop.callback.clone(),
        via,
    };
    as_shop("another secret than it has", Via::Post).refresh("v1.whatever").await.is(401);
    let why = "The client secret that was sent is none of this client's. It may be an old one that was stopped, one of \
               another client, or cut off when it was copied.";
    let fix = "Reveal the secret and compare its ends with what the app has, or rotate it.";
    day.had(house, "fertft", &[why, fix]).await;
    as_shop("", Via::None).refresh("v1.whatever").await.is(401);
    let why = "The app sent no client secret, and this client has one. Post and Basic are both taken.";
    day.had(house, "fertft", &[why, "See in the guide how the app sends it."]).await;
    Visitor::new(house).get("/authorize?client_id=nobodyHasThisId&response_type=code").await.is(400);
    let why = "The app sent the client_id nobodyHasThisId, and no client of this tenant has it.";
    let fix = "Compare the Client ID in the app with the list of clients. A client of another tenant, or one that was \
               deleted, is not known here.";
    day.had(house, "f", &[why, fix]).await;
}

async fn codes(house: &House, shop: &RelyingParty<'_>, day: &mut Day) {
    let spa = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(house);
    visitor.get(&spa.authorize(&[("code_challenge", ""), ("code_challenge_method", "")])).await;
    let why = "A client without a secret proves with PKCE that it began the login; this app sent no code_challenge.";
    day.had(house, "f", &[why, "Switch PKCE on in the app's library, or use one that has it."]).await;
    let code = shop.code(&visitor, EMAIL, PASSWORD).await;
    shop.swap_with(&code, &[("code_verifier", "another-verifier-than-that-of-this-very-login")])
        .await
        .is(400);
    let why = "The app did not prove that it began this login (PKCE): its code_verifier belongs to another one. Usually \
               the login began in another tab, or before the app was restarted.";
    let fix = "Start the login again, and keep one verifier for each login that is under way.";
    day.had(house, "feacft", &[why, fix]).await;
    let fresh = async || visitor.get(&shop.authorize(&[])).await.query("code").unwrap();
    let code = fresh().await;
    shop.swap(&code).await.is(200);
    shop.swap(&code).await.is(400);
    let why = "The code was used less than 0.1 s earlier by the same address. Usually the page of the callback ran \
               twice: somebody reloaded it, or React's strict mode did.";
    let fix = "Let the callback page exchange its code once and then leave its address.";
    day.had(house, "feacft", &[why, fix]).await;
    let code = fresh().await;
    house.advance(61);
    shop.swap(&code).await.is(400);
    let why = "The code was exchanged too late: it is good for one minute.";
    let fix = "Let the app exchange the code at once when it arrives at the callback.";
    day.had(house, "feacft", &[why, fix]).await;
}

async fn grants(house: &House, day: &mut Day) {
    let people = house.party(ClientKind::RegularWeb, Via::Post).await;
    let program = house.party(ClientKind::NonInteractive, Via::Post).await;
    let ask = async |party: &RelyingParty<'_>, audience: &str, scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("audience", audience), ("scope", scope)];
        party.token(&fields).await
    };
    ask(&people, "https://nowhere.test/", "").await.is(403);
    let why = "The client may not use the client_credentials grant. Add it to its grant types.";
    day.had(house, "feccft", &[why, "Switch the grant on, if this client is meant to use it."]).await;
    ask(&program, "https://nowhere.test/", "").await.is(403);
    let why = "The app asked for the API https://nowhere.test/, which does not exist in this tenant.";
    let fix =
        "Compare the audience with the identifiers of the APIs, letter by letter; a slash at the end counts.";
    day.had(house, "feccft", &[why, fix]).await;
    let api = "https://orders.test/";
    house.make_api(api, "Orders", &[("read:orders", "Read"), ("write:orders", "Write")]).await;
    let machine = house.machine(&["create:client_grants"]).await;
    let grant = json!({ "client_id": program.client_id, "audience": api, "scope": ["read:orders"] });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    ask(&program, api, "write:orders").await;
    let why =
        "The app asked for write:orders, and nothing of that was granted to it; granted is: read:orders.";
    day.had(house, "feccft", &[why, "Grant the scope, or let the app ask for what it has."]).await;
}

async fn choices(house: &House, shop: &RelyingParty<'_>, day: &mut Day) {
    let machine = house.machine(&["create:connections"]).await;
    machine.post("/api/v2/connections", &json!({ "name": "Staff", "strategy": "auth0" })).await.is(201);
    Visitor::new(house).get(&shop.authorize(&[("connection", "Staff")])).await;
    let why = "Staff is not switched on for Storefront.";
    day.had(house, "f", &[why, "Switch it on for this client."]).await;
    let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(house);
    let asks = visitor.log_in(&partner.authorize(&[]), EMAIL, PASSWORD).await;
    let page = visitor.get(asks.location()).await.is(200);
    visitor.press(&page, "deny").await;
    day.had(house, "f", &["The person was asked what the app may do, and pressed Decline."]).await;
}

async fn people(house: &House, shop: &RelyingParty<'_>, day: &mut Day) {
    let log_in = async |name: &str, password: &str| {
        Visitor::new(house).log_in(&shop.authorize(&[]), name, password).await
    };
    log_in("nobody@example.com", PASSWORD).await;
    let why = "Nobody in Username-Password-Authentication has this email address.";
    let fix = "Look whether the address is mistyped. If the person is new, make the user, or let another connection of \
               this client in that knows them.";
    day.had(house, "fu", &[why, fix]).await;
    for _ in 0..3 {
        log_in(EMAIL, "a wrong password").await;
    }
    let why = "The person is known in Username-Password-Authentication, but the password was another one, 3 times in \
               ten minutes.";
    let fix =
        "The person can try again. Set a new password with PATCH /api/v2/users/{id} of the Management API.";
    day.had(house, "fp", &[why, fix]).await;
    // What is wrong once more within the minute would be counted onto that event.
    house.advance(60);
    for _ in 0..8 {
        log_in(EMAIL, "a wrong password").await;
    }
    let date = newest(house, "limit_wc").await["date"].as_str().unwrap().to_owned();
    let end = Timestamp::parse(&date).unwrap().after(Lifetime::from_seconds(600)).to_string();
    let why = format!(
        "Too many wrong passwords came for this account from one address, so that address may not try this account \
         until {} UTC at the latest.",
        &end[11..16]
    );
    let fix = "Wait until then, or end it now with DELETE /api/v2/user-blocks of the Management API. If it was not the \
               person, somebody is guessing: the account needs a strong password.";
    day.had(house, "limit_wc", &[&why, fix]).await;
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    let then = Timestamp::from_seconds(house.now()).to_string();
    house.advance(601);
    log_in(EMAIL, PASSWORD).await;
    let why = format!("The person was blocked by Machine on {} at {} UTC.", &then[..10], &then[11..16]);
    let fix = "Unblock them with PATCH /api/v2/users/{id} of the Management API: blocked is false.";
    day.had(house, "f", &[&why, fix]).await;
}
