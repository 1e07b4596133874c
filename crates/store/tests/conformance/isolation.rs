//! Two tenants with the same ids: nothing of one is seen or changed through the other.

use doorward_model::ids::{LoginId, SecretId, TenantId};
use doorward_model::time::Lifetime;
use doorward_store::Db;
use doorward_store::clients::ClientFilter;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::logs::LogFilter;
use doorward_store::{
    client_credentials, client_secrets, clients, codes, connections, logins, logs, refresh_tokens, sessions,
    token_families, used_assertions, users,
};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn the_same_ids_live_in_two_tenants_side_by_side() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        for t in [&a, &b] {
            let mut batch = db.tenant(t).batch();
            codes::insert(&mut batch, &hash("code"), &code());
            token_families::insert(&mut batch, &family("family"), None);
            refresh_tokens::insert(&mut batch, &refresh_token("token", &family("family")));
            logs::insert(&mut batch, &event("1"));
            logins::use_up(&mut batch, &LoginId::parse("login").unwrap(), later(9));
            connections::enable(&mut batch, &connection_id("con_1"), &client_id("client"));
            batch.commit().await.unwrap();
        }
        write(&db, &a, |batch| {
            codes::take(batch, &hash("code"), later(1));
            refresh_tokens::rotate(batch, &hash("token"), later(1));
            users::set_blocked(batch, &user_id("auth0|1"), true, NOW);
            sessions::delete(batch, &session_id("session"));
            token_families::revoke_for_user(batch, &user_id("auth0|1"), NOW);
        })
        .await
        .unwrap();
        write(&db, &a, |batch| clients::delete(batch, &client_id("client"), NOW)).await.unwrap();
        logs::delete_before(&db.tenant(&a), later(9), 100).await.unwrap();

        let other = db.tenant(&b);
        assert_eq!(clients::get(&other, &client_id("client")).await.unwrap(), Some(client("client", "App")));
        assert_eq!(clients::count(&other, &ClientFilter::default()).await.unwrap(), 1);
        assert_eq!(codes::get(&other, &hash("code")).await.unwrap(), Some(code()));
        let token = refresh_tokens::get(&other, &hash("token")).await.unwrap();
        assert_eq!(token, Some(refresh_token("token", &family("family"))));
        assert!(!users::get(&other, &user_id("auth0|1")).await.unwrap().unwrap().blocked);
        let known = sessions::by_token_hash(&other, &hash("cookie")).await.unwrap().unwrap();
        assert_eq!((known.0, known.1.unwrap().id), (session("session"), user_id("auth0|1")));
        assert_eq!(logs::count(&other, &LogFilter::default()).await.unwrap(), 1);
        assert_eq!(connections::for_client(&other, &client_id("client")).await.unwrap().len(), 1);
    });
}

/// What a client of the one proves itself with is not there for the other.
async fn proofs_of_a_client_stay_at_home(db: &Db, (a, elsewhere): (&TenantId, &TenantId)) {
    let other = db.tenant(elsewhere);
    let own = client_id("client");
    let keys = |b: &mut _| {
        client_secrets::insert(b, &secret("s", true, NOW));
        client_credentials::insert(b, &credential("cred_1", "kid-number-1"));
        used_assertions::use_up(b, &own, &hash("jti"), later(60));
    };
    write(db, a, keys).await.unwrap();
    let id = SecretId::parse("s").unwrap();
    let deleted = write(db, elsewhere, |b| client_secrets::delete(b, &own, &id)).await;
    assert_eq!(deleted, unmet(client_secrets::MISSING));
    assert!(client_secrets::for_client(&other, &own).await.unwrap().is_empty());
    let id = credential("cred_1", "kid-number-1").id;
    assert_eq!(client_credentials::get(&other, &own, &id).await.unwrap(), None);
    let deleted = write(db, elsewhere, |b| client_credentials::delete(b, &own, &id)).await;
    assert_eq!(deleted, unmet(client_credentials::MISSING));
    assert!(!used_assertions::is_used_up(&other, &own, &hash("jti")).await.unwrap());
}

#[test]
fn what_is_in_one_tenant_is_not_there_for_another() {
    on_both(async |db| {
        let a = furnish(&db, "a").await;
        let empty = tenant("b");
        write(&db, &empty.id, |batch| doorward_store::global::tenants::insert(batch, &empty)).await.unwrap();
        let other = db.tenant(&empty.id);
        assert_eq!(clients::get(&other, &client_id("client")).await.unwrap(), None);
        assert!(clients::list(&other, &ClientFilter::default(), 0, 9).await.unwrap().is_empty());
        assert_eq!(users::get(&other, &user_id("auth0|1")).await.unwrap(), None);
        assert_eq!(
            users::by_email(&other, &connection_id("con_1"), &email("ada@a.test")).await.unwrap(),
            None
        );
        assert_eq!(sessions::by_token_hash(&other, &hash("cookie")).await.unwrap(), None);
        assert_eq!(refresh_tokens::with_person(&other, &hash("token")).await.unwrap(), None);
        assert_eq!(token_families::standing(&other, &family_id("family")).await.unwrap(), None);
        let (ada, theirs) = (user_id("auth0|1"), family_id("family"));
        assert_eq!(users::of_family(&other, &ada, &theirs).await.unwrap(), None);
        assert!(connections::all(&other).await.unwrap().is_empty());
        assert_eq!(sessions::get(&other, &session_id("session")).await.unwrap(), None);
        let long_ago = NOW.before(Lifetime::from_seconds(9));
        let seen =
            sessions::of_user(&other, &user_id("auth0|1"), (long_ago, long_ago), None, 9).await.unwrap();
        assert!(seen.is_empty());
        write(&db, &a, |batch| {
            token_families::insert(batch, &family("family"), None);
            refresh_tokens::insert(batch, &refresh_token("token", &family("family")));
        })
        .await
        .unwrap();
        let all = refresh_tokens::TokenFilter::default();
        assert!(refresh_tokens::live(&other, &all, NOW, None, 9).await.unwrap().is_empty());
        write(&db, &empty.id, |batch| {
            sessions::end(batch, &session_id("session"));
            sessions::end_of_user(batch, &user_id("auth0|1"));
            token_families::revoke_for_session(batch, &user_id("auth0|1"), &session_id("session"), NOW);
            token_families::revoke_some_of_user(batch, &user_id("auth0|1"), (None, None), NOW, 9);
            token_families::revoke_some_of_client(batch, &client_id("client"), None, NOW, 9);
        })
        .await
        .unwrap();
        assert_eq!(refresh_tokens::live(&db.tenant(&a), &all, NOW, None, 9).await.unwrap().len(), 1);
        assert!(sessions::get(&db.tenant(&a), &session_id("session")).await.unwrap().is_some());
        let (con, ada) = (connection_id("con_1"), email("ada@a.test"));
        write(&db, &a, |batch| connections::enable(batch, &con, &client_id("client"))).await.unwrap();
        assert_eq!(connections::get(&other, &con).await.unwrap(), None);
        assert!(connections::clients_of(&other, &[&con]).await.unwrap().is_empty());
        assert!(connections::clients_after(&other, &con, None, 9).await.unwrap().is_empty());
        assert!(users::connections_of(&other, &ada, std::slice::from_ref(&con)).await.unwrap().is_empty());
        assert!(users::some_of_connection(&other, &con, 9).await.unwrap().is_empty());
        let retired = write(&db, &empty.id, |b| connections::retire(b, &con, NOW)).await;
        assert_eq!(retired, unmet(connections::MISSING));
        write(&db, &empty.id, |batch| {
            users::delete(batch, &user_id("auth0|1"), NOW);
            connections::disable_for_all_clients(batch, &con);
            connections::delete_if_empty(batch, &con);
        })
        .await
        .unwrap();
        assert!(users::get(&db.tenant(&a), &user_id("auth0|1")).await.unwrap().is_some());
        assert_eq!(connections::for_client(&db.tenant(&a), &client_id("client")).await.unwrap(), [con]);
        write(&db, &a, |batch| logs::insert(batch, &event("1"))).await.unwrap();
        assert!(logs::get(&db.tenant(&a), &event("1").id).await.unwrap().is_some());
        assert_eq!(logs::get(&other, &event("1").id).await.unwrap(), None);
        assert!(logs::list_after(&other, &LogFilter::default(), None, 9).await.unwrap().is_empty());
        let stale = write(&db, &empty.id, |b| clients::update(b, &client("client", "Taken"))).await;
        assert_eq!(stale, unmet(clients::STALE));
        let code = write(&db, &empty.id, |b| codes::insert(b, &hash("code"), &code())).await;
        assert_eq!(code, unmet(codes::NOT_ALLOWED));
        proofs_of_a_client_stay_at_home(&db, (&a, &empty.id)).await;

        let limit = AttemptLimit { subject: "ada", limit: 1, window: Lifetime::from_seconds(60) };
        assert_eq!(login_attempts::reserve(&db.tenant(&a), &limit, NOW).await.unwrap(), Some(1));
        assert_eq!(login_attempts::reserve(&other, &limit, NOW).await.unwrap(), Some(1));
    });
}
