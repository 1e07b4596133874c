//! An answer of the server, with the few ways in which tests read one.

use axum::body::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::html;

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: no JSON ({error}): {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        assert!(self.status.is_redirection(), "no redirect but {}: {}", self.status, self.text());
        self.header("location").expect("a redirect without Location")
    }

    /// A parameter of the address that a redirect leads to, from its query.
    pub fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(self.location()).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The only form of a page.
    pub fn form(&self) -> html::Form {
        html::form(&self.text()).unwrap_or_else(|| panic!("{}: no form: {}", self.status, self.text()))
    }

    /// The form of a page that is sent to `action`.
    pub fn form_to(&self, action: &str) -> html::Form {
        html::form_to(&self.text(), action).unwrap_or_else(|| panic!("no form to {action}: {}", self.text()))
    }

    pub fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// Insists on a status, and shows the body when it is another.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }
}
