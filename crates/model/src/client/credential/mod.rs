//! Public keys of a client that proves itself with a private one (`private_key_jwt`).
//!
//! Owns the words and bounds of the Management API's credentials, and which of them a client uses.
//! Must not know what a key is: its text is read by `protocol::jose`.
//!
//! Source: the Management API's `/clients/{client_id}/credentials` and
//! `client_authentication_methods`; RFC 7523; OpenID Connect Core §9.

pub mod schema;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{FieldError, FieldErrors};
use crate::ids::{ClientId, CredentialId, KeyId};
use crate::json::{Object, array, flag, object, one_of, text, time, unknown};
use crate::time::Timestamp;

/// How many credentials a client may have.
pub const MAX_CREDENTIALS: u32 = 10;
/// How many of them may prove a client at the same time.
const MAX_IN_USE: usize = 2;
/// The longest name, in characters.
const MAX_NAME: usize = 128;
/// The longest PEM text, in bytes: a certificate of an RSA key of 8192 bits, and some names.
const MAX_PEM: usize = 8192;
/// Where a request to create or change a client holds credentials.
const METHODS: &str = "client_authentication_methods";

/// The algorithm that a credential is for, and the only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

/// The kinds of keys that clients have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// RSA with 2048 to 8192 bits.
    Rsa,
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

impl CredentialAlgorithm {
    /// All of them.
    pub const ALL: [CredentialAlgorithm; 9] = [
        CredentialAlgorithm::RS256,
        CredentialAlgorithm::RS384,
        CredentialAlgorithm::RS512,
        CredentialAlgorithm::PS256,
        CredentialAlgorithm::PS384,
        CredentialAlgorithm::PS512,
        CredentialAlgorithm::ES256,
        CredentialAlgorithm::ES384,
        CredentialAlgorithm::EdDSA,
    ];

    /// The words on the wire, in the same order.
    pub const NAMES: [&'static str; 9] =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CredentialAlgorithm::RS256 => "RS256",
            CredentialAlgorithm::RS384 => "RS384",
            CredentialAlgorithm::RS512 => "RS512",
            CredentialAlgorithm::PS256 => "PS256",
            CredentialAlgorithm::PS384 => "PS384",
            CredentialAlgorithm::PS512 => "PS512",
            CredentialAlgorithm::ES256 => "ES256",
            CredentialAlgorithm::ES384 => "ES384",
            CredentialAlgorithm::EdDSA => "EdDSA",
        }
    }

    /// Reads a wire value.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    /// The kind of key that it takes.
    #[must_use]
    pub fn kind(self) -> KeyKind {
        match self {
            CredentialAlgorithm::RS256
            | CredentialAlgorithm::RS384
            | CredentialAlgorithm::RS512
            | CredentialAlgorithm::PS256
            | CredentialAlgorithm::PS384
            | CredentialAlgorithm::PS512 => KeyKind::Rsa,
            CredentialAlgorithm::ES256 => KeyKind::P256,
            CredentialAlgorithm::ES384 => KeyKind::P384,
            CredentialAlgorithm::EdDSA => KeyKind::Ed25519,
        }
    }
}

impl KeyKind {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Rsa => "an RSA key",
            KeyKind::P256 => "a key on the curve P-256",
            KeyKind::P384 => "a key on the curve P-384",
            KeyKind::Ed25519 => "an Ed25519 key",
        }
    }

    /// The algorithms that take it.
    pub fn algorithms(self) -> impl Iterator<Item = CredentialAlgorithm> {
        CredentialAlgorithm::ALL.into_iter().filter(move |algorithm| algorithm.kind() == self)
    }
}

/// A public key of a client, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// The client it belongs to.
    pub client: ClientId,
    /// What it is called.
    pub name: Option<String>,
    /// The one algorithm that it verifies.
    pub algorithm: CredentialAlgorithm,
    /// The id that assertions name it by.
    pub kid: KeyId,
    /// The public key, base64: the `RSAPublicKey` of RFC 8017, the uncompressed point of a curve, or the 32 bytes
    /// of Ed25519.
    pub public_key: String,
    /// The SHA-256 of the certificate that it came in, base64url.
    pub certificate_sha256: Option<String>,
    /// When it stops working; none means never.
    pub expires_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// How a client proves itself with keys: `client_authentication_methods`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationMethods {
    /// By a signed assertion.
    pub private_key_jwt: PrivateKeyJwt,
}

/// The credentials that prove a client by a signed assertion. Where there are none, nothing proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivateKeyJwt {
    /// Which ones.
    pub credentials: Vec<CredentialInUse>,
}

/// A credential by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialInUse {
    /// Its id.
    pub id: CredentialId,
}

impl AuthenticationMethods {
    /// Proof by these credentials.
    #[must_use]
    pub fn by(credentials: Vec<CredentialId>) -> Self {
        let credentials = credentials.into_iter().map(|id| CredentialInUse { id }).collect();
        Self { private_key_jwt: PrivateKeyJwt { credentials } }
    }

    /// The same without one of the credentials.
    #[must_use]
    pub fn without(mut self, id: &CredentialId) -> Self {
        self.private_key_jwt.credentials.retain(|known| known.id != *id);
        self
    }

    /// Reads the methods of a client that exists: credentials by their ids.
    pub fn read(value: &Value, errors: &mut FieldErrors) -> Option<Vec<CredentialId>> {
        let read = |value: &Value, path: &str, errors: &mut FieldErrors| {
            let mut id = None;
            for (key, value) in object(value, path, errors)? {
                let path = format!("{path}.{key}");
                match key.as_str() {
                    "id" => id = text(value, &path, errors).and_then(|text| parse_id(&text, &path, errors)),
                    _ => errors.push(unknown(&path)),
                }
            }
            if id.is_none() {
                let text = "Name a credential of this client by its id.";
                errors.push(FieldError::new(format!("{path}.id"), "required", text));
            }
            id
        };
        let ids = credentials(value, errors, read)?;
        let is_twice = |(at, id): (usize, &CredentialId)| ids[..at].contains(id);
        if ids.iter().enumerate().any(is_twice) {
            let text = "The same credential stands there twice.";
            errors.push(FieldError::new(METHODS, "unique", text));
            return None;
        }
        Some(ids)
    }

    /// Reads the methods of a client that is only being made: whole credentials.
    pub fn read_new(value: &Value, errors: &mut FieldErrors) -> Option<Vec<NewCredential>> {
        let new = credentials(value, errors, |value, path, errors| {
            let body = object(value, path, errors)?;
            NewCredential::read(body, &format!("{path}."), errors)
        })?;
        if new.is_empty() {
            let text = "A client that proves itself with a key needs one.";
            errors.push(FieldError::new(METHODS, "min_items", text));
            return None;
        }
        Some(new)
    }
}

fn parse_id(text: &str, path: &str, errors: &mut FieldErrors) -> Option<CredentialId> {
    let id = CredentialId::parse(text).ok();
    if id.is_none() {
        errors.push(FieldError::new(path, "format", "This is no id of a credential."));
    }
    id
}

/// The list below `private_key_jwt`, each entry read by `read`; all of them, or nothing.
fn credentials<T>(
    value: &Value,
    errors: &mut FieldErrors,
    read: impl Fn(&Value, &str, &mut FieldErrors) -> Option<T>,
) -> Option<Vec<T>> {
    let mut found = None;
    for (key, value) in object(value, METHODS, errors)? {
        let path = format!("{METHODS}.{key}");
        match key.as_str() {
            "private_key_jwt" => found = Some(value),
            "tls_client_auth" | "self_signed_tls_client_auth" => {
                let text = "Proof by a TLS certificate is not offered here. Use private_key_jwt.";
                errors.push(FieldError::new(path, "enum", text));
            }
            _ => errors.push(unknown(&path)),
        }
    }
    let path = format!("{METHODS}.private_key_jwt");
    let Some(value) = found else {
        errors.push(FieldError::new(path, "required", "Say which credentials prove the client."));
        return None;
    };
    let mut list = None;
    for (key, value) in object(value, &path, errors)? {
        match key.as_str() {
            "credentials" => list = array(value, &format!("{path}.credentials"), errors),
            _ => errors.push(unknown(&format!("{path}.{key}"))),
        }
    }
    let path = format!("{path}.credentials");
    let Some(list) = list else {
        errors.push(FieldError::new(path, "required", "Say which credentials prove the client."));
        return None;
    };
    if list.len() > MAX_IN_USE {
        let text = "At most 2 credentials may prove a client. Take one out.";
        errors.push(FieldError::new(path, "max_items", text));
        return None;
    }
    let entry = |(at, value)| read(value, &format!("{path}.{at}"), errors);
    let all: Vec<T> = list.iter().enumerate().filter_map(entry).collect();
    (all.len() == list.len()).then_some(all)
}

/// A credential that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// What it is called.
    pub name: Option<String>,
    /// The key, PEM: a public key or a certificate.
    pub pem: String,
    /// The algorithm it is for.
    pub algorithm: CredentialAlgorithm,
    /// The id for assertions, if one was chosen.
    pub kid: Option<KeyId>,
    /// Whether the certificate says when it ends.
    pub ends_with_certificate: bool,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// What stands before the names of its fields in findings.
    pub path: String,
}

impl NewCredential {
    /// Reads a credential from the body of a request.
    ///
    /// ```
    /// use doorward_model::client::credential::{CredentialAlgorithm, NewCredential};
    /// let body = serde_json::json!({ "credential_type": "public_key", "pem": "-----BEGIN PUBLIC KEY-----…" });
    /// let new = NewCredential::from_json(body.as_object().unwrap()).unwrap();
    /// assert_eq!((new.algorithm, new.kid), (CredentialAlgorithm::RS256, None));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        match Self::read(body, "", &mut errors) {
            Some(new) => errors.into_result(new),
            None => Err(errors),
        }
    }

    fn read(body: &Object, prefix: &str, errors: &mut FieldErrors) -> Option<Self> {
        let before = errors.all().len();
        let (mut kind, mut name, mut pem, mut kid) = (false, None, None, None);
        let (mut algorithm, mut ends_with_certificate, mut expires_at) = (None, false, None);
        for (key, value) in body {
            let path = format!("{prefix}{key}");
            let (p, e) = (path.as_str(), &mut *errors);
            match key.as_str() {
                "credential_type" => kind = credential_type(value, p, e),
                "name" => name = text(value, p, e).inspect(|name| at_most(name, MAX_NAME, p, e)),
                "pem" => pem = text(value, p, e).inspect(|pem| at_most(pem, MAX_PEM, p, e)),
                "alg" => algorithm = read_algorithm(value, p, e),
                "kid" => kid = text(value, p, e).and_then(|text| parse_kid(&text, p, e)),
                "parse_expiry_from_cert" => ends_with_certificate = flag(value, p, e).unwrap_or_default(),
                "expires_at" if value.is_null() => {}
                "expires_at" => expires_at = time(value, p, e),
                "subject_dn" => {
                    let text = "This belongs to proof by a TLS certificate, which is not offered here.";
                    e.push(FieldError::new(p, "enum", text));
                }
                _ => e.push(unknown(p)),
            }
        }
        for (name, is_there) in [("credential_type", kind), ("pem", pem.is_some())] {
            if !is_there && !body.contains_key(name) {
                errors.push(FieldError::new(
                    format!("{prefix}{name}"),
                    "required",
                    "A credential needs this.",
                ));
            }
        }
        if errors.all().len() > before {
            return None;
        }
        Some(Self {
            name,
            pem: pem?,
            algorithm: algorithm.unwrap_or(CredentialAlgorithm::RS256),
            kid,
            ends_with_certificate,
            expires_at,
            path: prefix.to_owned(),
        })
    }
}

fn credential_type(value: &Value, path: &str, errors: &mut FieldErrors) -> bool {
    let Some(kind) = text(value, path, errors) else { return false };
    match kind.as_str() {
        "public_key" => true,
        "x509_cert" | "cert_subject_dn" => {
            let text = "Proof by a TLS certificate is not offered here. A certificate with a key for \
                        private_key_jwt has the type public_key.";
            errors.push(FieldError::new(path, "enum", text));
            false
        }
        _ => one_of(None::<()>, path, &["public_key"], errors).is_some(),
    }
}

fn read_algorithm(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<CredentialAlgorithm> {
    let text = text(value, path, errors)?;
    one_of(CredentialAlgorithm::parse(&text), path, &CredentialAlgorithm::NAMES, errors)
}

fn parse_kid(text: &str, path: &str, errors: &mut FieldErrors) -> Option<KeyId> {
    let is_spelled = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let kid = KeyId::parse(text).ok().filter(|_| is_spelled && (10..=64).contains(&text.len()));
    if kid.is_none() {
        let text = "A kid has 10 to 64 letters, digits, - and _.";
        errors.push(FieldError::new(path, "pattern", text));
    }
    kid
}

fn at_most(text: &str, max: usize, path: &str, errors: &mut FieldErrors) {
    if text.is_empty() {
        errors.push(FieldError::new(path, "min_length", "This is empty. Leave it out, or fill it in."));
    } else if text.chars().count() > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
}

/// Reads the one thing that can be changed about a credential: when it ends; null means never.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn read_change(body: &Object) -> Result<Option<Timestamp>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut expires_at = None;
    for (key, value) in body {
        match key.as_str() {
            "expires_at" if value.is_null() => {}
            "expires_at" => expires_at = time(value, key, &mut errors),
            _ => errors.push(unknown(key)),
        }
    }
    if !body.contains_key("expires_at") {
        let text = "Say when the credential ends; null means never.";
        errors.push(FieldError::new("expires_at", "required", text));
    }
    errors.into_result(expires_at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(errors: &FieldErrors) -> Vec<(&str, &'static str)> {
        errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect()
    }

    fn new(changes: &Value) -> Result<NewCredential, FieldErrors> {
        let mut body = json!({ "credential_type": "public_key", "pem": "PEM" });
        for (key, value) in changes.as_object().unwrap() {
            body[key] = value.clone();
        }
        NewCredential::from_json(body.as_object().unwrap())
    }

    #[test]
    fn a_whole_credential_is_read() {
        let read = new(&json!({
            "name": "Key 1", "alg": "PS256", "kid": "abc-DEF_0123", "parse_expiry_from_cert": true,
            "expires_at": "2030-01-01T00:00:00.000Z",
        }));
        let read = read.unwrap();
        assert_eq!((read.name.as_deref(), read.algorithm), (Some("Key 1"), CredentialAlgorithm::PS256));
        assert_eq!(read.kid.unwrap().as_str(), "abc-DEF_0123");
        assert!(read.ends_with_certificate && read.expires_at.is_some());
    }

    #[test]
    fn what_a_credential_cannot_be_is_found() {
        for (changes, path, rule) in [
            (json!({ "alg": "HS256" }), "alg", "enum"),
            (json!({ "alg": "none" }), "alg", "enum"),
            (json!({ "kid": "short" }), "kid", "pattern"),
            (json!({ "kid": "x".repeat(65) }), "kid", "pattern"),
            (json!({ "kid": "dot.dot.dot.dot" }), "kid", "pattern"),
            (json!({ "name": "é".repeat(129) }), "name", "max_length"),
            (json!({ "name": "" }), "name", "min_length"),
            (json!({ "pem": "" }), "pem", "min_length"),
            (json!({ "pem": "x".repeat(8193) }), "pem", "max_length"),
            (json!({ "credential_type": "x509_cert" }), "credential_type", "enum"),
            (json!({ "credential_type": "cert_subject_dn" }), "credential_type", "enum"),
            (json!({ "credential_type": "magic" }), "credential_type", "enum"),
            (json!({ "subject_dn": "CN=x" }), "subject_dn", "enum"),
            (json!({ "expires_at": "soon" }), "expires_at", "format"),
            (json!({ "private_key": "x" }), "private_key", "additional_properties"),
        ] {
            assert_eq!(found(&new(&changes).unwrap_err()), [(path, rule)], "{changes}");
        }
        let empty = NewCredential::from_json(json!({}).as_object().unwrap()).unwrap_err();
        assert_eq!(found(&empty), [("credential_type", "required"), ("pem", "required")]);
    }

    fn by(value: &Value) -> Result<Vec<String>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let read = AuthenticationMethods::read(value, &mut errors).unwrap_or_default();
        errors.into_result(read.iter().map(|id| id.as_str().to_owned()).collect())
    }

    #[test]
    fn the_methods_of_a_client_name_up_to_two_credentials() {
        let methods = |list: Value| json!({ "private_key_jwt": { "credentials": list } });
        assert_eq!(by(&methods(json!([]))).unwrap(), [""; 0]);
        assert_eq!(
            by(&methods(json!([{ "id": "cred_a" }, { "id": "cred_b" }]))).unwrap(),
            ["cred_a", "cred_b"]
        );
        let rule = |value: &Value| by(value).unwrap_err().all()[0].rule;
        let three = json!([{ "id": "a" }, { "id": "b" }, { "id": "c" }]);
        assert_eq!(rule(&methods(three)), "max_items");
        assert_eq!(rule(&methods(json!([{ "id": "a" }, { "id": "a" }]))), "unique");
        assert_eq!(rule(&methods(json!([{}]))), "required");
        assert_eq!(rule(&methods(json!([{ "id": "a b" }]))), "format");
        assert_eq!(rule(&methods(json!([{ "id": "a", "pem": "x" }]))), "additional_properties");
        assert_eq!(rule(&methods(json!("all"))), "type");
        assert_eq!(rule(&json!({})), "required");
        assert_eq!(rule(&json!({ "tls_client_auth": {}, "private_key_jwt": { "credentials": [] } })), "enum");
        assert_eq!(
            rule(&json!({ "private_key_jwt": { "credentials": [], "x": 1 } })),
            "additional_properties"
        );
    }

    #[test]
    fn a_new_client_brings_whole_credentials() {
        let read = |list: Value| {
            let mut errors = FieldErrors::default();
            let value = json!({ "private_key_jwt": { "credentials": list } });
            let read = AuthenticationMethods::read_new(&value, &mut errors);
            errors.into_result(read.unwrap_or_default())
        };
        let one = read(json!([{ "credential_type": "public_key", "pem": "PEM" }])).unwrap();
        assert_eq!(one[0].path, "client_authentication_methods.private_key_jwt.credentials.0.");
        assert_eq!(read(json!([])).unwrap_err().all()[0].rule, "min_items");
        let errors = read(json!([{ "id": "cred_a" }])).unwrap_err();
        assert_eq!(errors.all()[0].path, "client_authentication_methods.private_key_jwt.credentials.0.id");
    }

    #[test]
    fn methods_are_stored_as_they_are_given_back() {
        let methods = AuthenticationMethods::by(vec![CredentialId::parse("cred_a").unwrap()]);
        let value = serde_json::to_value(&methods).unwrap();
        assert_eq!(value, json!({ "private_key_jwt": { "credentials": [{ "id": "cred_a" }] } }));
        assert_eq!(serde_json::from_value::<AuthenticationMethods>(value).unwrap(), methods);
        let none = methods.without(&CredentialId::parse("cred_a").unwrap());
        assert_eq!(serde_json::to_value(none).unwrap(), json!({ "private_key_jwt": { "credentials": [] } }));
    }

    #[test]
    fn only_the_end_of_a_credential_can_be_changed() {
        let read = |body: Value| read_change(body.as_object().unwrap());
        assert_eq!(read(json!({ "expires_at": null })).unwrap(), None);
        assert!(read(json!({ "expires_at": "2030-01-01T00:00:00Z" })).unwrap().is_some());
        assert_eq!(read(json!({})).unwrap_err().all()[0].rule, "required");
        assert_eq!(
            read(json!({ "expires_at": null, "alg": "RS256" })).unwrap_err().all()[0].rule,
            "additional_properties"
        );
    }
}
