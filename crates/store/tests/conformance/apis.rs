//! APIs and client grants.

use doorward_model::api::{ApiPermission, ClientGrant, ResourceServer};
use doorward_model::ids::{ClientGrantId, ResourceServerId};
use doorward_model::time::Lifetime;
use doorward_store::{client_grants, resource_servers};

use crate::kit::on_both;
use crate::kit::samples::*;

fn api(id: &str) -> ResourceServer {
    ResourceServer {
        id: ResourceServerId::parse(id).unwrap(),
        identifier: format!("https://{id}.test/"),
        name: id.to_owned(),
        permissions: vec![ApiPermission { value: "read:all".to_owned(), description: "Read".to_owned() }],
        token_lifetime: Lifetime::from_seconds(86_400),
        allow_offline_access: true,
        is_system: false,
        created_at: NOW,
    }
}

fn grant(id: &str, api: &ResourceServer) -> ClientGrant {
    ClientGrant {
        id: ClientGrantId::parse(id).unwrap(),
        client: client_id("client"),
        audience: api.identifier.clone(),
        scope: vec!["read:all".to_owned(), "write:all".to_owned()],
    }
}

#[test]
fn an_api_is_found_by_id_and_identifier_and_cannot_go_while_granted() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (one, system) = (api("one"), ResourceServer { is_system: true, ..api("system") });
        let mut b = scope.batch();
        resource_servers::insert(&mut b, &one);
        resource_servers::insert(&mut b, &system);
        client_grants::insert(&mut b, &grant("cgr_1", &one));
        b.commit().await.unwrap();
        assert_eq!(resource_servers::all(&scope).await.unwrap(), [one.clone(), system.clone()]);
        assert_eq!(resource_servers::get(&scope, &one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(
            resource_servers::by_identifier(&scope, &system.identifier).await.unwrap(),
            Some(system.clone())
        );
        let twin = ResourceServer { identifier: one.identifier.clone(), ..api("two") };
        let taken = write(&db, &t, |b| resource_servers::insert(b, &twin)).await;
        assert_eq!(taken, conflict("resource_servers"));
        let granted = write(&db, &t, |b| resource_servers::delete(b, &one.id)).await;
        assert_eq!(granted, in_use("resource_servers"));
        write(&db, &t, |b| client_grants::delete(b, &grant("cgr_1", &one).id)).await.unwrap();
        write(&db, &t, |b| resource_servers::delete(b, &one.id)).await.unwrap();
        assert_eq!(resource_servers::get(&scope, &one.id).await.unwrap(), None);
        let kept = write(&db, &t, |b| resource_servers::delete(b, &system.id)).await;
        assert_eq!(kept, unmet(resource_servers::MISSING));
    });
}

#[test]
fn a_client_has_at_most_one_grant_per_api() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let one = api("one");
        let first = grant("cgr_1", &one);
        let mut b = scope.batch();
        resource_servers::insert(&mut b, &one);
        client_grants::insert(&mut b, &first);
        b.commit().await.unwrap();
        assert_eq!(client_grants::all(&scope).await.unwrap(), std::slice::from_ref(&first));
        assert_eq!(client_grants::get(&scope, &first.id).await.unwrap(), Some(first.clone()));
        assert_eq!(
            client_grants::for_client(&scope, &first.client).await.unwrap(),
            std::slice::from_ref(&first)
        );
        let second = write(&db, &t, |b| client_grants::insert(b, &grant("cgr_2", &one))).await;
        assert_eq!(second, conflict("client_grants"));
        let unknown = write(&db, &t, |b| client_grants::insert(b, &grant("cgr_3", &api("no")))).await;
        assert_eq!(unknown, in_use("client_grants"));
        write(&db, &t, |b| client_grants::delete(b, &first.id)).await.unwrap();
        let gone = write(&db, &t, |b| client_grants::delete(b, &first.id)).await;
        assert_eq!(gone, unmet(client_grants::MISSING));
    });
}
