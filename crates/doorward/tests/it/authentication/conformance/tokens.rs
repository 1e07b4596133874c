//! Codes, tokens and the endpoints that take them.

use serde_json::Value;

use super::*;
use crate::kit::Asked;

/// The estimate of the suite: the entropy by Shannon of a text's own characters, times its length, in bits.
fn bits(text: &str) -> f64 {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    text.chars().for_each(|letter| *counts.entry(letter).or_default() += 1.0);
    let length = text.chars().count() as f64;
    -counts.values().map(|count| count * (count / length).log2()).sum::<f64>()
}

/// `oidcc-server`: nothing in the ID token that was not asked for, codes and tokens that nobody guesses.
#[tokio::test]
async fn oidcc_server() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let got = once(&party, way, &[]).await;
        let secrets = ["code", "access_token"].iter().filter_map(|name| got.fields.get(*name));
        for secret in
            secrets.map(String::as_str).chain(got.tokens.iter().filter_map(|t| t["access_token"].as_str()))
        {
            assert!(bits(secret) > 96.0 && secret.len() >= 22, "{way:?}: {secret}");
        }
        if got.id_token.is_none() {
            continue;
        }
        let known = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "c_hash", "sid"];
        for name in got.id_token().as_object().unwrap().keys() {
            assert!(known.contains(&name.as_str()), "{way:?}: {name}");
        }
        assert_eq!(got.id_token()["nonce"], NONCE);
        if way.0.contains("id_token") {
            assert_eq!(got.id_token().get("at_hash").is_some(), way.0.contains(" token"), "{way:?}");
            assert_eq!(got.id_token().get("c_hash").is_some(), way.0.contains("code"), "{way:?}");
        }
    }
}

#[tokio::test]
async fn oidcc_server_client_secret_post() {
    let house = House::new().await;
    let post = client(&house).await;
    let basic = RelyingParty {
        via: Via::Basic,
        client_id: post.client_id.clone(),
        secret: post.secret.clone(),
        callback: post.callback.clone(),
        house: &house,
    };
    for party in [&post, &basic] {
        for way in ways(&[BASIC, HYBRID]) {
            assert!(once(party, way, &[]).await.tokens.is_some());
        }
    }
}

#[tokio::test]
async fn oidcc_idtoken_signature() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let got = once(&party, way, &[]).await;
        let in_answer = got.tokens.as_ref().map(|tokens| tokens["id_token"].as_str().unwrap());
        for token in got.fields.get("id_token").map(String::as_str).into_iter().chain(in_answer) {
            let (header, _) = jwt::decode(token);
            assert_eq!(header["alg"], "RS256");
            assert!(header["kid"].as_str().is_some_and(|kid| !kid.is_empty()));
        }
    }
}

/// An access token of the suite's client.
async fn access_token(party: &RelyingParty<'_>) -> (String, Value) {
    let got = once(party, ("code", ""), &[]).await;
    let tokens = got.tokens.as_ref().unwrap();
    (tokens["access_token"].as_str().unwrap().to_owned(), got.id_token()["sub"].clone())
}

fn told(answer: Answer, sub: &Value) {
    let answer = answer.is(200);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")));
    assert_eq!(answer.json()["sub"], *sub);
}

#[tokio::test]
async fn oidcc_userinfo_get() {
    let house = House::new().await;
    let party = client(&house).await;
    let (token, sub) = access_token(&party).await;
    told(house.userinfo(&token).await, &sub);
}

#[tokio::test]
async fn oidcc_userinfo_post_header() {
    let house = House::new().await;
    let party = client(&house).await;
    let (token, sub) = access_token(&party).await;
    let asked = Asked::new("POST", "/userinfo").header("authorization", &format!("Bearer {token}"));
    told(house.send(asked).await, &sub);
}

#[tokio::test]
async fn oidcc_userinfo_post_body() {
    let house = House::new().await;
    let party = client(&house).await;
    let (token, sub) = access_token(&party).await;
    told(house.send(Asked::form("/userinfo", &[("access_token", &token)])).await, &sub);
}

/// The second use of a code, `seconds` after the first one.
async fn used_again_after(seconds: u32) {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, HYBRID]) {
        let got = once(&party, way, &[]).await;
        house.advance(seconds);
        let again = [
            ("grant_type", "authorization_code"),
            ("code", got.fields["code"].as_str()),
            ("redirect_uri", party.callback.as_str()),
        ];
        assert_eq!(party.token(&again).await.is(400).json()["error"], "invalid_grant");
        let token = got.tokens.unwrap()["access_token"].as_str().unwrap().to_owned();
        house.userinfo(&token).await.is(401);
    }
}

#[tokio::test]
async fn oidcc_codereuse() {
    used_again_after(0).await;
}

#[tokio::test]
async fn oidcc_codereuse_30seconds() {
    used_again_after(30).await;
}

#[tokio::test]
async fn oidcc_refresh_token() {
    let house = House::new().await;
    let (party, other) = (client(&house).await, client(&house).await);
    // `max_age` asks for `auth_time`; it comes again if it came at first, and else it does not.
    for (way, max_age) in ways(&[BASIC, HYBRID]).into_iter().flat_map(|way| [(way, ""), (way, "1000")]) {
        let more = [("scope", "openid offline_access"), ("prompt", "consent"), ("max_age", max_age)];
        let got = once(&party, way, &more).await;
        let first = got.id_token();
        assert_eq!(first.get("auth_time").is_some(), !max_age.is_empty(), "{way:?}: {first}");
        let mut token = got.tokens.as_ref().unwrap()["refresh_token"].as_str().unwrap().to_owned();
        assert_eq!(other.refresh(&token).await.is(400).json()["error"], "invalid_grant");
        for scope in ["", "openid offline_access"] {
            house.advance(1);
            let mut asked = vec![("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
            if !scope.is_empty() {
                asked.push(("scope", scope));
            }
            let answer = party.token(&asked).await.is(200);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let fresh = answer.json();
            assert!(bits(fresh["access_token"].as_str().unwrap()) > 96.0);
            assert!(fresh["expires_in"].as_i64().is_some_and(|seconds| seconds > 0));
            assert!(fresh["token_type"].as_str().unwrap().eq_ignore_ascii_case("bearer"));
            let (_, claims) = jwt::decode(fresh["id_token"].as_str().unwrap());
            for name in ["iss", "sub", "aud", "auth_time", "azp"] {
                assert_eq!(claims.get(name), first.get(name), "{way:?}: {name}");
            }
            assert_ne!(claims["iat"], first["iat"]);
            token = fresh["refresh_token"].as_str().unwrap().to_owned();
        }
    }
}

/// RFC 7636 with a client that has a secret besides.
#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in [("code", ""), ("code", "form_post"), ("code id_token", ""), ("code id_token", "form_post")] {
        let challenge = crate::kit::challenge(crate::kit::VERIFIER);
        let pkce = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
        let back = answer(&Visitor::new(&house), &asking(&party, way, &pkce)).await;
        party.swap(&fields(&back, &party, way)["code"]).await.is(200);
    }
}
