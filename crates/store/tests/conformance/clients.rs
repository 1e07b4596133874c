//! Clients, their secrets, and the ids that are never used again.

use doorward_model::api::{ClientGrant, ResourceServer};
use doorward_model::client::further::MOBILE;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::device_credential::DeviceCredential;
use doorward_model::ids::{ClientGrantId, ClientId, DeviceCredentialId, ResourceServerId};
use doorward_model::signing_alg::SigningAlg;
use doorward_model::time::Timestamp;
use doorward_store::clients::{ClientFilter, ClientOrder};
use doorward_store::device_credentials::DeviceFilter;
use doorward_store::{
    client_credentials, client_grants, client_secrets, clients, codes, connections, device_credentials,
    refresh_tokens, resource_servers, sessions, token_families,
};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn a_client_is_read_back_as_it_was_written() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let mut two = client("two", "Zwei");
        two.global = true;
        two.settings.sso = Some(false);
        two.settings.callbacks = Some(Vec::new());
        two.settings.app_type = ClientKind::parse("zendesk");
        two.settings.grant_types = GrantType::every().collect();
        two.settings.further.set("par_request_expiry", serde_json::Value::Null);
        two.settings.further.set(MOBILE, serde_json::json!({ "z": [2, 1], "a": null }));
        write(&db, &t, |b| clients::insert(b, &two)).await.unwrap();
        assert_eq!(clients::get(&db.tenant(&t), &two.id).await.unwrap(), Some(two.clone()));
        assert_eq!(clients::get(&db.tenant(&t), &client_id("TWO")).await.unwrap(), None);
        assert_eq!(write(&db, &t, |b| clients::insert(b, &two)).await, conflict("clients"));
    });
}

#[test]
fn an_update_of_a_stale_client_is_refused() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut read = clients::get(&scope, &client_id("client")).await.unwrap().unwrap();
        read.settings.name = "New".to_owned();
        read.settings.app_type = Some(ClientKind::Spa);
        read.updated_at = later(1);
        write(&db, &t, |b| clients::update(b, &read)).await.unwrap();
        assert_eq!(write(&db, &t, |b| clients::update(b, &read)).await, unmet(clients::STALE));
        let now = clients::get(&scope, &read.id).await.unwrap().unwrap();
        assert_eq!((now.version, now.settings, now.updated_at), (2, read.settings, later(1)));
    });
}

#[test]
fn of_parallel_updates_from_one_reading_exactly_one_wins() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let read = clients::get(&db.tenant(&t), &client_id("client")).await.unwrap().unwrap();
        let (won, lost) = write_in_parallel(&db, &t, 50, |b| clients::update(b, &read)).await;
        assert_eq!(won, 1, "{lost:?}");
    });
}

#[test]
fn a_deleted_client_takes_everything_along_and_its_id_is_never_used_again() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let id = client_id("client");
        let mut b = scope.batch();
        client_secrets::insert(&mut b, &secret("s1", true, NOW));
        client_credentials::insert(&mut b, &credential("cred_1", "kid-number-1"));
        connections::enable(&mut b, &connection_id("con_1"), &id);
        codes::insert(&mut b, &hash("code"), &code());
        token_families::insert(&mut b, &family("family"), None);
        refresh_tokens::insert(&mut b, &refresh_token("token", &family("family")));
        let api =
            ResourceServer::new(ResourceServerId::parse("api").unwrap(), "https://api.test/".into(), NOW);
        resource_servers::insert(&mut b, &api);
        let grant = ClientGrantId::parse("cgr_1").unwrap();
        let audience = api.identifier.clone();
        client_grants::insert(&mut b, &ClientGrant::new(grant.clone(), id.clone(), audience, Vec::new()));
        let device = device_for("dcr_1", &id);
        device_credentials::insert(&mut b, &device, 9);
        b.commit().await.unwrap();
        assert!(client_grants::get(&scope, &grant).await.unwrap().is_some());
        assert!(device_credentials::get(&scope, &device.id).await.unwrap().is_some());

        write(&db, &t, |b| clients::delete(b, &id, NOW)).await.unwrap();
        assert_eq!(clients::get(&scope, &id).await.unwrap(), None);
        assert_eq!(client_grants::get(&scope, &grant).await.unwrap(), None);
        assert_eq!(device_credentials::get(&scope, &device.id).await.unwrap(), None);
        assert!(client_secrets::for_client(&scope, &id).await.unwrap().is_empty());
        assert!(client_credentials::for_client(&scope, &id).await.unwrap().is_empty());
        assert!(connections::for_client(&scope, &id).await.unwrap().is_empty());
        assert_eq!(codes::get(&scope, &hash("code")).await.unwrap(), None);
        assert_eq!(token_families::get(&scope, &family_id("family")).await.unwrap(), None);
        assert_eq!(refresh_tokens::get(&scope, &hash("token")).await.unwrap(), None);

        assert_eq!(write(&db, &t, |b| clients::delete(b, &id, NOW)).await, unmet(clients::MISSING));
        let again = write(&db, &t, |b| clients::insert(b, &client("client", "App"))).await;
        assert_eq!(again, unmet(clients::ID_WAS_USED));
        let code_after = write(&db, &t, |b| codes::insert(b, &hash("code2"), &code())).await;
        assert_eq!(code_after, unmet(codes::NOT_ALLOWED));
    });
}

fn device_for(name: &str, client: &ClientId) -> DeviceCredential {
    DeviceCredential {
        id: DeviceCredentialId::parse(name).unwrap(),
        user: user_id("auth0|1"),
        client: client.clone(),
        device_id: "d".to_owned(),
        device_name: "Phone".to_owned(),
        value: "AAAA".to_owned(),
        created_at: NOW,
    }
}

#[test]
fn a_deleted_client_takes_its_devices_along_and_no_session_names_it() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (id, other) = (client_id("client"), client_id("other"));
        let mut used = session("used");
        used.clients = vec![other.clone(), id.clone()];
        let mut b = scope.batch();
        clients::insert(&mut b, &client("other", "Other"));
        sessions::insert(&mut b, &used, &hash("used"), later(1000));
        device_credentials::insert(&mut b, &device_for("dcr_1", &id), 9);
        device_credentials::insert(&mut b, &device_for("dcr_2", &other), 9);
        b.commit().await.unwrap();
        let start = Timestamp::from_seconds(0);
        let named = async || {
            let one = sessions::get(&scope, &used.id).await.unwrap().unwrap();
            let all = sessions::of_user(&scope, &used.user, (start, start), None, 9).await.unwrap();
            assert_eq!(all.iter().find(|session| session.id == used.id), Some(&one));
            one.clients
        };
        assert_eq!(named().await, [other.clone(), id.clone()]);
        write(&db, &t, |b| clients::delete(b, &id, NOW)).await.unwrap();
        assert_eq!(named().await, std::slice::from_ref(&other));
        // A login that was under way writes down what it read before.
        write(&db, &t, |b| sessions::touch(b, &used)).await.unwrap();
        assert_eq!(named().await, [other]);
        let left = device_credentials::list(&scope, &DeviceFilter::default(), 0, 9).await.unwrap();
        assert_eq!(left.iter().map(|device| device.id.as_str()).collect::<Vec<_>>(), ["dcr_2"]);
    });
}

#[test]
fn lists_filter_search_and_count() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for (id, name, kind) in [
            ("n1", "Über 50%", ClientKind::Native),
            ("s1", "Shop", ClientKind::Spa),
            ("s2", "shopper", ClientKind::Spa),
        ] {
            let mut client = client(id, name);
            client.settings.app_type = Some(kind);
            clients::insert(&mut b, &client);
        }
        let mut all = client("all", "All Applications");
        all.global = true;
        clients::insert(&mut b, &all);
        b.commit().await.unwrap();

        let ids = async |filter: &ClientFilter| {
            let found = clients::list(&scope, filter, 0, 50).await.unwrap();
            assert_eq!(clients::count(&scope, filter).await.unwrap(), found.len() as i64);
            found.into_iter().map(|client| client.id.to_string()).collect::<Vec<_>>()
        };
        let search = |text: &str| ClientFilter { search: Some(text.to_owned()), ..ClientFilter::default() };
        assert_eq!(ids(&ClientFilter::default()).await, ["all", "client", "n1", "s1", "s2"]);
        assert_eq!(ids(&search("SHOP")).await, ["s1", "s2"]);
        assert_eq!(ids(&search("über")).await, ["n1"]);
        assert_eq!(ids(&search("50%")).await, ["n1"]);
        assert!(ids(&search("5_%")).await.is_empty());
        assert_eq!(ids(&search("S2")).await, ["s2"]);
        let globals = ClientFilter { is_global: Some(true), ..ClientFilter::default() };
        assert_eq!(ids(&globals).await, ["all"]);
        let kinds = vec![ClientKind::Native, ClientKind::Spa, ClientKind::NonInteractive];
        let kinds = ClientFilter { app_types: kinds, is_global: Some(false), ..ClientFilter::default() };
        assert_eq!(ids(&kinds).await, ["n1", "s1", "s2"]);
    });
}

#[test]
fn clients_of_third_parties_are_listed_apart() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut other = client("other", "Other");
        other.settings.is_first_party = false;
        write(&db, &t, |b| clients::insert(b, &other)).await.unwrap();
        let ids = async |is_first_party: bool| {
            let filter = ClientFilter { is_first_party: Some(is_first_party), ..ClientFilter::default() };
            let found = clients::list(&scope, &filter, 0, 50).await.unwrap();
            found.into_iter().map(|client| client.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!((ids(true).await, ids(false).await), (vec!["client".into()], vec!["other".into()]));
        other.settings.is_first_party = true;
        write(&db, &t, |b| clients::update(b, &other)).await.unwrap();
        assert_eq!(ids(false).await, Vec::<String>::new());
    });
}

#[test]
fn what_clients_ask_of_their_tenant_is_known_and_follows_their_changes() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let strange = furnish(&db, "b").await;
        let scope = db.tenant(&t);
        let mut one = client("one", "One");
        one.settings.jwt_configuration.alg = Some(SigningAlg::PS256);
        one.settings.further.set(MOBILE, serde_json::json!({}));
        let mut two = client("two", "Two");
        two.settings.jwt_configuration.alg = Some(SigningAlg::PS256);
        write(&db, &t, |b| clients::insert(b, &one)).await.unwrap();
        write(&db, &t, |b| clients::insert(b, &two)).await.unwrap();
        assert_eq!(clients::further_algorithms(&scope).await.unwrap(), [SigningAlg::PS256]);
        assert_eq!(clients::with_mobile(&scope, 5).await.unwrap(), [one.clone()]);
        assert_eq!(clients::with_mobile(&scope, 0).await.unwrap(), []);
        assert_eq!(clients::further_algorithms(&db.tenant(&strange)).await.unwrap(), []);
        assert_eq!(clients::with_mobile(&db.tenant(&strange), 5).await.unwrap(), []);

        one.settings.jwt_configuration.alg = Some(SigningAlg::RS512);
        one.settings.further.set(MOBILE, serde_json::Value::Null);
        two.settings.jwt_configuration.alg = Some(SigningAlg::HS256);
        two.settings.further.set(MOBILE, serde_json::json!({ "ios": {} }));
        write(&db, &t, |b| clients::update(b, &one)).await.unwrap();
        write(&db, &t, |b| clients::update(b, &two)).await.unwrap();
        assert_eq!(clients::further_algorithms(&scope).await.unwrap(), [SigningAlg::RS512]);
        let ids = |found: Vec<doorward_model::client::Client>| {
            found.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(clients::with_mobile(&scope, 5).await.unwrap()), [two.id.clone()]);
    });
}

#[test]
fn a_search_looks_into_addresses_and_follows_their_changes() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut shop = client("shop", "Shop");
        shop.settings.callbacks = Some(vec!["https://App.example.test/cb".to_owned()]);
        shop.settings.allowed_logout_urls = Some(vec!["https://bye.example.test".to_owned()]);
        shop.settings.allowed_origins = Some(vec!["capacitor://localhost".to_owned()]);
        let mut b = scope.batch();
        clients::insert(&mut b, &shop);
        b.commit().await.unwrap();
        let found = async |text: &str| {
            let filter = ClientFilter { search: Some(text.to_owned()), ..ClientFilter::default() };
            clients::list(&scope, &filter, 0, 50).await.unwrap().iter().any(|client| client.id == shop.id)
        };
        for text in ["app.EXAMPLE.test/cb", "bye.example", "capacitor://", "sho"] {
            assert!(found(text).await, "{text}");
        }
        assert!(!found("callbacks").await && !found("%").await);
        let mut b = scope.batch();
        let mut moved = shop.clone();
        moved.settings.callbacks = Some(vec!["https://elsewhere.test/cb".to_owned()]);
        clients::update(&mut b, &moved);
        b.commit().await.unwrap();
        assert!(found("elsewhere").await && !found("app.example").await);
    });
}

/// Of more clients than are looked at before the index of parts is asked.
#[test]
fn a_part_is_found_among_many_clients() {
    const MANY: u32 = 1100;
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for number in 0..MANY {
            let rare = if number % 1000 == 50 { "_50%" } else { "" };
            let mut client = client(&format!("id{number:04}"), &format!("Shop{rare} {number}"));
            client.created_at = later(number);
            clients::insert(&mut b, &client);
        }
        b.commit().await.unwrap();
        let found = async |search: &str, order: ClientOrder, part: (u32, u32)| -> Vec<String> {
            let filter = ClientFilter { search: Some(search.to_owned()), order, ..ClientFilter::default() };
            let page = clients::list(&scope, &filter, part.0, part.1).await.unwrap();
            page.into_iter().map(|client| client.id.to_string()).collect()
        };
        for order in [ClientOrder::Oldest, ClientOrder::Newest, ClientOrder::Name, ClientOrder::Activity] {
            let mut rare = found("OP_50%", order, (0, 50)).await;
            rare.sort();
            assert_eq!(rare, ["id0050", "id1050"], "{order:?}");
            assert!(found("OPx50%", order, (0, 50)).await.is_empty());
            assert_eq!(found("p_", order, (0, 7)).await.len(), 2, "too short for the index");
            // All of them have it: too many to be sorted, and at the end more than the first hold.
            assert_eq!(found("shop", order, (0, 7)).await.len(), 7);
            assert_eq!(found("shop", order, (MANY - 2, 7)).await.len(), 2);
        }
        assert_eq!(found("shop", ClientOrder::Newest, (0, 2)).await, ["id1099", "id1098"]);
        assert_eq!(found("shop", ClientOrder::Oldest, (1098, 2)).await, ["id1098", "id1099"]);
        let of = |search: &str| ClientFilter { search: Some(search.to_owned()), ..ClientFilter::default() };
        assert_eq!(clients::count(&scope, &of("op_50%")).await.unwrap(), 2);
        assert_eq!(clients::count(&scope, &of("shop")).await.unwrap(), i64::from(MANY));

        let mut named = clients::get(&scope, &client_id("id1050")).await.unwrap().unwrap();
        named.settings.name = "Stall".to_owned();
        let mut b = scope.batch();
        clients::update(&mut b, &named);
        clients::delete(&mut b, &client_id("id0050"), NOW);
        b.commit().await.unwrap();
        assert!(found("op_50%", ClientOrder::Activity, (0, 50)).await.is_empty());
        assert_eq!(found("stall", ClientOrder::Activity, (0, 50)).await, ["id1050"]);
    });
}

#[test]
fn pages_and_keysets_walk_in_the_same_order() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for (id, second) in [("B", 1), ("a", 1), ("_", 1), ("x", 0)] {
            let mut client = client(id, "C");
            client.created_at = later(second);
            clients::insert(&mut b, &client);
        }
        b.commit().await.unwrap();
        let all = ClientFilter::default();
        let mut paged = Vec::new();
        for page in 0..3 {
            paged.extend(clients::list(&scope, &all, page * 2, 2).await.unwrap());
        }
        let mut walked = clients::list_after(&scope, &all, None, 2).await.unwrap();
        while let Some(last) = walked.last().cloned() {
            let next = clients::list_after(&scope, &all, Some((last.created_at, &last.id)), 2).await.unwrap();
            if next.is_empty() {
                break;
            }
            walked.extend(next);
        }
        let ids: Vec<_> = walked.iter().map(|client| client.id.to_string()).collect();
        assert_eq!(ids, ["client", "x", "B", "_", "a"]);
        assert_eq!(paged, walked);
    });
}
