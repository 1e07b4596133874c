//! The callback doctor: the event's page, the card, the page that asks, "Test a URL", and the error page
//! of an admin. UX §8, row 6.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use super::form::{post, saved};
use crate::kit::{Answer, Asked, House, RelyingParty, Via, Visitor};

const LISTED: &str = "https://shop.test/callback";

async fn storefront(house: &House) -> RelyingParty<'_> {
    let settings = json!({ "name": "Storefront", "callbacks": [LISTED] });
    house.party_with(ClientKind::RegularWeb, Via::Post, settings).await
}

/// The answer of a stranger's request that is to return to `url`.
async fn refused(visitor: &Visitor<'_>, party: &RelyingParty<'_>, url: &str) -> Answer {
    visitor.get(&party.authorize(&[("redirect_uri", url)])).await
}

/// The path of the latest event about a refused address.
async fn event(house: &House) -> String {
    let events: Vec<Value> = house.logs().await;
    let is_it = |event: &&Value| ["f", "flo"].iter().any(|code| event["type"] == *code);
    let event = events.iter().find(is_it).expect("no refusal in the log");
    format!("/manage/logs/{}", event["log_id"].as_str().unwrap())
}

async fn callbacks(house: &House, party: &RelyingParty<'_>) -> Vec<String> {
    serde_json::from_value(saved(house, &party.client_id).await["callbacks"].clone()).unwrap()
}

#[tokio::test]
async fn an_extra_slash_is_marked_and_one_click_mends_it() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    let slashed = format!("{LISTED}/");
    let page = refused(&stranger, &party, &slashed).await.is(400).text();
    assert!(!page.contains("shop.test") && !page.contains("/manage"), "a stranger sees the URL: {page}");

    let path = event(&house).await;
    let page = admin.get(&path).await.is(200);
    let html = page.text();
    assert!(html.contains("The request ends with an extra slash."), "{html}");
    assert!(html.contains("callback<mark><span class=\"vh\">[differs: </span>/"), "{html}");
    let allow = format!("{path}/allow");
    let done = post(&admin, &page, &allow, &[]).await.is(303);
    assert_eq!(done.location(), path);
    assert_eq!(callbacks(&house, &party).await, [LISTED, &slashed]);
    let html = admin.get(&path).await.is(200).text();
    assert!(html.contains("It is on the list now.") && !html.contains("Allow this URL"), "{html}");
    assert!(html.contains(&format!("{slashed} is allowed for Storefront")), "no status line: {html}");
    refused(&stranger, &party, &slashed).await.is(303);

    // The same form again changes nothing; and the change is a change like any other.
    post(&admin, &page, &allow, &[]).await.is(303);
    assert_eq!(callbacks(&house, &party).await.len(), 2);
    let logs = house.logs().await;
    let change = logs.iter().find(|event| event["description"] == "Update a client").unwrap();
    assert_eq!(change["details"]["fields"], json!(["callbacks"]));
    assert_eq!(change["details"]["target"]["client_id"], party.client_id);
}

#[tokio::test]
async fn a_host_that_was_never_seen_is_typed_and_a_forged_form_does_not_help() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    for _ in 0..3 {
        refused(&stranger, &party, "https://evil.test/callback").await.is(400);
    }
    let path = event(&house).await;
    let page = admin.get(&path).await.is(200);
    let html = page.text();
    assert!(html.contains("Review…") && !html.contains("Allow this URL</button>"), "{html}");
    assert!(
        !admin.get("/manage/clients").await.text().contains("evil.test"),
        "a stranger's host is promoted"
    );

    let allow = format!("{path}/allow");
    let review = admin.get(&allow).await.is(200);
    let html = review.text();
    assert!(html.contains("<b dir=\"ltr\">evil.test</b>"), "{html}");
    assert!(html.contains("Doorward has never seen this host on <bdi>Storefront</bdi>."), "{html}");
    assert!(html.contains("3 requests from 192.0.2.1"), "{html}");
    for typed in [&[][..], &[("typed", "")], &[("typed", "shop.test")], &[("typed", "https://evil.test")]] {
        let html = post(&admin, &review, &allow, typed).await.is(422).text();
        assert!(html.contains("Type the host as it is: evil.test"), "{html}");
        assert_eq!(callbacks(&house, &party).await, [LISTED]);
    }
    post(&admin, &review, &allow, &[("typed", "EVIL.test")]).await.is(303);
    assert_eq!(callbacks(&house, &party).await, [LISTED, "https://evil.test/callback"]);
}

#[tokio::test]
async fn what_no_list_can_hold_has_no_button_and_no_form() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    // A form of another event, as somebody would forge it.
    refused(&stranger, &party, "http://localhost:3000/").await.is(400);
    let other = event(&house).await;
    let page = admin.get(&other).await.is(200);
    for url in [
        "javascript:alert(1)//`<script>`",
        "https://shop.test/callback#x",
        "https://shop.test/callback\r\nx: y",
        "https://shop.test%2Fcallback",
        "https://shop.test@evil.test/",
    ] {
        house.advance(60);
        refused(&stranger, &party, url).await.is(400);
        let path = event(&house).await;
        let html = admin.get(&path).await.is(200).text();
        assert!(!html.contains("/allow\"") && !html.contains("<script>`"), "{url}: {html}");
        assert!(!html.contains("href=\"javascript:"), "{url}: {html}");
        let mut fields = super::form::hidden(&page, &format!("{other}/allow"));
        fields.retain(|(name, _)| name != "_once");
        fields.push(("_once".to_owned(), format!("0123456789abcdef{}", path.len() + url.len())));
        fields.push(("typed".to_owned(), "evil.test".to_owned()));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = admin.post(&format!("{path}/allow"), &fields).await;
        assert!(answer.status.is_client_error(), "{url}: {}", answer.status);
        assert_eq!(callbacks(&house, &party).await, [LISTED], "{url}");
    }
}

#[tokio::test]
async fn a_stale_form_says_so_and_a_viewer_has_no_button() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    refused(&stranger, &party, "https://shop.test/other").await.is(400);
    let path = event(&house).await;
    let page = admin.get(&path).await.is(200);
    let machine = house.machine(&["update:clients"]).await;
    let change = json!({ "description": "changed meanwhile" });
    machine
        .send(Asked::json("PATCH", &format!("/api/v2/clients/{}", party.client_id), &change))
        .await
        .is(200);
    let html = post(&admin, &page, &format!("{path}/allow"), &[]).await.is(409).text();
    assert!(
        html.contains("Somebody changed this client meanwhile") && html.contains("Allow this URL"),
        "{html}"
    );
    assert_eq!(callbacks(&house, &party).await, [LISTED]);

    house.second_admin().await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", crate::kit::PASSWORD).await.is(303);
    let html = viewer.get(&path).await.is(200).text();
    assert!(html.contains("Same site, other path") && !html.contains("Allow this URL"), "{html}");
    viewer.get(&format!("{path}/allow")).await.is(403);
    assert!(!viewer.get("/manage/clients").await.is(200).text().contains("Allow this URL</button>"));
}

#[tokio::test]
async fn the_card_shows_the_most_frequent_and_goes_when_it_is_mended() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    assert!(!admin.get("/manage/clients").await.text().contains("turned away"));
    refused(&stranger, &party, "https://shop.test/CALLBACK").await.is(400);
    for _ in 0..3 {
        refused(&stranger, &party, "http://localhost:3000/callback").await.is(400);
    }
    let page = admin.get("/manage/clients").await.is(200);
    let html = page.text();
    assert!(html.contains("Storefront turned away 3 logins") && html.contains("See all 3"), "{html}");
    assert!(html.contains("Turning logins away"), "the status of the list disagrees: {html}");
    assert_eq!(html.matches("class=\"card doctor\"").count(), 1);
    let action = html.split("action=\"").map(|rest| rest.split('"').next().unwrap_or_default());
    let action = action.into_iter().find(|action| action.ends_with("/allow")).unwrap().to_owned();
    let done = post(&admin, &page, &action, &[("back", "clients")]).await.is(303);
    assert_eq!(done.location(), "/manage/clients");
    assert!(callbacks(&house, &party).await.contains(&"http://localhost:3000/callback".to_owned()));
    let html = admin.get("/manage/clients").await.text();
    assert!(html.contains("Storefront turned away 1 login<") && html.contains("case-sensitive"), "{html}");
}

/// The form beside the last sentence.
fn undo_of(page: &Answer) -> String {
    let html = page.text();
    let line = html.split("data-said>").nth(1).unwrap().split("</div>").next().unwrap();
    let action = line.split("action=\"").nth(1).unwrap_or_else(|| panic!("no Undo: {line}"));
    action.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test]
async fn what_was_allowed_can_be_taken_back_where_it_is_said() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    let slashed = format!("{LISTED}/");
    refused(&stranger, &party, &slashed).await.is(400);
    let path = event(&house).await;
    let allow = async |back: &[(&str, &str)]| {
        let page = admin.get(&path).await.is(200);
        let done = post(&admin, &page, &format!("{path}/allow"), back).await.is(303);
        admin.get(done.location()).await.is(200)
    };
    let page = allow(&[]).await;
    let undo = undo_of(&page);
    let done = post(&admin, &page, &undo, &[]).await.is(303);
    assert_eq!((done.location(), callbacks(&house, &party).await), (path.as_str(), vec![LISTED.to_owned()]));
    let html = admin.get(&path).await.text();
    assert!(html.contains("off the list of Storefront again") && html.contains("Allow this URL"), "{html}");
    refused(&stranger, &party, &slashed).await.is(400);
    // From the list of clients it leads back there; an old Undo does not touch what came later.
    let page = allow(&[("back", "clients")]).await;
    assert!(page.text().contains("<h1 tabindex=\"-1\">Clients</h1>"));
    let machine = house.machine(&["update:clients"]).await;
    let client = format!("/api/v2/clients/{}", party.client_id);
    machine.patch(&client, &json!({ "description": "changed meanwhile" })).await.is(200);
    let html = post(&admin, &page, &undo_of(&page), &[]).await.is(409).text();
    assert!(html.contains("Somebody changed this client meanwhile"), "{html}");
    assert_eq!(callbacks(&house, &party).await, [LISTED, &slashed]);
    machine.patch(&client, &json!({ "callbacks": [LISTED] })).await.is(200);
    let page = allow(&[]).await;
    machine.patch(&client, &json!({ "callbacks": [LISTED] })).await.is(200);
    post(&admin, &page, &undo_of(&page), &[]).await.is(303);
    assert!(admin.get(&path).await.text().contains("It was off the list already."));
}

#[tokio::test]
async fn a_card_that_was_dismissed_stays_away_for_that_cause_at_that_client() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    for _ in 0..2 {
        refused(&stranger, &party, "https://shop.test/CALLBACK").await.is(400);
    }
    refused(&stranger, &party, &format!("{LISTED}/")).await.is(400);
    let page = admin.get("/manage/clients").await.is(200);
    let html = page.text();
    assert!(html.contains("case-sensitive") && html.contains("1 more in the logs"), "{html}");
    let action = html.split("action=\"").map(|rest| rest.split('"').next().unwrap_or_default());
    let action =
        action.into_iter().find(|action| action.ends_with("/dismiss")).expect("no Dismiss").to_owned();
    let done = post(&admin, &page, &action, &[]).await.is(303);
    assert_eq!(done.location(), "/manage/clients");
    let page = admin.get("/manage/clients").await.is(200);
    let html = page.text();
    assert!(html.contains("Hidden in this browser."), "{html}");
    assert!(
        html.contains("extra slash") && !html.contains("case-sensitive"),
        "the next one is shown: {html}"
    );
    assert!(html.contains("Turning logins away"), "the status is still told: {html}");
    // The same cause comes again, and is still hidden; elsewhere it is shown.
    refused(&stranger, &party, "https://shop.test/CALLback").await.is(400);
    assert!(!admin.get("/manage/clients").await.text().contains("case-sensitive"));
    let settings = json!({ "name": "Billing", "callbacks": [LISTED] });
    let other = house.party_with(ClientKind::RegularWeb, Via::Post, settings).await;
    for _ in 0..3 {
        refused(&stranger, &other, "https://shop.test/CALLBACK").await.is(400);
    }
    assert!(admin.get("/manage/clients").await.text().contains("Billing turned away 3 logins"));

    post(&admin, &page, &undo_of(&page), &[]).await.is(303);
    let html = admin.get("/manage/clients").await.text();
    assert!(html.contains("It is shown again.") && html.contains("3 more in the logs"), "{html}");
}

#[tokio::test]
async fn a_refused_logout_is_explained_too() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    let query = format!("/v2/logout?client_id={}&returnTo=https://shop.test/bye", party.client_id);
    stranger.get(&query).await.is(400);
    let path = event(&house).await;
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("Allow this URL</button>"), "{}", page.text());
    post(&admin, &page, &format!("{path}/allow"), &[]).await.is(303);
    assert_eq!(stranger.get(&query).await.is(302).location(), "https://shop.test/bye");
    // Without a client the tenant's list counts, and there is no client to change.
    house.advance(60);
    stranger.get("/v2/logout?returnTo=https://else.test/").await.is(400);
    let html = admin.get(&event(&house).await).await.is(200).text();
    assert!(html.contains("The request names no client") && !html.contains("/allow\""), "{html}");
}

#[tokio::test]
async fn an_admin_reads_the_reason_on_the_error_page_and_nobody_else_does() {
    let house = House::new().await;
    let (admin, party, stranger) = (house.admin().await, storefront(&house).await, Visitor::new(&house));
    let slashed = format!("{LISTED}/");
    let html = refused(&admin, &party, &slashed).await.is(400).text();
    assert!(html.contains("Only you see this") && html.contains("extra slash"), "{html}");
    assert!(html.contains("callback<mark>"), "{html}");
    assert!(!html.contains(&format!("href=\"{slashed}")), "the URL is a link: {html}");
    let event = event(&house).await;
    assert!(html.contains(&format!("href=\"{event}\"")), "{event} is not linked: {html}");
    admin.get(&event).await.is(200);

    let other = house.second_tenant("other.test").await;
    let theirs = Visitor::new(&other);
    // A session of this tenant's admin says nothing at another tenant, and a made-up one nothing at all.
    let foreign = other.party_with(ClientKind::RegularWeb, Via::Post, json!({ "callbacks": [LISTED] })).await;
    let cookie = admin.cookie("__Host-dw-admin").unwrap();
    theirs.set_cookie("__Host-dw-admin", &cookie);
    let html = refused(&theirs, &foreign, &slashed).await.is(400).text();
    assert!(!html.contains("shop.test"), "{html}");
    stranger.set_cookie("__Host-dw-admin", "made-up");
    let html = refused(&stranger, &party, &slashed).await.is(400).text();
    assert!(!html.contains("shop.test") && html.contains("Reference"), "{html}");
    // An event of this tenant does not exist for the other.
    other.send(theirs.dressed(Asked::get(&event))).await.is(303);
}

#[tokio::test]
async fn a_url_can_be_tried_before_anybody_logs_in() {
    let house = House::new().await;
    let (admin, party) = (house.admin().await, storefront(&house).await);
    let path = format!("/manage/clients/{}/test-url", party.client_id);
    let ask = async |query: &str| admin.get(&format!("{path}{query}")).await.is(200).text();
    let html = ask("").await;
    assert!(html.contains("Test a URL") && !html.contains("Not allowed"), "{html}");
    let html = ask("?url=https%3A%2F%2Fshop.test%2Fcallback").await;
    assert!(html.contains("Allowed</h2>") && !html.contains("Not allowed"), "{html}");
    let html = ask("?url=https%3A%2F%2Fshop.test%2Fcallback%20").await;
    assert!(html.contains("The request ends with a space.") && html.contains("␠"), "{html}");
    let html = ask("?url=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E").await;
    assert!(!html.contains("<script>alert"), "{html}");
    let html = ask("?url=https%3A%2F%2Fshop.test%2Fcallback&after=logout").await;
    assert!(html.contains("It is on your callback list, not on the logout list."), "{html}");
    assert!(ask(&format!("?url={}", "x".repeat(50_000))).await.contains("Not allowed"));
    assert_eq!(callbacks(&house, &party).await, [LISTED]);
    let settings = admin.get(&format!("/manage/clients/{}/settings", party.client_id)).await.text();
    assert!(settings.contains(&format!("href=\"{path}\"")), "Settings does not lead here");
}
