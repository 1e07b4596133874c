//! What a change did, for people.

use serde_json::Value;

use crate::cli::lines;
use crate::console::Console;
use crate::failure::Failure;

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

/// Says what a change did: `after` for whoever reads JSON, who wants it in either case, the lines for a person.
///
/// # Errors
/// That nothing was changed, with `same` as why; the exit code says it to whoever reads JSON, too.
pub(in crate::cli) fn tell(
    console: &Console,
    after: &Value,
    (lines, same): (&[(String, String)], &str),
) -> Result<(), Failure> {
    if console.json {
        console.document(after);
    }
    if lines.is_empty() {
        return Err(Failure::nothing_to_do("Nothing was changed.", same));
    }
    if !console.json {
        console.lines(lines);
    }
    Ok(())
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), lines::word)
}
