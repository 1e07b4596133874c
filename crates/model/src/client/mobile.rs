//! The apps of a client: what ties an app on a device to our host.
//!
//! Owns how the setting `mobile` is read; it is kept as it came. Source: the Management API's `mobile`.

use serde_json::Value;

use super::ClientSettings;
use super::further::MOBILE;

/// An Android app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AndroidApp<'a> {
    /// Its package, `com.example.app`.
    pub package: &'a str,
    /// The SHA-256 fingerprints of the certificates that sign it.
    pub fingerprints: Vec<&'a str>,
}

/// An app for iOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IosApp<'a> {
    /// The team that publishes it.
    pub team: &'a str,
    /// Its bundle, `com.example.app`.
    pub bundle: &'a str,
}

/// The Android app of a client, if all of it is set.
///
/// ```
/// use doorward_model::client::{defaults, mobile::{android, ios}};
/// let mut settings = defaults::for_api(None, None);
/// settings.further.set("mobile", serde_json::json!({
///     "android": { "app_package_name": "com.example.app", "sha256_cert_fingerprints": ["D8:A0"] },
///     "ios": { "team_id": "9JA89QQLNQ" },
/// }));
/// assert_eq!(android(&settings).unwrap().fingerprints, ["D8:A0"]);
/// assert_eq!(ios(&settings), None, "an app without a bundle is none");
/// ```
#[must_use]
pub fn android(settings: &ClientSettings) -> Option<AndroidApp<'_>> {
    let app = settings.further.get(MOBILE)?.get("android")?;
    let fingerprints = app.get("sha256_cert_fingerprints")?.as_array()?.iter().filter_map(Value::as_str);
    let fingerprints: Vec<&str> = fingerprints.filter(|text| !text.is_empty()).collect();
    let package = filled(app, "app_package_name")?;
    (!fingerprints.is_empty()).then_some(AndroidApp { package, fingerprints })
}

/// The iOS app of a client, if all of it is set.
#[must_use]
pub fn ios(settings: &ClientSettings) -> Option<IosApp<'_>> {
    let app = settings.further.get(MOBILE)?.get("ios")?;
    Some(IosApp { team: filled(app, "team_id")?, bundle: filled(app, "app_bundle_identifier")? })
}

fn filled<'a>(app: &'a Value, name: &str) -> Option<&'a str> {
    app.get(name)?.as_str().filter(|text| !text.is_empty())
}
