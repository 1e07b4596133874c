//! Markup that strangers put into addresses: on every page that takes something it stays text (HTML, "Escaping").

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{Answer, EMAIL, House, PASSWORD, Via, Visitor};

const MARKUP: &str = "\"'><script>alert(1)</script>";

#[track_caller]
fn is_text(answer: &Answer, what: &str) {
    let text = answer.text();
    assert!(!text.contains("<script>alert") && !text.contains("\"'>"), "{what}: {text}");
}

/// CVE-2019-8400, CVE-2024-41658, CVE-2026-33525: markup in any parameter stays text.
#[tokio::test]
async fn markup_in_parameters_stays_text() {
    const OF_A_REQUEST: &str = "acr_values audience claims claims_locales client_id code_challenge code_challenge_method \
        connection display id_token_hint login_hint max_age nonce organization prompt realm redirect_uri registration \
        request request_uri resource response_mode response_type scope screen_hint state ui_locales unknown";
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let mut shown = 0;
    for name in OF_A_REQUEST.split_whitespace() {
        let visitor = Visitor::new(&house);
        let answer = visitor.get(&party.authorize(&[(name, MARKUP)])).await;
        is_text(&answer, name);
        if let Some(next) = answer.header("location").filter(|to| to.contains("/u/login")) {
            let page = visitor.get(next).await.is(200);
            is_text(&page, name);
            assert_eq!(page.text().contains("alert(1)"), name == "login_hint", "{name}");
            shown += 1;
        }
    }
    assert!(shown > 10, "only {shown} of them led to a login");
    let named = json!({ "name": MARKUP.replace(['<', '>'], "") });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, named).await;
    let page = Visitor::new(&house).to_login(&party.authorize(&[("login_hint", MARKUP)])).await;
    assert!(!page.text().contains("<script>alert"));
}

/// The same where an answer is a page that a script or a form sends on, and in all other addresses that take something.
#[tokio::test]
async fn markup_in_addresses_and_answers_stays_text() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    // What an answer carries must not stand in the database, and what is refused below does, in the log.
    let state = format!("{MARKUP} of the client");
    let form = party.authorize(&[("response_mode", "form_post"), ("state", &state)]);
    let posted = Visitor::new(&house).log_in(&form, EMAIL, PASSWORD).await.is(200);
    assert!(posted.text().contains("alert(1)"), "the state is on the page");
    is_text(&posted, "form_post");
    let message = party.authorize(&[("response_mode", "web_message"), ("prompt", "none"), ("state", &state)]);
    let told = house.get(&message).await.is(200);
    assert!(told.text().contains("alert(1)"), "the state is in the message");
    assert!(!told.text().contains("<script>alert"), "{}", told.text());
    // Each its own, for the same reason.
    let with_markup = |address: &str| {
        let markup = format!("{MARKUP} at {}", address.trim_end_matches('='));
        let markup: String = url::form_urlencoded::byte_serialize(markup.as_bytes()).collect();
        format!("{address}{markup}")
    };
    for address in [
        "/activate?user_code=",
        "/oidc/logout?post_logout_redirect_uri=",
        "/oidc/logout?id_token_hint=",
        "/oidc/logout?client_id=",
        "/oidc/logout?state=",
        "/oidc/logout?ui_locales=",
        "/v2/logout?returnTo=",
        "/v2/logout?client_id=",
        "/u/login?state=",
        "/u/consent?state=",
        "/u/applications?taken_back=",
        "/manage/login?to=",
    ] {
        is_text(&Visitor::new(&house).get(&with_markup(address)).await, address);
    }
    let admin = house.admin().await;
    for address in [
        "/manage/clients?q=",
        "/manage/clients?status=",
        "/manage/clients?type=",
        "/manage/logs?q=",
        "/manage/logs?person=",
        "/manage/logs?ip=",
        "/manage/logs?client=",
        "/manage/logs?connection=",
        "/manage/logs?time=custom&from=",
        "/manage/api?q=",
    ] {
        is_text(&admin.get(&with_markup(address)).await, address);
    }
}
