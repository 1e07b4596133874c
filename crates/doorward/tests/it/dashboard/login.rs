//! Into the dashboard and out of it.

use doorward_engine::admins;
use doorward_model::secret::Secret;

use crate::kit::{Asked, House, OWNER, PASSWORD, Visitor};

const COOKIE: &str = "__Host-dw-admin";

#[tokio::test]
async fn while_there_is_no_admin_every_way_leads_to_the_set_up() {
    let house = House::new().await;
    for path in ["/manage", "/manage/logs", "/manage/login"] {
        assert_eq!(house.get(path).await.is(303).location(), "/setup", "{path}");
    }
}

#[tokio::test]
async fn an_admin_logs_in_and_comes_to_the_page_they_asked_for() {
    let house = House::new().await;
    house.admin().await;
    let visitor = Visitor::new(&house);
    let asked = visitor.get("/manage/logs?outcome=failed&client=a%26b").await.is(303);
    let page = visitor.get(asked.location()).await.is(200);
    let answer =
        visitor.submit(&page, &[("username", "Owner@example.com "), ("password", PASSWORD)]).await.is(303);
    assert_eq!(answer.location(), "/manage/logs?outcome=failed&client=a%26b");
    visitor.get(answer.location()).await.is(200);
    let events = house.logs().await;
    assert!(events.iter().any(|event| event["type"] == "sapi" && event["user_name"] == OWNER), "{events:?}");
}

/// CVE-2024-39694, CVE-2020-10770 and their kin: a login never ends on another site.
#[tokio::test]
async fn a_login_never_ends_elsewhere() {
    let house = House::new().await;
    house.admin().await;
    for to in [
        "https://evil.test",
        "//evil.test",
        "/\\evil.test",
        "/manage/..//evil.test",
        // Browsers leave tabs, line breaks and what stands before the address out.
        "/\t/evil.test",
        "/%09/evil.test",
        "/\n/evil.test",
        "\u{1}//evil.test",
        " //evil.test",
        "/manage\t/../..//evil.test",
        "/oauth/token",
        "javascript:alert(1)",
    ] {
        let visitor = Visitor::new(&house);
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        let page = visitor.get(&format!("/manage/login?{query}")).await.is(200);
        assert!(!page.text().contains("evil"), "{to}");
        let filled = [("username", OWNER), ("password", PASSWORD), ("to", to)];
        assert_eq!(visitor.submit(&page, &filled).await.is(303).location(), "/manage", "{to}");
    }
}

#[tokio::test]
async fn unknown_admin_and_wrong_password_look_alike_and_neither_is_given_back() {
    let house = House::new().await;
    house.admin().await;
    let mut pages = Vec::new();
    for email in [OWNER, "nobody@example.com", "no address"] {
        let visitor = Visitor::new(&house);
        let answer = visitor.enter_dashboard(email, "hunter2 hunter2").await.is(422);
        assert!(visitor.cookie(COOKIE).is_none() && !answer.text().contains("hunter2"));
        let token = visitor.cookie("__Host-dw-form").unwrap();
        pages.push(answer.text().replace(email, "EMAIL").replace(&token, "TOKEN"));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    assert!(house.log_types().await.contains(&"fapi".to_owned()));
}

#[tokio::test]
async fn too_many_tries_lock_the_right_password_out_for_a_while() {
    let house = House::new().await;
    house.admin().await;
    let guesser = Visitor::new(&house);
    for _ in 0..10 {
        guesser.enter_dashboard(OWNER, "wrong wrong wrong").await.is(422);
    }
    let locked = guesser.enter_dashboard(OWNER, PASSWORD).await.is(429);
    assert!(locked.header("retry-after").is_some() && guesser.cookie(COOKIE).is_none());
    Visitor::from(&house, "198.51.100.7").enter_dashboard(OWNER, PASSWORD).await.is(303);
    assert!(house.log_types().await.contains(&"limit_wc".to_owned()));
    house.advance(601);
    guesser.enter_dashboard(OWNER, PASSWORD).await.is(303);
}

#[tokio::test]
async fn every_login_has_a_cookie_of_its_own_and_ends_the_one_before() {
    let house = House::new().await;
    let admin = house.admin().await;
    let first = admin.cookie(COOKIE).unwrap();
    let set = admin.enter_dashboard(OWNER, PASSWORD).await.is(303);
    let set = set.cookies().into_iter().find(|cookie| cookie.starts_with(COOKIE)).unwrap().to_owned();
    assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{set}");
    assert_ne!(admin.cookie(COOKIE).unwrap(), first);
    let thief = Visitor::new(&house);
    thief.set_cookie(COOKIE, &first);
    thief.get("/manage").await.is(303);
}

#[tokio::test]
async fn a_session_ends_by_logging_out_by_time_and_by_a_new_password() {
    let house = House::new().await;
    let admin = house.admin().await;
    let kept = admin.cookie(COOKIE).unwrap();
    let page = admin.get("/manage").await.is(200);
    let out = admin.submit_to(&page, "/manage/logout", &[]).await.is(303);
    assert!(out.location().starts_with("/manage/login") && admin.cookie(COOKIE).is_none());
    admin.set_cookie(COOKIE, &kept);
    admin.get("/manage").await.is(303);

    admin.enter_dashboard(OWNER, PASSWORD).await.is(303);
    for _ in 0..11 {
        house.advance(3600);
        admin.get("/manage").await.is(200);
    }
    house.advance(3600);
    admin.get("/manage").await.is(303);

    admin.enter_dashboard(OWNER, PASSWORD).await.is(303);
    house.advance(7200);
    admin.get("/manage").await.is(303);

    admin.enter_dashboard(OWNER, PASSWORD).await.is(303);
    let (app, caller) = house.app_and_caller();
    admins::reset(app, &caller, OWNER, &Secret::new("another long password".to_owned())).await.unwrap();
    admin.get("/manage").await.is(303);
}

#[tokio::test]
async fn a_login_form_of_another_site_is_not_looked_at() {
    let house = House::new().await;
    house.admin().await;
    let fields = [("username", OWNER), ("password", PASSWORD)];
    let visitor = Visitor::new(&house);
    visitor.post("/manage/login", &fields).await.is(403);
    house.send(Asked::form("/manage/login", &fields).header("origin", "https://evil.test")).await.is(403);
}
