//! `/userinfo` (OpenID Connect Core §5.3; RFC 6750 §3).

use doorward_model::client::kind::ClientKind;
use serde_json::Value;

use crate::kit::{Asked, EMAIL, House, PASSWORD, RelyingParty, Via, Visitor, jwt};

const API: &str = "https://things.test/";

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

/// Ada's tokens for an API, which open userinfo, too.
async fn for_api(party: &RelyingParty<'_>) -> Value {
    let asked = party.authorize(&[("audience", API), ("scope", "openid email offline_access read:things")]);
    let visitor = Visitor::new(party.house);
    let mut back = visitor.log_in(&asked, EMAIL, PASSWORD).await;
    if back.location().contains("/u/consent?") {
        let page = visitor.get(back.location()).await.is(200);
        back = visitor.press(&page, "accept").await;
    }
    let code = back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()));
    let mut tokens = party.swap(&code).await.is(200).json();
    assert_eq!(jwt::decode(text(&tokens, "access_token")).1["aud"][0], API);
    party.house.userinfo(text(&tokens, "access_token")).await.is(200);
    tokens["code"] = code.into();
    tokens
}

fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name].as_str().unwrap()
}

/// What is in an API's token ends with what it was given for, as the opaque one does.
#[tokio::test]
async fn a_token_for_an_api_opens_userinfo_no_longer_than_its_authorization_lasts() {
    let house = House::new().await;
    house.make_api(API, "Things", &[("read:things", "See things")]).await;
    let party = house.third_party(ClientKind::RegularWeb, Via::Post).await;
    let kept = for_api(&house.party(ClientKind::RegularWeb, Via::Post).await).await;

    let stolen = for_api(&party).await;
    let fresh = party.refresh(text(&stolen, "refresh_token")).await.is(200).json();
    party.swap(text(&stolen, "code")).await.is(400);
    for tokens in [&stolen, &fresh] {
        house.userinfo(text(tokens, "access_token")).await.is(401);
    }

    let revoked = for_api(&party).await;
    let fields = [
        ("token", text(&revoked, "refresh_token")),
        ("client_id", &party.client_id),
        ("client_secret", &party.secret),
    ];
    house.send(Asked::form("/oauth/revoke", &fields)).await.is(200);
    house.userinfo(text(&revoked, "access_token")).await.is(401);

    let granted = for_api(&party).await;
    let machine = house.machine(&["read:grants", "delete:grants"]).await;
    let grants = machine.get("/api/v2/grants").await.is(200).json();
    let of_api = grants.as_array().unwrap().iter().find(|grant| grant["audience"] == API).unwrap();
    machine.delete(&format!("/api/v2/grants/{}", text(of_api, "id"))).await.is(204);
    house.userinfo(text(&granted, "access_token")).await.is(401);

    house.userinfo(text(&kept, "access_token")).await.is(200);
}

/// An API may give its tokens a longer life than codes and families usually have.
#[tokio::test]
async fn what_a_token_belongs_to_is_kept_for_as_long_as_the_token_lives() {
    let house = House::new().await;
    let machine = house.machine(&["create:resource_servers"]).await;
    let body = serde_json::json!({ "identifier": API, "name": "Things", "token_lifetime": 2_592_000 });
    machine.post("/api/v2/resource-servers", &body).await.is(201);
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let asked = party.authorize(&[("audience", API), ("scope", "openid")]);
    let back = Visitor::new(&house).log_in(&asked, EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    house.advance(2_592_000 - 60);
    doorward_store::global::purge::purge(&house.app.db().global(), house.app.now(), 500).await.unwrap();
    house.userinfo(text(&tokens, "access_token")).await.is(200);
}

/// RFC 6750 §3.1: a good token that lacks what is needed.
#[tokio::test]
async fn a_token_without_openid_is_good_and_not_enough() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let back = Visitor::new(&house).log_in(&party.authorize(&[("scope", "email")]), EMAIL, PASSWORD).await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let refused = house.userinfo(text(&tokens, "access_token")).await.is(403);
    assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
    assert_eq!(refused.json()["error"], "insufficient_scope");
}

/// RFC 6750 §3.1: whoever sent a token is told that it is the token, wherever it stood.
#[tokio::test]
async fn a_bad_token_is_named_as_the_reason_in_the_header_and_in_the_form() {
    let house = House::new().await;
    let told = Some("Bearer error=\"invalid_token\"");
    assert_eq!(house.userinfo("nonsense").await.is(401).header("www-authenticate"), told);
    let form = |fields: &[(&str, &str)]| house.send(Asked::form("/userinfo", fields));
    assert_eq!(form(&[("access_token", "nonsense")]).await.is(401).header("www-authenticate"), told);
    assert_eq!(form(&[]).await.is(401).header("www-authenticate"), Some("Bearer"));
}

/// RFC 6750 §2: a token comes one way; with two nobody could say which one counts.
#[tokio::test]
async fn a_token_in_the_header_and_in_the_form_is_refused() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let token = text(&tokens, "access_token");
    let form = || Asked::form("/userinfo", &[("access_token", token)]);
    house.send(form()).await.is(200);
    let twice = form().header("authorization", &format!("Bearer {token}"));
    assert_eq!(house.send(twice).await.is(400).json()["error"], "invalid_request");
}

/// The answer that a page at `origin` hears, and who may read it.
async fn heard(house: &House, token: Option<&str>, origin: &str) -> (u16, Option<String>) {
    let asked = Asked::get("/userinfo").header("origin", origin);
    let asked = token
        .into_iter()
        .fold(asked, |asked, token| asked.header("authorization", &format!("Bearer {token}")));
    let answer = house.send(asked).await;
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    (answer.status.as_u16(), answer.header("access-control-allow-origin").map(str::to_owned))
}

/// What a page cannot read, its library takes for a network that failed, and the person is never sent to log in
/// again. What is known of a client stays for the client's own pages.
#[tokio::test]
async fn a_page_hears_why_its_token_opens_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let (own, evil) = (house.party_origin(&party), "https://evil.test");
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let ended = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let fields = [("token", text(&ended, "refresh_token")), ("client_id", &party.client_id)];
    house.send(Asked::form("/oauth/revoke", &fields)).await.is(200);
    let (good, revoked) = (text(&tokens, "access_token"), text(&ended, "access_token"));

    for (token, status) in [(good, 200), (revoked, 401)] {
        assert_eq!(heard(&house, Some(token), &own).await, (status, Some(own.clone())));
        assert_eq!(heard(&house, Some(token), evil).await, (status, None));
    }
    let everybody = || Some("*".to_owned());
    let half = &good[..good.len() / 2];
    for origin in [&own, evil, "null"] {
        for token in [None, Some("nonsense"), Some("a.b.c"), Some(half)] {
            assert_eq!(heard(&house, token, origin).await, (401, everybody()), "{token:?} {origin}");
        }
    }
    let twice = Asked::form("/userinfo", &[("access_token", good)]).header("origin", &own);
    let twice = house.send(twice.header("authorization", &format!("Bearer {good}"))).await.is(400);
    assert_eq!(twice.header("access-control-allow-origin"), Some("*"));
    house.advance(90_000);
    assert_eq!(heard(&house, Some(good), &own).await, (401, Some(own.clone())), "expired");
    assert_eq!(heard(&house, Some(good), evil).await, (401, None), "expired");
}
