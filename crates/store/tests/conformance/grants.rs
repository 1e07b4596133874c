//! Grants: one per person, client and API; what is taken back takes with it what it led to.

use doorward_model::grant::Grant;
use doorward_model::ids::GrantId;
use doorward_model::token::{Authorization, Code, Family};
use doorward_store::grants::{self, GrantFilter};
use doorward_store::{clients, codes, token_families, users};

use crate::kit::on_both;
use crate::kit::samples::*;

const USERINFO: &str = "https://a.test/userinfo";
const API: &str = "https://api.test/";

fn grant(id: &str, audience: &str, scope: &str) -> Grant {
    Grant {
        id: GrantId::parse(id).unwrap(),
        user: user_id("auth0|1"),
        client: client_id("client"),
        audience: audience.to_owned(),
        scope: scope.split_whitespace().map(str::to_owned).collect(),
        created_at: NOW,
    }
}

#[test]
fn a_grant_is_read_back_and_the_next_one_of_the_same_kind_takes_its_place() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        for grant in [grant("g1", API, "openid read:x"), grant("g2", USERINFO, "")] {
            write(&db, &t, |b| grants::put(b, &grant)).await.unwrap();
            assert_eq!(grants::get(&scope, &grant.id).await.unwrap(), Some(grant));
        }
        let wider = grant("g3", API, "openid read:x email");
        write(&db, &t, |b| grants::put(b, &wider)).await.unwrap();
        let of = grants::of(&scope, &user_id("auth0|1"), &client_id("client")).await.unwrap();
        assert_eq!(of, [grant("g2", USERINFO, ""), grant("g1", API, "openid read:x email")]);
        assert_eq!(grants::get(&scope, &wider.id).await.unwrap(), None, "the first keeps its id");
    });
}

#[test]
fn grants_are_filtered_paged_and_counted() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        clients::insert(&mut b, &client("other", "Other"));
        users::insert(&mut b, &user("auth0|2", "bob@a.test"));
        grants::put(&mut b, &grant("g1", API, "a"));
        grants::put(&mut b, &grant("g2", USERINFO, "a"));
        grants::put(&mut b, &Grant { client: client_id("other"), ..grant("g3", API, "a") });
        grants::put(&mut b, &Grant { user: user_id("auth0|2"), ..grant("g4", API, "a") });
        b.commit().await.unwrap();
        let ids = async |filter: &GrantFilter, offset, limit| {
            let found = grants::list(&scope, filter, offset, limit).await.unwrap();
            found.iter().map(|grant| grant.id.to_string()).collect::<Vec<_>>()
        };
        let all = GrantFilter::default();
        assert_eq!(ids(&all, 0, 9).await, ["g1", "g2", "g3", "g4"]);
        assert_eq!(ids(&all, 1, 2).await, ["g2", "g3"]);
        let of = GrantFilter { user: Some(user_id("auth0|1")), ..all.clone() };
        assert_eq!((ids(&of, 0, 9).await.len(), grants::count(&scope, &of).await.unwrap()), (3, 3));
        let to = GrantFilter { client: Some(client_id("other")), ..all.clone() };
        assert_eq!(ids(&to, 0, 9).await, ["g3"]);
        let at = GrantFilter { audience: Some(USERINFO.to_owned()), ..all };
        assert_eq!(ids(&at, 0, 9).await, ["g2"]);
    });
}

#[test]
fn nobody_grants_who_is_gone_or_blocked_and_nothing_to_a_client_that_is_gone() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let put = |grant: Grant| write(&db, &t, move |b| grants::put(b, &grant));
        let nobody = Grant { user: user_id("auth0|9"), ..grant("g", API, "a") };
        assert_eq!(put(nobody).await, unmet(grants::NOT_ALLOWED));
        let nothing = Grant { client: client_id("gone"), ..grant("g", API, "a") };
        assert_eq!(put(nothing).await, unmet(grants::NOT_ALLOWED));
        put(grant("g", API, "a")).await.unwrap();
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), true, NOW)).await.unwrap();
        assert_eq!(put(grant("g", API, "a b")).await, unmet(grants::NOT_ALLOWED));
    });
}

#[test]
fn what_is_issued_on_a_grant_demands_it_as_it_was_read() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let one = grant("g", API, "a b");
        write(&db, &t, |b| grants::put(b, &one)).await.unwrap();
        let demand = |scope: Vec<String>| {
            let id = one.id.clone();
            write(&db, &t, move |b| grants::demand(b, &id, &scope))
        };
        assert_eq!(demand(one.scope.clone()).await, Ok(()));
        assert_eq!(demand(vec!["a".to_owned()]).await, unmet(grants::STALE));
        write(&db, &t, |b| grants::delete(b, &one, USERINFO, NOW)).await.unwrap();
        assert_eq!(demand(one.scope.clone()).await, unmet(grants::STALE));
    });
}

#[test]
fn taking_a_grant_back_ends_its_codes_and_families_and_no_others() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let at = |audience: Option<&str>| Authorization {
            audience: audience.map(str::to_owned),
            ..authorization()
        };
        let mut b = scope.batch();
        for (name, audience) in [("api", Some(API)), ("userinfo", None)] {
            let code = Code { authorization: at(audience), ..code() };
            codes::insert(&mut b, &hash(name), &code);
            let family = Family { authorization: at(audience), ..family(name) };
            token_families::insert(&mut b, &family, None);
            grants::put(&mut b, &grant(name, audience.unwrap_or(USERINFO), "openid"));
        }
        let used = Code { used_at: Some(NOW), authorization: at(Some(API)), ..code() };
        codes::insert(&mut b, &hash("used"), &used);
        b.commit().await.unwrap();
        let state = async |name: &str| {
            let family = token_families::get(&scope, &family_id(name)).await.unwrap().unwrap();
            (codes::get(&scope, &hash(name)).await.unwrap().is_some(), family.revoked_at)
        };
        write(&db, &t, |b| grants::delete(b, &grant("api", API, "openid"), USERINFO, later(1)))
            .await
            .unwrap();
        assert_eq!(state("api").await, (false, Some(later(1))));
        assert_eq!(state("userinfo").await, (true, None));
        assert!(codes::get(&scope, &hash("used")).await.unwrap().is_some(), "its second use must be seen");
        let gone = grant("api", API, "openid");
        let again = write(&db, &t, |b| grants::delete(b, &gone, USERINFO, later(2))).await;
        assert_eq!(again, unmet(grants::MISSING));
        let other = grant("userinfo", USERINFO, "openid");
        write(&db, &t, |b| grants::delete(b, &other, USERINFO, later(3))).await.unwrap();
        assert_eq!(state("userinfo").await, (false, Some(later(3))));
    });
}

#[test]
fn what_a_client_of_the_house_holds_without_a_grant_ends_too_and_so_does_a_grant_that_there_is() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut b = scope.batch();
        for (name, audience) in [("api", Some(API)), ("userinfo", None)] {
            let of = Authorization { audience: audience.map(str::to_owned), ..authorization() };
            token_families::insert(&mut b, &Family { authorization: of.clone(), ..family(name) }, None);
            codes::insert(&mut b, &hash(name), &Code { authorization: of, ..code() });
        }
        grants::put(&mut b, &grant("g", API, "openid"));
        b.commit().await.unwrap();
        let end = |audience: Option<&'static str>, now| {
            let (user, client) = (user_id("auth0|1"), client_id("client"));
            write(&db, &t, move |b| grants::end_at(b, (&user, &client), audience, USERINFO, now))
        };
        let left = async || grants::count(&scope, &GrantFilter::default()).await.unwrap();
        let ended = async |name: &str| {
            assert_eq!(
                codes::get(&scope, &hash(name)).await.unwrap().is_none(),
                token_families::get(&scope, &family_id(name)).await.unwrap().unwrap().revoked_at.is_some()
            );
            token_families::get(&scope, &family_id(name)).await.unwrap().unwrap().revoked_at
        };
        end(None, later(1)).await.unwrap();
        assert_eq!((ended("userinfo").await, ended("api").await, left().await), (Some(later(1)), None, 1));
        end(Some(API), later(2)).await.unwrap();
        assert_eq!((ended("api").await, left().await), (Some(later(2)), 0));
    });
}

#[test]
fn grants_go_with_their_client_and_their_user() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let count = async || grants::count(&db.tenant(&t), &GrantFilter::default()).await.unwrap();
        write(&db, &t, |b| grants::put(b, &grant("g", API, "a"))).await.unwrap();
        write(&db, &t, |b| clients::delete(b, &client_id("client"), NOW)).await.unwrap();
        assert_eq!(count().await, 0);
        write(&db, &t, |b| clients::insert(b, &client("second", "Second"))).await.unwrap();
        let second = Grant { client: client_id("second"), ..grant("g", API, "a") };
        write(&db, &t, |b| grants::put(b, &second)).await.unwrap();
        write(&db, &t, |b| users::delete(b, &user_id("auth0|1"), NOW)).await.unwrap();
        assert_eq!(count().await, 0);
    });
}

#[test]
fn of_parallel_grants_of_the_same_kind_one_stays() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let (won, lost) = write_in_parallel(&db, &t, 50, |b| grants::put(b, &grant("g", API, "a"))).await;
        assert!(won >= 1 && lost.is_empty(), "{won} {lost:?}");
        assert_eq!(grants::count(&db.tenant(&t), &GrantFilter::default()).await.unwrap(), 1);
    });
}
