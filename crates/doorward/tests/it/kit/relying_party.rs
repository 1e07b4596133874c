//! An application that lets people log in here: it makes requests, catches callbacks, swaps codes.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use doorward_protocol::digest::sha256;
use serde_json::Value;

use super::answer::Answer;
use super::house::{Asked, House};
use super::visitor::Visitor;

/// How the secret travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    None,
    Post,
    Basic,
}

/// An application.
pub struct RelyingParty<'h> {
    pub house: &'h House,
    pub client_id: String,
    pub secret: String,
    pub callback: String,
    pub via: Via,
}

/// What the application remembers of a request until its callback is called. Fixed texts: a test
/// that needs other ones says so.
pub const STATE: &str = "af0ifjsldkj";
pub const NONCE: &str = "n-0S6_WzA2Mj";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()))
}

impl RelyingParty<'_> {
    /// The address of a request: code with PKCE; `changes` replace or (when empty) remove parameters.
    pub fn authorize(&self, changes: &[(&str, &str)]) -> String {
        let challenge = challenge(VERIFIER);
        let mut parameters = vec![
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", &self.callback),
            ("scope", "openid profile email offline_access"),
            ("state", STATE),
            ("nonce", NONCE),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("/authorize?{query}")
    }

    /// Swaps a code as this application would.
    pub async fn swap(&self, code: &str) -> Answer {
        self.swap_with(code, &[]).await
    }

    pub async fn swap_with(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.callback.as_str()),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            if !value.is_empty() {
                fields.push((name, value));
            }
        }
        self.token(&fields).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]).await
    }

    /// Asks the token endpoint with this application's own way of proving itself.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let asked = self.token_request(fields);
        self.house.send(asked).await
    }

    pub fn token_request(&self, fields: &[(&str, &str)]) -> Asked {
        let mut fields = fields.to_vec();
        if self.via != Via::Basic {
            fields.push(("client_id", &self.client_id));
        }
        if self.via == Via::Post {
            fields.push(("client_secret", &self.secret));
        }
        let asked = Asked::form("/oauth/token", &fields);
        if self.via == Via::Basic {
            let pair = STANDARD.encode(format!("{}:{}", self.client_id, self.secret));
            return asked.header("authorization", &format!("Basic {pair}"));
        }
        asked
    }

    /// A fresh code of somebody who logs in for it.
    pub async fn code(&self, visitor: &Visitor<'_>, email: &str, password: &str) -> String {
        let back = visitor.log_in(&self.authorize(&[]), email, password).await;
        back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()))
    }

    /// Logs somebody in and swaps the code.
    pub async fn tokens(&self, visitor: &Visitor<'_>, email: &str, password: &str) -> Value {
        let code = self.code(visitor, email, password).await;
        self.swap(&code).await.is(200).json()
    }
}
