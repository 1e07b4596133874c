//! How clients fare: counted one by one, and as a condition on their list. Both must agree.

use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::LogId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_store::activity::{self, ClientActivity, Condition, ConditionSince, DAYS};
use doorward_store::clients::{self, ClientFilter, ClientOrder};
use doorward_store::logs;

use crate::kit::on_both;
use crate::kit::samples::*;

fn days(from: [&str; DAYS]) -> [LogId; DAYS] {
    from.map(log_id)
}

#[test]
fn how_a_client_fared_is_read_from_its_events_alone() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let client = event("1").client.unwrap();
        let week = days(["1", "2", "3", "4", "5", "6", "7"]);
        let none = activity::activity(&scope, &client, &week).await.unwrap();
        assert_eq!(none, ClientActivity::default());
        let mut b = scope.batch();
        let rows = [
            ("1", EventCode::Login, 1),
            ("2", EventCode::LoginFailed, 1),
            ("3", EventCode::ClientCredentials, 1),
            ("3-b", EventCode::Login, 1),
            ("4", EventCode::LoginFailed, 5),
            ("5", EventCode::WrongPassword, 1),
            ("6", EventCode::LoginFailed, 2),
            ("7", EventCode::ManagementWrite, 1),
        ];
        for (at, (id, code, count)) in (0..).zip(rows) {
            logs::insert(&mut b, &Event { code, count, at: later(at), ..event(id) });
        }
        logs::insert(&mut b, &Event { client: None, at: later(9), ..event("8") });
        b.commit().await.unwrap();
        let expected = ClientActivity {
            successes: 3,
            days: [1, 0, 2, 0, 0, 0, 0],
            last_success: Some(later(3)),
            refusals: 7,
            first_refusal: Some(later(4)),
            last_refusal: Some(later(6)),
            old_secret_used: None,
        };
        assert_eq!(activity::activity(&scope, &client, &week).await.unwrap(), expected);
        let later_days = days(["4", "5", "6", "7", "8", "9", "9-b"]);
        let recent = activity::activity(&scope, &client, &later_days).await.unwrap();
        assert_eq!((recent.successes, recent.last_success, recent.refusals), (0, None, 2));
        assert_eq!(activity::last_success(&scope, &client, &log_id("1")).await.unwrap(), Some(later(3)));
        assert_eq!(activity::last_success(&scope, &client, &log_id("4")).await.unwrap(), None);
    });
}

#[test]
fn a_list_finds_clients_by_how_they_fare() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        let mut bare = client("bare", "Bare \"callbacks\":[\"x");
        bare.settings.callbacks = Some(Vec::new());
        let mut program = client("program", "Program");
        (program.settings.app_type, program.settings.callbacks) = (Some(ClientKind::NonInteractive), None);
        let all = ["works", "refuses", "recovered", "gave-up", "quiet"].map(|id| client(id, id));
        for client in all.iter().chain([&bare, &program]) {
            clients::insert(&mut b, client);
        }
        let rows = [
            ("1", "works", EventCode::Login, 1),
            ("2", "refuses", EventCode::Login, 1),
            ("3", "refuses", EventCode::LoginFailed, 50),
            ("4", "recovered", EventCode::LoginFailed, 50),
            ("5", "recovered", EventCode::ClientCredentials, 51),
            // Longer ago than what counts as lately.
            ("6", "gave-up", EventCode::LoginFailed, 10),
            ("7", "quiet", EventCode::WrongPassword, 60),
        ];
        for (id, who, code, at) in rows {
            logs::insert(&mut b, &Event { client: Some(client_id(who)), code, at: later(at), ..event(id) });
        }
        b.commit().await.unwrap();
        let found = async |condition| {
            let since = ConditionSince { condition, worked: log_id("1"), refused: later(40) };
            let filter =
                ClientFilter { condition: Some(since), order: ClientOrder::Name, ..ClientFilter::default() };
            let found: Vec<Client> = clients::list(&scope, &filter, 0, 20).await.unwrap();
            assert_eq!(clients::count(&scope, &filter).await.unwrap(), found.len() as i64);
            found.iter().map(|client| client.id.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(found(Condition::TurningAway).await, "refuses");
        assert_eq!(found(Condition::Working).await, "recovered works");
        assert_eq!(found(Condition::SettingMissing).await, "bare");
        assert_eq!(found(Condition::Quiet).await, "client gave-up program quiet");
    });
}

#[test]
fn the_client_that_something_happened_at_last_comes_first() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for id in ["one", "two"] {
            clients::insert(&mut b, &client(id, id));
        }
        logs::insert(&mut b, &Event { client: Some(client_id("one")), ..event("1") });
        logs::insert(&mut b, &Event { client: Some(client_id("client")), ..event("2") });
        b.commit().await.unwrap();
        let filter = ClientFilter { order: ClientOrder::Activity, ..ClientFilter::default() };
        let found = clients::list(&scope, &filter, 0, 9).await.unwrap();
        let ids: Vec<_> = found.iter().map(|client| client.id.as_str()).collect();
        assert_eq!(ids, ["client", "one", "two"]);
    });
}

#[test]
fn one_client_is_the_one_that_was_there_first_whatever_it_is_called() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        assert_eq!(clients::default_one(&scope).await.unwrap(), None);
        let first = client_id("client");
        write(&db, &t, |b| clients::mark_default(b, &first)).await.unwrap();
        assert_eq!(clients::default_one(&scope).await.unwrap(), Some(first.clone()));
        let mut renamed = clients::get(&scope, &first).await.unwrap().unwrap();
        renamed.settings.name = "Mine".to_owned();
        write(&db, &t, |b| clients::update(b, &renamed)).await.unwrap();
        assert_eq!(clients::default_one(&scope).await.unwrap(), Some(first.clone()));
        write(&db, &t, |b| clients::insert(b, &client("second", "Second"))).await.unwrap();
        let second = client_id("second");
        assert_eq!(write(&db, &t, |b| clients::mark_default(b, &second)).await, conflict("clients"));
        write(&db, &t, |b| clients::delete(b, &first, NOW)).await.unwrap();
        assert_eq!(clients::default_one(&scope).await.unwrap(), None);
        write(&db, &t, |b| clients::mark_default(b, &second)).await.unwrap();
        assert_eq!(write(&db, &t, |b| clients::mark_default(b, &first)).await, unmet(clients::MISSING));
    });
}
