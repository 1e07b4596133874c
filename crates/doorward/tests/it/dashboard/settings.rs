//! The Settings tab: what is saved, what is refused and in which words, what was typed is kept.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::form::{Fields, client, hidden, post, save, saved, settings_path, web};
use crate::kit::{Asked, EMAIL, House, OWNER, PASSWORD, Via, Visitor};

#[tokio::test]
async fn what_is_saved_is_saved_at_once_and_said() {
    let house = House::new().await;
    let admin = house.admin().await;
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let changes = web(&[
        ("name", "Shop & Söhne"),
        ("auth_method", "client_secret_basic"),
        ("callbacks", "https://a.test/cb, https://b.test/cb https://c.test/cb\nhttps://d.test/cb"),
        ("logout_urls", "https://a.test"),
        ("origins", "https://a.test"),
        ("jwt_lifetime", "60"),
        ("description", "Sells things"),
    ]);
    let without_sso: Fields<'_> = changes.into_iter().filter(|(name, _)| *name != "sso").collect();
    let answer = save(&admin, &id, &without_sso).await.is(303);
    assert_eq!(answer.location(), settings_path(&id));
    let page = admin.get(answer.location()).await.is(200).text();
    assert!(
        page.contains("Saved. Logins use it from now on.")
            && page.contains("Changed ")
            && page.contains(OWNER)
    );
    let now = saved(&house, &id).await;
    assert_eq!(now["name"], "Shop & Söhne");
    assert_eq!(now["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(now["callbacks"].as_array().unwrap().len(), 4);
    assert_eq!(now["jwt_configuration"]["lifetime_in_seconds"], 60);
    assert_eq!((&now["sso"], &now["description"]), (&json!(false), &json!("Sells things")));
    let same: Fields<'_> = without_sso;
    let answer = save(&admin, &id, &same).await.is(303);
    assert!(admin.get(answer.location()).await.text().contains("Nothing was changed."));
}

#[tokio::test]
async fn what_lacks_its_protocol_is_put_right_by_a_button() {
    let house = House::new().await;
    let admin = house.admin().await;
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let refused = save(&admin, &id, &web(&[("callbacks", "app.acme.com/cb")])).await.is(422);
    let button = "name=\"fix\" value=\"callbacks https://app.acme.com/cb\"";
    assert!(refused.text().contains(button));
    let path = settings_path(&id);
    let pressed = web(&[("callbacks", "app.acme.com/cb"), ("fix", "callbacks https://app.acme.com/cb")]);
    let fixed = post(&admin, &refused, &path, &pressed).await.is(200);
    assert!(fixed.text().contains("https://app.acme.com/cb</textarea>"));
    assert_eq!(
        saved(&house, &id).await["callbacks"],
        json!(["https://shop.test/cb"]),
        "nothing is saved by it"
    );
}

#[tokio::test]
async fn ten_thousand_urls_and_binary_are_answered_in_words() {
    let house = House::new().await;
    let admin = house.admin().await;
    let id = client(&house, ClientKind::RegularWeb, "Shop").await;
    let many: Vec<String> = (0..10_000).map(|at| format!("https://shop-{at}.acme.test/callback")).collect();
    let many = many.join(",");
    let answer = save(&admin, &id, &web(&[("callbacks", &many)])).await.is(422).text();
    assert_eq!(answer.matches("Use at most 100 URLs.").count(), 2);
    assert!(answer.contains("https://shop-9999.acme.test/callback"), "what was pasted is kept");
    let page = admin.get(&settings_path(&id)).await.is(200);
    let seal: String =
        hidden(&page, &settings_path(&id)).iter().map(|(name, value)| format!("{name}={value}&")).collect();
    let body = format!("{seal}name=%00%ff%fe&app_type=regular_web&callbacks=%80%81&jwt_lifetime=%0a%00");
    let asked = crate::kit::Asked::form(&settings_path(&id), &[]).body(body.into_bytes());
    let answer = admin.send(asked).await.is(422).text();
    assert!(
        answer.contains("There is a problem")
            && answer.contains("Use a name of letters, digits and signs only.")
    );
    assert_eq!(saved(&house, &id).await["callbacks"], json!(["https://shop.test/cb"]));
}

#[tokio::test]
async fn two_admins_who_save_at_once_are_asked_what_to_keep() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let path = settings_path(&id);
    let mine = admin.get(&path).await.is(200);
    save(&admin, &id, &web(&[("name", "Theirs"), ("jwt_lifetime", "60")])).await.is(303);
    house.advance(40);
    let stale = post(&admin, &mine, &path, &web(&[("name", "Mine"), ("description", "mine")])).await.is(422);
    let html = stale.text();
    assert!(
        html.contains(&format!("<bdi>{OWNER}</bdi> saved this ")) && html.contains("40 seconds ago"),
        "{html}"
    );
    for text in [
        "Keep mine",
        "Keep theirs",
        "<code>Theirs</code>",
        "<code>Mine</code>",
        "<code>60</code>",
        "<code>36000</code>",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert_eq!(saved(&house, &id).await["name"], "Theirs");
    let answer = web(&[
        ("name", "Mine"),
        ("description", "mine"),
        ("keep_name", "mine"),
        ("keep_jwt_lifetime", "theirs"),
    ]);
    post(&admin, &stale, &path, &answer).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!((&now["name"], &now["description"]), (&json!("Mine"), &json!("mine")));
    assert_eq!(now["jwt_configuration"]["lifetime_in_seconds"], 60);
}

/// Not one after the other: at the very same moment. One is saved, the other is asked.
#[tokio::test]
async fn of_two_forms_that_come_at_once_one_is_saved_and_the_other_is_asked() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let path = settings_path(&id);
    let (one, two) = (admin.get(&path).await.is(200), admin.get(&path).await.is(200));
    let (first, second) = (web(&[("name", "First")]), web(&[("name", "Second")]));
    let (a, b) = tokio::join!(post(&admin, &one, &path, &first), post(&admin, &two, &path, &second));
    let (done, asked) = if a.status.as_u16() == 303 { ("First", b) } else { ("Second", a) };
    let html = asked.is(422).text();
    assert!(html.contains("Keep mine") && html.contains("Keep theirs"), "{html}");
    assert_eq!(saved(&house, &id).await["name"], done);
}

#[tokio::test]
async fn edits_of_different_fields_that_clash_nowhere_are_both_kept() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let path = settings_path(&id);
    let mine = admin.get(&path).await.is(200);
    let machine = house.machine(&["update:clients"]).await;
    machine
        .patch(&format!("/api/v2/clients/{id}"), &json!({ "web_origins": ["https://a.test"] }))
        .await
        .is(200);
    post(&admin, &mine, &path, &web(&[("name", "Mine")])).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!((&now["name"], &now["web_origins"]), (&json!("Mine"), &json!(["https://a.test"])));
}

#[tokio::test]
async fn another_type_says_what_it_changes_before_it_is_saved() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    save(&admin, &id, &web(&[("auth_method", "client_secret_basic")])).await.is(303);
    let basic = web(&[("auth_method", "client_secret_basic"), ("app_type", "spa")]);
    let asked = save(&admin, &id, &basic).await.is(200);
    assert!(asked.text().contains("Single Page Application cannot use Basic. Saving sets it to None."));
    assert_eq!(saved(&house, &id).await["app_type"], "regular_web");
    post(&admin, &asked, &settings_path(&id), &basic).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!((&now["app_type"], &now["token_endpoint_auth_method"]), (&json!("spa"), &json!("none")));
    assert_eq!(now["callbacks"], json!(["https://shop.test/cb"]));
}

#[tokio::test]
async fn a_field_that_is_left_is_looked_at_alone_and_nothing_is_saved() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let path = settings_path(&id);
    let page = admin.get(&path).await.is(200);
    let check = async |field: &str, changes: &[(&str, &str)]| {
        let mut all = hidden(&page, &path);
        all.retain(|(name, _)| name != "reveal");
        let typed = web(changes);
        let mut fields: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.extend(typed);
        let origin = house.origin();
        let asked = Asked::form(&path, &fields).header("origin", &origin).header("x-doorward-check", field);
        admin.send(asked).await.is(200).text()
    };
    let wrong = [("name", ""), ("jwt_lifetime", "0")];
    let name = check("name", &wrong).await;
    assert!(
        name.starts_with("<div class=\"of\" id=\"of-name\"") && name.trim_end().ends_with("</div>"),
        "{name}"
    );
    assert!(
        name.contains("Enter a name for this client.") && name.contains("aria-invalid=\"true\""),
        "{name}"
    );
    assert!(!name.contains("2592000"), "{name}");
    assert!(check("jwt_lifetime", &wrong).await.contains("Use between 1 and 2592000 (30 days)."));
    assert!(!check("jwt_lifetime", &[("jwt_lifetime", "60")]).await.contains("aria-invalid"));
    let full = post(&admin, &page, &path, &web(&wrong)).await.is(422).text();
    for field in ["name", "jwt_lifetime"] {
        let alone = check(field, &wrong).await;
        assert!(full.contains(alone.trim_end()), "{field} reads otherwise in the full check");
    }
    assert_eq!(saved(&house, &id).await["name"], "Shop");
    let mut fields = hidden(&page, &path);
    fields.retain(|(name, _)| name != "reveal");
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    fields.extend(web(&[("name", "Sneaked in")]));
    let origin = house.origin();
    let asked = Asked::form(&path, &fields).header("origin", &origin);
    admin.send(asked.header("x-doorward-check", "client_secret")).await.is(404);
    assert_eq!(saved(&house, &id).await["name"], "Shop", "a field that nobody knows saves");
}

#[tokio::test]
async fn a_review_says_what_saving_would_change_and_saves_nothing() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let path = settings_path(&id);
    let changes = [
        ("name", "Store"),
        ("callbacks", "https://new.test/cb, https://shop.test/cb"),
        ("metadata_key", "team"),
        ("metadata_value", "shop"),
        ("review", "on"),
    ];
    let html = save(&admin, &id, &web(&changes)).await.is(200).text();
    assert!(html.contains("Review 3 changes") && html.contains("Nothing is saved yet."), "{html}");
    for line in
        ["<del>Shop</del>", "<ins>Store</ins>", "<ins>https://new.test/cb</ins>", "<ins>team: shop</ins>"]
    {
        assert!(html.contains(line), "{line}");
    }
    assert!(!html.contains("<del>https://shop.test/cb</del>"), "what stays is no change");
    assert!(html.contains("value=\"Store\"") && html.contains("data-saved=\"Shop\""));
    assert_eq!(saved(&house, &id).await["name"], "Shop");
    let none = save(&admin, &id, &web(&[("review", "on")])).await.is(200).text();
    assert!(none.contains("Nothing is changed"));
    let wrong = save(&admin, &id, &web(&[("name", ""), ("review", "on")])).await.is(422).text();
    assert!(wrong.contains("There is a problem") && !wrong.contains("Nothing is saved yet."));
    let page = admin.get(&path).await.is(200);
    post(&admin, &page, &path, &web(&changes[..4])).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!((&now["name"], &now["client_metadata"]), (&json!("Store"), &json!({ "team": "shop" })));
}

#[tokio::test]
async fn what_stands_under_advanced_is_saved_like_the_rest() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let changes = [
        ("logo", "https://cdn.test/logo.png"),
        ("refresh_lifetime", ""),
        ("refresh_idle", "600"),
        ("refresh_leeway", "5"),
        ("alg", "HS256"),
        ("metadata_key", "team"),
        ("metadata_value", "shop"),
        ("metadata_key", "tier"),
        ("metadata_value", "gold"),
    ];
    let mut form = web(&changes);
    form.retain(|(name, _)| !["rotation", "conformant"].contains(name));
    save(&admin, &id, &form).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!(now["logo_uri"], "https://cdn.test/logo.png");
    assert_eq!(now["jwt_configuration"]["alg"], "HS256");
    assert_eq!(
        (&now["oidc_conformant"], &now["client_metadata"]),
        (&json!(false), &json!({ "team": "shop", "tier": "gold" }))
    );
    let refresh = &now["refresh_token"];
    assert_eq!(
        (&refresh["rotation_type"], &refresh["expiration_type"]),
        (&json!("non-rotating"), &json!("expiring"))
    );
    assert_eq!(
        (&refresh["infinite_token_lifetime"], &refresh["idle_token_lifetime"]),
        (&json!(true), &json!(600))
    );
    assert_eq!(refresh["leeway"], 5);
    save(&admin, &id, &web(&[("metadata_key", ""), ("metadata_value", "")])).await.is(303);
    assert_eq!(saved(&house, &id).await["client_metadata"], json!({}));
    let page = admin.get(&settings_path(&id)).await.is(200).text();
    assert!(page.contains("-----BEGIN CERTIFICATE-----") && page.contains("/.well-known/jwks.json"));
}

#[tokio::test]
async fn a_server_is_believed_about_whom_it_asks_for_when_the_switch_is_on() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let trusts = async || saved(&house, &id).await["is_token_endpoint_ip_header_trusted"].clone();
    assert_eq!(trusts().await, json!(false));
    save(&admin, &id, &web(&[("ip_header", "on")])).await.is(303);
    assert_eq!(trusts().await, json!(true));
    let page = admin.get(&settings_path(&id)).await.is(200).text();
    assert!(page.contains("Changed Trust Token Endpoint IP Header"), "{page}");
    save(&admin, &id, &web(&[])).await.is(303);
    assert_eq!(trusts().await, json!(false));
}

/// What the page of a native client says of its apps is what a device asks our host for.
#[tokio::test]
async fn the_apps_of_a_native_client_may_open_links_of_this_domain() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::Native, "Field app").await);
    let with = |apps: [(&'static str, &'static str); 4]| {
        let mut form = web(&[("name", "Field app"), ("app_type", "native")]);
        form.retain(|(name, _)| !["auth_method", "alg"].contains(name));
        form.extend(apps);
        form
    };
    let form = with([
        ("team_id", "9JA89QQLNQ"),
        ("app_bundle_identifier", "com.acme.field"),
        ("app_package_name", "com.acme.field"),
        ("key_hashes", "D8:A0:83\r\n14:6D:E9"),
    ]);
    save(&admin, &id, &form).await.is(303);
    let android = json!({
        "app_package_name": "com.acme.field", "sha256_cert_fingerprints": ["D8:A0:83", "14:6D:E9"],
    });
    assert_eq!(saved(&house, &id).await["mobile"]["android"], android);
    let file = house.get("/.well-known/apple-app-site-association").await.is(200).text();
    assert!(file.contains("9JA89QQLNQ.com.acme.field"), "{file}");
    let page = admin.get(&settings_path(&id)).await.is(200).text();
    assert!(
        page.contains("Changed Mobile settings") && page.contains("D8:A0:83\n14:6D:E9</textarea>"),
        "{page}"
    );

    let long = "x".repeat(601);
    let mut form =
        with([("team_id", ""), ("app_bundle_identifier", ""), ("app_package_name", ""), ("key_hashes", "")]);
    save(&admin, &id, &form).await.is(303);
    assert_eq!(saved(&house, &id).await.get("mobile"), None);
    form.push(("team_id", &long));
    form.retain(|(name, value)| *name != "team_id" || !value.is_empty());
    let refused = save(&admin, &id, &form).await.is(422).text();
    assert!(
        refused.contains("<li><a href=\"#team_id\">") && refused.contains("id=\"team_id-error\""),
        "{refused}"
    );
}

#[tokio::test]
async fn what_a_type_hides_is_kept_and_comes_back_with_the_type() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let all = [
        ("logout_urls", "https://shop.test/bye"),
        ("origins", "https://more.test"),
        ("jwt_lifetime", "60"),
        ("refresh_idle", "600"),
    ];
    save(&admin, &id, &web(&all)).await.is(303);
    let before = saved(&house, &id).await;
    let path = settings_path(&id);
    let asked = save(&admin, &id, &web(&[("app_type", "non_interactive")])).await.is(200);
    assert!(!asked.text().contains("id=\"callbacks\"") && asked.text().contains("What is hidden is kept"));
    // What a form of that type has, and nothing else.
    let machine = [
        ("name", "Shop"),
        ("app_type", "non_interactive"),
        ("auth_method", "client_secret_post"),
        ("grants", "authorization_code"),
        ("grants", "refresh_token"),
        ("grants", "client_credentials"),
        ("alg", "RS256"),
        ("conformant", "on"),
    ];
    post(&admin, &asked, &path, &machine).await.is(303);
    let now = saved(&house, &id).await;
    assert_eq!(now["app_type"], "non_interactive");
    for kept in
        ["callbacks", "allowed_logout_urls", "allowed_origins", "jwt_configuration", "refresh_token", "sso"]
    {
        assert_eq!(now[kept], before[kept], "{kept}");
    }
}

/// The page's own bounds hold for what was changed only.
#[tokio::test]
async fn what_an_import_brought_is_not_accused_when_something_else_is_saved() {
    let house = House::new().await;
    let (admin, id) = (house.admin().await, client(&house, ClientKind::RegularWeb, "Shop").await);
    let many: Vec<String> = (0..150).map(|at| format!("https://shop-{at}.acme.test/cb")).collect();
    let machine = house.machine(&["update:clients"]).await;
    machine.patch(&format!("/api/v2/clients/{id}"), &json!({ "callbacks": many })).await.is(200);
    let list = many.join("\n");
    save(&admin, &id, &web(&[("callbacks", &list), ("name", "Store")])).await.is(303);
    assert_eq!(saved(&house, &id).await["name"], "Store");
    let more = format!("{list}\nhttps://one-more.acme.test/cb");
    let refused = save(&admin, &id, &web(&[("callbacks", &more), ("name", "Store")])).await.is(422).text();
    assert!(refused.contains("Use at most 100 URLs."));
}

#[tokio::test]
async fn the_page_asks_when_each_callback_was_used() {
    let house = House::new().await;
    let admin = house.admin().await;
    let callbacks = json!({ "callbacks": ["https://app.test/callback", "https://other.test/callback"] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, callbacks).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    party.swap(&code).await.is(200);
    house.advance(120);
    let facts = admin.get(&format!("/manage/clients/{}/used", party.client_id)).await.is(200).json();
    let expected = json!({
        "https://app.test/callback": "Used 2 minutes ago",
        "https://other.test/callback": "Never used",
    });
    assert_eq!(facts, expected);
    assert!(
        admin.get(&settings_path(&party.client_id)).await.text().contains("data-facts=\"/manage/clients/")
    );
}
