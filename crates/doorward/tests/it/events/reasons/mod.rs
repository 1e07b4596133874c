//! Every reason with fixed words: a request that provokes it, and the sentence and the way out that are told then. A
//! reason that no request here provokes fails the test of its table. Source: UX §1.9.

mod codes;
mod devices;
mod logins;
mod pages;
mod proofs;
mod refreshing;

use doorward_engine::logs::explain::{Reasons, fixed};
use serde_json::{Value, json};

use super::explanations;
use crate::kit::{House, RelyingParty, Visitor};

/// What was told so far: why, and the fix.
#[derive(Default)]
struct Heard(Vec<(String, String)>);

impl Heard {
    /// Insists that each reason of a table was told, with its fix.
    fn is_all_of(&self, table: Reasons) {
        let known = fixed(table);
        assert!(known.len() > 10, "{table:?} holds {} reasons only", known.len());
        let is_told = |(why, fix): &(&str, &str)| {
            // What is known of the moment may stand before the words that are fixed.
            self.0.iter().any(|(told, way)| told.ends_with(why) && way == fix)
        };
        let missing: Vec<_> = known.iter().filter(|line| !is_told(line)).collect();
        assert!(missing.is_empty(), "no request provokes {missing:#?}");
    }
}

/// A house in which something is refused, with an admin who looks at the log.
struct Scene<'h> {
    house: &'h House,
    admin: Visitor<'h>,
    heard: &'h mut Heard,
}

impl<'h> Scene<'h> {
    async fn of(house: &'h House, heard: &'h mut Heard) -> Self {
        Self { house, admin: house.admin().await, heard }
    }

    /// Insists on what the newest event of a type says to who may see all, in the API and on its page. An empty fix
    /// is none.
    async fn says(&mut self, code: &str, why: &str, fix: &str) {
        let way = Some(fix).filter(|fix| !fix.is_empty());
        explanations::says(self.house, &self.admin, code, why, way).await;
        self.heard.0.push((why.to_owned(), fix.to_owned()));
    }

    /// The same for who may see the log and nothing beside it, so that nothing is looked up.
    async fn says_by_itself(&mut self, code: &str, why: &str, fix: &str) {
        let reader = self.house.machine(&["read:logs"]).await;
        let query = format!("/api/v2/logs?per_page=1&q=type:{code}");
        let told = reader.get(&query).await.is(200).json()[0]["explanation"].clone();
        assert_eq!((&told["why"], &told["fix"]), (&json!(why), &json!(fix)));
        self.heard.0.push((why.to_owned(), fix.to_owned()));
    }

    /// Lets these clients, and no others, in by the connection that is there from the start.
    async fn lets_in(&self, clients: &[&str]) {
        let machine = self.house.machine(&["read:connections", "update:connections"]).await;
        let found = machine.get(&format!("/api/v2/connections?name={DATABASE}")).await.is(200).json();
        let path = format!("/api/v2/connections/{}", found[0]["id"].as_str().unwrap());
        machine.patch(&path, &json!({ "enabled_clients": clients })).await.is(200);
    }

    /// Changes a client by the Management API.
    async fn changes(&self, party: &RelyingParty<'_>, change: &Value) {
        let scopes = ["update:clients", "update:client_keys", "update:client_credentials"];
        let machine = self.house.machine(&scopes).await;
        machine.patch(&format!("/api/v2/clients/{}", party.client_id), change).await.is(200);
    }
}

/// A code for who is logged in in this browser.
async fn another_code(visitor: &Visitor<'_>, party: &RelyingParty<'_>, changes: &[(&str, &str)]) -> String {
    visitor.get(&party.authorize(changes)).await.query("code").expect("no code")
}

/// The connection that is there from the start.
const DATABASE: &str = "Username-Password-Authentication";
/// What takes PKCE out of a request.
const WITHOUT_PKCE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

#[tokio::test]
async fn of_the_token_endpoint() {
    let mut heard = Heard::default();
    proofs::of_secrets(&mut heard).await;
    proofs::of_keys(&mut heard).await;
    codes::that_are_none_of_the_clients(&mut heard).await;
    codes::that_come_at_the_wrong_time(&mut heard).await;
    codes::with_another_address(&mut heard).await;
    codes::without_what_proves_who_began(&mut heard).await;
    codes::whose_person_or_client_changed(&mut heard).await;
    refreshing::with_tokens_of_nobody_here(&mut heard).await;
    refreshing::with_tokens_that_ended(&mut heard).await;
    refreshing::for_an_api_that_was_made_again(&mut heard).await;
    heard.is_all_of(Reasons::Tokens);
}

#[tokio::test]
async fn of_logins() {
    let mut heard = Heard::default();
    logins::that_the_app_asked_for_wrongly(&mut heard).await;
    logins::that_the_settings_forbid(&mut heard).await;
    logins::without_a_page(&mut heard).await;
    logins::that_people_may_not_or_will_not_end(&mut heard).await;
    heard.is_all_of(Reasons::Logins);
}

#[tokio::test]
async fn of_devices() {
    let mut heard = Heard::default();
    devices::that_ask_with_the_wrong_code(&mut heard).await;
    devices::that_come_at_the_wrong_time(&mut heard).await;
    devices::whose_person_or_connection_says_no(&mut heard).await;
    devices::whose_code_is_typed_wrongly(&mut heard).await;
    heard.is_all_of(Reasons::Devices);
}
