//! The options of a database connection: kept as they were sent, read where something acts on them.
//!
//! Owns which members are known, what they may hold, and what a missing one means. A member that is
//! not known is kept and given back, because the original's `options` are open; one that would need
//! what does not exist here, or that holds a secret, is refused in words. Must not know how anything
//! is acted upon.
//!
//! Source: the Management API's `connections` (`options` of `auth0`).

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::password::{PasswordPolicy, PasswordRules};
use crate::fields::{FieldError, FieldErrors};
use crate::json::{Object, flag, object, one_of, text, texts, wrong_type};

/// The bounds of `password_complexity_options.min_length`.
const MIN_LENGTH: RangeInclusive<u64> = 1..=128;
/// The bounds of `password_history.size`.
const HISTORY: RangeInclusive<u64> = 1..=24;
/// The bounds of a user name's length.
const USERNAME: RangeInclusive<u64> = 1..=128;
/// How many words a dictionary of bad passwords has at most, and how long each may be.
const WORDS: usize = 200;
const WORD: usize = 50;

/// Settings of a database connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseOptions(Map<String, Value>);

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self(Map::from_iter([("brute_force_protection".to_owned(), json!(true))]))
    }
}

impl DatabaseOptions {
    /// Reads the options of a new or changed connection; nothing when something is wrong with them.
    pub fn read(value: &Value, errors: &mut FieldErrors) -> Option<Self> {
        let members = object(value, "options", errors)?;
        let known = errors.all().len();
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            check(name, value, errors);
        }
        (errors.all().len() == known).then(|| Self(members.clone()))
    }

    /// The options as they were sent.
    #[must_use]
    pub fn as_json(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Whether repeated wrong passwords lock an account for a while; they do unless it is switched off.
    #[must_use]
    pub fn brute_force_protection(&self) -> bool {
        self.0.get("brute_force_protection").and_then(Value::as_bool).unwrap_or(true)
    }

    /// What new passwords must be.
    #[must_use]
    pub fn password_rules(&self) -> PasswordRules {
        let policy = self.0.get("passwordPolicy").and_then(Value::as_str).and_then(PasswordPolicy::parse);
        let length = self.0.get("password_complexity_options").and_then(|options| options.get("min_length"));
        let length = length.and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
        let mut rules = PasswordRules::new(policy, length);
        if let Some(dictionary) = self.switched_on("password_dictionary") {
            let words = dictionary.get("dictionary").and_then(Value::as_array).into_iter().flatten();
            rules = rules.without_words(words.filter_map(Value::as_str).map(str::to_owned).collect());
        }
        if self.switched_on("password_no_personal_info").is_some() {
            rules = rules.without_personal_words();
        }
        rules
    }

    /// A member that has a switch, when that is on.
    fn switched_on(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|member| member.get("enable").and_then(Value::as_bool) == Some(true))
    }
}

fn check(name: &str, value: &Value, errors: &mut FieldErrors) {
    let path = format!("options.{name}");
    let p = path.as_str();
    match name {
        "brute_force_protection"
        | "disable_signup"
        | "requires_username"
        | "disable_self_service_change_password"
        | "realm_fallback"
        | "enable_script_context" => {
            flag(value, p, errors);
        }
        "passwordPolicy" => {
            let word = text(value, p, errors);
            let names = PasswordPolicy::ALL.map(PasswordPolicy::as_str);
            word.and_then(|word| one_of(PasswordPolicy::parse(&word), p, &names, errors));
        }
        "password_complexity_options" => {
            members(value, p, errors, |name, value, p, errors| {
                if name == "min_length" {
                    number(value, p, &MIN_LENGTH, errors);
                }
            });
        }
        "password_history" => members(value, p, errors, history),
        "password_no_personal_info" => members(value, p, errors, switch),
        "password_dictionary" => members(value, p, errors, dictionary),
        "validation" => members(value, p, errors, validation),
        "mfa" => members(value, p, errors, |_, value, p, errors| {
            flag(value, p, errors);
        }),
        "customScripts" => members(value, p, errors, |_, value, p, errors| {
            text(value, p, errors);
        }),
        "non_persistent_attrs" => {
            texts(value, p, errors);
        }
        "enabledDatabaseCustomization" | "import_mode" => not_run(value, p, errors),
        "configuration" | "gateway_authentication" => no_secrets(value, p, errors),
        _ => {}
    }
}

/// Looks at each member of an object; null is a member that is not there.
fn members(
    value: &Value,
    path: &str,
    errors: &mut FieldErrors,
    check: impl Fn(&str, &Value, &str, &mut FieldErrors),
) {
    let Some(members) = object(value, path, errors) else { return };
    for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        check(name, value, &format!("{path}.{name}"), errors);
    }
}

fn switch(name: &str, value: &Value, path: &str, errors: &mut FieldErrors) {
    if name == "enable" {
        flag(value, path, errors);
    }
}

fn history(name: &str, value: &Value, path: &str, errors: &mut FieldErrors) {
    if name == "enable" && flag(value, path, errors) == Some(true) {
        let text =
            "Earlier passwords are not kept here, so that nothing could be compared with them. Use false.";
        errors.push(FieldError::new(path, "enum", text));
    }
    if name == "size" {
        number(value, path, &HISTORY, errors);
    }
}

fn dictionary(name: &str, value: &Value, path: &str, errors: &mut FieldErrors) {
    switch(name, value, path, errors);
    if name != "dictionary" {
        return;
    }
    let Some(words) = texts(value, path, errors) else { return };
    if words.len() > WORDS {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {WORDS} words.")));
    }
    for (at, _) in words.iter().enumerate().filter(|(_, word)| word.chars().count() > WORD) {
        let text = format!("Use at most {WORD} characters.");
        errors.push(FieldError::new(format!("{path}.{at}"), "max_length", text));
    }
}

fn validation(name: &str, value: &Value, path: &str, errors: &mut FieldErrors) {
    if name == "username" {
        members(value, path, errors, |name, value, path, errors| {
            if matches!(name, "min" | "max") {
                number(value, path, &USERNAME, errors);
            }
        });
    }
}

fn number(value: &Value, path: &str, range: &RangeInclusive<u64>, errors: &mut FieldErrors) {
    // 8 and 8.0 are the same number in JSON.
    let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0) else {
        errors.push(wrong_type(path, "a whole number"));
        return;
    };
    let is_in = value.as_u64().is_some_and(|number| range.contains(&number));
    if !is_in {
        let (least, most) = (range.start(), range.end());
        let rule = if number < 1.0 { "minimum" } else { "maximum" };
        errors.push(FieldError::new(path, rule, format!("Use a whole number from {least} to {most}.")));
    }
}

fn not_run(value: &Value, path: &str, errors: &mut FieldErrors) {
    if flag(value, path, errors) == Some(true) {
        let text = "Scripts that ask another database are not run here: users would not be found. Use false.";
        errors.push(FieldError::new(path, "enum", text));
    }
}

fn no_secrets(value: &Value, path: &str, errors: &mut FieldErrors) {
    if object(value, path, errors).is_some_and(|members: &Object| !members.is_empty()) {
        let text = "These are secrets of scripts, and scripts are not run here. Leave them out.";
        errors.push(FieldError::new(path, "max_length", text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<DatabaseOptions, Vec<String>> {
        let mut errors = FieldErrors::default();
        let options = DatabaseOptions::read(value, &mut errors);
        let found = errors.all().iter().map(|error| format!("{} {}", error.path, error.rule)).collect();
        options.ok_or(found)
    }

    #[test]
    fn options_are_given_back_to_the_letter_unknown_ones_too() {
        let sent = json!({
            "passwordPolicy": "good", "password_complexity_options": { "min_length": 12, "later": 1 },
            "attributes": { "email": { "identifier": { "active": true } } }, "strategy_version": 2,
            "passkey_options": null, "mfa": { "active": true }, "configuration": {}, "import_mode": false,
        });
        let options = read(&sent).unwrap();
        assert_eq!(&Value::Object(options.as_json().clone()), &sent);
        let stored = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<DatabaseOptions>(&stored).unwrap(), options);
    }

    #[test]
    fn accounts_are_protected_unless_that_is_switched_off() {
        for (sent, protected) in [
            (json!({}), true),
            (json!({ "brute_force_protection": null }), true),
            (json!({ "brute_force_protection": true }), true),
            (json!({ "brute_force_protection": false }), false),
        ] {
            assert_eq!(read(&sent).unwrap().brute_force_protection(), protected, "{sent}");
        }
        assert!(DatabaseOptions::default().brute_force_protection());
    }

    #[test]
    fn known_members_have_types_words_and_bounds() {
        for (sent, finding) in [
            (json!([]), "options type"),
            (json!({ "brute_force_protection": "yes" }), "options.brute_force_protection type"),
            (json!({ "passwordPolicy": "best" }), "options.passwordPolicy enum"),
            (json!({ "passwordPolicy": 1 }), "options.passwordPolicy type"),
            (
                json!({ "password_complexity_options": { "min_length": 0 } }),
                "options.password_complexity_options.min_length minimum",
            ),
            (
                json!({ "password_complexity_options": { "min_length": 129 } }),
                "options.password_complexity_options.min_length maximum",
            ),
            (
                json!({ "password_complexity_options": { "min_length": 8.5 } }),
                "options.password_complexity_options.min_length type",
            ),
            (json!({ "password_history": { "size": 25 } }), "options.password_history.size maximum"),
            (
                json!({ "password_dictionary": { "dictionary": ["x".repeat(51)] } }),
                "options.password_dictionary.dictionary.0 max_length",
            ),
            (
                json!({ "password_dictionary": { "dictionary": vec!["x"; 201] } }),
                "options.password_dictionary.dictionary max_length",
            ),
            (
                json!({ "password_no_personal_info": { "enable": 1 } }),
                "options.password_no_personal_info.enable type",
            ),
            (
                json!({ "validation": { "username": { "max": 1e300 } } }),
                "options.validation.username.max maximum",
            ),
            (json!({ "non_persistent_attrs": "x" }), "options.non_persistent_attrs type"),
        ] {
            assert_eq!(read(&sent), Err(vec![finding.to_owned()]), "{sent}");
        }
    }

    #[test]
    fn what_could_not_be_acted_upon_is_refused_and_not_pretended() {
        assert_eq!(
            read(&json!({ "enabledDatabaseCustomization": true, "import_mode": true })),
            Err(vec!["options.enabledDatabaseCustomization enum".into(), "options.import_mode enum".into()])
        );
        assert_eq!(
            read(&json!({ "password_history": { "enable": true, "size": 5 } })),
            Err(vec!["options.password_history.enable enum".into()])
        );
        assert!(read(&json!({ "password_history": { "enable": false, "size": 5 } })).is_ok());
    }

    #[test]
    fn secrets_are_not_kept_in_the_clear() {
        assert_eq!(
            read(&json!({ "configuration": { "API_KEY": "hush" } })),
            Err(vec!["options.configuration max_length".into()])
        );
    }
}
