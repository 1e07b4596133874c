//! Many users at once, as an import adds them.

use doorward_model::ids::TenantId;
use doorward_model::user::User;
use doorward_model::user::search::USERS;
use doorward_store::users::list::{self, UserFilter};
use doorward_store::users::{self, Credential};
use doorward_store::{Db, StoreError, connections};
use serde_json::json;

use crate::kit::samples::*;
use crate::kit::{number_on, on_both, on_postgres_at};

/// More than one statement takes, and no power of two.
const MANY: usize = 303;

fn person(number: usize) -> User {
    let mut user = user(&format!("auth0|many{number}"), &format!("person.{number}@many.test"));
    user.connection = connection_id(if number.is_multiple_of(3) { "con_2" } else { "con_1" });
    user.app_metadata.insert("number".to_owned(), json!(number));
    user.app_metadata.insert("tags".to_owned(), json!(["a", "a", "b"]));
    user
}

fn people(numbers: std::ops::Range<usize>) -> Vec<User> {
    numbers.map(person).collect()
}

async fn add(db: &Db, t: &TenantId, some: &[User]) -> Result<(), StoreError> {
    write(db, t, |b| users::insert_all(b, some)).await
}

async fn with_two_connections(db: &Db) -> TenantId {
    let t = furnish(db, "a").await;
    write(db, &t, |b| connections::insert(b, &connection("con_2", "Zwei"))).await.unwrap();
    t
}

async fn total(db: &Db, t: &TenantId) -> i64 {
    list::count(&db.tenant(t), UserFilter::default()).await.unwrap()
}

#[test]
fn many_are_added_as_each_by_itself_would_be() {
    on_both(async |db| {
        let t = with_two_connections(&db).await;
        let scope = db.tenant(&t);
        let all = people(0..MANY);
        let hash = |user: &User| Credential { hash: format!("hash of {}", user.email.as_str()) };
        let credentials: Vec<Credential> = all.iter().map(hash).collect();
        let passwords: Vec<_> = all.iter().map(|user| &user.id).zip(&credentials).collect();
        let mut b = scope.batch();
        users::insert_all(&mut b, &all);
        users::put_passwords(&mut b, &passwords, NOW);
        b.commit().await.unwrap();
        for (user, credential) in all.iter().zip(&credentials) {
            let found = users::by_email(&scope, &user.connection, &user.email).await.unwrap();
            assert_eq!(found, Some((user.clone(), Some(credential.clone()))));
        }
        // The one that every tenant of these tests has is there, too.
        assert_eq!(total(&db, &t).await, MANY as i64 + 1);
        let known = [connection("con_1", "Users"), connection("con_2", "Zwei")];
        let count = async |text: &str| {
            let query = USERS.parse(text).unwrap();
            let filter = UserFilter { query: Some(&query), connections: &known, ..UserFilter::default() };
            list::count(&scope, filter).await.unwrap()
        };
        assert_eq!(count("identities.connection:Zwei").await, 101);
        assert_eq!(count("*son.30*").await, 4);
        assert_eq!(count("app_metadata.number:302").await, 1);
        assert_eq!(count("app_metadata.tags:a").await, MANY as i64);
        users_go_again(&db, &t, &all).await;
    });
}

/// Counts follow those who leave, whichever row they were counted in.
async fn users_go_again(db: &Db, t: &TenantId, all: &[User]) {
    write(db, t, |b| all.iter().for_each(|user| users::delete(b, &user.id, NOW))).await.unwrap();
    assert_eq!(total(db, t).await, 1);
    assert_eq!(add(db, t, &all[7..9]).await, unmet(users::ID_WAS_USED), "of many, too");
    assert_eq!(total(db, t).await, 1);
}

#[test]
fn of_many_with_one_that_cannot_be_none_is_added() {
    on_both(async |db| {
        let t = with_two_connections(&db).await;
        add(&db, &t, &[]).await.unwrap();
        add(&db, &t, &people(5..6)).await.unwrap();
        assert_eq!(add(&db, &t, &people(0..40)).await, conflict("users"));
        let nowhere = User { connection: connection_id("con_9"), ..person(50) };
        assert_eq!(add(&db, &t, &[person(49), nowhere]).await, in_use("users"));
        let hash = Credential { hash: "h".to_owned() };
        let nobody = [(&person(5).id, &hash), (&person(6).id, &hash)];
        assert_eq!(write(&db, &t, |b| users::put_passwords(b, &nobody, NOW)).await, in_use("passwords"));
        assert_eq!(total(&db, &t).await, 2);
    });
}

/// Each batch brings users of both connections, whose counts all of them change.
#[test]
fn batches_of_many_at_the_same_time_do_not_end_each_other() {
    on_both(async |db| {
        let t = with_two_connections(&db).await;
        let under_way: Vec<_> = (0..16)
            .map(|part| {
                let mut b = db.tenant(&t).batch();
                let mut some = people(part * 40..part * 40 + 40);
                if part % 2 == 1 {
                    some.reverse();
                }
                users::insert_all(&mut b, &some);
                tokio::spawn(b.commit())
            })
            .collect();
        for batch in under_way {
            batch.await.unwrap().unwrap();
        }
        assert_eq!(total(&db, &t).await, 641);
    });
}

/// On a database that was empty a moment ago, which its server knows nothing of until it is told to look: an
/// import that reads all users again for each would take hours.
#[test]
fn the_cost_of_one_more_does_not_grow_with_those_who_are_there() {
    on_postgres_at(&async |url| {
        let db = Db::open(&url).await.unwrap();
        let t = with_two_connections(&db).await;
        let hash = Credential { hash: "h".to_owned() };
        let import = async |some: Vec<User>| {
            let mut b = db.tenant(&t).batch();
            users::insert_all(&mut b, &some);
            let passwords: Vec<_> = some.iter().map(|user| (&user.id, &hash)).collect();
            users::put_passwords(&mut b, &passwords, NOW);
            b.commit().await.unwrap();
        };
        import(people(0..200)).await;
        db.analyze().await.unwrap();
        for part in 1..10 {
            import(people(part * 200..part * 200 + 200)).await;
        }
        db.close().await;
        let there = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'passwords'";
        while number_on(&url, there).await < 2000 {
            tokio::task::yield_now().await;
        }
        // Scans that go through a whole index for one row count as one row read, but not as one block.
        let blocks = "SELECT CAST(MAX(idx_blks_hit + idx_blks_read) AS BIGINT) FROM pg_statio_user_indexes \
             WHERE relname = 'users'";
        let blocks = number_on(&url, blocks).await;
        assert!(blocks < 5 * 2000, "{blocks} blocks of one index for 2000 users");
    });
}
