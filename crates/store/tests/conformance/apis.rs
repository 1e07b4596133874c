//! APIs and client grants.

use doorward_model::api::grant::Organizations;
use doorward_model::api::{
    ApiPermission, ClientGrant, Grantee, OrganizationUsage, ResourceServer, SubjectType, TokenDialect,
};
use doorward_model::ids::{ClientGrantId, ResourceServerId};
use doorward_model::role::HeldPermission;
use doorward_model::secret::SealedSecret;
use doorward_model::signing_alg::SigningAlg;
use doorward_store::client_grants::GrantFilter;
use doorward_store::{client_grants, permissions, resource_servers, roles};

use crate::kit::on_both;
use crate::kit::samples::*;

fn api(id: &str) -> ResourceServer {
    let mut api =
        ResourceServer::new(ResourceServerId::parse(id).unwrap(), format!("https://{id}.test/"), NOW);
    api.name = id.to_owned();
    api.permissions = ["read:all", "write:all", "read:al"].map(|value| ApiPermission::new(value, "")).into();
    api
}

fn grant(id: &str, api: &ResourceServer) -> ClientGrant {
    let scope = ["read:all", "write:all", "read:al"].map(str::to_owned).into();
    let id = ClientGrantId::parse(id).unwrap();
    ClientGrant::new(id, client_id("client"), api.identifier.clone(), scope)
}

fn cgr(id: &str) -> ClientGrantId {
    ClientGrantId::parse(id).unwrap()
}

fn held(api: &ResourceServer, value: &str) -> HeldPermission {
    HeldPermission { api: api.id.clone(), value: value.to_owned() }
}

#[test]
fn an_api_is_found_by_id_and_identifier_and_read_back_as_written() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let mut one = api("one");
        one.permissions.push(ApiPermission { value: "bare".to_owned(), description: None });
        one.signing_secret = Some(SealedSecret::from_ciphertext("sealed".to_owned()));
        one.settings.signing_alg = SigningAlg::HS256;
        one.settings.token_dialect = Some(TokenDialect::Rfc9068ProfileAuthz);
        one.settings.enforce_policies = Some(false);
        let system = ResourceServer { is_system: true, ..api("system") };
        write(&db, &t, |b| {
            resource_servers::insert(b, &one);
            resource_servers::insert(b, &system);
        })
        .await
        .unwrap();
        assert_eq!(resource_servers::all(&scope).await.unwrap(), [one.clone(), system.clone()]);
        assert_eq!(resource_servers::get(&scope, &one.id).await.unwrap(), Some(one.clone()));
        let found = resource_servers::by_identifier(&scope, &system.identifier).await.unwrap();
        assert_eq!(found, Some(system.clone()));
        let twin = ResourceServer { identifier: one.identifier.clone(), ..api("two") };
        let taken = write(&db, &t, |b| resource_servers::insert(b, &twin)).await;
        assert_eq!(taken, conflict("resource_servers"));
        let kept = write(&db, &t, |b| resource_servers::delete(b, &system.id)).await;
        assert_eq!(kept, unmet(resource_servers::MISSING));

        let pick = [system.identifier.clone(), "https://nowhere.test/".to_owned()];
        assert_eq!(
            resource_servers::list(&scope, Some(&pick), 0, 9).await.unwrap(),
            std::slice::from_ref(&system)
        );
        assert_eq!(resource_servers::count(&scope, Some(&pick)).await.unwrap(), 1);
        assert_eq!(resource_servers::list(&scope, None, 1, 9).await.unwrap(), [system]);
        assert_eq!(resource_servers::count(&scope, None).await.unwrap(), 2);
        assert!(resource_servers::list(&scope, Some(&[]), 0, 9).await.unwrap().is_empty());
    });
}

#[test]
fn an_api_is_changed_by_who_read_it_last() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let one = api("one");
        write(&db, &t, |b| resource_servers::insert(b, &one)).await.unwrap();
        let next = ResourceServer { name: "next".to_owned(), allow_offline_access: true, ..one.clone() };
        let (committed, failures) =
            write_in_parallel(&db, &t, 20, |b| resource_servers::update(b, &next)).await;
        assert_eq!(committed, 1);
        assert!(failures.iter().all(|error| Err(error.clone()) == unmet(resource_servers::STALE)));
        let read = resource_servers::get(&scope, &one.id).await.unwrap().unwrap();
        assert_eq!(read, ResourceServer { version: 2, ..next });
        let stale = write(&db, &t, |b| resource_servers::expect_unchanged(b, &one)).await;
        assert_eq!(stale, unmet(resource_servers::STALE));
        write(&db, &t, |b| resource_servers::expect_unchanged(b, &read)).await.unwrap();
        assert_eq!(resource_servers::get(&scope, &one.id).await.unwrap(), Some(read));
    });
}

#[test]
fn what_rests_on_an_api_goes_with_it() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, other) = (api("one"), api("other"));
        let role = role("rol_1", "Editor");
        write(&db, &t, |b| {
            resource_servers::insert(b, &one);
            resource_servers::insert(b, &other);
            client_grants::insert(b, &grant("cgr_1", &one));
            client_grants::insert(b, &grant("cgr_2", &other));
            roles::insert(b, &role);
            for api in [&one, &other] {
                permissions::add_to_role(b, &role.id, &held(api, "read:all"));
                permissions::add_to_user(b, &user_id("auth0|1"), &held(api, "read:all"));
            }
        })
        .await
        .unwrap();
        write(&db, &t, |b| resource_servers::delete(b, &one.id)).await.unwrap();
        assert_eq!(resource_servers::get(&scope, &one.id).await.unwrap(), None);
        let grants = client_grants::list(&scope, &GrantFilter::default(), 0, 9).await.unwrap();
        assert_eq!(grants, [grant("cgr_2", &other)]);
        assert_eq!(permissions::of_role(&scope, &role.id, 0, 9).await.unwrap(), [held(&other, "read:all")]);
        let of_user = permissions::of_user(&scope, &user_id("auth0|1"), 0, 9).await.unwrap();
        assert_eq!(of_user, [held(&other, "read:all")]);
        let gone = write(&db, &t, |b| resource_servers::delete(b, &one.id)).await;
        assert_eq!(gone, unmet(resource_servers::MISSING));
    });
}

#[test]
fn a_scope_that_an_api_forgets_is_taken_from_everybody() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, other, user) = (api("one"), api("other"), user_id("auth0|1"));
        let role = role("rol_1", "Editor");
        let alone = ClientGrant {
            scope: vec!["read:all".to_owned()],
            subject: SubjectType::User,
            ..grant("cgr_3", &one)
        };
        write(&db, &t, |b| {
            resource_servers::insert(b, &one);
            resource_servers::insert(b, &other);
            client_grants::insert(b, &grant("cgr_1", &one));
            client_grants::insert(b, &grant("cgr_2", &other));
            client_grants::insert(b, &alone);
            roles::insert(b, &role);
            for value in ["read:all", "read:al"] {
                permissions::add_to_role(b, &role.id, &held(&one, value));
                permissions::add_to_user(b, &user, &held(&one, value));
            }
            permissions::add_to_user(b, &user, &held(&other, "read:all"));
        })
        .await
        .unwrap();
        write(&db, &t, |b| resource_servers::withdraw(b, &one, "read:all")).await.unwrap();
        let grants = client_grants::list(&scope, &GrantFilter::default(), 0, 9).await.unwrap();
        let scopes: Vec<_> = grants.iter().map(|grant| (grant.scope.join(" "), grant.version)).collect();
        let expected = [("write:all read:al", 2), ("read:all write:all read:al", 1), ("", 2)]
            .map(|(s, v)| (s.to_owned(), v));
        assert_eq!(scopes, expected);
        write(&db, &t, |b| resource_servers::withdraw(b, &one, "read")).await.unwrap();
        assert_eq!(client_grants::get(&scope, &grants[0].id).await.unwrap(), Some(grants[0].clone()));
        assert_eq!(permissions::of_role(&scope, &role.id, 0, 9).await.unwrap(), [held(&one, "read:al")]);
        let of_user = permissions::of_user(&scope, &user, 0, 9).await.unwrap();
        assert_eq!(of_user, [held(&one, "read:al"), held(&other, "read:all")]);
    });
}

#[test]
fn a_grant_may_be_the_default_of_third_parties() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, two) = (api("one"), api("two"));
        let own = grant("cgr_1", &one);
        let default = ClientGrant {
            grantee: Grantee::ThirdParties,
            allow_all_scopes: Some(false),
            authorization_details_types: Some(vec!["payment".to_owned(), "a b".to_owned()]),
            ..grant("cgr_2", &one)
        };
        let people = ClientGrant { subject: SubjectType::User, id: cgr("cgr_3"), ..default.clone() };
        let elsewhere = ClientGrant { grantee: Grantee::ThirdParties, ..grant("cgr_4", &two) };
        write(&db, &t, |b| {
            resource_servers::insert(b, &one);
            resource_servers::insert(b, &two);
            [&own, &default, &people, &elsewhere]
                .into_iter()
                .for_each(|grant| client_grants::insert(b, grant));
        })
        .await
        .unwrap();
        let twin = ClientGrant { id: cgr("cgr_5"), ..default.clone() };
        assert_eq!(write(&db, &t, |b| client_grants::insert(b, &twin)).await, conflict("client_grants"));
        assert_eq!(client_grants::get(&scope, &default.id).await.unwrap(), Some(default.clone()));
        let all = [default.clone(), people.clone(), elsewhere.clone()];
        assert_eq!(client_grants::defaults(&scope).await.unwrap(), all);
        let filter = GrantFilter { is_default: true, ..GrantFilter::default() };
        assert_eq!(client_grants::list(&scope, &filter, 0, 9).await.unwrap(), all);
        assert_eq!(client_grants::count(&scope, &filter).await.unwrap(), 3);
        let of_client = client_grants::for_client(&scope, &client_id("client")).await.unwrap();
        assert_eq!(of_client, std::slice::from_ref(&own));

        let wide = ClientGrant {
            allow_all_scopes: Some(true),
            authorization_details_types: Some(Vec::new()),
            ..default.clone()
        };
        write(&db, &t, |b| client_grants::update(b, &wide)).await.unwrap();
        let read = client_grants::get(&scope, &wide.id).await.unwrap();
        assert_eq!(read, Some(ClientGrant { version: 2, ..wide }));
        write(&db, &t, |b| resource_servers::delete(b, &one.id)).await.unwrap();
        assert_eq!(client_grants::defaults(&scope).await.unwrap(), [elsewhere], "it goes with its API");
    });
}

#[test]
fn a_client_has_at_most_one_grant_per_api_and_kind_of_token() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let one = api("one");
        let first = grant("cgr_1", &one);
        let people = ClientGrant {
            subject: SubjectType::User,
            organizations: Organizations { usage: Some(OrganizationUsage::Allow), allow_any: Some(true) },
            ..grant("cgr_2", &one)
        };
        write(&db, &t, |b| {
            resource_servers::insert(b, &one);
            client_grants::insert(b, &first);
            client_grants::insert(b, &people);
        })
        .await
        .unwrap();
        assert_eq!(client_grants::get(&scope, &people.id).await.unwrap(), Some(people.clone()));
        let both = client_grants::for_client(&scope, &client_id("client")).await.unwrap();
        assert_eq!(both, [first.clone(), people.clone()]);
        for twin in [grant("cgr_3", &one), ClientGrant { subject: SubjectType::User, ..grant("cgr_3", &one) }]
        {
            assert_eq!(write(&db, &t, |b| client_grants::insert(b, &twin)).await, conflict("client_grants"));
        }
        let unknown = write(&db, &t, |b| client_grants::insert(b, &grant("cgr_3", &api("no")))).await;
        assert_eq!(unknown, in_use("client_grants"));

        let all = GrantFilter::default();
        let of = |subject| GrantFilter { subject: Some(subject), ..all.clone() };
        assert_eq!(
            client_grants::list(&scope, &of(SubjectType::User), 0, 9).await.unwrap(),
            std::slice::from_ref(&people)
        );
        assert_eq!(client_grants::list(&scope, &all, 1, 1).await.unwrap(), std::slice::from_ref(&people));
        let after = client_grants::list_after(&scope, &all, Some(&first.id), 9).await.unwrap();
        assert_eq!(after, std::slice::from_ref(&people));
        assert_eq!(
            client_grants::list_after(&scope, &all, None, 1).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(client_grants::count(&scope, &all).await.unwrap(), 2);
        let nobody = GrantFilter { client: Some(client_id("x")), ..all.clone() };
        assert_eq!(client_grants::count(&scope, &nobody).await.unwrap(), 0);
        for (allowed, count) in [(true, 1), (false, 1)] {
            let filter = GrantFilter { allow_any_organization: Some(allowed), ..all.clone() };
            assert_eq!(client_grants::count(&scope, &filter).await.unwrap(), count);
        }
        let nowhere = GrantFilter { audience: Some("x".to_owned()), ..all };
        assert_eq!(client_grants::count(&scope, &nowhere).await.unwrap(), 0);

        let narrow = ClientGrant { scope: Vec::new(), ..first.clone() };
        write(&db, &t, |b| client_grants::update(b, &narrow)).await.unwrap();
        let read = client_grants::get(&scope, &first.id).await.unwrap();
        assert_eq!(read, Some(ClientGrant { version: 2, ..narrow.clone() }));
        let stale = write(&db, &t, |b| client_grants::update(b, &narrow)).await;
        assert_eq!(stale, unmet(client_grants::STALE));
        write(&db, &t, |b| client_grants::delete(b, &first.id)).await.unwrap();
        let gone = write(&db, &t, |b| client_grants::delete(b, &first.id)).await;
        assert_eq!(gone, unmet(client_grants::MISSING));
    });
}
