//! Texts and settings of a tenant that are kept as they came: branding, page and email templates.

use doorward_model::json::Object;
use doorward_model::time::Timestamp;

use crate::sql::batch::{Batch, Expect};
use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::row::to_json;
use crate::sql::value::args;

/// The label of the failure when somebody else changed or deleted the document meanwhile.
pub const STALE: &str = "the document is unchanged since it was read";

/// Which document of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentKey<'a> {
    /// What kind it is.
    pub kind: &'static str,
    /// Which of its kind; empty where there is one.
    pub name: &'a str,
}

/// A document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What is in it.
    pub body: Object,
    /// One more with each change.
    pub version: i64,
}

/// The document, if there is one.
///
/// # Errors
/// Any failure of the store.
pub async fn get(t: &Scope<'_>, key: DocumentKey<'_>) -> Result<Option<Document>, StoreError> {
    const SQL: &str = "SELECT body, version FROM documents WHERE tenant_id = $1 AND kind = $2 AND name = $3";
    let row = t.first(SQL, args![t.id(), key.kind, key.name]).await?;
    row.map(|row| {
        let mut r = row.read("documents");
        Ok(Document { body: r.json("body")?, version: r.int("version")? })
    })
    .transpose()
}

/// Adds a document. A conflict when there is one.
pub fn insert(b: &mut Batch, key: DocumentKey<'_>, body: &Object, now: Timestamp) {
    const SQL: &str = "INSERT INTO documents (tenant_id, kind, name, version, body, updated_at) \
         VALUES ($1, $2, $3, 1, $4, $5)";
    let args = args![b.tenant().as_str(), key.kind, key.name, to_json(body), now];
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Changes a document that was read as `version`. Fails as [`STALE`] when it is not that any more.
pub fn update(b: &mut Batch, key: DocumentKey<'_>, version: i64, body: &Object, now: Timestamp) {
    const SQL: &str = "UPDATE documents SET version = version + 1, body = $5, updated_at = $6 \
         WHERE tenant_id = $1 AND kind = $2 AND name = $3 AND version = $4";
    let args = args![b.tenant().as_str(), key.kind, key.name, version, to_json(body), now];
    b.push(SQL, args, Expect::Rows(1, STALE));
}

/// Deletes a document that was read as `version`. Fails as [`STALE`] when it is not that any more.
pub fn delete(b: &mut Batch, key: DocumentKey<'_>, version: i64) {
    const SQL: &str =
        "DELETE FROM documents WHERE tenant_id = $1 AND kind = $2 AND name = $3 AND version = $4";
    let args = args![b.tenant().as_str(), key.kind, key.name, version];
    b.push(SQL, args, Expect::Rows(1, STALE));
}
