//! A request as its events show it: what was asked, through which door, and what is answered.
//!
//! Secrets are hidden before anything leaves this module. Source: the original's `details.request`.

use doorward_engine::caller::Call;
use doorward_engine::fault::Fault;
use doorward_engine::state::TenantState;
use doorward_model::log::redact;
use http::HeaderMap;
use http::request::Parts;
use serde_json::Value;
use std::sync::Arc;

use crate::body;
use crate::fault::Refusal;

/// A request of the Management API that answers `success` when it is done.
pub(crate) fn of_api(parts: &Parts, success: u16) -> Call {
    Call { success: Some(success), refusal: |fault| Some(answer(fault)), ..of(parts, "api/v2/") }
}

/// A request of the dashboard: what it answers are pages.
pub(crate) fn of_dashboard(parts: &Parts) -> Call {
    of(parts, "manage/")
}

fn of(parts: &Parts, door: &str) -> Call {
    let query = parts.uri.query().unwrap_or_default();
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let tenant = parts.extensions.get::<Arc<TenantState>>();
    Call {
        method: parts.method.as_str().to_ascii_lowercase(),
        path: parts.uri.path().to_owned(),
        query: redact::pairs(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))),
        body: None,
        channel: tenant.map(|state| state.tenant.issuer.url(door)).unwrap_or_default(),
        success: None,
        refusal: |_| None,
    }
}

/// The answer to a fault. Troubles of ours have a cause that only the operator sees, and no event.
fn answer(fault: &Fault) -> Value {
    Refusal::from(fault.clone()).recorded()
}

/// A body without its secrets; none when it is neither JSON nor a form.
pub(crate) fn body(headers: &HeaderMap, bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    if body::is_form(headers) {
        let pairs: Vec<_> = url::form_urlencoded::parse(bytes).collect();
        return Some(redact::pairs(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))));
    }
    serde_json::from_slice(bytes).ok().map(|sent| redact::value(&sent))
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use serde_json::json;

    use super::*;

    fn read(kind: &str, bytes: &[u8]) -> Option<Value> {
        body(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]), bytes)
    }

    #[test]
    fn bodies_are_shown_without_their_secrets_and_what_cannot_be_read_is_not_shown() {
        let expected = Some(json!({ "name": "Shop", "client_secret": "***" }));
        assert_eq!(read("application/json", br#"{"name":"Shop","client_secret":"canary"}"#), expected);
        assert_eq!(read("application/x-www-form-urlencoded", b"name=Shop&client_secret=canary"), expected);
        assert_eq!(read("application/json", b"{\"client_secret\":\"canary\""), None);
        assert_eq!(read("application/json", b""), None);
    }
}
