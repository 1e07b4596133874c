//! Which tenant a request is for: the `Host` header names it, and nothing else does.
//!
//! A host that nobody here answers to is 421 (RFC 9110 §15.5.20); two hosts in one request are 400
//! (RFC 9112 §3.2). `X-Forwarded-Host` counts only from a trusted proxy, and can only choose among
//! the tenants that exist: every address we write comes from the tenant's issuer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use doorward_engine::state::TenantState;
use http::HeaderName;
use http::header::HOST;
use http::request::Parts;
use http::uri::Authority;
use ipnet::IpNet;

use crate::fault::{Refusal, Skinned};
use crate::state::{Web, is_trusted};

static FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Extractor: the tenant that was spoken to.
#[derive(Clone)]
pub struct Tenant(pub Arc<TenantState>);

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        let state = parts.extensions.get::<Arc<TenantState>>().cloned();
        state
            .map(Tenant)
            .ok_or_else(|| Refusal::broken("the router was built without its frame").by_path(&parts.uri))
    }
}

/// Finds the tenant of a request.
pub(crate) fn find(web: &Web, parts: &Parts, peer: Option<IpAddr>) -> Result<Arc<TenantState>, Refusal> {
    let host = spoken_to(web.trusted_proxies(), parts, peer)?;
    let found = host.and_then(|host| web.app().tenant_by_host(host));
    found.ok_or_else(|| Refusal::misdirected(web.app().tenants().first().map(|state| &state.tenant.issuer)))
}

/// The host that was asked for, in whatever case; none when the request names none.
fn spoken_to<'a>(
    proxies: &[IpNet],
    parts: &'a Parts,
    peer: Option<IpAddr>,
) -> Result<Option<&'a str>, Refusal> {
    let named = one(parts, &HOST)?;
    let target = parts.uri.authority().map(Authority::as_str);
    if let (Some(named), Some(target)) = (named, target)
        && !named.eq_ignore_ascii_case(target)
    {
        return Err(Refusal::two_hosts());
    }
    if peer.is_some_and(|peer| is_trusted(proxies, peer))
        && let Some(forwarded) = one(parts, &FORWARDED_HOST)?
    {
        return Ok(Some(forwarded));
    }
    Ok(target.or(named))
}

fn one<'a>(parts: &'a Parts, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = parts.headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Refusal::two_hosts());
    }
    let text = first.to_str().map_err(|_| Refusal::two_hosts())?;
    Ok(Some(text.trim()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn host(uri: &str, headers: &[(&str, &str)], peer: &str) -> Result<Option<String>, u16> {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let host = spoken_to(&proxies, &parts, peer.parse().ok());
        host.map(|host| host.map(str::to_owned)).map_err(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn the_host_header_or_the_absolute_target_names_the_host() {
        assert_eq!(host("/", &[("host", "ID.acme.test")], "1.2.3.4"), Ok(Some("ID.acme.test".into())));
        assert_eq!(host("http://id.acme.test:80/x", &[], "1.2.3.4"), Ok(Some("id.acme.test:80".into())));
        assert_eq!(host("/", &[], "1.2.3.4"), Ok(None));
        assert_eq!(host("/", &[("host", "")], "1.2.3.4"), Ok(None));
    }

    #[test]
    fn two_hosts_in_one_request_are_refused() {
        assert_eq!(host("/", &[("host", "a"), ("host", "a")], "1.2.3.4"), Err(400));
        assert_eq!(host("http://a/", &[("host", "b")], "1.2.3.4"), Err(400));
        assert_eq!(
            host("http://a/", &[("host", "A")], "1.2.3.4"),
            Ok(Some("a".into())),
            "one in two spellings"
        );
    }

    #[test]
    fn a_forwarded_host_counts_only_from_a_trusted_proxy() {
        let headers = [("host", "a.test"), ("x-forwarded-host", "b.test")];
        assert_eq!(host("/", &headers, "1.2.3.4"), Ok(Some("a.test".into())));
        assert_eq!(host("/", &headers, "10.1.1.1"), Ok(Some("b.test".into())));
        let twice = [("host", "a.test"), ("x-forwarded-host", "b.test"), ("x-forwarded-host", "c.test")];
        assert_eq!(host("/", &twice, "10.1.1.1"), Err(400));
    }
}
