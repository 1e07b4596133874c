//! Listing APIs.
//!
//! Source: the Management API's `GET /resource-servers`.

use doorward_model::scope::ApiScope;
use doorward_store::resource_servers;

use super::{ShownApi, complete, secrets_read, shown};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

/// Which APIs, and which part of them.
#[derive(Debug, Clone, Default)]
pub struct ApiQuery {
    /// Only those of these identifiers.
    pub identifiers: Option<Vec<String>>,
    /// How many to skip.
    pub offset: u32,
    /// How many to give.
    pub limit: u32,
    /// Whether signing secrets are wanted; then the reading is logged.
    pub with_secrets: bool,
    /// Whether to count all that match.
    pub with_total: bool,
}

/// A part of a list.
#[derive(Debug)]
pub struct ApiPage {
    /// The APIs, from oldest to newest.
    pub apis: Vec<ShownApi>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The APIs that match.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn list(app: &App, caller: &Caller, query: &ApiQuery) -> Result<ApiPage, Fault> {
    caller.may(ApiScope::ReadResourceServers)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let identifiers = query.identifiers.as_deref();
    let total =
        if query.with_total { Some(resource_servers::count(&scope, identifiers).await?) } else { None };
    let found = resource_servers::list(&scope, identifiers, query.offset, query.limit).await?;
    let mut apis = Vec::with_capacity(found.len());
    for api in found.into_iter().map(complete) {
        apis.push(if query.with_secrets {
            shown(app, caller, api)?
        } else {
            ShownApi { api, signing_secret: None }
        });
    }
    if apis.iter().any(|shown| shown.signing_secret.is_some()) {
        record::alone_by(app, caller, secrets_read(caller, "*")).await?;
    }
    Ok(ApiPage { apis, total })
}
