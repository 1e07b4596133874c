//! `/.well-known/assetlinks.json` and `apple-app-site-association`: the apps of all clients.
//!
//! Source: Digital Asset Links; Apple, "Supporting associated domains". The bytes are made when the
//! tenant is loaded.

use axum::response::Response;
use doorward_web::tenant::Tenant;

use crate::discovery::public;

pub(crate) async fn android(Tenant(tenant): Tenant) -> Response {
    public(tenant.android_apps.clone())
}

pub(crate) async fn apple(Tenant(tenant): Tenant) -> Response {
    public(tenant.apple_apps.clone())
}
