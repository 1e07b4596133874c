//! An event as the API gives it: the original's record, and for a failure one member more, why it happened and
//! what to do.

use doorward_engine::logs::explain::explain;
use doorward_model::log::event::Event;
use doorward_web::log_record;
use serde_json::{Map, Value, json};

/// The member that the original does not have.
const EXPLANATION: &str = "explanation";

/// An event with its explanation, where there is one.
pub(crate) fn shown(event: &Event) -> Map<String, Value> {
    let mut object = log_record::event(event);
    if let Some(known) = explain(event) {
        let mut explanation = Map::from_iter([("why".to_owned(), json!(known.why))]);
        explanation.extend(known.fix.map(|fix| ("fix".to_owned(), json!(fix.text))));
        object.insert(EXPLANATION.to_owned(), Value::Object(explanation));
    }
    object
}
