//! Tokens checked by other code than the code that made them: webpki's verifier behind rustls.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::SignatureScheme;
use serde_json::Value;

/// A token taken apart, its signature not looked at.
pub fn decode(token: &str) -> (Value, Value) {
    let mut parts = token.split('.');
    let mut next = || {
        let part = parts.next().expect("a token with three parts");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    (next(), next())
}

/// The claims of a token whose RS256 signature fits the key set.
pub fn verify(token: &str, jwks: &Value) -> Value {
    verify_as("RS256", token, jwks)
}

/// The claims of a token whose signature of that algorithm fits a key of the set that is for it.
pub fn verify_as(alg: &str, token: &str, jwks: &Value) -> Value {
    let (header, claims) = decode(token);
    assert_eq!(header["alg"], alg);
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("the key set names the token's key");
    assert_eq!(key["alg"], alg);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let (scheme, public_key, signature) = match alg {
        "ES256" => {
            assert_eq!((&key["kty"], &key["crv"]), (&"EC".into(), &"P-256".into()));
            let point = [&[4], &bytes("x")[..], &bytes("y")].concat();
            (SignatureScheme::ECDSA_NISTP256_SHA256, point, as_der(&signature))
        }
        "EdDSA" => {
            assert_eq!((&key["kty"], &key["crv"]), (&"OKP".into(), &"Ed25519".into()));
            (SignatureScheme::ED25519, bytes("x"), signature)
        }
        _ => {
            let numbers = [integer(&bytes("n")), integer(&bytes("e"))].concat();
            (rsa_scheme(alg), element(0x30, &numbers), signature)
        }
    };
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut known = provider.signature_verification_algorithms.mapping.iter();
    let (_, algorithms) = known.find(|(known, _)| *known == scheme).unwrap();
    algorithms[0]
        .verify_signature(&public_key, message.as_bytes(), &signature)
        .expect("the signature does not fit the published key");
    claims
}

pub fn rsa_scheme(alg: &str) -> SignatureScheme {
    match alg {
        "RS256" => SignatureScheme::RSA_PKCS1_SHA256,
        "RS384" => SignatureScheme::RSA_PKCS1_SHA384,
        "RS512" => SignatureScheme::RSA_PKCS1_SHA512,
        "PS256" => SignatureScheme::RSA_PSS_SHA256,
        "PS384" => SignatureScheme::RSA_PSS_SHA384,
        "PS512" => SignatureScheme::RSA_PSS_SHA512,
        _ => panic!("{alg} is not signed by an RSA key"),
    }
}

/// The two numbers of a signature on a curve as TLS writes them.
fn as_der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let shortest = |number: &[u8]| integer(&number[number.iter().take_while(|byte| **byte == 0).count()..]);
    element(0x30, &[shortest(r), shortest(s)].concat())
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let mut positive = vec![0; usize::from(bytes[0] >= 0x80)];
    positive.extend_from_slice(bytes);
    element(0x02, &positive)
}

fn element(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = vec![kind];
    match content.len() {
        0..=0x7f => out.push(length[1]),
        0x80..=0xff => out.extend([0x81, length[1]]),
        _ => out.extend([0x82, length[0], length[1]]),
    }
    out.extend_from_slice(content);
    out
}
