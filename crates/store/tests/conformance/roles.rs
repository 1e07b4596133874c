//! Roles, who has them, and who may do what.

use doorward_model::ids::{ResourceServerId, RoleId, UserId};
use doorward_model::role::{HeldPermission, Role};
use doorward_store::permissions::Source;
use doorward_store::{Db, permissions, resource_servers, roles, users};

use crate::kit::on_both;
use crate::kit::samples::*;

fn held(api: &str, value: &str) -> HeldPermission {
    HeldPermission { api: ResourceServerId::parse(api).unwrap(), value: value.to_owned() }
}

/// A tenant with the APIs `one` and `two`, the roles `rol_1` and `rol_2`, and a second user.
async fn peopled(db: &Db) -> doorward_model::ids::TenantId {
    let t = furnish(db, "a").await;
    write(db, &t, |b| {
        for id in ["one", "two"] {
            let id = ResourceServerId::parse(id).unwrap();
            let identifier = format!("https://{id}.test/");
            resource_servers::insert(b, &doorward_model::api::ResourceServer::new(id, identifier, NOW));
        }
        roles::insert(b, &role("rol_1", "Editor"));
        roles::insert(b, &role("rol_2", "50%_Author"));
        users::insert(b, &user("auth0|2", "bob@a.test"));
    })
    .await
    .unwrap();
    t
}

#[test]
fn a_role_is_found_by_id_and_part_of_its_name_and_its_name_is_its_own() {
    on_both(async |db| {
        let t = peopled(&db).await;
        let scope = db.tenant(&t);
        let (one, two) = (role("rol_1", "Editor"), role("rol_2", "50%_Author"));
        assert_eq!(roles::get(&scope, &one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(roles::list(&scope, None, 0, 9).await.unwrap(), [one.clone(), two.clone()]);
        assert_eq!(roles::list(&scope, None, 1, 1).await.unwrap(), std::slice::from_ref(&two));
        for (name, count) in [("EDIT", 1), ("or", 2), ("%_a", 1), ("%_e", 0), ("", 2)] {
            assert_eq!(roles::count(&scope, Some(name)).await.unwrap(), count, "{name}");
            assert_eq!(roles::list(&scope, Some(name), 0, 9).await.unwrap().len() as i64, count, "{name}");
        }
        let twin = write(&db, &t, |b| roles::insert(b, &role("rol_3", "Editor"))).await;
        assert_eq!(twin, conflict("roles"));
        assert_eq!(write(&db, &t, |b| roles::set_name(b, &two.id, "Editor")).await, conflict("roles"));
        write(&db, &t, |b| {
            roles::set_name(b, &two.id, "Writer");
            roles::set_description(b, &two.id, Some("writes"));
        })
        .await
        .unwrap();
        let changed =
            Role { name: "Writer".to_owned(), description: Some("writes".to_owned()), ..two.clone() };
        assert_eq!(roles::get(&scope, &two.id).await.unwrap(), Some(changed));
        assert_eq!(roles::count(&scope, Some("writer")).await.unwrap(), 1);
        let nobody = RoleId::parse("rol_9").unwrap();
        for push in [
            |b: &mut _, id: &RoleId| roles::set_name(b, id, "x"),
            |b: &mut _, id: &RoleId| roles::set_description(b, id, None),
            |b: &mut _, id: &RoleId| roles::delete(b, id),
        ] {
            assert_eq!(write(&db, &t, |b| push(b, &nobody)).await, unmet(roles::MISSING));
        }
    });
}

#[test]
fn who_has_a_role_is_listed_by_id_from_both_ends() {
    on_both(async |db| {
        let t = peopled(&db).await;
        let scope = db.tenant(&t);
        let (one, two) = (RoleId::parse("rol_1").unwrap(), RoleId::parse("rol_2").unwrap());
        let (ada, bob) = (user_id("auth0|1"), user_id("auth0|2"));
        // Twice is once.
        for _ in 0..2 {
            write(&db, &t, |b| {
                roles::assign(b, &ada, &one);
                roles::assign(b, &bob, &one);
                roles::assign(b, &ada, &two);
            })
            .await
            .unwrap();
        }
        let ids = async |after: Option<&UserId>, page| -> Vec<UserId> {
            let members = roles::members(&scope, &one, after, page).await.unwrap();
            members.into_iter().map(|member| member.id).collect()
        };
        assert_eq!(ids(None, (0, 9)).await, [ada.clone(), bob.clone()]);
        assert_eq!(ids(None, (1, 9)).await, std::slice::from_ref(&bob));
        assert_eq!(ids(Some(&ada), (0, 9)).await, std::slice::from_ref(&bob));
        assert!(ids(Some(&bob), (0, 9)).await.is_empty());
        assert_eq!(roles::count_members(&scope, &one).await.unwrap(), 2);
        let member = roles::members(&scope, &two, None, (0, 9)).await.unwrap().remove(0);
        assert_eq!(
            (member.email.as_deref(), member.profile.name.as_deref()),
            (Some("ada@a.test"), Some("Ada"))
        );

        let of_ada = roles::of_user(&scope, &ada, 0, 9).await.unwrap();
        assert_eq!(of_ada.iter().map(|role| &role.id).collect::<Vec<_>>(), [&one, &two]);
        assert_eq!(roles::of_user(&scope, &ada, 1, 9).await.unwrap()[0].id, two);
        assert_eq!(roles::count_of_user(&scope, &ada).await.unwrap(), 2);
        for _ in 0..2 {
            write(&db, &t, |b| roles::unassign(b, &ada, &one)).await.unwrap();
        }
        assert_eq!(roles::count_of_user(&scope, &ada).await.unwrap(), 1);
        let (no_user, no_role) = (user_id("auth0|9"), RoleId::parse("rol_9").unwrap());
        assert_eq!(write(&db, &t, |b| roles::assign(b, &no_user, &one)).await, in_use("user_roles"));
        assert_eq!(write(&db, &t, |b| roles::assign(b, &ada, &no_role)).await, in_use("user_roles"));
    });
}

#[test]
fn what_somebody_may_do_is_theirs_and_their_roles() {
    on_both(async |db| {
        let t = peopled(&db).await;
        let scope = db.tenant(&t);
        let (one, two) = (RoleId::parse("rol_1").unwrap(), RoleId::parse("rol_2").unwrap());
        let (ada, bob) = (user_id("auth0|1"), user_id("auth0|2"));
        for _ in 0..2 {
            write(&db, &t, |b| {
                permissions::add_to_user(b, &ada, &held("one", "read"));
                permissions::add_to_user(b, &ada, &held("one", "admin"));
                permissions::add_to_role(b, &one, &held("one", "read"));
                permissions::add_to_role(b, &one, &held("two", "read"));
                permissions::add_to_role(b, &two, &held("one", "write"));
                permissions::add_to_role(b, &two, &held("one", "read"));
                roles::assign(b, &ada, &one);
                roles::assign(b, &ada, &two);
                roles::assign(b, &bob, &two);
            })
            .await
            .unwrap();
        }
        let api = |id: &str| ResourceServerId::parse(id).unwrap();
        let effective = async |user: &UserId, id: &str| {
            permissions::effective(&scope, user, &api(id)).await.unwrap().join(" ")
        };
        assert_eq!(effective(&ada, "one").await, "admin read write");
        assert_eq!(effective(&ada, "two").await, "read");
        assert_eq!(effective(&bob, "one").await, "read write");
        assert_eq!(effective(&bob, "two").await, "");
        assert_eq!(effective(&user_id("auth0|9"), "one").await, "");

        let all = [held("one", "admin"), held("one", "read"), held("one", "write"), held("two", "read")];
        assert_eq!(permissions::of_user(&scope, &ada, 0, 9).await.unwrap(), all);
        assert_eq!(permissions::of_user(&scope, &ada, 1, 2).await.unwrap(), all[1..3]);
        assert_eq!(permissions::count_of_user(&scope, &ada).await.unwrap(), 4);
        let source = |permission: &HeldPermission, role: Option<(&RoleId, &str)>| Source {
            permission: permission.clone(),
            role: role.map(|(id, name)| (id.clone(), name.to_owned())),
        };
        let expected = [
            source(&all[1], None),
            source(&all[1], Some((&one, "Editor"))),
            source(&all[1], Some((&two, "50%_Author"))),
            source(&all[2], Some((&two, "50%_Author"))),
        ];
        assert_eq!(permissions::sources(&scope, &ada, &all[1], &all[2]).await.unwrap(), expected);

        assert_eq!(
            permissions::of_role(&scope, &one, 0, 9).await.unwrap(),
            [held("one", "read"), held("two", "read")]
        );
        assert_eq!(permissions::of_role(&scope, &one, 1, 9).await.unwrap(), [held("two", "read")]);
        assert_eq!(permissions::count_of_role(&scope, &one).await.unwrap(), 2);
        for _ in 0..2 {
            write(&db, &t, |b| {
                permissions::take_from_user(b, &ada, &held("one", "admin"));
                permissions::take_from_role(b, &two, &held("one", "write"));
            })
            .await
            .unwrap();
        }
        assert_eq!(effective(&ada, "one").await, "read");
        write(&db, &t, |b| roles::delete(b, &one)).await.unwrap();
        assert_eq!(effective(&ada, "two").await, "");
        assert_eq!(effective(&ada, "one").await, "read");
        assert_eq!(roles::count_of_user(&scope, &ada).await.unwrap(), 1);

        let nothing = held("nine", "read");
        let to_role = write(&db, &t, |b| permissions::add_to_role(b, &two, &nothing)).await;
        assert_eq!(to_role, in_use("role_permissions"));
        let to_user = write(&db, &t, |b| permissions::add_to_user(b, &ada, &nothing)).await;
        assert_eq!(to_user, in_use("user_permissions"));
    });
}
