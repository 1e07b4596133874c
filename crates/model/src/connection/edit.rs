//! Making and changing a connection.
//!
//! Owns what a body may say, its bounds, and how it is applied. A name and a strategy are said once,
//! when the connection is made. Must not know who asks, nor which clients exist.
//!
//! Source: the Management API's `POST /connections` and `PATCH /connections/{id}`.

use serde_json::{Map, Value};

use super::{ConnectionSettings, DatabaseOptions, Purpose, Strategy};
use crate::fields::{FieldError, FieldErrors};
use crate::ids::ClientId;
use crate::json::{Object, always, flag, not_offered, nullable, object, text, texts, unknown, wrong_type};
use crate::patch::Patch;

/// The longest name, display name, and realm, in characters.
const MAX_NAME: usize = 128;
/// The greatest number of realms.
const MAX_REALMS: usize = 50;
/// The greatest number of metadata pairs.
const MAX_METADATA: usize = 10;
/// The longest metadata key and value, in characters.
const MAX_METADATA_TEXT: usize = 255;

/// A connection that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    /// Its name.
    pub name: String,
    /// Its kind, with the options of that kind.
    pub strategy: Strategy,
    /// What else was said.
    pub settings: ConnectionSettings,
    /// The clients that it is to be switched on for, where the body says so.
    pub enabled_clients: Option<Vec<ClientId>>,
}

/// What a change says about each setting. The fields are those of [`ConnectionSettings`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented where it is kept, in ConnectionSettings")]
pub struct ConnectionPatch {
    pub options: Patch<DatabaseOptions>,
    pub display_name: Patch<String>,
    pub is_domain_connection: Patch<bool>,
    pub realms: Patch<Vec<String>>,
    pub metadata: Patch<Map<String, Value>>,
    pub show_as_button: Patch<bool>,
    pub authentication: Patch<Purpose>,
    pub connected_accounts: Patch<Purpose>,
    /// The clients that it is switched on for from now on, and no others.
    pub enabled_clients: Option<Vec<ClientId>>,
}

impl NewConnection {
    /// Reads the body of a new connection.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = ConnectionPatch::default();
        let (mut the_name, mut is_database) = (None, false);
        for (key, value) in body {
            match key.as_str() {
                "name" => the_name = name(value, &mut errors),
                "strategy" => is_database = strategy(value, &mut errors),
                key => read(&mut patch, key, value, &mut errors),
            }
        }
        for required in ["name", "strategy"] {
            if !body.contains_key(required) {
                errors.push(FieldError::new(required, "required", "A new connection needs this."));
            }
        }
        let enabled_clients = patch.enabled_clients.take();
        let mut strategy = Strategy::Database(DatabaseOptions::default());
        let mut settings = ConnectionSettings::default();
        patch.apply(&mut strategy, &mut settings);
        let (Some(name), true) = (the_name, is_database) else { return Err(errors) };
        errors.into_result(Self { name, strategy, settings, enabled_clients })
    }
}

impl ConnectionPatch {
    /// Reads the body of a change.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = Self::default();
        for (key, value) in body {
            match key.as_str() {
                "name" | "strategy" => {
                    let text =
                        "This was said when the connection was made and is never changed. Leave it out.";
                    errors.push(FieldError::new(key, "additional_properties", text));
                }
                key => read(&mut patch, key, value, &mut errors),
            }
        }
        errors.into_result(patch)
    }

    /// Applies the change. Options are replaced as a whole.
    pub fn apply(self, strategy: &mut Strategy, settings: &mut ConnectionSettings) {
        let Strategy::Database(options) = strategy;
        self.options.apply_or(options, DatabaseOptions::default());
        self.display_name.apply(&mut settings.display_name);
        self.is_domain_connection.apply_or(&mut settings.is_domain_connection, false);
        self.realms.apply(&mut settings.realms);
        self.metadata.apply(&mut settings.metadata);
        self.show_as_button.apply(&mut settings.show_as_button);
        self.authentication.apply(&mut settings.authentication);
        self.connected_accounts.apply(&mut settings.connected_accounts);
    }
}

fn read(patch: &mut ConnectionPatch, p: &str, value: &Value, errors: &mut FieldErrors) {
    match p {
        "options" => patch.options = always(DatabaseOptions::read(value, errors)),
        "display_name" => patch.display_name = nullable(value, |v| short_text(v, p, errors)),
        "is_domain_connection" => patch.is_domain_connection = always(flag(value, p, errors)),
        "realms" => patch.realms = nullable(value, |v| realms(v, errors)),
        "metadata" => patch.metadata = nullable(value, |v| metadata(v, errors)),
        "show_as_button" => patch.show_as_button = nullable(value, |v| flag(v, p, errors)),
        "authentication" => patch.authentication = nullable(value, |v| purpose(v, p, errors)),
        "connected_accounts" => {
            patch.connected_accounts = nullable(value, |v| purpose(v, p, errors));
            if patch.connected_accounts == Patch::Set(Purpose { active: true }) {
                let text = "People cannot join accounts to theirs here yet. Use false.";
                errors.push(FieldError::new("connected_accounts.active", "enum", text));
            }
        }
        "enabled_clients" => patch.enabled_clients = clients(value, errors),
        // What the original offers besides and is not built yet: it may be said to be off.
        "cross_app_access_requesting_app" | "cross_app_access_resource_app" => off(value, p, errors),
        _ => errors.push(unknown(p)),
    }
}

/// Reads that something is not in use: null, false, or an object of which nothing is on.
fn off(value: &Value, path: &str, errors: &mut FieldErrors) {
    let is_off = match value {
        Value::Object(members) => {
            members.values().all(|member| matches!(member, Value::Null | Value::Bool(false)))
        }
        other => matches!(other, Value::Null | Value::Bool(false)),
    };
    if !is_off {
        errors.push(not_offered(path));
    }
}

/// Letters and digits, with single hyphens between them.
fn name(value: &Value, errors: &mut FieldErrors) -> Option<String> {
    let name = short_text(value, "name", errors)?;
    let is_fine =
        name.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !is_fine {
        let text = "A name holds letters and digits, and single hyphens between them.";
        errors.push(FieldError::new("name", "pattern", text));
    }
    is_fine.then_some(name)
}

fn strategy(value: &Value, errors: &mut FieldErrors) -> bool {
    let Some(word) = text(value, "strategy", errors) else { return false };
    let is_known = Strategy::NAMES.contains(&word.as_str());
    if !is_known {
        let names = Strategy::NAMES.join(", ");
        let text = format!(
            "Connections of this strategy do not exist here yet. Use: {names} (a database of users)."
        );
        errors.push(FieldError::new("strategy", "enum", text));
    }
    is_known
}

/// A text that is neither empty nor longer than a name.
fn short_text(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<String> {
    let text = text(value, path, errors)?;
    let (rule, problem) = match text.chars().count() {
        0 => ("min_length", "This is empty. Enter at least one character.".to_owned()),
        1..=MAX_NAME => return Some(text),
        _ => ("max_length", format!("Use at most {MAX_NAME} characters.")),
    };
    errors.push(FieldError::new(path, rule, problem));
    None
}

fn realms(value: &Value, errors: &mut FieldErrors) -> Option<Vec<String>> {
    let listed = texts(value, "realms", errors)?;
    if listed.len() > MAX_REALMS {
        errors.push(FieldError::new("realms", "max_length", format!("Use at most {MAX_REALMS} realms.")));
        return None;
    }
    let read = |(at, realm): (usize, &String)| {
        short_text(&Value::from(realm.as_str()), &format!("realms.{at}"), errors)
    };
    let realms: Vec<String> = listed.iter().enumerate().filter_map(read).collect();
    (realms.len() == listed.len()).then_some(realms)
}

fn metadata(value: &Value, errors: &mut FieldErrors) -> Option<Map<String, Value>> {
    let pairs = object(value, "metadata", errors)?;
    let known = errors.all().len();
    if pairs.len() > MAX_METADATA {
        errors.push(FieldError::new("metadata", "maximum", format!("Use at most {MAX_METADATA} pairs.")));
    }
    for (key, value) in pairs {
        // The key goes into the path only as far as it is one; a stranger's text stays short.
        let path = format!("metadata.{}", key.chars().take(MAX_METADATA_TEXT).collect::<String>());
        let too_long = |text: &str| text.chars().count() > MAX_METADATA_TEXT;
        match value.as_str() {
            None => errors.push(wrong_type(&path, "a text")),
            Some(value) if too_long(key) || too_long(value) => {
                let text = format!("Use at most {MAX_METADATA_TEXT} characters for key and value.");
                errors.push(FieldError::new(path, "max_length", text));
            }
            Some(_) => {}
        }
    }
    (errors.all().len() == known).then(|| pairs.clone())
}

fn purpose(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Purpose> {
    let members = object(value, path, errors)?;
    let mut active = None;
    for (key, value) in members {
        let inner = format!("{path}.{key}");
        match key.as_str() {
            "active" => active = flag(value, &inner, errors),
            _ => errors.push(unknown(&inner)),
        }
    }
    if !members.contains_key("active") {
        errors.push(FieldError::new(format!("{path}.active"), "required", "Say true or false here."));
    }
    active.map(|active| Purpose { active })
}

fn clients(value: &Value, errors: &mut FieldErrors) -> Option<Vec<ClientId>> {
    let listed = texts(value, "enabled_clients", errors)?;
    let read = |(at, text): (usize, &String)| {
        let id = ClientId::parse(text);
        if let Err(error) = &id {
            let text = format!("This is no client id: {error}.");
            errors.push(FieldError::new(format!("enabled_clients.{at}"), "pattern", text));
        }
        id.ok()
    };
    let ids: Vec<ClientId> = listed.iter().enumerate().filter_map(read).collect();
    (ids.len() == listed.len()).then_some(ids)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: Value) -> Object {
        let Value::Object(body) = value else { panic!("an object is wanted") };
        body
    }

    fn findings(errors: &FieldErrors) -> Vec<String> {
        errors.all().iter().map(|error| format!("{} {}", error.path, error.rule)).collect()
    }

    fn new(value: Value) -> Result<NewConnection, Vec<String>> {
        NewConnection::from_json(&body(value)).map_err(|errors| findings(&errors))
    }

    fn change(value: Value) -> Result<ConnectionPatch, Vec<String>> {
        ConnectionPatch::from_json(&body(value)).map_err(|errors| findings(&errors))
    }

    #[test]
    fn a_connection_needs_a_name_and_a_strategy_that_exists() {
        let made = new(json!({ "name": "Staff", "strategy": "auth0" })).unwrap();
        assert_eq!((made.name.as_str(), made.strategy.name()), ("Staff", "auth0"));
        assert_eq!(made.settings, ConnectionSettings::default());
        assert_eq!(made.enabled_clients, None);
        assert_eq!(new(json!({})), Err(vec!["name required".into(), "strategy required".into()]));
        for strategy in ["google-oauth2", "samlp", "AUTH0", ""] {
            assert_eq!(new(json!({ "name": "a", "strategy": strategy })), Err(vec!["strategy enum".into()]));
        }
    }

    #[test]
    fn the_refusal_of_a_strategy_names_what_exists() {
        let refused =
            NewConnection::from_json(&body(json!({ "name": "a", "strategy": "samlp" }))).unwrap_err();
        assert!(refused.to_string().contains("auth0"), "{refused}");
    }

    #[test]
    fn a_name_is_made_of_letters_digits_and_single_hyphens() {
        let longest = "x".repeat(128);
        for good in ["a", "7", "Username-Password-Authentication", "a-1-b", &longest] {
            assert!(new(json!({ "name": good, "strategy": "auth0" })).is_ok(), "{good}");
        }
        for bad in ["-a", "a-", "a--b", "a b", "a_b", "é", "con_1"] {
            let refused = new(json!({ "name": bad, "strategy": "auth0" }));
            assert_eq!(refused, Err(vec!["name pattern".into()]), "{bad}");
        }
        for (bad, rule) in
            [(json!(""), "min_length"), (json!("x".repeat(129)), "max_length"), (json!(null), "type")]
        {
            let refused = new(json!({ "name": bad, "strategy": "auth0" }));
            assert_eq!(refused, Err(vec![format!("name {rule}")]));
        }
    }

    #[test]
    fn a_name_and_a_strategy_are_never_changed() {
        let refused = change(json!({ "name": "b", "strategy": "auth0" }));
        let both = ["name additional_properties", "strategy additional_properties"];
        assert_eq!(refused, Err(both.map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_is_not_built_may_be_said_to_be_off() {
        for name in ["cross_app_access_requesting_app", "cross_app_access_resource_app"] {
            for off in [json!(null), json!(false), json!({}), json!({ "active": false, "status": null })] {
                assert_eq!(change(json!({ name: off })), Ok(ConnectionPatch::default()), "{name} {off}");
            }
            for on in [json!(true), json!({ "active": true }), json!({ "status": "enabled" }), json!("on")] {
                assert_eq!(change(json!({ name: on })), Err(vec![format!("{name} enum")]), "{name} {on}");
            }
        }
    }

    #[test]
    fn all_that_is_wrong_is_found_at_once() {
        let longest = "x".repeat(256);
        let sent = json!({
            "display_name": "", "is_domain_connection": null, "realms": ["a", ""], "toaster": 1,
            "metadata": { "a": 1, "b": longest }, "show_as_button": "no", "authentication": { "on": true },
            "connected_accounts": { "active": true }, "enabled_clients": ["good", "b d"],
        });
        let mut expected = vec![
            "authentication.active required",
            "authentication.on additional_properties",
            "connected_accounts.active enum",
            "display_name min_length",
            "enabled_clients.1 pattern",
            "is_domain_connection type",
            "metadata.a type",
            "metadata.b max_length",
            "realms.1 min_length",
            "show_as_button type",
            "toaster additional_properties",
        ];
        expected.sort_unstable();
        let mut found = change(sent).unwrap_err();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_change_replaces_options_as_a_whole_and_null_clears() {
        let mut strategy = Strategy::Database(DatabaseOptions::default());
        let mut settings =
            ConnectionSettings { display_name: Some("Old".into()), ..ConnectionSettings::default() };
        let first = json!({ "options": { "passwordPolicy": "good" }, "is_domain_connection": true });
        change(first).unwrap().apply(&mut strategy, &mut settings);
        assert_eq!(Value::Object(strategy.options().clone()), json!({ "passwordPolicy": "good" }));
        assert_eq!((settings.display_name.as_deref(), settings.is_domain_connection), (Some("Old"), true));
        change(json!({ "display_name": null, "realms": ["x"] })).unwrap().apply(&mut strategy, &mut settings);
        assert_eq!((settings.display_name, settings.realms), (None, Some(vec!["x".to_owned()])));
        assert_eq!(Value::Object(strategy.options().clone()), json!({ "passwordPolicy": "good" }));
    }
}
