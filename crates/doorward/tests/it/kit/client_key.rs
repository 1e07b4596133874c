//! The private key of an application, and assertions signed with it; by other code than the server's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use super::house::{Asked, House};
use super::jwt::rsa_scheme;

/// The value of `client_assertion_type`.
pub const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub struct ClientKey {
    pair: rcgen::KeyPair,
}

impl ClientKey {
    pub fn new() -> Self {
        Self::of("RS256")
    }

    /// A key that signs with this algorithm.
    pub fn of(alg: &str) -> Self {
        let kind = match alg {
            "ES256" => &rcgen::PKCS_ECDSA_P256_SHA256,
            "ES384" => &rcgen::PKCS_ECDSA_P384_SHA384,
            "EdDSA" => &rcgen::PKCS_ED25519,
            _ => &rcgen::PKCS_RSA_SHA256,
        };
        Self { pair: rcgen::KeyPair::generate_for(kind).unwrap() }
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
        let (scheme, half) = match header["alg"].as_str() {
            Some("ES256") => (SignatureScheme::ECDSA_NISTP256_SHA256, Some(32)),
            Some("ES384") => (SignatureScheme::ECDSA_NISTP384_SHA384, Some(48)),
            Some("EdDSA") => (SignatureScheme::ED25519, None),
            // Whatever else the header says, something must sign it.
            Some("none") | None => (rsa_scheme("RS256"), None),
            Some(alg) => (rsa_scheme(alg), None),
        };
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pair.serialize_der()));
        let signer = any_supported_type(&der).unwrap().choose_scheme(&[scheme]).unwrap();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(header), encode(claims));
        let signature = signer.sign(text.as_bytes()).unwrap();
        let signature = half.map_or(signature.clone(), |half| side_by_side(&signature, half));
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
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

/// The two numbers of a signature on a curve, which come as TLS writes them, in `half` bytes each.
fn side_by_side(der: &[u8], half: usize) -> Vec<u8> {
    // SEQUENCE { INTEGER r, INTEGER s }, each shorter than 128 bytes.
    let number = |der: &[u8]| {
        let bytes = &der[2..2 + usize::from(der[1])];
        let bytes = &bytes[bytes.len().saturating_sub(half)..];
        [vec![0; half - bytes.len()], bytes.to_vec()].concat()
    };
    let (r, s) = der[2..].split_at(2 + usize::from(der[3]));
    [number(r), number(s)].concat()
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
