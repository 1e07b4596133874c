//! Bodies of requests: one JSON object or one list, or a 400 that says why not.
//!
//! Must not know what is in it; forms have become JSON before ([`crate::forms`]). Source: RFC 8259; RFC 9110 §15.5.16 for other kinds of body.

use doorward_web::body::is_json;
use doorward_web::fault::Refusal;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::refused::Refused;
use crate::unambiguous::Unambiguous;

/// Reads the object that a body is. A body that does not say what it is, is taken for JSON.
pub(crate) fn object(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Refused> {
    match json(headers, body)? {
        Value::Object(object) => Ok(object),
        _ => Err(refuse("The body must be a JSON object.")),
    }
}

/// Reads the list that a body is.
pub(crate) fn array(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Value>, Refused> {
    match json(headers, body)? {
        Value::Array(list) => Ok(list),
        _ => Err(refuse("The body must be a JSON list.")),
    }
}

fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refused> {
    if headers.contains_key(CONTENT_TYPE) && !is_json(headers) {
        let kinds = "application/json or application/x-www-form-urlencoded";
        return Err(Refusal::content_type(kinds).into());
    }
    serde_json::from_slice(body).map(|Unambiguous(value)| value).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            let text = error.to_string();
            let said = text.split(" at line ").next().unwrap_or_default();
            return refuse(&format!("{said}, at line {line}, column {column}."));
        }
        refuse(&format!("The body is not JSON: it breaks off at line {line}, column {column}."))
    })
}

fn refuse(why: &str) -> Refused {
    Refusal::unreadable(format!("Payload validation error: {why}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Option<&str>, body: &[u8]) -> Result<Map<String, Value>, u16> {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        }
        object(&headers, body).map_err(|refused| refused.refusal().status().as_u16())
    }

    #[test]
    fn an_object_is_read_whatever_its_charset_is_said_to_be() {
        for kind in [None, Some("application/json"), Some("Application/JSON; charset=utf-8")] {
            assert_eq!(read(kind, br#"{"name":"a"}"#).unwrap()["name"], "a");
        }
    }

    #[test]
    fn a_list_is_read_where_a_list_is_wanted() {
        let headers = HeaderMap::new();
        assert_eq!(array(&headers, b"[1,2]").unwrap().len(), 2);
        assert!(array(&headers, b"{}").is_err());
        assert!(array(&headers, b"[").is_err());
    }

    #[test]
    fn a_name_that_comes_twice_is_refused_however_it_is_spelled_and_wherever_it_stands() {
        for body in [r#"{"a":1,"a":2}"#, r#"{"a":1,"\u0061":1}"#, r#"{"a":[{"b":{"c":1,"c":null}}]}"#] {
            assert_eq!(read(None, body.as_bytes()), Err(400), "{body}");
        }
        let Err(refused) = object(&HeaderMap::new(), br#"{"a":1,"a":2}"#) else { panic!("it was read") };
        assert!(refused.refusal().text().contains("comes twice"), "{}", refused.refusal().text());
        assert!(
            read(None, br#"{"a":{"b":1},"c":{"b":[1,1.5,-7,18446744073709551615,"x",true,null]}}"#).is_ok()
        );
    }

    #[test]
    fn a_text_that_ends_early_for_some_readers_is_refused() {
        for body in [r#"{"a":"b\u0000c"}"#, r#"{"a":[{"b":"\u0000"}]}"#, r#"{"a\u0000":1}"#] {
            let Err(refused) = object(&HeaderMap::new(), body.as_bytes()) else { panic!("{body} was read") };
            assert!(refused.refusal().text().contains("U+0000, at line 1"), "{}", refused.refusal().text());
        }
    }

    #[test]
    fn other_kinds_of_body_are_refused_by_kind() {
        for kind in ["text/plain", "", "multipart/form-data", "application/json-patch+json"] {
            assert_eq!(read(Some(kind), b"name=a"), Err(415), "{kind}");
        }
    }

    #[test]
    fn what_is_no_object_is_an_answer_and_not_a_crash() {
        let deep = "[".repeat(200_000);
        for body in ["", "{", "[]", "null", "\"x\"", "{\"a\":}", "{\"a\":1e999999}", deep.as_str(), "\u{0}"] {
            assert_eq!(read(None, body.as_bytes()), Err(400), "{body:.20}");
        }
        assert_eq!(read(None, b"{\"a\":\"\xff\"}"), Err(400));
    }
}
