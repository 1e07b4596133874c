//! What a client proves itself with: secrets, public keys, and assertions that are used up.

use doorward_model::client::credential::Credential;
use doorward_model::client::secrets::{ClientSecret, LastUse, MAX_SECRETS, Overlap};
use doorward_model::ids::SecretId;
use doorward_store::{client_credentials, client_secrets, used_assertions};

use crate::kit::on_both;
use crate::kit::samples::*;

fn id(text: &str) -> SecretId {
    SecretId::parse(text).unwrap()
}

fn names(secrets: &[ClientSecret]) -> Vec<&str> {
    secrets.iter().map(|secret| secret.id.as_str()).collect()
}

#[test]
fn an_old_client_secret_outlives_a_new_one_as_long_as_was_chosen() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let all = async || client_secrets::for_client(&scope, &client_id("client")).await.unwrap();
        write(&db, &t, |b| client_secrets::insert(b, &secret("s1", true, NOW))).await.unwrap();
        assert_eq!(all().await, [secret("s1", true, NOW)]);

        let rotate = |id: &str, second, overlap| {
            let secret = secret(id, true, later(second));
            write(&db, &t, move |b| client_secrets::replace_primary(b, &secret, overlap))
        };
        rotate("s2", 1, overlap(60)).await.unwrap();
        let stepped_back =
            |id: &str, at| ClientSecret { label: None, primary: false, ..secret(id, true, at) };
        let old = ClientSecret { expires_at: Some(later(61)), ..stepped_back("s1", NOW) };
        assert_eq!(all().await, [secret("s2", true, later(1)), old.clone()]);

        rotate("s3", 2, Overlap::UntilStopped).await.unwrap();
        let endless = stepped_back("s2", later(1));
        assert_eq!(all().await, [secret("s3", true, later(2)), endless, old]);
        rotate("s4", 3, Overlap::None).await.unwrap();
        assert_eq!(names(&all().await), ["s4", "s2", "s1"]);

        write(&db, &t, |b| client_secrets::insert(b, &secret("s5", false, later(61)))).await.unwrap();
        assert_eq!(names(&all().await), ["s4", "s5", "s2"], "what expired made room");
        write(&db, &t, |b| client_secrets::replace_all(b, &secret("s6", true, later(62)))).await.unwrap();
        assert_eq!(names(&all().await), ["s6"]);
    });
}

#[test]
fn an_old_secret_is_in_use_when_it_was_used_after_the_rotation_and_still_works() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (own, other) = (client_id("client"), client_id("other"));
        let in_use = async |second| {
            let both = [&own, &other, &own];
            client_secrets::old_in_use(&scope, &both, later(second)).await.unwrap()
        };
        let used = async |secret: &str, second| {
            let last = LastUse { at: later(second), ip: None };
            write(&db, &t, |b| client_secrets::touch(b, &id(secret), &last, later(second))).await.unwrap();
        };
        let unlabelled =
            |id: &str, primary, second| ClientSecret { label: None, ..secret(id, primary, later(second)) };
        write(&db, &t, |b| client_secrets::insert(b, &unlabelled("s1", true, 0))).await.unwrap();
        let beside = ClientSecret { label: Some("server B".to_owned()), ..secret("s2", false, NOW) };
        write(&db, &t, |b| client_secrets::insert(b, &beside)).await.unwrap();
        used("s1", 1).await;
        let new = unlabelled("s3", true, 10);
        write(&db, &t, |b| client_secrets::replace_primary(b, &new, overlap(60))).await.unwrap();
        assert_eq!(in_use(11).await, [], "it was used before the rotation only");
        used("s2", 12).await;
        used("s3", 12).await;
        assert_eq!(in_use(12).await, [], "one with a label is meant to stand beside");
        used("s1", 13).await;
        assert_eq!(in_use(13).await, [(own.clone(), later(13))]);
        assert_eq!(client_secrets::old_in_use(&scope, &[&other], later(13)).await.unwrap(), []);
        assert_eq!(client_secrets::old_in_use(&scope, &[], later(13)).await.unwrap(), []);
        assert_eq!(in_use(70).await, [], "its time is over");
    });
}

#[test]
fn only_a_secret_beside_the_client_secret_can_be_stopped() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let own = client_id("client");
        write(&db, &t, |b| client_secrets::insert(b, &secret("s1", true, NOW))).await.unwrap();
        write(&db, &t, |b| client_secrets::insert(b, &secret("s2", false, NOW))).await.unwrap();
        let stop = async |client: &str, secret: &str| {
            write(&db, &t, |b| client_secrets::delete(b, &client_id(client), &id(secret))).await
        };
        let missing = unmet(client_secrets::MISSING);
        assert_eq!(stop("client", "s1").await, missing, "the client secret");
        assert_eq!(stop("other", "s2").await, missing, "another client's");
        stop("client", "s2").await.unwrap();
        assert_eq!(stop("client", "s2").await, missing);
        assert_eq!(names(&client_secrets::for_client(&scope, &own).await.unwrap()), ["s1"]);
    });
}

#[test]
fn a_client_has_so_many_secrets_and_one_client_secret_even_when_all_come_at_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let own = client_id("client");
        write(&db, &t, |b| client_secrets::insert(b, &secret("s0", true, NOW))).await.unwrap();
        let mut tasks = Vec::new();
        for number in 1..25 {
            let mut b = scope.batch();
            let new = secret(&format!("s{number}"), number % 2 == 0, later(number));
            if new.primary {
                client_secrets::replace_primary(&mut b, &new, Overlap::UntilStopped);
            } else {
                client_secrets::insert(&mut b, &new);
            }
            tasks.push(tokio::spawn(b.commit()));
        }
        for task in tasks {
            let outcome = task.await.unwrap().map(|_| ());
            assert!(outcome.is_ok() || outcome == unmet(client_secrets::TOO_MANY), "{outcome:?}");
        }
        let all = client_secrets::for_client(&scope, &own).await.unwrap();
        assert_eq!(all.len(), MAX_SECRETS as usize);
        assert_eq!(all.iter().filter(|secret| secret.primary).count(), 1);
        let second = write(&db, &t, |b| client_secrets::replace_all(b, &secret("z1", true, later(99)))).await;
        assert_eq!(second, Ok(()), "what replaces all has room");
        let twin = write(&db, &t, |b| client_secrets::insert(b, &secret("z2", true, later(99)))).await;
        assert_eq!(twin, conflict("client_secrets"), "a second primary one");
        let nobody = ClientSecret { client: client_id("nobody"), ..secret("s9", true, NOW) };
        let refused = write(&db, &t, |b| client_secrets::insert(b, &nobody)).await;
        assert_eq!(refused, in_use("client_secrets"));
    });
}

#[test]
fn a_use_is_noted_unless_it_was_noted_lately_and_moves_no_version() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        write(&db, &t, |b| client_secrets::insert(b, &secret("s1", true, NOW))).await.unwrap();
        let version = doorward_store::tenants::version(&scope).await.unwrap();
        let use_at = |second, ip: &str| LastUse { at: later(second), ip: Some(ip.to_owned()) };
        let touch = async |last_use: LastUse, known| {
            write(&db, &t, |b| client_secrets::touch(b, &id("s1"), &last_use, known)).await.unwrap();
            let mut all = client_secrets::for_client(&scope, &client_id("client")).await.unwrap();
            all.remove(0).last_use
        };
        assert_eq!(touch(use_at(1, "192.0.2.1"), NOW).await, Some(use_at(1, "192.0.2.1")));
        assert_eq!(touch(use_at(60, "192.0.2.2"), NOW).await, Some(use_at(1, "192.0.2.1")));
        assert_eq!(touch(use_at(61, "192.0.2.2"), later(2)).await, Some(use_at(61, "192.0.2.2")));
        let unknown = LastUse { at: later(200), ip: None };
        assert_eq!(touch(unknown.clone(), later(100)).await, Some(unknown));
        write(&db, &t, |b| client_secrets::touch(b, &id("gone"), &use_at(1, "x"), NOW)).await.unwrap();
        assert_eq!(doorward_store::tenants::version(&scope).await.unwrap(), version);
    });
}

#[test]
fn credentials_are_kept_per_client_newest_first() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let own = client_id("client");
        let one = credential("cred_1", "kid-number-1");
        let two = Credential {
            name: None,
            certificate_sha256: None,
            expires_at: None,
            created_at: later(5),
            ..credential("cred_2", "kid-number-2")
        };
        for new in [&one, &two] {
            write(&db, &t, |b| client_credentials::insert(b, new)).await.unwrap();
        }
        assert_eq!(client_credentials::for_client(&scope, &own).await.unwrap(), [two.clone(), one.clone()]);
        assert_eq!(client_credentials::get(&scope, &own, &one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(client_credentials::get(&scope, &client_id("other"), &one.id).await.unwrap(), None);
        let twin = credential("cred_3", "kid-number-1");
        let taken = write(&db, &t, |b| client_credentials::insert(b, &twin)).await;
        assert_eq!(taken, conflict("client_credentials"));

        let expire = |b: &mut _| client_credentials::expire(b, (&own, &one.id), None, later(9));
        write(&db, &t, expire).await.unwrap();
        let changed = Credential { expires_at: None, updated_at: later(9), ..one.clone() };
        assert_eq!(client_credentials::get(&scope, &own, &one.id).await.unwrap(), Some(changed));
        let other = client_id("other");
        let expire = |b: &mut _| client_credentials::expire(b, (&other, &one.id), None, later(9));
        assert_eq!(write(&db, &t, expire).await, unmet(client_credentials::MISSING));
        let delete = |client: &str| {
            let client = client_id(client);
            write(&db, &t, move |b| client_credentials::delete(b, &client, &credential("cred_1", "x").id))
        };
        assert_eq!(delete("other").await, unmet(client_credentials::MISSING));
        delete("client").await.unwrap();
        assert_eq!(delete("client").await, unmet(client_credentials::MISSING));
        for number in 2..11 {
            let more = credential(&format!("more_{number}"), &format!("kid-more-{number}"));
            write(&db, &t, |b| client_credentials::insert(b, &more)).await.unwrap();
        }
        let full = write(&db, &t, |b| client_credentials::insert(b, &one)).await;
        assert_eq!(full, unmet(client_credentials::TOO_MANY));
    });
}

#[test]
fn an_assertion_is_used_once_per_client_however_many_come_at_once() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let (own, other) = (client_id("client"), client_id("other"));
        assert!(!used_assertions::is_used_up(&scope, &own, &hash("jti")).await.unwrap());
        let use_up = |b: &mut _| used_assertions::use_up(b, &own, &hash("jti"), later(60));
        let (won, lost) = write_in_parallel(&db, &t, 50, use_up).await;
        assert_eq!(won, 1);
        assert!(lost.iter().all(|error| Err(error.clone()) == unmet(used_assertions::REPLAYED)), "{lost:?}");
        assert!(used_assertions::is_used_up(&scope, &own, &hash("jti")).await.unwrap());
        write(&db, &t, |b| used_assertions::note(b, &own, &hash("jti"), later(60))).await.unwrap();
        write(&db, &t, |b| used_assertions::use_up(b, &other, &hash("jti"), later(60))).await.unwrap();
        write(&db, &t, |b| used_assertions::note(b, &own, &hash("two"), later(60))).await.unwrap();
        let noted = write(&db, &t, |b| used_assertions::use_up(b, &own, &hash("two"), later(60))).await;
        assert_eq!(noted, unmet(used_assertions::REPLAYED));
    });
}
