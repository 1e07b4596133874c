//! The first run as a browser walks it, with a real installation behind the router.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use axum::body::Body;
use doorward_engine::app::{App, AppConfig};
use doorward_engine::caller::Caller;
use doorward_engine::clock::Clock;
use doorward_engine::entropy::Entropy;
use doorward_engine::install::{self, NewInstallation};
use doorward_engine::outbound::Reach;
use doorward_engine::passwords::PasswordCost;
use doorward_engine::sealing::Sealing;
use doorward_engine::setup;
use doorward_model::tenant::Issuer;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::{DatabaseUrl, Db};
use doorward_web::frame::Framed;
use doorward_web::route::router;
use doorward_web::state::Web;
use http::Request;
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;

struct House {
    app: App,
    clock: Clock,
    router: Framed,
    _folder: TempDir,
}

struct Answer {
    status: u16,
    headers: http::HeaderMap,
    body: String,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (entropy, clock) = (Entropy::seeded(7), Clock::fixed(Timestamp::from_seconds(1_763_877_600)));
        let db = Db::open(&DatabaseUrl::Sqlite(folder.path().join("doorward.db"))).await.unwrap();
        db.migrate().await.unwrap();
        let config = AppConfig {
            db,
            clock: clock.clone(),
            sealing: Sealing::ephemeral(&entropy).unwrap(),
            entropy,
            reach: Reach::default(),
            password_cost: PasswordCost::least(),
            workers: 1,
        };
        let app = App::start(config).await.unwrap();
        let issuer = Issuer::parse("https://id.acme.test/").unwrap();
        install::init(&app, &NewInstallation { issuer, friendly_name: "Acme", admin: None }).await.unwrap();
        let router = router(Web::new(app.clone(), Vec::new()), doorward_dashboard::routes::routes());
        Self { app, clock, router, _folder: folder }
    }

    async fn code(&self) -> String {
        let shell = Caller::command_line(self.app.tenant_by_host("id.acme.test").unwrap());
        setup::link(&self.app, &shell).await.unwrap().expose().to_owned()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("host", "id.acme.test").body(Body::empty()).unwrap()).await
    }

    /// Sends the form as the page gave it: with its cookie and its token.
    async fn redeem(&self, code: &str, email: &str, password: &str) -> Answer {
        let page = self.get("/setup").await;
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let token = cookie.split_once('=').unwrap().1;
        assert!(page.body.contains(&format!("name=\"_csrf\" value=\"{token}\"")));
        let body = format!("_csrf={token}&code={code}&email={email}&password={password}");
        self.post(&cookie, body).await
    }

    async fn post(&self, cookie: &str, body: String) -> Answer {
        let request = Request::post("/setup")
            .header("host", "id.acme.test")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

const PASSWORD: &str = "correct+horse+battery";

#[tokio::test]
async fn whoever_holds_the_code_becomes_the_first_admin_once() {
    let house = House::new().await;
    let code = house.code().await;
    assert!(house.get("/setup").await.body.contains("Set up Doorward"));
    let done = house.redeem(&code, "ada%40acme.test", PASSWORD).await;
    assert_eq!(done.status, 303, "into the dashboard");
    let over = house.get("/setup").await;
    assert_eq!(over.status, 200);
    assert!(over.body.contains("This server is set up"));
    let again = house.redeem(&code, "eve%40evil.test", PASSWORD).await;
    assert_eq!(again.status, 422);
    assert!(again.body.contains("This set-up code does not work"));
    assert!(!again.body.contains(&code));
}

#[tokio::test]
async fn an_old_or_wrong_code_makes_nobody_an_admin() {
    let house = House::new().await;
    let code = house.code().await;
    for wrong in ["", "nonsense", "%3Cscript%3E"] {
        let answer = house.redeem(wrong, "ada%40acme.test", PASSWORD).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert!(answer.body.contains("value=\"ada@acme.test\"") && !answer.body.contains("correct horse"));
    }
    house.clock.advance(Lifetime::from_seconds(3601));
    assert_eq!(house.redeem(&code, "ada%40acme.test", PASSWORD).await.status, 422);
    assert!(setup::is_pending(&house.app).await.unwrap());
}

#[tokio::test]
async fn address_and_password_are_checked_and_the_code_stays_good() {
    let house = House::new().await;
    let code = house.code().await;
    let short = house.redeem(&code, "ada%40acme.test", "short").await;
    assert_eq!(short.status, 422);
    assert!(short.body.contains("id=\"password-error\"") && short.body.contains("at least 12"));
    let nobody = house.redeem(&code, "ada", PASSWORD).await;
    assert!(nobody.body.contains("id=\"email-error\""));
    assert_eq!(house.redeem(&code, "ada%40acme.test", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn a_form_without_the_token_of_this_browser_is_refused() {
    let house = House::new().await;
    let code = house.code().await;
    let fields = format!("code={code}&email=ada%40acme.test&password={PASSWORD}");
    let planted = "A".repeat(43);
    for (cookie, body) in [
        (String::new(), fields.clone()),
        (String::new(), format!("_csrf={planted}&{fields}")),
        (format!("__Host-dw-form={}", "B".repeat(43)), format!("_csrf={planted}&{fields}")),
    ] {
        assert_eq!(house.post(&cookie, body).await.status, 403);
    }
    assert!(setup::is_pending(&house.app).await.unwrap());
}

#[tokio::test]
async fn the_form_cookie_is_a_host_cookie() {
    let house = House::new().await;
    let page = house.get("/setup").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-dw-form="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
}

#[tokio::test]
async fn the_root_names_the_issuer_and_where_programs_look() {
    let house = House::new().await;
    let root = house.get("/").await;
    assert_eq!(root.status, 200);
    assert!(
        root.body.contains("https://id.acme.test/")
            && root.body.contains("/.well-known/openid-configuration")
    );
    assert!(root.body.contains("href=\"/setup\""));
    let code = house.code().await;
    house.redeem(&code, "ada%40acme.test", PASSWORD).await;
    assert!(!house.get("/").await.body.contains("href=\"/setup\""));
}
