//! A connection: a source of users. Today the database strategy exists.
//!
//! Owns what a connection is and whom it may serve. [`options`] has the settings of a database,
//! [`password`] the rules for new passwords, [`common_passwords`] those that many people choose, [`edit`] how a connection is made and changed.
//!
//! Source: the brief, "Connections"; the Management API's `connections`, field names included.

pub mod common_passwords;
pub mod edit;
pub mod options;
pub mod password;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::ids::ConnectionId;
use crate::time::Timestamp;

pub use options::DatabaseOptions;

/// The name of the database connection that every new tenant has.
pub const DEFAULT_DATABASE: &str = "Username-Password-Authentication";

/// Where the users of a connection come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// Users with passwords, kept here (`auth0` on the wire).
    Database(DatabaseOptions),
}

impl Strategy {
    /// The strategies that exist here, by their names on the wire.
    pub const NAMES: [&'static str; 1] = ["auth0"];

    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Strategy::Database(_) => "auth0",
        }
    }

    /// The group the log names (`strategy_type`).
    #[must_use]
    pub fn group(&self) -> &'static str {
        match self {
            Strategy::Database(_) => "database",
        }
    }

    /// The options as they were sent.
    #[must_use]
    pub fn options(&self) -> &Map<String, Value> {
        match self {
            Strategy::Database(options) => options.as_json(),
        }
    }
}

/// What every connection may have set besides its options.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionSettings {
    /// What people see instead of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether clients of third parties may use it, where it is switched on for them.
    pub is_domain_connection: bool,
    /// Other names that a login may call it by; absent means its name alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realms: Option<Vec<String>>,
    /// Free texts of the admin's own, at most 10 pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// Whether a login page shows it as a button; a database never is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_as_button: Option<bool>,
    /// Whether people may log in through it at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Purpose>,
    /// Whether people may join accounts of it to theirs, which nothing offers yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_accounts: Option<Purpose>,
}

/// Whether a connection serves a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// It does.
    pub active: bool,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id, `con_…`.
    pub id: ConnectionId,
    /// Its name, unique in the tenant, never changed.
    pub name: String,
    /// Its kind, never changed, and the settings of that kind.
    pub strategy: Strategy,
    /// Its other settings.
    pub settings: ConnectionSettings,
    /// Counts the changes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Connection {
    /// A connection as it is when nothing else was said about it.
    #[must_use]
    pub fn new(id: ConnectionId, name: &str, strategy: Strategy, created_at: Timestamp) -> Self {
        let settings = ConnectionSettings::default();
        Self { id, name: name.to_owned(), strategy, settings, version: 1, created_at }
    }

    /// The names that a login may call it by (`realm`).
    #[must_use]
    pub fn realms(&self) -> Vec<&str> {
        match &self.settings.realms {
            Some(realms) => realms.iter().map(String::as_str).collect(),
            None => vec![&self.name],
        }
    }

    /// Whether a login that names `realm` means this connection: by its name, or by one of its realms.
    #[must_use]
    pub fn answers_to(&self, realm: &str) -> bool {
        self.name == realm || self.realms().contains(&realm)
    }

    /// Whether people may log in to `client` through it, where it is switched on for that client.
    /// Whoever runs a tenant says for each connection whether third parties may learn who its people
    /// are; a switch that came with a new client does not say so.
    #[must_use]
    pub fn may_serve(&self, client: &Client) -> bool {
        let is_open = self.settings.authentication.is_none_or(|purpose| purpose.active);
        is_open && (client.settings.is_first_party || self.settings.is_domain_connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::defaults;
    use crate::client::kind::ClientKind;
    use crate::ids::ClientId;

    fn people() -> Connection {
        let id = ConnectionId::parse("con_1").unwrap();
        let strategy = Strategy::Database(DatabaseOptions::default());
        Connection::new(id, "People", strategy, Timestamp::from_seconds(0))
    }

    fn client(is_first_party: bool) -> Client {
        let mut settings = defaults::for_people(ClientKind::Spa);
        settings.is_first_party = is_first_party;
        let at = Timestamp::from_seconds(0);
        let id = ClientId::parse("spa").unwrap();
        Client { id, global: false, version: 1, settings, created_at: at, updated_at: at }
    }

    #[test]
    fn a_third_party_may_use_a_connection_of_the_domain_only() {
        let mut people = people();
        assert!(people.may_serve(&client(true)));
        assert!(!people.may_serve(&client(false)));
        people.settings.is_domain_connection = true;
        assert!(people.may_serve(&client(false)));
    }

    #[test]
    fn a_connection_that_is_not_for_logging_in_serves_nobody() {
        let mut people = people();
        people.settings.is_domain_connection = true;
        people.settings.authentication = Some(Purpose { active: false });
        assert!(!people.may_serve(&client(true)) && !people.may_serve(&client(false)));
        people.settings.authentication = Some(Purpose { active: true });
        assert!(people.may_serve(&client(true)));
    }

    #[test]
    fn a_realm_is_the_name_or_one_of_the_list() {
        let mut people = people();
        assert_eq!(people.realms(), ["People"]);
        assert!(people.answers_to("People") && !people.answers_to("people"));
        people.settings.realms = Some(vec!["staff".to_owned(), "acme".to_owned()]);
        assert!(people.answers_to("People") && people.answers_to("acme"));
        assert!(!people.answers_to("Staff"));
    }

    #[test]
    fn settings_survive_the_store_and_an_older_row_has_none() {
        assert_eq!(serde_json::from_str::<ConnectionSettings>("{}").unwrap(), people().settings);
        let settings = ConnectionSettings {
            display_name: Some("Staff".to_owned()),
            is_domain_connection: true,
            realms: Some(Vec::new()),
            metadata: Some(Map::new()),
            show_as_button: Some(false),
            authentication: Some(Purpose { active: true }),
            connected_accounts: Some(Purpose { active: false }),
        };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<ConnectionSettings>(&text).unwrap(), settings);
    }
}
