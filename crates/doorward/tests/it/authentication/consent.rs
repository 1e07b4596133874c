//! What people are asked before a third party gets anything (OpenID Connect Core §3.1.2.4), and what
//! becomes of their answer.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, Asked, EMAIL, Engine, House, PASSWORD, RelyingParty, STATE, Via, Visitor, jwt};

/// From `/authorize` to the consent page, by the login page.
async fn to_consent(visitor: &Visitor<'_>, authorize: &str) -> Answer {
    let redirect = visitor.log_in(authorize, EMAIL, PASSWORD).await;
    assert!(redirect.location().contains("/u/consent?state="), "{}", redirect.location());
    visitor.get(redirect.location()).await.is(200)
}

async fn third_party(house: &House) -> RelyingParty<'_> {
    house.third_party(ClientKind::RegularWeb, Via::Post).await
}

async fn grants(house: &House, query: &str) -> Vec<Value> {
    let machine = house.machine(&["read:grants"]).await;
    let found = machine.get(&format!("/api/v2/grants{query}")).await.is(200).json();
    found.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_third_party_gets_a_code_when_the_person_allows_it_and_asks_once() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = third_party(&house).await;
        let visitor = Visitor::new(&house);
        let page = to_consent(&visitor, &party.authorize(&[])).await;
        let text = page.text();
        for shown in
            ["Partner Sync", EMAIL, "your email address", "while you are away", "not run by <bdi>Acme"]
        {
            assert!(text.contains(shown), "{shown} is not on the page: {text}");
        }
        let session = visitor.session().expect("the session began at the login");
        let back = visitor.press(&page, "accept").await;
        assert!(back.location().starts_with(&format!("{}?", party.callback)), "{}", back.location());
        assert_eq!(back.query("state").as_deref(), Some(STATE));
        assert_eq!(visitor.session(), Some(session), "one login, one session");
        let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
        party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(200);

        let found = grants(&house, "").await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["clientID"], party.client_id);
        assert_eq!(found[0]["audience"], format!("{}userinfo", house.issuer()));
        assert_eq!(found[0]["scope"], json!(["openid", "profile", "email", "offline_access"]));
        // From now on nobody is asked, also silently.
        for prompt in ["", "none"] {
            let again = visitor.get(&party.authorize(&[("prompt", prompt)])).await;
            assert!(again.query("code").is_some(), "{prompt}: {}", again.location());
        }
        let types = house.log_types().await;
        assert_eq!(types.iter().filter(|code| *code == "s").count(), 1, "{types:?}");
        assert!(types.contains(&"ssa".to_owned()) && types.contains(&"seacft".to_owned()), "{types:?}");
    }
}

#[tokio::test]
async fn declining_is_told_to_the_application_and_to_the_log_and_allows_nothing() {
    let house = House::new().await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[])).await;
    let back = visitor.press(&page, "deny").await;
    assert!(back.location().starts_with(&party.callback));
    assert_eq!(back.query("error").as_deref(), Some("access_denied"));
    assert_eq!(back.query("state").as_deref(), Some(STATE));
    assert_eq!(back.query("iss").as_deref(), Some(house.issuer()));
    assert!(back.query("code").is_none());
    assert!(grants(&house, "").await.is_empty());
    let event = house.logs().await.into_iter().find(|event| event["type"] == "f").expect("no event");
    assert_eq!(event["client_id"], party.client_id);
    assert_eq!(event["details"]["consent"], "declined");
    // The answer is used up: neither it nor its opposite works again.
    for action in ["deny", "accept"] {
        let again = visitor.press(&page, action).await;
        assert!(again.header("location").is_none_or(|to| !to.contains("code=")), "{action}");
    }
    assert!(grants(&house, "").await.is_empty());
    let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert_eq!(silent.query("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn an_answer_counts_once_in_the_browser_that_was_asked_and_for_the_person_who_was_asked() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let party = third_party(&house).await;
    let (asked, other) = (Visitor::new(&house), Visitor::new(&house));
    let page = to_consent(&asked, &party.authorize(&[])).await;

    // Another browser, with a session of its own, has not been asked.
    to_consent(&other, &party.authorize(&[])).await;
    other.press(&page, "accept").await.is(400);
    // Somebody else logs in in the browser that was asked: it is not they who saw the page.
    let own = house.party(ClientKind::Spa, Via::None).await;
    asked.log_in(&own.authorize(&[("prompt", "login")]), "bob@example.com", PASSWORD).await;
    asked.press(&page, "accept").await.is(403);
    assert!(grants(&house, "").await.is_empty());
    // What was shown to Bob counts for Bob.
    let redirect = asked.get(&party.authorize(&[])).await;
    let page = asked.get(redirect.location()).await.is(200);
    assert!(page.text().contains("bob@example.com"));
    assert!(asked.press(&page, "accept").await.query("code").is_some());
    let again = asked.press(&page, "accept").await;
    assert!(again.header("location").is_none_or(|to| !to.contains("code=")), "the login was used up");
    assert_eq!(grants(&house, "").await.len(), 1);
}

/// GHSA-c9rq-mvr5-3w32, for this form: a page of somebody else cannot press Allow.
#[tokio::test]
async fn an_answer_from_a_page_of_somebody_else_is_refused() {
    let house = House::new().await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[])).await;
    let form = page.form();
    let field = |name: &str| form.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap();
    let (state, csrf, scope) = (field("state"), field("_csrf"), field("scope"));
    let fields = [("state", state.as_str()), ("_csrf", &csrf), ("scope", &scope), ("action", "accept")];
    let post = |fields: &[(&str, &str)]| Asked::form(&form.action, fields);
    let foreign = post(&fields).header("origin", "https://evil.test");
    visitor.send(foreign).await.is(403);
    let foreign = post(&fields).header("sec-fetch-site", "cross-site");
    visitor.send(foreign).await.is(403);
    let mut wrong = fields;
    wrong[1].1 = "guessed";
    visitor.send(post(&wrong).header("origin", &house.origin())).await.is(403);
    visitor.send(post(&fields[..3]).header("origin", &house.origin())).await.is(403);
    assert!(grants(&house, "").await.is_empty());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
}

#[tokio::test]
async fn wanting_more_is_asked_about_and_what_was_allowed_stays() {
    let house = House::new().await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[("scope", "openid")])).await;
    visitor.press(&page, "accept").await;
    let more = party.authorize(&[("scope", "openid email")]);
    let silent = visitor.get(&format!("{more}&prompt=none")).await;
    assert_eq!(silent.query("error").as_deref(), Some("consent_required"));
    let redirect = visitor.get(&more).await;
    let page = visitor.get(redirect.location()).await.is(200);
    // What comes back is what was shown: adding to it allows nothing more than was asked.
    let back = visitor.press(&page, "accept").await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    assert_eq!(tokens["scope"], "openid email");
    assert_eq!(grants(&house, "").await[0]["scope"], json!(["openid", "email"]));
    let less = visitor.get(&party.authorize(&[("scope", "openid"), ("prompt", "none")])).await;
    assert!(less.query("code").is_some());
}

#[tokio::test]
async fn prompt_consent_asks_first_parties_too_and_only_then() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    party.code(&visitor, EMAIL, PASSWORD).await;
    let redirect = visitor.get(&party.authorize(&[("prompt", "consent")])).await;
    let page = visitor.get(redirect.location()).await.is(200);
    assert!(page.text().contains("is run by <bdi>Acme"));
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
    let redirect = visitor.get(&party.authorize(&[("prompt", "consent")])).await;
    assert!(redirect.location().contains("/u/consent?"), "asked anew");
    // With a login before it, the login of this very request is enough.
    let page = to_consent(&visitor, &party.authorize(&[("prompt", "login consent")])).await;
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
}

#[tokio::test]
async fn a_consent_page_whose_session_is_over_leads_to_the_login_and_back() {
    let house = House::new().await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[])).await;
    visitor.get("/v2/logout").await;
    let login = visitor.press(&page, "accept").await;
    assert!(login.location().contains("/u/login?state="), "{}", login.location());
    let login = visitor.get(login.location()).await.is(200);
    let redirect = visitor.submit(&login, &[("username", EMAIL), ("password", PASSWORD)]).await;
    let page = visitor.get(redirect.location()).await.is(200);
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
}

/// The link for somebody else leads to a login, not past it.
#[tokio::test]
async fn another_account_may_be_used_from_the_consent_page() {
    let house = House::new().await;
    house.user("bob@example.com", PASSWORD).await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[])).await;
    let text = page.text();
    let link = text.split("<a href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let link = link.replace("&#38;", "&").replace("&amp;", "&");
    let redirect = visitor.log_in(&link, "bob@example.com", PASSWORD).await;
    let page = visitor.get(redirect.location()).await.is(200);
    assert!(page.text().contains("bob@example.com"));
    assert!(visitor.press(&page, "accept").await.query("code").is_some());
}

/// DESIGN §1, "claims": third parties get the strict form.
#[tokio::test]
async fn a_third_party_reads_the_profile_at_userinfo_in_the_strict_form() {
    let house = House::new().await;
    let party = third_party(&house).await;
    let visitor = Visitor::new(&house);
    let page = to_consent(&visitor, &party.authorize(&[])).await;
    let back = visitor.press(&page, "accept").await;
    let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
    let (_, claims) = jwt::decode(tokens["id_token"].as_str().unwrap());
    for absent in ["name", "email", "email_verified", "updated_at"] {
        assert!(claims.get(absent).is_none(), "{claims}");
    }
    let userinfo = house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(200).json();
    assert_eq!((&userinfo["email"], &userinfo["sub"]), (&json!(EMAIL), &claims["sub"]));
    assert!(userinfo["updated_at"].is_number(), "{userinfo}");
}

#[tokio::test]
async fn a_third_party_may_use_connections_of_the_domain_only() {
    let house = House::new().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "is_first_party": false })).await;
    let visitor = Visitor::new(&house);
    let back = visitor.get(&party.authorize(&[])).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"));
    // Nor does a session that began elsewhere let it in.
    house.party(ClientKind::Spa, Via::None).await.code(&visitor, EMAIL, PASSWORD).await;
    let back = visitor.get(&party.authorize(&[])).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"));
}

/// A grant that is taken back ends what was given on its word, in one commit.
#[tokio::test]
async fn a_grant_that_is_taken_back_ends_codes_tokens_and_silent_logins() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = third_party(&house).await;
        let visitor = Visitor::new(&house);
        let page = to_consent(&visitor, &party.authorize(&[])).await;
        let back = visitor.press(&page, "accept").await;
        let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
        let waiting = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
        let other = house.party(ClientKind::Spa, Via::None).await;
        let kept = other.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;

        let id = grants(&house, "").await[0]["id"].as_str().unwrap().to_owned();
        let machine = house.machine(&["delete:grants"]).await;
        for _ in 0..2 {
            machine.delete(&format!("/api/v2/grants/{id}")).await.is(204);
        }
        let refresh = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(party.refresh(refresh).await.is(400).json()["error"], "invalid_grant");
        assert_eq!(party.swap(&waiting).await.is(400).json()["error"], "invalid_grant");
        house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
        let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.query("error").as_deref(), Some("consent_required"));
        // What others were given goes on.
        other.refresh(kept["refresh_token"].as_str().unwrap()).await.is(200);
    }
}
