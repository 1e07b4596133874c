//! The private key of an application, and assertions signed with it; by other code than the server's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use super::house::{Asked, House};

/// The value of `client_assertion_type`.
pub const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub struct ClientKey {
    pair: rcgen::KeyPair,
}

impl ClientKey {
    pub fn new() -> Self {
        Self { pair: rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap() }
    }

    /// The public half.
    pub fn pem(&self) -> String {
        self.pair.public_key_pem()
    }

    /// The public half in a certificate that ends in 2040.
    pub fn certificate(&self) -> String {
        let mut params = rcgen::CertificateParams::new(vec!["app.test".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2040, 1, 1);
        params.self_signed(&self.pair).unwrap().pem()
    }

    /// A token with this header and these claims.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let scheme = match header["alg"].as_str() {
            Some("PS256") => SignatureScheme::RSA_PSS_SHA256,
            Some("RS384") => SignatureScheme::RSA_PKCS1_SHA384,
            _ => SignatureScheme::RSA_PKCS1_SHA256,
        };
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pair.serialize_der()));
        let signer = any_supported_type(&der).unwrap().choose_scheme(&[scheme]).unwrap();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(claims));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signer.sign(text.as_bytes()).unwrap()))
    }

    /// An assertion of `client` as its SDKs make it, with changes; null takes a claim out.
    pub fn assertion(&self, house: &House, client: &str, jti: &str, changes: &Value) -> String {
        let now = house.now();
        let mut claims = json!({
            "iss": client, "sub": client, "aud": house.issuer(), "jti": jti, "iat": now, "exp": now + 180,
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        self.sign(&json!({ "alg": "RS256", "typ": "JWT" }), &claims)
    }
}

/// A request for a token of the Management API in the client's own name, proven by `assertion`.
pub fn asking_with(house: &House, assertion: &str) -> Asked {
    let api = house.api();
    let fields = [
        ("grant_type", "client_credentials"),
        ("audience", api.as_str()),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion),
    ];
    Asked::form("/oauth/token", &fields)
}
