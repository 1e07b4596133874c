//! Credentials as data: what a request may say and what is shown.
//!
//! The checks that are closer are made where a request is read.

use super::{CredentialAlgorithm, MAX_IN_USE, MAX_NAME, MAX_PEM};
use crate::schema::{Format, Member, Schema, TEXT, TIME, list, optional, required};

const TYPES: Schema = Schema::Words(&["public_key"]);
const ALGORITHMS: Schema = Schema::Words(&CredentialAlgorithm::NAMES);
const END: Schema = Schema::Nullable(&TIME);
const KID: Schema = Schema::Text { min: 10, max: 64, format: Format::Any };
const NAME: Schema = Schema::Text { min: 1, max: MAX_NAME, format: Format::Any };
const PEM: Schema = Schema::Text { min: 1, max: MAX_PEM, format: Format::Any };

/// A credential that is to be made.
pub const NEW: Schema = Schema::Object(&[
    required("credential_type", TYPES, "What it is."),
    required("pem", PEM, "The key: a public key or a certificate."),
    optional("name", NAME, "What it is called."),
    optional("alg", ALGORITHMS, "The one algorithm that it is for; RS256 when left out."),
    optional("kid", KID, "The id that assertions name it by; made of the key when left out."),
    optional("parse_expiry_from_cert", Schema::Flag, "Whether it ends with its certificate."),
    optional("expires_at", END, "When it ends."),
]);
/// A change of one.
pub const CHANGE: Schema = Schema::Object(&[required("expires_at", END, "When it ends; null for never.")]);
/// One that is shown.
pub const SHOWN: Schema = Schema::Object(&[
    required("id", TEXT, ""),
    required("credential_type", TYPES, ""),
    required("kid", TEXT, "The id that assertions name it by."),
    required("alg", ALGORITHMS, "The one algorithm that it is for."),
    optional("name", TEXT, ""),
    optional("thumbprint_sha256", TEXT, "SHA-256 of the certificate that it came in, base64url."),
    required("created_at", TIME, ""),
    required("updated_at", TIME, ""),
    optional("expires_at", TIME, ""),
]);

const IN_USE_ID: Schema = Schema::Object(&[required("id", TEXT, "The credential.")]);
const IN_USE_LIST: &[Member] = &[required("credentials", list(&IN_USE_ID, MAX_IN_USE), "Which credentials.")];
const NEW_LIST: &[Member] = &[required("credentials", list(&NEW, MAX_IN_USE), "Whole credentials.")];
/// The credentials that prove a client.
pub const IN_USE: Schema =
    Schema::Object(&[required("private_key_jwt", Schema::Object(IN_USE_LIST), "By a signed assertion.")]);
/// The credentials that a new client brings.
pub const NEW_METHODS: Schema =
    Schema::Object(&[required("private_key_jwt", Schema::Object(NEW_LIST), "By a signed assertion.")]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::credential::NewCredential;

    #[test]
    fn what_is_described_is_what_is_read() {
        let Schema::Words(names) = ALGORITHMS else { panic!("no words") };
        assert_eq!(names, CredentialAlgorithm::ALL.map(CredentialAlgorithm::as_str));
        let Schema::Object(members) = NEW else { panic!("no object") };
        for member in members {
            let body = serde_json::json!({ member.name: [] });
            let errors = NewCredential::from_json(body.as_object().unwrap()).unwrap_err();
            let is_unknown = errors.all().iter().any(|error| error.rule == "additional_properties");
            assert!(!is_unknown, "{} is not read", member.name);
        }
    }
}
