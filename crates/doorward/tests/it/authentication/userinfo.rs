//! `/userinfo` (OpenID Connect Core §5.3; RFC 6750 §3).

use doorward_model::client::kind::ClientKind;

use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn claims_follow_the_granted_scope() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for (scope, has_email) in [("openid", false), ("openid email", true)] {
        let back = Visitor::new(&house).log_in(&party.authorize(&[("scope", scope)]), EMAIL, PASSWORD).await;
        let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
        let claims = house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200).json();
        assert!(claims["sub"].as_str().unwrap().starts_with("auth0|"), "{claims}");
        assert_eq!(claims.get("email").is_some(), has_email, "{scope}: {claims}");
    }
}

#[tokio::test]
async fn post_works_as_get_does() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    house.send(Asked::new("POST", "/userinfo").header("authorization", &bearer)).await.is(200);
}

/// RFC 6750 §3.1: no token, a bad one, an old one, one that is meant for something else.
#[tokio::test]
async fn what_is_not_a_good_token_is_401_with_a_challenge() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let good = tokens["access_token"].as_str().unwrap().to_owned();
    let machine = house.machine(&["read:clients"]).await;
    let mut flipped = good.clone().into_bytes();
    let middle = flipped.len() / 2;
    flipped[middle] = if flipped[middle] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let id_token = tokens["id_token"].as_str().unwrap();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    for bad in ["", "x", "a.b.c", &good[..good.len() - 1], &flipped, id_token, refresh_token, &machine.token]
    {
        let answer = house.userinfo(bad).await.is(401);
        assert!(answer.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer")), "{bad}");
    }
    house.userinfo(&good).await.is(200);
    house.advance(90_000);
    house.userinfo(&good).await.is(401);
}

#[tokio::test]
async fn after_the_code_was_stolen_the_access_token_opens_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let code = party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let tokens = party.swap(&code).await.is(200).json();
    let access = tokens["access_token"].as_str().unwrap();
    house.userinfo(access).await.is(200);
    party.swap(&code).await.is(400);
    house.userinfo(access).await.is(401);
}
