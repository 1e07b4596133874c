//! A client as the API shows it, and to whom it shows what.
//!
//! A pure function of the client, its tenant and the caller's scopes. Keys (`client_secret`,
//! `signing_keys`) leave only for `read:client_keys`, and in the answer to the call that made them.
//! Source: the Management API's `clients`, field order included.

use doorward_model::client::Client;
use doorward_model::secret::Secret;
use serde_json::{Map, Value, json};

/// The fields that only `read:client_keys` opens.
pub(crate) const KEYS: [&str; 2] = ["client_secret", "signing_keys"];

/// The keys of a client, for those who may see them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys<'a> {
    /// The one that is *the* client secret.
    pub(crate) secret: Option<&'a Secret>,
    /// The certificate of the tenant's signing key, base64 as in `x5c`.
    pub(crate) certificate: &'a str,
    /// The host that the certificate names.
    pub(crate) domain: &'a str,
}

/// A client of `tenant`; with its keys where they may be seen.
pub(crate) fn client(client: &Client, tenant: &str, keys: Option<Keys<'_>>) -> Map<String, Value> {
    let settings = &client.settings;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("tenant", json!(tenant));
    put("global", json!(client.global));
    put("name", json!(settings.name));
    put_some(&mut put, "description", &settings.description);
    put("is_first_party", json!(settings.is_first_party));
    put("oidc_conformant", json!(settings.oidc_conformant));
    put_some(&mut put, "sso", &settings.sso);
    put("sso_disabled", json!(settings.sso_disabled));
    put("refresh_token", json!(settings.refresh_token));
    if let Some(keys) = keys {
        let subject = format!("/CN={}", keys.domain);
        put("signing_keys", json!([{ "cert": pem(keys.certificate), "subject": subject }]));
    }
    put("client_id", json!(client.id));
    put("callback_url_template", json!(false));
    if let Some(secret) = keys.and_then(|keys| keys.secret) {
        put("client_secret", json!(secret.expose()));
    }
    put("jwt_configuration", json!(settings.jwt_configuration));
    put_some(&mut put, "callbacks", &settings.callbacks);
    put_some(&mut put, "allowed_logout_urls", &settings.allowed_logout_urls);
    put_some(&mut put, "allowed_origins", &settings.allowed_origins);
    put_some(&mut put, "web_origins", &settings.web_origins);
    put_some(&mut put, "logo_uri", &settings.logo_uri);
    put_some(&mut put, "app_type", &settings.app_type);
    put_some(&mut put, "token_endpoint_auth_method", &settings.token_endpoint_auth_method);
    put("grant_types", json!(settings.grant_types));
    put_some(&mut put, "client_metadata", &settings.client_metadata);
    object
}

fn put_some<T: serde::Serialize>(put: &mut impl FnMut(&str, Value), name: &str, value: &Option<T>) {
    if let Some(value) = value {
        put(name, json!(value));
    }
}

/// A certificate in the lines that RFC 7468 wants.
fn pem(base64: &str) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\r\n".to_owned();
    for (at, letter) in base64.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            text.push_str("\r\n");
        }
        text.push(letter);
    }
    text.push_str("\r\n-----END CERTIFICATE-----");
    text
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;

    use super::*;

    fn shop() -> Client {
        let mut settings = defaults::for_people(ClientKind::RegularWeb);
        settings.name = "Shop".to_owned();
        let now = Timestamp::from_seconds(0);
        let id = ClientId::parse("abc").unwrap();
        Client { id, global: false, version: 1, settings, created_at: now, updated_at: now }
    }

    #[test]
    fn no_key_is_shown_to_those_who_may_not_see_it() {
        let shown = client(&shop(), "acme", None);
        for key in KEYS {
            assert!(!shown.contains_key(key), "{key}");
        }
    }

    #[test]
    fn keys_are_shown_to_those_who_may_see_them() {
        let secret = Secret::new("hush".to_owned());
        let keys = Keys { secret: Some(&secret), certificate: "AAAA", domain: "id.acme.test" };
        let shown = client(&shop(), "acme", Some(keys));
        assert_eq!(shown["client_secret"], "hush");
        let cert = "-----BEGIN CERTIFICATE-----\r\nAAAA\r\n-----END CERTIFICATE-----";
        assert_eq!(shown["signing_keys"], json!([{ "cert": cert, "subject": "/CN=id.acme.test" }]));
    }

    #[test]
    fn fields_stand_in_the_order_that_tools_know() {
        let shown = client(&shop(), "acme", None);
        let names: Vec<&str> = shown.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "tenant",
                "global",
                "name",
                "is_first_party",
                "oidc_conformant",
                "sso_disabled",
                "refresh_token",
                "client_id",
                "callback_url_template",
                "jwt_configuration",
                "app_type",
                "token_endpoint_auth_method",
                "grant_types",
            ]
        );
        assert_eq!(shown["tenant"], "acme");
        assert_eq!(shown["callback_url_template"], false);
    }

    #[test]
    fn every_setting_that_is_there_is_shown() {
        let mut full = shop();
        full.settings.description = Some("d".into());
        full.settings.logo_uri = Some(String::new());
        full.settings.callbacks = Some(Vec::new());
        full.settings.allowed_logout_urls = Some(Vec::new());
        full.settings.allowed_origins = Some(Vec::new());
        full.settings.web_origins = Some(Vec::new());
        full.settings.sso = Some(true);
        full.settings.client_metadata = Some(Map::new());
        let shown = client(&full, "acme", None);
        let stored = serde_json::to_value(&full.settings).unwrap();
        for (name, value) in stored.as_object().unwrap() {
            assert_eq!(shown.get(name), Some(value), "{name}");
        }
    }
}
