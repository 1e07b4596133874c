//! Damaged tokens of every kind: cut, mixed, signed by nobody, said twice, too large, in another spelling, of the
//! wrong types, too deep. None is taken, whatever it is expected to be (RFC 7515 §5.2, RFC 8725 §3).

use std::ops::Range;
use std::sync::LazyLock;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
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

/// How the good tokens are signed: by the secret, by the key on P-256, and in each way by the RSA key.
const SIGNERS: [&str; 8] = ["HS256", "ES256", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

fn bytes(private: &str) -> Vec<u8> {
    STANDARD.decode(private.split_whitespace().collect::<String>()).unwrap()
}

/// The keys of RFC 7515, A.3 and A.2, and RFC 8037, A.1, with certificates: they are published and protect nothing.
/// Reading an RSA key takes long, so all are read once.
static KEYS: LazyLock<[TenantKey; 3]> = LazyLock::new(|| {
    let key = |family, private: &str, certificate| {
        TenantKey::from_pkcs8(KeyId::parse("k").unwrap(), family, &bytes(private), certificate).unwrap()
    };
    [
        key(KeyFamily::P256, include_str!("keys/p256.txt"), include_str!("keys/p256.pem")),
        key(KeyFamily::Ed25519, include_str!("keys/ed25519.txt"), include_str!("keys/ed25519.pem")),
        key(KeyFamily::Rsa, include_str!("keys/rsa.txt"), include_str!("keys/rsa.pem")),
    ]
});
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::from_pkcs8(&bytes(include_str!("keys/rsa.txt"))).unwrap());

/// The same keys as those of a client, each for one algorithm and under the name that the good tokens give it.
static CLIENT_KEYS: LazyLock<Vec<(String, PublicKey)>> = LazyLock::new(|| {
    let key = |algorithm: CredentialAlgorithm| {
        let pem = if algorithm.as_str() == "ES256" {
            include_str!("keys/p256.pem")
        } else {
            include_str!("keys/rsa.pem")
        };
        let public = read_pem(pem).unwrap().public_key;
        (kid(algorithm.as_str()), PublicKey::new(algorithm, &public).unwrap())
    };
    let known = |algorithm: &CredentialAlgorithm| SIGNERS.contains(&algorithm.as_str());
    CredentialAlgorithm::ALL.into_iter().filter(known).map(key).collect()
});

/// The name of the key for an algorithm: a further one of the RSA key has its own.
fn kid(alg: &str) -> String {
    if ["HS256", "ES256", "RS256"].contains(&alg) { "k".to_owned() } else { format!("k-{alg}") }
}

/// Whether anybody takes a token, and who.
fn judge(case: &Case) -> Result<(), String> {
    match taken(&case.token).as_slice() {
        [] => {}
        by => return Err(format!("taken as {}", by.join(", "))),
    }
    // These believe nothing and must only not break.
    drop((unverified_subject(&case.token), unverified_audiences(&case.token)));
    Ok(())
}

/// As what a token is taken.
fn taken(token: &str) -> Vec<String> {
    let keys: Vec<&TenantKey> = KEYS.iter().collect();
    let of_tenant = SigningAlg::ALL.into_iter().filter(|expected| verify(token, *expected, &keys).is_ok());
    let mut taken: Vec<String> = of_tenant.map(|expected| expected.as_str().to_owned()).collect();
    let secret = SecretKey::new(&Secret::new(SECRET.to_owned()), false).unwrap();
    if verify_hs256(token, &secret).is_ok() {
        taken.push("HS256".to_owned());
    }
    let keys: Vec<NamedKey<'_>> = CLIENT_KEYS.iter().map(|(kid, key)| NamedKey { kid, key }).collect();
    if verify_by_any(token, &keys).is_ok() {
        taken.push("an assertion".to_owned());
    }
    taken
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Header and payload with a signature that is right by this signer.
fn signed(by: usize, header: &str, payload: &str) -> String {
    let text = format!("{header}.{payload}");
    let signature = match SIGNERS[by] {
        "HS256" => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        }
        "ES256" => {
            let private = bytes(include_str!("keys/p256.txt"));
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private).unwrap();
            pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec()
        }
        "RS256" => by_rsa(&RSA_PKCS1_SHA256, &text),
        "RS384" => by_rsa(&RSA_PKCS1_SHA384, &text),
        "RS512" => by_rsa(&RSA_PKCS1_SHA512, &text),
        "PS256" => by_rsa(&RSA_PSS_SHA256, &text),
        "PS384" => by_rsa(&RSA_PSS_SHA384, &text),
        _ => by_rsa(&RSA_PSS_SHA512, &text),
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn by_rsa(encoding: &'static dyn RsaEncoding, text: &str) -> Vec<u8> {
    let mut signature = vec![0; RSA.public_modulus_len()];
    RSA.sign(encoding, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    signature
}

fn header(by: usize) -> String {
    let alg = SIGNERS[by];
    encoded(&format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, kid(alg)))
}

fn signer() -> Range<usize> {
    0..SIGNERS.len()
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
        r#"{"alg":"RS256","crit":["exp"],"kid":"k"}"#,
        r#"{"alg":"PS256","crit":[],"kid":"k-PS256"}"#,
        r#"{"alg":"rs256","kid":"k"}"#,
        r#"{"alg":"RS1","kid":"k"}"#,
        r#"{"alg":"RSA-OAEP","kid":"k"}"#,
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
    for alg in ["HS256", "ES256", "RS256", "RS512", "PS256"] {
        let start = format!(r#"{{"alg":"{alg}","kid":"{}","x":"#, kid(alg));
        headers.push(format!("{start}{}{}}}", "[".repeat(4000), "]".repeat(4000)));
        headers.push(format!("{start}\"{}\"}}", "y".repeat(MAX_TOKEN)));
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
    let cut = (signer(), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(by, at, front)| {
        let good = signed(by, &header(by), &payload());
        let at = at.index(good.len());
        case("cut", if front && at > 0 { good[at..].to_owned() } else { good[..at].to_owned() })
    });
    let mixed =
        (signer(), prop::sample::select(vec!["021", "102", "120", "201", "210", "00", "0", "0122", "011"]))
            .prop_map(|(by, order)| {
                let good = signed(by, &header(by), &payload());
                let parts: Vec<&str> = good.split('.').collect();
                let order = order.bytes().map(|place| parts[usize::from(place - b'0')]);
                case("mixed", order.collect::<Vec<_>>().join("."))
            });
    let said = (signer(), prop::sample::select(bad_headers()))
        .prop_map(|(by, header)| (signed(by, &encoded(&header), &payload()), header))
        // A header that is right for the other signature is right.
        .prop_map(|(token, header)| case(&format!("header {header:.40}"), token));
    let unsigned = (prop::sample::select(bad_headers()), prop::sample::select(vec!["", "AA", "AAAA"]))
        .prop_map(|(header, end)| case("unsigned", format!("{}.{}.{end}", encoded(&header), payload())));
    let claims = (signer(), prop::sample::select(&BAD_PAYLOADS[..]))
        .prop_map(|(by, payload)| case("claims", signed(by, &header(by), &encoded(payload))));
    let spelled = (signer(), 0..6_usize, 0..3_usize).prop_filter_map("the same", |(by, how, part)| {
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
    let flipped = (signer(), any::<prop::sample::Index>(), 1..=127_u8).prop_map(|(by, at, with)| {
        let mut bytes = signed(by, &header(by), &payload()).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = (bytes[at] ^ with) & 0x7f;
        case("flipped", String::from_utf8(bytes).unwrap())
    });
    let crossed = (signer(), 1..SIGNERS.len()).prop_map(|(by, step)| {
        let other = header((by + step) % SIGNERS.len());
        case("another signature", signed(by, &other, &payload()))
    });
    let any = "[A-Za-z0-9_.=-]{0,120}|\\PC{0,60}".prop_map(|token| case("anything", token));
    prop_oneof![4 => cut, 2 => mixed, 4 => said, 2 => unsigned, 2 => claims, 4 => spelled, 4 => flipped, 1 => crossed, 2 => any]
}

#[test]
fn no_damaged_token_is_taken() {
    for (by, alg) in SIGNERS.into_iter().enumerate() {
        let expected: &[&str] = if alg == "HS256" { &[alg] } else { &[alg, "an assertion"] };
        assert_eq!(taken(&signed(by, &header(by), &payload())), expected, "whole it is taken");
    }
    hold("tokens", made(), judge);
}
