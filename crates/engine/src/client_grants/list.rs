//! Listing client grants: by page or by checkpoint.
//!
//! Source: the Management API's `GET /client-grants`.

use doorward_model::api::ClientGrant;
use doorward_model::ids::ClientGrantId;
use doorward_model::scope::ApiScope;
use doorward_store::client_grants;

pub use doorward_store::client_grants::GrantFilter;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// Which part of the list, which goes by id.
#[derive(Debug, Clone)]
pub enum GrantPart {
    /// A page.
    Page {
        /// How many to skip.
        offset: u32,
        /// How many to give.
        limit: u32,
        /// Whether to count all that match.
        with_total: bool,
    },
    /// What comes after a checkpoint.
    After {
        /// The last grant that is known; none begins with the first.
        checkpoint: Option<ClientGrantId>,
        /// How many to give.
        limit: u32,
    },
}

/// A part of the list.
#[derive(Debug)]
pub struct GrantPage {
    /// The grants.
    pub grants: Vec<ClientGrant>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The grants that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &GrantFilter,
    part: &GrantPart,
) -> Result<GrantPage, Fault> {
    caller.may(ApiScope::ReadClientGrants)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    match part {
        GrantPart::Page { offset, limit, with_total } => {
            let total = if *with_total { Some(client_grants::count(&scope, filter).await?) } else { None };
            Ok(GrantPage { grants: client_grants::list(&scope, filter, *offset, *limit).await?, total })
        }
        GrantPart::After { checkpoint, limit } => {
            let grants = client_grants::list_after(&scope, filter, checkpoint.as_ref(), *limit).await?;
            Ok(GrantPage { grants, total: None })
        }
    }
}
