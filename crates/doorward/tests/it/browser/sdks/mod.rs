//! Official SDKs as they are published, in a real browser, against the built binary over `--https`. Their
//! applications stand at another site (`127.0.0.1`, where Doorward is at `localhost`), as they do in
//! life: cookies of ours are those of a third party there.
//! Source: `interop/spa`, `interop/express`.

mod express;
mod spa;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_protocol::digest::sha256;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Browser;
use crate::binary::process::{Server, free_port, installation, run, run_with_input};
use crate::kit::{EMAIL, PASSWORD};

/// The API that tokens are made for.
const ORDERS: &str = "https://orders.example.test/";

/// The built binary over https, with a person, an API, and a program that reads its log.
struct HttpsHouse {
    data: TempDir,
    server: Server,
    http: reqwest::Client,
    token: String,
}

impl HttpsHouse {
    async fn start() -> Self {
        let data = installation(free_port(), &["--https"]);
        let folder = data.path().to_str().unwrap();
        let user = ["users", "create", "--data", folder, "--email", EMAIL, "--name", "Ada Lovelace"];
        run_with_input(&[&user[..], &["--password-stdin"]].concat(), &format!("{PASSWORD}\n")).exits(0);
        let server = Server::start(data.path(), &[]);
        doorward::tls::install_provider();
        let ca =
            reqwest::Certificate::from_pem(&std::fs::read(data.path().join("tls/ca.pem")).unwrap()).unwrap();
        let http = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
        let mut house = Self { data, server, http, token: String::new() };
        let machine = house.client("non_interactive", &["--grant-management-api"]);
        house.token = house.token_of(&machine).await;
        let scopes = json!([{ "value": "read:orders", "description": "Read orders" }]);
        house
            .post(
                "resource-servers",
                &json!({ "identifier": ORDERS, "scopes": scopes, "allow_offline_access": true }),
            )
            .await;
        house
    }

    /// With its final slash.
    fn issuer(&self) -> &str {
        self.server.ready.strip_prefix("ready ").unwrap()
    }

    fn domain(&self) -> &str {
        self.issuer().trim_start_matches("https://").trim_end_matches('/')
    }

    /// Makes a client at the command line.
    fn client(&self, kind: &str, more: &[&str]) -> Value {
        let folder = self.data.path().to_str().unwrap();
        let args = ["clients", "create", "--data", folder, "--name", "App", "--type", kind, "--json"];
        run(&[&args[..], more].concat()).exits(0).json()
    }

    async fn token_of(&self, machine: &Value) -> String {
        let asked = json!({
            "grant_type": "client_credentials", "audience": machine["audience"],
            "client_id": machine["client_id"], "client_secret": machine["client_secret"],
        });
        let answer =
            self.http.post(format!("{}oauth/token", self.issuer())).json(&asked).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
    }

    /// Makes something by the Management API.
    async fn post(&self, path: &str, body: &Value) {
        let asked = self.http.post(format!("{}api/v2/{path}", self.issuer())).bearer_auth(&self.token);
        let answer = asked.json(body).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap());
    }

    /// How often the log of a client holds an event of that type.
    async fn events(&self, client: &Value, kind: &str) -> usize {
        let asked =
            self.http.get(format!("{}api/v2/logs?per_page=100", self.issuer())).bearer_auth(&self.token);
        let events: Vec<Value> = asked.send().await.unwrap().json().await.unwrap();
        let is_it = |event: &&Value| event["type"] == kind && event["client_id"] == client["client_id"];
        events.iter().filter(is_it).count()
    }

    /// Ends every refresh token of the person who is there.
    async fn end_refresh_tokens(&self) {
        let base = format!("{}api/v2", self.issuer());
        let asked = self.http.get(format!("{base}/users-by-email?email={EMAIL}")).bearer_auth(&self.token);
        let found: Value = asked.send().await.unwrap().json().await.unwrap();
        let id = found[0]["user_id"].as_str().unwrap_or_else(|| panic!("{found}")).replace('|', "%7C");
        let asked = self.http.delete(format!("{base}/users/{id}/refresh-tokens")).bearer_auth(&self.token);
        let answer = asked.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// A browser that trusts the certificate of this house and no other that it would not trust anyway.
    async fn browser(&self, third_parties: ThirdParties) -> Option<Browser> {
        let leaf = CertificateDer::from_pem_file(self.data.path().join("tls/leaf.pem")).unwrap();
        let (_, leaf) = X509Certificate::from_der(&leaf).unwrap();
        let key = STANDARD.encode(sha256(leaf.public_key().raw));
        let trust = format!("--ignore-certificate-errors-spki-list={key}");
        Browser::with(third_parties.preferences(), &[trust]).await
    }
}

/// What a browser makes of cookies that come with what a page embeds.
#[derive(Debug, Clone, Copy)]
enum ThirdParties {
    Welcome,
    /// As in Safari, in Firefox, and in the Chromium of some distributions.
    Blocked,
}

impl ThirdParties {
    fn preferences(self) -> Value {
        let (is_blocked, mode) = match self {
            ThirdParties::Welcome => (false, 0),
            ThirdParties::Blocked => (true, 1),
        };
        json!({ "profile.block_third_party_cookies": is_blocked, "profile.cookie_controls_mode": mode })
    }
}

impl Browser {
    /// Types into the login page of the house as the person who is there.
    async fn logs_in(&self) {
        self.fill("Email address", EMAIL).await;
        self.fill("Password", PASSWORD).await;
        self.press("Log in").await;
    }
}
