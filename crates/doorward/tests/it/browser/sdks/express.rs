//! `express-openid-connect` in a web application of another site, and `express-oauth2-jwt-bearer` in the API
//! that it asks.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::{Browser, HttpsHouse, ORDERS, ThirdParties};
use crate::binary::process::{free_port, run};
use crate::kit::{EMAIL, npm};

/// A program of `interop/express`; it ends when it is dropped.
struct Program(Child);

impl Program {
    /// Starts it and waits until it is ready.
    fn start(house: &HttpsHouse, file: &str, environment: &[(&str, &str)]) -> Self {
        let tls = house.data.path().join("tls");
        let mut node = Command::new("node");
        node.arg(file).current_dir(npm::interop("express")).envs(environment.iter().copied());
        node.env("NODE_EXTRA_CA_CERTS", tls.join("ca.pem"));
        node.env("TLS_CERT", tls.join("leaf.pem")).env("TLS_KEY", tls.join("leaf.key"));
        let mut program = Self(node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap());
        let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "ready"), "{file} ended before it was ready");
        program
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The web application.
struct Shop {
    base: String,
    client: Value,
    _program: Program,
}

impl Shop {
    /// Starts it with these options of the SDK beyond the usual ones; `orders` is where the API is.
    fn open(house: &HttpsHouse, more: &Value, orders: &str) -> Self {
        let base = format!("https://127.0.0.1:{}", free_port());
        let callback = format!("{base}/callback");
        let client = house.client("regular_web", &["--callback", &callback, "--logout-url", &base]);
        let mut options = json!({
            "issuerBaseURL": house.issuer(), "baseURL": base, "clientID": client["client_id"],
            "secret": "a secret of the application alone", "authRequired": false, "idpLogout": true,
        });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        if options["authorizationParams"]["response_type"] == "code" {
            options["clientSecret"] = client["client_secret"].clone();
        }
        let program =
            Program::start(house, "app.mjs", &[("OPTIONS", &options.to_string()), ("ORDERS", orders)]);
        Self { base, client, _program: program }
    }
}

impl Browser {
    async fn enters_the_shop(&self, shop: &Shop) {
        self.open(&shop.base).await;
        self.sees("Nobody is logged in").await;
        self.press("Log in").await;
        self.logs_in().await;
        self.sees("Hello, Ada Lovelace").await;
        self.press("Profile").await;
        self.sees(&format!("\"email\":\"{EMAIL}\"")).await;
        self.open(&shop.base).await;
    }

    /// The session here ends as well as the one of the application.
    async fn leaves_the_shop(&self, shop: &Shop) {
        self.open(&shop.base).await;
        self.press("Log out").await;
        self.sees("Nobody is logged in").await;
        assert_eq!(self.address().await.as_str(), format!("{}/", shop.base));
        self.press("Log in").await;
        self.sees("Email address").await;
    }
}

/// As the SDK does it when nobody says otherwise: an ID token in a form that posts itself across sites. A
/// client that people make has to be given the grant for it.
#[tokio::test]
async fn a_web_application_gets_an_id_token_by_a_form() {
    if !npm::install("express") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Blocked).await else { return };
    let shop = Shop::open(&house, &json!({}), "");
    let id = shop.client["client_id"].as_str().unwrap();
    let folder = house.data.path().to_str().unwrap();
    run(&["clients", "set", "--data", folder, id, "grant_types+=implicit"]).exits(0);
    browser.enters_the_shop(&shop).await;
    browser.leaves_the_shop(&shop).await;
    assert_eq!(house.events(&shop.client, "slo").await, 1);
    browser.end().await;
}

/// Code with PKCE and the secret in the header, a token for an API, and that API.
#[tokio::test]
async fn a_web_application_gets_a_code_and_asks_an_api() {
    if !npm::install("express") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Blocked).await else { return };
    let port = free_port().to_string();
    let of_the_api = [("ISSUER", house.issuer()), ("AUDIENCE", ORDERS), ("PORT", &port)];
    let _api = Program::start(&house, "api.mjs", &of_the_api);
    let orders = format!("http://127.0.0.1:{port}/");
    let asked = house.http.get(&orders);
    assert_eq!(asked.try_clone().unwrap().send().await.unwrap().status(), 401);
    // A true token of this house, but for another API.
    assert_eq!(asked.bearer_auth(&house.token).send().await.unwrap().status(), 401);
    let asked = json!({
        "response_type": "code", "audience": ORDERS, "scope": "openid profile email offline_access read:orders",
    });
    let shop = Shop::open(&house, &json!({ "authorizationParams": asked }), &orders);
    browser.enters_the_shop(&shop).await;
    browser.press("Orders").await;
    browser.sees("\"status\":200,\"orders\":[],\"of\":\"auth0|").await;
    browser.open(&format!("{}/refresh", shop.base)).await;
    browser.sees("\"isNew\":true,\"isKept\":true").await;
    browser.open(&format!("{}/orders", shop.base)).await;
    browser.sees("\"status\":200").await;
    browser.open(&format!("{}/userinfo", shop.base)).await;
    browser.sees(&format!("\"email\":\"{EMAIL}\"")).await;
    browser.leaves_the_shop(&shop).await;
    browser.end().await;
}

/// The request is pushed first, the answer is posted, and the person leaves by the original's own way.
#[tokio::test]
async fn a_web_application_pushes_its_requests() {
    if !npm::install("express") {
        return;
    }
    let house = HttpsHouse::start().await;
    let Some(browser) = house.browser(ThirdParties::Blocked).await else { return };
    let more = json!({
        "authorizationParams": { "response_type": "code", "response_mode": "form_post" },
        "pushedAuthorizationRequests": true, "clientAuthMethod": "client_secret_post", "auth0Logout": true,
    });
    let shop = Shop::open(&house, &more, "");
    browser.enters_the_shop(&shop).await;
    browser.leaves_the_shop(&shop).await;
    browser.end().await;
}
