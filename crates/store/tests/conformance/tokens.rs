//! Codes, token families, refresh tokens: single use, and nothing for whoever is gone.

use doorward_model::device::Device;
use doorward_model::ids::ClientId;
use doorward_model::token::{AskedClaims, Code, Family, RefreshToken};
use doorward_store::refresh_tokens::TokenFilter;
use doorward_store::token_families::Standing;
use doorward_store::{
    DatabaseUrl, Db, StoreError, clients, codes, refresh_tokens, sessions, tenants, token_families, users,
};

use crate::kit::samples::*;
use crate::kit::{number_on, on_both, on_postgres_at};

#[test]
fn a_code_is_read_back_as_it_was_written() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut rich = code();
        rich.authorization.audience = None;
        rich.authorization.scope = Vec::new();
        rich.authorization.claims =
            AskedClaims { id_token: vec!["acr".to_owned()], userinfo: vec!["name".to_owned()] };
        rich.code_challenge = Some("challenge".to_owned());
        rich.nonce = Some("a\u{1}é😀'\"\\$1?1".to_owned());
        rich.auth_time_wanted = true;
        for (name, code) in [("plain", code()), ("rich", rich)] {
            write(&db, &t, |b| codes::insert(b, &hash(name), &code)).await.unwrap();
            assert_eq!(codes::get(&scope, &hash(name)).await.unwrap(), Some(code));
        }
        assert_eq!(codes::get(&scope, &hash("Plain")).await.unwrap(), None);
        let mut strange = code();
        strange.nonce = Some("a\0b".to_owned());
        write(&db, &t, |b| codes::insert(b, &hash("nul"), &strange)).await.unwrap();
        let read = codes::get(&scope, &hash("nul")).await.unwrap().unwrap();
        assert_eq!(read.nonce.as_deref(), Some("a\u{FFFD}b"), "PostgreSQL's text holds no NUL");
        let twin = write(&db, &t, |b| codes::insert(b, &hash("plain"), &code())).await;
        assert_eq!(twin, conflict("codes"));
    });
}

#[test]
fn of_200_parallel_uses_of_a_code_exactly_one_wins() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        write(&db, &t, |b| codes::insert(b, &hash("code"), &code())).await.unwrap();
        let (won, lost) = write_in_parallel(&db, &t, 200, |b| codes::take(b, &hash("code"), later(1))).await;
        assert_eq!(won, 1);
        assert!(lost.iter().all(|error| *error == StoreError::Unmet { what: codes::SPENT }), "{lost:?}");
        let used = codes::get(&db.tenant(&t), &hash("code")).await.unwrap().unwrap();
        assert_eq!(used.used_at, Some(later(1)));
    });
}

#[test]
fn an_expired_or_burnt_code_cannot_be_taken() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let take =
            |name: &'static str, second| write(&db, &t, move |b| codes::take(b, &hash(name), later(second)));
        for name in ["old", "burnt"] {
            write(&db, &t, |b| codes::insert(b, &hash(name), &code())).await.unwrap();
        }
        assert_eq!(take("old", 60).await, unmet(codes::SPENT));
        for second in [1, 2] {
            write(&db, &t, |b| codes::burn(b, &hash("burnt"), later(second))).await.unwrap();
        }
        assert_eq!(take("burnt", 3).await, unmet(codes::SPENT));
        let burnt = codes::get(&db.tenant(&t), &hash("burnt")).await.unwrap().unwrap();
        assert_eq!(burnt.used_at, Some(later(1)));
        assert_eq!(take("old", 59).await, Ok(()));
        assert_eq!(take("nothing", 0).await, unmet(codes::SPENT));
    });
}

#[test]
fn no_code_is_issued_without_client_user_and_session() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let insert = |code: Code| write(&db, &t, move |b| codes::insert(b, &hash("x"), &code));
        let mut strange = code();
        strange.authorization.client = client_id("nobody");
        assert_eq!(insert(strange).await, unmet(codes::NOT_ALLOWED));
        let mut strange = code();
        strange.authorization.session = session_id("nothing");
        assert_eq!(insert(strange).await, unmet(codes::NOT_ALLOWED));
        write(&db, &t, |b| users::insert(b, &user("auth0|2", "bob@a.test"))).await.unwrap();
        let mut strange = code();
        strange.authorization.user = user_id("auth0|2");
        assert_eq!(insert(strange).await, unmet(codes::NOT_ALLOWED), "the session is another person's");
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), true, NOW)).await.unwrap();
        assert_eq!(insert(code()).await, unmet(codes::NOT_ALLOWED));
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), false, NOW)).await.unwrap();
        write(&db, &t, |b| sessions::delete(b, &session_id("session"))).await.unwrap();
        assert_eq!(insert(code()).await, unmet(codes::NOT_ALLOWED));
        let mut b = db.tenant(&t).batch();
        sessions::insert(&mut b, &session("session"), &hash("cookie"), later(9));
        codes::insert(&mut b, &hash("x"), &code());
        b.commit().await.unwrap();
    });
}

#[test]
fn a_family_needs_its_client_and_an_unblocked_user_and_is_revoked_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let insert =
            |family: Family| write(&db, &t, move |b| token_families::insert(b, &family, Some(later(9))));
        for id in ["one", "two", "three"] {
            insert(family(id)).await.unwrap();
        }
        assert_eq!(token_families::get(&scope, &family_id("one")).await.unwrap(), Some(family("one")));
        let mut curious = family("curious");
        curious.authorization.claims.userinfo = vec!["email".to_owned()];
        insert(curious.clone()).await.unwrap();
        assert_eq!(token_families::get(&scope, &curious.id).await.unwrap().as_ref(), Some(&curious));
        let token = refresh_token("curious", &curious);
        write(&db, &t, |b| refresh_tokens::insert(b, &token)).await.unwrap();
        assert_eq!(refresh_tokens::get(&scope, &token.hash).await.unwrap(), Some(token));
        let revoked_at =
            async |id: &str| token_families::get(&scope, &family_id(id)).await.unwrap().unwrap().revoked_at;
        write(&db, &t, |b| token_families::revoke(b, &family_id("one"), later(1))).await.unwrap();
        write(&db, &t, |b| token_families::revoke_for_user(b, &user_id("auth0|9"), later(2))).await.unwrap();
        assert_eq!((revoked_at("one").await, revoked_at("two").await), (Some(later(1)), None));
        let again = write(&db, &t, |b| token_families::revoke_once(b, &family_id("one"), later(2))).await;
        assert_eq!(again, unmet(token_families::MISSING));
        write(&db, &t, |b| token_families::revoke_once(b, &family_id("three"), later(2))).await.unwrap();
        assert_eq!((revoked_at("one").await, revoked_at("three").await), (Some(later(1)), Some(later(2))));
        write(&db, &t, |b| token_families::revoke_for_user(b, &user_id("auth0|1"), later(3))).await.unwrap();
        assert_eq!((revoked_at("one").await, revoked_at("two").await), (Some(later(1)), Some(later(3))));
        insert(family("four")).await.unwrap();
        write(&db, &t, |b| token_families::revoke_for_client(b, &client_id("client"), later(4)))
            .await
            .unwrap();
        assert_eq!(revoked_at("four").await, Some(later(4)));

        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), true, NOW)).await.unwrap();
        assert_eq!(insert(family("five")).await, unmet(token_families::NOT_ALLOWED));
        let mut strange = family("six");
        strange.authorization.client = client_id("nobody");
        assert_eq!(insert(strange).await, unmet(token_families::NOT_ALLOWED));
    });
}

async fn with_token(db: &doorward_store::Db, token: &RefreshToken) -> doorward_model::ids::TenantId {
    let t = furnish(db, "a").await;
    let mut b = db.tenant(&t).batch();
    token_families::insert(&mut b, &family("family"), None);
    refresh_tokens::insert(&mut b, token);
    b.commit().await.unwrap();
    t
}

#[test]
fn what_a_token_rests_on_is_read_with_it_as_it_is_at_that_moment() {
    on_both(async |db| {
        let token = refresh_token("token", &family("family"));
        let t = with_token(&db, &token).await;
        let scope = db.tenant(&t);
        let (ada, id) = (user_id("auth0|1"), family_id("family"));
        let user = users::get(&scope, &ada).await.unwrap().unwrap();
        let version = tenants::version(&scope).await.unwrap().unwrap();
        let standing = async || token_families::standing(&scope, &id).await.unwrap();
        let person = Some((user.connection.clone(), false));
        assert_eq!(
            standing().await,
            Some(Standing { family: family("family"), person: person.clone(), version })
        );
        let behind = users::of_family(&scope, &ada, &id).await.unwrap();
        assert_eq!(behind, Some((user.clone(), version)));
        assert_eq!(users::of_family(&scope, &user_id("auth0|2"), &id).await.unwrap(), None);
        assert_eq!(users::of_family(&scope, &ada, &family_id("other")).await.unwrap(), None);
        let found = refresh_tokens::with_person(&scope, &token.hash).await.unwrap();
        assert_eq!(found, Some((token.clone(), Some(user))));
        assert_eq!(refresh_tokens::with_person(&scope, &hash("nothing")).await.unwrap(), None);

        let mut b = scope.batch();
        users::set_blocked(&mut b, &ada, true, later(1));
        token_families::revoke(&mut b, &id, later(2));
        tenants::bump_version(&mut b);
        b.commit().await.unwrap();
        let revoked = Family { revoked_at: Some(later(2)), ..family("family") };
        let person = person.map(|(connection, _)| (connection, true));
        assert_eq!(standing().await, Some(Standing { family: revoked, person, version: version + 1 }));
        assert_eq!(users::of_family(&scope, &ada, &id).await.unwrap(), None, "it is revoked");
        let (_, user) = refresh_tokens::with_person(&scope, &token.hash).await.unwrap().unwrap();
        assert!(user.unwrap().blocked);
    });
}

#[test]
fn of_200_parallel_rotations_of_a_refresh_token_exactly_one_wins() {
    on_both(async |db| {
        let token = refresh_token("token", &family("family"));
        let t = with_token(&db, &token).await;
        let rotate = |b: &mut _| refresh_tokens::rotate(b, &hash("token"), later(1));
        let (won, lost) = write_in_parallel(&db, &t, 200, rotate).await;
        assert_eq!(won, 1);
        assert!(
            lost.iter().all(|error| *error == StoreError::Unmet { what: refresh_tokens::SPENT }),
            "{lost:?}"
        );
        let read = refresh_tokens::get(&db.tenant(&t), &hash("token")).await.unwrap();
        assert_eq!(read, Some(RefreshToken { rotated_at: Some(later(1)), ..token }));
    });
}

#[test]
fn a_rotation_reads_its_own_family_however_many_its_client_has() {
    on_postgres_at(&async |url: DatabaseUrl| {
        let db = Db::open(&url).await.unwrap();
        let t = furnish(&db, "a").await;
        let name = |number: usize| format!("token{number}");
        let mut b = db.tenant(&t).batch();
        for number in 0..1000 {
            let family = family(&format!("family{number}"));
            token_families::insert(&mut b, &family, None);
            refresh_tokens::insert(&mut b, &refresh_token(&name(number), &family));
        }
        b.commit().await.unwrap();
        for number in 0..50 {
            write(&db, &t, |b| refresh_tokens::rotate(b, &hash(&name(number)), later(1))).await.unwrap();
        }
        let reader = url.clone();
        db.close().await;
        // Sessions that end hand in what they counted.
        let of_client =
            "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'token_families_by_client'";
        let rotated = "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'refresh_tokens'";
        while number_on(&reader, rotated).await < 50 {
            tokio::task::yield_now().await;
        }
        let read = number_on(&reader, of_client).await;
        assert!(read < 50, "{read}");
    });
}

#[test]
fn a_refresh_token_ends_by_age_by_idleness_and_with_its_family() {
    on_both(async |db| {
        let t = with_token(&db, &refresh_token("token", &family("family"))).await;
        let rotate = |name: &'static str, second| {
            write(&db, &t, move |b| refresh_tokens::rotate(b, &hash(name), later(second)))
        };
        assert_eq!(rotate("token", 100).await, unmet(refresh_tokens::SPENT));
        let endless = RefreshToken {
            expires_at: None,
            idle_expires_at: None,
            ..refresh_token("endless", &family("family"))
        };
        write(&db, &t, |b| refresh_tokens::insert(b, &endless)).await.unwrap();
        assert_eq!(refresh_tokens::get(&db.tenant(&t), &hash("endless")).await.unwrap(), Some(endless));
        write(&db, &t, |b| token_families::revoke(b, &family_id("family"), later(1))).await.unwrap();
        assert_eq!(rotate("token", 2).await, unmet(refresh_tokens::SPENT));
        assert_eq!(rotate("endless", 2).await, unmet(refresh_tokens::SPENT));
        assert_eq!(refresh_tokens::get(&db.tenant(&t), &hash("nothing")).await.unwrap(), None);
    });
}

#[test]
fn a_refresh_token_ends_when_its_user_is_blocked_or_its_client_deleted() {
    on_both(async |db| {
        let t = with_token(&db, &refresh_token("token", &family("family"))).await;
        let ada = user_id("auth0|1");
        let rotate = || write(&db, &t, |b| refresh_tokens::rotate(b, &hash("token"), later(1)));
        let touch = || {
            write(&db, &t, |b| {
                refresh_tokens::touch(b, &hash("token"), Some(later(150)), later(1), &Device::default());
            })
        };
        write(&db, &t, |b| users::set_blocked(b, &ada, true, NOW)).await.unwrap();
        assert_eq!(rotate().await, unmet(refresh_tokens::SPENT));
        assert_eq!(touch().await, unmet(refresh_tokens::SPENT));
        write(&db, &t, |b| users::set_blocked(b, &ada, false, NOW)).await.unwrap();
        assert_eq!(touch().await, Ok(()));
        write(&db, &t, |b| clients::delete(b, &client_id("client"), NOW)).await.unwrap();
        assert_eq!(rotate().await, unmet(refresh_tokens::SPENT));
    });
}

#[test]
fn use_without_rotation_moves_the_idle_end_and_the_leeway_asks_for_a_recent_rotation() {
    on_both(async |db| {
        let t = with_token(&db, &refresh_token("token", &family("family"))).await;
        let scope = db.tenant(&t);
        write(&db, &t, |b| {
            refresh_tokens::touch(b, &hash("token"), Some(later(150)), later(50), &Device::default());
        })
        .await
        .unwrap();
        let read = refresh_tokens::get(&scope, &hash("token")).await.unwrap().unwrap();
        assert_eq!((read.idle_expires_at, read.expires_at), (Some(later(150)), Some(later(1000))));
        let repeat = |since| write(&db, &t, move |b| refresh_tokens::repeat(b, &hash("token"), later(since)));
        assert_eq!(repeat(0).await, unmet(refresh_tokens::SPENT), "it was not rotated yet");
        write(&db, &t, |b| refresh_tokens::rotate(b, &hash("token"), later(120))).await.unwrap();
        assert_eq!(repeat(120).await, Ok(()));
        assert_eq!(repeat(121).await, unmet(refresh_tokens::SPENT));
        let touched = write(&db, &t, |b| {
            refresh_tokens::touch(b, &hash("token"), None, later(121), &Device::default());
        })
        .await;
        assert_eq!(touched, unmet(refresh_tokens::SPENT));
        let read = refresh_tokens::get(&scope, &hash("token")).await.unwrap().unwrap();
        assert_eq!(read.rotated_at, Some(later(120)));
        write(&db, &t, |b| token_families::revoke(b, &family_id("family"), NOW)).await.unwrap();
        assert_eq!(repeat(120).await, unmet(refresh_tokens::SPENT));
    });
}

#[test]
fn live_tokens_are_listed_one_per_family_and_only_while_they_can_be_exchanged() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for (name, second) in [("a", 1), ("b", 2), ("c", 3), ("old", 4), ("revoked", 5), ("bare", 6)] {
            let family = Family { created_at: later(second), ..family(name) };
            token_families::insert(&mut b, &family, None);
            if name != "bare" {
                let ends = if name == "old" { later(10) } else { later(1000) };
                let token = RefreshToken { expires_at: Some(ends), ..refresh_token(name, &family) };
                refresh_tokens::insert(&mut b, &token);
            }
        }
        token_families::revoke(&mut b, &family_id("revoked"), NOW);
        refresh_tokens::rotate(&mut b, &hash("a"), later(9));
        let next = RefreshToken {
            used_at: Some(later(9)),
            device: device("phone"),
            ..refresh_token("a2", &Family { created_at: later(1), ..family("a") })
        };
        refresh_tokens::insert(&mut b, &next);
        b.commit().await.unwrap();
        let live = async |filter: &TokenFilter, after: Option<(u32, &str)>, limit| {
            let after = after.map(|(second, id)| (later(second), family_id(id)));
            let after = after.as_ref().map(|(at, id)| (*at, id));
            let found = refresh_tokens::live(&scope, filter, later(20), after, limit).await.unwrap();
            found.iter().map(|token| token.family.id.to_string()).collect::<Vec<_>>()
        };
        let all = TokenFilter::default();
        assert_eq!(live(&all, None, 9).await, ["a", "b", "c"]);
        assert_eq!(live(&all, Some((1, "a")), 1).await, ["b"]);
        let of = |user: &str| TokenFilter { user: Some(user_id(user)), ..TokenFilter::default() };
        assert_eq!(
            (live(&of("auth0|1"), None, 9).await.len(), live(&of("auth0|2"), None, 9).await.len()),
            (3, 0)
        );
        let to = |client: &str| TokenFilter { client: Some(client_id(client)), ..TokenFilter::default() };
        assert_eq!(
            (live(&to("client"), None, 9).await.len(), live(&to("other"), None, 9).await.len()),
            (3, 0)
        );
        let one = TokenFilter { family: Some(family_id("a")), ..TokenFilter::default() };
        let found = refresh_tokens::live(&scope, &one, later(20), None, 9).await.unwrap();
        assert_eq!(found, [next]);
    });
}

#[test]
fn live_refresh_tokens_are_paged_and_counted_by_client() {
    on_both(async |db| {
        let (t, elsewhere) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        clients::insert(&mut b, &client("other", "Other"));
        users::insert(&mut b, &user("auth0|2", "bob@a.test"));
        // Ids begin with their second, as where they are made.
        for (name, who, at, ends) in [
            ("1a", "auth0|1", "client", 1000),
            ("2b", "auth0|2", "client", 1000),
            ("3c", "auth0|1", "other", 1000),
            ("4d", "auth0|1", "client", 10),
            ("5e", "auth0|1", "client", 1000),
            ("6f", "auth0|1", "client", 1000),
        ] {
            let mut family = family(name);
            family.created_at = later(u32::from(name.as_bytes()[0]));
            (family.authorization.user, family.authorization.client) = (user_id(who), client_id(at));
            token_families::insert(&mut b, &family, None);
            let token = RefreshToken { expires_at: Some(later(ends)), ..refresh_token(name, &family) };
            refresh_tokens::insert(&mut b, &token);
        }
        token_families::revoke(&mut b, &family_id("5e"), NOW);
        refresh_tokens::rotate(&mut b, &hash("6f"), later(9));
        b.commit().await.unwrap();
        let page = async |filter: &TokenFilter, clients: Option<&[ClientId]>, part| {
            let found = refresh_tokens::live_page(&scope, filter, clients, later(20), part).await.unwrap();
            found.iter().map(|token| token.family.id.to_string()).collect::<Vec<_>>()
        };
        let count = async |filter: &TokenFilter| {
            let counted = refresh_tokens::live_by_client(&scope, filter, later(20)).await.unwrap();
            counted.into_iter().map(|(id, count)| format!("{id} {count}")).collect::<Vec<_>>()
        };
        let all = TokenFilter::default();
        assert_eq!(page(&all, None, (0, 9)).await, ["1a", "2b", "3c"]);
        assert_eq!(page(&all, None, (1, 1)).await, ["2b"]);
        assert_eq!(page(&all, None, (3, 9)).await, [""; 0]);
        assert_eq!(count(&all).await, ["client 2", "other 1"]);
        let of_ada = TokenFilter { user: Some(user_id("auth0|1")), ..all.clone() };
        assert_eq!(page(&of_ada, None, (0, 9)).await, ["1a", "3c"]);
        assert_eq!(page(&of_ada, None, (1, 9)).await, ["3c"]);
        assert_eq!(count(&of_ada).await, ["client 1", "other 1"]);
        let at_client = TokenFilter { client: Some(client_id("client")), ..all.clone() };
        assert_eq!(page(&at_client, None, (0, 9)).await, ["1a", "2b"]);
        assert_eq!(count(&at_client).await, ["client 2"]);
        let (one, other) = (client_id("client"), client_id("other"));
        assert_eq!(page(&all, Some(std::slice::from_ref(&other)), (0, 9)).await, ["3c"]);
        assert_eq!(page(&all, Some(&[one, other]), (1, 9)).await, ["2b", "3c"]);
        assert_eq!(page(&all, Some(&[]), (0, 9)).await, [""; 0]);
        let none = refresh_tokens::live_by_client(&db.tenant(&elsewhere), &all, later(20)).await.unwrap();
        assert!(none.is_empty(), "of another tenant");
    });
}

#[test]
fn families_with_refresh_tokens_are_revoked_some_at_a_time() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for name in ["a", "b", "c", "bare"] {
            token_families::insert(&mut b, &family(name), None);
            if name != "bare" {
                refresh_tokens::insert(&mut b, &refresh_token(name, &family(name)));
            }
        }
        b.commit().await.unwrap();
        let (ada, app) = (user_id("auth0|1"), client_id("client"));
        let of_user = async |client: Option<&str>, audience: Option<&str>, limit| {
            let client = client.map(client_id);
            let mut b = scope.batch();
            let only = (client.as_ref(), audience);
            let ticket = token_families::revoke_some_of_user(&mut b, &ada, only, later(1), limit);
            b.commit().await.unwrap().affected(ticket)
        };
        assert_eq!(of_user(Some("other"), None, 9).await, 0);
        assert_eq!(of_user(None, Some("https://other.test/"), 9).await, 0);
        assert_eq!(of_user(Some("client"), Some("https://api.test/"), 1).await, 1);
        let of_client = async |audience: Option<&str>, limit| {
            let mut b = scope.batch();
            let ticket = token_families::revoke_some_of_client(&mut b, &app, audience, later(2), limit);
            b.commit().await.unwrap().affected(ticket)
        };
        assert_eq!(of_client(Some("https://other.test/"), 9).await, 0);
        assert_eq!((of_client(None, 1).await, of_client(None, 9).await, of_client(None, 9).await), (1, 1, 0));
        let bare = token_families::get(&scope, &family_id("bare")).await.unwrap().unwrap();
        assert_eq!(bare.revoked_at, None, "it has no refresh token");
        write(&db, &t, |b| token_families::revoke_for_session(b, &ada, &session_id("other"), later(3)))
            .await
            .unwrap();
        write(&db, &t, |b| token_families::revoke_for_session(b, &ada, &session_id("session"), later(4)))
            .await
            .unwrap();
        let bare = token_families::get(&scope, &family_id("bare")).await.unwrap().unwrap();
        assert_eq!(bare.revoked_at, Some(later(4)));
        let late = write(&db, &t, |b| token_families::put_metadata(b, &family_id("bare"), None)).await;
        assert_eq!(late, unmet(token_families::MISSING));
    });
}
