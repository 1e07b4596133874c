//! Scopes, and the claims that they let out.

use super::*;

const PROFILE: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

const EMAIL_CLAIMS: [&str; 2] = ["email", "email_verified"];
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];
const ADDRESS: [&str; 1] = ["address"];
const EVERY: [&[&str]; 4] = [&PROFILE, &EMAIL_CLAIMS, &PHONE, &ADDRESS];

/// The suite's person: all is known that a scope of the standard lets out.
async fn somebody_well_known(house: &House) {
    let change = json!({
        "given_name": "Ada", "family_name": "Lovelace", "nickname": "ada", "picture": "https://cdn.test/ada.png",
        "phone_number": "+442071234567", "phone_verified": true, "email_verified": true,
        "user_metadata": {
            "middle_name": "King", "profile": "https://ada.example/about", "website": "https://ada.example",
            "gender": "female", "birthdate": "1852-11-27", "zoneinfo": "Europe/London", "locale": "en-GB",
            "address": { "street_address": "12 St James's Square", "locality": "London", "country": "GB" },
        },
        "app_metadata": { "preferred_username": "ada" },
    });
    let machine = house.machine(&["read:users", "update:users"]).await;
    let id = house.user_id(EMAIL).await;
    machine.patch(&format!("/api/v2/users/{id}"), &change).await.is(200);
}

/// The claims of a scope, all of them, of their right types and nowhere else.
async fn lets_out(scope: &str, claims: &[&str]) {
    let house = House::new().await;
    let party = client(&house).await;
    somebody_well_known(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let got = once(&party, way, &[("scope", scope)]).await;
        for name in claims {
            let value = &got.claims()[name];
            match *name {
                "updated_at" => assert!(value.as_i64().is_some_and(|at| at > 631_152_000), "{value}"),
                "email_verified" | "phone_number_verified" => assert_eq!(*value, true, "{name}"),
                "address" => {
                    let parts = value.as_object().unwrap();
                    assert!(!parts.is_empty() && parts.values().all(Value::is_string), "{value}");
                }
                _ => assert!(value.as_str().is_some_and(|text| !text.trim().is_empty()), "{name}: {value}"),
            }
            // Where an access token opens userinfo, the ID token says nothing of it.
            if got.userinfo.is_some() && got.id_token.is_some() {
                assert!(got.id_token().get(name).is_none(), "{way:?}: {name} in {}", got.id_token());
            }
        }
        let all = got.claims().as_object().unwrap();
        assert!(all.values().all(|value| !value.is_null() && value != ""), "{way:?}: {all:?}");
        let personal = all.keys().filter(|name| EVERY.iter().any(|of| of.contains(&name.as_str())));
        assert_eq!(personal.count(), claims.len(), "{way:?}: {all:?}");
    }
}

#[tokio::test]
async fn oidcc_scope_profile() {
    lets_out("openid profile", &PROFILE).await;
}

#[tokio::test]
async fn oidcc_scope_email() {
    lets_out("openid email", &EMAIL_CLAIMS).await;
}

#[tokio::test]
async fn oidcc_scope_address() {
    lets_out("openid address", &ADDRESS).await;
}

#[tokio::test]
async fn oidcc_scope_phone() {
    lets_out("openid phone", &PHONE).await;
}

#[tokio::test]
async fn oidcc_scope_all() {
    lets_out("openid profile email address phone", &EVERY.concat()).await;
}

/// The order of scopes and parameters is free.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    let house = House::new().await;
    let party = client(&house).await;
    somebody_well_known(&house).await;
    for way in ways(&[BASIC, IMPLICIT, &["code id_token"]]) {
        let scope = "phone address email profile openid";
        let address = asking(&party, way, &[("scope", scope)]);
        let (path, query) = address.split_once('?').unwrap();
        let turned: Vec<&str> = query.split('&').rev().collect();
        let back = answer(&Visitor::new(&house), &format!("{path}?{}", turned.join("&"))).await;
        let got = good(&party, &back, way).await;
        for name in EVERY.concat() {
            assert!(got.claims().get(name).is_some(), "{way:?}: {name}");
        }
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
