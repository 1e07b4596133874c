//! Listing credentials of devices: the keys that people registered, then the refresh tokens they hold.

use doorward_model::device_credential::{DeviceCredential, DeviceKind};
use doorward_model::scope::ApiScope;
use doorward_store::device_credentials;
use doorward_store::refresh_tokens::TokenFilter;

pub use doorward_store::device_credentials::DeviceFilter;

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::refresh_tokens::{self, Part, ShownToken};

/// Which credentials, and which part of them.
#[derive(Debug, Clone, Default)]
pub struct DeviceQuery {
    /// Only those of a user, only those for a client.
    pub filter: DeviceFilter,
    /// Only those of a kind.
    pub kind: Option<DeviceKind>,
    /// How many to skip.
    pub offset: u32,
    /// How many to give.
    pub limit: u32,
    /// Whether to count all that match.
    pub with_total: bool,
}

/// A credential of a device.
#[derive(Debug)]
pub enum Device {
    /// A key that was registered.
    Key(DeviceCredential),
    /// A refresh token.
    Token(Box<ShownToken>),
}

/// A part of a list.
#[derive(Debug)]
pub struct DevicePage {
    /// The keys from oldest to newest, then the refresh tokens in the same way.
    pub devices: Vec<Device>,
    /// How many match in all, where asked for.
    pub total: Option<i64>,
}

/// The credentials that match.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`] for a kind that too many clients hold, or trouble with the store.
pub async fn list(app: &App, caller: &Caller, query: &DeviceQuery) -> Result<DevicePage, Fault> {
    caller.may(ApiScope::ReadDeviceCredentials)?;
    let mut page = DevicePage { devices: Vec::new(), total: query.with_total.then_some(0) };
    let mut skip = query.offset;
    if query.kind.is_none_or(|kind| kind == DeviceKind::PublicKey) {
        let count = keys(app, caller, query, &mut page).await?;
        skip = skip.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if query.kind != Some(DeviceKind::PublicKey) {
        tokens(app, caller, query, skip, &mut page).await?;
    }
    Ok(page)
}

/// Adds keys to a page. Gives how many match in all.
async fn keys(app: &App, caller: &Caller, query: &DeviceQuery, page: &mut DevicePage) -> Result<i64, Fault> {
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let count = device_credentials::count(&scope, &query.filter).await?;
    let found = device_credentials::list(&scope, &query.filter, query.offset, query.limit).await?;
    page.devices.extend(found.into_iter().map(Device::Key));
    page.total = page.total.map(|total| total + count);
    Ok(count)
}

/// Fills what is left of a page with refresh tokens.
async fn tokens(
    app: &App,
    caller: &Caller,
    query: &DeviceQuery,
    offset: u32,
    page: &mut DevicePage,
) -> Result<(), Fault> {
    let filled = u32::try_from(page.devices.len()).unwrap_or(u32::MAX);
    let DeviceFilter { user, client } = query.filter.clone();
    let part = Part {
        is_rotating: query.kind.map(|kind| kind == DeviceKind::RotatingRefreshToken),
        offset,
        limit: query.limit.saturating_sub(filled),
        with_total: query.with_total,
    };
    let filter = TokenFilter { user, client, family: None };
    let (found, total) = refresh_tokens::part(app, caller, &filter, &part).await?;
    page.devices.extend(found.into_iter().map(|token| Device::Token(Box::new(token))));
    page.total = page.total.zip(total).map(|(one, other)| one + other);
    Ok(())
}
