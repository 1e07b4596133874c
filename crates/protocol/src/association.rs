//! The files by which devices learn that an app and this host belong together.
//!
//! Owns their form. Must not know how many clients there may be. Source: Digital Asset Links,
//! "statement list"; Apple, "Supporting associated domains".

use doorward_model::client::Client;
use doorward_model::client::mobile::{AndroidApp, IosApp, android as android_of, ios};
use serde_json::{Value, json};

/// `assetlinks.json`: the Android apps that may open addresses of this host.
///
/// ```
/// assert_eq!(doorward_protocol::association::android(&[]), serde_json::json!([]));
/// ```
#[must_use]
pub fn android(clients: &[Client]) -> Value {
    let statement = |app: AndroidApp<'_>| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": app.package,
                "sha256_cert_fingerprints": app.fingerprints,
            },
        })
    };
    clients.iter().filter_map(|client| android_of(&client.settings)).map(statement).collect()
}

/// `apple-app-site-association`: the iOS apps that may open the addresses below their own part of
/// this host, and share its passwords.
#[must_use]
pub fn apple(clients: &[Client]) -> Value {
    let apps: Vec<IosApp<'_>> = clients.iter().filter_map(|client| ios(&client.settings)).collect();
    let id = |app: &IosApp<'_>| format!("{}.{}", app.team, app.bundle);
    let detail = |app: &IosApp<'_>| json!({ "appID": id(app), "paths": [format!("/ios/{}/*", app.bundle)] });
    json!({
        "applinks": { "apps": [], "details": apps.iter().map(detail).collect::<Vec<_>>() },
        "webcredentials": { "apps": apps.iter().map(id).collect::<Vec<_>>() },
    })
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults;
    use doorward_model::ids::ClientId;
    use doorward_model::time::Timestamp;

    use super::*;

    fn client(mobile: Value) -> Client {
        let mut settings = defaults::for_api(None, None);
        settings.further.set("mobile", mobile);
        let (id, at) = (ClientId::parse("app").unwrap(), Timestamp::from_seconds(0));
        Client { id, global: false, version: 1, settings, created_at: at, updated_at: at }
    }

    #[test]
    fn each_client_that_names_an_app_is_in_the_file_of_its_system() {
        let both = json!({
            "android": { "app_package_name": "com.acme.app", "sha256_cert_fingerprints": ["D8:A0", "11:22"] },
            "ios": { "team_id": "9JA89QQLNQ", "app_bundle_identifier": "com.acme.app" },
        });
        let half = json!({ "ios": { "team_id": "T" }, "android": null });
        let clients = [client(Value::Null), client(both), client(half)];
        assert_eq!(
            android(&clients),
            json!([{
                "relation": ["delegate_permission/common.handle_all_urls"],
                "target": {
                    "namespace": "android_app", "package_name": "com.acme.app",
                    "sha256_cert_fingerprints": ["D8:A0", "11:22"],
                },
            }])
        );
        assert_eq!(
            apple(&clients),
            json!({
                "applinks": {
                    "apps": [],
                    "details": [{ "appID": "9JA89QQLNQ.com.acme.app", "paths": ["/ios/com.acme.app/*"] }],
                },
                "webcredentials": { "apps": ["9JA89QQLNQ.com.acme.app"] },
            })
        );
    }
}
