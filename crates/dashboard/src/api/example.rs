//! A value that a schema allows, to begin with: what must be there, or the first few names.

use serde_json::{Map, Value, json};

/// How many names an object shows that demands none.
const SOME: usize = 2;
/// Deeper than any body goes.
const MAX_DEPTH: usize = 8;

/// An example of a schema.
pub(super) fn of(document: &Value, schema: &Value) -> Value {
    example(document, schema, MAX_DEPTH)
}

/// What a reference refers to; anything else is itself.
pub(super) fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let place = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    place.and_then(|place| document.pointer(place)).unwrap_or(value)
}

fn example(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = resolved(document, schema);
    if depth == 0 {
        return Value::Null;
    }
    if let Some(word) = schema["enum"].get(0) {
        return word.clone();
    }
    if let Some(first) = schema["anyOf"].get(0) {
        return example(document, first, depth - 1);
    }
    let kind = schema["type"].get(0).unwrap_or(&schema["type"]).as_str().unwrap_or_default();
    match kind {
        "object" => object(document, schema, depth),
        "array" => json!([example(document, &schema["items"], depth - 1)]),
        "boolean" => json!(true),
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or_default()),
        "string" => json!(text(schema["format"].as_str().unwrap_or_default())),
        _ => Value::Null,
    }
}

fn object(document: &Value, schema: &Value, depth: usize) -> Value {
    let demanded: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let members = schema["properties"].as_object().into_iter().flatten();
    let shown = members.enumerate().filter(|(at, (name, _))| {
        if demanded.is_empty() { *at < SOME } else { demanded.contains(&name.as_str()) }
    });
    let written = shown.map(|(_, (name, member))| (name.clone(), example(document, member, depth - 1)));
    Value::Object(written.collect::<Map<_, _>>())
}

fn text(format: &str) -> &'static str {
    match format.trim_end_matches("-or-empty") {
        "uri" | "https-uri" => "https://app.example.com/",
        "email" => "ada@example.com",
        "date-time" => "2027-01-31T12:00:00.000Z",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_has_what_must_be_there_and_looks_like_it() {
        let document = json!({ "components": { "schemas": { "Person": {
            "type": "object",
            "properties": { "email": { "type": "string", "format": "email" }, "age": { "type": "integer" } },
            "required": ["email"],
        } } } });
        let schema = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Person" } });
        assert_eq!(of(&document, &schema), json!([{ "email": "ada@example.com" }]));
        let open = json!({ "type": "object", "properties": {
            "a": { "type": ["boolean", "null"] }, "b": { "enum": ["x", "y"] }, "c": { "type": "string" },
        } });
        assert_eq!(of(&document, &open), json!({ "a": true, "b": "x" }));
    }
}
