//! An object as lines for people: each field under its name, what lies below it dotted.

use serde_json::Value;

/// The fields of an object that hold something, less those that are left out.
pub(super) fn of(object: &Value, left_out: &[&str]) -> Vec<(String, String)> {
    let fields = object.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| !left_out.contains(&name.as_str()))
        .flat_map(|(name, value)| field(name, value))
        .collect()
}

/// One field; a list has a line for each entry, the name on the first.
pub(super) fn field(name: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::Object(members) => {
            members.iter().flat_map(|(below, value)| field(&format!("{name}.{below}"), value)).collect()
        }
        Value::Array(entries) if entries.iter().all(|entry| !entry.is_object() && !entry.is_array()) => {
            let names = std::iter::once(name).chain(std::iter::repeat(""));
            names.map(str::to_owned).zip(entries.iter().map(word)).collect()
        }
        other => vec![(name.to_owned(), word(other))],
    }
}

/// A value as a word: texts bare, all others as JSON.
pub(super) fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_holds_something_is_a_line() {
        let object = json!({
            "name": "Shop", "description": null, "logo_uri": "", "callbacks": ["https://a.test", "https://b.test"],
            "web_origins": [], "sso": true, "jwt_configuration": { "alg": "RS256", "scopes": {} },
            "identities": [{ "provider": "auth0" }], "signing_keys": [1],
        });
        let lines: Vec<String> =
            of(&object, &["signing_keys"]).iter().map(|(name, text)| format!("{name}={text}")).collect();
        assert_eq!(
            lines,
            [
                "name=Shop",
                "callbacks=https://a.test",
                "=https://b.test",
                "sso=true",
                "jwt_configuration.alg=RS256",
                "identities=[{\"provider\":\"auth0\"}]",
            ]
        );
    }
}
