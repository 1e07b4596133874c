//! Covering what names a person before an event leaves the house.
//!
//! Pure functions on the record as it would be sent. Each chosen kind of fact is covered wherever it
//! stands in the record, under every name it goes by; addresses of email also inside of sentences. `name` is
//! the name of a person only where the record says so: clients and connections have names, too.
//!
//! Source: `pii_config` of `/api/v2/log-streams`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::xxhash::xxh64;
use crate::fields::{FieldError, FieldErrors};
use crate::json;

/// What stands in the place of a covered text.
pub const COVER: &str = "****";
const ALGORITHM: &str = "xxhash";

/// A kind of fact about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PiiField {
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// The name at a connection, or what was typed for it.
    Username,
    /// The address of email.
    Email,
    /// The number of a telephone.
    Phone,
    /// Where somebody lives.
    Address,
}

impl PiiField {
    /// All of them.
    pub const ALL: [PiiField; 6] = [
        PiiField::FirstName,
        PiiField::LastName,
        PiiField::Username,
        PiiField::Email,
        PiiField::Phone,
        PiiField::Address,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            PiiField::FirstName => "first_name",
            PiiField::LastName => "last_name",
            PiiField::Username => "username",
            PiiField::Email => "email",
            PiiField::Phone => "phone",
            PiiField::Address => "address",
        }
    }

    /// Whether it is a part of what somebody is called in full.
    const fn is_of_a_name(self) -> bool {
        matches!(self, PiiField::FirstName | PiiField::LastName | PiiField::Username)
    }

    /// The names that such a fact has in records. What was typed as the name of a user may be any name of theirs.
    const fn names(self) -> &'static [&'static str] {
        match self {
            PiiField::FirstName => &["first_name", "given_name", "firstName", "user_name"],
            PiiField::LastName => &["last_name", "family_name", "lastName", "user_name"],
            PiiField::Username => &["username", "user_name", "preferred_username", "nickname"],
            PiiField::Email => &["email", "new_email", "email_address"],
            PiiField::Phone => &["phone", "phone_number", "phoneNumber"],
            PiiField::Address => &["address", "street_address"],
        }
    }
}

/// How a fact is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PiiMethod {
    /// By [`COVER`].
    Mask,
    /// By its hash, so that events of one person can still be told together.
    Hash,
}

/// What is covered, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PiiConfig {
    /// The kinds of facts.
    pub fields: Vec<PiiField>,
    /// How.
    pub method: PiiMethod,
}

impl PiiConfig {
    /// Reads `pii_config`.
    pub(super) fn read(value: &Value, errors: &mut FieldErrors) -> Option<Self> {
        let object = json::object(value, "pii_config", errors)?;
        let (mut fields, mut method) = (None, PiiMethod::Mask);
        for (name, value) in object {
            let path = format!("pii_config.{name}");
            match name.as_str() {
                "log_fields" => fields = kinds(value, &path, errors),
                "method" => {
                    let read = match value.as_str() {
                        Some("mask") => Some(PiiMethod::Mask),
                        Some("hash") => Some(PiiMethod::Hash),
                        _ => None,
                    };
                    method = json::one_of(read, &path, &["mask", "hash"], errors)?;
                }
                "algorithm" => {
                    let known = value.as_str().filter(|text| *text == ALGORITHM);
                    json::one_of(known, &path, &[ALGORITHM], errors)?;
                }
                _ => errors.push(json::unknown(&path)),
            }
        }
        if !object.contains_key("log_fields") {
            let text = "Say which facts are covered.";
            errors.push(FieldError::new("pii_config.log_fields", "required", text));
        }
        Some(Self { fields: fields?, method })
    }

    /// Reads what [`PiiConfig::to_json`] wrote.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(value: &Value) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        match Self::read(value, &mut errors) {
            Some(config) => errors.into_result(config),
            None => Err(errors),
        }
    }

    /// As the API shows it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let fields: Vec<&str> = self.fields.iter().map(|field| field.as_str()).collect();
        match self.method {
            PiiMethod::Mask => json!({ "log_fields": fields, "method": "mask" }),
            PiiMethod::Hash => json!({ "log_fields": fields, "method": "hash", "algorithm": ALGORITHM }),
        }
    }

    /// Covers the chosen facts of a record.
    ///
    /// ```
    /// use doorward_model::stream::pii::{PiiConfig, PiiField, PiiMethod};
    /// let config = PiiConfig { fields: vec![PiiField::Email], method: PiiMethod::Mask };
    /// let mut record = serde_json::json!({ "description": "ada@example.com was unlocked" });
    /// config.cover(record.as_object_mut().unwrap());
    /// assert_eq!(record["description"], "**** was unlocked");
    /// ```
    pub fn cover(&self, record: &mut Map<String, Value>) {
        let path = record.get("details").and_then(|details| details.get("request")?.get("path")?.as_str());
        let is_about_users = path.is_some_and(is_about_users);
        self.cover_members(record, Place { is_about_users, is_person: false });
    }

    fn cover_members(&self, members: &mut Map<String, Value>, place: Place) {
        let is_person = place.is_person || is_person(members);
        for (name, value) in members {
            let is_fact = self.fields.iter().any(|field| {
                field.names().contains(&name.as_str())
                    || (name == "name" && is_person && field.is_of_a_name())
            });
            if is_fact {
                self.cover_whole(value);
            } else {
                let leads_to_person = name == "user" || (name == "body" && place.is_about_users);
                self.cover_within(value, Place { is_person: place.is_person || leads_to_person, ..place });
            }
        }
    }

    fn cover_whole(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.covered(text),
            Value::Number(number) => *value = Value::String(self.covered(&number.to_string())),
            Value::Array(items) => items.iter_mut().for_each(|item| self.cover_whole(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.cover_whole(member)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn cover_within(&self, value: &mut Value, place: Place) {
        match value {
            Value::String(text) if self.fields.contains(&PiiField::Email) && text.contains(['@', '%']) => {
                *text = self.without_addresses(text);
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.cover_within(item, place)),
            Value::Object(members) => self.cover_members(members, place),
            _ => {}
        }
    }

    /// A sentence whose words with an `@` inside, percent-encoded or not, are covered.
    fn without_addresses(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || "@.!#$%&'*+/=?^_`{|}~-".contains(c);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let length = rest[start..].find(|c| !is_part(c)).unwrap_or(rest.len() - start);
            let (before, word) = (&rest[..start], &rest[start..start + length]);
            rest = &rest[start + length..];
            out.push_str(before);
            let address = word.trim_end_matches(['.', '!', '?', '\'']);
            let plain = decoded(address);
            if plain.trim_matches('@').contains('@') {
                out.push_str(&self.covered(&plain));
                out.push_str(&word[address.len()..]);
            } else {
                out.push_str(word);
            }
        }
        out + rest
    }

    fn covered(&self, text: &str) -> String {
        match self.method {
            PiiMethod::Mask => COVER.to_owned(),
            PiiMethod::Hash => format!("{:016x}", xxh64(text.as_bytes())),
        }
    }
}

/// How often something is taken to be encoded within itself, so that no stranger makes us decode for long.
const DEPTH: usize = 8;

/// A word of an address without its percent-encoding: what stands inside of an address that stands inside of another
/// is encoded twice.
fn decoded(word: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(word);
    for _ in 0..DEPTH {
        match decoded_once(&text) {
            Some(next) => text = Cow::Owned(next),
            None => break,
        }
    }
    text
}

/// None where nothing is encoded.
fn decoded_once(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let encoded = behind.get(..2).filter(|_| first == b'%').and_then(|pair| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
        });
        bytes.push(encoded.unwrap_or(first));
        rest = if encoded.is_some() { &behind[2..] } else { behind };
    }
    (bytes.len() < text.len()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Where in a record something stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether the record is of a request about users.
    is_about_users: bool,
    /// Whether what is around it is a person.
    is_person: bool,
}

/// Whether an object says that it is a person.
fn is_person(members: &Map<String, Value>) -> bool {
    let kind = members.get("kind").and_then(Value::as_str);
    members.contains_key("user_id") || matches!(kind, Some("user" | "admin"))
}

/// Whether the bodies of a request to that path are about users.
fn is_about_users(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "users" | "users-by-email" | "signup"))
}

fn kinds(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<PiiField>> {
    let words = json::texts(value, path, errors)?;
    let names = PiiField::ALL.map(PiiField::as_str);
    let mut fields = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let field = PiiField::ALL.into_iter().find(|field| field.as_str() == word);
        let field = json::one_of(field, &format!("{path}.{at}"), &names, errors)?;
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    if fields.is_empty() {
        errors.push(FieldError::new(path, "min_items", "Name at least one, or leave pii_config out."));
        return None;
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(fields: &[PiiField], method: PiiMethod, record: Value) -> Value {
        let Value::Object(mut record) = record else { panic!("an object is wanted") };
        PiiConfig { fields: fields.to_vec(), method }.cover(&mut record);
        Value::Object(record)
    }

    #[test]
    fn a_fact_is_covered_wherever_it_stands_and_nothing_else_is() {
        let record = json!({
            "user_name": "ada@example.com",
            "description": "Wrong password for ada@example.com. (3 of 10)",
            "details": { "by": { "email": "owner@example.com", "name": "Owner" }, "list": [["x@y.test!"]], "at": "@home" },
            "count": 3,
        });
        let expected = json!({
            "user_name": "****",
            "description": "Wrong password for ****. (3 of 10)",
            "details": { "by": { "email": "****", "name": "Owner" }, "list": [["****!"]], "at": "@home" },
            "count": 3,
        });
        assert_eq!(covered(&[PiiField::Email], PiiMethod::Mask, record), expected);
        let record =
            json!({ "user_name": "ada", "details": { "phone": 49_151, "address": { "street": "Weg 1" } } });
        let all = covered(&PiiField::ALL, PiiMethod::Mask, record.clone());
        assert_eq!(
            all,
            json!({ "user_name": "****", "details": { "phone": "****", "address": { "street": "****" } } })
        );
        assert_eq!(
            covered(&[PiiField::Phone], PiiMethod::Mask, json!({ "user_name": "ada" }))["user_name"],
            "ada"
        );
    }

    /// As a refused redirect_uri has it: encoded once, or once more inside of another address, in letters of any case.
    #[test]
    fn an_address_is_covered_however_often_it_is_percent_encoded() {
        for at in ["@", "%40", "%2540", "%252540", "%2B%40"] {
            let url = format!("https://shop.test/cb?login=ada{at}example.com&next=/home");
            let record =
                json!({ "details": { "redirect_uri": url, "return_to": format!("ada{at}example.com") } });
            let left = covered(&[PiiField::Email], PiiMethod::Mask, record);
            assert!(!left.to_string().contains("ada"), "{at}: {left}");
            assert!(!left.to_string().contains("example"), "{at}: {left}");
            assert_eq!(left["details"]["return_to"], "****", "{at}");
        }
        let harmless =
            json!({ "url": "https://shop.test/%4a%20b?x=%2f40&y=%25", "text": "40 % off, %40 of it" });
        assert_eq!(covered(&[PiiField::Email], PiiMethod::Mask, harmless.clone()), harmless);
    }

    #[test]
    fn a_hash_is_that_of_the_address_whose_at_sign_was_encoded() {
        let record = json!({ "email": "ada@example.com", "return_to": "ada%40example.com", "twice": "ada%2540example.com" });
        let hashed = covered(&[PiiField::Email], PiiMethod::Hash, record);
        assert_eq!(hashed["return_to"], hashed["email"]);
        assert_eq!(hashed["twice"], hashed["email"]);
    }

    /// As the Management API, a person at the dashboard and a user with a token leave them.
    #[test]
    fn the_name_of_a_person_is_covered_wherever_it_stands_and_that_of_a_thing_is_not() {
        let record = |path: &str, by: &str| {
            json!({
                "user_name": "Ada Lovelace",
                "client_name": "Shop",
                "details": {
                    "by": { "kind": by, "id": "x", "name": "Ada Lovelace" },
                    "request": {
                        "path": path,
                        "auth": { "user": { "user_id": "auth0|1", "name": "Ada Lovelace" } },
                        "body": { "name": "Ada Lovelace", "user_metadata": { "name": "Ada Lovelace" } },
                    },
                    "response": { "body": [{ "name": "Ada Lovelace" }] },
                    "target": { "user_id": "auth0|2", "name": "Ada Lovelace" },
                },
            })
        };
        for fields in
            [&PiiField::ALL[..], &[PiiField::FirstName], &[PiiField::LastName], &[PiiField::Username]]
        {
            for path in ["/api/v2/users", "/api/v2/users/auth0%7C1", "/manage/users/new"] {
                let left = covered(fields, PiiMethod::Mask, record(path, "user"));
                assert!(!left.to_string().contains("Ada"), "{path}: {left}");
                assert_eq!(left["client_name"], "Shop");
            }
        }
        let left = covered(&PiiField::ALL, PiiMethod::Mask, record("/api/v2/clients", "client"));
        assert_eq!(left["details"]["by"]["name"], "Ada Lovelace", "a program has no private name");
        assert_eq!(left["details"]["request"]["body"]["name"], "Ada Lovelace", "nor has a client");
        assert_eq!(left["details"]["request"]["auth"]["user"]["name"], "****");
        assert_eq!(left["details"]["target"]["name"], "****");
        let left = covered(&[PiiField::Email], PiiMethod::Mask, record("/api/v2/users", "user"));
        assert_eq!(left["details"]["by"]["name"], "Ada Lovelace", "it was not chosen");
    }

    #[test]
    fn a_hash_is_the_same_for_the_same_person_wherever_they_are_named() {
        let record = json!({ "email": "ada@example.com", "description": "ada@example.com, bob@example.com" });
        let hashed = covered(&[PiiField::Email], PiiMethod::Hash, record);
        let of_ada = hashed["email"].as_str().unwrap();
        let said = hashed["description"].as_str().unwrap();
        assert!(said.starts_with(of_ada) && !said.ends_with(of_ada), "{said}");
        assert!(!hashed.to_string().contains("example"), "{hashed}");
    }

    #[test]
    fn what_is_no_config_is_refused() {
        for body in [
            json!({}),
            json!({ "log_fields": [] }),
            json!({ "log_fields": ["shoes"] }),
            json!({ "log_fields": ["email"], "method": "burn" }),
            json!({ "log_fields": ["email"], "algorithm": "md5" }),
            json!({ "log_fields": ["email"], "more": 1 }),
            json!(7),
        ] {
            let mut errors = FieldErrors::default();
            PiiConfig::read(&body, &mut errors);
            assert!(!errors.all().is_empty(), "{body}");
        }
    }
}
