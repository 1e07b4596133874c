//! `/api/v2/tenants/settings`: given back as sent, and acted upon where the feature exists.

use doorward_engine::clients;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use serde_json::json;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

const SETTINGS: &str = "/api/v2/tenants/settings";
const BOTH: &[&str] = &["read:tenant_settings", "update:tenant_settings"];

/// The deploy tool and terraform send what GET gave.
#[tokio::test]
async fn what_get_gave_can_be_sent_and_changes_nothing() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let sent = json!({
        "friendly_name": "Acme", "session_lifetime": 3.016_67, "idle_session_lifetime": 2,
        "enabled_locales": ["en", "de"], "flags": { "enable_pipeline2": true },
        "error_page": { "html": "<p>sorry</p>", "show_log_link": false, "url": "" },
        "allowed_logout_urls": ["https://b.test/bye", "https://a.test"],
    });
    let changed = machine.patch(SETTINGS, &sent).await.is(200).json();
    let read = machine.get(SETTINGS).await.is(200);
    assert_eq!(changed, read.json());
    for (name, value) in sent.as_object().unwrap().iter().filter(|(name, _)| *name != "flags") {
        assert_eq!(&changed[name], value, "{name}");
    }
    let known = house.logs().await.len();
    let again = machine.patch(SETTINGS, &read.json()).await.is(200);
    assert_eq!(again.text(), read.text(), "not a byte differs");
    assert_eq!(machine.get(SETTINGS).await.is(200).text(), read.text());
    let writes = house
        .logs()
        .await
        .iter()
        .filter(|event| event["description"] == "Update the tenant settings")
        .count();
    assert_eq!(writes, 1, "and nothing was written ({known})");
}

#[tokio::test]
async fn fields_are_selected_and_a_form_has_types() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let some = machine.get(&format!("{SETTINGS}?fields=friendly_name,flags.enable_client_connections")).await;
    assert_eq!(
        some.is(200).json(),
        json!({ "flags": { "enable_client_connections": true }, "friendly_name": "Acme" })
    );
    let form = b"session_lifetime=12.5&flags[enable_client_connections]=false&friendly_name=true&enabled_locales[]=en";
    let kind = "application/x-www-form-urlencoded";
    let changed = machine.raw("PATCH", SETTINGS, kind, form.to_vec()).await.is(200).json();
    assert_eq!(changed["session_lifetime"], json!(12.5));
    assert_eq!(changed["flags"]["enable_client_connections"], false);
    assert_eq!((&changed["friendly_name"], &changed["enabled_locales"]), (&json!("true"), &json!(["en"])));
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_nothing_is_changed() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let before = machine.get(SETTINGS).await.is(200).text();
    for body in [
        json!({ "session_lifetime": 0 }),
        json!({ "session_lifetime": "12" }),
        json!({ "friendly_name": 7 }),
        json!({ "allowed_logout_urls": ["javascript:alert(1)"] }),
        json!({ "support_url": "http://a.test" }),
        json!({ "flags": { "nonsense": true } }),
        json!({ "nonsense": true, "friendly_name": "half" }),
        json!({ "development": false }),
    ] {
        let answer = machine.patch(SETTINGS, &body).await.is(400).json();
        assert_eq!(answer["errorCode"], "invalid_body", "{body}");
    }
    assert_eq!(machine.get(SETTINGS).await.is(200).text(), before);
}

#[tokio::test]
async fn a_session_lasts_as_long_as_the_settings_say_at_once() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let visitor = Visitor::new(&house);
    let silent = async || visitor.get(&party.authorize(&[("prompt", "none")])).await;
    party.tokens(&visitor, EMAIL, PASSWORD).await;
    house.advance(3600);
    assert!(silent().await.query("code").is_some());
    machine.patch(SETTINGS, &json!({ "session_lifetime": 0.5 })).await.is(200);
    assert_eq!(silent().await.query("error").as_deref(), Some("login_required"));
    machine.patch(SETTINGS, &json!({ "session_lifetime": 2, "idle_session_lifetime": 0.5 })).await.is(200);
    assert!(silent().await.query("code").is_some(), "used within half an hour");
    house.advance(1900);
    assert_eq!(silent().await.query("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_request_without_an_audience_means_the_default_one() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let party = house.party(ClientKind::NonInteractive, Via::Post).await;
    let (app, caller) = house.app_and_caller();
    let id = ClientId::parse(&party.client_id).unwrap();
    clients::grant_management_api(app, &caller, &id, &[ApiScope::ReadLogs]).await.unwrap();
    let ask = async || party.token(&[("grant_type", "client_credentials")]).await;
    assert!(ask().await.status.is_client_error(), "no API was named");
    machine.patch(SETTINGS, &json!({ "default_audience": house.api() })).await.is(200);
    let tokens = ask().await.is(200).json();
    let (_, claims) = crate::kit::jwt::decode(tokens["access_token"].as_str().unwrap());
    assert_eq!(claims["aud"], house.api());
    machine.patch(SETTINGS, &json!({ "default_audience": "" })).await.is(200);
    assert!(ask().await.status.is_client_error(), "an empty text is none");
}

#[tokio::test]
async fn people_may_return_from_a_logout_to_the_addresses_of_the_tenant() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let out = "/v2/logout?returnTo=https%3A%2F%2Fa.test%2Fbye";
    house.get(out).await.is(400);
    machine.patch(SETTINGS, &json!({ "allowed_logout_urls": ["https://a.test/bye"] })).await.is(200);
    assert_eq!(house.get(out).await.location(), "https://a.test/bye");
}

#[tokio::test]
async fn pages_call_the_tenant_by_its_name_and_say_where_help_is() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let body = json!({ "friendly_name": "Grand <Hotel>", "support_url": "https://help.test", "support_email": "a@help.test" });
    machine.patch(SETTINGS, &body).await.is(200);
    let page = Visitor::new(&house).to_login(&party.authorize(&[])).await.text();
    assert!(page.contains("Grand &#60;Hotel&#62;"), "{page}");
    let error = house.get("/authorize?client_id=nobody").await.is(400).text();
    assert!(error.contains("href=\"https://help.test\"") && error.contains("a@help.test"), "{error}");
    machine.patch(SETTINGS, &json!({ "friendly_name": "" })).await.is(200);
    let page = Visitor::new(&house).to_login(&party.authorize(&[])).await.text();
    assert!(page.contains("with your <bdi>id.test</bdi> account"), "{page}");
}

#[tokio::test]
async fn settings_belong_to_one_tenant() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    other.machine(BOTH).await.patch(SETTINGS, &json!({ "friendly_name": "Elsewhere" })).await.is(200);
    let ours = house.machine(BOTH).await.get(SETTINGS).await.is(200).json();
    assert_eq!(ours["friendly_name"], "Acme");
}

/// The original asks at every callback on `localhost`; here a tenant may want that.
#[tokio::test]
async fn a_callback_on_the_persons_own_machine_is_asked_about_where_the_tenant_wants_it() {
    let house = House::new().await;
    let machine = house.machine(BOTH).await;
    let local = "http://localhost:3000/cb";
    let both = json!({ "callbacks": [local, "https://app.test/callback"] });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, both).await;
    let (here, there) = (party.authorize(&[("redirect_uri", local)]), party.authorize(&[]));
    let visitor = Visitor::new(&house);
    let back = visitor.log_in(&here, EMAIL, PASSWORD).await;
    assert!(back.query("code").is_some(), "{}", back.location());
    let on = json!({ "flags": { "ask_for_consent_at_localhost": true } });
    assert_eq!(
        machine.patch(SETTINGS, &on).await.is(200).json()["flags"]["ask_for_consent_at_localhost"],
        true
    );
    assert!(visitor.get(&there).await.query("code").is_some());
    for _ in 0..2 {
        let asked = visitor.get(&here).await;
        assert!(asked.location().contains("/u/consent?state="), "{}", asked.location());
        let page = visitor.get(asked.location()).await.is(200);
        let back = visitor.press(&page, "accept").await;
        let code = back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()));
        party.swap_with(&code, &[("redirect_uri", local)]).await.is(200);
    }
    let silent = visitor.get(&party.authorize(&[("redirect_uri", local), ("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("consent_required"));
}
