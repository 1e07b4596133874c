//! `@auth0/auth0-spa-js` in a page of another site: login by redirect and by popup, ID token and userinfo,
//! renewal in a hidden frame and by refresh tokens that rotate inside of its worker, logout; `oidc-client-ts`
//! in the same page.

use axum::Router;
use axum::response::{Html, IntoResponse as _, Json, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Browser, HttpsHouse, ORDERS, ThirdParties};
use crate::kit::{EMAIL, npm};

/// An application: its script, and the SDK that it is made with.
#[derive(Debug, Clone, Copy)]
struct Program {
    script: &'static str,
    sdk: &'static str,
}

const AUTH0: Program = Program {
    script: "spa/auth0.js",
    sdk: "spa/node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.production.esm.js",
};
const OIDC: Program = Program {
    script: "spa/oidc.js",
    sdk: "spa/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js",
};

/// The application; it closes when it is dropped.
struct Page {
    origin: String,
    client: Value,
    serving: JoinHandle<()>,
}

impl Page {
    /// Serves the application with these options of the SDK beyond the client's name.
    async fn serve(house: &HttpsHouse, program: Program, options: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let callback = format!("{origin}/callback");
        let client = house.client("spa", &["--callback", &callback, "--logout-url", &origin]);
        let mut settings = json!({
            "domain": house.domain(), "clientId": client["client_id"], "authorizationParams": {},
        });
        settings.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let router = Router::new()
            .route("/settings.json", get(async move || Json(settings)))
            .route("/page.js", get(|| script("spa/page.js")))
            .route("/app.js", get(move || script(program.script)))
            .route("/sdk.js", get(move || script(program.sdk)))
            .fallback(async || Html(read("spa/index.html")));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, client, serving }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(npm::interop(file)).unwrap()
}

async fn script(file: &str) -> Response {
    ([(CONTENT_TYPE, "text/javascript")], read(file)).into_response()
}

/// What the SDK keeps where the page can see it.
const KEPT: &str =
    "return Object.values(localStorage).map((text) => JSON.parse(text).body?.refresh_token).find(Boolean)";

impl Browser {
    /// Opens the application and logs in to it by redirect.
    async fn enters_the_page(&self, page: &Page) {
        self.open(&page.origin).await;
        self.sees("Nobody is logged in").await;
        self.press("Log in").await;
        self.logs_in().await;
        self.sees("Hello, Ada Lovelace").await;
    }
}

#[tokio::test]
async fn a_page_logs_in_renews_in_a_hidden_frame_and_logs_out() {
    if !npm::install("spa") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Welcome).await else { return };
    let page = Page::serve(&house, AUTH0, json!({})).await;
    browser.enters_the_page(&page).await;
    browser.press("Read the ID token").await;
    browser.sees(&format!("\"email\":\"{EMAIL}\"")).await;
    browser.press("Ask userinfo").await;
    browser.sees("userinfo 200").await;
    browser.press("Renew").await;
    browser.sees("Renewed 1, 2 different tokens").await;
    assert_eq!(house.events(&page.client, "ssa").await, 1);

    // It keeps nothing but the memory of this page, so the person comes back from the session.
    browser.open(&page.origin).await;
    browser.sees("Hello, Ada Lovelace").await;
    assert_eq!(house.events(&page.client, "ssa").await, 2);

    browser.press("Log out").await;
    browser.sees("Nobody is logged in").await;
    assert_eq!(browser.address().await.as_str(), format!("{}/", page.origin));
    browser.press("Renew").await;
    browser.sees("Refused: login_required").await;
    browser.end().await;
}

/// The one that no vendor made reads the metadata from its page, and leaves by the end session endpoint.
#[tokio::test]
async fn a_page_with_a_standard_client_logs_in_renews_and_logs_out() {
    if !npm::install("spa") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Welcome).await else { return };
    let page = Page::serve(&house, OIDC, json!({})).await;
    browser.enters_the_page(&page).await;
    browser.press("Read the ID token").await;
    browser.sees(&format!("\"email\":\"{EMAIL}\"")).await;
    browser.press("Renew").await;
    browser.sees("Renewed 1, 2 different tokens").await;
    assert_eq!(house.events(&page.client, "ssa").await, 1);
    browser.press("Ask userinfo").await;
    browser.sees("userinfo 200").await;
    browser.press("Log out").await;
    browser.sees("Nobody is logged in").await;
    assert!(browser.address().await.as_str().starts_with(&page.origin), "{}", browser.address().await);

    // The session here ended, too: there is somebody to log in anew.
    browser.press("Log in by popup").await;
    browser.enters_the_popup().await;
    browser.logs_in().await;
    browser.is_back_from_the_popup().await;
    browser.sees("Hello, Ada Lovelace").await;
    browser.press("Revoke").await;
    browser.sees("Revoked").await;
    browser.end().await;
}

/// A window of its own is no third party, so it works where cookies of third parties are blocked.
#[tokio::test]
async fn a_page_logs_in_by_popup() {
    if !npm::install("spa") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Blocked).await else { return };
    let page = Page::serve(&house, AUTH0, json!({})).await;
    browser.open(&page.origin).await;
    browser.sees("Nobody is logged in").await;
    browser.press("Log in by popup").await;
    browser.enters_the_popup().await;
    browser.logs_in().await;
    browser.is_back_from_the_popup().await;
    browser.sees("Hello, Ada Lovelace").await;
    assert_eq!(house.events(&page.client, "s").await, 1);
    // No frame knows of that login in such a browser.
    browser.press("Renew").await;
    browser.sees("Refused: login_required").await;
    browser.end().await;
}

/// Where cookies of third parties are blocked refresh tokens are the way to renew.
#[tokio::test]
async fn a_page_lives_on_refresh_tokens_in_its_worker() {
    if !npm::install("spa") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Blocked).await else { return };
    let options = json!({
        "useRefreshTokens": true,
        "authorizationParams": { "audience": ORDERS, "scope": "openid profile email read:orders" },
    });
    let page = Page::serve(&house, AUTH0, options).await;
    browser.enters_the_page(&page).await;
    browser.press("Ask userinfo").await;
    browser.sees("userinfo 200").await;
    for time in 1..=2 {
        browser.press("Renew").await;
        browser.sees(&format!("Renewed {time},")).await;
        assert_eq!(house.events(&page.client, "sertft").await, time);
    }

    browser.press("Revoke").await;
    browser.sees("Revoked").await;
    browser.press("Renew").await;
    browser.sees("Refused: missing_refresh_token").await;
    browser.open(&page.origin).await;
    browser.sees("Nobody is logged in").await;
    assert_eq!(house.events(&page.client, "ssa").await, 0);
    browser.end().await;
}

/// What is kept beyond a page can be looked at: each renewal puts a new refresh token there. When one is
/// refused the SDK falls back to the session, because it knows the words of the refusal.
#[tokio::test]
async fn a_page_keeps_refresh_tokens_that_rotate_and_falls_back_to_the_session() {
    if !npm::install("spa") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Welcome).await else { return };
    let options = json!({
        "useRefreshTokens": true, "useRefreshTokensFallback": true, "cacheLocation": "localstorage",
    });
    let page = Page::serve(&house, AUTH0, options).await;
    browser.enters_the_page(&page).await;
    browser.open(&page.origin).await;
    browser.sees("Hello, Ada Lovelace").await;
    let mut kept = vec![browser.run(KEPT).await];
    for time in 1..=2 {
        browser.press("Renew").await;
        browser.sees(&format!("Renewed {time}, {} different tokens", time + 1)).await;
        let next = browser.run(KEPT).await;
        assert!(next.is_string() && !kept.contains(&next), "{next} after {kept:?}");
        kept.push(next);
    }
    assert_eq!((house.events(&page.client, "sertft").await, house.events(&page.client, "ssa").await), (2, 0));

    house.end_refresh_tokens().await;
    browser.press("Renew").await;
    browser.sees("Renewed 3, 4 different tokens").await;
    assert_eq!((house.events(&page.client, "fertft").await, house.events(&page.client, "ssa").await), (1, 1));
    browser.end().await;
}
