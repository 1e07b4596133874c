//! The Quick Start tab over its wire: the port, the package manager, the secret in the code, and a
//! token that is got from the page.

use std::io::{Cursor, Read as _};

use doorward_model::client::kind::ClientKind;
use serde_json::json;
use zip::ZipArchive;

use super::form::hidden;
use crate::kit::{Answer, House, PASSWORD, Via, Visitor};

async fn send(admin: &Visitor<'_>, page: &Answer, action: &str, more: &[(&str, &str)]) -> Answer {
    let fields = hidden(page, action);
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend(more);
    admin.post(action.split('#').next().unwrap(), &fields).await
}

fn env_of(zip: &Answer, path: &str) -> String {
    let mut zip = ZipArchive::new(Cursor::new(zip.body.clone())).unwrap();
    let mut text = String::new();
    zip.by_name(path).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn every_type_of_client_has_a_guide() {
    let house = House::new().await;
    let admin = house.admin().await;
    for (kind, via, name) in [
        (ClientKind::Native, Via::None, "Command line (Node.js)"),
        (ClientKind::Spa, Via::None, "React"),
        (ClientKind::RegularWeb, Via::Post, "Express"),
        (ClientKind::NonInteractive, Via::Post, "curl"),
    ] {
        let party = house.party(kind, via).await;
        let tab = admin.get(&format!("/manage/clients/{}/quickstart", party.client_id)).await.is(200).text();
        assert!(tab.contains(&format!(">{name}</a>")), "{kind:?}: {tab}");
    }
}

#[tokio::test]
async fn another_port_stands_in_every_block_in_the_needs_and_in_the_download() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let guide = format!("/manage/clients/{}/quickstart/react", party.client_id);
    let html = admin.get(&format!("{guide}?port=4123")).await.is(200).text();
    assert!(html.contains("PORT=4123") && html.contains("http://localhost:4123/callback"), "{html}");
    assert!(!html.contains("5173"), "{html}");
    let zip = admin.get(&format!("{guide}/sample.zip?port=4123")).await.is(200);
    assert!(env_of(&zip, "react/.env").contains("PORT=4123"));

    let page = admin.get(&format!("{guide}?port=4123")).await;
    let added = send(&admin, &page, &format!("{guide}/needs?port=4123"), &[]).await.is(303);
    assert_eq!(added.location(), format!("{guide}?port=4123"));
    let machine = house.machine(&["read:clients"]).await;
    let client = machine.get(&format!("/api/v2/clients/{}", party.client_id)).await.is(200).json();
    assert_eq!(client["callbacks"][1], "http://localhost:4123/callback");
    assert_eq!(client["allowed_origins"][0], "http://localhost:4123");

    for bad in ["0", "70000", "x%22%3E%3Cscript%3E"] {
        let html = admin.get(&format!("{guide}?port={bad}")).await.is(422).text();
        assert!(html.contains("Enter the number of a port") && html.contains("PORT=5173"), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}

#[tokio::test]
async fn the_package_manager_is_chosen_by_the_address_and_remembered() {
    let house = House::new().await;
    let admin = house.admin().await;
    let spa = house.party(ClientKind::Spa, Via::None).await.client_id;
    let native = house.party(ClientKind::Native, Via::None).await.client_id;
    let react = format!("/manage/clients/{spa}/quickstart/react");
    assert!(admin.get(&react).await.is(200).text().contains("npm install @auth0/auth0-react"));
    let html = admin.get(&format!("{react}?packages=pnpm&port=4000")).await.is(200).text();
    assert!(html.contains("pnpm add @auth0/auth0-react") && html.contains("pnpm run dev"), "{html}");
    assert!(html.contains("?port=4000&#38;packages=yarn#"), "the port stays: {html}");
    let next = admin.get(&format!("/manage/clients/{native}/quickstart/command-line")).await.is(200).text();
    assert!(next.contains("pnpm add openid-client") && next.contains("pnpm start"), "{next}");
    let odd = admin.get(&format!("{react}?packages=rm")).await.is(200).text();
    assert!(odd.contains("pnpm add"), "nonsense does not count");
}

#[tokio::test]
async fn the_secret_comes_into_the_code_after_a_fresh_sign_in_only() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let guide = format!("/manage/clients/{}/quickstart/express", party.client_id);
    let page = admin.get(&format!("{guide}?port=4000")).await.is(200);
    assert!(page.text().contains("CLIENT_SECRET=••••••••") && !page.text().contains(&party.secret));
    let action = page.text().split("action=\"").find(|rest| rest.contains("/secret?")).unwrap().to_owned();
    let action = action.split('"').next().unwrap().to_owned();

    let shown = send(&admin, &page, &action, &[]).await.is(200);
    assert!(shown.text().contains(&format!("CLIENT_SECRET={}", party.secret)), "{}", shown.text());
    assert!(shown.text().contains("BASE_URL=http://localhost:4000"), "the port stays");
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    assert!(house.log_types().await.contains(&"mgmt_api_read".to_owned()));
    assert!(!admin.get(&guide).await.text().contains(&party.secret));

    house.advance(16 * 60);
    let asks = send(&admin, &page, &action, &[]).await.is(422);
    assert!(asks.text().contains("Confirm it is you") && !asks.text().contains(&party.secret));
    let again = action.split('#').next().unwrap();
    let wrong = send(&admin, &asks, again, &[("password", "wrong horse battery")]).await.is(422);
    assert!(wrong.text().contains("This is not your password.") && !wrong.text().contains(&party.secret));
    let right = send(&admin, &asks, again, &[("password", PASSWORD)]).await.is(200);
    assert!(right.text().contains(&party.secret));
}

/// Whoever typed the password for a download is where they were, with the port they chose, and the
/// download begins by itself, once.
#[tokio::test]
async fn a_download_with_the_secret_asks_for_the_password_and_comes_back_to_the_guide() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let guide = format!("/manage/clients/{}/quickstart/express", party.client_id);
    let sample = format!("{guide}/sample.zip?port=4000");
    let html = admin.get(&format!("{guide}?port=4000")).await.is(200).text();
    assert!(
        html.contains("With the client secret") && html.contains("name=\"port\" value=\"4000\""),
        "{html}"
    );
    let zip = admin.get(&format!("{sample}&secret=on")).await.is(200);
    assert!(env_of(&zip, "express/.env").contains(&party.secret));

    house.advance(16 * 60);
    let without = admin.get(&sample).await.is(200);
    assert_eq!(without.header("content-type"), Some("application/zip"), "nothing secret needs no password");
    assert!(env_of(&without, "express/.env").contains("BASE_URL=http://localhost:4000"));
    assert!(!env_of(&without, "express/.env").contains(&party.secret));
    let asks = admin.get(&format!("{sample}&secret=on")).await.is(200);
    assert!(asks.text().contains("Confirm it is you to download the sample."), "{}", asks.text());
    assert!(asks.text().contains(&format!("href=\"{guide}?port=4000\">Cancel</a>")), "{}", asks.text());
    let wrong = send(&admin, &asks, &sample, &[("password", "wrong horse battery")]).await.is(422);
    assert!(wrong.text().contains("This is not your password."), "{}", wrong.text());

    let right = send(&admin, &asks, &sample, &[("password", PASSWORD)]).await.is(303);
    let back = right.location().to_owned();
    assert!(back.starts_with(&format!("{guide}?port=4000&")), "{back}");
    let page = admin.get(&back).await.is(200).text();
    let begins = format!("content=\"0; url={guide}/sample.zip?port=4000&#38;secret=on\"");
    assert!(page.contains(&begins) && page.contains("BASE_URL=http://localhost:4000"), "{page}");
    assert!(page.contains("It is you. The sample is being downloaded."), "{page}");
    let zip = admin.get(&format!("{sample}&secret=on")).await.is(200);
    assert!(env_of(&zip, "express/.env").contains(&party.secret));
    let again = admin.get(&back).await.is(200).text();
    assert!(!again.contains("http-equiv"), "a page that is loaded again downloads again: {again}");
}

/// What the page says of the secret is so: the admin's own try is its last use.
#[tokio::test]
async fn a_token_that_an_admin_got_counts_as_a_use_of_the_secret_and_the_page_says_so() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    house.grant_management_api(&party.client_id, &["read:clients"]).await;
    let guide = format!("/manage/clients/{}/quickstart/curl", party.client_id);
    let page = admin.get(&guide).await.is(200);
    assert!(
        page.text().contains("counts as a use of the client secret, from your address"),
        "{}",
        page.text()
    );
    let audience = house.api();
    let api = [("audience", audience.as_str())];
    send(&admin, &page, &format!("{guide}/token#token"), &api).await.is(200);
    let rotate = format!("/manage/clients/{}/rotate", party.client_id);
    let page = admin.get(&rotate).await.is(200);
    let shown = send(&admin, &page, &rotate, &[("old_life", "hour")]).await.is(200).text();
    let strip =
        shown.split("class=\"old-secret\"").nth(1).expect("no old secret").split("</div>").next().unwrap();
    assert!(strip.contains("last used") && strip.contains("192.0.2.1"), "{strip}");
}

#[tokio::test]
async fn a_token_is_got_from_the_page_as_the_program_gets_it() {
    const API: &str = "https://orders.test/";
    let house = House::new().await;
    let admin = house.admin().await;
    house.make_api(API, "Orders", &[("read:orders", "See orders")]).await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let guide = format!("/manage/clients/{}/quickstart/curl", party.client_id);
    let none = admin.get(&guide).await.is(200).text();
    assert!(none.contains("may not call any API yet") && none.contains("Choose its APIs"), "{none}");

    let machine = house.machine(&["create:client_grants"]).await;
    let grant = json!({ "client_id": party.client_id, "audience": API, "scope": ["read:orders"] });
    machine.post("/api/v2/client-grants", &grant).await.is(201);
    let (page, action) = (admin.get(&guide).await.is(200), format!("{guide}/token#token"));
    let got = send(&admin, &page, &action, &[("audience", API)]).await.is(200).text();
    assert!(got.contains("with the scope read:orders"), "{got}");
    assert!(got.contains("&#34;aud&#34;: &#34;https://orders.test/&#34;"), "{got}");
    assert!(got.contains("curl --header &#39;Authorization: Bearer ey"), "{got}");
    let types = house.log_types().await;
    assert!(types.contains(&"seccft".to_owned()) && types.contains(&"mgmt_api_read".to_owned()), "{types:?}");

    let other = [("audience", "https://nowhere.test/")];
    let refused = send(&admin, &page, &action, &other).await.is(422).text();
    assert!(refused.contains("access_denied: Service not found: https://nowhere.test/"), "{refused}");

    house.advance(16 * 60);
    let asks = send(&admin, &page, &action, &[("audience", API)]).await.is(422);
    assert!(asks.text().contains("Confirm it is you to get a token."), "{}", asks.text());
    let confirmed = [("audience", API), ("password", PASSWORD)];
    let got = send(&admin, &asks, &format!("{guide}/token"), &confirmed).await.is(200).text();
    assert!(got.contains("with the scope read:orders"), "{got}");
}
