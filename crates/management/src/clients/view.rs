//! A client as the API shows it, and to whom it shows what.
//!
//! A pure function of the client, its tenant and the caller's scopes. Keys (`client_secret`,
//! `encryption_key`, `signing_keys`) leave only for `read:client_keys`, and in the answer to the call
//! that made them. Source: the Management API's `clients`, field order included.

use doorward_model::client::Client;
use doorward_model::client::schema::FIELDS;
use doorward_model::ids::AdminId;
use doorward_model::secret::Secret;
use doorward_protocol::jose::Certificate;
use serde_json::{Map, Value, json};

/// How much of a client is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// What people need to pick one out of a list.
    Summary,
    /// All but its keys.
    Whole,
}

/// The fields of [`Sight::Summary`].
const SUMMARY: [&str; 6] = ["name", "description", "is_first_party", "client_id", "logo_uri", "app_type"];

/// The fields that only `read:client_keys` opens.
pub(crate) const KEYS: [&str; 3] = ["client_secret", "encryption_key", "signing_keys"];
/// The field that `read:client_credentials` opens as well.
pub(crate) const METHODS: &str = "client_authentication_methods";

/// The keys of a client, for those who may see them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keys<'a> {
    /// The one that is *the* client secret.
    pub(crate) secret: Option<&'a Secret>,
    /// The certificate of the tenant's signing key.
    pub(crate) certificate: &'a Certificate,
    /// The host that the certificate names.
    pub(crate) domain: &'a str,
}

/// What of a client may be seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// How much of its settings.
    pub(crate) sight: Sight,
    /// Its keys.
    pub(crate) keys: Option<Keys<'a>>,
    /// Which credentials prove it; whoever may see its keys may see that, too.
    pub(crate) methods: bool,
    /// Who owns the tenant, for the client that stands for all of it.
    pub(crate) owners: &'a [AdminId],
}

impl Seen<'_> {
    fn shows(self, name: &str) -> bool {
        match name {
            METHODS => self.methods || self.keys.is_some(),
            name => self.sight == Sight::Whole || SUMMARY.contains(&name),
        }
    }
}

/// A client of `tenant` in the order of its table of fields; with its keys where they may be seen.
pub(crate) fn client(client: &Client, tenant: &str, seen: Seen<'_>) -> Map<String, Value> {
    let keys = seen.keys;
    let mut object = Map::new();
    // Settings are a JSON object by their type.
    let settings = serde_json::to_value(&client.settings).unwrap_or_default();
    for field in FIELDS.iter().filter(|field| seen.shows(field.name)) {
        let value = match field.name {
            "tenant" => Some(json!(tenant)),
            "global" => Some(json!(client.global)),
            "owners" => client.global.then(|| json!(seen.owners)),
            "client_id" => Some(json!(client.id)),
            "callback_url_template" => Some(json!(false)),
            "client_secret" => keys.and_then(|keys| keys.secret).map(|secret| json!(secret.expose())),
            "signing_keys" => keys.map(Keys::signing),
            name if KEYS.contains(&name) && keys.is_none() => None,
            name => settings.get(name).cloned().or_else(|| field.unset.value()),
        };
        let Some(value) = value else { continue };
        if let Some(alias) = field.alias {
            object.insert(alias.to_owned(), value.clone());
        }
        object.insert(field.name.to_owned(), value);
    }
    object
}

impl Keys<'_> {
    fn signing(self) -> Value {
        json!([{
            "cert": self.certificate.pem(),
            "pkcs7": self.certificate.pkcs7_pem(),
            "subject": format!("/CN={}", self.domain),
        }])
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::credential::AuthenticationMethods;
    use doorward_model::client::defaults;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;

    use super::*;

    const WHOLE: Seen<'_> = Seen { sight: Sight::Whole, keys: None, methods: false, owners: &[] };
    const SUMMED_UP: Seen<'_> = Seen { sight: Sight::Summary, ..WHOLE };

    fn shop() -> Client {
        let mut settings = defaults::for_people(ClientKind::RegularWeb);
        settings.name = "Shop".to_owned();
        let now = Timestamp::from_seconds(0);
        let id = ClientId::parse("abc").unwrap();
        Client { id, global: false, version: 1, settings, created_at: now, updated_at: now }
    }

    #[test]
    fn no_key_is_shown_to_those_who_may_not_see_it() {
        let shown = client(&shop(), "acme", WHOLE);
        for key in KEYS {
            assert!(!shown.contains_key(key), "{key}");
        }
    }

    #[test]
    fn a_summary_holds_what_people_pick_a_client_by() {
        let mut shop = shop();
        shop.settings.description = Some("d".into());
        let shown = client(&shop, "acme", SUMMED_UP);
        let names: Vec<&str> = shown.keys().map(String::as_str).collect();
        assert_eq!(names, ["name", "description", "is_first_party", "client_id", "app_type"]);
    }

    #[test]
    fn what_proves_a_client_is_shown_to_those_who_may_see_credentials_or_keys() {
        let mut by_key = shop();
        by_key.settings.client_authentication_methods = Some(AuthenticationMethods::by(Vec::new()));
        let shown = |seen| client(&by_key, "acme", seen).get(METHODS).cloned();
        let methods = json!({ "private_key_jwt": { "credentials": [] } });
        assert_eq!((shown(WHOLE), shown(SUMMED_UP)), (None, None));
        assert_eq!(shown(Seen { methods: true, ..WHOLE }), Some(methods.clone()));
        assert_eq!(shown(Seen { methods: true, ..SUMMED_UP }), Some(methods));
    }

    #[test]
    fn fields_stand_in_the_order_that_tools_know() {
        let shown = client(&shop(), "acme", WHOLE);
        let names: Vec<&str> = shown.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "tenant",
                "global",
                "is_token_endpoint_ip_header_trusted",
                "name",
                "is_first_party",
                "oidc_conformant",
                "sso_disabled",
                "cross_origin_auth",
                "cross_origin_authentication",
                "refresh_token",
                "client_id",
                "callback_url_template",
                "jwt_configuration",
                "app_type",
                "token_endpoint_auth_method",
                "grant_types",
                "client_aliases",
                "allowed_clients",
                "custom_login_page_on",
            ]
        );
        assert_eq!(shown["tenant"], "acme");
        assert_eq!(shown["callback_url_template"], false);
    }

    #[test]
    fn some_settings_are_shown_although_nobody_set_them_and_some_under_two_names() {
        let shown = client(&shop(), "acme", WHOLE);
        assert_eq!((&shown["custom_login_page_on"], &shown["client_aliases"]), (&json!(true), &json!([])));
        let mut other = shop();
        other.settings.further.set("cross_origin_authentication", true);
        let shown = client(&other, "acme", WHOLE);
        assert_eq!(
            (&shown["cross_origin_auth"], &shown["cross_origin_authentication"]),
            (&json!(true), &json!(true))
        );
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
        full.settings.addons = Some(Map::new());
        full.settings.further.set("mobile", json!({ "ios": null }));
        full.settings.further.set("par_request_expiry", Value::Null);
        let shown = client(&full, "acme", WHOLE);
        let stored = serde_json::to_value(&full.settings).unwrap();
        for (name, value) in stored.as_object().unwrap() {
            assert_eq!(shown.get(name), Some(value), "{name}");
        }
    }
}
