//! Damaged tokens of every kind: cut, mixed, signed by nobody, said twice, too large, in another spelling, of the
//! wrong types, too deep. None is taken, whatever it is expected to be (RFC 7515 §5.2, RFC 8725 §3).

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use doorward_model::client::credential::CredentialAlgorithm;
use doorward_model::ids::KeyId;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::{KeyFamily, SigningAlg};
use doorward_protocol::jose::{
    MAX_TOKEN, NamedKey, PublicKey, SecretKey, TenantKey, read_pem, unverified_audiences, unverified_subject,
    verify, verify_by_any, verify_hs256,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::hold;

const SECRET: &str = "a secret of at least thirty-two bytes, known to both";

/// A token that must not be taken, and what is wrong with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Case {
    damage: String,
    token: String,
}

/// The keys of RFC 7515, A.3, and RFC 8037, A.1, with certificates: they are published and protect nothing.
fn keys() -> [TenantKey; 2] {
    let key = |family, private: &str, certificate| {
        let private = STANDARD.decode(private.split_whitespace().collect::<String>()).unwrap();
        TenantKey::from_pkcs8(KeyId::parse("k").unwrap(), family, &private, certificate).unwrap()
    };
    [
        key(KeyFamily::P256, include_str!("keys/p256.txt"), include_str!("keys/p256.pem")),
        key(KeyFamily::Ed25519, include_str!("keys/ed25519.txt"), include_str!("keys/ed25519.pem")),
    ]
}

/// Whether anybody takes a token, and who.
fn judge(case: &Case) -> Result<(), String> {
    let [p256, ed25519] = keys();
    for expected in SigningAlg::ALL {
        if verify(&case.token, expected, &[&p256, &ed25519]).is_ok() {
            return Err(format!("taken as {expected:?}"));
        }
    }
    let secret = SecretKey::new(&Secret::new(SECRET.to_owned()), false).unwrap();
    if verify_hs256(&case.token, &secret).is_ok() {
        return Err("taken as HS256".to_owned());
    }
    let public = read_pem(include_str!("keys/p256.pem")).unwrap().public_key;
    let public = PublicKey::new(CredentialAlgorithm::ES256, &public).unwrap();
    if verify_by_any(&case.token, &[NamedKey { kid: "k", key: &public }]).is_ok() {
        return Err("taken as an assertion".to_owned());
    }
    // These believe nothing and must only not break.
    drop((unverified_subject(&case.token), unverified_audiences(&case.token)));
    Ok(())
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Header and payload with a signature that is right: by the secret, or by the key on P-256.
fn signed(by_secret: bool, header: &str, payload: &str) -> String {
    let text = format!("{header}.{payload}");
    let signature = if by_secret {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    } else {
        let private = include_str!("keys/p256.txt").split_whitespace().collect::<String>();
        let private = STANDARD.decode(private).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private).unwrap();
        pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec()
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn header(by_secret: bool) -> String {
    encoded(if by_secret { r#"{"alg":"HS256","kid":"k"}"# } else { r#"{"alg":"ES256","kid":"k"}"# })
}

fn payload() -> String {
    encoded(r#"{"iss":"https://id.test/","sub":"auth0|1","aud":"shop"}"#)
}

fn case(damage: &str, token: String) -> Case {
    Case { damage: damage.to_owned(), token }
}

/// Headers that are signed well and say what must not be said.
fn bad_headers() -> Vec<String> {
    let mut headers: Vec<String> = [
        r#"{"alg":"none","kid":"k"}"#,
        r#"{"alg":"None","kid":"k"}"#,
        r#"{"alg":"","kid":"k"}"#,
        r#"{"alg":null,"kid":"k"}"#,
        r#"{"alg":256,"kid":"k"}"#,
        r#"{"alg":["ES256"],"kid":"k"}"#,
        r#"{"alg":{"x":"HS256"},"kid":"k"}"#,
        r#"{"alg":"es256","kid":"k"}"#,
        r#"{"alg":"hs256","kid":"k"}"#,
        r#"{"alg":"ES256K","kid":"k"}"#,
        r#"{"alg":"HS512","kid":"k"}"#,
        r#"{"kid":"k"}"#,
        r#"{"alg":"none","alg":"ES256","kid":"k"}"#,
        r#"{"alg":"HS256","alg":"HS256","kid":"k"}"#,
        r#"{"alg":"ES256","crit":["exp"],"kid":"k"}"#,
        r#"{"alg":"HS256","crit":[],"kid":"k"}"#,
        r#"[{"alg":"HS256"}]"#,
        r#""HS256""#,
        "null",
        "",
        "{",
        r#"{"alg":"HS256","kid":"k"}{}"#,
        r#"{"alg":"HS256","kid":"k"},"#,
    ]
    .map(str::to_owned)
    .into();
    for alg in ["HS256", "ES256"] {
        headers.push(format!(r#"{{"alg":"{alg}","kid":"k","x":{}{}}}"#, "[".repeat(4000), "]".repeat(4000)));
        headers.push(format!(r#"{{"alg":"{alg}","kid":"k","x":"{}"}}"#, "y".repeat(MAX_TOKEN)));
    }
    headers
}

const BAD_PAYLOADS: [&str; 8] =
    ["", "{", "[]", "7", "null", r#"{"sub":"a","sub":"b"}"#, r#"{"sub":"a"}x"#, "\u{feff}{}"];

/// The same bytes in another spelling, or bytes that are no base64url.
fn respelled(part: &str, how: usize) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let (start, last) = part.split_at(part.len().checked_sub(1)?);
    let next = char::from(last.as_bytes()[0] + 1);
    let other = match how {
        0 => URL_SAFE.encode(&bytes),
        1 => format!("{part}="),
        2 => format!("{part}\n"),
        3 => format!(" {part}"),
        4 => format!("{part}%3D"),
        // The last letter carries bits that must be zero, where the length leaves some.
        _ if !bytes.len().is_multiple_of(3) => format!("{start}{next}"),
        _ => format!("{part}A"),
    };
    (other != part).then_some(other)
}

/// One token with one or several kinds of damage.
fn made() -> impl Strategy<Value = Case> {
    let cut = (any::<bool>(), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(by, at, front)| {
        let good = signed(by, &header(by), &payload());
        let at = at.index(good.len());
        case("cut", if front && at > 0 { good[at..].to_owned() } else { good[..at].to_owned() })
    });
    let mixed = (
        any::<bool>(),
        prop::sample::select(vec!["021", "102", "120", "201", "210", "00", "0", "0122", "011"]),
    )
        .prop_map(|(by, order)| {
            let good = signed(by, &header(by), &payload());
            let parts: Vec<&str> = good.split('.').collect();
            let order = order.bytes().map(|place| parts[usize::from(place - b'0')]);
            case("mixed", order.collect::<Vec<_>>().join("."))
        });
    let said = (any::<bool>(), prop::sample::select(bad_headers()))
        .prop_map(|(by, header)| (signed(by, &encoded(&header), &payload()), header))
        // A header that is right for the other signature is right.
        .prop_map(|(token, header)| case(&format!("header {header:.40}"), token));
    let unsigned = (prop::sample::select(bad_headers()), prop::sample::select(vec!["", "AA", "AAAA"]))
        .prop_map(|(header, end)| case("unsigned", format!("{}.{}.{end}", encoded(&header), payload())));
    let claims = (any::<bool>(), prop::sample::select(&BAD_PAYLOADS[..]))
        .prop_map(|(by, payload)| case("claims", signed(by, &header(by), &encoded(payload))));
    let spelled = (any::<bool>(), 0..6_usize, 0..3_usize).prop_filter_map("the same", |(by, how, part)| {
        let (head, body) = (header(by), payload());
        let token = match part {
            0 => signed(by, &respelled(&head, how)?, &body),
            1 => signed(by, &head, &respelled(&body, how)?),
            _ => {
                let good = signed(by, &head, &body);
                let (text, signature) = good.rsplit_once('.')?;
                format!("{text}.{}", respelled(signature, how)?)
            }
        };
        Some(case("spelled", token))
    });
    let flipped = (any::<bool>(), any::<prop::sample::Index>(), 1..=127_u8).prop_map(|(by, at, with)| {
        let mut bytes = signed(by, &header(by), &payload()).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = (bytes[at] ^ with) & 0x7f;
        case("flipped", String::from_utf8(bytes).unwrap())
    });
    let crossed =
        any::<bool>().prop_map(|by| case("the other signature", signed(by, &header(!by), &payload())));
    let any = "[A-Za-z0-9_.=-]{0,120}|\\PC{0,60}".prop_map(|token| case("anything", token));
    prop_oneof![4 => cut, 2 => mixed, 4 => said, 2 => unsigned, 2 => claims, 4 => spelled, 4 => flipped, 1 => crossed, 2 => any]
}

#[test]
fn no_damaged_token_is_taken() {
    let [p256, ed25519] = keys();
    let good = signed(false, &header(false), &payload());
    assert!(verify(&good, SigningAlg::ES256, &[&p256, &ed25519]).is_ok(), "whole it is taken");
    let secret = SecretKey::new(&Secret::new(SECRET.to_owned()), false).unwrap();
    assert!(verify_hs256(&signed(true, &header(true), &payload()), &secret).is_ok());
    hold("tokens", made(), judge);
}
