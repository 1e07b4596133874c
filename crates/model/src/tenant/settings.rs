//! What admins may change about a tenant.
//!
//! What something acts upon is a field of its own; what is only kept and given back stands in
//! [`TenantSettings::kept`] as it was sent. Which is which is said in [`super::members`].

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::members::{self, SETTINGS};
use crate::fields::FieldErrors;
use crate::time::Lifetime;
use crate::user_code::UserCodeStyle;

/// Settings of a tenant that its admins may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantSettings {
    /// Name for people, shown on login pages ("with your Acme account"); empty means the domain.
    pub friendly_name: String,
    /// Where people who are lost can write to.
    #[serde(default)]
    pub support_email: Option<String>,
    /// Where people who are lost can read on.
    #[serde(default)]
    pub support_url: Option<String>,
    /// Where `/v2/logout` may return to when no client is named.
    #[serde(default)]
    pub allowed_logout_urls: Vec<String>,
    /// The API that a request without `audience` means, by identifier.
    #[serde(default)]
    pub default_audience: Option<String>,
    /// How long a session may last, whatever happens in it.
    pub session_lifetime: Lifetime,
    /// How long a session may lie idle.
    pub idle_session_lifetime: Lifetime,
    /// Whether a new client gets every existing connection at once.
    pub enable_client_connections: bool,
    /// Whether the tenant is in development: loopback visitors then see details on error pages.
    pub development: bool,
    /// How long events of the log are kept where nobody has said anything else; see
    /// [`Self::events_are_kept_for`].
    pub log_retention: Lifetime,
    /// Settings of the API that nothing acts upon yet, as they were sent; lengths of time among them,
    /// because hours may have more digits than seconds can tell.
    #[serde(default)]
    pub kept: Map<String, Value>,
}

/// The members that are fields of their own.
const FRIENDLY_NAME: &str = "friendly_name";
const SUPPORT_EMAIL: &str = "support_email";
const SUPPORT_URL: &str = "support_url";
const LOGOUT_URLS: &str = "allowed_logout_urls";
const DEFAULT_AUDIENCE: &str = "default_audience";
const SESSION: &str = "session_lifetime";
const IDLE_SESSION: &str = "idle_session_lifetime";
const FLAGS: &str = "flags";
const CLIENT_CONNECTIONS: &str = "enable_client_connections";

impl TenantSettings {
    /// What a new tenant starts with: sessions of 7 days, 3 days idle, logs for 30 days.
    #[must_use]
    pub fn new(friendly_name: String) -> Self {
        Self {
            friendly_name,
            support_email: None,
            support_url: None,
            allowed_logout_urls: Vec::new(),
            default_audience: None,
            session_lifetime: Lifetime::from_seconds(168 * 3600),
            idle_session_lifetime: Lifetime::from_seconds(72 * 3600),
            enable_client_connections: true,
            development: true,
            log_retention: Lifetime::from_seconds(30 * 86400),
            kept: Map::new(),
        }
    }

    /// Whether a client that hands a refresh token back gives up all that the person allowed it there.
    #[must_use]
    pub fn revocation_ends_the_grant(&self) -> bool {
        self.is_switched_on("revoke_refresh_token_grant")
    }

    /// Whether every client has to push its authorization requests (RFC 9126 §5).
    #[must_use]
    pub fn requires_pushed_requests(&self) -> bool {
        self.is_switched_on("require_pushed_authorization_requests")
    }

    /// Whether people are asked each time an answer goes to a callback on their own machine.
    #[must_use]
    pub fn asks_at_loopback(&self) -> bool {
        self.is_switched_on("ask_for_consent_at_localhost")
    }

    /// Whether a person is asked before an application that proves nothing logs them out (`/oidc/logout`).
    #[must_use]
    pub fn asks_before_logout(&self) -> bool {
        let sessions = self.kept.get("sessions").and_then(Value::as_object);
        sessions.and_then(|sessions| sessions.get("oidc_logout_prompt_enabled")) != Some(&Value::Bool(false))
    }

    /// How the codes are written that devices show their people (RFC 8628 §6.1).
    #[must_use]
    pub fn user_codes(&self) -> UserCodeStyle {
        let said = self.kept.get("device_flow").and_then(Value::as_object);
        let text = |name: &str| said.and_then(|said| said.get(name)).and_then(Value::as_str);
        UserCodeStyle::new(text("charset"), text("mask"))
    }

    /// How long events of the log are kept; none for ever.
    ///
    /// ```
    /// use doorward_model::tenant::TenantSettings;
    /// let settings = TenantSettings::new("Acme".into());
    /// assert_eq!(settings.events_are_kept_for().unwrap().seconds(), 30 * 86_400);
    /// let for_ever = serde_json::json!({ "log_retention_days": 0 });
    /// let settings = settings.apply(for_ever.as_object().unwrap()).unwrap();
    /// assert_eq!(settings.events_are_kept_for(), None);
    /// ```
    #[must_use]
    pub fn events_are_kept_for(&self) -> Option<Lifetime> {
        let days = self.kept.get("log_retention_days").and_then(Value::as_u64);
        match days.and_then(|days| u32::try_from(days).ok()) {
            None => Some(self.log_retention),
            Some(0) => None,
            Some(days) => Some(Lifetime::from_seconds(days.saturating_mul(86_400))),
        }
    }

    fn is_switched_on(&self, flag: &str) -> bool {
        let flags = self.kept.get(FLAGS).and_then(Value::as_object);
        flags.and_then(|flags| flags.get(flag)) == Some(&Value::Bool(true))
    }

    /// The connection that a password grant means which names none, by name.
    #[must_use]
    pub fn default_directory(&self) -> Option<&str> {
        self.kept.get("default_directory").and_then(Value::as_str).filter(|name| !name.is_empty())
    }

    /// The settings as the Management API gives them, in the order of its members.
    ///
    /// ```
    /// use doorward_model::tenant::TenantSettings;
    /// let shown = TenantSettings::new("Acme".into()).to_api();
    /// assert_eq!(shown["friendly_name"], "Acme");
    /// assert_eq!(shown["session_lifetime"], 168);
    /// assert_eq!(shown["flags"]["enable_client_connections"], true);
    /// ```
    #[must_use]
    pub fn to_api(&self) -> Map<String, Value> {
        let shown = SETTINGS.iter().map(|setting| setting.member.name);
        shown.filter_map(|name| Some((name.to_owned(), self.member(name)?))).collect()
    }

    fn member(&self, name: &str) -> Option<Value> {
        // An empty text, which is the original's word for "none", is given back as it was sent.
        let text = |text: &Option<String>| {
            text.as_ref().map(|text| json!(text)).or_else(|| self.kept.get(name).cloned())
        };
        match name {
            FRIENDLY_NAME => Some(json!(self.friendly_name)),
            SUPPORT_EMAIL => text(&self.support_email),
            SUPPORT_URL => text(&self.support_url),
            LOGOUT_URLS => Some(json!(self.allowed_logout_urls)),
            DEFAULT_AUDIENCE => text(&self.default_audience),
            SESSION => Some(self.hours(SESSION, self.session_lifetime)),
            IDLE_SESSION => Some(self.hours(IDLE_SESSION, self.idle_session_lifetime)),
            FLAGS => {
                let mut flags =
                    Map::from_iter([(CLIENT_CONNECTIONS.to_owned(), json!(self.enable_client_connections))]);
                flags.extend(self.kept.get(FLAGS).and_then(Value::as_object).cloned().unwrap_or_default());
                Some(Value::Object(flags))
            }
            other => self.kept.get(other).cloned(),
        }
    }

    /// A length of time in hours: as it was sent, while that still is what counts.
    fn hours(&self, name: &str, lifetime: Lifetime) -> Value {
        if let Some(sent) = self.kept.get(name).filter(|sent| lifetime_of(sent) == Some(lifetime)) {
            return sent.clone();
        }
        match (lifetime.seconds() / 3600, lifetime.seconds() % 3600) {
            (hours, 0) => json!(hours),
            _ => serde_json::from_str(&format!("{}", seconds_as_hours(lifetime))).unwrap_or_default(),
        }
    }

    /// The settings after a change: what the body names is replaced, null clears, flags are changed
    /// one by one.
    ///
    /// # Errors
    /// Everything that is wrong with the body.
    pub fn apply(&self, body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        members::check(body)?;
        let mut next = self.clone();
        for (name, value) in body {
            match members::in_hours(name, value) {
                Some((name, hours)) => next.set(name, &hours),
                None => next.set(name, value),
            }
        }
        Ok(next)
    }

    /// Puts one member, which was checked, in its place.
    fn set(&mut self, name: &str, value: &Value) {
        let text = || value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        match name {
            FRIENDLY_NAME => self.friendly_name = text().unwrap_or_default(),
            SUPPORT_EMAIL | SUPPORT_URL | DEFAULT_AUDIENCE => {
                match name {
                    SUPPORT_EMAIL => self.support_email = text(),
                    SUPPORT_URL => self.support_url = text(),
                    _ => self.default_audience = text(),
                }
                self.keep(name, value, value.as_str() == Some(""));
            }
            LOGOUT_URLS => {
                let texts = value.as_array().map(Vec::as_slice).unwrap_or_default();
                self.allowed_logout_urls =
                    texts.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            SESSION | IDLE_SESSION => self.set_hours(name, value),
            FLAGS => self.set_flags(value.as_object()),
            other => self.keep(other, value, !value.is_null()),
        }
    }

    fn keep(&mut self, name: &str, value: &Value, is_kept: bool) {
        if is_kept {
            self.kept.insert(name.to_owned(), value.clone());
        } else {
            self.kept.remove(name);
        }
    }

    fn set_hours(&mut self, name: &str, value: &Value) {
        let Some(lifetime) = lifetime_of(value) else { return };
        if name == SESSION {
            self.session_lifetime = lifetime;
        } else {
            self.idle_session_lifetime = lifetime;
        }
        // What seconds can tell exactly need not be kept twice.
        self.kept.remove(name);
        self.keep(name, value, self.hours(name, lifetime) != *value);
    }

    fn set_flags(&mut self, flags: Option<&Map<String, Value>>) {
        let mut kept = self.kept.get(FLAGS).and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, value) in flags.into_iter().flatten() {
            if name == CLIENT_CONNECTIONS {
                self.enable_client_connections = value.as_bool().unwrap_or(self.enable_client_connections);
            } else {
                kept.insert(name.clone(), value.clone());
            }
        }
        if !kept.is_empty() {
            self.kept.insert(FLAGS.to_owned(), Value::Object(kept));
        }
    }
}

/// Hours, as the API has them, in whole seconds.
fn lifetime_of(hours: &Value) -> Option<Lifetime> {
    let seconds = (hours.as_f64()? * 3600.0).round();
    format!("{seconds:.0}").parse().ok().map(Lifetime::from_seconds)
}

#[expect(clippy::cast_precision_loss, reason = "a lifetime has at most 32 bits, a double keeps 53")]
fn seconds_as_hours(lifetime: Lifetime) -> f64 {
    lifetime.seconds() as f64 / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> TenantSettings {
        TenantSettings::new("Acme".into())
    }

    fn applied(body: &Value) -> TenantSettings {
        settings().apply(body.as_object().unwrap()).unwrap()
    }

    #[test]
    fn what_is_given_can_be_sent_and_changes_nothing() {
        let full = applied(&json!({
            "friendly_name": "Acme & Co", "support_email": "", "default_audience": "",
            "session_lifetime": 3.016_666_666_666_666_6, "idle_session_lifetime": 1.234_56,
            "allowed_logout_urls": ["https://b.test", "https://a.test/x?y"],
            "flags": { "enable_client_connections": false, "enable_pipeline2": true },
            "error_page": { "html": "<p>", "show_log_link": false, "url": "" },
            "enabled_locales": ["de", "en"], "device_flow": { "charset": "base20", "mask": "****-****" },
            "universal_login": { "colors": { "primary": "#123456", "page_background": "#fff" } },
        }));
        for settings in [settings(), full] {
            let shown = settings.to_api();
            assert_eq!(settings.apply(&shown).unwrap(), settings);
            let stored = serde_json::to_string(&settings).unwrap();
            assert_eq!(serde_json::from_str::<TenantSettings>(&stored).unwrap(), settings);
        }
    }

    #[test]
    fn what_was_sent_is_what_is_given() {
        let sent = json!({
            "session_lifetime": 3.016_67, "idle_session_lifetime": 2, "support_url": "https://a.test/help",
            "default_directory": "Users", "flags": { "enable_sso": true },
        });
        let shown = applied(&sent).to_api();
        for (name, value) in sent.as_object().unwrap() {
            if name != "flags" {
                assert_eq!(&shown[name], value, "{name}");
            }
        }
        assert_eq!(shown["flags"], json!({ "enable_client_connections": true, "enable_sso": true }));
        assert_eq!(applied(&sent).session_lifetime.seconds(), 10_860);
        let none = applied(&json!({ "default_audience": "", "support_email": "" }));
        assert_eq!((&none.default_audience, &none.support_email), (&None, &None), "an empty text is none");
        assert_eq!(none.to_api()["default_audience"], "");
        let cleared = none.apply(json!({ "default_audience": null }).as_object().unwrap()).unwrap();
        assert!(!cleared.to_api().contains_key("default_audience"));
        assert_eq!(applied(&json!({ "session_lifetime": 0.5 })).to_api()["session_lifetime"], json!(0.5));
    }

    #[test]
    fn a_length_of_time_may_be_sent_in_minutes_and_is_given_in_hours() {
        let shown = applied(&json!({
            "session_lifetime_in_minutes": 10_080, "idle_session_lifetime_in_minutes": 181,
            "ephemeral_session_lifetime_in_minutes": 1, "idle_ephemeral_session_lifetime_in_minutes": 1440,
        }))
        .to_api();
        assert_eq!(shown["session_lifetime"], 168);
        assert_eq!(shown["idle_session_lifetime"], json!(181.0 / 60.0));
        assert_eq!(shown["ephemeral_session_lifetime"], json!(1.0 / 60.0));
        assert_eq!(shown["idle_ephemeral_session_lifetime"], 24);
        assert!(shown.keys().all(|name| !name.ends_with("_in_minutes")));
        assert_eq!(
            applied(&json!({ "session_lifetime_in_minutes": 181 })).session_lifetime.seconds(),
            10_860
        );
    }

    #[test]
    fn a_length_of_time_that_somebody_else_changed_is_told_anew() {
        let mut settings = applied(&json!({ "session_lifetime": 3.016_67 }));
        settings.session_lifetime = Lifetime::from_seconds(7200);
        assert_eq!(settings.to_api()["session_lifetime"], 2);
        settings.session_lifetime = Lifetime::from_seconds(5400);
        assert_eq!(settings.to_api()["session_lifetime"], json!(1.5));
    }

    #[test]
    fn flags_are_changed_one_by_one_and_null_clears() {
        let first = applied(
            &json!({ "flags": { "enable_sso": true, "universal_login": true }, "default_directory": "a" }),
        );
        let body = json!({ "flags": { "enable_sso": false }, "default_directory": null });
        let second = first.apply(body.as_object().unwrap()).unwrap();
        let flags =
            json!({ "enable_client_connections": true, "enable_sso": false, "universal_login": true });
        assert_eq!(second.to_api()["flags"], flags);
        assert!(!second.to_api().contains_key("default_directory"));
        assert_eq!(second.default_directory(), None);
    }

    #[test]
    fn settings_of_an_earlier_release_are_read() {
        let old = r#"{"friendly_name":"A","session_lifetime":604800,"idle_session_lifetime":259200,
            "enable_client_connections":true,"development":true,"log_retention":2592000}"#;
        assert_eq!(serde_json::from_str::<TenantSettings>(old).unwrap(), TenantSettings::new("A".into()));
    }
}
