//! `/oidc/logout` (OpenID Connect RP-Initiated Logout), as the modules of the OpenID suite go about it.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, Asked, ClientKey, EMAIL, House, PASSWORD, RelyingParty, Via, Visitor, jwt};

const BYE: &str = "https://app.test/bye";

fn query(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Sends the person with these parameters.
async fn end(visitor: &Visitor<'_>, fields: &[(&str, &str)]) -> Answer {
    visitor.get(&format!("/oidc/logout?{}", query(fields))).await
}

/// Ada logs in; gives the ID token.
async fn log_in(party: &RelyingParty<'_>, visitor: &Visitor<'_>) -> String {
    let tokens = party.tokens(visitor, EMAIL, PASSWORD).await;
    tokens["id_token"].as_str().unwrap().to_owned()
}

/// Whether a request with `prompt=none` still finds somebody.
async fn is_logged_in(party: &RelyingParty<'_>, visitor: &Visitor<'_>) -> bool {
    let back = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    let error = back.query("error");
    assert!(matches!(error.as_deref(), None | Some("login_required")), "{error:?}");
    error.is_none()
}

fn asks(page: &Answer) {
    let html = page.text();
    assert!(
        html.contains("Log out of") && html.contains("value=\"accept\"") && html.contains("value=\"deny\"")
    );
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_discovery_endpoint_verification() {
    let house = House::new().await;
    let document = house.get("/.well-known/openid-configuration").await.is(200).json();
    assert_eq!(document["end_session_endpoint"], format!("{}oidc/logout", house.issuer()));
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") {
            assert!(value.as_str().unwrap().starts_with("https://"), "{name}");
        }
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Basic).await;
    let state = "x".repeat(128);
    for by_form in [false, true] {
        let visitor = Visitor::new(&house);
        let hint = log_in(&party, &visitor).await;
        let fields =
            [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", state.as_str())];
        let answer = if by_form {
            // From a page of the application: another site.
            visitor.send(Asked::form("/oidc/logout", &fields).header("origin", "https://app.test")).await
        } else {
            end(&visitor, &fields).await
        };
        assert_eq!(answer.location(), format!("{BYE}?state={state}"));
        assert_eq!(visitor.session(), None);
        assert!(!is_logged_in(&party, &visitor).await);
    }
    let logs = house.logs().await;
    let ended: Vec<&Value> = logs.iter().filter(|event| event["type"] == "slo").collect();
    assert!(ended.len() == 2 && ended.iter().all(|event| event["details"]["return_to"] == BYE), "{ended:?}");
    assert!(!serde_json::to_string(&logs).unwrap().contains(&state), "the state is the application's own");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    // A token that ended long ago still says who it was.
    house.advance(40_000);
    let answer = end(&visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(answer.location(), BYE);
    assert!(!is_logged_in(&party, &visitor).await);
}

/// Our page, no redirect, and the number of the refusal in the log.
async fn is_not_sent_to(addresses: &[&str], number: u64) {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    for address in addresses {
        let visitor = Visitor::new(&house);
        let hint = log_in(&party, &visitor).await;
        let page = end(&visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", address)]).await;
        let page = page.is(400);
        assert!(page.header("location").is_none() && page.text().contains("You are logged out."));
        assert!(!page.text().contains("evil.test"), "{}", page.text());
        assert!(!is_logged_in(&party, &visitor).await, "{address}");
        let refused = house.logs().await.into_iter().find(|event| event["type"] == "flo").unwrap();
        assert_eq!(refused["details"]["number"], number, "{address}: {refused}");
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    is_not_sent_to(&["https://app.test/bye/x", "https://evil.test/", "javascript:alert(1)"], 107).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    is_not_sent_to(&["https://app.test/bye?foo=bar", "https://app.test/bye#x"], 109).await;
}

/// The question, which changes nothing as long as nobody answers it, and no redirect.
async fn is_asked(visitor: &Visitor<'_>, hint: &str) {
    let fields = [("id_token_hint", hint), ("post_logout_redirect_uri", BYE)];
    let body = Asked::form("/oidc/logout", &fields).header("origin", "https://app.test");
    asks(&visitor.send(body).await.is(200));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    let parts: Vec<&str> = hint.split('.').collect();
    let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    for bad in [none.as_str(), &hint[..hint.len() - 4], &format!("{}.{}.{}", parts[0], parts[1], parts[1])] {
        is_asked(&visitor, bad).await;
    }
    assert!(is_logged_in(&party, &visitor).await, "a question changes nothing");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let other = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    let elsewhere = House::at("https://other.test/").await;
    let stranger = elsewhere.party(ClientKind::RegularWeb, Via::Post).await;
    let foreign = log_in(&stranger, &Visitor::new(&elsewhere)).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let long = "x".repeat(4000);
    for bad in [foreign.as_str(), tokens["access_token"].as_str().unwrap(), "nonsense", &long] {
        is_asked(&visitor, bad).await;
    }
    // What a relying party could make itself: the right claims under its own key, and with issuer and audience
    // changed places.
    let own = ClientKey::of("RS256");
    let (header, claims) = jwt::decode(&hint);
    is_asked(&visitor, &own.sign(&header, &claims)).await;
    let mut swapped = claims.clone();
    swapped["iss"] = claims["aud"].clone();
    swapped["aud"] = claims["iss"].clone();
    is_asked(&visitor, &own.sign(&header, &swapped)).await;
    let named = [("client_id", other.client_id.as_str()), ("id_token_hint", &hint)];
    asks(&end(&visitor, &[&named[..], &[("post_logout_redirect_uri", BYE)]].concat()).await.is(200));
    assert!(is_logged_in(&party, &visitor).await, "a question changes nothing");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    log_in(&party, &visitor).await;
    is_asked(&visitor, "").await;
    let page = end(&visitor, &[("client_id", &party.client_id), ("post_logout_redirect_uri", BYE)]).await;
    asks(&page);
    let done = visitor.press(&page, "accept").await.is(200);
    assert!(done.text().contains("You are logged out") && done.header("location").is_none());
    assert!(!is_logged_in(&party, &visitor).await);
}

/// Without a hint and without an address: the question, then our page; once more, with nobody there: our page.
async fn ends_on_our_page_after_a_question(fields: &[(&str, &str)]) {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    log_in(&party, &visitor).await;
    let page = end(&visitor, fields).await.is(200);
    asks(&page);
    assert!(page.text().contains(EMAIL), "{}", page.text());
    let done = visitor.press(&page, "accept").await.is(200);
    assert!(done.text().contains("You are logged out"));
    assert!(!is_logged_in(&party, &visitor).await);
    assert!(end(&visitor, fields).await.is(200).text().contains("You are logged out"));
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    ends_on_our_page_after_a_question(&[]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    ends_on_our_page_after_a_question(&[("state", "x")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    let done = end(&visitor, &[("id_token_hint", &hint), ("state", "x")]).await.is(200);
    assert!(done.text().contains("You are logged out") && !is_logged_in(&party, &visitor).await);
}

#[tokio::test]
async fn whoever_stays_stays_and_a_form_of_another_site_logs_nobody_out() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    log_in(&party, &visitor).await;
    let page = end(&visitor, &[]).await;
    let stays = visitor.press(&page, "deny").await.is(200);
    assert!(stays.text().contains("You stay logged in") && is_logged_in(&party, &visitor).await);

    let form = page.form();
    let (_, token) = form.fields.iter().find(|(name, _)| name == "_csrf").unwrap();
    let accept = [("_csrf", token.as_str()), ("action", "accept")];
    let foreign = Asked::form("/u/logout", &accept).header("origin", "https://evil.test");
    visitor.send(foreign).await.is(403);
    for wrong in
        [&accept[1..], &[("_csrf", "x"), ("action", "accept")], &[accept[0]], &[accept[0], ("action", "yes")]]
    {
        visitor.post("/u/logout", wrong).await.is(403);
    }
    assert!(is_logged_in(&party, &visitor).await);
    visitor.post("/u/logout", &[accept[0], accept[1], accept[1]]).await.is(400);
    assert!(is_logged_in(&party, &visitor).await);
}

/// Two values of one parameter: nobody is logged out on a guess.
#[tokio::test]
async fn what_says_two_things_or_cannot_be_read_ends_nothing() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    for query in [
        format!("id_token_hint={hint}&state=a&state=b"),
        format!(
            "id_token_hint={hint}&post_logout_redirect_uri={BYE}&post_logout_redirect_uri=https://evil.test"
        ),
        format!("id_token_hint={hint}&state=%zz"),
    ] {
        let page = visitor.get(&format!("/oidc/logout?{query}")).await.is(400);
        assert!(page.header("location").is_none() && visitor.session().is_some());
    }
    assert!(is_logged_in(&party, &visitor).await);
}

#[tokio::test]
async fn somebody_else_in_this_browser_is_asked_and_then_sent_back() {
    let house = House::new().await;
    house.user("grace@example.com", PASSWORD).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let hint = log_in(&party, &Visitor::new(&house)).await;
    let visitor = Visitor::new(&house);
    party.tokens(&visitor, "grace@example.com", PASSWORD).await;
    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s")];
    let page = end(&visitor, &fields).await.is(200);
    asks(&page);
    assert!(page.text().contains("grace@example.com") && !page.text().contains(EMAIL));
    assert_eq!(visitor.press(&page, "accept").await.location(), format!("{BYE}?state=s"));
    assert!(!is_logged_in(&party, &visitor).await);
}

/// The original's `logout_hint`, the `sid` of the ID token; and HS256 and old keys.
#[tokio::test]
async fn a_session_is_named_by_its_sid_and_a_token_is_good_whatever_signed_it() {
    let house = House::new().await;
    let hs256 = json!({ "jwt_configuration": { "alg": "HS256" } });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, hs256).await;
    let visitor = Visitor::new(&house);
    let hint = log_in(&party, &visitor).await;
    let sid = jwt::decode(&hint).1["sid"].as_str().unwrap().to_owned();
    asks(&end(&visitor, &[("logout_hint", "another"), ("client_id", &party.client_id)]).await);
    let named = [("logout_hint", sid.as_str()), ("client_id", &party.client_id)];
    let back = end(&visitor, &[&named[..], &[("post_logout_redirect_uri", BYE)]].concat()).await;
    assert_eq!(back.location(), BYE);
    assert!(!is_logged_in(&party, &visitor).await);

    log_in(&party, &visitor).await;
    let back = end(&visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(back.location(), BYE, "an ID token of an earlier session of the same person");

    let usual = house.party(ClientKind::RegularWeb, Via::Post).await;
    let hint = log_in(&usual, &visitor).await;
    house.advance(100_000);
    let admin = house.machine(&["create:signing_keys", "update:signing_keys"]).await;
    admin.post("/api/v2/keys/signing/rotate", &Value::Null).await.is(201);
    let back = end(&visitor, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]).await;
    assert_eq!(back.location(), BYE, "signed with the key before");
}

#[tokio::test]
async fn a_tenant_may_switch_the_question_off() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    log_in(&party, &visitor).await;
    let admin = house.machine(&["update:tenant_settings"]).await;
    let off = json!({ "sessions": { "oidc_logout_prompt_enabled": false } });
    admin.patch("/api/v2/tenants/settings", &off).await.is(200);
    let done = end(&visitor, &[("post_logout_redirect_uri", BYE)]).await.is(200);
    assert!(done.text().contains("You are logged out") && !is_logged_in(&party, &visitor).await);
}
