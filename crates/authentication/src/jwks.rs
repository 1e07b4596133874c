//! `/.well-known/jwks.json`: the keys that tokens are verified with.
//!
//! Source: RFC 7517 §5. The bytes are made when the tenant is loaded.

use axum::response::Response;
use doorward_web::tenant::Tenant;

use crate::discovery::public;

pub(crate) async fn jwks(Tenant(tenant): Tenant) -> Response {
    public(tenant.keys.jwks.clone())
}
