//! Which web pages may call the token endpoint and its neighbours from a browser.
//!
//! Owns the union of the lists that count. Must not know HTTP headers: the caller compares what the
//! `Origin` header says, and an origin that is on no list gets no answer about it.
//!
//! Source: the brief, "Allowed Origins (CORS)" (callback URLs count by default); the Fetch standard.

use doorward_model::client::Client;
use doorward_model::client::origin::{matches, web_origin_matches};

/// Whether pages of `origin` may call on behalf of `client`.
///
/// ```
/// # use doorward_model::client::{Client, defaults, kind::ClientKind};
/// # use doorward_model::{ids::ClientId, time::Timestamp};
/// # let mut settings = defaults::for_people(ClientKind::Spa);
/// # settings.callbacks = Some(vec!["https://app.test/cb".into()]);
/// # let at = Timestamp::from_seconds(0);
/// # let id = ClientId::parse("spa").unwrap();
/// # let client = Client { id, global: false, version: 1, settings, created_at: at, updated_at: at };
/// use doorward_protocol::oauth::cors::allowed_origin;
/// // The client has one callback, https://app.test/cb, and nothing else.
/// assert!(allowed_origin(&client, "https://app.test"));
/// assert!(!allowed_origin(&client, "https://evil.test"));
/// assert!(!allowed_origin(&client, "null"));
/// ```
#[must_use]
pub fn allowed_origin(client: &Client, origin: &str) -> bool {
    let settings = &client.settings;
    let allowed = settings.allowed_origins.as_deref().unwrap_or_default();
    let web = settings.web_origins.as_deref().unwrap_or_default();
    matches(allowed, client.callbacks(), origin) || web_origin_matches(web, client.callbacks(), origin)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;

    use super::*;
    use crate::oauth::authorize::examples;

    #[test]
    fn cve_2024_41657_only_listed_origins_and_those_of_callbacks_are_allowed() {
        let mut client = examples::client("spa", ClientKind::Spa);
        client.settings.allowed_origins =
            Some(vec!["https://listed.test".into(), "https://*.wild.test".into()]);
        client.settings.web_origins = Some(vec!["https://web.test".into()]);
        for (origin, allowed) in [
            ("https://app.test", true),
            ("https://listed.test", true),
            ("https://web.test", true),
            ("https://qa.wild.test", true),
            ("https://app.test:8443", false),
            ("http://app.test", false),
            ("https://app.test.evil.test", false),
            ("https://evil.test", false),
            ("null", false),
            ("*", false),
            ("", false),
        ] {
            assert_eq!(allowed_origin(&client, origin), allowed, "{origin}");
        }
    }
}
