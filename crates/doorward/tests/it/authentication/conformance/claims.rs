//! Scopes, and the claims that they let out.

use super::*;

/// The claims of a scope, as far as something is known of the person, of their right types and nowhere else.
async fn lets_out(scope: &str, claims: &[&str]) {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let got = once(&party, way, &[("scope", scope)]).await;
        for name in claims {
            let value = &got.claims()[name];
            match *name {
                "updated_at" => assert!(value.as_i64().is_some_and(|at| at > 631_152_000), "{value}"),
                "email_verified" => assert!(value.is_boolean(), "{value}"),
                _ => assert!(value.as_str().is_some_and(|text| !text.trim().is_empty()), "{name}: {value}"),
            }
            // Where an access token opens userinfo, the ID token says nothing of it.
            if got.userinfo.is_some() && got.id_token.is_some() {
                assert!(got.id_token().get(name).is_none(), "{way:?}: {name} in {}", got.id_token());
            }
        }
        let all = got.claims().as_object().unwrap();
        assert!(all.values().all(|value| !value.is_null() && value != ""), "{way:?}: {all:?}");
    }
}

#[tokio::test]
async fn oidcc_scope_profile() {
    lets_out("openid profile", &["name", "updated_at"]).await;
}

#[tokio::test]
async fn oidcc_scope_email() {
    lets_out("openid email", &["email", "email_verified"]).await;
}

#[tokio::test]
async fn oidcc_scope_all() {
    lets_out("openid profile email", &["name", "updated_at", "email", "email_verified"]).await;
}

/// The order of scopes and parameters is free.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, &["code id_token"]]) {
        let address = asking(&party, way, &[("scope", "email profile openid")]);
        let (path, query) = address.split_once('?').unwrap();
        let turned: Vec<&str> = query.split('&').rev().collect();
        let back = answer(&Visitor::new(&house), &format!("{path}?{}", turned.join("&"))).await;
        let got = good(&party, &back, way).await;
        assert!(got.claims()["email"].is_string() && got.claims()["name"].is_string(), "{way:?}");
    }
}

/// A claim that is asked for as essential is no reason to refuse.
#[tokio::test]
async fn oidcc_claims_essential() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let of = if way.0 == "id_token" { "id_token" } else { "userinfo" };
        let asked = json!({ of: { "name": { "essential": true } } }).to_string();
        let got = once(&party, way, &[("claims", &asked)]).await;
        assert_eq!(got.claims()["name"], "Ada Lovelace", "{way:?}");
        if got.userinfo.is_some() && got.id_token.is_some() {
            assert!(got.id_token().get("name").is_none(), "{way:?}");
        }
    }
}
