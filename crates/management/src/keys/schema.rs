//! What `/keys/signing` gives.

use doorward_model::schema::{Schema, TEXT, TIME, list, optional, required};

use crate::openapi::operation::Operation;

const KEY: Schema = Schema::Object(&[
    required("kid", TEXT, "The id that tokens name in their header."),
    required("cert", TEXT, "Its certificate, PEM."),
    required("pkcs7", TEXT, "The certificate as PKCS #7, PEM."),
    required("fingerprint", TEXT, "SHA-1 of the certificate, with colons."),
    required("thumbprint", TEXT, "SHA-1 of the certificate."),
    required("current", Schema::Flag, "Whether it signs."),
    required("next", Schema::Flag, "Whether it is published and will sign after the next rotation."),
    required("previous", Schema::Flag, "Whether it signed and is still published."),
    required("revoked", Schema::Flag, "Whether it is published no more."),
    optional("current_since", TIME, "Since when it signs, or signed."),
    optional("current_until", TIME, "Until when it signed."),
    optional("revoked_at", TIME, "When it was revoked."),
]);
const SHORT: Schema =
    Schema::Object(&[required("kid", TEXT, ""), required("cert", TEXT, "Its certificate, PEM.")]);
const KEYS: Schema = list(&KEY, usize::MAX);

pub(crate) const NAMED: &[(&str, &Schema)] = &[("SigningKey", &KEY)];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "get_signing_keys",
        summary: "Get all signing keys",
        query: &[],
        body: None,
        answers: &[(200, Some(&KEYS))],
    },
    Operation {
        id: "get_signing_key",
        summary: "Get a signing key",
        query: &[],
        body: None,
        answers: &[(200, Some(&KEY))],
    },
    Operation {
        id: "post_signing_keys",
        summary: "Rotate the signing key",
        query: &[],
        body: None,
        answers: &[(201, Some(&SHORT))],
    },
    Operation {
        id: "put_signing_keys",
        summary: "Revoke a signing key",
        query: &[],
        body: None,
        answers: &[(200, Some(&SHORT))],
    },
];
