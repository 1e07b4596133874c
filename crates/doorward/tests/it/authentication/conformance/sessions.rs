//! When somebody is asked, and who is meant.

use super::*;

/// The answer of somebody who is logged in already, and their browser.
async fn first<'h>(party: &RelyingParty<'h>, way: (&str, &str), more: &[(&str, &str)]) -> (Visitor<'h>, Got) {
    let visitor = Visitor::new(party.house);
    let got = good(party, &answer(&visitor, &asking(party, way, more)).await, way).await;
    (visitor, got)
}

#[tokio::test]
async fn oidcc_prompt_login() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        // `max_age` only to be told when the person proved who they are.
        let (visitor, before) = first(&party, way, &[("max_age", "1000")]).await;
        house.advance(1);
        let again = asking(&party, way, &[("prompt", "login"), ("max_age", "1000")]);
        assert!(leads_to(&visitor.get(&again).await, "/u/login?"), "{way:?}");
        let after = good(&party, &answer(&visitor, &again).await, way).await;
        let at = |got: &Got| got.id_token().get("auth_time").and_then(Value::as_i64);
        if before.id_token.is_some() {
            assert!(at(&after).unwrap() > at(&before).unwrap(), "{way:?}");
        }
    }
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let back = Visitor::new(&house).get(&asking(&party, way, &[("prompt", "none")])).await;
        assert_eq!(error(&back, &party, way), "login_required", "{way:?}");
        let state = "s".repeat(128);
        let back =
            Visitor::new(&house).get(&asking(&party, way, &[("prompt", "none"), ("state", &state)])).await;
        assert_eq!(fields(&back, &party, way)["state"], state);
    }
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let (visitor, before) = first(&party, way, &[("max_age", "1000")]).await;
        house.advance(2);
        let back = visitor.get(&asking(&party, way, &[("prompt", "none"), ("max_age", "1000")])).await;
        let after = good(&party, &back, way).await;
        if before.id_token.is_some() {
            for name in ["sub", "auth_time"] {
                assert_eq!(after.id_token()[name], before.id_token()[name], "{way:?}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn oidcc_max_age_1() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let (visitor, _) = first(&party, way, &[]).await;
        house.advance(2);
        let again = asking(&party, way, &[("max_age", "1")]);
        assert!(leads_to(&visitor.get(&again).await, "/u/login?"), "{way:?}");
        let after = good(&party, &answer(&visitor, &again).await, way).await;
        if after.id_token.is_some() {
            assert_eq!(after.id_token()["auth_time"].as_i64(), Some(house.now()), "{way:?}");
        }
    }
}

#[tokio::test]
async fn oidcc_max_age_10000() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let (visitor, before) = first(&party, way, &[("max_age", "15000")]).await;
        house.advance(2);
        let back = visitor.get(&asking(&party, way, &[("max_age", "10000")])).await;
        let after = good(&party, &back, way).await;
        if before.id_token.is_some() {
            assert!(before.id_token()["auth_time"].is_number());
            assert_eq!(after.id_token()["auth_time"], before.id_token()["auth_time"], "{way:?}");
        }
    }
}

#[tokio::test]
async fn oidcc_id_token_hint() {
    let house = House::new().await;
    let party = client(&house).await;
    let (visitor, before) = first(&party, ("id_token", ""), &[]).await;
    let hint = before.fields["id_token"].clone();
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let back = visitor.get(&asking(&party, way, &[("prompt", "none"), ("id_token_hint", &hint)])).await;
        let after = good(&party, &back, way).await;
        let sub = after.id_token.as_ref().or(after.userinfo.as_ref()).unwrap()["sub"].clone();
        assert_eq!(sub, before.id_token()["sub"], "{way:?}");
    }
}

#[tokio::test]
async fn oidcc_login_hint() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let asked = asking(&party, way, &[("login_hint", "buffy@id.test")]);
        let page = Visitor::new(&house).to_login(&asked).await.text();
        assert!(page.contains("buffy@id.test"), "{way:?}");
        once(&party, way, &[("login_hint", "buffy@id.test")]).await;
    }
}
