//! Who is at the other end: address, program, SDK. All of it is hearsay, bounded and tamed.
//!
//! `X-Forwarded-For` counts only when the peer is a trusted proxy, and then the right-most address
//! that is not itself a trusted proxy: everything left of it was written by strangers.
//! Source: RFC 7239 §8.1 (the trust in forwarded headers), the SDKs' `Auth0-Client` telemetry.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Query};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use doorward_engine::caller::RequestInfo;
use doorward_model::log::event::tame;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri, header};
use ipnet::IpNet;
use serde_json::Value;

use crate::fault::Refusal;
use crate::fault::Skinned;
use crate::state::is_trusted;

/// The longest `Auth0-Client` text that is looked at, in bytes.
const MAX_TELEMETRY: usize = 2048;
/// How many forwarded addresses are looked at before the header is taken for a hoax.
const MAX_HOPS: usize = 32;
/// What proxies write about the request that they pass on.
const FORWARDED: [&str; 5] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

static TELEMETRY: HeaderName = HeaderName::from_static("auth0-client");
static FORWARDED_FOR_USER: HeaderName = HeaderName::from_static("auth0-forwarded-for");

/// Extractor: what is known of the visitor.
#[derive(Debug, Clone)]
pub struct Visitor(pub RequestInfo);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        let info = parts.extensions.get::<RequestInfo>().cloned();
        info.map(Visitor)
            .ok_or_else(|| Refusal::broken("the router was built without its frame").by_path(&parts.uri))
    }
}

/// Reads what can be known from the connection and the headers.
pub(crate) fn read(proxies: &[IpNet], parts: &Parts) -> RequestInfo {
    let agent =
        parts.headers.get(header::USER_AGENT).map(|value| tame(&String::from_utf8_lossy(value.as_bytes())));
    RequestInfo {
        ip: peer(parts).map(|peer| client_address(proxies, peer, &parts.headers)),
        end_user_ip: end_user(&parts.headers),
        is_forwarded: parts.headers.keys().any(|name| FORWARDED.contains(&name.as_str())),
        user_agent: agent.filter(|agent| !agent.is_empty()),
        auth0_client: telemetry(&parts.headers, &parts.uri),
        call: None,
        jti: None,
    }
}

/// The address at the other end of the connection, as the serve loop noted it.
pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip().to_canonical())
}

fn client_address(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut nearest = peer;
    if !is_trusted(proxies, peer) {
        return nearest;
    }
    let values: Vec<&str> =
        headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')).take(MAX_HOPS) {
        let Some(address) = address(hop.trim()) else { break };
        nearest = address;
        if !is_trusted(proxies, address) {
            break;
        }
    }
    nearest
}

/// The person that a server asks for, as it says. Which servers are believed is decided where they
/// prove themselves.
fn end_user(headers: &HeaderMap) -> Option<IpAddr> {
    let mut values = headers.get_all(&FORWARDED_FOR_USER).iter();
    let first = values.next()?.to_str().ok()?;
    if values.next().is_some() { None } else { address(first.split(',').next()?.trim()) }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed =
        bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    parsed.map(|ip: IpAddr| ip.to_canonical())
}

/// The SDK that speaks: base64url JSON in a header or the query. What cannot be read is left out.
fn telemetry(headers: &HeaderMap, uri: &Uri) -> Option<Value> {
    if let Some(value) = headers.get(&TELEMETRY) {
        return decode_telemetry(value.to_str().ok()?);
    }
    if !uri.query()?.contains("auth0Client=") {
        return None;
    }
    let Query(query) = Query::<HashMap<String, String>>::try_from_uri(uri).ok()?;
    decode_telemetry(query.get("auth0Client")?)
}

fn decode_telemetry(text: &str) -> Option<Value> {
    if text.len() > MAX_TELEMETRY {
        return None;
    }
    let text = text.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?;
    serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn proxies() -> Vec<IpNet> {
        vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]
    }

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut request = Request::builder().uri("/");
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        read(&proxies(), &parts).ip.unwrap().to_string()
    }

    #[test]
    fn whom_a_server_asks_for_is_one_address_in_one_header() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("auth0-forwarded-for", value.parse().unwrap());
            }
            end_user(&headers).map(|ip| ip.to_string())
        };
        assert_eq!(read(&["198.51.100.7"]).as_deref(), Some("198.51.100.7"));
        assert_eq!(read(&["198.51.100.7, 10.0.0.1"]).as_deref(), Some("198.51.100.7"));
        assert_eq!(read(&["2001:db8::1"]).as_deref(), Some("2001:db8::1"));
        for bad in [&[][..], &["ada"], &[""], &["198.51.100.7", "198.51.100.8"]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn forwarded_headers_of_strangers_are_ignored() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("203.0.113.9", &["10.0.0.1, 127.0.0.1"]), "203.0.113.9");
    }

    #[test]
    fn behind_trusted_proxies_the_right_most_stranger_counts() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["127.0.0.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &["127.0.0.1", "198.51.100.7, 10.3.0.2"]), "198.51.100.7");
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(seen("fd00::1", &["[2001:db8::5]:80"]), "2001:db8::5");
    }

    #[test]
    fn junk_in_a_forwarded_header_ends_the_walk() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1, <script>, 10.0.0.7"]), "10.0.0.7");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    fn sdk(header: Option<&str>, query: &str) -> Option<Value> {
        let mut request = Request::builder().uri(format!("/authorize{query}"));
        if let Some(value) = header {
            request = request.header("auth0-client", value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        read(&[], &parts).auth0_client
    }

    #[test]
    fn the_sdk_is_read_from_header_or_query_and_junk_is_left_out() {
        let name = URL_SAFE_NO_PAD.encode(r#"{"name":"auth0-spa-js"}"#);
        let expected = Some(serde_json::json!({"name": "auth0-spa-js"}));
        assert_eq!(sdk(Some(&name), ""), expected);
        assert_eq!(sdk(None, &format!("?a=b&auth0Client={name}")), expected);
        let list = URL_SAFE_NO_PAD.encode("[1]");
        for junk in ["", "%%%", "bm9qc29u", list.as_str(), "A".repeat(4000).as_str()] {
            assert_eq!(sdk(Some(junk), ""), None, "{junk}");
        }
    }

    #[test]
    fn a_user_agent_is_capped_and_cannot_forge_a_line() {
        let long = "x".repeat(5000);
        let (parts, ()) = Request::builder().header("user-agent", &long).body(()).unwrap().into_parts();
        assert_eq!(read(&[], &parts).user_agent.unwrap().len(), 512);
    }
}
