//! Signing keys: their lives, one at a time whoever is at it.

use doorward_model::ids::KeyId;
use doorward_model::secret::SealedSecret;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_store::{Db, signing_keys};

use crate::kit::on_both;
use crate::kit::samples::*;

fn id(text: &str) -> KeyId {
    KeyId::parse(text).unwrap()
}

fn key(text: &str, state: KeyState, second: u32) -> SigningKey {
    SigningKey {
        id: id(text),
        state,
        family: KeyFamily::Rsa,
        sealed_private_key: SealedSecret::from_ciphertext("sealed".to_owned()),
        certificate_pem: "PEM\n".to_owned(),
        created_at: later(second),
        current_since: (state == KeyState::Current).then(|| later(second)),
        current_until: None,
        revoked_at: None,
    }
}

/// The current key `a` and the next one `b`.
async fn with_keys(db: &Db) -> doorward_model::ids::TenantId {
    let t = furnish(db, "a").await;
    let mut b = db.tenant(&t).batch();
    signing_keys::insert(&mut b, &key("b", KeyState::Next, 1));
    signing_keys::insert(&mut b, &key("a", KeyState::Current, 0));
    b.commit().await.unwrap();
    t
}

async fn states(db: &Db, t: &doorward_model::ids::TenantId) -> Vec<(String, KeyState)> {
    let keys = signing_keys::all(&db.tenant(t)).await.unwrap();
    keys.into_iter().map(|key| (key.id.as_str().to_owned(), key.state)).collect()
}

#[test]
fn keys_are_listed_by_age_as_they_were_written() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        let all = signing_keys::all(&db.tenant(&t)).await.unwrap();
        assert_eq!(all, [key("a", KeyState::Current, 0), key("b", KeyState::Next, 1)]);
    });
}

#[test]
fn a_rotation_moves_both_keys_or_none() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        let rotate = |current: &'static str, next: &'static str| {
            write(&db, &t, move |b| {
                signing_keys::rotate(b, &id(current), &id(next), later(500));
                signing_keys::insert(b, &key("c", KeyState::Next, 500));
            })
        };
        assert_eq!(rotate("b", "a").await, unmet(signing_keys::MISSING));
        assert_eq!(rotate("a", "x").await, unmet(signing_keys::MISSING));
        assert_eq!(states(&db, &t).await[0], ("a".to_owned(), KeyState::Current), "nothing was moved");
        rotate("a", "b").await.unwrap();
        let all = signing_keys::all(&db.tenant(&t)).await.unwrap();
        assert_eq!(all[0].state, KeyState::Previous);
        assert_eq!((all[0].current_since, all[0].current_until), (Some(NOW), Some(later(500))));
        assert_eq!((all[1].state, all[1].current_since), (KeyState::Current, Some(later(500))));
        assert_eq!(all[2].state, KeyState::Next);
        assert_eq!(rotate("a", "b").await, unmet(signing_keys::MISSING), "once is enough");
    });
}

#[test]
fn of_many_rotations_at_once_one_is_made() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        let (won, failures) = write_in_parallel(&db, &t, 20, |b| {
            signing_keys::rotate(b, &id("a"), &id("b"), later(500));
        })
        .await;
        assert_eq!((won, failures.len()), (1, 19));
    });
}

#[test]
fn one_key_signs_and_one_is_the_next_whoever_makes_them() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        for state in [KeyState::Current, KeyState::Next] {
            let second = write(&db, &t, |b| signing_keys::insert(b, &key("z", state, 9))).await;
            assert_eq!(second, conflict("signing_keys"), "{state:?}");
        }
        for name in ["y", "z"] {
            write(&db, &t, |b| signing_keys::insert(b, &key(name, KeyState::Previous, 9))).await.unwrap();
        }
    });
}

/// Each kind of key has one that signs and a next one, and none stands in the way of another.
#[test]
fn kinds_of_keys_do_not_touch_each_other() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        for (family, name) in [(KeyFamily::P256, "p"), (KeyFamily::Ed25519, "e")] {
            let key = SigningKey { family, ..key(name, KeyState::Current, 3) };
            write(&db, &t, |b| signing_keys::insert(b, &key)).await.unwrap();
            let second = SigningKey { id: id("z"), ..key.clone() };
            let refused = write(&db, &t, |b| signing_keys::insert(b, &second)).await;
            assert_eq!(refused, conflict("signing_keys"), "{family:?}");
            assert!(signing_keys::all(&db.tenant(&t)).await.unwrap().contains(&key));
        }
        write(&db, &t, |b| signing_keys::cease(b, &id("p"), later(9))).await.unwrap();
        let again = write(&db, &t, |b| signing_keys::cease(b, &id("p"), later(9))).await;
        assert_eq!(again, unmet(signing_keys::MISSING));
        let all = signing_keys::all(&db.tenant(&t)).await.unwrap();
        let of =
            |name: &str| all.iter().find(|key| key.id == id(name)).map(|key| (key.state, key.current_until));
        assert_eq!(of("p"), Some((KeyState::Previous, Some(later(9)))));
        assert_eq!(of("a"), Some((KeyState::Current, None)));
    });
}

#[test]
fn a_revoked_key_has_no_private_part_and_the_one_that_signs_stays() {
    on_both(async |db| {
        let t = with_keys(&db).await;
        let revoke = |name: &'static str, state| {
            write(&db, &t, move |b| signing_keys::revoke(b, &id(name), state, later(7)))
        };
        assert_eq!(revoke("a", KeyState::Current).await, unmet(signing_keys::MISSING));
        assert_eq!(revoke("b", KeyState::Previous).await, unmet(signing_keys::MISSING));
        revoke("b", KeyState::Next).await.unwrap();
        let all = signing_keys::all(&db.tenant(&t)).await.unwrap();
        assert_eq!((all[1].state, all[1].revoked_at), (KeyState::Revoked, Some(later(7))));
        assert_eq!(all[1].sealed_private_key.as_str(), "");
        assert_eq!(revoke("b", KeyState::Next).await, unmet(signing_keys::MISSING));
        // Only what is revoked is forgotten.
        for name in ["a", "b"] {
            write(&db, &t, |b| signing_keys::forget(b, &id(name))).await.unwrap();
        }
        assert_eq!(states(&db, &t).await, [("a".to_owned(), KeyState::Current)]);
    });
}
