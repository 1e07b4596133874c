//! `/pem`, `/rawpem`, `/cer` and `/pb7`: the certificate of the key that signs, for those who keep it
//! as a file.
//!
//! Source: the original's addresses of these names; RFC 8551 §3.2.1 for PKCS #7; RFC 2585 §4.1 for DER.

use axum::response::Response;
use doorward_web::tenant::Tenant;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

pub(crate) async fn pem(Tenant(tenant): Tenant) -> Response {
    file(tenant.keys.current.certificate().pem(), "application/x-pem-file", Some("doorward.pem"))
}

pub(crate) async fn raw_pem(Tenant(tenant): Tenant) -> Response {
    file(tenant.keys.current.certificate().pem(), "text/plain; charset=utf-8", None)
}

pub(crate) async fn cer(Tenant(tenant): Tenant) -> Response {
    let certificate = tenant.keys.current.certificate().der().to_vec();
    file(certificate, "application/pkix-cert", Some("doorward.cer"))
}

pub(crate) async fn pb7(Tenant(tenant): Tenant) -> Response {
    let file_of = tenant.keys.current.certificate().pkcs7();
    file(file_of, "application/pkcs7-mime", Some("doorward.pb7"))
}

/// What anybody may have and keep for a while; as a download where it has a name.
fn file(body: impl Into<axum::body::Body>, kind: &'static str, name: Option<&str>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    let disposition = name.map(|name| format!("attachment; filename={name}"));
    if let Some(Ok(value)) = disposition.as_deref().map(HeaderValue::from_str) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
