//! The use cases of clients together, as a front calls them.

use doorward_model::client::edit::ClientPatch;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::ConnectionId;
use doorward_model::log::event::Event;
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_model::time::Lifetime;
use serde_json::json;

use super::*;
use crate::caller::RequestInfo;
use crate::fault::Fault;
use crate::kit::{Kit, object};
use crate::logs::record;

async fn codes_since(kit: &Kit, known: usize) -> Vec<&'static str> {
    let events = kit.events().await;
    let fresh = events.len() - known;
    events.iter().take(fresh).map(|event| event.code.as_str()).collect()
}

#[tokio::test]
async fn a_client_is_made_read_changed_rotated_and_deleted() {
    let kit = Kit::new().await;
    let all = kit.machine(ApiScope::ALL);
    let made = create(&kit.app, &all, NewClient::Api(&object(json!({"name": "Shop"})))).await.unwrap();
    let id = made.client.id.clone();
    let first = made.secret.unwrap();
    let seen = get(&kit.app, &all, &id).await.unwrap();
    assert_eq!(seen.secret.as_ref(), Some(&first));
    assert_eq!(seen.client, made.client);

    let body = object(json!({"callbacks": ["https://shop.test/cb"]}));
    let changed = update(&kit.app, &all, &id, &body).await.unwrap();
    assert_eq!(changed.client.callbacks(), ["https://shop.test/cb"]);
    assert_eq!(changed.client.settings.name, "Shop");

    let rotated = rotate_secret(&kit.app, &all, &id).await.unwrap().secret.unwrap();
    assert_ne!(rotated, first);
    let entry = kit.app.client(&kit.tenant(), &id).await.unwrap().unwrap();
    let live: Vec<_> = entry.live_secrets(kit.app.now()).map(|known| &known.secret).collect();
    assert_eq!(live, [&rotated]);

    assert!(delete(&kit.app, &all, &id).await.unwrap());
    assert!(!delete(&kit.app, &all, &id).await.unwrap(), "it is gone already");
    assert!(kit.app.client(&kit.tenant(), &id).await.unwrap().is_none());
    assert!(matches!(get(&kit.app, &all, &id).await, Err(Fault::NotFound { what: "client" })));
    assert!(matches!(update(&kit.app, &all, &id, &body).await, Err(Fault::NotFound { .. })));
    assert!(matches!(rotate_secret(&kit.app, &all, &id).await, Err(Fault::NotFound { .. })));
}

#[tokio::test]
async fn the_keys_of_addons_are_sealed_in_the_store_and_shown_as_they_were_sent() {
    let kit = Kit::new().await;
    let addons = json!({
        "azure_sb": { "sasKey": "hush-hush", "namespace": "plain" }, "firebase": { "secret": null }, "box": {},
    });
    let made = kit.client(json!({"name": "Shop", "addons": addons})).await.client;
    let stored = async || {
        let tenant = kit.tenant().tenant.id.clone();
        let row =
            doorward_store::clients::get(&kit.app.db().tenant(&tenant), &made.id).await.unwrap().unwrap();
        serde_json::to_string(&row.settings).unwrap()
    };
    let row = stored().await;
    assert!(row.contains("plain") && !row.contains("hush-hush"), "{row}");
    let all = kit.machine(ApiScope::ALL);
    let shown = |client: &Client| serde_json::Value::Object(client.settings.addons.clone().unwrap());
    assert_eq!(shown(&made), addons);
    assert_eq!(shown(&get(&kit.app, &all, &made.id).await.unwrap().client), addons);
    let query = ClientQuery { limit: 50, ..ClientQuery::default() };
    let listed = list(&kit.app, &all, &query).await.unwrap().clients;
    assert_eq!(shown(&listed.iter().find(|it| it.client.id == made.id).unwrap().client), addons);
    assert_eq!(shown(&rotate_secret(&kit.app, &all, &made.id).await.unwrap().client), addons);

    // What a change does not name stays sealed under the same words; what it names is sealed anew.
    let body =
        object(json!({"name": "Other", "addons": { "box": null, "wams": { "masterkey": "hush again" } }}));
    let changed = update(&kit.app, &all, &made.id, &body).await.unwrap().client;
    assert_eq!(changed.settings.addons.as_ref().unwrap()["azure_sb"], addons["azure_sb"]);
    let row = stored().await;
    assert!(!row.contains("hush"), "{row}");
    let patch = ClientPatch { name: Patch::Set("Third".to_owned()), ..ClientPatch::default() };
    let edited = edit(&kit.app, &kit.shell(), &made.id, changed.version, patch).await.unwrap();
    assert_eq!(edited.settings.addons, changed.settings.addons);
    assert!(!stored().await.contains("hush"));
}

#[tokio::test]
async fn a_deleted_client_cannot_come_back() {
    let kit = Kit::new().await;
    let client = kit.client(json!({"name": "Shop"})).await.client;
    delete(&kit.app, &kit.shell(), &client.id).await.unwrap();
    let mut batch = kit.app.db().tenant(&kit.tenant().tenant.id).batch();
    doorward_store::clients::insert(&mut batch, &client);
    assert!(batch.commit().await.is_err());
    assert!(kit.app.client(&kit.tenant(), &client.id).await.unwrap().is_none());
}

#[tokio::test]
async fn the_global_client_stays() {
    let kit = Kit::new().await;
    let query = ClientQuery { is_global: Some(true), limit: 10, ..ClientQuery::default() };
    let global = list(&kit.app, &kit.shell(), &query).await.unwrap().clients.remove(0).client;
    assert_eq!(global.settings.name, "All Applications");
    let fault = delete(&kit.app, &kit.shell(), &global.id).await.unwrap_err();
    assert!(matches!(fault, Fault::InUse { what: "global client" }));
    assert!(get(&kit.app, &kit.shell(), &global.id).await.is_ok());
}

#[tokio::test]
async fn every_verb_needs_its_own_scope_and_a_refusal_is_logged() {
    let kit = Kit::new().await;
    let id = kit.client(json!({"name": "Shop"})).await.client.id;
    let body = object(json!({"name": "Other"}));
    let without = |scope: ApiScope| {
        let rest: Vec<_> = ApiScope::ALL.iter().copied().filter(|other| *other != scope).collect();
        kit.machine(&rest)
    };
    let caller = without(ApiScope::CreateClients);
    assert!(matches!(create(&kit.app, &caller, NewClient::Api(&body)).await, Err(Fault::Forbidden { .. })));
    let changing = [ApiScope::UpdateClients, ApiScope::UpdateClientKeys];
    let rest: Vec<_> = ApiScope::ALL.iter().copied().filter(|scope| !changing.contains(scope)).collect();
    let caller = kit.machine(&rest);
    assert!(matches!(update(&kit.app, &caller, &id, &body).await, Err(Fault::Forbidden { .. })));
    let caller = without(ApiScope::DeleteClients);
    assert!(matches!(delete(&kit.app, &caller, &id).await, Err(Fault::Forbidden { .. })));
    let caller = without(ApiScope::UpdateClientKeys);
    assert!(matches!(rotate_secret(&kit.app, &caller, &id).await, Err(Fault::Forbidden { .. })));
    let caller = without(ApiScope::CreateClientGrants);
    assert!(matches!(grant_management_api(&kit.app, &caller, &id, &[]).await, Err(Fault::Forbidden { .. })));
    let refused: Vec<Event> =
        kit.events().await.into_iter().filter(|event| event.code.as_str() == "fapi").collect();
    assert_eq!(refused.len(), 5);
    assert!(refused.iter().all(|event| event.details["by"]["id"] == "machine"));
    let none = kit.machine(&[ApiScope::ReadLogs]);
    assert!(matches!(get(&kit.app, &none, &id).await, Err(Fault::Forbidden { .. })));
    let all = ClientQuery { limit: 10, ..ClientQuery::default() };
    assert!(matches!(list(&kit.app, &none, &all).await, Err(Fault::Forbidden { .. })));
}

#[tokio::test]
async fn secrets_are_shown_to_those_alone_who_may_see_them_and_that_is_logged() {
    let kit = Kit::new().await;
    let id = kit.client(json!({"name": "Shop"})).await.client.id;
    let known = kit.events().await.len();
    let plain = kit.machine(&[ApiScope::ReadClients]);
    let all = ClientQuery { limit: 10, with_secrets: true, ..ClientQuery::default() };
    assert!(get(&kit.app, &plain, &id).await.unwrap().secret.is_none());
    let page = list(&kit.app, &plain, &all).await.unwrap();
    assert!(page.clients.iter().all(|shown| shown.secret.is_none()));
    assert!(codes_since(&kit, known).await.is_empty());
    let keys = kit.machine(&[ApiScope::ReadClientKeys]);
    let shown = get(&kit.app, &keys, &id).await.unwrap();
    assert!(shown.secret.is_some());
    get(&kit.app, &keys, &id).await.unwrap();
    assert_eq!(codes_since(&kit, known).await, ["mgmt_api_read"], "the second reading is counted");
    assert_eq!(kit.events().await[0].count, 2);
    assert!(list(&kit.app, &keys, &all).await.unwrap().clients.iter().all(|shown| shown.secret.is_some()));
    assert!(!format!("{shown:?}").contains(shown.secret.as_ref().unwrap().expose()));
}

#[tokio::test]
async fn what_is_invalid_is_refused_with_all_findings_and_logged_without_values() {
    let kit = Kit::new().await;
    let known = kit.events().await.len();
    let body = object(json!({"name": "", "callbacks": ["javascript:canary"], "client_secret": "canary"}));
    let fault = create(&kit.app, &kit.shell(), NewClient::Api(&body)).await.unwrap_err();
    let Fault::Invalid(errors) = fault else { panic!("{fault}") };
    assert_eq!(errors.all().len(), 3);
    assert_eq!(codes_since(&kit, known).await, ["fapi"]);
    let secret = kit.client(json!({"name": "Shop"})).await.secret.unwrap();
    let log = format!("{:?}", kit.events().await);
    assert!(!log.contains("\"canary\"") && !log.contains(secret.expose()));
}

#[tokio::test]
async fn people_get_the_strict_defaults_and_a_new_client_gets_the_connections() {
    let kit = Kit::new().await;
    for kind in ClientKind::ALL {
        let body = object(json!({ "name": kind.title() }));
        let new = NewClient::People { kind, body: &body };
        let made = create(&kit.app, &kit.shell(), new).await.unwrap().client;
        assert_eq!(made.settings.app_type, Some(kind));
        assert!(made.settings.oidc_conformant);
        let entry = kit.app.client(&kit.tenant(), &made.id).await.unwrap().unwrap();
        assert_eq!(entry.connections.len(), 1);
    }
}

#[tokio::test]
async fn a_program_gets_the_management_api_once() {
    let kit = Kit::new().await;
    let id = kit.client(json!({"name": "Robot"})).await.client.id;
    let scopes = [ApiScope::ReadClients, ApiScope::ReadLogs];
    let audience = grant_management_api(&kit.app, &kit.shell(), &id, &scopes).await.unwrap();
    assert_eq!(audience, "https://id.acme.test/api/v2/");
    let entry = kit.app.client(&kit.tenant(), &id).await.unwrap().unwrap();
    assert_eq!(entry.grant(&audience).unwrap().scope, ["read:clients", "read:logs"]);
    let again = grant_management_api(&kit.app, &kit.shell(), &id, &scopes).await;
    assert!(matches!(again, Err(Fault::Exists { .. })));
}

#[tokio::test]
async fn a_form_changes_a_client_only_as_it_was_shown() {
    let kit = Kit::new().await;
    let made = kit.client(json!({"name": "Shop"})).await.client;
    let named = |name: &str| ClientPatch { name: Patch::Set(name.to_owned()), ..ClientPatch::default() };
    let shell = kit.shell();
    let next = edit(&kit.app, &shell, &made.id, made.version, named("Store")).await.unwrap();
    assert_eq!((next.settings.name.as_str(), next.version), ("Store", made.version + 1));
    assert_eq!(kit.events().await[0].details["fields"], json!(["name"]));
    let stale = edit(&kit.app, &shell, &made.id, made.version, named("Kiosk")).await;
    assert!(matches!(stale, Err(Fault::Stale { what: "client" })));
    let known = kit.events().await.len();
    let same = edit(&kit.app, &shell, &made.id, next.version, named("Store")).await.unwrap();
    assert_eq!((same.version, kit.events().await.len()), (next.version, known), "nothing was changed");
    let wrong = edit(&kit.app, &shell, &made.id, next.version, named("<b>")).await;
    assert!(matches!(wrong, Err(Fault::Invalid(_))));
    let reader = kit.machine(&[ApiScope::ReadClients]);
    let refused = edit(&kit.app, &reader, &made.id, next.version, named("Mine")).await;
    assert!(matches!(refused, Err(Fault::Forbidden { .. })));
    let changes = last_changes(&kit.app, &shell, &made.id, 9).await.unwrap();
    let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(what, ["Update a client", "Create a client"]);
}

#[tokio::test]
async fn a_connection_is_switched_off_and_on_for_one_client() {
    let kit = Kit::new().await;
    let (one, two) = (kit.client(json!({"name": "One"})).await, kit.client(json!({"name": "Two"})).await);
    let connection = kit.tenant().connections[0].id.clone();
    let on = async |id: &ClientId| look_up(&kit.app, &kit.shell(), id).await.unwrap().connections.len();
    let switch =
        async |is_on| enable_connection(&kit.app, &kit.shell(), &one.client.id, &connection, is_on).await;
    switch(false).await.unwrap();
    let known = kit.events().await.len();
    switch(false).await.unwrap();
    assert_eq!(kit.events().await.len(), known, "it was off already");
    assert_eq!((on(&one.client.id).await, on(&two.client.id).await), (0, 1));
    switch(true).await.unwrap();
    assert_eq!(on(&one.client.id).await, 1);
    let reader = kit.machine(&[ApiScope::ReadClients]);
    let refused = enable_connection(&kit.app, &reader, &one.client.id, &connection, false).await;
    assert!(matches!(refused, Err(Fault::Forbidden { .. })));
    let unknown = ConnectionId::parse("con_none").unwrap();
    let missing = enable_connection(&kit.app, &kit.shell(), &one.client.id, &unknown, true).await;
    assert!(matches!(missing, Err(Fault::NotFound { what: "connection" })));
}

#[tokio::test]
async fn how_a_client_fared_is_counted_from_its_events() {
    let kit = Kit::new().await;
    let client = kit.client(json!({"name": "Shop"})).await.client;
    let note = async |code, text: &str| {
        let draft = EventDraft::new(code, text).client(&client);
        record::alone(&kit.app, &kit.tenant(), &RequestInfo::default(), draft).await.unwrap();
    };
    let fared = async || statistics(&kit.app, &kit.shell(), &[&client.id]).await.unwrap().remove(0);
    note(EventCode::Login, "Logged in").await;
    kit.clock.advance(PERIOD);
    kit.clock.advance(Lifetime::from_seconds(1));
    assert_eq!(fared().await, ClientActivity::default(), "that was too long ago");
    note(EventCode::LoginFailed, "Before").await;
    kit.clock.advance(Lifetime::from_seconds(1));
    note(EventCode::Login, "Logged in").await;
    note(EventCode::CodeExchange, "Exchanged").await;
    assert_eq!((fared().await.successes, fared().await.refusals), (1, 0));
    kit.clock.advance(Lifetime::from_seconds(1));
    for _ in 0..3 {
        note(EventCode::LoginFailed, "Callback").await;
    }
    let now = fared().await;
    assert_eq!((now.refusals, now.last_refusal), (3, Some(kit.app.now())));
    assert!(now.last_success < now.first_refusal);
    let reader = kit.machine(&[ApiScope::ReadClients]);
    assert!(statistics(&kit.app, &reader, &[&client.id]).await.is_err());
}

#[tokio::test]
async fn a_change_to_what_is_there_writes_nothing() {
    let kit = Kit::new().await;
    let body = json!({
        "name": "Shop", "addons": { "azure_sb": { "sasKey": "hush-hush" } }, "client_metadata": { "a": "b" },
    });
    let made = kit.client(body.clone()).await.client;
    kit.clock.advance(Lifetime::from_seconds(60));
    let (known, version) = (kit.events().await.len(), kit.tenant().tenant.version);
    let all = kit.machine(ApiScope::ALL);
    let secret = get(&kit.app, &kit.shell(), &made.id).await.unwrap().secret.unwrap();
    let read = kit.events().await.len() - known;
    for body in [json!({}), body, json!({ "client_secret": secret.expose() })] {
        let same = update(&kit.app, &all, &made.id, &object(body.clone())).await.unwrap().client;
        assert_eq!(same, made, "{body}");
    }
    assert_eq!((kit.events().await.len(), kit.tenant().tenant.version), (known + read, version));
    let other = update(&kit.app, &all, &made.id, &object(json!({ "name": "Store" }))).await.unwrap().client;
    assert_eq!((other.version, other.updated_at), (made.version + 1, kit.app.now()));
}

/// A form finds the secret as the API does; see `it::management::client_secrets`.
#[tokio::test]
async fn a_form_makes_no_key_of_a_secret_that_is_none() {
    let kit = Kit::new().await;
    let made =
        kit.client(json!({ "name": "Shop", "jwt_configuration": { "secret_encoded": true } })).await.client;
    let body = json!({ "client_secret": "!".repeat(40) });
    let made = update(&kit.app, &kit.shell(), &made.id, &object(body)).await.unwrap().client;
    let patch =
        |alg: &str| ClientPatch::from_json(&object(json!({ "jwt_configuration": { "alg": alg } }))).unwrap();
    let refused = edit(&kit.app, &kit.shell(), &made.id, made.version, patch("HS256")).await.unwrap_err();
    let Fault::Invalid(errors) = refused else { panic!("{refused}") };
    assert_eq!(errors.all()[0].path, "jwt_configuration.alg");
    edit(&kit.app, &kit.shell(), &made.id, made.version, patch("RS512")).await.unwrap();
}

#[tokio::test]
async fn parallel_changes_of_one_client_all_arrive() {
    let kit = Kit::new().await;
    let id = kit.client(json!({"name": "Shop"})).await.client.id;
    let changes: Vec<_> = (0..4)
        .map(|number| {
            let (app, caller, id) = (kit.app.clone(), kit.shell(), id.clone());
            let body = object(json!({"client_metadata": { format!("k{number}"): "v" }}));
            tokio::spawn(async move { update(&app, &caller, &id, &body).await.map(|_| ()) })
        })
        .collect();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let entry = kit.app.client(&kit.tenant(), &id).await.unwrap().unwrap();
    assert_eq!(entry.client.settings.client_metadata.as_ref().unwrap().len(), 4);
}
