//! Parameters as they come: from a query, a form or a JSON object.
//!
//! Owns decoding, limits and the finding of repeated names. Must not know what a parameter means;
//! unknown ones are simply never asked for.
//!
//! Source: RFC 6749 §3.1, §3.2 (sent without a value means omitted; not more than once), appendix B;
//! SDKs that send JSON with `null` members.

use std::fmt;

use doorward_model::secret::Secret;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::authorize::KNOWN;
use super::error::{OAuthErrorCode, PageError, PageProblem, TokenError};

/// The largest query or body, in bytes.
pub const MAX_WHOLE: usize = 64 * 1024;
/// The longest value, in bytes after decoding.
pub const MAX_VALUE: usize = 8 * 1024;
/// The longest name, in bytes after decoding.
pub const MAX_NAME: usize = 256;
/// The most parameters.
pub const MAX_COUNT: usize = 100;

/// Names whose value must be a text in a JSON body, beside those of an authorization request ([`KNOWN`]); the type of
/// any other member does not matter.
const TEXT_MEMBERS: [&str; 10] = [
    "client_assertion",
    "client_assertion_type",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "grant_type",
    "refresh_token",
    "token",
    "token_type_hint",
];
/// The one of them that is a number to whoever writes JSON.
const NUMBER: &str = "max_age";

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// The whole is larger than [`MAX_WHOLE`].
    #[error("The request is larger than 64 KiB.")]
    TooLarge,
    /// There are more than [`MAX_COUNT`] parameters.
    #[error("The request has more than 100 parameters.")]
    TooMany,
    /// A name is longer than [`MAX_NAME`] or a value longer than [`MAX_VALUE`].
    #[error("A parameter of the request is too long.")]
    TooLong,
    /// A percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("The request is not well encoded: percent-encoded UTF-8 is expected.")]
    Encoding,
    /// The body is something else than a form.
    #[error("The body must be a form: application/x-www-form-urlencoded.")]
    NoForm,
    /// The body is not one JSON object.
    #[error("The body is not a JSON object.")]
    Json,
    /// A member that must be a text is a number, a list or something else.
    #[error("The member {0} must be a text.")]
    NotText(&'static str),
}

impl From<ParamsError> for TokenError {
    fn from(error: ParamsError) -> Self {
        TokenError::new(OAuthErrorCode::InvalidRequest, &error.to_string())
    }
}

impl From<ParamsError> for PageError {
    fn from(error: ParamsError) -> Self {
        PageError::new(PageProblem::MalformedRequest, &error.to_string())
    }
}

/// Parameters in the order sent. Values may be secrets, so they are kept like secrets: wiped when
/// dropped and never printed.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, Secret)>);

impl Params {
    /// Reads the query of a URL, without its question mark.
    ///
    /// ```
    /// use doorward_protocol::oauth::params::Params;
    /// let params = Params::from_query("scope=openid+email&state=&unknown=1").unwrap();
    /// assert_eq!(params.get("scope"), Some("openid email"));
    /// assert_eq!(params.get("state"), None);
    /// ```
    ///
    /// # Errors
    /// When a limit is passed or the encoding is broken.
    pub fn from_query(query: &str) -> Result<Self, ParamsError> {
        Self::from_form(query.as_bytes())
    }

    /// Reads an `application/x-www-form-urlencoded` body.
    ///
    /// # Errors
    /// When a limit is passed or the encoding is broken.
    pub fn from_form(body: &[u8]) -> Result<Self, ParamsError> {
        if body.len() > MAX_WHOLE {
            return Err(ParamsError::TooLarge);
        }
        // As text, which is searched word by word: tokens are long.
        let text = std::str::from_utf8(body).map_err(|_| ParamsError::Encoding)?;
        let mut params = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            params.push(decode(name.as_bytes())?, decode(value.as_bytes())?)?;
        }
        Ok(params)
    }

    /// Reads a JSON object. `null` counts as absent, a number as its text where one is meant; members nobody asks for
    /// may be anything.
    ///
    /// # Errors
    /// When a limit is passed, the body is not an object, or a known member is not a text.
    pub fn from_json(body: &[u8]) -> Result<Self, ParamsError> {
        if body.len() > MAX_WHOLE {
            return Err(ParamsError::TooLarge);
        }
        let members: Members = serde_json::from_slice(body).map_err(|_| ParamsError::Json)?;
        let mut params = Self::default();
        for (name, value) in members.0 {
            match value {
                Member::Text(text) => params.push(name, text)?,
                Member::Null => params.push(name, String::new())?,
                Member::Number(text) if name == NUMBER => params.push(name, text)?,
                Member::Number(_) | Member::Other => {
                    if let Some(known) = TEXT_MEMBERS.into_iter().chain(KNOWN).find(|known| *known == name) {
                        return Err(ParamsError::NotText(known));
                    }
                }
            }
        }
        Ok(params)
    }

    /// The value of a parameter; an empty one counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.expose()).filter(|text| !text.is_empty())
    }

    /// Whether the name was sent at all, even without a value (`federated`).
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The names that were sent more than once, each one time, in the order sent.
    #[must_use]
    pub fn duplicates(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for (i, (name, _)) in self.0.iter().enumerate() {
            if self.0[..i].iter().any(|(earlier, _)| earlier == name) && !found.contains(&name.as_str()) {
                found.push(name.as_str());
            }
        }
        found
    }

    fn push(&mut self, name: String, value: String) -> Result<(), ParamsError> {
        let value = Secret::new(value);
        if self.0.len() == MAX_COUNT {
            return Err(ParamsError::TooMany);
        }
        if name.len() > MAX_NAME || value.expose().len() > MAX_VALUE {
            return Err(ParamsError::TooLong);
        }
        self.0.push((name, value));
        Ok(())
    }
}

impl fmt::Debug for Params {
    /// Names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Undoes form encoding (RFC 6749 appendix B).
///
/// # Errors
/// When the encoding is broken.
pub fn decode(text: &[u8]) -> Result<String, ParamsError> {
    // Ids, tokens and secrets come as they are.
    if !text.contains(&b'+') && !text.contains(&b'%') {
        return std::str::from_utf8(text).map(str::to_owned).map_err(|_| ParamsError::Encoding);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(ParamsError::Encoding),
            },
            plain => *plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::Encoding)
}

fn hex(digit: &u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// The members of a JSON object in order, repeated ones included.
struct Members(Vec<(String, Member)>);

enum Member {
    Text(String),
    Null,
    Number(String),
    Other,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Member, E> {
        Ok(Member::Text(text))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Member, E> {
        Ok(Member::Null)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Member, E> {
        Ok(Member::Number(number.to_string()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Member, E> {
        Ok(Member::Number(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Member, E> {
        Ok(Member::Number(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_6749_3_1_a_parameter_without_a_value_counts_as_omitted() {
        let params = Params::from_query("a=&b&c=1&=2&&").unwrap();
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (None, None, Some("1")));
        assert!(params.has("b") && !params.has("d"));
    }

    #[test]
    fn rfc_6749_appendix_b_values_are_form_decoded() {
        let params = Params::from_form(b"a=1+2%203%C3%A9&b=x=y&%61%62=z").unwrap();
        assert_eq!(params.get("a"), Some("1 2 3é"));
        assert_eq!(params.get("b"), Some("x=y"));
        assert_eq!(params.get("ab"), Some("z"));
    }

    #[test]
    fn broken_encoding_is_an_error_and_never_a_guess() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%ff", "%c3=1", "a=%c3%28"] {
            assert_eq!(Params::from_query(bad).unwrap_err(), ParamsError::Encoding, "{bad}");
        }
        for bad in [&b"a=\xff"[..], b"a=\xc3%A9", b"a=1&\xff=2"] {
            assert_eq!(Params::from_form(bad).unwrap_err(), ParamsError::Encoding, "{bad:?}");
        }
    }

    #[test]
    fn repeated_names_are_found_even_when_encoded_differently_or_empty() {
        let params = Params::from_query("a=1&b=2&%61=1&c=&c=3&a=1").unwrap();
        assert_eq!(params.duplicates(), ["a", "c"]);
        assert_eq!(params.get("a"), Some("1"));
    }

    #[test]
    fn limits_hold_for_whole_value_name_and_count() {
        let error = |text: &str| Params::from_query(text).unwrap_err();
        assert_eq!(error(&format!("a={}", "x".repeat(MAX_WHOLE))), ParamsError::TooLarge);
        assert_eq!(error(&format!("a={}", "x".repeat(MAX_VALUE + 1))), ParamsError::TooLong);
        assert_eq!(error(&format!("{}=1", "x".repeat(MAX_NAME + 1))), ParamsError::TooLong);
        assert_eq!(error(&"a=1&".repeat(MAX_COUNT + 1)), ParamsError::TooMany);
        assert!(Params::from_query(&format!("a={}", "x".repeat(MAX_VALUE))).is_ok());
        assert!(Params::from_query(&"a=1&".repeat(MAX_COUNT)).is_ok());
    }

    #[test]
    fn null_and_empty_members_count_as_absent_and_unknown_ones_may_be_anything() {
        let body =
            br#"{"grant_type":"refresh_token","scope":"","audience":null,"realm":null,"x":[{"y":1}],"n":3}"#;
        let params = Params::from_json(body).unwrap();
        assert_eq!(params.get("grant_type"), Some("refresh_token"));
        assert_eq!((params.get("scope"), params.get("audience"), params.get("x")), (None, None, None));
    }

    #[test]
    fn a_known_member_that_is_not_a_text_is_malformed() {
        for value in ["1", "true", "1.5", "[]", r#"["a"]"#, r#"{"$ne":null}"#] {
            let body = format!(r#"{{"client_id":{value}}}"#);
            assert_eq!(
                Params::from_json(body.as_bytes()).unwrap_err(),
                ParamsError::NotText("client_id"),
                "{value}"
            );
        }
    }

    #[test]
    fn a_member_of_an_authorization_request_is_a_text_and_max_age_may_be_a_number() {
        for (value, text) in [("0", "0"), ("3600", "3600"), ("\"60\"", "60"), ("-1", "-1"), ("1.5", "1.5")] {
            let params = Params::from_json(format!(r#"{{"max_age":{value}}}"#).as_bytes()).unwrap();
            assert_eq!(params.get("max_age"), Some(text));
        }
        for name in ["max_age", "prompt", "nonce", "state", "resource", "claims", "response_type"] {
            for value in ["true", "[0]", r#"{"a":0}"#, r#"["login"]"#] {
                let body = format!(r#"{{"{name}":{value}}}"#);
                assert_eq!(
                    Params::from_json(body.as_bytes()).unwrap_err(),
                    ParamsError::NotText(name),
                    "{body}"
                );
            }
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_refused_and_deep_nesting_does_no_harm() {
        let deep = format!(r#"{{"a":{}}}"#, "[".repeat(30_000));
        for bad in
            ["", "null", "[]", "1", "\"a\"", "{", "{}x", r#"{"a":1,}"#, "{\"a\":\"\u{1}\"}", deep.as_str()]
        {
            assert_eq!(Params::from_json(bad.as_bytes()).unwrap_err(), ParamsError::Json, "{bad:.20}");
        }
    }

    #[test]
    fn repeated_members_of_json_are_found() {
        let params = Params::from_json(br#"{"code":"a","code":null}"#).unwrap();
        assert_eq!(params.duplicates(), ["code"]);
    }

    #[test]
    fn values_are_never_printed() {
        let params = Params::from_query("client_secret=canary&a=b").unwrap();
        assert_eq!(format!("{params:?}"), r#"["client_secret", "a"]"#);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_read_or_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for params in [Params::from_form(&bytes), Params::from_json(&bytes)].into_iter().flatten() {
                prop_assert!(params.0.len() <= MAX_COUNT);
            }
        }

        #[test]
        fn what_is_form_encoded_comes_back(name in "[a-z]{1,9}", value in "\\PC{1,40}") {
            let query: String = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(&name, &value)
                .finish();
            let params = Params::from_query(&query).unwrap();
            prop_assert_eq!(params.get(&name), Some(value.as_str()));
        }
    }
}
