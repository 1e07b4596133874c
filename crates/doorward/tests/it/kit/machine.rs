//! A program with a token of the Management API.

use doorward_engine::clients::{self, NewClient};
use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::house::{Asked, House};

pub struct Machine<'h> {
    house: &'h House,
    pub client_id: String,
    pub token: String,
}

impl<'h> Machine<'h> {
    pub async fn with(house: &'h House, scopes: &[&str]) -> Self {
        let (app, caller) = house.app_and_caller();
        let body: Map<String, Value> = serde_json::from_value(json!({ "name": "Machine" })).unwrap();
        let new = NewClient::People { kind: ClientKind::NonInteractive, body: &body };
        let made = clients::create(app, &caller, new).await.unwrap();
        let scopes: Vec<ApiScope> = scopes.iter().map(|scope| ApiScope::parse(scope).unwrap()).collect();
        let id = made.client.id;
        let audience = clients::grant_management_api(app, &caller, &id, &scopes).await.unwrap();
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", id.as_str()),
            ("client_secret", made.secret.as_ref().unwrap().expose()),
            ("audience", &audience),
        ];
        let tokens = house.send(Asked::form("/oauth/token", &fields)).await.is(200).json();
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        Self { house, client_id: id.as_str().to_owned(), token }
    }

    /// Whoever bears a token that was got elsewhere.
    pub fn bearing(house: &'h House, client_id: &str, token: &str) -> Self {
        Self { house, client_id: client_id.to_owned(), token: token.to_owned() }
    }

    pub async fn send(&self, asked: Asked) -> Answer {
        self.house.send(asked.header("authorization", &format!("Bearer {}", self.token))).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Asked::get(path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Asked::new("DELETE", path)).await
    }

    /// A deletion that says in its body what is to go.
    pub async fn delete_with(&self, path: &str, body: &Value) -> Answer {
        self.send(Asked::json("DELETE", path, body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Asked::json("POST", path, body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Asked::json("PATCH", path, body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Asked::json("PUT", path, body)).await
    }

    pub async fn raw(&self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
        self.send(Asked::new(method, path).header("content-type", kind).body(body)).await
    }
}
