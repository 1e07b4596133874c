//! The free facts that an admin keeps about a session.
//!
//! Source: the Management API's `PATCH /sessions/{id}`.

use doorward_model::fields::FieldErrors;
use doorward_model::ids::SessionId;
use doorward_model::json::{self, Object};
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::session::Session;
use doorward_store::{StoreError, sessions};
use serde_json::json;

use super::list;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Update a session";
const FIELD: &str = "session_metadata";

/// Sets what `body` says; null removes it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], or trouble with the store. Refusals
/// are logged.
pub async fn update(app: &App, caller: &Caller, id: &SessionId, body: &Object) -> Result<Session, Fault> {
    match change(app, caller, id, body).await {
        Ok(changed) => Ok(changed),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn change(app: &App, caller: &Caller, id: &SessionId, body: &Object) -> Result<Session, Fault> {
    caller.may(ApiScope::UpdateSessions)?;
    let wanted = read(body, FIELD)?;
    let missing = Fault::NotFound { what: "session" };
    let session = list::find(app, caller, id).await?.ok_or(missing.clone())?;
    let Some(metadata) = wanted.filter(|wanted| *wanted != session.metadata) else { return Ok(session) };
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    sessions::put_metadata(&mut batch, id, metadata.as_ref());
    let target = json!({ "session_id": id.as_str(), "user_id": session.user.as_str() });
    let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target);
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => Ok(Session { metadata, ..session }),
        Err(StoreError::Unmet { .. }) => Err(missing),
        Err(error) => Err(error.into()),
    }
}

/// What a body says about the free facts under `field`, the only name it may hold: nothing, that they go
/// away, or what they are.
pub(crate) fn read(body: &Object, field: &str) -> Result<Option<Option<Object>>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut wanted = None;
    for (name, value) in body {
        if name != field {
            errors.push(json::unknown(name));
        } else if value.is_null() {
            wanted = Some(None);
        } else {
            wanted = json::facts(value, field, &mut errors).map(Some);
        }
    }
    errors.into_result(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(body: &serde_json::Value) -> Result<Option<Option<Object>>, usize> {
        read(body.as_object().unwrap(), FIELD).map_err(|errors| errors.all().len())
    }

    #[test]
    fn free_facts_are_left_cleared_or_set() {
        assert_eq!(facts(&json!({})), Ok(None));
        assert_eq!(facts(&json!({ FIELD: null })), Ok(Some(None)));
        assert_eq!(facts(&json!({ FIELD: { "a": [1] } })).unwrap().unwrap().unwrap()["a"], json!([1]));
        assert_eq!(facts(&json!({ FIELD: 1, "other": 1 })), Err(2));
        assert_eq!(facts(&json!({ FIELD: { "a": "x".repeat(5000) } })), Err(1));
    }
}
