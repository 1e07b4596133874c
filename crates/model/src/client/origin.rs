//! Allowed Origins (CORS) and Allowed Web Origins: which pages may call from a browser.
//!
//! Owns the matching rule: scheme, host and port count; path, query and hash of an entry do not.
//! Source: the brief, "Allowed Origins (CORS)": all callback URLs are allowed by default; RFC 6454 §7.

use super::urls::{callback_entry, entry, requested};

/// Whether a page of `origin` (as the `Origin` header writes it) may call.
///
/// ```
/// use doorward_model::client::origin::matches;
/// let origins: Vec<String> = ["https://*.example.com/any/path", "capacitor://localhost"].map(str::to_owned).into();
/// let callbacks = vec!["https://app.test/callback".to_owned()];
/// for (origin, allowed) in [
///     ("https://qa.example.com", true),
///     ("https://a.qa.example.com", false),
///     ("http://qa.example.com", false),
///     ("https://qa.example.com:8443", false),
///     ("https://app.test", true),
///     ("https://app.test/callback", false),
///     ("https://app.test.evil.test", false),
///     ("capacitor://localhost", true),
///     ("null", false),
///     ("*", false),
/// ] {
///     assert_eq!(matches(&origins, &callbacks, origin), allowed, "{origin}");
/// }
/// ```
#[must_use]
pub fn matches(entries: &[String], callbacks: &[String], origin: &str) -> bool {
    let Ok(asked) = requested(origin) else { return false };
    // An origin is nothing but scheme, host and port: nothing follows, not even a slash.
    let is_bare = asked.query.is_none() && asked.fragment.is_none() && !origin.ends_with('/');
    if !is_bare || !matches!(asked.path, "" | "/") {
        return false;
    }
    entries.iter().any(|text| entry(text).is_ok_and(|entry| entry.covers_origin(&asked)))
        || callbacks.iter().any(|text| callback_entry(text).is_ok_and(|entry| entry.covers_origin(&asked)))
}

/// Whether a page of `origin` may receive the answer of a silent login by `web_message`. The
/// message goes to the origin of a verified callback only, so callbacks count here too; see
/// decision 0029.
///
/// ```
/// use doorward_model::client::origin::web_origin_matches;
/// let web_origins = vec!["https://spa.test".to_owned()];
/// assert!(web_origin_matches(&web_origins, &[], "https://spa.test"));
/// assert!(!web_origin_matches(&web_origins, &[], "https://other.test"));
/// ```
#[must_use]
pub fn web_origin_matches(web_origins: &[String], callbacks: &[String], origin: &str) -> bool {
    matches(web_origins, callbacks, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_without_a_host_has_no_origin() {
        let callbacks = ["com.example.app:/callback".to_owned()];
        for origin in
            ["com.example.app:", "com.example.app:/", "com.example.app://", "com.example.app:/callback"]
        {
            assert!(!matches(&[], &callbacks, origin), "{origin}");
        }
    }

    #[test]
    fn an_entry_that_could_not_be_saved_never_matches() {
        for entry in ["*", "https://*", "https://*.com", "*.example.com", "https://a.example.com@evil.com"] {
            assert!(!matches(&[entry.to_owned()], &[], "https://a.example.com"), "{entry}");
            assert!(!matches(&[entry.to_owned()], &[], "https://evil.com"), "{entry}");
        }
    }
}
