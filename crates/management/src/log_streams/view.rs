//! A log stream as tools know it; secrets are empty, and what is sent back empty stays as it is.

use doorward_model::stream::LogStream;
use serde_json::{Map, Value, json};

pub(crate) fn view(stream: &LogStream) -> Map<String, Value> {
    let settings = &stream.settings;
    let filter = |category: &doorward_model::stream::Category| json!({ "type": "category", "name": category.as_str() });
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
    put("id", json!(stream.id));
    put("name", json!(settings.name));
    put("type", json!(settings.sink.kind().as_str()));
    put("status", json!(stream.status.as_str()));
    put("sink", Value::Object(settings.sink.to_json()));
    put("filters", settings.categories.iter().map(filter).collect());
    put("isPriority", json!(settings.is_priority));
    if let Some(pii) = &settings.pii {
        put("pii_config", pii.to_json());
    }
    if let Some(start) = settings.start_from {
        put("startFrom", json!(start.to_string()));
    }
    if let Some(batch) = settings.batch {
        put("batchSize", json!(batch));
    }
    shown
}
