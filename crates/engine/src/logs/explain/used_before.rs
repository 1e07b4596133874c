//! A code that came a second time: how long after the first, and whether from the same address.
//! Source: UX §1.9, "code used twice".

use doorward_model::log::event::Event;
use serde_json::Value;

use super::{Explanation, Line};
use crate::tokens::FIRST_USE;

/// The private reason of the refusal.
pub(super) const REASON: &str = "the code was used before";

/// By what the event knows of the first use; `line` says what it usually is.
pub(super) fn explain(event: &Event, line: &Line) -> Explanation {
    let first = event.details.get(FIRST_USE);
    let fact = |name: &str| first.and_then(|first| first.get(name));
    let elapsed = fact("elapsedTime").and_then(Value::as_i64).map(span);
    let (gave_tokens, same_ip) =
        (fact("gave_tokens").and_then(Value::as_bool), fact("same_ip").and_then(Value::as_bool));
    let why = match (elapsed, gave_tokens, same_ip) {
        (None, ..) => format!("The code was exchanged a second time. {}", line.why),
        (Some(span), Some(false), _) => format!(
            "The code was used {span} earlier by an exchange of which nothing is left: it was refused, or its tokens \
             have ended."
        ),
        (Some(span), _, Some(true)) => {
            format!("The code was used {span} earlier by the same address. {}", line.why)
        }
        (Some(span), _, Some(false)) => format!(
            "The code was used {span} earlier by another address. Because it could be a thief, the tokens of the first \
             exchange were ended too."
        ),
        (Some(span), _, None) => format!("The code was used {span} earlier. {}", line.why),
    };
    Explanation::new(event, why, line.fix, line.part)
}

/// A time as people say it: with a tenth of a second where that tells a double click from a reload.
fn span(millis: i64) -> String {
    match (millis + 50) / 100 {
        0 => "less than 0.1 s".to_owned(),
        tenths if tenths < 100 && tenths % 10 != 0 => format!("{}.{} s", tenths / 10, tenths % 10),
        tenths if tenths < 1200 => format!("{} s", tenths / 10),
        tenths => format!("{} minutes", tenths / 600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_as_exact_as_it_matters() {
        for (millis, told) in [
            (0, "less than 0.1 s"),
            (49, "less than 0.1 s"),
            (50, "0.1 s"),
            (200, "0.2 s"),
            (1_000, "1 s"),
            (9_940, "9.9 s"),
            (9_960, "10 s"),
            (61_400, "61 s"),
            (119_900, "119 s"),
            (120_000, "2 minutes"),
            (659_000, "10 minutes"),
        ] {
            assert_eq!(span(millis), told, "{millis}");
        }
    }
}
