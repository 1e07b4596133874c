//! What every page of the dashboard has: its policy, its frame, its colours.

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};
use doorward_model::client::kind::ClientKind;
use serde_json::json;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

#[tokio::test]
async fn every_page_has_the_one_policy_and_no_inline_script_or_style() {
    let house = House::new().await;
    let admin = house.admin().await;
    let id = house.logs().await[0]["log_id"].as_str().unwrap().to_owned();
    for path in [
        "/manage",
        "/manage/logs",
        "/manage/logs?outcome=failed",
        "/manage/login",
        &format!("/manage/logs/{id}"),
    ] {
        let page = admin.get(path).await.is(200);
        assert_eq!(page.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        let html = page.text();
        assert!(
            !html.contains(" style=") && !html.contains("<style") && !html.contains(" onclick"),
            "{path}"
        );
        let scripts = html.matches("<script").count();
        assert_eq!(scripts, html.matches("<script src=\"/assets/").count(), "{path}");
    }
}

#[tokio::test]
async fn the_first_steps_tick_themselves_when_they_are_true_and_then_go() {
    let house = House::new().await;
    let admin = house.admin().await;
    let done = async |count: &str| {
        let html = admin.get("/manage").await.is(200).text();
        assert!(html.contains(&format!("{count} of 5 done")), "not {count}: {html}");
    };
    done("1").await;
    let bare = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "callbacks": [] })).await;
    done("2").await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    done("3").await;
    assert_ne!(bare.client_id, party.client_id);
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    done("4").await;
    house.second_admin().await;
    assert!(!admin.get("/manage").await.is(200).text().contains("First steps"));
}

#[tokio::test]
async fn a_viewer_may_look_and_is_told_so() {
    let house = House::new().await;
    house.admin().await;
    house.second_admin().await;
    let viewer = Visitor::new(&house);
    viewer.enter_dashboard("viewer@example.com", PASSWORD).await.is(303);
    assert!(viewer.get("/manage").await.is(200).text().contains("Viewer"));
    viewer.get("/manage/logs").await.is(200);
}

#[tokio::test]
async fn colours_are_chosen_and_kept() {
    let house = House::new().await;
    let admin = house.admin().await;
    let choose = async |theme: &str| {
        let page = admin.get("/manage/logs?kind=admin").await.is(200);
        let fields = page.form_to("/manage/theme").fields;
        let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.push(("theme", theme));
        assert_eq!(admin.post("/manage/theme", &fields).await.is(303).location(), "/manage/logs?kind=admin");
        admin.get("/manage").await.is(200).text()
    };
    assert!(choose("dark").await.contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(choose("\"><script>").await.contains("<html lang=\"en\">"));
    assert!(choose("light").await.contains("data-theme=\"light\""));
    assert!(choose("system").await.contains("<html lang=\"en\">"));
}
