//! The apps of a native client: four fields of the form, one setting of the API.
//!
//! What else the setting holds is kept. Source: UX §1.5, "Mobile"; the Management API's `mobile`.

use doorward_model::client::Client;
use doorward_model::client::further::MOBILE;
use doorward_model::json::Object;
use serde_json::Value;

const IOS: &str = "ios";
const ANDROID: &str = "android";
const TEAM: &str = "team_id";
const BUNDLE: &str = "app_bundle_identifier";
const PACKAGE: &str = "app_package_name";
const FINGERPRINTS: &str = "sha256_cert_fingerprints";

/// The four fields as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Apps {
    pub team: String,
    pub bundle: String,
    pub package: String,
    /// One fingerprint on each line.
    pub key_hashes: String,
}

impl Apps {
    /// What is saved.
    pub(crate) fn of(client: &Client) -> Self {
        let setting = client.settings.further.get(MOBILE);
        let known = |app: &str, name: &str| setting.and_then(|setting| setting.get(app)?.get(name));
        let text =
            |app: &str, name: &str| known(app, name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let hashes = known(ANDROID, FINGERPRINTS).and_then(Value::as_array);
        let hashes: Vec<&str> = hashes.into_iter().flatten().filter_map(Value::as_str).collect();
        Self {
            team: text(IOS, TEAM),
            bundle: text(IOS, BUNDLE),
            package: text(ANDROID, PACKAGE),
            key_hashes: hashes.join("\n"),
        }
    }

    /// The setting that says this; null where nothing is left of it.
    pub(crate) fn setting(&self, client: &Client) -> Value {
        let known = client.settings.further.get(MOBILE).and_then(Value::as_object);
        let mut apps = known.cloned().unwrap_or_default();
        let text = |text: &str| (!text.is_empty()).then(|| Value::from(text));
        let hashes = hashes(&self.key_hashes);
        let hashes = (!hashes.is_empty()).then(|| Value::from(hashes));
        put(&mut apps, IOS, [(TEAM, text(&self.team)), (BUNDLE, text(&self.bundle))]);
        put(&mut apps, ANDROID, [(PACKAGE, text(&self.package)), (FINGERPRINTS, hashes)]);
        if apps.is_empty() { Value::Null } else { Value::Object(apps) }
    }
}

/// Key hashes as people paste them: on lines of their own, or parted by commas or spaces.
pub(crate) fn hashes(text: &str) -> Vec<&str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|hash| !hash.is_empty()).collect()
}

/// Sets what an app has and takes away what it has no longer; an app without anything is none.
fn put(apps: &mut Object, name: &str, values: [(&str, Option<Value>); 2]) {
    let mut app = apps.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in values {
        match value {
            Some(value) => drop(app.insert(key.to_owned(), value)),
            None => drop(app.shift_remove(key)),
        }
    }
    if app.is_empty() {
        apps.shift_remove(name);
    } else {
        apps.insert(name.to_owned(), Value::Object(app));
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults::for_people;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn client(mobile: Value) -> Client {
        let at = Timestamp::from_seconds(0);
        let mut settings = for_people(ClientKind::Native);
        settings.further.set(MOBILE, mobile);
        let id = ClientId::parse("x").unwrap();
        Client { id, global: false, version: 1, settings, created_at: at, updated_at: at }
    }

    #[test]
    fn what_is_saved_comes_back_as_it_was() {
        let mobile = json!({
            "android": { "app_package_name": "com.acme", "sha256_cert_fingerprints": ["D8:A0", "14:6D"] },
            "ios": { "team_id": "9JA89QQLNQ", "app_bundle_identifier": "com.acme" },
        });
        let client = client(mobile.clone());
        let apps = Apps::of(&client);
        assert_eq!((apps.team.as_str(), apps.key_hashes.as_str()), ("9JA89QQLNQ", "D8:A0\n14:6D"));
        assert_eq!(apps.setting(&client), mobile);
    }

    #[test]
    fn what_is_emptied_goes_and_what_has_no_field_stays() {
        let client = client(json!({ "ios": { "team_id": "T", "own": 1 }, "android": {}, "windows": {} }));
        let apps = Apps { key_hashes: "D8:A0, 14:6D\r\n".into(), ..Apps::default() };
        let expected = json!({
            "ios": { "own": 1 }, "windows": {}, "android": { "sha256_cert_fingerprints": ["D8:A0", "14:6D"] },
        });
        assert_eq!(apps.setting(&client), expected);
        let bare = self::client(json!({ "ios": { "team_id": "T" } }));
        assert_eq!(Apps::default().setting(&bare), Value::Null);
    }
}
