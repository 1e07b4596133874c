//! What a change did, for people.

use serde_json::Value;

use crate::cli::lines;

/// The fields that are not what they were, each with both values.
pub(in crate::cli) fn differences(before: &Value, after: &Value) -> Vec<(String, String)> {
    let names = |value: &Value| value.as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    let mut all = names(after).unwrap_or_default();
    all.extend(names(before).unwrap_or_default());
    let mut lines: Vec<(String, String)> = Vec::new();
    for name in all {
        let (old, new) = (before.get(&name), after.get(&name));
        if old != new && lines.iter().all(|(known, _)| *known != name) {
            lines.push((name, format!("{} → {}", told(old), told(new))));
        }
    }
    lines
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), lines::word)
}
