//! The router with a real installation behind it: what happens to a request before and after its
//! handler, whoever wrote the handler.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use doorward_engine::app::{App, AppConfig};
use doorward_engine::clock::Clock;
use doorward_engine::entropy::Entropy;
use doorward_engine::fault::{Fault, SHORT_WAIT};
use doorward_engine::install::{self, NewInstallation};
use doorward_engine::outbound::Reach;
use doorward_engine::passwords::PasswordCost;
use doorward_engine::sealing::Sealing;
use doorward_model::scope::ApiScope;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_store::{DatabaseUrl, Db};
use doorward_web::body::{Form, RawBody};
use doorward_web::caller::Authorized;
use doorward_web::fault::{ApiFault, OAuthFault, PageFault};
use doorward_web::frame::Framed;
use doorward_web::route::{Guard, Route, router};
use doorward_web::state::Web;
use doorward_web::tenant::Tenant;
use doorward_web::visitor::Visitor;
use doorward_web::{assets, cors};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;

const HOST: &str = "id.acme.test";

struct House {
    router: Framed,
    _folder: TempDir,
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let entropy = Entropy::seeded(7);
        let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("doorward.db"))).await.unwrap();
        db.migrate().await.unwrap();
        let config = AppConfig {
            db,
            clock: Clock::fixed(Timestamp::from_seconds(1_763_877_600)),
            sealing: Sealing::ephemeral(&entropy).unwrap(),
            entropy,
            reach: Reach::default(),
            password_cost: PasswordCost::least(),
            workers: 1,
        };
        let app = App::start(config).await.unwrap();
        let issuer = Issuer::parse("https://id.acme.test/").unwrap();
        install::init(&app, &NewInstallation { issuer, friendly_name: "Acme", admin: None }).await.unwrap();
        let web = Web::new(app, vec!["10.0.0.0/8".parse().unwrap()]);
        Self { router: router(web, routes()), _folder: folder }
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        let peer: SocketAddr = "203.0.113.9:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("host", HOST).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::post(path).header("host", HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }
}

fn routes() -> Vec<Route> {
    let read = Guard::AnyOf(&[ApiScope::ReadClients]);
    vec![
        Route::get("/who", Guard::Public, "who", who),
        Route::get("/panic", Guard::Public, "panic", panics),
        Route::get("/api/v2/panic", Guard::Public, "api_panic", panics),
        Route::get("/api/v2/guarded", read, "guarded", guarded),
        Route::post("/api/v2/guarded", read, "guarded_write", guarded_write),
        Route::get("/api/v2/lost", Guard::Public, "lost", lost),
        Route::get("/page/lost", Guard::Public, "page_lost", page_lost),
        Route::get("/page/broken", Guard::Public, "page_broken", page_broken),
        Route::post("/page/form", Guard::Page, "form", form),
        Route::post("/open/form", Guard::Public, "open_form", form),
        Route::post("/oauth/token", Guard::Public, "token", token),
        Route::post("/oauth/busy", Guard::Public, "busy", busy),
        Route::post("/oauth/cross", Guard::Public, "cross", cross),
    ]
}

async fn who(Visitor(info): Visitor, Tenant(state): Tenant) -> String {
    format!("{} at {}", info.ip.unwrap(), state.tenant.issuer)
}

async fn panics() -> String {
    panic!("a secret in a panic message")
}

async fn guarded(Authorized(_): Authorized) {}

async fn guarded_write(Authorized(_): Authorized, RawBody(_): RawBody) {}

async fn lost() -> ApiFault {
    ApiFault(Fault::NotFound { what: "client" })
}

async fn page_lost() -> PageFault {
    PageFault(Fault::NotFound { what: "client <script>" })
}

async fn page_broken() -> PageFault {
    PageFault(Fault::internal("private cause"))
}

async fn form(Form(form): Form) -> String {
    form.get("a").unwrap_or_default().to_owned()
}

async fn token() -> OAuthFault {
    let mut error = TokenError::new(OAuthErrorCode::InvalidClient, "The client did not prove itself.");
    error.challenge = true;
    OAuthFault(Fault::Token(error))
}

async fn busy() -> OAuthFault {
    OAuthFault(Fault::Unavailable { retry_after: SHORT_WAIT, cause: "private cause".to_owned() })
}

async fn cross() -> Response {
    let error = TokenError::new(OAuthErrorCode::InvalidGrant, "The code is not known.");
    let mut response = OAuthFault(Fault::Token(error)).into_response();
    cors::permit(response.headers_mut(), "https://app.test");
    response
}

#[tokio::test]
async fn another_host_gets_421_that_names_the_issuer() {
    let house = House::new().await;
    for host in ["evil.test", "id.acme.test.evil.test", "id.acme.test:8443", "id.acme.test:80", "127.0.0.1"] {
        let answer = house.send(Request::get("/who").header("host", host).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 421, "{host}");
        assert!(answer.body.contains("https://id.acme.test/"), "{host}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(!answer.body.contains(host) || "https://id.acme.test/".contains(host), "{host}");
    }
    let none = house.send(Request::get("/who").body(Body::empty()).unwrap()).await;
    assert_eq!(none.status, 421);
    let api = Request::get("/api/v2/guarded").header("host", "evil.test").body(Body::empty()).unwrap();
    let api = house.send(api).await;
    assert_eq!((api.status, api.header("content-type")), (421, "application/json; charset=utf-8"));
}

#[tokio::test]
async fn probes_answer_under_any_host() {
    let house = House::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer =
            house.send(Request::get(path).header("host", "10.1.2.3").body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn forwarded_headers_of_strangers_change_nothing() {
    let house = House::new().await;
    let plain = house.get("/who").await;
    assert_eq!(plain.body, "203.0.113.9 at https://id.acme.test/");
    let request = Request::get("/who")
        .header("host", "ID.ACME.test:443")
        .header("x-forwarded-for", "127.0.0.1")
        .header("x-forwarded-host", "evil.test")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "for=127.0.0.1;host=evil.test;proto=http")
        .header("x-real-ip", "127.0.0.1");
    let forged = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(forged.body, plain.body);
}

#[tokio::test]
async fn two_hosts_in_one_request_are_refused() {
    let house = House::new().await;
    let twice =
        Request::get("/who").header("host", HOST).header("host", "evil.test").body(Body::empty()).unwrap();
    assert_eq!(house.send(twice).await.status, 400);
    let mixed = Request::get("http://evil.test/who").header("host", HOST).body(Body::empty()).unwrap();
    assert_eq!(house.send(mixed).await.status, 400);
    let absolute = Request::get("http://id.acme.test/who").body(Body::empty()).unwrap();
    assert_eq!(house.send(absolute).await.status, 200);
}

#[tokio::test]
async fn every_answer_has_the_headers_that_every_answer_has() {
    let house = House::new().await;
    for path in ["/who", "/nowhere", "/api/v2/nowhere", "/panic", "/page/lost", assets::stylesheet()] {
        let answer = house.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        assert!(!answer.headers.contains_key("cross-origin-opener-policy"), "{path}");
    }
}

#[tokio::test]
async fn the_token_is_asked_for_before_anything_else_is_looked_at() {
    let house = House::new().await;
    let large = "x".repeat(1024 * 1024);
    for (headers, body) in [
        (&[][..], ""),
        (&[("content-type", "application/json")][..], "{not json"),
        (&[("content-type", "text/plain")][..], large.as_str()),
        (&[("authorization", "Bearer nonsense")][..], "{not json"),
        (&[("authorization", "Bearer a"), ("authorization", "Bearer b")][..], ""),
    ] {
        let answer = house.post("/api/v2/guarded?per_page=-1", headers, body.to_owned()).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((json["statusCode"].as_u64(), json["error"].as_str()), (Some(401), Some("Unauthorized")));
    }
}

#[tokio::test]
async fn the_api_says_its_errors_as_json() {
    let house = House::new().await;
    let lost = house.get("/api/v2/lost").await;
    assert_eq!(
        lost.body,
        r#"{"statusCode":404,"error":"Not Found","message":"The client does not exist.","errorCode":"inexistent_client"}"#
    );
    assert_eq!(lost.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(lost.header("x-content-type-options"), "nosniff");
    assert_eq!(house.get("/api/v2/nowhere").await.status, 404);
    let wrong = house.post("/api/v2/lost", &[], "").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET,HEAD"));
    assert!(wrong.body.starts_with(r#"{"statusCode":405"#));
}

/// RFC 9110 §9.3.2: the headers are those of GET, a body there is none.
#[tokio::test]
async fn a_refusal_to_head_says_how_long_it_would_be_and_has_no_body() {
    let house = House::new().await;
    let foreign = ("https://nobody.test/who", "nobody.test");
    for (target, host) in
        [("/nowhere", HOST), ("/api/v2/lost", HOST), ("/page/form", HOST), ("/who", HOST), foreign]
    {
        let ask =
            |method| Request::builder().method(method).uri(target).header("host", host).body(Body::empty());
        let (get, head) = (house.send(ask("GET").unwrap()).await, house.send(ask("HEAD").unwrap()).await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{target}");
        assert!(!get.body.is_empty(), "{target}");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{target}");
    }
}

#[tokio::test]
async fn the_token_endpoint_says_its_errors_as_its_standard_does() {
    let house = House::new().await;
    let refused = house.post("/oauth/token", &[], "").await;
    assert_eq!(
        refused.body,
        r#"{"error":"invalid_client","error_description":"The client did not prove itself."}"#
    );
    assert_eq!((refused.status, refused.header("content-type")), (401, "application/json"));
    assert_eq!((refused.header("cache-control"), refused.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(refused.header("www-authenticate"), "Basic realm=\"doorward\"");
    let busy = house.post("/oauth/busy", &[], "").await;
    assert_eq!((busy.status, busy.header("retry-after")), (503, "1"));
    assert!(busy.body.contains("temporarily_unavailable") && !busy.body.contains("private cause"));
}

#[tokio::test]
async fn headers_set_on_the_way_survive_the_dressing() {
    let house = House::new().await;
    let answer = house.post("/oauth/cross", &[], "").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.test");
    assert!(answer.body.contains("invalid_grant"));
}

#[tokio::test]
async fn a_panic_is_a_500_without_detail_in_the_skin_of_the_address() {
    let house = House::new().await;
    let page = house.get("/panic").await;
    assert_eq!((page.status, page.header("content-type")), (500, "text/html; charset=utf-8"));
    let api = house.get("/api/v2/panic").await;
    assert_eq!((api.status, api.header("content-type")), (500, "application/json; charset=utf-8"));
    for answer in [page, api] {
        assert!(!answer.body.contains("secret"), "{}", answer.body);
        assert!(answer.body.contains("eference"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_page_shows_a_reference_and_never_the_cause_and_escapes_all() {
    let house = House::new().await;
    let broken = house.get("/page/broken").await;
    assert_eq!(broken.status, 500);
    assert!(broken.body.contains("id=\"reference\"") && !broken.body.contains("private cause"));
    let lost = house.get("/page/lost").await;
    assert!(!lost.body.contains("client <script>") && lost.body.contains("client &#60;script&#62;"));
    assert!(!lost.body.contains("id=\"reference\""));
    assert!(lost.header("content-security-policy").contains("default-src 'none'"));
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_where_only_our_pages_may_post() {
    let house = House::new().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let ours = [form, ("origin", "https://id.acme.test"), ("sec-fetch-site", "same-origin")];
    assert_eq!(house.post("/page/form", &ours, "a=1").await.body, "1");
    for foreign in [("origin", "https://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(house.post("/page/form", &[form, foreign], "a=1").await.status, 403, "{foreign:?}");
        assert_eq!(house.post("/open/form", &[form, foreign], "a=1").await.status, 200, "{foreign:?}");
    }
}

#[tokio::test]
async fn what_is_no_form_of_ours_is_refused_with_a_page() {
    let house = House::new().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let large = format!("password={}", "x".repeat(1024 * 1024));
    for (status, headers, body) in [
        (413, &[form][..], large.as_str()),
        (415, &[("content-type", "application/json")][..], "{}"),
        (415, &[][..], "a=1"),
        (400, &[form][..], "a=1&a=2"),
    ] {
        let answer = house.post("/page/form", headers, body.to_owned()).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"));
        assert!(answer.body.len() < 4096);
    }
}

#[tokio::test]
async fn assets_are_kept_for_good_and_old_addresses_are_gone() {
    let house = House::new().await;
    for path in [assets::stylesheet(), assets::hosted_script(), assets::setup_script(), assets::icon()] {
        let asset = house.get(path).await;
        assert_eq!(
            (asset.status, asset.header("cache-control")),
            (200, "public, max-age=31536000, immutable")
        );
    }
    assert_eq!(house.get(assets::stylesheet()).await.header("content-type"), "text/css; charset=utf-8");
    for path in ["/assets/doorward.0000000000000000.css", "/assets/..%2f..%2fetc%2fpasswd", "/assets/"] {
        assert_eq!(house.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
