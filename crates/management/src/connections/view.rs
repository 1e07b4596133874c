//! A connection as the API shows it.
//!
//! A pure function; `options` are given back as they were sent. Source: the Management API's
//! `connections`, field order included.

use doorward_engine::connections::ShownConnection;
use serde_json::{Map, Value, json};

/// A connection with everything.
pub(crate) fn connection(shown: &ShownConnection) -> Map<String, Value> {
    let connection = &shown.connection;
    let settings = &connection.settings;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("id", json!(connection.id));
    put("options", Value::Object(connection.strategy.options().clone()));
    put("strategy", json!(connection.strategy.name()));
    put("name", json!(connection.name));
    if let Some(name) = &settings.display_name {
        put("display_name", json!(name));
    }
    put("is_domain_connection", json!(settings.is_domain_connection));
    if let Some(shows) = settings.show_as_button {
        put("show_as_button", json!(shows));
    }
    put("realms", json!(connection.realms()));
    if let Some(pairs) = &settings.metadata {
        put("metadata", json!(pairs));
    }
    for (name, purpose) in
        [("authentication", settings.authentication), ("connected_accounts", settings.connected_accounts)]
    {
        if let Some(purpose) = purpose {
            put(name, json!(purpose));
        }
    }
    put("enabled_clients", json!(shown.enabled_clients));
    object
}

#[cfg(test)]
mod tests {
    use doorward_model::connection::{Connection, DatabaseOptions, Purpose, Strategy};
    use doorward_model::ids::{ClientId, ConnectionId};
    use doorward_model::time::Timestamp;

    use super::*;

    fn shown() -> ShownConnection {
        let id = ConnectionId::parse("con_1").unwrap();
        let strategy = Strategy::Database(DatabaseOptions::default());
        let connection = Connection::new(id, "People", strategy, Timestamp::from_seconds(0));
        ShownConnection { connection, enabled_clients: vec![ClientId::parse("app").unwrap()] }
    }

    #[test]
    fn a_bare_connection_has_what_every_one_has() {
        assert_eq!(
            Value::Object(connection(&shown())),
            json!({
                "id": "con_1", "options": { "brute_force_protection": true }, "strategy": "auth0",
                "name": "People", "is_domain_connection": false, "realms": ["People"],
                "enabled_clients": ["app"],
            })
        );
    }

    #[test]
    fn what_was_set_is_shown() {
        let mut full = shown();
        let settings = &mut full.connection.settings;
        settings.display_name = Some("Staff".into());
        settings.is_domain_connection = true;
        settings.realms = Some(vec!["crew".into()]);
        settings.metadata = Some(Map::new());
        settings.show_as_button = Some(false);
        settings.authentication = Some(Purpose { active: true });
        settings.connected_accounts = Some(Purpose { active: false });
        let stored = serde_json::to_value(&*settings).unwrap();
        let shown = connection(&full);
        for (name, value) in stored.as_object().unwrap() {
            assert_eq!(shown.get(name), Some(value), "{name}");
        }
    }
}
