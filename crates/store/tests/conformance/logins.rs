//! Logins under way, logins used up, and tries.

use doorward_model::ids::LoginId;
use doorward_model::secret::SealedSecret;
use doorward_model::time::Lifetime;
use doorward_store::login_attempts::{self, AttemptLimit, Attempts, Seen};
use doorward_store::{StoreError, logins};

use crate::kit::on_both;
use crate::kit::samples::*;

const LIMIT: AttemptLimit<'static> =
    AttemptLimit { subject: "ada from 192.0.2.1", limit: 10, window: Lifetime::from_seconds(60) };

#[test]
fn a_login_is_used_up_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let id = LoginId::parse("login").unwrap();
        assert!(!logins::is_used_up(&db.tenant(&t), &id).await.unwrap());
        let (won, lost) = write_in_parallel(&db, &t, 50, |b| logins::use_up(b, &id, later(600))).await;
        assert_eq!(won, 1);
        assert!(lost.iter().all(|error| matches!(error, StoreError::Conflict { .. })), "{lost:?}");
        assert!(logins::is_used_up(&db.tenant(&t), &id).await.unwrap());
    });
}

#[test]
fn the_state_of_a_login_is_kept_replaced_and_forgotten() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let id = LoginId::parse("login").unwrap();
        for text in ["one", "two"] {
            let sealed = SealedSecret::from_ciphertext(text.to_owned());
            write(&db, &t, |b| logins::put(b, &id, &sealed, later(60))).await.unwrap();
            assert_eq!(logins::get(&scope, &id, later(59)).await.unwrap(), Some(sealed));
        }
        assert_eq!(logins::get(&scope, &id, later(60)).await.unwrap(), None);
        write(&db, &t, |b| logins::delete(b, &id)).await.unwrap();
        assert_eq!(logins::get(&scope, &id, NOW).await.unwrap(), None);
    });
}

#[test]
fn what_is_kept_is_taken_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let id = LoginId::parse("login").unwrap();
        let sealed = SealedSecret::from_ciphertext("one".to_owned());
        write(&db, &t, |b| logins::put(b, &id, &sealed, later(60))).await.unwrap();
        let (won, lost) = write_in_parallel(&db, &t, 50, |b| logins::take(b, &id)).await;
        assert_eq!(won, 1);
        assert!(lost.iter().all(|error| *error == StoreError::Unmet { what: logins::TAKEN }), "{lost:?}");
        assert_eq!(logins::get(&db.tenant(&t), &id, NOW).await.unwrap(), None);
    });
}

#[test]
fn of_500_parallel_tries_exactly_the_limit_gets_through() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let mut tasks = Vec::new();
        for _ in 0..500 {
            let (db, t) = (db.clone(), t.clone());
            tasks.push(tokio::spawn(
                async move { login_attempts::reserve(&db.tenant(&t), &LIMIT, NOW).await },
            ));
        }
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.extend(task.await.unwrap().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=10).collect::<Vec<i64>>());
        let state = login_attempts::state(&db.tenant(&t), LIMIT.subject, NOW).await.unwrap();
        assert_eq!(state, Some(Attempts { count: 10, ends_at: later(60) }));
    });
}

#[test]
fn a_new_window_a_success_and_a_returned_try_give_tries_again() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let two = AttemptLimit { limit: 2, ..LIMIT };
        let reserve = async |second: u32| login_attempts::reserve(&scope, &two, later(second)).await.unwrap();
        assert_eq!((reserve(0).await, reserve(1).await, reserve(2).await), (Some(1), Some(2), None));
        write(&db, &t, |b| login_attempts::give_back(b, two.subject)).await.unwrap();
        assert_eq!((reserve(3).await, reserve(4).await), (Some(2), None));
        assert_eq!(reserve(59).await, None);
        assert_eq!(reserve(60).await, Some(1));
        assert_eq!(login_attempts::state(&scope, two.subject, later(120)).await.unwrap(), None);
        write(&db, &t, |b| login_attempts::clear(b, two.subject)).await.unwrap();
        assert_eq!(login_attempts::state(&scope, two.subject, later(61)).await.unwrap(), None);
        assert_eq!(reserve(62).await, Some(1));
        let none = AttemptLimit { limit: 0, subject: "never", ..LIMIT };
        assert_eq!(login_attempts::reserve(&scope, &none, NOW).await.unwrap(), None);
    });
}

#[test]
fn several_limits_are_reserved_together_or_not_at_all() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let address = AttemptLimit { subject: "192.0.2.1", limit: 5, ..LIMIT };
        let account = AttemptLimit { limit: 1, ..LIMIT };
        let both = async || {
            let mut b = scope.batch();
            let first = login_attempts::push_reserve(&mut b, &address, "address", NOW);
            login_attempts::push_reserve(&mut b, &account, "account", NOW);
            b.commit().await.map(|committed| committed.affected(first))
        };
        assert_eq!(both().await, Ok(1));
        assert_eq!(both().await, Err(StoreError::Unmet { what: "account" }));
        let state = login_attempts::state(&scope, address.subject, NOW).await.unwrap().unwrap();
        assert_eq!(state.count, 1);
    });
}

#[test]
fn an_account_is_locked_address_by_address_and_freed_everywhere() {
    on_both(async |db| {
        let (t, other) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let scope = db.tenant(&t);
        let try_from = async |subject: &str, seen: Seen<'_>| {
            let limit = AttemptLimit { subject, limit: 2, ..LIMIT };
            write(&db, &t, |b| {
                login_attempts::push_reserve_for(b, &limit, seen, "tries are left", NOW);
            })
            .await
        };
        let ada = |ip| Seen { account: "ada", ip };
        for _ in 0..2 {
            try_from("ada at home", ada("192.0.2.1")).await.unwrap();
            try_from("ada at work", ada("192.0.2.2")).await.unwrap();
        }
        try_from("ada elsewhere", ada("192.0.2.3")).await.unwrap();
        try_from("bob at home", Seen { account: "bob", ip: "192.0.2.1" }).await.unwrap();
        assert_eq!(try_from("ada at home", ada("192.0.2.1")).await, unmet("tries are left"));

        let locked = async |account: &str, second: u32| {
            login_attempts::locked_from(&scope, account, 2, later(second)).await.unwrap()
        };
        assert_eq!(locked("ada", 59).await, ["192.0.2.1", "192.0.2.2"]);
        assert!(locked("ada", 60).await.is_empty(), "the window is over");
        assert!(locked("bob", 0).await.is_empty());
        assert!(login_attempts::locked_from(&db.tenant(&other), "ada", 2, NOW).await.unwrap().is_empty());
        let counts = async |subjects| login_attempts::counts(&scope, subjects, NOW).await.unwrap();
        assert_eq!(counts(["ada elsewhere", "ada at home"]).await, [1, 2]);
        assert_eq!(counts(["bob at home", "bob at home"]).await, [1, 1]);
        assert_eq!(counts(["nobody", "ada at work"]).await, [0, 2]);

        write(&db, &t, |b| login_attempts::clear_account(b, "ada")).await.unwrap();
        assert!(locked("ada", 0).await.is_empty());
        assert_eq!(counts(["ada at home", "bob at home"]).await, [0, 1]);
    });
}
