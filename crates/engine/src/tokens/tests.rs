//! Tokens as a whole: codes, refresh tokens, programs, userinfo.

use std::sync::Arc;

use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::KeyState;
use doorward_protocol::digest;
use doorward_protocol::jose::{TokenType, verify_rs256};
use doorward_store::refresh_tokens;
use serde_json::json;

use super::userinfo::userinfo;
use crate::clients;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::fault::Unproven;
use crate::login::journey::{CALLBACK, EMAIL, Journey, PASSWORD, code_of, error, public_client};
use crate::login::{Browser, Step};
use crate::sealing::Sealing;

async fn person(journey: &Journey, token: &Secret) -> Result<String, Unproven> {
    match userinfo(&journey.kit.app, &journey.visitor(), Some(token)).await.outcome {
        Ok(claims) => Ok(claims["sub"].as_str().unwrap().to_owned()),
        Err(Fault::Unauthenticated { why }) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_id_token_verifies_with_the_public_keys() {
    let journey = Journey::new().await;
    let tokens = journey.tokens().await;
    let keys = journey.kit.tenant().keys.clone();
    let claims = verify_rs256(tokens.id_token.unwrap().expose(), &keys.verifiers()).unwrap();
    assert_eq!(claims["iss"], crate::kit::ISSUER);
    assert_eq!(claims["aud"], journey.client.as_str());
    assert_eq!(claims["sub"], journey.user.id.as_str());
    assert!(claims.contains_key("at_hash") && !claims.contains_key("nonce"));
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_it_led_to() {
    let journey = Journey::new().await;
    let code = journey.code(&mut Browser::default()).await;
    let tokens = journey.redeem(&journey.client, &code).await.unwrap();
    assert_eq!(person(&journey, &tokens.access_token).await.as_deref(), Ok(journey.user.id.as_str()));
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "invalid_grant");
    assert_eq!(person(&journey, &tokens.access_token).await, Err(Unproven::Invalid));
    assert_eq!(error(journey.refresh(&tokens.refresh_token.unwrap()).await), "invalid_grant");
    assert!(journey.log().await.contains(&"feacft"));
}

/// The process that issued a code still remembers it when another one has taken it.
#[tokio::test]
async fn a_code_that_comes_again_at_another_node_ends_what_it_led_to() {
    let journey = Journey::new().await;
    let neighbour = journey.kit.neighbour().await;
    let code = journey.code(&mut Browser::default()).await;
    let tokens = journey.redeem_at(&neighbour, &code).await.unwrap();
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "invalid_grant");
    assert_eq!(person(&journey, &tokens.access_token).await, Err(Unproven::Invalid));
    assert_eq!(error(journey.refresh(&tokens.refresh_token.unwrap()).await), "invalid_grant");
}

/// CVE-2026-28513.
#[tokio::test]
async fn a_code_of_another_client_is_refused_and_burnt() {
    let journey = Journey::new().await;
    let other = public_client(&journey.kit, 0).await;
    let code = journey.code(&mut Browser::default()).await;
    assert_eq!(error(journey.redeem(&other, &code).await), "invalid_grant");
    assert_eq!(journey.log().await[0], "feacft");
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "invalid_grant");
}

#[tokio::test]
async fn a_code_lives_a_minute() {
    let journey = Journey::new().await;
    let code = journey.code(&mut Browser::default()).await;
    journey.wait(60);
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_uses_of_one_code_at_once_one_wins() {
    let journey = Arc::new(Journey::new().await);
    let code = journey.code(&mut Browser::default()).await;
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (journey, code) = (journey.clone(), code.clone());
        uses.spawn(async move { journey.redeem(&journey.client, &code).await });
    }
    let outcomes = uses.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(error(outcome), "invalid_grant");
    }
}

#[tokio::test]
async fn a_refresh_token_rotates_and_gives_the_same_successor_within_the_leeway() {
    let journey = Journey::new().await;
    let first = journey.tokens().await.refresh_token.unwrap();
    let second = journey.refresh(&first).await.unwrap();
    assert!(second.id_token.is_some());
    let second = second.refresh_token.unwrap();
    assert_ne!(first, second);
    journey.wait(29);
    assert_eq!(journey.refresh(&first).await.unwrap().refresh_token, Some(second.clone()));
    journey.refresh(&second).await.unwrap();
}

/// An answer that got lost is given again, also by a process that began after the master key was
/// rotated, and by one that does not know of the new key yet.
#[tokio::test]
async fn the_same_successor_is_given_across_a_rotation_of_the_master_key() {
    let journey = Journey::new().await;
    let first = journey.tokens().await.refresh_token.unwrap();
    let second = journey.refresh(&first).await.unwrap().refresh_token.unwrap();
    let file = journey.kit.folder.path().join("master.key");
    Sealing::rotate(&file, &Entropy::System).unwrap();
    let neighbour = journey.kit.neighbour().await;
    let again = journey.refresh_at(&neighbour, &first).await.unwrap().refresh_token;
    assert_eq!(again, Some(second.clone()));
    // What the neighbour derives with the new key is given again by the one with the old key in mind.
    let third = journey.refresh_at(&neighbour, &second).await.unwrap().refresh_token.unwrap();
    assert_eq!(journey.refresh(&second).await.unwrap().refresh_token, Some(third));
}

#[tokio::test]
async fn a_refresh_token_that_comes_too_late_ends_its_family() {
    let journey = Journey::new().await;
    let tokens = journey.tokens().await;
    let first = tokens.refresh_token.unwrap();
    let second = journey.refresh(&first).await.unwrap().refresh_token.unwrap();
    journey.wait(30);
    assert_eq!(error(journey.refresh(&first).await), "invalid_grant");
    assert_eq!(journey.log().await[0], "ferrt");
    assert_eq!(error(journey.refresh(&second).await), "invalid_grant");
    assert_eq!(person(&journey, &tokens.access_token).await, Err(Unproven::Invalid));
}

/// Two logins that are stolen from in one minute are two events, each of its own.
#[tokio::test]
async fn a_refusal_says_whose_login_it_was() {
    let journey = Journey::new().await;
    let mut used = Vec::new();
    for _ in 0..2 {
        let first = journey.tokens().await.refresh_token.unwrap();
        journey.refresh(&first).await.unwrap();
        used.push(first);
    }
    journey.wait(30);
    for first in &used {
        assert_eq!(error(journey.refresh(first).await), "invalid_grant");
    }
    let events = journey.kit.events().await;
    let stolen: Vec<_> = events.iter().filter(|event| event.code.as_str() == "ferrt").collect();
    assert_eq!(stolen.len(), 2);
    assert_ne!(stolen[0].details["session_id"], stolen[1].details["session_id"]);
    for event in stolen {
        assert_eq!(event.user.as_ref(), Some(&journey.user.id));
        assert_eq!(event.connection.as_ref(), Some(&journey.user.connection));
    }
}

/// CVE-2026-1035.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_uses_of_one_refresh_token_at_once_leave_one_successor() {
    let journey = Arc::new(Journey::new().await);
    let first = journey.tokens().await.refresh_token.unwrap();
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (journey, first) = (journey.clone(), first.clone());
        uses.spawn(async move { journey.refresh(&first).await.unwrap().refresh_token.unwrap() });
    }
    let successors = uses.join_all().await;
    assert!(successors.windows(2).all(|two| two[0] == two[1]));
    journey.refresh(&successors[0]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_leeway_one_of_many_uses_wins_and_the_family_ends() {
    let journey = Arc::new(Journey::with_leeway(0).await);
    let first = journey.tokens().await.refresh_token.unwrap();
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (journey, first) = (journey.clone(), first.clone());
        uses.spawn(async move { journey.refresh(&first).await });
    }
    let mut won: Vec<_> = uses.join_all().await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(won.len(), 1);
    let successor = won.remove(0).refresh_token.unwrap();
    assert_eq!(error(journey.refresh(&successor).await), "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_of_another_client_is_refused_and_stays_good() {
    let journey = Journey::new().await;
    let other = public_client(&journey.kit, 0).await;
    let token = journey.tokens().await.refresh_token.unwrap();
    let fields = json!({
        "grant_type": "refresh_token", "client_id": other.as_str(), "refresh_token": token.expose(),
    });
    assert_eq!(error(journey.ask(fields).await.outcome), "invalid_grant");
    journey.refresh(&token).await.unwrap();
}

#[tokio::test]
async fn a_blocked_user_gets_nothing_more() {
    let journey = Journey::new().await;
    let code = journey.code(&mut Browser::default()).await;
    let tokens = journey.tokens().await;
    journey.block().await;
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "access_denied");
    assert_eq!(error(journey.refresh(&tokens.refresh_token.unwrap()).await), "access_denied");
    assert_eq!(person(&journey, &tokens.access_token).await, Err(Unproven::Invalid));
}

#[tokio::test]
async fn a_client_deleted_by_another_process_gets_nothing_more() {
    let journey = Journey::new().await;
    let code = journey.code(&mut Browser::default()).await;
    let tokens = journey.tokens().await;
    let neighbour = journey.kit.neighbour().await;
    clients::delete(&neighbour, &journey.kit.shell(), &journey.client).await.unwrap();
    assert!(journey.redeem(&journey.client, &code).await.is_err());
    assert!(journey.refresh(&tokens.refresh_token.unwrap()).await.is_err());
    assert_eq!(person(&journey, &tokens.access_token).await, Err(Unproven::Invalid));
}

#[tokio::test]
async fn a_program_gets_a_token_until_it_is_deleted() {
    let journey = Journey::new().await;
    let kit = &journey.kit;
    let made = kit.client(
        json!({"name": "Robot", "app_type": "non_interactive", "grant_types": ["client_credentials"]}),
    );
    let made = made.await;
    let audience = kit.tenant().management_audience();
    let fields = json!({
        "grant_type": "client_credentials",
        "client_id": made.client.id.as_str(),
        "client_secret": made.secret.unwrap().expose(),
        "audience": audience,
        "scope": null,
    });
    assert_eq!(error(journey.ask(fields.clone()).await.outcome), "access_denied");
    assert_eq!(journey.log().await[0], "feccft");
    clients::grant_management_api(&kit.app, &kit.shell(), &made.client.id, ApiScope::ALL).await.unwrap();
    let token = journey.ask(fields.clone()).await.outcome.unwrap();
    assert!(token.id_token.is_none() && token.refresh_token.is_none());
    assert_eq!(journey.log().await[0], "seccft");
    let keys = kit.tenant().keys.clone();
    let claims = verify_rs256(token.access_token.expose(), &keys.verifiers()).unwrap();
    assert_eq!(claims["sub"], format!("{}@clients", made.client.id));
    assert_eq!(claims["aud"], audience.as_str());

    let neighbour = kit.neighbour().await;
    clients::delete(&neighbour, &kit.shell(), &made.client.id).await.unwrap();
    assert_eq!(
        error(journey.ask(fields).await.outcome),
        "invalid_client",
        "as everywhere for who is unknown"
    );
}

#[tokio::test]
async fn a_grant_that_does_not_exist_is_refused_and_logged() {
    let journey = Journey::new().await;
    assert!(!journey.log().await.contains(&"f"));
    let fields = json!({"grant_type": "tea", "client_id": journey.client.as_str()});
    assert_eq!(error(journey.ask(fields).await.outcome), "unsupported_grant_type");
    assert_eq!(journey.log().await[0], "f");
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client_are_the_same_refusal() {
    let journey = Journey::new().await;
    let made = journey.kit.client(json!({"name": "Robot", "grant_types": ["client_credentials"]})).await;
    let mut texts = Vec::new();
    for id in [made.client.id.as_str(), "nobody"] {
        let fields = json!({"grant_type": "client_credentials", "client_id": id, "client_secret": "wrong"});
        match journey.ask(fields).await.outcome {
            Err(Fault::Token(error)) => texts.push((error.status, error.code, error.public)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(texts[0].0, 401);
}

/// GHSA: ZITADEL CVE-2026-27840, a truncated opaque token.
#[tokio::test]
async fn no_cut_or_changed_token_opens_userinfo() {
    let journey = Journey::new().await;
    let token = journey.tokens().await.access_token;
    let text = token.expose();
    for i in 0..text.len() {
        assert!(person(&journey, &Secret::new(text[..i].to_owned())).await.is_err(), "prefix {i}");
        if i > 0 {
            assert!(person(&journey, &Secret::new(text[i..].to_owned())).await.is_err(), "suffix {i}");
        }
        for bit in 0..7 {
            let mut bytes = text.as_bytes().to_vec();
            bytes[i] ^= 1 << bit;
            let changed = Secret::new(String::from_utf8(bytes).unwrap());
            assert!(person(&journey, &changed).await.is_err(), "bit {bit} of {i}");
        }
    }
    assert!(person(&journey, &token).await.is_ok());
    journey.wait(86_400);
    assert_eq!(person(&journey, &token).await, Err(Unproven::Expired));
}

#[tokio::test]
async fn an_id_token_does_not_open_userinfo() {
    let journey = Journey::new().await;
    let tokens = journey.tokens().await;
    assert!(person(&journey, &tokens.id_token.unwrap()).await.is_err());
    assert!(person(&journey, &tokens.refresh_token.unwrap()).await.is_err());
}

#[tokio::test]
async fn a_code_needs_its_verifier() {
    let journey = Journey::new().await;
    for verifier in [json!(null), json!("x".repeat(43))] {
        let code = journey.code(&mut Browser::default()).await;
        let fields = json!({
            "grant_type": "authorization_code",
            "client_id": journey.client.as_str(),
            "code": code.expose(),
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        });
        assert_eq!(error(journey.ask(fields).await.outcome), "invalid_grant");
    }
}

/// A refreshed ID token says when the person logged in if the first one did, and else it does not (OpenID Connect
/// Core §12.2).
#[tokio::test]
async fn a_refreshed_id_token_has_auth_time_if_the_first_one_had_it() {
    let journey = Journey::new().await;
    let keys = journey.kit.tenant().keys.clone();
    let auth_time = |token: Option<Secret>| {
        let claims = verify_rs256(token.unwrap().expose(), &keys.verifiers()).unwrap();
        claims.get("auth_time").and_then(serde_json::Value::as_i64)
    };
    for (more, is_told) in [("", false), ("&max_age=1000", true)] {
        let expected = is_told.then(|| journey.kit.app.now().seconds());
        let mut browser = Browser::default();
        let form = journey.to_form(&mut browser, more).await;
        let Step::Return(back) = journey.send(&browser, &form, (EMAIL, PASSWORD)).await else {
            panic!("not logged in")
        };
        let mut tokens = journey.redeem(&journey.client, &code_of(&back)).await.unwrap();
        for _ in 0..3 {
            assert_eq!(auth_time(tokens.id_token), expected, "{more}");
            journey.wait(120);
            tokens = journey.refresh(&tokens.refresh_token.unwrap()).await.unwrap();
        }
    }
}

/// CVE-2025-64717.
#[tokio::test]
async fn a_connection_taken_away_from_the_client_ends_its_codes_and_refresh_tokens() {
    let journey = Journey::new().await;
    let tokens = journey.tokens().await;
    let code = journey.code(&mut Browser::default()).await;
    let tenant = journey.kit.tenant().tenant.id.clone();
    let mut batch = journey.kit.app.db().tenant(&tenant).batch();
    doorward_store::connections::disable(&mut batch, &journey.user.connection, &journey.client);
    batch.commit().await.unwrap();
    journey.kit.app.reload(&tenant).await.unwrap();
    assert_eq!(error(journey.redeem(&journey.client, &code).await), "invalid_grant");
    assert_eq!(error(journey.refresh(&tokens.refresh_token.unwrap()).await), "invalid_grant");
}

#[tokio::test]
async fn userinfo_knows_a_key_that_is_newer_than_its_memory() {
    let journey = Journey::new().await;
    let (app, stale) = (&journey.kit.app, journey.visitor());
    let tenant = &stale.tenant.tenant;
    let mut batch = app.db().tenant(&tenant.id).batch();
    let of = (KeyFamily::Rsa, KeyState::Previous);
    crate::keys::push_fresh(&mut batch, app, tenant, of).await.unwrap();
    batch.commit().await.unwrap();
    let fresh = app.reload(&tenant.id).await.unwrap();
    let known = |kid| stale.tenant.keys.all.iter().any(|key| key.kid() == kid);
    let newest = fresh.keys.all.iter().find(|key| !known(key.kid())).unwrap();
    let refresh_token = journey.tokens().await.refresh_token.unwrap();
    let kept = refresh_tokens::get(&app.db().tenant(&tenant.id), &digest::token_hash(&refresh_token)).await;
    let family = kept.unwrap().unwrap().family.id;
    let claims = json!({
        "jti": format!("{family}.x"),
        "iss": crate::kit::ISSUER, "sub": journey.user.id.as_str(), "azp": journey.client.as_str(),
        "aud": [format!("{}userinfo", crate::kit::ISSUER)], "exp": app.now().seconds() + 60, "scope": "openid",
    });
    let token = Secret::new(newest.sign(TokenType::Jwt, &claims).unwrap());
    assert!(userinfo(app, &stale, Some(&token)).await.outcome.is_ok());
    // Without the name of its family nobody could say that it ended.
    let mut nameless = claims;
    nameless["jti"] = json!("x");
    let token = Secret::new(newest.sign(TokenType::Jwt, &nameless).unwrap());
    assert!(userinfo(app, &stale, Some(&token)).await.outcome.is_err());
}
