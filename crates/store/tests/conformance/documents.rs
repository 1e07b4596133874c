//! Settings that are kept as one text, and public keys of people's devices.

use doorward_model::device_credential::DeviceCredential;
use doorward_model::ids::DeviceCredentialId;
use doorward_model::json::Object;
use doorward_store::device_credentials::{self, DeviceFilter};
use doorward_store::documents::{self, Document, DocumentKey};
use doorward_store::{clients, users};
use serde_json::json;

use crate::kit::on_both;
use crate::kit::samples::*;

fn body(text: &str) -> Object {
    serde_json::from_value(json!({ "text": text, "more": [1, null] })).unwrap()
}

#[test]
fn a_document_is_changed_and_deleted_by_whoever_read_it_last() {
    const KEY: DocumentKey<'static> = DocumentKey { kind: "email_template", name: "welcome" };
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let kept = async || documents::get(&db.tenant(&a), KEY).await.unwrap();
        assert_eq!(kept().await, None);
        write(&db, &a, |batch| documents::insert(batch, KEY, &body("one"), NOW)).await.unwrap();
        assert_eq!(kept().await, Some(Document { body: body("one"), version: 1 }));
        let twice = write(&db, &a, |batch| documents::insert(batch, KEY, &body("two"), NOW)).await;
        assert_eq!(twice, conflict("documents"));
        for other in [DocumentKey { name: "other", ..KEY }, DocumentKey { kind: "branding", ..KEY }] {
            assert_eq!(documents::get(&db.tenant(&a), other).await.unwrap(), None);
        }
        assert_eq!(documents::get(&db.tenant(&b), KEY).await.unwrap(), None, "of another tenant");

        write(&db, &a, |batch| documents::update(batch, KEY, 1, &body("two"), later(1))).await.unwrap();
        assert_eq!(kept().await, Some(Document { body: body("two"), version: 2 }));
        let late = write(&db, &a, |batch| documents::update(batch, KEY, 1, &body("three"), later(2))).await;
        assert_eq!(late, unmet(documents::STALE));
        let (won, lost) =
            write_in_parallel(&db, &a, 20, |batch| documents::update(batch, KEY, 2, &body("x"), NOW)).await;
        assert_eq!((won, lost.len()), (1, 19));

        let late = write(&db, &a, |batch| documents::delete(batch, KEY, 2)).await;
        assert_eq!(late, unmet(documents::STALE));
        write(&db, &a, |batch| documents::delete(batch, KEY, 3)).await.unwrap();
        assert_eq!(kept().await, None);
    });
}

fn key(id: &str, user: &str, client: &str) -> DeviceCredential {
    DeviceCredential {
        id: DeviceCredentialId::parse(id).unwrap(),
        user: user_id(user),
        client: client_id(client),
        device_id: format!("device of {id}"),
        device_name: "Ada's telephone".to_owned(),
        value: "MIIB".to_owned(),
        created_at: NOW,
    }
}

#[test]
fn keys_of_devices_are_listed_by_their_owner_and_client_and_counted() {
    on_both(async |db| {
        let (t, other) = (furnish(&db, "a").await, furnish(&db, "b").await);
        let scope = db.tenant(&t);
        write(&db, &t, |b| users::insert(b, &user("auth0|2", "bob@a.test"))).await.unwrap();
        write(&db, &t, |b| clients::insert(b, &client("other", "Other"))).await.unwrap();
        let keys = [
            key("dcr_1", "auth0|1", "client"),
            DeviceCredential { created_at: later(1), ..key("dcr_2", "auth0|2", "client") },
            DeviceCredential { created_at: later(2), ..key("dcr_3", "auth0|1", "other") },
        ];
        for key in &keys {
            write(&db, &t, |b| device_credentials::insert(b, key, 50)).await.unwrap();
        }
        let ids = async |filter: DeviceFilter, offset, limit| {
            let list = device_credentials::list(&scope, &filter, offset, limit).await.unwrap();
            let count = device_credentials::count(&scope, &filter).await.unwrap();
            (list.iter().map(|key| key.id.as_str().to_owned()).collect::<Vec<_>>(), count)
        };
        let all = DeviceFilter::default();
        assert_eq!(ids(all.clone(), 0, 50).await, (vec!["dcr_1".into(), "dcr_2".into(), "dcr_3".into()], 3));
        assert_eq!(ids(all.clone(), 1, 1).await, (vec!["dcr_2".into()], 3));
        let of_ada = DeviceFilter { user: Some(user_id("auth0|1")), ..all.clone() };
        assert_eq!(ids(of_ada.clone(), 0, 50).await, (vec!["dcr_1".into(), "dcr_3".into()], 2));
        let at_client = DeviceFilter { client: Some(client_id("client")), ..of_ada };
        assert_eq!(ids(at_client, 0, 50).await, (vec!["dcr_1".into()], 1));
        assert_eq!(device_credentials::count(&db.tenant(&other), &all).await.unwrap(), 0);

        assert_eq!(device_credentials::get(&scope, &keys[0].id).await.unwrap().as_ref(), Some(&keys[0]));
        assert_eq!(device_credentials::get(&db.tenant(&other), &keys[0].id).await.unwrap(), None);
        for _ in 0..2 {
            write(&db, &t, |b| device_credentials::delete(b, &keys[0].id)).await.unwrap();
            assert_eq!(device_credentials::get(&scope, &keys[0].id).await.unwrap(), None);
        }
    });
}

#[test]
fn a_key_is_for_somebody_who_is_there_and_has_room() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let add_for = async |client: &str, id: &str, user: &str, most| {
            write(&db, &t, |b| device_credentials::insert(b, &key(id, user, client), most)).await
        };
        let add = async |id: &str, user: &str, most| add_for("client", id, user, most).await;
        let refused = || unmet(device_credentials::NOT_ALLOWED);
        assert_eq!(add("dcr_1", "auth0|9", 2).await, refused());
        // As after a client was deleted that the request had still found.
        assert_eq!(add_for("gone", "dcr_1", "auth0|1", 2).await, refused());
        assert_eq!(add("dcr_1", "auth0|1", 2).await, Ok(()));
        assert_eq!(add("dcr_2", "auth0|1", 1).await, refused());
        write(&db, &t, |b| users::set_blocked(b, &user_id("auth0|1"), true, NOW)).await.unwrap();
        assert_eq!(add("dcr_2", "auth0|1", 2).await, refused());
    });
}
