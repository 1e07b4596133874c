//! A browser and an application against the binary, over real connections.
//!
//! The cookies of our pages are Secure, which clients keep over https only; browsers make an
//! exception for localhost, so the jar is kept by hand.

use std::collections::HashMap;

use serde_json::Value;

use super::process::{run, run_with_input};
use crate::kit::{VERIFIER, challenge};

pub const PASSWORD: &str = "correct horse battery";
const CALLBACK: &str = "https://app.test/callback";

/// An application of a server.
#[derive(Clone)]
pub struct Target {
    base: String,
    client_id: String,
}

impl Target {
    /// Makes an application and people `person0@example.com`, `person1@example.com` and so on.
    pub fn make(data: &str, port: u16, people: usize) -> Self {
        for number in 0..people {
            let email = format!("person{number}@example.com");
            let args = ["users", "create", "--data", data, "--email", &email, "--password-stdin"];
            run_with_input(&args, &format!("{PASSWORD}\n")).exits(0);
        }
        let args = ["clients", "create", "--data", data, "--name", "App", "--type", "spa"];
        let made = run(&[&args[..], &["--callback", CALLBACK, "--json"]].concat()).exits(0).json();
        let client_id = made["client_id"].as_str().unwrap().to_owned();
        Self { base: format!("http://localhost:{port}"), client_id }
    }

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

    /// From `/authorize` to the answer to the login form; none when the server went away.
    pub async fn try_password(&self, email: &str, password: &str) -> Option<reqwest::Response> {
        let browser = browser();
        let mut jar: HashMap<String, String> = HashMap::new();
        let redirect = browser.get(self.authorize()).send().await.ok()?;
        keep(&mut jar, &redirect);
        let location = redirect.headers()["location"].to_str().unwrap();
        let page_at = url::Url::parse(&self.base).unwrap().join(location).unwrap();
        let page = browser.get(page_at.clone()).header("cookie", cookies(&jar)).send().await.ok()?;
        keep(&mut jar, &page);
        let form = crate::kit::form(&page.text().await.ok()?)?;
        let mut fields = form.fields;
        for (name, value) in &mut fields {
            match name.as_str() {
                "username" => email.clone_into(value),
                "password" => password.clone_into(value),
                _ => {}
            }
        }
        let asked = browser.post(page_at.join(&form.action).unwrap());
        asked.header("cookie", cookies(&jar)).header("origin", &self.base).form(&fields).send().await.ok()
    }

    /// A whole login; gives the refresh token, or none when the server went away on the way.
    pub async fn log_in(&self, email: &str) -> Option<String> {
        let back = self.try_password(email, PASSWORD).await?;
        let back = url::Url::parse(back.headers().get("location")?.to_str().ok()?).ok()?;
        let code = back.query_pairs().find(|(name, _)| name == "code")?.1.into_owned();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let tokens: Value = self.token(&fields).await.ok()?.json().await.ok()?;
        Some(tokens["refresh_token"].as_str()?.to_owned())
    }

    pub async fn refresh(&self, token: &str) -> reqwest::Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await.unwrap()
    }

    async fn token(&self, fields: &[(&str, &str)]) -> reqwest::Result<reqwest::Response> {
        let fields = [fields, &[("client_id", &self.client_id)]].concat();
        browser().post(format!("{}/oauth/token", self.base)).form(&fields).send().await
    }
}

fn browser() -> reqwest::Client {
    doorward::tls::install_provider();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
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
