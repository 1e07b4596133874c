//! An event as the API gives it: the original's record, and for a failure one member more, why it happened and
//! what to do.

use doorward_engine::app::App;
use doorward_engine::caller::Caller;
use doorward_engine::fault::Fault;
use doorward_engine::logs::explain::{Explanation, explained_all};
use doorward_model::log::event::Event;
use doorward_web::log_record;
use serde_json::{Map, Value};

/// Events with their explanations, where there are any, as far as the caller may look.
pub(crate) async fn all(
    app: &App,
    caller: &Caller,
    events: &[Event],
) -> Result<Vec<Map<String, Value>>, Fault> {
    let explained = explained_all(app, caller, events).await?;
    Ok(events.iter().zip(&explained).map(|(event, known)| shown(event, known.as_ref())).collect())
}

/// One event.
pub(crate) fn shown(event: &Event, known: Option<&Explanation>) -> Map<String, Value> {
    let mut object = log_record::event(event);
    object.extend(known.map(|known| ("explanation".to_owned(), known.as_json())));
    object
}
