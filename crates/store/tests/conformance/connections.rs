//! Connections, and which clients may use them.

use doorward_model::connection::{DatabaseOptions, Strategy};
use doorward_store::{clients, connections};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn a_connection_is_read_back_and_its_name_is_unique() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut two = connection("con_2", "Zwei");
        two.strategy = Strategy::Database(DatabaseOptions { brute_force_protection: false });
        write(&db, &t, |b| connections::insert(b, &two)).await.unwrap();
        assert_eq!(connections::all(&scope).await.unwrap(), [connection("con_1", "Users"), two.clone()]);
        assert_eq!(connections::by_name(&scope, "Zwei").await.unwrap(), Some(two));
        assert_eq!(connections::by_name(&scope, "zwei").await.unwrap(), None);
        let twin = connection("con_3", "Zwei");
        assert_eq!(write(&db, &t, |b| connections::insert(b, &twin)).await, conflict("connections"));
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
