//! From changes as typed to the body that the Management API's `PATCH` takes.
//!
//! Owns how a text becomes a value: by the type of its field. Whether the value is good is for the
//! reader of the API to say. A pure function of the changes and of the client or user as it is.

use doorward_model::schema::Schema;
use doorward_model::spelling::nearest;
use serde_json::{Map, Value};

use super::Kind;
use super::assignment::{Assignment, Operation};
use crate::failure::Failure;

/// The body. `current` is the client or user as the API shows it.
///
/// # Errors
/// When a setting is not known, is named twice, or is no list and is treated as one.
pub(in crate::cli) fn body(
    kind: &Kind,
    changes: &[Assignment],
    current: &Value,
) -> Result<Map<String, Value>, Failure> {
    let mut body = Map::new();
    let mut whole: Vec<String> = Vec::new();
    for change in changes {
        let schema = schema(kind, change)?;
        let name = change.name();
        if change.operation == Operation::Set && whole.contains(&name) {
            return Err(Failure::usage(
                format!("{name} is set twice."),
                "Only one of the two values can stay.",
                "Leave one out; a list takes several entries between commas.",
            ));
        }
        whole.push(name);
        let (first, below) = change.path.split_first().ok_or_else(|| no_list(change))?;
        if !body.contains_key(first) {
            let is_part = !below.is_empty() || change.operation != Operation::Set;
            let is_merged = kind.merged.contains(&first.as_str());
            let keeps = is_part && !(is_merged && change.operation == Operation::Set);
            let value = if keeps { current.get(first).cloned() } else { None };
            body.insert(first.clone(), value.unwrap_or_default());
        }
        if kind.merged_at_the_top.contains(&first.as_str()) {
            keep_member(&mut body, current, (first, below));
        }
        if let Some(place) = body.get_mut(first).and_then(|node| below_of(node, below)) {
            *place = changed(change, schema, place)?;
        }
    }
    Ok(body)
}

/// Puts a member as it is into the body, where a change is about a part of it.
fn keep_member(body: &mut Map<String, Value>, current: &Value, (first, below): (&str, &[String])) {
    let [member, _, ..] = below else { return };
    let known = current.get(first).and_then(|whole| whole.get(member));
    if let (Some(known), Some(whole)) = (known, body.get_mut(first)) {
        if !whole.is_object() {
            *whole = Value::Object(Map::new());
        }
        if let Some(members) = whole.as_object_mut() {
            members.entry(member.clone()).or_insert_with(|| known.clone());
        }
    }
}

/// The place of a path below a value; what is no object becomes one.
fn below_of<'v>(node: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    let Some((first, rest)) = path.split_first() else { return Some(node) };
    if !node.is_object() {
        *node = Value::Object(Map::new());
    }
    let members = node.as_object_mut()?;
    below_of(members.entry(first.clone()).or_insert(Value::Null), rest)
}

fn changed(change: &Assignment, schema: Option<&Schema>, now: &Value) -> Result<Value, Failure> {
    if change.operation == Operation::Set {
        return Ok(typed(schema, &change.text));
    }
    let entries = match (schema.and_then(Schema::entry), now) {
        (Some(_), Value::Array(entries)) => entries.clone(),
        (Some(_), Value::Null) => Vec::new(),
        _ => return Err(no_list(change)),
    };
    let named = match typed(schema, &change.text) {
        Value::Array(named) => named,
        other => vec![other],
    };
    let mut entries = entries;
    if change.operation == Operation::Add {
        for entry in named {
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    } else {
        entries.retain(|entry| !named.contains(entry));
    }
    Ok(Value::Array(entries))
}

/// A text as the type that its field wants: JSON where it is that, entries of a list between commas.
fn typed(schema: Option<&Schema>, text: &str) -> Value {
    let json = serde_json::from_str::<Value>(text).ok();
    let Some(schema) = schema else { return json.unwrap_or_else(|| Value::from(text)) };
    match (json, schema.entry()) {
        (Some(Value::Null), _) if matches!(schema, Schema::Nullable(_)) => Value::Null,
        (Some(list @ Value::Array(_)), Some(_)) => list,
        (_, Some(entry)) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            entries.map(|text| typed(Some(entry), text)).collect()
        }
        (Some(json @ (Value::Object(_) | Value::String(_))), None) => json,
        _ => schema.typed(text),
    }
}

/// What the field may hold; none for what is not described, which the reader of the API judges.
fn schema(kind: &Kind, change: &Assignment) -> Result<Option<&'static Schema>, Failure> {
    let (secret, better) = kind.secret;
    let mut at: &'static Schema = kind.change;
    for (depth, name) in change.path.iter().enumerate() {
        if depth == 0 && name == secret {
            return Err(Failure::usage(
                "A secret cannot be set here.",
                "Whatever is typed as an argument stands in every list of processes.",
                better,
            ));
        }
        let Some(below) = at.member(name) else {
            // What can only be read has words of its own for whoever tries to write it.
            let is_read_only = depth == 0 && kind.shown.member(name).is_some();
            let known = names(at);
            if is_read_only || known.is_empty() {
                return Ok(None);
            }
            let meant = nearest(name, known.iter().copied());
            let fix = match meant {
                Some(meant) => format!("Did you mean {meant}?"),
                None => format!("The settings are {}.", known.join(", ")),
            };
            return Err(Failure::usage(
                format!("There is no setting {}.", change.name()),
                format!("{name} is not the name of anything here."),
                fix,
            ));
        };
        at = below;
    }
    Ok(Some(at))
}

/// The names of an object; none where any name will do.
fn names(schema: &Schema) -> Vec<&'static str> {
    match schema {
        Schema::Object(members) => members.iter().map(|member| member.name).collect(),
        Schema::Nullable(inner) => names(inner),
        _ => Vec::new(),
    }
}

fn no_list(change: &Assignment) -> Failure {
    Failure::usage(
        format!("{} is no list.", change.name()),
        "Only lists have entries that can be added and taken out.",
        format!("Write {}=… instead.", change.name()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::clients::CLIENT;
    use crate::cli::users::USER;

    fn made(changes: &[&str]) -> Result<Value, String> {
        let current = json!({
            "name": "Shop", "callbacks": ["https://a.test/cb"],
            "refresh_token": { "rotation_type": "non-rotating", "expiration_type": "non-expiring" },
        });
        made_of(&CLIENT, changes, &current)
    }

    fn made_of(kind: &Kind, changes: &[&str], current: &Value) -> Result<Value, String> {
        let changes: Vec<Assignment> = changes.iter().map(|text| Assignment::parse(text).unwrap()).collect();
        body(kind, &changes, current).map(Value::Object).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_text_becomes_what_its_field_wants() {
        assert_eq!(made(&["name=12"]).unwrap(), json!({ "name": "12" }));
        assert_eq!(made(&["name=\"12\""]).unwrap(), json!({ "name": "12" }));
        assert_eq!(made(&["sso=true"]).unwrap(), json!({ "sso": true }));
        assert_eq!(made(&["sso=perhaps"]).unwrap(), json!({ "sso": "perhaps" }));
        assert_eq!(made(&["description=null"]).unwrap(), json!({ "description": null }));
        assert_eq!(
            made(&["callbacks=https://a.test, https://b.test"]).unwrap(),
            json!({ "callbacks": ["https://a.test", "https://b.test"] })
        );
        assert_eq!(
            made(&["callbacks=[\"https://a.test/?x=1,2\"]"]).unwrap(),
            json!({ "callbacks": ["https://a.test/?x=1,2"] })
        );
        assert_eq!(made(&["callbacks="]).unwrap(), json!({ "callbacks": [] }));
        assert_eq!(
            made(&["jwt_configuration={\"alg\":\"RS256\"}"]).unwrap(),
            json!({ "jwt_configuration": { "alg": "RS256" } })
        );
    }

    #[test]
    fn what_lies_below_is_named_with_dots() {
        assert_eq!(
            made(&["jwt_configuration.lifetime_in_seconds=60", "jwt_configuration.alg=RS256"]).unwrap(),
            json!({ "jwt_configuration": { "lifetime_in_seconds": 60, "alg": "RS256" } })
        );
        assert_eq!(
            made(&["refresh_token.rotation_type=rotating"]).unwrap(),
            json!({ "refresh_token": { "rotation_type": "rotating", "expiration_type": "non-expiring" } })
        );
        assert_eq!(
            made(&["client_metadata.color=red"]).unwrap(),
            json!({ "client_metadata": { "color": "red" } })
        );
    }

    #[test]
    fn entries_are_added_to_a_list_and_taken_out() {
        let both = json!({ "callbacks": ["https://a.test/cb", "https://b.test/cb"] });
        assert_eq!(made(&["callbacks+=https://b.test/cb"]).unwrap(), both);
        assert_eq!(made(&["callbacks+=https://b.test/cb", "callbacks+=https://a.test/cb"]).unwrap(), both);
        assert_eq!(made(&["callbacks-=https://a.test/cb"]).unwrap(), json!({ "callbacks": [] }));
        assert!(made(&["name+=x"]).unwrap_err().contains("name is no list"));
    }

    #[test]
    fn mistakes_are_told_with_what_was_meant() {
        assert!(made(&["calbacks=x"]).unwrap_err().contains("Did you mean callbacks?"));
        assert!(made(&["jwt_configuration.agl=x"]).unwrap_err().contains("Did you mean alg?"));
        assert!(made(&["nonsense=x"]).unwrap_err().contains("The settings are "));
        assert!(made(&["name=a", "name=b"]).unwrap_err().contains("set twice"));
        assert!(made(&["client_secret=hunter2"]).unwrap_err().contains("list of processes"));
        // The reader of the API says it for the command line as well.
        assert_eq!(made(&["client_id=mine"]).unwrap(), json!({ "client_id": "mine" }));
    }
    /// The API replaces what lies below the first level of metadata; whoever names a part of that keeps the rest.
    #[test]
    fn metadata_of_a_user_is_changed_at_any_depth() {
        let ada =
            json!({ "user_metadata": { "plan": "free", "address": { "city": "Bonn", "zip": "53111" } } });
        let made = |changes: &[&str]| made_of(&USER, changes, &ada);
        assert_eq!(
            made(&["user_metadata.plan=pro", "user_metadata.seats=3"]).unwrap(),
            json!({ "user_metadata": { "plan": "pro", "seats": 3 } })
        );
        assert_eq!(
            made(&["user_metadata.address.city=Köln", "user_metadata.plan=null"]).unwrap(),
            json!({ "user_metadata": { "address": { "city": "Köln", "zip": "53111" }, "plan": null } })
        );
        assert_eq!(
            made(&["app_metadata.roles.admin=true"]).unwrap(),
            json!({ "app_metadata": { "roles": { "admin": true } } })
        );
        assert_eq!(made(&["blocked=true", "name=12"]).unwrap(), json!({ "blocked": true, "name": "12" }));
        assert!(made(&["password=correct horse"]).unwrap_err().contains("list of processes"));
        assert!(made(&["emial=x"]).unwrap_err().contains("Did you mean email?"));
    }
}
