//! The little DER that is needed to publish and to read a key: the two numbers of an RSA public key, those of
//! a point, the bytes inside a PEM text, and how an element is written.
//!
//! Source: SEC 1 §2.3.3 (points); X.690 §8.1, §8.3, §10.1; RFC 8017 §A.1.1 (`RSAPublicKey`); RFC 7468 §5 (PEM).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
pub const INTEGER: u8 = 0x02;
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// `[0]`, around other elements.
pub const CONTEXT_0: u8 = 0xa0;

/// An element of `tag` whose content is `parts`, one after the other.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut element = vec![tag];
    match length {
        [] => element.push(0),
        [short] if *short < 0x80 => element.push(*short),
        // The long form: how many bytes the length has, then these bytes.
        long => {
            element.push(0x80 | u8::try_from(long.len()).unwrap_or(u8::MAX));
            element.extend(long);
        }
    }
    element.extend(content);
    element
}

/// Modulus and exponent of an `RSAPublicKey`, big-endian without leading zeros.
pub fn rsa_numbers(public_key: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, rest) = take(public_key, SEQUENCE)?;
    let (modulus, body_rest) = take(body, INTEGER)?;
    let (exponent, end) = take(body_rest, INTEGER)?;
    (rest.is_empty() && end.is_empty()).then_some(())?;
    Some((without_sign(modulus)?, without_sign(exponent)?))
}

/// The two coordinates of an uncompressed point.
pub fn coordinates(point: &[u8]) -> Option<(&[u8], &[u8])> {
    let (4, both) = (*point.first()?, &point[1..]) else { return None };
    (both.len() % 2 == 0 && !both.is_empty()).then(|| both.split_at(both.len() / 2))
}

/// The DER of the one certificate in a PEM text.
pub fn certificate(pem: &str) -> Option<Vec<u8>> {
    let (label, der) = one_pem(pem)?;
    (label == "CERTIFICATE").then_some(())?;
    let (_, rest) = take(&der, SEQUENCE)?;
    rest.is_empty().then_some(())?;
    Some(der)
}

/// The label and the bytes of the one thing in a PEM text.
pub fn one_pem(pem: &str) -> Option<(&str, Vec<u8>)> {
    let (_, after) = pem.split_once("-----BEGIN ")?;
    let (label, after) = after.split_once("-----")?;
    let (body, rest) = after.split_once("-----END ")?;
    let rest = rest.strip_prefix(label)?.strip_prefix("-----")?;
    (!rest.contains("-----BEGIN")).then_some(())?;
    let text: String = body.split_ascii_whitespace().collect();
    Some((label, STANDARD.decode(text).ok()?))
}

/// Splits off one element with the given tag: its content, and what follows it.
fn take(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = input.split_first()?;
    (found == tag).then_some(())?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        // The long form: how many bytes the length has, then these bytes. Two are plenty here.
        let count = usize::from(first & 0x7f);
        (1..=2).contains(&count).then_some(())?;
        let (bytes, rest) = rest.split_at_checked(count)?;
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    rest.split_at_checked(length)
}

/// A positive INTEGER without the zero byte that keeps it positive.
fn without_sign(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [0, rest @ ..] if !rest.is_empty() => Some(rest),
        [first, ..] if *first != 0 && *first < 0x80 => Some(integer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_numbers_are_read() {
        // SEQUENCE { INTEGER 0x00f1, INTEGER 3 }
        let key = [0x30, 0x07, 0x02, 0x02, 0x00, 0xf1, 0x02, 0x01, 0x03];
        assert_eq!(rsa_numbers(&key), Some((&[0xf1][..], &[0x03][..])));
    }

    #[test]
    fn a_point_has_two_halves_and_is_not_compressed() {
        assert_eq!(coordinates(&[4, 1, 2, 3, 4]), Some((&[1, 2][..], &[3, 4][..])));
        for bad in [&[][..], &[4], &[4, 1], &[4, 1, 2, 3], &[2, 1, 2], &[0]] {
            assert_eq!(coordinates(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_element_has_the_shortest_length() {
        for (length, head) in [
            (0, &[0x31, 0x00][..]),
            (0x7f, &[0x31, 0x7f]),
            (0x80, &[0x31, 0x81, 0x80]),
            (0x100, &[0x31, 0x82, 0x01, 0x00]),
        ] {
            let content = vec![7; length];
            assert_eq!(
                element(SET, &[&content[..length / 2], &content[length / 2..]]),
                [head, &content].concat()
            );
        }
    }

    #[test]
    fn what_is_cut_or_longer_is_refused() {
        let key = [0x30, 0x07, 0x02, 0x02, 0x00, 0xf1, 0x02, 0x01, 0x03];
        for end in 0..key.len() {
            assert_eq!(rsa_numbers(&key[..end]), None, "{end}");
        }
        assert_eq!(rsa_numbers(&[&key[..], &[0]].concat()), None);
        // Absurd lengths do not overflow.
        assert_eq!(rsa_numbers(&[0x30, 0x89, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(rsa_numbers(&[0x30, 0x82, 0xff, 0xff]), None);
    }

    #[test]
    fn a_pem_holds_exactly_one_certificate() {
        let pem = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(certificate(pem), Some(vec![0x30, 0x00]));
        assert_eq!(certificate(&pem.repeat(2)), None);
        assert_eq!(certificate(""), None);
        assert_eq!(certificate(&pem.replace("MAA=", "")), None);
        assert_eq!(certificate(&pem.replace("MAA=", "!")), None);
        assert_eq!(certificate(&pem.replace("MAA=", "MAAA")), None);
    }
}
