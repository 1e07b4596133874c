//! An admin logs out of the dashboard: the session ends on the server, whatever the browser keeps.

use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_protocol::digest::token_hash;
use doorward_store::global::admin_sessions;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// Ends the session of that cookie.
///
/// # Errors
/// Trouble with the store.
pub async fn log_out(app: &App, caller: &Caller, cookie: &Secret) -> Result<(), Fault> {
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    admin_sessions::delete(&mut batch, &token_hash(cookie));
    let draft = EventDraft::new(EventCode::ManagementWrite, "Log out of the dashboard");
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}
