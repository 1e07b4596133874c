//! Forms of the dashboard that were sent, so that one that comes twice is done once.

use doorward_model::ids::AdminId;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::value::args;

/// The label of the failure when the form was sent before.
pub const SENT_BEFORE: &str = "the form was not sent before";

/// What became of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentForm {
    /// Nobody sent it, or what it asked for was refused.
    New,
    /// It is being done, or was when the process ended.
    UnderWay,
    /// It was done; the text is what [`finish`] was given.
    Done(String),
}

/// What became of the form with that key.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, admin: &AdminId, key: &str) -> Result<SentForm, StoreError> {
    const SQL: &str = "SELECT form_key, outcome FROM sent_forms \
         WHERE tenant_id = $1 AND admin_id = $2 AND form_key = $3";
    let Some(row) = t.first(SQL, args![t.id(), admin.as_str(), key]).await? else { return Ok(SentForm::New) };
    let mut r = row.read("sent_forms");
    r.text("form_key")?;
    Ok(r.text_or_none("outcome")?.map_or(SentForm::UnderWay, SentForm::Done))
}

/// Takes a key before the form is done: of any number of parallel calls exactly one commits. Fails
/// as [`SENT_BEFORE`].
pub fn take(b: &mut Batch, admin: &AdminId, key: &str, purge_at: Timestamp) {
    const SQL: &str = "INSERT INTO sent_forms (tenant_id, admin_id, form_key, purge_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, admin_id, form_key) DO NOTHING";
    let args = args![b.tenant().as_str(), admin.as_str(), key, purge_at];
    b.push(SQL, args, Expect::Rows(1, SENT_BEFORE));
}

/// Keeps what became of it.
pub fn finish(b: &mut Batch, admin: &AdminId, key: &str, outcome: &str) {
    const SQL: &str = "UPDATE sent_forms SET outcome = $4 \
         WHERE tenant_id = $1 AND admin_id = $2 AND form_key = $3";
    let args = args![b.tenant().as_str(), admin.as_str(), key, outcome];
    b.push(SQL, args, Expect::Any);
}

/// Gives the key back: nothing was done, the form may be sent again.
pub fn give_back(b: &mut Batch, admin: &AdminId, key: &str) {
    const SQL: &str = "DELETE FROM sent_forms WHERE tenant_id = $1 AND admin_id = $2 AND form_key = $3";
    let args = args![b.tenant().as_str(), admin.as_str(), key];
    b.push(SQL, args, Expect::Any);
}
