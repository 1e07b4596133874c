//! Refresh tokens (RFC 6749 §6, RFC 9700 §4.14): rotation, leeway, reuse.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

fn token(answer: &serde_json::Value) -> String {
    answer["refresh_token"].as_str().expect("every answer carries a refresh token").to_owned()
}

#[tokio::test]
async fn a_rotated_token_that_comes_again_later_ends_its_whole_family() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let first = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    let second = token(&party.refresh(&first).await.is(200).json());
    house.advance(3600);
    let third = token(&party.refresh(&second).await.is(200).json());
    house.advance(3600);
    let replay = party.refresh(&first).await.is(400).json();
    assert_eq!(replay["error"], "invalid_grant");
    assert_eq!(party.refresh(&third).await.is(400).json()["error"], "invalid_grant");
    assert!(house.log_types().await.contains(&"ferrt".to_owned()));
}

/// CVE-2026-9802: what was revoked stays revoked when the process starts again.
#[tokio::test]
async fn a_restart_forgets_no_reuse() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let first = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    let second = token(&party.refresh(&first).await.is(200).json());
    let (id, callback) = (party.client_id.clone(), party.callback.clone());
    let house = house.restart().await;
    let party = crate::kit::RelyingParty {
        house: &house,
        client_id: id,
        secret: String::new(),
        callback,
        via: Via::None,
    };
    house.advance(3600);
    assert_eq!(party.refresh(&first).await.is(400).json()["error"], "invalid_grant");
    assert_eq!(party.refresh(&second).await.is(400).json()["error"], "invalid_grant");
}

/// Within the leeway the same successor is given again: a lost answer is no theft.
#[tokio::test]
async fn within_the_leeway_the_same_successor_comes_again() {
    let house = House::new().await;
    let leeway = json!({ "refresh_token": {
        "rotation_type": "rotating", "expiration_type": "expiring", "leeway": 30,
        "token_lifetime": 2_592_000, "idle_token_lifetime": 1_296_000,
        "infinite_token_lifetime": false, "infinite_idle_token_lifetime": false } });
    let party = house.party_with(ClientKind::Spa, Via::None, leeway).await;
    let first = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    let second = token(&party.refresh(&first).await.is(200).json());
    assert_eq!(token(&party.refresh(&first).await.is(200).json()), second);
    house.advance(31);
    party.refresh(&first).await.is(400);
    party.refresh(&second).await.is(400);
}

#[tokio::test]
async fn a_client_that_does_not_rotate_keeps_its_token() {
    let house = House::new().await;
    let fixed =
        json!({ "refresh_token": { "rotation_type": "non-rotating", "expiration_type": "non-expiring" } });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, fixed).await;
    let first = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    for _ in 0..3 {
        house.advance(86_400);
        assert_eq!(token(&party.refresh(&first).await.is(200).json()), first);
    }
}

/// CVE-2026-55672: refresh tokens are bound to their client.
#[tokio::test]
async fn a_refresh_token_is_nothing_to_another_client() {
    let house = House::new().await;
    let own = house.party(ClientKind::Spa, Via::None).await;
    let other = house.party(ClientKind::Spa, Via::None).await;
    let first = token(&own.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    assert_eq!(other.refresh(&first).await.is(400).json()["error"], "invalid_grant");
}

/// CVE-2026-27840: a token is all of its characters.
#[tokio::test]
async fn prefixes_suffixes_and_changed_characters_are_refused() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let good = token(&party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await);
    let mut bad: Vec<String> = (1..good.len()).step_by(7).map(|at| good[..at].to_owned()).collect();
    bad.extend((1..good.len()).step_by(7).map(|at| good[at..].to_owned()));
    bad.extend((3..good.len()).step_by(5).map(|at| {
        let mut text = good.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap()
    }));
    bad.push(format!("{good}A"));
    bad.push(format!(" {good}x"));
    for text in bad {
        assert_eq!(party.refresh(&text).await.is(400).json()["error"], "invalid_grant", "{text}");
    }
    party.refresh(&good).await.is(200);
}

#[tokio::test]
async fn scope_may_be_narrowed_and_not_widened() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let url = party.authorize(&[("scope", "openid email offline_access")]);
    let back = Visitor::new(&house).log_in(&url, EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let ask = |scope: &'static str, token: String| {
        let party = &party;
        async move {
            let fields =
                [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", scope)];
            party.token(&fields).await
        }
    };
    let narrow = ask("openid", token(&tokens)).await.is(200).json();
    let userinfo = house.userinfo(narrow["access_token"].as_str().unwrap()).await.is(200).json();
    assert!(userinfo.get("email").is_none(), "{userinfo}");
    // auth0-python sends an empty scope: it means what was granted.
    let same = ask("", token(&narrow)).await.is(200).json();
    assert!(same["id_token"].is_string());
    let wide = ask("openid profile", token(&same)).await.is(200).json();
    assert_eq!(wide["scope"], "openid", "what was never granted is cut off, and that is said");
    let userinfo = house.userinfo(wide["access_token"].as_str().unwrap()).await.is(200).json();
    assert!(userinfo.get("name").is_none(), "{userinfo}");
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let back = Visitor::new(&house).log_in(&party.authorize(&[("scope", "openid")]), EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert!(tokens.get("refresh_token").is_none(), "{tokens}");
}
