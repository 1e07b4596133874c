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
    let wanted = match alg {
        "RS512" => SignatureScheme::RSA_PKCS1_SHA512,
        "PS256" => SignatureScheme::RSA_PSS_SHA256,
        _ => SignatureScheme::RSA_PKCS1_SHA256,
    };
    let keys = jwks["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"]).expect("the key set names the token's key");
    assert_eq!(key["alg"], alg);
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let mut integers = integer(&bytes("n"));
    integers.extend(integer(&bytes("e")));
    let public_key = element(0x30, &integers);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let (_, algorithms) = provider
        .signature_verification_algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == wanted)
        .unwrap();
    algorithms[0]
        .verify_signature(&public_key, message.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
        .expect("the signature does not fit the published key");
    claims
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
