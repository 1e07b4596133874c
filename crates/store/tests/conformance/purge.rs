//! Cleaning.

use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::ids::{DeviceCodeId, LoginId};
use doorward_model::secret::SealedSecret;
use doorward_model::time::Lifetime;
use doorward_store::global::purge::purge;
use doorward_store::login_attempts::{self, AttemptLimit};
use doorward_store::{
    client_secrets, codes, device_codes, logins, refresh_tokens, sessions, token_families, used_assertions,
};

use crate::kit::on_both;
use crate::kit::samples::*;

fn device_code() -> DeviceCode {
    DeviceCode {
        id: DeviceCodeId::parse("device").unwrap(),
        client: client_id("client"),
        scope: None,
        audience: None,
        family: family_id("of-the-device"),
        device: device("television"),
        created_at: NOW,
        expires_at: later(60),
        interval: Lifetime::from_seconds(5),
        polled_at: None,
        standing: Standing::Waiting,
    }
}

#[test]
fn what_expired_is_cleaned_away_and_what_is_live_stays() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        let login = LoginId::parse("login").unwrap();
        let limit = AttemptLimit { subject: "ada", limit: 9, window: Lifetime::from_seconds(60) };
        let mut b = scope.batch();
        codes::insert(&mut b, &hash("code"), &code());
        device_codes::insert(&mut b, (&hash("device"), &hash("typed")), &device_code());
        logins::put(&mut b, &login, &SealedSecret::from_ciphertext("x".to_owned()), later(60));
        logins::use_up(&mut b, &login, later(60));
        login_attempts::push_reserve(&mut b, &limit, "tries", NOW);
        for (id, end) in [("short", Some(later(60))), ("endless", None)] {
            let mut token = refresh_token(id, &family(id));
            (token.expires_at, token.idle_expires_at) = (end, None);
            token_families::insert(&mut b, &family(id), end);
            refresh_tokens::insert(&mut b, &token);
        }
        sessions::insert(&mut b, &session("brief"), &hash("brief"), later(60));
        client_secrets::insert(&mut b, &secret("s1", true, NOW));
        client_secrets::replace_primary(&mut b, &secret("s2", true, NOW), overlap(60));
        used_assertions::use_up(&mut b, &client_id("client"), &hash("jti"), later(60));
        b.commit().await.unwrap();

        let g = db.global();
        assert_eq!(purge(&g, later(59), 100).await.unwrap(), 0);
        assert_eq!(purge(&g, later(60), 100).await.unwrap(), 8, "all but the codes, which are kept a while");
        assert_eq!(purge(&g, later(60 + 599), 100).await.unwrap(), 0);
        assert_eq!(purge(&g, later(60 + 600), 100).await.unwrap(), 2, "the codes");
        assert_eq!(purge(&g, later(1000), 100).await.unwrap(), 1, "the session");
        assert!(!logins::is_used_up(&scope, &login).await.unwrap());
        assert!(!used_assertions::is_used_up(&scope, &client_id("client"), &hash("jti")).await.unwrap());
        let secrets = client_secrets::for_client(&scope, &client_id("client")).await.unwrap();
        assert_eq!(secrets, [secret("s2", true, NOW)], "the client secret has no end");
        assert_eq!(codes::get(&scope, &hash("code")).await.unwrap(), None);
        assert_eq!(device_codes::get(&scope, &hash("device")).await.unwrap(), None);
        assert_eq!(refresh_tokens::get(&scope, &hash("short")).await.unwrap(), None);
        assert!(refresh_tokens::get(&scope, &hash("endless")).await.unwrap().is_some());
    });
}

#[test]
fn cleaning_goes_in_steps() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let mut b = db.tenant(&t).batch();
        for i in 0..25 {
            logins::use_up(&mut b, &LoginId::parse(&format!("{i}")).unwrap(), later(1));
        }
        b.commit().await.unwrap();
        let mut steps = Vec::new();
        for _ in 0..4 {
            steps.push(purge(&db.global(), later(2), 10).await.unwrap());
        }
        assert_eq!(steps, [10, 10, 5, 0]);
    });
}
