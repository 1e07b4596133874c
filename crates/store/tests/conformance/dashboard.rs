//! Sessions of admins, and forms that are done once.

use doorward_model::admin::{Admin, Role, SESSION_LIFETIME};
use doorward_model::ids::AdminId;
use doorward_model::time::Lifetime;
use doorward_store::global::sent_forms::SentForm;
use doorward_store::global::{admin_sessions, admins, purge, sent_forms};
use doorward_store::users::Credential;

use crate::kit::on_both;
use crate::kit::samples::*;

fn ada() -> Admin {
    let (id, email) = (AdminId::parse("1").unwrap(), email("ada@a.test"));
    Admin { id, email, role: Role::Owner, created_at: NOW }
}

fn credential() -> Credential {
    Credential { hash: "x".to_owned() }
}

#[test]
fn a_session_is_found_by_its_cookie_in_its_tenant_while_its_admin_is_a_member() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let ada = ada();
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential())).await.unwrap();
        write(&db, &a, |batch| admin_sessions::insert(batch, &ada.id, &hash("c"), NOW)).await.unwrap();
        write(&db, &b, |batch| admin_sessions::insert(batch, &ada.id, &hash("d"), NOW)).await.unwrap();
        let found = admin_sessions::by_token_hash(&db.tenant(&a), &hash("c")).await.unwrap().unwrap();
        assert_eq!((found.admin, found.created_at, found.last_used_at), (ada.clone(), NOW, NOW));
        assert_eq!(admin_sessions::by_token_hash(&db.tenant(&b), &hash("c")).await.unwrap(), None);
        let no_member = admin_sessions::by_token_hash(&db.tenant(&b), &hash("d")).await.unwrap();
        assert_eq!(no_member, None, "no member of that tenant");
    });
}

#[test]
fn a_session_is_touched_forward_only_and_ends_alone_or_with_all_others() {
    on_both(async |db| {
        let a = furnish(&db, "a").await;
        let ada = ada();
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential())).await.unwrap();
        for cookie in ["c", "d", "e"] {
            write(&db, &a, |batch| admin_sessions::insert(batch, &ada.id, &hash(cookie), NOW)).await.unwrap();
        }
        let used = async || {
            let found = admin_sessions::by_token_hash(&db.tenant(&a), &hash("c")).await.unwrap();
            found.map(|session| session.last_used_at)
        };
        write(&db, &a, |batch| admin_sessions::touch(batch, &hash("c"), later(60))).await.unwrap();
        write(&db, &a, |batch| admin_sessions::touch(batch, &hash("c"), later(30))).await.unwrap();
        assert_eq!(used().await, Some(later(60)));
        write(&db, &a, |batch| admin_sessions::delete(batch, &hash("d"))).await.unwrap();
        assert_eq!(admin_sessions::by_token_hash(&db.tenant(&a), &hash("d")).await.unwrap(), None);
        assert!(used().await.is_some());
        write(&db, &a, |batch| admin_sessions::delete_all(batch, &ada.id)).await.unwrap();
        assert_eq!(used().await, None);
        assert_eq!(admin_sessions::by_token_hash(&db.tenant(&a), &hash("e")).await.unwrap(), None);
    });
}

#[test]
fn of_many_forms_with_one_key_one_is_done_and_the_others_learn_how() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let ada = ada();
        let state = async |key: &str| sent_forms::get(&db.tenant(&a), &ada.id, key).await.unwrap();
        assert_eq!(state("k").await, SentForm::New);
        let id = ada.id.clone();
        let (won, _) =
            write_in_parallel(&db, &a, 20, move |batch| sent_forms::take(batch, &id, "k", later(60))).await;
        assert_eq!(won, 1);
        assert_eq!(state("k").await, SentForm::UnderWay);
        let again = write(&db, &a, |batch| sent_forms::take(batch, &ada.id, "k", later(60))).await;
        assert_eq!(again, unmet(sent_forms::SENT_BEFORE));
        write(&db, &b, |batch| sent_forms::take(batch, &ada.id, "k", later(60))).await.unwrap();
        let bob = AdminId::parse("2").unwrap();
        write(&db, &a, |batch| sent_forms::take(batch, &bob, "k", later(60))).await.unwrap();
        write(&db, &a, |batch| sent_forms::finish(batch, &ada.id, "k", "made")).await.unwrap();
        assert_eq!(state("k").await, SentForm::Done("made".into()));
        assert_eq!(sent_forms::get(&db.tenant(&a), &bob, "k").await.unwrap(), SentForm::UnderWay);
        write(&db, &a, |batch| sent_forms::give_back(batch, &ada.id, "k")).await.unwrap();
        assert_eq!(state("k").await, SentForm::New);
    });
}

#[test]
fn what_is_over_is_cleaned_away() {
    on_both(async |db| {
        let a = furnish(&db, "a").await;
        let ada = ada();
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential())).await.unwrap();
        write(&db, &a, |batch| admin_sessions::insert(batch, &ada.id, &hash("c"), NOW)).await.unwrap();
        write(&db, &a, |batch| sent_forms::take(batch, &ada.id, "k", later(60))).await.unwrap();
        assert_eq!(purge::purge(&db.global(), later(59), 100).await.unwrap(), 0);
        assert_eq!(purge::purge(&db.global(), later(60), 100).await.unwrap(), 1);
        let end = NOW.after(SESSION_LIFETIME);
        purge::purge(&db.global(), end.before(Lifetime::from_seconds(1)), 100).await.unwrap();
        assert!(admin_sessions::by_token_hash(&db.tenant(&a), &hash("c")).await.unwrap().is_some());
        assert_eq!(purge::purge(&db.global(), end, 100).await.unwrap(), 1);
        assert_eq!(admin_sessions::by_token_hash(&db.tenant(&a), &hash("c")).await.unwrap(), None);
    });
}

#[test]
fn a_password_typed_again_makes_a_session_fresh_and_no_other() {
    on_both(async |db| {
        let a = furnish(&db, "a").await;
        let ada = ada();
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential())).await.unwrap();
        for cookie in ["c", "d"] {
            write(&db, &a, |batch| admin_sessions::insert(batch, &ada.id, &hash(cookie), NOW)).await.unwrap();
        }
        write(&db, &a, |batch| admin_sessions::confirm(batch, &hash("c"), later(60))).await.unwrap();
        let times = async |cookie: &str| {
            let found = admin_sessions::by_token_hash(&db.tenant(&a), &hash(cookie)).await.unwrap().unwrap();
            (found.authenticated_at, found.created_at)
        };
        assert_eq!(times("c").await, (later(60), NOW));
        assert_eq!(times("d").await, (NOW, NOW));
    });
}
