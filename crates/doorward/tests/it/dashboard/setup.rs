//! The one-time link that makes the first admin (UX §1.2).

use doorward_engine::caller::Caller;
use doorward_engine::{admins, setup};

use crate::kit::{House, Visitor};

const PASSWORD: &str = "a long enough password";

async fn code(house: &House) -> String {
    let (app, caller) = house.app_and_caller();
    setup::link(app, &caller).await.unwrap().expose().to_owned()
}

async fn admins(house: &House) -> Vec<String> {
    let (app, caller): (_, Caller) = house.app_and_caller();
    admins::list(app, &caller).await.unwrap().iter().map(|admin| admin.email.as_str().to_owned()).collect()
}

async fn redeem(house: &House, fields: [&str; 3]) -> crate::kit::Answer {
    let visitor = Visitor::new(house);
    let page = visitor.get("/setup").await.is(200);
    let [code, email, password] = fields;
    visitor.submit(&page, &[("code", code), ("email", email), ("password", password)]).await
}

#[tokio::test]
async fn whoever_holds_the_code_becomes_the_first_admin_once() {
    let house = House::new().await;
    let code = code(&house).await;
    let answer = redeem(&house, [&code, "Owner@Example.com", PASSWORD]).await.is(303);
    assert_eq!(answer.location(), "/manage");
    assert!(
        answer.cookies().iter().any(|cookie| cookie.starts_with("__Host-dw-admin=")),
        "nobody is logged in"
    );
    assert_eq!(admins(&house).await, ["owner@example.com"]);
    let again = redeem(&house, [&code, "second@example.com", PASSWORD]).await;
    assert!(again.status.is_client_error(), "{}", again.status);
    assert_eq!(admins(&house).await.len(), 1);
    let events = serde_json::to_string(&house.logs().await).unwrap();
    assert!(events.contains("owner@example.com") && !events.contains(&code));
}

#[tokio::test]
async fn a_wrong_an_old_and_a_replaced_code_make_nobody_an_admin() {
    let house = House::new().await;
    let replaced = code(&house).await;
    let good = code(&house).await;
    for wrong in ["", "nonsense", &replaced, &good[..good.len() - 1], &good.to_lowercase()] {
        let answer = redeem(&house, [wrong, "eve@example.com", PASSWORD]).await;
        assert!(answer.status.is_client_error(), "{wrong}: {}", answer.status);
    }
    house.advance(3601);
    redeem(&house, [&good, "eve@example.com", PASSWORD]).await;
    assert!(admins(&house).await.is_empty());
}

#[tokio::test]
async fn a_mistake_in_the_form_does_not_use_the_code_up() {
    let house = House::new().await;
    let code = code(&house).await;
    for (email, password) in [("no address", PASSWORD), ("owner@example.com", "short")] {
        redeem(&house, [&code, email, password]).await.is(422);
    }
    redeem(&house, [&code, "owner@example.com", PASSWORD]).await.is(303);
}

#[tokio::test]
async fn a_form_of_another_site_sets_nothing_up() {
    let house = House::new().await;
    let code = code(&house).await;
    let visitor = Visitor::new(&house);
    let answer = visitor
        .post("/setup", &[("code", &code), ("email", "eve@example.com"), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status.as_u16(), 403, "{}", answer.text());
    assert!(admins(&house).await.is_empty());
}
