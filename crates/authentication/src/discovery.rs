//! `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: one document.
//!
//! Source: OpenID Connect Discovery §4; RFC 8414 §3. The bytes are made when the tenant is loaded.

use axum::body::Bytes;
use axum::response::Response;
use doorward_web::cors;
use doorward_web::tenant::Tenant;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// How long caches may keep it: [`doorward_model::signing_key::KEY_SET_MAX_AGE`].
const KEPT: &str = "public, max-age=300";

pub(crate) async fn metadata(Tenant(tenant): Tenant) -> Response {
    public(tenant.discovery.clone())
}

/// JSON that is the same for everybody: any page may read it, any cache may keep it for a while. A
/// key is published for longer than that before it signs.
pub(crate) fn public(body: Bytes) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(KEPT));
    cors::permit_everybody(headers);
    response
}

#[cfg(test)]
mod tests {
    use doorward_model::signing_key::KEY_SET_MAX_AGE;

    use super::*;

    #[test]
    fn a_cache_keeps_keys_no_longer_than_their_successors_wait() {
        assert_eq!(KEPT, format!("public, max-age={}", KEY_SET_MAX_AGE.seconds()));
    }
}
