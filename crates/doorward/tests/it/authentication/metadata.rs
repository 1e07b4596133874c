//! Discovery, keys, hosts, CORS and headers (OpenID Connect Discovery §3, RFC 8414, RFC 7517, Fetch).

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{Asked, House, Via, Visitor};

#[tokio::test]
async fn discovery_names_only_what_is_there() {
    let house = House::new().await;
    let document = house.get("/.well-known/openid-configuration").await.is(200).json();
    assert_eq!(document["issuer"], house.issuer());
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(document["id_token_signing_alg_values_supported"][0], "RS256");
    for (name, value) in document.as_object().unwrap() {
        let Some(address) = value.as_str().filter(|text| text.starts_with(house.issuer())) else { continue };
        if name == "issuer" {
            continue;
        }
        let answer = house.get(house.path(address)).await;
        assert_ne!(answer.status.as_u16(), 404, "{name}: {address}");
    }
    let other = house.get("/.well-known/oauth-authorization-server").await.is(200).json();
    assert_eq!(other["issuer"], document["issuer"]);
    assert_eq!(other["token_endpoint"], document["token_endpoint"]);
}

#[tokio::test]
async fn the_key_set_holds_rsa_keys_with_certificates_and_nothing_private() {
    let house = House::new().await;
    let set = house.get("/.well-known/jwks.json").await.is(200).json();
    let keys = set["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        assert_eq!((&key["kty"], &key["use"], &key["alg"]), (&json!("RSA"), &json!("sig"), &json!("RS256")));
        assert!(key["kid"].is_string() && key["x5c"][0].is_string() && key["x5t"].is_string(), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private} is published");
        }
    }
}

/// SECURITY §5: the issuer is configuration, whatever the request says.
#[tokio::test]
async fn no_header_changes_an_address_that_we_write() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let hostile = [
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-host", "evil.test, evil.test"),
        ("x-forwarded-host", "evil.test, id.test"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "http, http"),
        ("x-forwarded-scheme", "http"),
        ("x-forwarded-ssl", "off"),
        ("x-url-scheme", "http"),
        ("front-end-https", "off"),
        ("forwarded", "host=evil.test;proto=http"),
        ("forwarded", "host=evil.test;proto=http, host=evil.test"),
        ("x-original-host", "evil.test"),
        ("x-host", "evil.test"),
        ("x-zitadel-instance-host", "evil.test"),
        ("x-forwarded-port", "1"),
        ("x-forwarded-prefix", "/evil"),
        ("x-original-url", "/evil"),
        ("origin", "http://evil.test"),
        ("referer", "http://evil.test/"),
    ];
    let all_of_them =
        |path: &str| hostile.iter().fold(Asked::get(path), |asked, (name, value)| asked.another(name, value));
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let honest = house.get(path).await.is(200).json();
        for (name, value) in hostile {
            let answer = house.send(Asked::get(path).header(name, value)).await.is(200);
            assert_eq!(answer.json(), honest, "{name}: {value}");
        }
        assert_eq!(house.send(all_of_them(path)).await.is(200).json(), honest);
    }
    let path = party.authorize(&[]);
    for (name, value) in hostile {
        let answer = house.send(Asked::get(&path).header(name, value)).await;
        let place = answer.location();
        assert!(house.path(place).starts_with("/u/login?"), "{name}: {value}: {place}");
    }
    let answer = house.send(all_of_them(&path)).await;
    assert!(house.path(answer.location()).starts_with("/u/login?"), "{}", answer.location());
}

#[tokio::test]
async fn an_unknown_host_is_421_and_the_probes_answer_anywhere() {
    let house = House::new().await;
    let ask = |host: &'static str, path: &'static str| house.send(Asked::get(path).header("host", host));
    for host in ["evil.test", "localhost", "localhost:1", "id.test.evil.test", "", "a b"] {
        let answer = ask(host, "/.well-known/openid-configuration").await;
        assert!(matches!(answer.status.as_u16(), 400 | 421), "{host}: {}", answer.status);
    }
    let misdirected = ask("evil.test", "/authorize").await.is(421);
    assert!(misdirected.text().contains(house.issuer()), "{}", misdirected.text());
    for probe in ["/healthz", "/readyz"] {
        ask("evil.test", probe).await.is(200);
    }
}

/// `/healthz` is about the process, `/readyz` about its work.
#[tokio::test]
async fn without_its_store_a_node_is_alive_and_not_ready() {
    let house = House::new().await;
    house.get("/readyz").await.is(200);
    house.stop().await;
    assert_eq!(house.get("/readyz").await.is(503).header("cache-control"), Some("no-store"));
    house.get("/healthz").await.is(200);
}

async fn preflight(house: &House, path: &str, origin: &str) -> Option<String> {
    let wanted = ["auth0-client", "content-type", "authorization", "dpop"];
    let asked = Asked::new("OPTIONS", path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", &wanted.join(","));
    let answer = house.send(asked).await.is(204);
    // A browser sends nothing when one of the headers is not allowed.
    let allowed = answer.header("access-control-allow-headers").unwrap_or_default();
    let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
    assert!(wanted.iter().all(|name| allowed.contains(name)), "{allowed:?}");
    answer.header("access-control-allow-origin").map(str::to_owned)
}

/// SDKS §1.10: single-page applications speak to the token endpoint across origins, also when it refuses.
#[tokio::test]
async fn a_listed_origin_may_read_the_token_endpoint_and_its_errors() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    let origin = house.party_origin(&party);
    assert!(preflight(&house, "/oauth/token", &origin).await.is_some(), "no preflight");
    let asked = party.token_request(&[("grant_type", "authorization_code"), ("code", "wrong")]);
    let answer = house.send(asked.header("origin", &origin)).await.is(400);
    let allowed = answer.header("access-control-allow-origin");
    assert!(allowed == Some(origin.as_str()) || allowed == Some("*"), "{allowed:?}");
}

/// The lists that count are those of the client: its origins, its web origins, those of its callbacks;
/// and what a page cannot read it cannot act upon, so errors carry the headers as well.
#[tokio::test]
async fn pages_of_every_list_may_read_every_answer_of_the_token_endpoint() {
    let house = House::new().await;
    let lists = json!({
        "allowed_origins": ["https://listed.test/any/path?x#y", "https://*.wild.example.com"],
        "web_origins": ["https://web.test"],
    });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, lists).await;
    let id = party.client_id.as_str();
    for origin in
        ["https://app.test", "https://listed.test", "https://qa.wild.example.com", "https://web.test"]
    {
        for (fields, status) in [
            (&[("grant_type", "authorization_code"), ("code", "wrong")][..], 400),
            (&[("grant_type", "refresh_token"), ("refresh_token", "wrong")], 400),
            (&[("grant_type", "client_credentials"), ("audience", "nowhere")], 403),
            (&[("grant_type", "magic")], 400),
            (&[], 400),
        ] {
            let asked = party.token_request(fields).header("origin", origin).header("auth0-client", "e30");
            let answer = house.send(asked).await.is(status);
            assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{fields:?}");
            assert_eq!(answer.header("access-control-allow-credentials"), None, "{fields:?}");
        }
        let wrong = [("grant_type", "refresh_token"), ("client_id", id), ("client_secret", "wrong")];
        let answer = house.send(Asked::form("/oauth/token", &wrong).header("origin", origin)).await.is(401);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
    }
    let preflight = Asked::new("OPTIONS", "/oauth/token")
        .header("origin", "https://web.test")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "auth0-client");
    let answer = house.send(preflight).await;
    assert!(answer.header("access-control-allow-headers").unwrap().contains("auth0-client"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

/// CVE-2024-41657, CVE-2026-37977: no origin is reflected, and never with credentials.
#[tokio::test]
async fn a_foreign_origin_reads_nothing_of_a_client() {
    let house = House::new().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    for origin in
        ["https://evil.test", "null", "https://spa.test.evil.test", "http://spa.test", "https://spa.test:444"]
    {
        let asked = party.token_request(&[("grant_type", "authorization_code"), ("code", "wrong")]);
        let answer = house.send(asked.header("origin", origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{origin}");
    }
}

/// What names no client concerns nobody, so that the page that sent it may read what is wrong with it.
#[tokio::test]
async fn what_names_no_client_is_refused_in_words_that_every_page_may_read() {
    let house = House::new().await;
    for path in ["/oauth/token", "/oauth/par", "/oauth/revoke", "/oauth/device/code"] {
        for (kind, body, status) in [
            ("application/json", "{", 400),
            ("text/plain", "a", 400),
            ("application/x-www-form-urlencoded", "client_id=nobody&grant_type=refresh_token&token=x", 401),
        ] {
            let asked = Asked::new("POST", path).header("content-type", kind).body(body.into());
            let answer = house.send(asked.header("origin", "https://app.test")).await.is(status);
            assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path} {body}");
            assert_eq!(answer.header("access-control-allow-credentials"), None, "{path} {body}");
        }
    }
}

#[tokio::test]
async fn keys_and_discovery_are_for_every_origin_without_credentials() {
    let house = House::new().await;
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = house.send(Asked::get(path).header("origin", "https://anywhere.test")).await.is(200);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), None, "{path}");
    }
}

#[tokio::test]
async fn pages_carry_the_headers_that_protect_them() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let page = Visitor::new(&house).to_login(&party.authorize(&[])).await;
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.contains("default-src 'none'") || policy.contains("default-src 'self'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert!(page.header("referrer-policy").is_some());
    assert!(page.header("cache-control").is_some_and(|text| text.contains("no-store")));
    assert!(
        !page.text().contains(" style=") && !page.text().contains(" onclick="),
        "inline code in the page"
    );
}
