//! Users, passwords, sessions.

use doorward_model::ids::ConnectionId;
use doorward_model::session::Session;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::Code;
use doorward_model::user::User;
use doorward_model::user::search::USERS;
use doorward_store::users::Credential;
use doorward_store::users::list::UserFilter;
use doorward_store::{codes, connections, refresh_tokens, sessions, token_families, users};

use crate::kit::samples::*;
use crate::kit::{execute_on, on_both};

#[test]
fn a_user_is_found_by_id_and_by_address_with_the_password() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let con = connection_id("con_1");
        let ada = user("auth0|1", "ada@a.test");
        assert_eq!(users::get(&scope, &ada.id).await.unwrap(), Some(ada.clone()));
        assert_eq!(users::get(&scope, &user_id("auth0|2")).await.unwrap(), None);
        let found = async || users::by_email(&scope, &con, &ada.email).await.unwrap();
        assert_eq!(found().await, Some((ada.clone(), None)));
        for text in ["first", "second"] {
            let credential = Credential { hash: text.to_owned() };
            write(&db, &t, |b| users::put_password(b, &ada.id, &credential, NOW)).await.unwrap();
            assert_eq!(found().await, Some((ada.clone(), Some(credential))));
        }
        assert_eq!(users::by_email(&scope, &connection_id("con_9"), &ada.email).await.unwrap(), None);
        assert_eq!(users::by_email(&scope, &con, &email("bob@a.test")).await.unwrap(), None);
        let twin = user("auth0|2", "ada@a.test");
        assert_eq!(write(&db, &t, |b| users::insert(b, &twin)).await, conflict("users"));
        let nobody = Credential { hash: "h".to_owned() };
        let refused = write(&db, &t, |b| users::put_password(b, &user_id("auth0|9"), &nobody, NOW)).await;
        assert_eq!(refused, in_use("passwords"));
    });
}

#[test]
fn the_connections_that_know_an_address_are_found_among_some() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, two) = (connection_id("con_1"), connection_id("con_2"));
        let ada = email("ada@a.test");
        write(&db, &t, |b| connections::insert(b, &connection("con_2", "Zwei"))).await.unwrap();
        let twin = User { connection: two.clone(), ..user("auth0|2", "ada@a.test") };
        write(&db, &t, |b| users::insert(b, &twin)).await.unwrap();
        let among = async |known: &[ConnectionId], address| {
            users::connections_of(&scope, address, known).await.unwrap()
        };
        let both = [one.clone(), two.clone()];
        let mut found = among(&both, &ada).await;
        found.sort();
        assert_eq!(found, both);
        assert_eq!(among(&both[1..], &ada).await, [two]);
        let bob = email("bob@a.test");
        assert!(among(&both, &bob).await.is_empty());
        assert!(among(&[], &ada).await.is_empty());
    });
}

#[test]
fn a_deleted_user_leaves_no_password_no_session_and_no_token() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let ada = user_id("auth0|1");
        let mut b = scope.batch();
        users::put_password(&mut b, &ada, &Credential { hash: "h".to_owned() }, NOW);
        token_families::insert(&mut b, &family("family"), None);
        refresh_tokens::insert(&mut b, &refresh_token("token", &family("family")));
        users::insert(&mut b, &user("auth0|2", "bob@a.test"));
        b.commit().await.unwrap();
        for _ in 0..2 {
            write(&db, &t, |b| users::delete(b, &ada, NOW)).await.unwrap();
        }
        assert_eq!(users::get(&scope, &ada).await.unwrap(), None);
        assert_eq!(sessions::by_token_hash(&scope, &hash("cookie")).await.unwrap(), None);
        assert_eq!(token_families::get(&scope, &family_id("family")).await.unwrap(), None);
        assert_eq!(refresh_tokens::get(&scope, &hash("token")).await.unwrap(), None);
        assert!(users::get(&scope, &user_id("auth0|2")).await.unwrap().is_some());
    });
}

#[test]
fn a_login_is_counted_unless_the_user_is_blocked() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let id = user_id("auth0|1");
        write(&db, &t, |b| users::record_login(b, &id, None, later(5))).await.unwrap();
        write(&db, &t, |b| users::set_blocked(b, &id, true, later(6))).await.unwrap();
        let refused = write(&db, &t, |b| users::record_login(b, &id, None, later(7))).await;
        assert_eq!(refused, unmet(users::NOT_ALLOWED));
        let user = users::get(&scope, &id).await.unwrap().unwrap();
        assert_eq!((user.logins_count, user.last_login), (1, Some(later(5))));
        assert_eq!((user.blocked, user.version, user.updated_at), (true, 2, later(6)));
        let nobody = write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|9"), true, NOW)).await;
        assert_eq!(nobody, unmet(users::MISSING));
    });
}

#[test]
fn a_session_is_found_by_its_cookie_which_a_new_login_replaces() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let old = session("session");
        let of = users::get(&scope, &old.user).await.unwrap();
        let by = async |cookie: &str| {
            let found = sessions::by_token_hash(&scope, &hash(cookie)).await.unwrap();
            found.map(|(session, user)| {
                assert_eq!(user, of);
                session
            })
        };
        assert_eq!(by("cookie").await, Some(old.clone()));
        let again = Session { authenticated_at: later(9), last_used_at: later(9), ..old.clone() };
        write(&db, &t, |b| sessions::replace_token(b, &again, &hash("fresh"))).await.unwrap();
        assert_eq!(by("cookie").await, None);
        assert_eq!(by("fresh").await, Some(again.clone()));

        let other = Session { user: user_id("auth0|2"), ..again.clone() };
        let stolen = write(&db, &t, |b| sessions::replace_token(b, &other, &hash("stolen"))).await;
        assert_eq!(stolen, unmet(sessions::MISSING));

        let visit = |second, client: &str| Session {
            last_used_at: later(second),
            clients: vec![client_id(client)],
            last_device: device(client),
            ..again.clone()
        };
        write(&db, &t, |b| sessions::touch(b, &visit(20, "a"))).await.unwrap();
        write(&db, &t, |b| sessions::touch(b, &visit(15, "b"))).await.unwrap();
        assert_eq!(by("fresh").await, Some(visit(20, "a")));
        for _ in 0..2 {
            write(&db, &t, |b| sessions::delete(b, &old.id)).await.unwrap();
        }
        assert_eq!(by("fresh").await, None);
    });
}

#[test]
fn sessions_of_a_person_are_listed_while_they_count_and_ended_with_their_codes() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let ada = user_id("auth0|1");
        let mut b = scope.batch();
        users::insert(&mut b, &user("auth0|2", "bob@a.test"));
        for (name, second) in [("second", 10), ("third", 20)] {
            let made = Session::new(session_id(name), ada.clone(), later(second), device(name));
            sessions::insert(&mut b, &made, &hash(name), later(1000));
        }
        let of_bob = Session::new(session_id("bob"), user_id("auth0|2"), later(5), device("bob"));
        sessions::insert(&mut b, &of_bob, &hash("bob"), later(1000));
        codes::insert(&mut b, &hash("code"), &code());
        let used = Code { used_at: Some(NOW), ..code() };
        codes::insert(&mut b, &hash("used"), &used);
        b.commit().await.unwrap();
        let list = async |bounds, after: Option<(Timestamp, &str)>, limit| {
            let after = after.map(|(at, id)| (at, session_id(id)));
            let after = after.as_ref().map(|(at, id)| (*at, id));
            let found = sessions::of_user(&scope, &ada, bounds, after, limit).await.unwrap();
            found.iter().map(|session| session.id.to_string()).collect::<Vec<_>>()
        };
        let always = (NOW.before(Lifetime::from_seconds(1)), NOW.before(Lifetime::from_seconds(1)));
        assert_eq!(list(always, None, 9).await, ["session", "second", "third"]);
        assert_eq!(list(always, Some((NOW, "session")), 1).await, ["second"]);
        assert_eq!(list((NOW, always.1), None, 9).await, ["second", "third"], "too old");
        assert_eq!(list((always.0, later(10)), None, 9).await, ["third"], "too idle");

        let read = sessions::get(&scope, &session_id("third")).await.unwrap().unwrap();
        assert_eq!((read.first_device, read.metadata), (device("third"), None));
        let facts = serde_json::Map::from_iter([("a".to_owned(), serde_json::json!([1, "é"]))]);
        write(&db, &t, |b| sessions::put_metadata(b, &session_id("third"), Some(&facts))).await.unwrap();
        let read = sessions::get(&scope, &session_id("third")).await.unwrap().unwrap();
        assert_eq!(read.metadata, Some(facts));
        write(&db, &t, |b| sessions::put_metadata(b, &session_id("third"), None)).await.unwrap();
        let gone = write(&db, &t, |b| sessions::put_metadata(b, &session_id("none"), None)).await;
        assert_eq!(gone, unmet(sessions::MISSING));

        for _ in 0..2 {
            write(&db, &t, |b| sessions::end(b, &session_id("session"))).await.unwrap();
        }
        assert_eq!(codes::get(&scope, &hash("code")).await.unwrap(), None);
        assert!(codes::get(&scope, &hash("used")).await.unwrap().is_some(), "its second use must be seen");
        assert_eq!(list(always, None, 9).await, ["second", "third"]);
        write(&db, &t, |b| sessions::end_of_user(b, &ada)).await.unwrap();
        assert!(list(always, None, 9).await.is_empty());
        assert!(sessions::get(&scope, &session_id("bob")).await.unwrap().is_some());
    });
}

#[test]
fn a_change_is_written_over_what_was_read_and_nothing_else() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let before = user("auth0|1", "ada@a.test");
        let metadata = |value: &str| serde_json::from_value(serde_json::json!({ "plan": value })).unwrap();
        let after = User {
            email: email("countess@a.test"),
            email_verified: false,
            user_metadata: metadata("gold"),
            app_metadata: metadata("silver"),
            updated_at: later(5),
            ..before.clone()
        };
        write(&db, &t, |b| users::record_login(b, &before.id, Some("192.0.2.1"), later(1))).await.unwrap();
        write(&db, &t, |b| users::update(b, &before, &after)).await.unwrap();
        let found = users::get(&scope, &before.id).await.unwrap().unwrap();
        assert_eq!((found.logins_count, found.version), (1, before.version + 1), "a login is no change");
        let same = User { version: after.version, ..found.clone() };
        assert_eq!(
            (same.email, same.user_metadata, same.app_metadata),
            (after.email.clone(), after.user_metadata.clone(), after.app_metadata.clone())
        );
        assert_eq!(write(&db, &t, |b| users::update(b, &before, &after)).await, unmet(users::STALE));
        write(&db, &t, |b| users::insert(b, &user("auth0|2", "bob@a.test"))).await.unwrap();
        let taken = User { email: email("bob@a.test"), ..found.clone() };
        assert_eq!(write(&db, &t, |b| users::update(b, &found, &taken)).await, conflict("users"));

        let of_address = async |text: &str| {
            let found = users::list::with_email(&scope, &email(text), 5).await.unwrap();
            found.iter().map(|user| user.id.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of_address("countess@a.test").await, ["auth0|1"]);
        assert!(of_address("ada@a.test").await.is_empty());
    });
}

#[test]
fn whether_anybody_logged_in_ever_is_known() {
    on_both(async |db| {
        let (t, other) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let id = user_id("auth0|1");
        assert!(!users::any_logged_in(&db.tenant(&t)).await.unwrap());
        write(&db, &t, |b| users::record_login(b, &id, None, NOW)).await.unwrap();
        assert!(users::any_logged_in(&db.tenant(&t)).await.unwrap());
        assert!(!users::any_logged_in(&db.tenant(&other)).await.unwrap());
    });
}

#[test]
fn a_user_who_must_be_there_is_deleted_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let id = user_id("auth0|1");
        write(&db, &t, |b| users::delete_known(b, &id, NOW)).await.unwrap();
        assert_eq!(users::get(&db.tenant(&t), &id).await.unwrap(), None);
        assert_eq!(write(&db, &t, |b| users::delete_known(b, &id, NOW)).await, unmet(users::MISSING));
        let again = write(&db, &t, |b| users::insert(b, &user("auth0|1", "ada@a.test"))).await;
        assert_eq!(again, unmet(users::ID_WAS_USED));
    });
}

/// Those whom a release before this one wrote.
#[test]
fn users_of_an_older_release_become_searchable_unless_they_were_changed_meanwhile() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        assert!(users::not_searchable(&scope, 10).await.unwrap().is_empty());
        let ada = user("auth0|1", "ada@a.test");
        execute_on(&db, "UPDATE users SET is_searchable = FALSE, name_lower = ''").await;
        assert_eq!(users::not_searchable(&scope, 10).await.unwrap(), std::slice::from_ref(&ada));
        let of_another_version = User { version: 7, ..ada.clone() };
        write(&db, &t, |b| users::make_searchable(b, &of_another_version)).await.unwrap();
        assert_eq!(users::not_searchable(&scope, 10).await.unwrap().len(), 1);
        write(&db, &t, |b| users::make_searchable(b, &ada)).await.unwrap();
        assert!(users::not_searchable(&scope, 10).await.unwrap().is_empty());
        assert_eq!(users::get(&scope, &ada.id).await.unwrap(), Some(ada));
        let query = USERS.parse("name:ada").unwrap();
        let filter = UserFilter { query: Some(&query), ..UserFilter::default() };
        assert_eq!(users::list::count(&scope, filter).await, Ok(1));
    });
}

#[test]
fn all_sessions_of_a_person_end_and_nobody_elses() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        write(&db, &t, |b| users::insert(b, &user("auth0|2", "bob@a.test"))).await.unwrap();
        let of_bob = Session { user: user_id("auth0|2"), ..session("bobs") };
        write(&db, &t, |b| sessions::insert(b, &session("second"), &hash("second"), later(1000)))
            .await
            .unwrap();
        write(&db, &t, |b| sessions::insert(b, &of_bob, &hash("bob"), later(1000))).await.unwrap();
        write(&db, &t, |b| sessions::delete_for_user(b, &user_id("auth0|1"))).await.unwrap();
        for (cookie, is_there) in [("cookie", false), ("second", false), ("bob", true)] {
            let found = sessions::by_token_hash(&scope, &hash(cookie)).await.unwrap();
            assert_eq!(found.is_some(), is_there, "{cookie}");
        }
    });
}
