//! Devices that wait: one answer, one use, and nothing for whoever is gone.

use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::ids::{DeviceCodeId, TenantId};
use doorward_model::time::Lifetime;
use doorward_model::token::Authorization;
use doorward_store::{Db, StoreError, clients, device_codes, grants, sessions, users};

use crate::kit::on_both;
use crate::kit::samples::*;

fn id(name: &str) -> DeviceCodeId {
    DeviceCodeId::parse(name).unwrap()
}

fn waiting(name: &str) -> DeviceCode {
    DeviceCode {
        id: id(name),
        client: client_id("client"),
        scope: Some("openid offline_access".to_owned()),
        audience: Some("https://api.test/".to_owned()),
        family: family_id("family"),
        device: device("television"),
        created_at: NOW,
        expires_at: later(900),
        interval: Lifetime::from_seconds(5),
        polled_at: None,
        standing: Standing::Waiting,
    }
}

async fn add(db: &Db, t: &TenantId, code: &DeviceCode) -> Result<(), StoreError> {
    let name = code.id.as_str();
    let hashes = (hash(name), hash(&format!("typed {name}")));
    write(db, t, |b| device_codes::insert(b, (&hashes.0, &hashes.1), code)).await
}

async fn read(db: &Db, t: &TenantId, name: &str) -> Option<DeviceCode> {
    device_codes::get(&db.tenant(t), &hash(name)).await.unwrap()
}

async fn standing(db: &Db, t: &TenantId, name: &str) -> Standing {
    read(db, t, name).await.unwrap().standing
}

#[test]
fn a_device_code_is_found_by_either_code() {
    on_both(async |db| {
        let (t, other) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let mut plain = waiting("plain");
        (plain.scope, plain.audience, plain.polled_at) = (None, None, Some(later(1)));
        for code in [waiting("rich"), plain] {
            add(&db, &t, &code).await.unwrap();
            let name = code.id.to_string();
            let typed = hash(&format!("typed {name}"));
            assert_eq!(read(&db, &t, &name).await.as_ref(), Some(&code));
            assert_eq!(device_codes::of_user_code(&db.tenant(&t), &typed).await.unwrap(), Some(code));
            assert_eq!(device_codes::get(&db.tenant(&t), &typed).await.unwrap(), None);
            assert_eq!(device_codes::of_user_code(&db.tenant(&other), &typed).await.unwrap(), None);
            assert_eq!(read(&db, &other, &name).await, None);
        }
        let twin = write(&db, &t, |b| {
            device_codes::insert(b, (&hash("fresh"), &hash("typed rich")), &waiting("twin"));
        });
        assert_eq!(twin.await, conflict("device_codes"), "two people would type the same");
        let mut stray = waiting("stray");
        stray.client = client_id("nobody");
        assert_eq!(add(&db, &t, &stray).await, unmet(device_codes::NO_CLIENT));
    });
}

#[test]
fn a_person_answers_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        for name in ["yes", "no", "late"] {
            add(&db, &t, &waiting(name)).await.unwrap();
        }
        let allow = |name: &'static str, second| {
            write(&db, &t, move |b| device_codes::allow(b, &id(name), &authorization(), later(second)))
        };
        let deny = |name: &'static str, second| {
            write(&db, &t, move |b| device_codes::deny(b, &id(name), later(second)))
        };
        allow("yes", 1).await.unwrap();
        deny("no", 1).await.unwrap();
        assert_eq!(standing(&db, &t, "yes").await, Standing::Allowed(authorization()));
        assert_eq!(standing(&db, &t, "no").await, Standing::Denied);
        for name in ["yes", "no"] {
            assert_eq!(allow(name, 2).await, unmet(device_codes::NOT_OPEN));
            assert_eq!(deny(name, 2).await, unmet(device_codes::NOT_OPEN));
        }
        assert_eq!(allow("late", 900).await, unmet(device_codes::NOT_OPEN));
        assert_eq!(deny("late", 900).await, unmet(device_codes::NOT_OPEN));
        assert_eq!(allow("nothing", 1).await, unmet(device_codes::NOT_OPEN));
        allow("late", 899).await.unwrap();
    });
}

#[test]
fn nothing_is_allowed_without_client_user_and_session() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        add(&db, &t, &waiting("device")).await.unwrap();
        let allow =
            |of: Authorization| write(&db, &t, move |b| device_codes::allow(b, &id("device"), &of, later(1)));
        let strange = Authorization { client: client_id("other"), ..authorization() };
        write(&db, &t, |b| clients::insert(b, &client("other", "Other"))).await.unwrap();
        assert_eq!(allow(strange).await, unmet(device_codes::NOT_OPEN), "it waits for another client");
        let strange = Authorization { session: session_id("nothing"), ..authorization() };
        assert_eq!(allow(strange).await, unmet(device_codes::NOT_OPEN));
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), true, NOW)).await.unwrap();
        assert_eq!(allow(authorization()).await, unmet(device_codes::NOT_OPEN));
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), false, NOW)).await.unwrap();
        allow(authorization()).await.unwrap();
    });
}

#[test]
fn of_200_parallel_uses_of_a_device_code_exactly_one_wins() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        add(&db, &t, &waiting("device")).await.unwrap();
        let take = |b: &mut _| device_codes::take(b, &id("device"), later(2));
        assert_eq!(write(&db, &t, take).await, unmet(device_codes::SPENT), "nobody allowed it");
        write(&db, &t, |b| device_codes::allow(b, &id("device"), &authorization(), later(1))).await.unwrap();
        let late = write(&db, &t, |b| device_codes::take(b, &id("device"), later(900))).await;
        assert_eq!(late, unmet(device_codes::SPENT));
        let (won, lost) = write_in_parallel(&db, &t, 200, take).await;
        assert_eq!(won, 1);
        assert!(
            lost.iter().all(|error| *error == StoreError::Unmet { what: device_codes::SPENT }),
            "{lost:?}"
        );
        assert_eq!(standing(&db, &t, "device").await, Standing::Used(authorization()));
    });
}

#[test]
fn of_many_questions_at_once_one_is_the_next() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        add(&db, &t, &waiting("device")).await.unwrap();
        let (five, ten) = (Lifetime::from_seconds(5), Lifetime::from_seconds(10));
        let ask = |b: &mut _| device_codes::poll(b, &id("device"), None, (later(1), five));
        let (won, lost) = write_in_parallel(&db, &t, 50, ask).await;
        assert_eq!((won, lost.len()), (1, 49));
        let next = write(&db, &t, |b| device_codes::poll(b, &id("device"), Some(later(1)), (later(2), ten)));
        next.await.unwrap();
        let code = read(&db, &t, "device").await.unwrap();
        assert_eq!((code.polled_at, code.interval), (Some(later(2)), ten));
        let old = write(&db, &t, |b| device_codes::poll(b, &id("device"), Some(later(1)), (later(3), ten)));
        assert_eq!(old.await, unmet(device_codes::OVERTAKEN));
    });
}

/// What ends codes that wait for their exchange ends devices that wait for their tokens.
#[test]
fn what_was_allowed_ends_with_session_person_grant_and_client() {
    on_both(async |db| {
        let ends: [fn(&mut doorward_store::Batch); 6] = [
            |b| sessions::end(b, &session_id("session")),
            |b| sessions::end_of_user(b, &user_id("auth0|1")),
            |b| users::delete(b, &user_id("auth0|1"), later(9)),
            |b| clients::delete(b, &client_id("client"), later(9)),
            |b| {
                let whose = (&user_id("auth0|1"), &client_id("client"));
                grants::end_at(b, whose, Some("https://api.test/"), "https://a.test/userinfo", later(9));
            },
            |_| {},
        ];
        for (number, end) in ends.into_iter().enumerate() {
            let t = furnish(&db, &format!("t{number}")).await;
            add(&db, &t, &waiting("device")).await.unwrap();
            write(&db, &t, |b| device_codes::allow(b, &id("device"), &authorization(), later(1)))
                .await
                .unwrap();
            write(&db, &t, end).await.unwrap();
            assert_eq!(read(&db, &t, "device").await.is_some(), number == 5, "{number}");
        }
    });
}
