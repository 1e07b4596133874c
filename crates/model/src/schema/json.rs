//! A schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1.

use serde_json::{Map, Value, json};

use super::{Format, Member, Schema};

impl Schema {
    /// The schema as JSON.
    ///
    /// ```
    /// use doorward_model::schema::{Schema, text};
    /// assert_eq!(text(9).to_json().to_string(), r#"{"type":"string","maxLength":9}"#);
    /// assert_eq!(Schema::Nullable(&Schema::Flag).to_json()["type"], serde_json::json!(["boolean", "null"]));
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Schema::Any => json!({}),
            Schema::Text { min, max, format } => text(*min, *max, *format),
            Schema::Words(words) => json!({ "type": "string", "enum": words }),
            Schema::Flag => json!({ "type": "boolean" }),
            Schema::Whole { min, max } => whole(*min, *max),
            Schema::Number { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
            Schema::List { of, min, max } => {
                let mut schema = json!({ "type": "array", "items": of.to_json() });
                if *min > 0 {
                    schema["minItems"] = json!(min);
                }
                if *max < usize::MAX {
                    schema["maxItems"] = json!(max);
                }
                schema
            }
            Schema::Object(members) => object(members, false),
            Schema::Open(members) => object(members, true),
            Schema::Map { of, max } => {
                let mut schema = json!({ "type": "object", "additionalProperties": of.to_json() });
                if *max < usize::MAX {
                    schema["maxProperties"] = json!(max);
                }
                schema
            }
            Schema::Either(several) => {
                json!({ "anyOf": several.iter().map(Schema::to_json).collect::<Vec<_>>() })
            }
            Schema::Nullable(inner) => nullable(inner.to_json()),
        }
    }
}

fn text(min: usize, max: usize, format: Format) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
    if min > 0 {
        schema.insert("minLength".to_owned(), json!(min));
    }
    if max < usize::MAX {
        schema.insert("maxLength".to_owned(), json!(max));
    }
    if let Some(pattern) = format.pattern() {
        schema.insert("pattern".to_owned(), json!(pattern));
    }
    // What must not be empty is what others call it.
    let name = format.name().map(|name| if min > 0 { name.trim_end_matches("-or-empty") } else { name });
    if let Some(name) = name {
        schema.insert("format".to_owned(), json!(name));
    }
    Value::Object(schema)
}

fn whole(min: i64, max: i64) -> Value {
    let mut schema = json!({ "type": "integer" });
    if min > i64::MIN {
        schema["minimum"] = json!(min);
    }
    if max < i64::MAX {
        schema["maximum"] = json!(max);
    }
    schema
}

fn object(members: &[Member], is_open: bool) -> Value {
    let mut properties = Map::new();
    for member in members {
        let mut schema = member.schema.to_json();
        if !member.about.is_empty() {
            schema["description"] = json!(member.about);
        }
        properties.insert(member.name.to_owned(), schema);
    }
    let mut schema = json!({ "type": "object" });
    if !properties.is_empty() {
        schema["properties"] = Value::Object(properties);
    }
    let required: Vec<&str> = members.iter().filter(|member| member.required).map(|m| m.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !is_open {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn nullable(mut schema: Value) -> Value {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    match schema.get("type").cloned() {
        Some(kind @ Value::String(_)) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        _ if schema.as_object().is_some_and(Map::is_empty) => schema,
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{list, optional, required, text};
    use super::*;

    #[test]
    fn an_object_says_what_it_knows_and_whether_that_is_all() {
        const CLOSED: Schema = Schema::Object(&[
            required("name", text(5).not_empty(), "Its name."),
            optional("mode", Schema::Nullable(&Schema::Words(&["a"])), ""),
            optional("hours", Schema::Number { min: 0.5, max: 10.0 }, ""),
            optional("list", list(&Schema::Whole { min: 1, max: i64::MAX }, 3), ""),
        ]);
        let expected = json!({
            "type": "object",
            "properties": {
                "name": { "type": "string", "minLength": 1, "maxLength": 5, "description": "Its name." },
                "mode": { "type": ["string", "null"], "enum": ["a", null] },
                "hours": { "type": "number", "minimum": 0.5, "maximum": 10.0 },
                "list": { "type": "array", "items": { "type": "integer", "minimum": 1 }, "maxItems": 3 },
            },
            "required": ["name"],
            "additionalProperties": false,
        });
        assert_eq!(CLOSED.to_json(), expected);
        assert_eq!(Schema::Open(&[]).to_json(), json!({ "type": "object" }));
        assert_eq!(Schema::Nullable(&Schema::Any).to_json(), json!({}));
        let either = Schema::Nullable(&Schema::Either(&[Schema::Flag, Schema::Whole { min: 0, max: 1 }]));
        assert_eq!(either.to_json()["anyOf"][1], json!({ "type": "null" }));
    }
}
