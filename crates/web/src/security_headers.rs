//! Headers that every answer carries, whoever made it.

use doorward_model::tenant::Issuer;
use http::header::{REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue};

/// Completes the headers of an answer. What a page has said about itself stays.
pub(crate) fn complete(headers: &mut HeaderMap, issuer: Option<&Issuer>) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    if issuer.is_some_and(|issuer| issuer.is_https() && !issuer.is_on_this_machine()) {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_transport_is_promised_only_where_there_is_transport_security() {
        let with = |issuer: &str| {
            let mut headers = HeaderMap::new();
            complete(&mut headers, Issuer::parse(issuer).ok().as_ref());
            headers.contains_key(STRICT_TRANSPORT_SECURITY)
        };
        assert!(with("https://id.acme.test/"));
        assert!(!with("http://localhost:3667/"));
    }

    /// The promise is for a host and all its ports: on this machine it would lock up the neighbours'.
    #[test]
    fn strict_transport_is_not_promised_for_this_machine() {
        for issuer in
            ["https://localhost:3667/", "https://a.localhost/", "https://127.0.0.1:3667/", "https://[::1]/"]
        {
            let mut headers = HeaderMap::new();
            complete(&mut headers, Issuer::parse(issuer).ok().as_ref());
            assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY), "{issuer}");
        }
    }
}
