//! Listing grants.
//!
//! Source: the Management API's `GET /grants`.

use doorward_model::grant::Grant;
use doorward_model::scope::ApiScope;
use doorward_store::grants::{self, GrantFilter};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// A part of the list.
#[derive(Debug)]
pub struct GrantPage {
    /// The grants, by id.
    pub grants: Vec<Grant>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The grants that match: `limit` of them after the first `offset`.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &GrantFilter,
    (offset, limit): (u32, u32),
    with_total: bool,
) -> Result<GrantPage, Fault> {
    caller.may(ApiScope::ReadGrants)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let total = if with_total { Some(grants::count(&scope, filter).await?) } else { None };
    Ok(GrantPage { grants: grants::list(&scope, filter, offset, limit).await?, total })
}
