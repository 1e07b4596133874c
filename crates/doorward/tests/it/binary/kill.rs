//! `kill -9` in the middle of a hundred logins: nothing that was answered is lost.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::process::{Server, free_port, installation, run, run_with_input};
use crate::kit::{VERIFIER, challenge};

/// Ten people: one account is locked when too many tries for it are under way.
const PEOPLE: usize = 10;
const PASSWORD: &str = "correct horse battery";
const CALLBACK: &str = "https://app.test/callback";

#[derive(Clone)]
struct Target {
    base: String,
    client_id: String,
}

/// What one login had been told before the lights went out.
#[derive(Default)]
struct Told {
    refresh_token: Option<String>,
}

fn browser() -> reqwest::Client {
    doorward::tls::install_provider();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Target {
    fn authorize(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", CALLBACK)
            .append_pair("scope", "openid offline_access")
            .append_pair("code_challenge", &challenge(VERIFIER))
            .append_pair("code_challenge_method", "S256")
            .finish();
        format!("{}/authorize?{query}", self.base)
    }

    async fn refresh(&self, token: &str) -> reqwest::Response {
        let fields =
            [("grant_type", "refresh_token"), ("client_id", &self.client_id), ("refresh_token", token)];
        browser().post(format!("{}/oauth/token", self.base)).form(&fields).send().await.unwrap()
    }
}

/// One login as far as it gets. The cookies of our pages are Secure, which clients keep over https
/// only; browsers make an exception for localhost, so the jar is kept by hand.
async fn log_in(target: &Target, email: &str) -> Option<Told> {
    let browser = browser();
    let mut jar: HashMap<String, String> = HashMap::new();
    let redirect = browser.get(target.authorize()).send().await.ok()?;
    keep(&mut jar, &redirect);
    let page_at = url::Url::parse(&target.base)
        .unwrap()
        .join(redirect.headers()["location"].to_str().unwrap())
        .unwrap();
    let page = browser.get(page_at.clone()).header("cookie", cookies(&jar)).send().await.ok()?;
    keep(&mut jar, &page);
    let form = crate::kit::form(&page.text().await.ok()?)?;
    let mut fields = form.fields;
    for (name, value) in &mut fields {
        match name.as_str() {
            "username" => email.clone_into(value),
            "password" => PASSWORD.clone_into(value),
            _ => {}
        }
    }
    let action = page_at.join(&form.action).unwrap();
    let back = browser
        .post(action)
        .header("cookie", cookies(&jar))
        .header("origin", &target.base)
        .form(&fields)
        .send()
        .await
        .ok()?;
    let location = back.headers().get("location")?.to_str().ok()?.to_owned();
    let back = url::Url::parse(&location).ok()?;
    let code = back.query_pairs().find(|(name, _)| name == "code")?.1.into_owned();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", &target.client_id),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let answer = browser.post(format!("{}/oauth/token", target.base)).form(&fields).send().await.ok()?;
    let tokens: Value = answer.json().await.ok()?;
    Some(Told { refresh_token: tokens["refresh_token"].as_str().map(str::to_owned) })
}

fn keep(jar: &mut HashMap<String, String>, answer: &reqwest::Response) {
    for cookie in answer.headers().get_all("set-cookie") {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        jar.insert(name.to_owned(), value.to_owned());
    }
}

fn cookies(jar: &HashMap<String, String>) -> String {
    jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_before_a_kill_is_there_after_it() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    for number in 0..PEOPLE {
        let email = format!("person{number}@example.com");
        let users = ["users", "create", "--data", data, "--email", &email, "--password-stdin"];
        run_with_input(&users, &format!("{PASSWORD}\n")).exits(0);
    }
    let client = [
        "clients",
        "create",
        "--data",
        data,
        "--name",
        "App",
        "--type",
        "spa",
        "--callback",
        CALLBACK,
        "--json",
    ];
    let client = run(&client).exits(0).json();
    let target = Target {
        base: format!("http://localhost:{port}"),
        client_id: client["client_id"].as_str().unwrap().to_owned(),
    };

    let server = Server::start(folder.path(), &[]);
    let at_once = Arc::new(Semaphore::new(32));
    let mut logins = JoinSet::new();
    for number in 0..100 {
        let (target, at_once) = (target.clone(), Arc::clone(&at_once));
        logins.spawn(async move {
            let _turn = at_once.acquire().await.ok()?;
            log_in(&target, &format!("person{}@example.com", number % PEOPLE)).await
        });
    }
    let mut told = Vec::new();
    while let Some(login) = logins.join_next().await {
        told.extend(login.unwrap());
        if told.len() == 20 {
            server.signal("KILL");
        }
    }
    assert!(told.len() >= 20, "only {} logins were answered before the kill", told.len());
    assert!(told.len() < 100, "the kill came too late to be in the middle");
    drop(server);

    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready http://localhost:{port}/"));
    for told in &told {
        let token = told.refresh_token.as_deref().expect("an answer without a refresh token");
        let answer = target.refresh(token).await;
        assert_eq!(answer.status(), 200, "a token that was given out is unknown: {:?}", answer.text().await);
    }
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
}
