//! Settings of a client that are kept as they come: those that few clients have, or that wait for
//! their feature.
//!
//! Owns how they are stored and changed. What each may be stands in [`super::schema`]; a value
//! is never rewritten, so lists keep their order, and empty, null and absent stay apart.
//!
//! Source: the Management API's client object; RFC 7396.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schema::{self, Null};
use crate::json::Object;

/// The setting that lets a server behind the client say whom it asks for.
pub const IP_HEADER_TRUSTED: &str = "is_token_endpoint_ip_header_trusted";
/// The apps that belong to the client.
pub const MOBILE: &str = "mobile";
/// Where a login begins that the client did not begin itself.
pub const INITIATE_LOGIN_URI: &str = "initiate_login_uri";
/// How far a client of a third party is held to the strict rules.
pub const THIRD_PARTY_SECURITY_MODE: &str = "third_party_security_mode";
/// Whether a client of a third party may be the target of redirects that nobody asked for.
pub const REDIRECTION_POLICY: &str = "redirection_policy";
/// Under which address the client is known elsewhere.
pub const EXTERNAL_CLIENT_ID: &str = "external_client_id";
/// Other names of the client, each of which no other client of the tenant has.
pub const ALIASES: &str = "client_aliases";

/// The API that the client is the server of, by its identifier.
pub const RESOURCE_SERVER_IDENTIFIER: &str = "resource_server_identifier";

/// The further settings, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Further(Object);

impl Further {
    /// What is set under a name; null counts as nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; nothing when it is empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// The texts of a list; none where nothing is set.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let entries = self.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        entries.iter().filter_map(Value::as_str)
    }

    /// A switch; off where nothing is set.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// Sets one.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Applies a change that was checked: what it names is replaced as a whole; null clears, or is
    /// kept where null is a value of its own.
    pub(super) fn apply(&mut self, change: Object) {
        for (name, value) in change {
            let keeps_null = schema::further(&name).is_some_and(|field| field.null == Null::Kept);
            if value.is_null() && !keeps_null {
                self.0.shift_remove(&name);
            } else {
                self.0.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn further(value: Value) -> Further {
        serde_json::from_value(value).unwrap()
    }

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("no object: {value}") };
        object
    }

    #[test]
    fn a_value_is_kept_as_it_came() {
        let sent = json!({
            "client_aliases": ["b", "a", "b"], "mobile": { "ios": null, "x": [] }, "par_request_expiry": null,
        });
        let mut kept = Further::default();
        kept.apply(object(sent.clone()));
        assert_eq!(serde_json::to_string(&kept).unwrap(), sent.to_string());
    }

    #[test]
    fn null_clears_except_where_it_says_something() {
        let mut kept = further(json!({ "mobile": {}, "default_organization": {}, "form_template": "x" }));
        kept.apply(object(json!({ "mobile": null, "default_organization": null })));
        assert_eq!(kept, further(json!({ "default_organization": null, "form_template": "x" })));
        assert_eq!(kept.get("default_organization"), None);
    }
}
