//! What a request may hold, and what is done with what it may not.

use super::*;
use crate::kit::Asked;
use crate::kit::receiver::Receiver;

/// What has nowhere to go back to, or must not go there: our own page, no redirect.
fn is_our_page(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text());
    assert!(answer.header("location").is_none());
}

#[tokio::test]
async fn oidcc_response_type_missing() {
    let house = House::new().await;
    let party = client(&house).await;
    for mode in ["", "form_post"] {
        let back = Visitor::new(&house).get(&asking(&party, ("", mode), &[])).await;
        // In the query: there is no type that would want the fragment.
        assert_eq!(error(&back, &party, ("code", mode)), "invalid_request", "{mode}");
    }
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in [("code", ""), ("code", "form_post"), ("code token", ""), ("code token", "form_post")] {
        let got = once(&party, way, &[("nonce", "")]).await;
        assert!(got.id_token().get("nonce").is_none(), "{way:?}: {}", got.id_token());
    }
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_fails() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[IMPLICIT, &["code id_token", "code id_token token"]]) {
        let back = Visitor::new(&house).get(&asking(&party, way, &[("nonce", "")])).await;
        assert_eq!(error(&back, &party, way), "invalid_request", "{way:?}");
    }
}

/// A parameter that needs nothing of us is no reason to refuse.
async fn is_ignored(more: &[(&str, &str)]) {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        once(&party, way, more).await;
    }
}

#[tokio::test]
async fn oidcc_display_page() {
    is_ignored(&[("display", "page")]).await;
}

#[tokio::test]
async fn oidcc_display_popup() {
    is_ignored(&[("display", "popup")]).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_unknown_parameter_succeeds() {
    is_ignored(&[("extra", "foobar")]).await;
}

#[tokio::test]
async fn oidcc_ui_locales() {
    is_ignored(&[("ui_locales", "se")]).await;
}

#[tokio::test]
async fn oidcc_claims_locales() {
    is_ignored(&[("claims_locales", "se")]).await;
}

/// The suite sends the first two of `acr_values_supported`, else "1 2"; what it sends is preferred and nothing more.
#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    let house = House::new().await;
    let party = client(&house).await;
    let document = house.get("/.well-known/openid-configuration").await.is(200).json();
    let values = document["acr_values_supported"].as_array().unwrap();
    let published: Vec<&str> = values.iter().take(2).map(|value| value.as_str().unwrap()).collect();
    let published = published.join(" ");
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        for asked in [published.as_str(), "1 2"] {
            let got = once(&party, way, &[("acr_values", asked)]).await;
            if let Some(claims) = &got.id_token {
                assert!(values.contains(&claims["acr"]), "{way:?}: {claims}");
            }
        }
        let got = once(&party, way, &[]).await;
        assert!(got.id_token.is_none_or(|claims| claims.get("acr").is_none()), "{way:?}");
    }
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    let house = House::new().await;
    let party = client(&house).await;
    let other = format!("{}/kX3vBq9", party.callback);
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        is_our_page(&Visitor::new(&house).get(&asking(&party, way, &[("redirect_uri", &other)])).await);
    }
}

#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC]) {
        let visitor = Visitor::new(&house);
        let address = asking(&party, way, &[]);
        let query = address.split_once('?').unwrap().1;
        let fields: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let login = visitor.send(Asked::form("/authorize", &fields)).await;
        assert!(leads_to(&login, "/u/login?"), "{way:?}");
        good(&party, &goes_on(&visitor, login).await, way).await;
    }
}

/// `{"alg":"none"}`, and claims that would change the request if somebody believed them.
fn unsigned(claims: &Value) -> String {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(&claims.to_string()))
}

#[tokio::test]
async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() {
    let (house, listening) = (House::new().await, Receiver::new().await);
    let party = client(&house).await;
    let here = format!("{}/requests/abc.jwt", listening.origin);
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        for request_uri in ["https://suite.test/requests/abc.jwt#fragment", &here] {
            let back = Visitor::new(&house).get(&asking(&party, way, &[("request_uri", request_uri)])).await;
            assert_eq!(error(&back, &party, way), "request_uri_not_supported", "{way:?}");
        }
    }
    assert!(listening.got().is_empty(), "something was fetched");
}

#[tokio::test]
async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let object = unsigned(&json!({ "client_id": party.client_id, "state": "inside", "nonce": "inside" }));
        let back = Visitor::new(&house).get(&asking(&party, way, &[("request", &object)])).await;
        assert_eq!(error(&back, &party, way), "request_not_supported", "{way:?}");
    }
}

#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let house = House::new().await;
    let party = client(&house).await;
    for way in ways(&[BASIC, IMPLICIT, HYBRID]) {
        let object = unsigned(&json!({ "redirect_uri": party.callback }));
        let more = [("request", object.as_str()), ("redirect_uri", "https://evil.test/callback")];
        is_our_page(&Visitor::new(&house).get(&asking(&party, way, &more)).await);
    }
}

/// Every rule of the table of the discovery module that a document can break.
#[tokio::test]
async fn oidcc_discovery_endpoint_verification() {
    let house = House::new().await;
    let answer = house.get("/.well-known/openid-configuration").await.is(200);
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("application/json")));
    let document = answer.json();
    assert_eq!(document["issuer"], house.issuer());
    assert!(house.issuer().starts_with("https://"));
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().is_some_and(|address| address.starts_with("https://")), "{name}: {value}");
        }
        if name.ends_with("_supported")
            && !name.starts_with("request_")
            && !name.starts_with("authorization_")
        {
            let is_list = value.as_array().is_some_and(|list| !list.is_empty());
            assert!(is_list || value.is_boolean(), "{name}: {value}");
        }
    }
    let lists = |name: &str, word: &str| {
        let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is missing"));
        assert!(list.contains(&json!(word)), "{name} lacks {word}: {list:?}");
    };
    for (name, word) in [
        ("response_types_supported", "code"),
        ("response_types_supported", "id_token"),
        ("response_types_supported", "id_token token"),
        ("response_modes_supported", "form_post"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("grant_types_supported", "authorization_code"),
        ("grant_types_supported", "implicit"),
        ("scopes_supported", "openid"),
        ("scopes_supported", "offline_access"),
        ("scopes_supported", "address"),
        ("scopes_supported", "phone"),
        ("claims_supported", "sub"),
        ("code_challenge_methods_supported", "S256"),
    ] {
        lists(name, word);
    }
    let algorithms = document["id_token_signing_alg_values_supported"].as_array().unwrap();
    assert!(!algorithms.contains(&json!("none")));
    assert!(document["userinfo_endpoint"].is_string() && document["end_session_endpoint"].is_string());
}
