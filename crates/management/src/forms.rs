//! Bodies that come as `application/x-www-form-urlencoded`: the same JSON object in another spelling.
//!
//! `name=Shop`, a member of a member in brackets (`jwt_configuration[alg]=RS256`), an entry of a list
//! with empty or counted brackets, or by repeating the name (`callbacks[]=…&callbacks[]=…`). A form has
//! no types; they come from the schema of the operation, and where that says nothing a value is a text.
//! Null and empty lists cannot be said in a form: send JSON. Must not know any resource.
//!
//! Source: the Management API takes both encodings on its writes; the brackets are the habit of the
//! servers that the original is built from. RFC 1866 §8.2.1 for the encoding itself.

use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use doorward_model::schema::Schema;
use doorward_protocol::oauth::params::decode;
use doorward_web::body::{RawBody, is_form};
use doorward_web::fault::{Refusal, Skin};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Map, Value};

/// The most fields of a form.
const MAX_FIELDS: usize = 1000;
/// How deep brackets go.
const MAX_DEPTH: usize = 6;

/// Hands a form on as the JSON that it stands for, so that no endpoint knows of forms.
pub(crate) async fn as_json(
    State(schema): State<Option<&'static Schema>>,
    request: Request,
    next: Next,
) -> Response {
    if !is_form(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let RawBody(bytes) = match RawBody::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(body) => body,
        Err(refused) => return refused.into_response(),
    };
    let object = match read(&bytes, schema) {
        Ok(object) => object,
        Err(why) => {
            let text = format!("Payload validation error: {why}");
            return Refusal::unreadable(text).as_skin(Skin::Json).into_response();
        }
    };
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.remove(CONTENT_LENGTH);
    let body = Body::from(Value::Object(object).to_string());
    next.run(Request::from_parts(parts, body)).await
}

/// Reads a form as the object that it stands for.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn read(body: &[u8], schema: Option<&Schema>) -> Result<Map<String, Value>, String> {
    let mut whole = Value::Object(Map::new());
    let fields = body.split(|byte| *byte == b'&').filter(|field| !field.is_empty());
    for (at, field) in fields.enumerate() {
        if at == MAX_FIELDS {
            return Err(format!("The form has more than {MAX_FIELDS} fields."));
        }
        let (name, value) = match field.iter().position(|byte| *byte == b'=') {
            Some(middle) => (&field[..middle], &field[middle + 1..]),
            None => (field, &[][..]),
        };
        let broken = |_| "The form is not well encoded: percent-encoded UTF-8 is expected.".to_owned();
        let (name, value) = (decode(name).map_err(broken)?, decode(value).map_err(broken)?);
        let path = path(&name).ok_or_else(|| format!("{} is no name of a field.", shown(&name)))?;
        place(&mut whole, &path, &value, schema).map_err(|why| format!("{} {why}", shown(&name)))?;
    }
    match whole {
        Value::Object(object) => Ok(object),
        _ => Ok(Map::new()),
    }
}

/// A stranger's text, short and in one line.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// `a[b][]` as `a`, `b` and an empty part.
fn path(name: &str) -> Option<Vec<&str>> {
    let (first, mut rest) = name.split_at(name.find('[').unwrap_or(name.len()));
    let mut parts = vec![first];
    while !rest.is_empty() {
        let (part, after) = rest.strip_prefix('[')?.split_once(']')?;
        if part.contains('[') {
            return None;
        }
        parts.push(part);
        rest = after;
    }
    (!first.is_empty() && !first.contains(']') && parts.len() <= MAX_DEPTH).then_some(parts)
}

/// Puts a value where its path leads. A place that nothing was put into yet is null.
fn place(node: &mut Value, path: &[&str], text: &str, schema: Option<&Schema>) -> Result<(), &'static str> {
    let entry = schema.and_then(Schema::entry);
    let Some((part, below)) = path.split_first() else {
        return match node {
            // A list may also be written by repeating its name.
            Value::Null if entry.is_some() => push(node, &[], text, entry),
            Value::Array(_) if entry.is_some() => push(node, &[], text, entry),
            Value::Null => {
                *node = schema.map_or_else(|| Value::from(text), |schema| schema.typed(text));
                Ok(())
            }
            _ => Err("comes twice. Send it once."),
        };
    };
    if part.is_empty() {
        return if below.is_empty() { push(node, &[], text, entry) } else { Err("has [] in its middle.") };
    }
    let counts = part.len() < 5 && part.bytes().all(|b| b.is_ascii_digit());
    if counts && (entry.is_some() || (schema.is_none() && !node.is_object())) {
        let next = node.as_array().map_or(0, Vec::len);
        return match part.parse::<usize>() {
            Ok(number) if number == next => push(node, below, text, entry),
            // A further member of the entry that is being written.
            Ok(number) if number + 1 == next && !below.is_empty() => match node.get_mut(number) {
                Some(last) => place(last, below, text, entry),
                None => Err("cannot be placed."),
            },
            _ => Err("counts wrong: entries of a list are numbered from 0 in their order."),
        };
    }
    if node.is_null() {
        *node = Value::Object(Map::new());
    }
    let Value::Object(object) = node else { return Err("is a value in one field and has parts in another.") };
    let member = schema.and_then(|schema| schema.member(part));
    place(object.entry(*part).or_insert(Value::Null), below, text, member)
}

fn push(node: &mut Value, below: &[&str], text: &str, entry: Option<&Schema>) -> Result<(), &'static str> {
    if node.is_null() {
        *node = Value::Array(Vec::new());
    }
    let Value::Array(entries) = node else {
        return Err("is a list in one field and something else in another.");
    };
    let mut fresh = Value::Null;
    place(&mut fresh, below, text, entry)?;
    entries.push(fresh);
    Ok(())
}

#[cfg(test)]
mod tests {
    use doorward_model::schema::{TEXT, WHOLE, list, optional};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const JWT: Schema = Schema::Object(&[optional("alg", TEXT, ""), optional("life", WHOLE, "")]);
    const BODY: Schema = Schema::Object(&[
        optional("name", TEXT, ""),
        optional("on", Schema::Nullable(&Schema::Flag), ""),
        optional("hours", Schema::Number { min: 0.0, max: 9.0 }, ""),
        optional("jwt", Schema::Nullable(&JWT), ""),
        optional("callbacks", list(&TEXT, 9), ""),
        optional("scopes", list(&JWT, 9), ""),
        optional("metadata", Schema::Map { of: &TEXT, max: 9 }, ""),
    ]);

    fn form(text: &str) -> Result<Value, String> {
        read(text.as_bytes(), Some(&BODY)).map(Value::Object)
    }

    #[test]
    fn a_form_is_the_object_that_its_schema_gives_types_to() {
        let text = "name=12&on=true&hours=3.5&jwt[alg]=RS256&jwt%5Blife%5D=60&callbacks[]=https%3A%2F%2Fa.test\
                    &callbacks[]=b&metadata[0]=x&metadata[true]=false";
        let expected = json!({
            "name": "12", "on": true, "hours": 3.5, "jwt": { "alg": "RS256", "life": 60 },
            "callbacks": ["https://a.test", "b"], "metadata": { "0": "x", "true": "false" },
        });
        assert_eq!(form(text).unwrap(), expected);
        assert_eq!(form("").unwrap(), json!({}));
        assert_eq!(form("name").unwrap(), json!({ "name": "" }));
    }

    #[test]
    fn a_list_is_written_in_three_ways() {
        let lists =
            ["callbacks[]=a&callbacks[]=b", "callbacks[0]=a&callbacks[1]=b", "callbacks=a&callbacks=b"];
        for text in lists {
            assert_eq!(form(text).unwrap(), json!({ "callbacks": ["a", "b"] }), "{text}");
        }
        assert_eq!(form("callbacks=a").unwrap(), json!({ "callbacks": ["a"] }));
        let objects = "scopes[0][alg]=a&scopes[0][life]=1&scopes[1][alg]=b";
        assert_eq!(form(objects).unwrap(), json!({ "scopes": [{ "alg": "a", "life": 1 }, { "alg": "b" }] }));
    }

    #[test]
    fn what_cannot_be_typed_stays_a_text_for_the_schema_to_refuse() {
        assert_eq!(form("on=maybe&hours=x").unwrap(), json!({ "on": "maybe", "hours": "x" }));
        assert_eq!(
            form("nonsense=1").unwrap(),
            json!({ "nonsense": "1" }),
            "unknown names are refused later"
        );
    }

    #[test]
    fn shapes_that_are_none_are_refused() {
        for text in [
            "=x",
            "[a]=x",
            "a]=x",
            "a[b=x",
            "a[b]c=x",
            "a[[b]]=x",
            "a[b][c][d][e][f][g]=x",
            "name=a&name=b",
            "name=a&name[b]=c",
            "jwt[alg]=a&jwt=b",
            "callbacks[1]=a",
            "callbacks[0]=a&callbacks[2]=b",
            "callbacks[][a]=b",
            "jwt[]=x&jwt[alg]=y",
            "a=%zz",
            "a=%ff",
        ] {
            assert!(form(text).is_err(), "{text}: {:?}", form(text));
        }
        assert!(form(&"a[]=&".repeat(MAX_FIELDS + 1)).is_err());
    }

    #[test]
    fn without_a_schema_everything_is_a_text() {
        let read = |text: &str| read(text.as_bytes(), None).map(Value::Object).unwrap();
        assert_eq!(
            read("a=1&b[c]=true&d[0]=x&d[1]=y"),
            json!({ "a": "1", "b": { "c": "true" }, "d": ["x", "y"] })
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_read_or_refused_and_never_panic(bytes in "[a-c\\[\\]=&%0-9]{0,60}") {
            let _ = form(&bytes);
            let _ = read(bytes.as_bytes(), None);
        }
    }
}
