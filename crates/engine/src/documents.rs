//! Texts and settings that are kept as they came: how one is changed, whatever it is.
//!
//! Must not know what is in it. Each change is read, decided and written with its event; whoever was
//! faster is read again.

use doorward_model::json::Object;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_store::StoreError;
use doorward_store::documents::{self, Document, DocumentKey};
use serde_json::json;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// How often a change is tried again when somebody else changed the document in between.
const TRIES: usize = 5;

/// What is done, by whom it may be done, and to what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change<'a> {
    /// What the event is called.
    pub what: &'static str,
    /// Who may.
    pub scope: ApiScope,
    /// Which document.
    pub key: DocumentKey<'a>,
}

/// The document, if there is one.
pub(crate) async fn read(app: &App, caller: &Caller, key: DocumentKey<'_>) -> Result<Option<Object>, Fault> {
    let found = documents::get(&app.db().tenant(&caller.tenant.tenant.id), key).await?;
    Ok(found.map(|document| document.body))
}

/// Writes what `decide` makes of the document as it is; the same writes nothing. Gives back what is kept,
/// and whether there was one before.
pub(crate) async fn write(
    app: &App,
    caller: &Caller,
    change: Change<'_>,
    decide: impl Fn(Option<&Object>) -> Result<Object, Fault>,
) -> Result<(Object, bool), Fault> {
    let done = put(app, caller, change, decide).await;
    logged(app, caller, change, done).await
}

/// Deletes the document. Gives back whether there was one.
pub(crate) async fn delete(app: &App, caller: &Caller, change: Change<'_>) -> Result<bool, Fault> {
    let done = remove(app, caller, change).await;
    logged(app, caller, change, done).await
}

async fn logged<T>(
    app: &App,
    caller: &Caller,
    change: Change<'_>,
    done: Result<T, Fault>,
) -> Result<T, Fault> {
    match done {
        Ok(done) => Ok(done),
        Err(fault) => {
            let name = Some(change.key.name).filter(|name| !name.is_empty());
            Err(record::refused(app, caller, change.what, name, fault).await)
        }
    }
}

async fn put(
    app: &App,
    caller: &Caller,
    change: Change<'_>,
    decide: impl Fn(Option<&Object>) -> Result<Object, Fault>,
) -> Result<(Object, bool), Fault> {
    caller.may(change.scope)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    for _ in 0..TRIES {
        let known = documents::get(&scope, change.key).await?;
        let body = decide(known.as_ref().map(|known| &known.body))?;
        let was_there = known.is_some();
        if known.as_ref().is_some_and(|known| known.body == body) {
            return Ok((body, was_there));
        }
        let mut batch = scope.batch();
        match &known {
            Some(known) => documents::update(&mut batch, change.key, known.version, &body, app.now()),
            None => documents::insert(&mut batch, change.key, &body, app.now()),
        }
        record::push_by(&mut batch, app, caller, event(change, known.as_ref(), Some(&body)));
        match batch.commit().await {
            Ok(_) => return Ok((body, was_there)),
            Err(StoreError::Unmet { what: documents::STALE } | StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "text" })
}

async fn remove(app: &App, caller: &Caller, change: Change<'_>) -> Result<bool, Fault> {
    caller.may(change.scope)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    for _ in 0..TRIES {
        let Some(known) = documents::get(&scope, change.key).await? else { return Ok(false) };
        let mut batch = scope.batch();
        documents::delete(&mut batch, change.key, known.version);
        record::push_by(&mut batch, app, caller, event(change, Some(&known), None));
        match batch.commit().await {
            Ok(_) => return Ok(true),
            Err(StoreError::Unmet { what: documents::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "text" })
}

/// The event names what changed; the texts themselves may be long.
fn event(change: Change<'_>, before: Option<&Document>, after: Option<&Object>) -> EventDraft {
    let draft = EventDraft::new(EventCode::ManagementWrite, change.what);
    let (none, empty) = (Object::new(), Object::new());
    let (before, after) = (before.map_or(&none, |known| &known.body), after.unwrap_or(&empty));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let other = after.iter().filter(|(name, value)| before.get(*name) != Some(*value)).map(|(name, _)| name);
    let fields: Vec<String> = other.chain(gone).cloned().collect();
    let draft = draft.detail("fields", fields);
    if change.key.name.is_empty() {
        draft
    } else {
        draft.detail("target", json!({ "name": change.key.name }))
    }
}
