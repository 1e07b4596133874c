//! A person who uses the Management API with a token of their own, got by logging in to an application.

use doorward_model::client::kind::ClientKind;

use super::house::{EMAIL, House, PASSWORD};
use super::machine::Machine;
use super::relying_party::Via;
use super::visitor::Visitor;

pub struct Person<'h> {
    /// Their `user_id`.
    pub id: String,
    /// The same in a path.
    pub path: String,
    /// Whoever asks with their token.
    pub caller: Machine<'h>,
}

impl House {
    /// The person who is there from the start, with a token for these scopes of the Management API.
    pub async fn person(&self, scopes: &[&str]) -> Person<'_> {
        self.person_called(EMAIL, scopes).await
    }

    pub async fn person_called(&self, email: &str, scopes: &[&str]) -> Person<'_> {
        let party = self.party(ClientKind::RegularWeb, Via::Post).await;
        let scope = format!("openid {}", scopes.join(" "));
        let (audience, visitor) = (self.api(), Visitor::new(self));
        let asked = party.authorize(&[("audience", &audience), ("scope", &scope)]);
        let back = visitor.log_in(&asked, email, PASSWORD).await;
        let code = back.query("code").unwrap_or_else(|| panic!("no code: {}", back.location()));
        let tokens = party.swap(&code).await.is(200).json();
        let token = tokens["access_token"].as_str().unwrap();
        let id = super::jwt::decode(token).1["sub"].as_str().unwrap().to_owned();
        let path = format!("/api/v2/users/{}", id.replace('|', "%7C"));
        Person { id, path, caller: Machine::bearing(self, &party.client_id, token) }
    }
}
