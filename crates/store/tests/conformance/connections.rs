//! Connections, and which clients may use them.

use doorward_model::connection::{ConnectionSettings, DatabaseOptions, Purpose, Strategy};
use doorward_store::connections::{ConnectionFilter, STALE};
use doorward_store::{clients, connections, users};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn a_connection_is_read_back_and_its_name_is_unique() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut two = connection("con_2", "Zwei");
        two.strategy = Strategy::Database(options(r#"{"brute_force_protection":false,"x":[1]}"#));
        two.settings = ConnectionSettings {
            is_domain_connection: true,
            realms: Some(vec!["two".to_owned()]),
            authentication: Some(Purpose { active: true }),
            ..ConnectionSettings::default()
        };
        write(&db, &t, |b| connections::insert(b, &two)).await.unwrap();
        assert_eq!(connections::all(&scope).await.unwrap(), [connection("con_1", "Users"), two.clone()]);
        assert_eq!(connections::by_name(&scope, "Zwei").await.unwrap(), Some(two));
        assert_eq!(connections::by_name(&scope, "zwei").await.unwrap(), None);
        let twin = connection("con_3", "Zwei");
        assert_eq!(write(&db, &t, |b| connections::insert(b, &twin)).await, conflict("connections"));
    });
}

#[test]
fn a_change_counts_only_for_who_read_the_latest_state() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut one = connections::get(&scope, &connection_id("con_1")).await.unwrap().unwrap();
        one.strategy = Strategy::Database(options(r#"{"passwordPolicy":"good"}"#));
        one.settings.display_name = Some("People".to_owned());
        write(&db, &t, |b| connections::update(b, &one)).await.unwrap();
        assert_eq!(write(&db, &t, |b| connections::update(b, &one)).await, unmet(STALE));
        one.version += 1;
        assert_eq!(connections::get(&scope, &one.id).await.unwrap(), Some(one));
        let nobody = write(&db, &t, |b| connections::update(b, &connection("con_9", "Nobody"))).await;
        assert_eq!(nobody, unmet(STALE));
    });
}

#[test]
fn connections_are_listed_by_page_by_checkpoint_and_by_filter() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        for (number, name) in ["Zwei", "Drei", "Vier"].into_iter().enumerate() {
            let mut more = connection(&format!("con_{}", number + 2), name);
            more.created_at = later(u32::try_from(number).unwrap());
            write(&db, &t, |b| connections::insert(b, &more)).await.unwrap();
        }
        let names = |found: Vec<doorward_model::connection::Connection>| {
            found.into_iter().map(|connection| connection.name).collect::<Vec<_>>()
        };
        let all = ConnectionFilter::default();
        let page = async |filter: &ConnectionFilter, offset, limit| {
            names(connections::list(&scope, filter, offset, limit).await.unwrap())
        };
        assert_eq!(page(&all, 0, 9).await, ["Users", "Zwei", "Drei", "Vier"]);
        assert_eq!(page(&all, 1, 2).await, ["Zwei", "Drei"]);
        assert_eq!(connections::count(&scope, &all).await.unwrap(), 4);
        let (at, id) = (NOW, connection_id("con_2"));
        let after = connections::list_after(&scope, &all, Some((at, &id)), 1).await.unwrap();
        assert_eq!(names(after), ["Drei"]);
        let named = ConnectionFilter { name: Some("Vier".to_owned()), ..all.clone() };
        assert_eq!(
            (page(&named, 0, 9).await, connections::count(&scope, &named).await.unwrap()),
            (vec!["Vier".to_owned()], 1)
        );
        for (strategies, count) in [(vec!["samlp", "auth0"], 4), (vec!["samlp"], 0), (Vec::new(), 0)] {
            let strategies = Some(strategies.into_iter().map(str::to_owned).collect());
            let filter = ConnectionFilter { strategies, name: None };
            assert_eq!(connections::count(&scope, &filter).await.unwrap(), count);
        }
    });
}

#[test]
fn the_clients_of_connections_are_read_together_and_by_page() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, two) = (connection_id("con_1"), connection_id("con_2"));
        let mut b = scope.batch();
        connections::insert(&mut b, &connection("con_2", "Zwei"));
        for id in ["b", "a"] {
            clients::insert(&mut b, &client(id, id));
            connections::enable(&mut b, &one, &client_id(id));
        }
        connections::enable(&mut b, &one, &client_id("client"));
        connections::enable(&mut b, &two, &client_id("b"));
        b.commit().await.unwrap();
        let pairs = connections::clients_of(&scope, &[&one, &two]).await.unwrap();
        let pairs: Vec<String> = pairs.iter().map(|(con, client)| format!("{con} {client}")).collect();
        assert_eq!(pairs, ["con_1 a", "con_1 b", "con_1 client", "con_2 b"]);
        assert!(connections::clients_of(&scope, &[]).await.unwrap().is_empty());
        let after = async |after: Option<&str>, limit| {
            let after = after.map(client_id);
            let found = connections::clients_after(&scope, &one, after.as_ref(), limit).await.unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(after(None, 2).await, ["a", "b"]);
        assert_eq!(after(Some("b"), 2).await, ["client"]);
        write(&db, &t, |b| connections::disable_for_all_clients(b, &one)).await.unwrap();
        assert!(after(None, 9).await.is_empty());
        assert_eq!(connections::for_client(&scope, &client_id("b")).await.unwrap(), [two]);
    });
}

#[test]
fn a_retired_connection_is_none_and_its_row_goes_with_its_last_user() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let con = connection_id("con_1");
        write(&db, &t, |b| connections::enable(b, &con, &client_id("client"))).await.unwrap();
        write(&db, &t, |b| connections::retire(b, &con, later(1))).await.unwrap();
        let again = write(&db, &t, |b| connections::retire(b, &con, later(2))).await;
        assert_eq!(again, unmet(connections::MISSING));
        assert_eq!(connections::get(&scope, &con).await.unwrap(), None);
        assert_eq!(connections::by_name(&scope, "Users").await.unwrap(), None);
        assert!(connections::all(&scope).await.unwrap().is_empty());
        assert_eq!(connections::count(&scope, &ConnectionFilter::default()).await.unwrap(), 0);
        assert!(connections::for_client(&scope, &client_id("client")).await.unwrap().is_empty());
        assert_eq!(
            write(&db, &t, |b| connections::update(b, &connection("con_1", "Users"))).await,
            unmet(STALE)
        );
        write(&db, &t, |b| connections::enable_all_for_client(b, &client_id("client"))).await.unwrap();
        assert!(connections::for_client(&scope, &client_id("client")).await.unwrap().is_empty());

        // The name is free, the id is not.
        write(&db, &t, |b| connections::insert(b, &connection("con_2", "Users"))).await.unwrap();
        let same = write(&db, &t, |b| connections::insert(b, &connection("con_1", "Other"))).await;
        assert_eq!(same, conflict("connections"));

        write(&db, &t, |b| connections::delete_if_empty(b, &con)).await.unwrap();
        assert_eq!(connections::retired(&scope).await.unwrap(), std::slice::from_ref(&con));
        let users = users::some_of_connection(&scope, &con, 9).await.unwrap();
        assert_eq!(users, [user_id("auth0|1")]);
        write(&db, &t, |b| users::delete(b, &users[0], NOW)).await.unwrap();
        for _ in 0..2 {
            write(&db, &t, |b| connections::delete_if_empty(b, &con)).await.unwrap();
        }
        assert!(connections::retired(&scope).await.unwrap().is_empty());
        write(&db, &t, |b| connections::delete_if_empty(b, &connection_id("con_2"))).await.unwrap();
        assert!(
            connections::get(&scope, &connection_id("con_2")).await.unwrap().is_some(),
            "it was not retired"
        );
    });
}

#[test]
fn a_retired_connection_takes_no_new_client() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let con = connection_id("con_1");
        write(&db, &t, |b| connections::retire(b, &con, later(1))).await.unwrap();
        write(&db, &t, |b| connections::enable(b, &con, &client_id("client"))).await.unwrap();
        assert!(connections::for_client(&db.tenant(&t), &client_id("client")).await.unwrap().is_empty());
    });
}

#[test]
fn a_connection_is_switched_on_and_off_per_client() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (con, app) = (connection_id("con_1"), client_id("client"));
        for _ in 0..2 {
            write(&db, &t, |b| connections::enable(b, &con, &app)).await.unwrap();
        }
        assert_eq!(connections::for_client(&scope, &app).await.unwrap(), std::slice::from_ref(&con));
        for _ in 0..2 {
            write(&db, &t, |b| connections::disable(b, &con, &app)).await.unwrap();
        }
        assert!(connections::for_client(&scope, &app).await.unwrap().is_empty());
        let nobody = write(&db, &t, |b| connections::enable(b, &con, &client_id("nobody"))).await;
        assert_eq!(nobody, in_use("connection_clients"));
    });
}

#[test]
fn a_new_client_gets_all_connections_and_a_new_connection_all_clients() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        connections::insert(&mut b, &connection("con_2", "Zwei"));
        connections::enable_for_all_clients(&mut b, &connection_id("con_2"));
        clients::insert(&mut b, &client("new", "New"));
        connections::enable_all_for_client(&mut b, &client_id("new"));
        let mut all = client("all", "All Applications");
        all.global = true;
        clients::insert(&mut b, &all);
        connections::insert(&mut b, &connection("con_3", "Drei"));
        connections::enable_for_all_clients(&mut b, &connection_id("con_3"));
        b.commit().await.unwrap();
        let of = async |id: &str| {
            let found = connections::for_client(&scope, &client_id(id)).await.unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(of("client").await, ["con_2", "con_3"]);
        assert_eq!(of("new").await, ["con_1", "con_2", "con_3"]);
        assert!(of("all").await.is_empty());
    });
}

fn options(json: &str) -> DatabaseOptions {
    serde_json::from_str(json).unwrap()
}
