//! The schemas that have a name in the OpenAPI document, and putting the name where the schema stands.

use doorward_model::schema::Schema;
use serde_json::{Map, Value, json};

use crate::{
    branding, client_credentials, client_grants, client_secrets, clients, connections, devices,
    email_templates, grants, keys, log_streams, logs, refresh_tokens, resource_servers, roles, sessions,
    tenants, users,
};

const NAMED: &[&[(&str, &Schema)]] = &[
    branding::schema::NAMED,
    clients::schema::NAMED,
    client_secrets::schema::NAMED,
    client_credentials::schema::NAMED,
    client_grants::schema::NAMED,
    connections::schema::NAMED,
    devices::schema::NAMED,
    email_templates::schema::NAMED,
    grants::schema::NAMED,
    keys::schema::NAMED,
    log_streams::schema::NAMED,
    logs::schema::NAMED,
    refresh_tokens::schema::NAMED,
    resource_servers::schema::NAMED,
    roles::schema::NAMED,
    sessions::schema::NAMED,
    tenants::schema::NAMED,
    users::schema::NAMED,
];

/// What every one of a kind has, of kinds of which `fields` may choose a part.
const ALWAYS: &[(&str, &[&str])] = &[
    clients::schema::ALWAYS,
    connections::schema::ALWAYS,
    email_templates::schema::ALWAYS,
    logs::schema::ALWAYS,
    resource_servers::schema::ALWAYS,
    tenants::schema::ALWAYS,
    users::schema::ALWAYS,
];
/// Why such a schema says of none of its members that it must be there.
const CHOSEN: &str = "As a body, and where an operation takes fields, it may have any of its members. In other \
                      answers, required beside the reference names those that are always there.";

/// The named schemas, written out once.
pub(super) struct Components(Vec<(&'static str, Value)>);

impl Components {
    pub(super) fn new() -> Self {
        let named = NAMED.iter().copied().flatten();
        Self(named.map(|(name, schema)| (*name, schema.to_json())).collect())
    }

    /// `components.schemas` of the document.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let inside = |(name, schema): &(&str, Value)| {
            let mut written = self.inside(schema.clone());
            if always(name).is_some() {
                written["description"] = json!(CHOSEN);
            }
            ((*name).to_owned(), written)
        };
        self.0.iter().map(inside).collect()
    }

    /// The schema of an answer that no `fields` makes smaller.
    pub(super) fn whole(&self, schema: &Schema) -> Value {
        let mut written = self.schema(schema);
        demand(&mut written);
        written
    }

    /// A schema with names where it, or a part of it, has one.
    pub(super) fn schema(&self, schema: &Schema) -> Value {
        self.refer(schema.to_json())
    }

    fn refer(&self, mut schema: Value) -> Value {
        let about = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
        let mut written = match self.0.iter().find(|(_, named)| *named == schema) {
            Some((name, _)) => json!({ "$ref": format!("#/components/schemas/{name}") }),
            None => self.inside(schema),
        };
        if let (Some(about), Some(object)) = (about, written.as_object_mut()) {
            object.insert("description".to_owned(), about);
        }
        written
    }

    /// The parts of a schema that are schemas themselves.
    fn inside(&self, mut schema: Value) -> Value {
        let Some(object) = schema.as_object_mut() else { return schema };
        for (key, value) in object {
            match (key.as_str(), value) {
                ("items" | "additionalProperties", value) if value.is_object() => {
                    *value = self.refer(value.take());
                }
                ("properties", Value::Object(members)) => {
                    members.values_mut().for_each(|member| *member = self.refer(member.take()));
                }
                ("anyOf", Value::Array(several)) => {
                    several.iter_mut().for_each(|one| *one = self.refer(one.take()));
                }
                _ => {}
            }
        }
        schema
    }
}

fn always(name: &str) -> Option<&'static [&'static str]> {
    ALWAYS.iter().find(|(known, _)| *known == name).map(|(_, members)| *members)
}

/// Says beside each reference what every one of its kind has.
fn demand(schema: &mut Value) {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    if let Some(members) = reference.and_then(always) {
        schema["required"] = json!(members);
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(demand),
        Value::Array(list) => list.iter_mut().for_each(demand),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::schema::{list, optional};

    use super::*;

    #[test]
    fn a_named_schema_is_referred_to_wherever_it_stands_and_keeps_what_is_said_there() {
        const CLIENTS: Schema = list(&doorward_model::client::schema::SHOWN, usize::MAX);
        const HOLDER: Schema = Schema::Object(&[
            optional("client", doorward_model::client::schema::SHOWN, "The one."),
            optional("all", CLIENTS, ""),
        ]);
        let components = Components::new();
        let written = components.schema(&HOLDER);
        let client = "#/components/schemas/Client";
        assert_eq!(written["properties"]["client"], json!({ "$ref": client, "description": "The one." }));
        assert_eq!(written["properties"]["all"]["items"], json!({ "$ref": client }));
        assert!(components.to_json()["Client"]["properties"].is_object(), "its own schema is written out");
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<_> = Components::new().0.into_iter().map(|(name, _)| name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
