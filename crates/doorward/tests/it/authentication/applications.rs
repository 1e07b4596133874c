//! What people see of what they allowed, and how they take it back (RFC 6749 §1).

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, Asked, EMAIL, Engine, House, PASSWORD, RelyingParty, Via, Visitor, form};

const PAGE: &str = "/u/applications";
const BOB: &str = "bob@example.com";
const API: &str = "https://api.acme.test/orders";
const ORDERS: &[(&str, &str)] =
    &[("read:orders", "See your orders and what became of them"), ("read:stock", "")];

async fn third_party(house: &House) -> RelyingParty<'_> {
    house.third_party(ClientKind::RegularWeb, Via::Post).await
}

/// One more application of another company.
async fn another<'h>(house: &'h House, name: &str) -> RelyingParty<'h> {
    let settings = json!({ "name": name, "is_first_party": false });
    house.party_with(ClientKind::RegularWeb, Via::Post, settings).await
}

/// What an application is given that a person allows what it wants.
async fn allowed(
    party: &RelyingParty<'_>,
    (visitor, email): (&Visitor<'_>, &str),
    changes: &[(&str, &str)],
) -> Value {
    let back = visitor.allow(&party.authorize(changes), email, PASSWORD).await;
    party.swap(&back.query("code").unwrap()).await.is(200).json()
}

/// The part of the page about one application.
fn entry(page: &Answer, name: &str) -> String {
    let text = page.text();
    let found = text.split("<section").skip(1).find(|part| part.contains(&format!("<bdi>{name}</bdi></h2>")));
    found.unwrap_or_else(|| panic!("{name} is not on the page: {text}")).to_owned()
}

/// Presses the button of one application.
async fn take_back(visitor: &Visitor<'_>, page: &Answer, name: &str) -> Answer {
    let form = form(&entry(page, name)).expect("no form");
    visitor.send_form(&form, &form.action, &[]).await
}

async fn grants(house: &House) -> Vec<Value> {
    let machine = house.machine(&["read:grants"]).await;
    machine.get("/api/v2/grants").await.is(200).json().as_array().unwrap().clone()
}

/// The events of what people took back.
async fn taken_back(house: &House) -> Vec<Value> {
    house.logs().await.into_iter().filter(|event| event["type"] == "srrt").collect()
}

fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

#[tokio::test]
async fn a_person_sees_what_they_allowed_in_the_words_in_which_they_were_asked() {
    let house = House::new().await;
    house.make_api(API, "Orders", ORDERS).await;
    let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
    let mail = another(&house, "Mail Merge").await;
    let scope = [("audience", API), ("scope", "openid email read:orders read:stock")];
    allowed(&sync, (&visitor, EMAIL), &scope).await;
    allowed(&mail, (&visitor, EMAIL), &[("scope", "openid offline_access")]).await;

    let page = visitor.get(PAGE).await.is(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self';"), "{policy}");
    let text = page.text();
    assert!(text.contains(EMAIL) && !text.contains("<script"), "{text}");
    assert!(text.find("Mail Merge") < text.find("Partner Sync"), "not by name: {text}");
    let sync = entry(&page, "Partner Sync");
    for shown in [
        "It may",
        "See your email address",
        "In Orders, it may",
        "See your orders and what became of them",
        "<code>read:stock</code>",
        "Allowed since <time datetime=\"20",
        "It is not run by <bdi>Acme</bdi>",
        "Take back<span class=\"vh\"> what <bdi>Partner Sync</bdi> may do</span>",
    ] {
        assert!(sync.contains(shown), "{shown} is not on the page: {sync}");
    }
    assert!(!sync.contains("while you are away"), "{sync}");
    let mail = entry(&page, "Mail Merge");
    assert!(mail.contains("while you are away") && !mail.contains("Orders"), "{mail}");
}

/// As when an admin takes a grant back, and for all that the one application was allowed.
#[tokio::test]
async fn what_is_taken_back_ends_codes_tokens_and_silent_logins_of_that_application_alone() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        house.make_api(API, "Orders", ORDERS).await;
        let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
        let mail = another(&house, "Mail Merge").await;
        let at_account = allowed(&sync, (&visitor, EMAIL), &[]).await;
        let at_api = [("audience", API), ("scope", "openid offline_access read:orders")];
        let at_orders = allowed(&sync, (&visitor, EMAIL), &at_api).await;
        let kept = allowed(&mail, (&visitor, EMAIL), &[]).await;
        let waiting = visitor.get(&sync.authorize(&[])).await.query("code").unwrap();

        let page = visitor.get(PAGE).await.is(200);
        for _ in 0..2 {
            let back = take_back(&visitor, &page, "Partner Sync").await.is(303);
            assert_eq!(
                back.location(),
                format!("{}u/applications?taken_back={}", house.issuer(), sync.client_id)
            );
            let after = visitor.get(back.location()).await.is(200).text();
            assert!(after.contains("<bdi>Partner Sync</bdi> can no longer use your account."), "{after}");
            assert!(
                !after.contains("<bdi>Partner Sync</bdi></h2>") && after.contains("Mail Merge"),
                "{after}"
            );
        }

        for tokens in [&at_account, &at_orders] {
            assert_eq!(sync.refresh(refresh_token(tokens)).await.is(400).json()["error"], "invalid_grant");
            house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
        }
        assert_eq!(sync.swap(&waiting).await.is(400).json()["error"], "invalid_grant");
        for changes in [&[("prompt", "none")][..], &[("prompt", "none"), at_api[0], at_api[1]]] {
            let silent = visitor.get(&sync.authorize(changes)).await;
            assert_eq!(silent.query("error").as_deref(), Some("consent_required"), "{changes:?}");
        }
        mail.refresh(refresh_token(&kept)).await.is(200);

        // Pressed twice, done once; the log says who took what back from whom.
        let events = taken_back(&house).await;
        assert_eq!(events.len(), 1, "{events:#?}");
        let event = &events[0];
        assert_eq!(
            (&event["client_id"], &event["client_name"]),
            (&json!(sync.client_id), &json!("Partner Sync"))
        );
        assert_eq!(event["user_id"], house.user_id(EMAIL).await.replace("%7C", "|"));
        assert_eq!(event["connection"], "Username-Password-Authentication");
        assert_eq!(event["scope"], "email offline_access openid profile read:orders");
        assert_eq!(event["details"]["consent"], "taken_back");
        assert_eq!(event["details"]["grants"].as_array().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn whoever_took_it_back_is_asked_anew_and_what_is_said_stays_true() {
    let house = House::new().await;
    let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
    allowed(&sync, (&visitor, EMAIL), &[]).await;
    let page = visitor.get(PAGE).await.is(200);
    let back = take_back(&visitor, &page, "Partner Sync").await.is(303);
    let after = visitor.get(back.location()).await.is(200).text();
    assert!(after.contains("You have not allowed any application to use your account."), "{after}");
    assert!(!after.contains("<form"), "{after}");

    allowed(&sync, (&visitor, EMAIL), &[]).await;
    let again = visitor.get(back.location()).await.is(200);
    assert!(!again.text().contains("no longer"), "{}", again.text());
    entry(&again, "Partner Sync");
    for other in ["nobody", "", "%00", "a%20b"] {
        let page = visitor.get(&format!("{PAGE}?taken_back={other}")).await.is(200).text();
        assert!(!page.contains("no longer"), "{other}: {page}");
    }
}

/// A client of the house is asked about with `prompt=consent` only, and goes on without: that is not denied.
#[tokio::test]
async fn what_a_client_of_the_house_was_allowed_is_taken_back_without_a_false_promise() {
    let house = House::new().await;
    let (shop, visitor) = (house.party(ClientKind::RegularWeb, Via::Post).await, Visitor::new(&house));
    let name = ClientKind::RegularWeb.title();
    let tokens = allowed(&shop, (&visitor, EMAIL), &[("prompt", "consent")]).await;
    let page = visitor.get(PAGE).await.is(200);
    assert!(entry(&page, name).contains("It is run by <bdi>Acme</bdi>"), "{}", page.text());
    let back = take_back(&visitor, &page, name).await.is(303);
    let after = visitor.get(back.location()).await.is(200).text();
    assert!(after.contains("is taken back") && !after.contains("no longer"), "{after}");
    shop.refresh(refresh_token(&tokens)).await.is(400);
    assert!(visitor.get(&shop.authorize(&[("prompt", "none")])).await.query("code").is_some());
}

#[tokio::test]
async fn nobody_takes_back_what_somebody_else_allowed() {
    let house = House::new().await;
    house.user(BOB, PASSWORD).await;
    let sync = third_party(&house).await;
    let (ada, bob) = (Visitor::new(&house), Visitor::new(&house));
    let of_ada = allowed(&sync, (&ada, EMAIL), &[]).await;
    let of_bob = allowed(&sync, (&bob, BOB), &[]).await;
    let page = ada.get(PAGE).await.is(200);
    assert!(!page.text().contains(BOB));

    // The id of somebody else in a form of one's own: nothing happens, neither to them nor to oneself.
    let form = form(&entry(&page, "Partner Sync")).unwrap();
    let other = house.user_id(BOB).await.replace("%7C", "|");
    let refused = ada.send_form(&form, PAGE, &[("user", &other)]).await.is(403);
    assert!(refused.text().contains("nothing was done"), "{}", refused.text());
    ada.send_form(&form, PAGE, &[("user", "auth0|nobody")]).await.is(403);
    // A client that does not exist is nothing to take back.
    let back = ada.send_form(&form, PAGE, &[("client_id", "nobody")]).await.is(303);
    assert_eq!(back.location(), format!("{}u/applications", house.issuer()));
    // Bob logs in in the browser in which Ada saw the page.
    let own = house.party(ClientKind::Spa, Via::None).await;
    ada.log_in(&own.authorize(&[("prompt", "login")]), BOB, PASSWORD).await;
    take_back(&ada, &page, "Partner Sync").await.is(403);
    assert_eq!(grants(&house).await.len(), 2);
    assert!(taken_back(&house).await.is_empty());

    let page = ada.get(PAGE).await.is(200);
    assert!(page.text().contains(BOB));
    take_back(&ada, &page, "Partner Sync").await.is(303);
    sync.refresh(refresh_token(&of_bob)).await.is(400);
    sync.refresh(refresh_token(&of_ada)).await.is(200);
    let left = grants(&house).await;
    assert_eq!(
        (left.len(), &left[0]["user_id"]),
        (1, &json!(house.user_id(EMAIL).await.replace("%7C", "|")))
    );
}

/// GHSA-c9rq-mvr5-3w32, for this form: a page of somebody else cannot press the button.
#[tokio::test]
async fn a_form_of_somebody_elses_page_takes_nothing_back() {
    let house = House::new().await;
    let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
    allowed(&sync, (&visitor, EMAIL), &[]).await;
    let page = visitor.get(PAGE).await.is(200);
    let form = form(&entry(&page, "Partner Sync")).unwrap();
    let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["_csrf", "user", "client_id"]);
    let own = house.origin();
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        visitor.send(Asked::form(PAGE, &fields).header(name, value)).await.is(403);
    }
    let sent =
        async |fields: &[(&str, &str)]| visitor.send(Asked::form(PAGE, fields).header("origin", &own)).await;
    sent(&[("_csrf", "guessed"), fields[1], fields[2]]).await.is(403);
    sent(&fields[1..]).await.is(403);
    sent(&[fields[0], fields[1]]).await.is(403);
    sent(&[fields[0], fields[1], fields[2], fields[2]]).await.is(400);
    // Nor does another browser's cookie go with this form.
    let stranger = Visitor::new(&house);
    stranger.set_cookie("__Host-dw", &visitor.session().unwrap());
    stranger.get(PAGE).await.is(200);
    stranger.post(PAGE, &fields).await.is(403);
    assert_eq!(grants(&house).await.len(), 1);
    sent(&fields).await.is(303);
    assert!(grants(&house).await.is_empty());
}

#[tokio::test]
async fn without_a_session_the_page_shows_nothing_and_does_nothing() {
    let house = House::new().await;
    let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
    let stranger = Visitor::new(&house).get(PAGE).await.is(401);
    assert!(stranger.text().contains("Log in to one of your applications"), "{}", stranger.text());
    assert_eq!(stranger.header("cache-control"), Some("no-store"));
    allowed(&sync, (&visitor, EMAIL), &[]).await;
    let page = visitor.get(PAGE).await.is(200);
    visitor.get("/v2/logout").await;
    // An address that names a client tells whoever is not logged in no more than none does.
    let named = visitor.get(&format!("{PAGE}?taken_back={}", sync.client_id)).await.is(401);
    assert_eq!(named.text(), stranger.text());
    let late = take_back(&visitor, &page, "Partner Sync").await.is(401);
    assert!(late.text().contains("so nothing was changed"), "{}", late.text());
    assert_eq!(grants(&house).await.len(), 1);

    // Whoever is blocked is nobody.
    let visitor = Visitor::new(&house);
    let own = house.party(ClientKind::Spa, Via::None).await;
    own.code(&visitor, EMAIL, PASSWORD).await;
    let page = visitor.get(PAGE).await.is(200);
    let machine = house.machine(&["update:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    machine.patch(&path, &json!({ "blocked": true })).await.is(200);
    visitor.get(PAGE).await.is(401);
    take_back(&visitor, &page, "Partner Sync").await.is(401);
    assert_eq!(grants(&house).await.len(), 1);
}

#[tokio::test]
async fn what_people_of_one_tenant_allowed_is_nothing_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
        let tokens = allowed(&sync, (&visitor, EMAIL), &[]).await;
        let page = visitor.get(PAGE).await.is(200);
        // The session of the one tenant is none in the other.
        let thief = Visitor::new(&other);
        for name in ["__Host-dw", "__Host-dw-form"] {
            thief.set_cookie(name, &visitor.cookie(name).unwrap());
        }
        thief.get(PAGE).await.is(401);
        take_back(&thief, &page, "Partner Sync").await.is(401);
        // Nor is its client anything to whoever is logged in there.
        let grace = Visitor::new(&other);
        let spa = other.party(ClientKind::Spa, Via::None).await;
        let redirect =
            grace.log_in(&spa.authorize(&[("prompt", "login consent")]), "grace@example.com", PASSWORD).await;
        let consent = grace.get(redirect.location()).await.is(200);
        grace.press(&consent, "accept").await;
        let named = grace.get(&format!("{PAGE}?taken_back={}", sync.client_id)).await.is(200);
        assert!(!named.text().contains("Partner Sync"), "{}", named.text());
        let form = form(&entry(&named, ClientKind::Spa.title())).unwrap();
        let back = grace.send_form(&form, PAGE, &[("client_id", &sync.client_id)]).await.is(303);
        assert_eq!(back.location(), format!("{}u/applications", other.issuer()));
        assert_eq!(grants(&house).await.len(), 1);
        sync.refresh(refresh_token(&tokens)).await.is(200);
    }
}

#[tokio::test]
async fn names_with_markup_stay_text() {
    const MARKUP: &str = "\"'><script>alert(1)</script>";
    let house = House::new().await;
    house.make_api(API, "\"' onload=x", &[("read:orders", MARKUP)]).await;
    let machine = house.machine(&["update:tenant_settings"]).await;
    machine.patch("/api/v2/tenants/settings", &json!({ "friendly_name": MARKUP })).await.is(200);
    third_party(&house).await;
    let (party, visitor) = (another(&house, "\"' onclick=x").await, Visitor::new(&house));
    allowed(&party, (&visitor, EMAIL), &[("audience", API), ("scope", "openid read:orders")]).await;
    let page = visitor.get(PAGE).await.is(200);
    let address =
        visitor.get(&format!("{PAGE}?taken_back={}", "%22%27%3E%3Cscript%3Ealert(1)")).await.is(200);
    let form = form(&page.text()).unwrap();
    let back = visitor.send_form(&form, PAGE, &[]).await.is(303);
    let after = visitor.get(back.location()).await.is(200);
    let stranger = Visitor::new(&house).get(PAGE).await.is(401);
    for page in [&page, &address, &after, &stranger] {
        let text = page.text();
        assert!(
            !text.contains("<script>alert") && !text.contains("\"'") && !text.contains("\" on"),
            "{text}"
        );
    }
    assert!(page.text().matches("alert(1)").count() >= 2, "the names are on the page");
}

/// Of many presses at once one takes back and is written down; the others find it done.
#[tokio::test(flavor = "multi_thread")]
async fn pressing_many_times_at_once_takes_back_once() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let (sync, visitor) = (third_party(&house).await, Visitor::new(&house));
        allowed(&sync, (&visitor, EMAIL), &[]).await;
        let page = visitor.get(PAGE).await.is(200);
        let press = || take_back(&visitor, &page, "Partner Sync");
        let (a, b, c, d) = tokio::join!(press(), press(), press(), press());
        for answer in [a, b, c, d] {
            answer.is(303);
        }
        assert_eq!(taken_back(&house).await.len(), 1);
        assert!(grants(&house).await.is_empty());
    }
}
