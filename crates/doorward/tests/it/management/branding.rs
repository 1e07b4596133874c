//! `/api/v2/branding` and `/api/v2/email-templates`: stored, checked, given back as sent.

use serde_json::json;

use crate::kit::House;

const BRANDING: &str = "/api/v2/branding";
const TEMPLATE: &str = "/api/v2/branding/templates/universal-login";
const EMAILS: &str = "/api/v2/email-templates";
const ALL: &[&str] = &[
    "read:branding",
    "update:branding",
    "delete:branding",
    "read:email_templates",
    "create:email_templates",
    "update:email_templates",
];
const PAGE: &str =
    "<!DOCTYPE html><html><head>{%- auth0:head -%}</head><body>{%- auth0:widget -%}</body></html>";

#[tokio::test]
async fn how_pages_look_is_kept_member_by_member_and_logged() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    assert_eq!(machine.get(BRANDING).await.is(200).json(), json!({}));
    let sent = json!({
        "colors": { "primary": "#0059d6", "page_background": "#000000" },
        "favicon_url": "https://a.test/favicon.ico", "logo_url": "https://a.test/logo.png",
        "font": { "url": "https://a.test/font.woff" },
    });
    assert_eq!(machine.patch(BRANDING, &sent).await.is(200).json(), sent);
    let change = json!({ "colors": { "page_background": null }, "logo_url": null });
    let changed = machine.patch(BRANDING, &change).await.is(200).json();
    assert_eq!(changed["colors"], json!({ "primary": "#0059d6" }));
    assert!(changed.get("logo_url").is_none(), "{changed}");
    assert_eq!(machine.get(BRANDING).await.is(200).json(), changed);
    // What GET gave can be sent and changes nothing, not even the log.
    machine.patch(BRANDING, &changed).await.is(200);
    let logs = house.logs().await;
    let events: Vec<_> = logs.iter().filter(|event| event["description"] == "Update the branding").collect();
    assert_eq!(events.len(), 2);
    for bad in [
        json!({ "colors": { "primary": "red" } }),
        json!({ "colors": { "primary": "#0059d6; background: url(//evil.test)" } }),
        json!({ "logo_url": "javascript:alert(1)" }),
        json!({ "nonsense": true }),
    ] {
        assert_eq!(machine.patch(BRANDING, &bad).await.is(400).json()["errorCode"], "invalid_body", "{bad}");
    }
    let form = b"colors[primary]=%23ffffff".to_vec();
    let changed =
        machine.raw("PATCH", BRANDING, "application/x-www-form-urlencoded", form).await.is(200).json();
    assert_eq!(changed["colors"]["primary"], "#ffffff");
}

#[tokio::test]
async fn a_template_is_given_back_byte_for_byte_and_is_not_rendered() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let missing = machine.get(TEMPLATE).await.is(404).json();
    assert_eq!(missing["errorCode"], "inexistent_templates_universal_login");
    machine.raw("PUT", TEMPLATE, "text/html", PAGE.as_bytes().to_vec()).await.is(201);
    assert_eq!(machine.get(TEMPLATE).await.is(200).json(), json!({ "body": PAGE }));
    let other = format!("{PAGE}<!-- second -->");
    let sent = json!({ "template": other }).to_string().into_bytes();
    machine.raw("PUT", TEMPLATE, "application/json", sent).await.is(204);
    assert_eq!(machine.get(TEMPLATE).await.is(200).json()["body"], other);
    for bad in ["", "<html>", "{%- auth0:head -%}"] {
        machine.raw("PUT", TEMPLATE, "text/html; charset=utf-8", bad.as_bytes().to_vec()).await.is(400);
    }
    machine.raw("PUT", TEMPLATE, "text/html", vec![0xff]).await.is(400);
    machine.raw("PUT", TEMPLATE, "text/plain", PAGE.as_bytes().to_vec()).await.is(415);
    machine.raw("PUT", TEMPLATE, "application/json", b"{\"page\":1}".to_vec()).await.is(400);
    assert_eq!(machine.get(TEMPLATE).await.is(200).json()["body"], other);
    machine.delete(TEMPLATE).await.is(204);
    machine.delete(TEMPLATE).await.is(204);
    machine.get(TEMPLATE).await.is(404);
}

#[tokio::test]
async fn an_email_template_is_made_changed_and_replaced_by_its_name() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let path = format!("{EMAILS}/welcome_email");
    let missing = machine.get(&path).await.is(404).json();
    assert_eq!(missing["errorCode"], "inexistent_email_template");
    let sent = json!({
        "template": "welcome_email", "body": "<p>Hello {{ user.name }}</p>", "from": "Acme <a@acme.test>",
        "resultUrl": null, "subject": "Welcome", "syntax": "liquid", "urlLifetimeInSeconds": 3600, "enabled": true,
    });
    machine.patch(&path, &json!({ "subject": "x" })).await.is(404);
    assert_eq!(machine.post(EMAILS, &sent).await.is(200).json(), sent);
    assert_eq!(machine.post(EMAILS, &sent).await.is(409).json()["errorCode"], "resource_already_exists");
    assert_eq!(machine.get(&path).await.is(200).json(), sent);
    let changed = machine.patch(&path, &json!({ "enabled": false, "subject": null })).await.is(200).json();
    assert_eq!(
        (&changed["enabled"], &changed["subject"], &changed["body"]),
        (&json!(false), &json!(null), &sent["body"])
    );
    let put = |path: &str, body: &serde_json::Value| {
        let (path, body) = (path.to_owned(), body.to_string().into_bytes());
        let machine = &machine;
        async move { machine.raw("PUT", &path, "application/json", body).await }
    };
    assert_eq!(put(&path, &sent).await.is(200).json(), sent);
    // CVE-2026-15630: the address says which; a body that names another one is refused.
    let other = format!("{EMAILS}/reset_email");
    let refused = put(&other, &sent).await.is(400).json();
    assert_eq!(refused["errorCode"], "invalid_body", "{refused}");
    machine.get(&other).await.is(404);
    let made = json!({ "template": "reset_email", "body": "b", "from": "a@acme.test", "subject": "s",
        "syntax": "liquid", "enabled": true });
    assert_eq!(put(&other, &made).await.is(200).json(), made);
    machine.patch(&other, &json!({ "template": "welcome_email", "subject": "x" })).await.is(400);
    assert_eq!(machine.get(&other).await.is(200).json(), made);
    assert_eq!(machine.get(&path).await.is(200).json(), sent);
    machine.patch(&path, &json!({ "template": "welcome_email" })).await.is(200);
    put(&format!("{EMAILS}/party"), &sent).await.is(404);
    for bad in [json!({ "enabled": "yes" }), json!({ "nonsense": 1 }), json!({ "urlLifetimeInSeconds": -1 })]
    {
        machine.patch(&path, &bad).await.is(400);
    }
    machine.post(EMAILS, &json!({ "template": "welcome_email" })).await.is(400);
}

#[tokio::test]
async fn texts_of_one_tenant_are_nothing_in_the_other() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let (owner, stranger) = (house.machine(ALL).await, other.machine(ALL).await);
    owner.patch(BRANDING, &json!({ "colors": { "primary": "#0059d6" } })).await.is(200);
    owner.raw("PUT", TEMPLATE, "text/html", PAGE.as_bytes().to_vec()).await.is(201);
    assert_eq!(stranger.get(BRANDING).await.is(200).json(), json!({}));
    stranger.get(TEMPLATE).await.is(404);
    stranger.delete(TEMPLATE).await.is(204);
    stranger.patch(BRANDING, &json!({ "colors": null })).await.is(200);
    assert_eq!(owner.get(BRANDING).await.is(200).json()["colors"]["primary"], "#0059d6");
    owner.get(TEMPLATE).await.is(200);
}
