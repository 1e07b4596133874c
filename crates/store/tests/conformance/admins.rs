//! Admins and set-up links.

use doorward_model::admin::{Admin, Role};
use doorward_model::ids::AdminId;
use doorward_store::global::{admins, setup_links};
use doorward_store::users::Credential;

use crate::kit::on_both;
use crate::kit::samples::*;

fn admin(id: &str, address: &str) -> Admin {
    Admin { id: AdminId::parse(id).unwrap(), email: email(address), role: Role::Owner, created_at: NOW }
}

fn credential(text: &str) -> Credential {
    Credential { hash: text.to_owned() }
}

#[test]
fn an_admin_has_a_role_per_tenant() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let (ada, bob) = (admin("1", "ada@a.test"), admin("2", "bob@a.test"));
        write(&db, &a, |batch| admins::insert(batch, &bob, &credential("b"))).await.unwrap();
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential("a"))).await.unwrap();
        assert_eq!(admins::count(&db.global()).await.unwrap(), 2);
        assert_eq!(admins::list(&db.tenant(&a)).await.unwrap(), [ada.clone(), bob.clone()]);
        assert!(admins::list(&db.tenant(&b)).await.unwrap().is_empty());
        assert_eq!(
            admins::by_email(&db.tenant(&a), &ada.email).await.unwrap(),
            Some((ada.clone(), credential("a")))
        );
        assert_eq!(admins::by_email(&db.tenant(&b), &ada.email).await.unwrap(), None);
        assert_eq!(admins::id_of(&db.global(), &ada.email).await.unwrap(), Some(ada.id.clone()));
        assert_eq!(admins::id_of(&db.global(), &email("eve@a.test")).await.unwrap(), None);

        write(&db, &b, |batch| admins::put_membership(batch, &ada.id, Role::Owner)).await.unwrap();
        write(&db, &b, |batch| admins::put_membership(batch, &ada.id, Role::Viewer)).await.unwrap();
        let viewer = Admin { role: Role::Viewer, ..ada.clone() };
        assert_eq!(admins::list(&db.tenant(&b)).await.unwrap(), [viewer]);
        assert_eq!(admins::list(&db.tenant(&a)).await.unwrap()[0].role, Role::Owner);

        let twin = admin("3", "ada@a.test");
        let taken = write(&db, &a, |batch| admins::insert(batch, &twin, &credential("x"))).await;
        assert_eq!(taken, conflict("admins"));
    });
}

#[test]
fn a_password_is_set_by_a_tenant_of_the_admin_only() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let ada = admin("1", "ada@a.test");
        write(&db, &a, |batch| admins::insert(batch, &ada, &credential("old"))).await.unwrap();
        let foreign = write(&db, &b, |batch| admins::set_password(batch, &ada.id, &credential("evil"))).await;
        assert_eq!(foreign, unmet(admins::MISSING));
        write(&db, &a, |batch| admins::set_password(batch, &ada.id, &credential("new"))).await.unwrap();
        let (_, now) = admins::by_email(&db.tenant(&a), &ada.email).await.unwrap().unwrap();
        assert_eq!(now, credential("new"));
    });
}

#[test]
fn a_set_up_link_works_once_and_the_newest_only() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let g = db.global();
        write(&db, &t, |b| setup_links::put(b, &hash("old"), later(60))).await.unwrap();
        write(&db, &t, |b| setup_links::put(b, &hash("new"), later(60))).await.unwrap();
        assert!(!setup_links::is_good(&g, &hash("old"), NOW).await.unwrap());
        assert!(setup_links::is_good(&g, &hash("new"), later(59)).await.unwrap());
        assert!(!setup_links::is_good(&g, &hash("new"), later(60)).await.unwrap());
        let late = write(&db, &t, |b| setup_links::take(b, &hash("new"), later(60))).await;
        assert_eq!(late, unmet(setup_links::SPENT));
        let (won, _) = write_in_parallel(&db, &t, 20, |b| setup_links::take(b, &hash("new"), NOW)).await;
        assert_eq!(won, 1);
        assert!(!setup_links::is_good(&g, &hash("new"), NOW).await.unwrap());
    });
}
