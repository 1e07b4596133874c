//! The ids in paths, as parameters of the document.

use serde_json::{Value, json};

/// What an id looks like: printable ASCII without blanks.
const PATTERN: &str = "^[!-~]+$";

/// The parameters of a path, in its order.
pub(super) fn parameters(path: &str) -> Value {
    let names = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| parameter(path, name)).collect()
}

fn parameter(path: &str, name: &str) -> Value {
    let (about, longest) = described(path, name);
    let mut schema = json!({ "type": "string", "minLength": 1, "maxLength": longest });
    if !path.starts_with("/api/v2/resource-servers/") {
        schema["pattern"] = json!(PATTERN);
    }
    json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema })
}

/// What an id means, and how long it may be.
fn described(path: &str, name: &str) -> (&'static str, usize) {
    let resource = path.trim_start_matches("/api/v2/").split('/').next().unwrap_or_default();
    match (resource, name) {
        ("clients", "id") => ("The client_id.", 128),
        ("clients", "secret_id") => ("The id of the secret.", 64),
        ("clients", "credential_id") => ("The id of the credential.", 64),
        ("users" | "user-blocks", "id") => ("The user_id, percent-encoded: auth0%7C123.", 255),
        ("resource-servers", "id") => ("The id, or the identifier percent-encoded.", 600),
        ("keys", "id") => ("The kid.", 128),
        _ => ("The id.", 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_with_a_name_is_a_parameter() {
        let both = parameters("/api/v2/clients/{id}/secrets/{secret_id}");
        let names: Vec<_> =
            both.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["id", "secret_id"]);
        assert_eq!(both[0]["schema"]["maxLength"], 128);
        assert_eq!(parameters("/api/v2/clients"), json!([]));
    }
}
