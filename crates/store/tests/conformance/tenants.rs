//! Tenants: their rows and their versions.

use doorward_model::ids::SecretId;
use doorward_model::tenant::TenantSettings;
use doorward_store::{client_secrets, clients, connections, global, sessions, tenants, users};

use crate::kit::on_both;
use crate::kit::samples::*;

#[test]
fn a_tenant_is_read_back_as_it_was_written() {
    on_both(async |db| {
        let (a, b) = (tenant("a"), tenant("b"));
        for tenant in [&a, &b] {
            write(&db, &tenant.id, |batch| global::tenants::insert(batch, tenant)).await.unwrap();
        }
        let g = db.global();
        assert_eq!(global::tenants::all(&g).await.unwrap(), [a.clone(), b.clone()]);
        assert_eq!(global::tenants::get(&g, &b.id).await.unwrap(), Some(b.clone()));
        assert_eq!(global::tenants::get(&g, &tenant_id("c")).await.unwrap(), None);
        assert_eq!(global::tenants::versions(&g).await.unwrap(), [(a.id.clone(), 1), (b.id, 1)]);
        let mut twin = tenant("c");
        twin.issuer = a.issuer;
        let taken = write(&db, &twin.id, |batch| global::tenants::insert(batch, &twin)).await;
        assert_eq!(taken, conflict("tenants"));
    });
}

#[test]
fn every_write_of_configuration_moves_the_version_by_one_per_commit() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let before = tenants::version(&scope).await.unwrap().unwrap();
        let mut b = scope.batch();
        clients::insert(&mut b, &client("c2", "Two"));
        connections::insert(&mut b, &connection("con_2", "More"));
        connections::enable(&mut b, &connection_id("con_2"), &client_id("c2"));
        b.commit().await.unwrap();
        assert_eq!(tenants::version(&scope).await.unwrap(), Some(before + 1));
        write(&db, &t, |b| clients::delete(b, &client_id("c2"), NOW)).await.unwrap();
        assert_eq!(tenants::version(&scope).await.unwrap(), Some(before + 2));
        write(&db, &t, |b| sessions::touch(b, &session("session"))).await.unwrap();
        write(&db, &t, |b| users::record_login(b, &user_id("auth0|1"), None, NOW)).await.unwrap();
        assert_eq!(tenants::version(&scope).await.unwrap(), Some(before + 2));
    });
}

#[test]
fn settings_are_replaced() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let mut settings = tenant("a").settings;
        settings.friendly_name = "Acme".to_owned();
        let version = tenants::version(&db.tenant(&t)).await.unwrap().unwrap();
        write(&db, &t, |b| tenants::put_settings(b, &settings, version)).await.unwrap();
        let read = global::tenants::get(&db.global(), &t).await.unwrap().unwrap();
        assert_eq!((read.settings, read.version), (settings.clone(), version + 1));
        let late = write(&db, &t, |b| tenants::put_settings(b, &TenantSettings::new("B".into()), version));
        assert_eq!(late.await, unmet(tenants::STALE), "somebody else was faster");
        let read = global::tenants::get(&db.global(), &t).await.unwrap().unwrap();
        assert_eq!(read.settings, settings);
        assert_eq!(tenants::version(&db.tenant(&tenant_id("nobody"))).await.unwrap(), None);
    });
}

#[test]
fn of_many_changes_of_the_settings_at_once_one_is_made() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let version = tenants::version(&db.tenant(&t)).await.unwrap().unwrap();
        let settings = TenantSettings::new("B".into());
        let (won, failures) =
            write_in_parallel(&db, &t, 20, |b| tenants::put_settings(b, &settings, version)).await;
        assert_eq!((won, failures.len()), (1, 19));
        for failure in failures {
            assert_eq!(Err(failure), unmet(tenants::STALE));
        }
    });
}

#[test]
fn whether_writing_works_can_be_tried_again_and_again() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let before = tenants::version(&db.tenant(&t)).await.unwrap();
        for _ in 0..2 {
            let done = write(&db, &t, |b| {
                tenants::try_writing(b);
            })
            .await;
            assert!(done.is_ok(), "{done:?}");
        }
        assert_eq!(tenants::version(&db.tenant(&t)).await.unwrap(), before);
    });
}

#[test]
fn nothing_is_configured_in_a_tenant_that_is_not_there() {
    on_both(async |db| {
        let nobody = tenant_id("nobody");
        assert_eq!(write(&db, &nobody, tenants::bump_version).await, unmet(tenants::MISSING));
        assert_eq!(
            write(&db, &nobody, |b| {
                tenants::hold(b);
            })
            .await,
            unmet(tenants::MISSING)
        );
        let added = write(&db, &nobody, |b| clients::insert(b, &client("client", "App"))).await;
        assert!(added.is_err(), "{added:?}");
        let gone = write(&db, &nobody, |b| {
            client_secrets::delete(b, &client_id("client"), &SecretId::parse("x").unwrap());
        });
        assert_eq!(gone.await, unmet(tenants::MISSING));
    });
}
