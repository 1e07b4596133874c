//! A signing key as the API shows it. A pure function of what is stored; the private part is not
//! among what it reads. Source: the Management API's `/keys/signing`.

use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_protocol::jose::Certificate;
use serde_json::{Map, Value, json};

/// A key with all that is known of it.
pub(crate) fn key(key: &SigningKey) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("kid", json!(key.id));
    if let Some(certificate) = Certificate::from_pem(&key.certificate_pem) {
        put("cert", json!(certificate.pem()));
        put("pkcs7", json!(certificate.pkcs7_pem()));
        put("fingerprint", json!(certificate.fingerprint()));
        put("thumbprint", json!(certificate.thumbprint()));
    }
    put("current", json!(key.state == KeyState::Current));
    put("next", json!(key.state == KeyState::Next));
    put("previous", json!(key.state == KeyState::Previous));
    put("revoked", json!(key.state == KeyState::Revoked));
    let times = [
        ("current_since", key.current_since),
        ("current_until", key.current_until),
        ("revoked_at", key.revoked_at),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            put(name, json!(time.to_string()));
        }
    }
    object
}

/// A key in short, as what was done to it answers.
pub(crate) fn short(key: &SigningKey) -> Value {
    let certificate = Certificate::from_pem(&key.certificate_pem);
    json!({ "kid": key.id, "cert": certificate.map(|certificate| certificate.pem()).unwrap_or_default() })
}

/// Keys in the order in which people look for them: RSA keys first, of each kind the current one, the next and
/// previous ones; revoked ones at the end.
pub(crate) fn in_order(mut keys: Vec<SigningKey>) -> Vec<SigningKey> {
    keys.sort_by_key(|key| match key.state {
        KeyState::Current => (false, key.family, 0),
        KeyState::Next => (false, key.family, 1),
        KeyState::Previous => (false, key.family, 2),
        KeyState::Revoked => (true, key.family, 3),
    });
    keys
}
