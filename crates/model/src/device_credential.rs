//! Credentials of devices: a key that a person registered for one of their own.
//!
//! Source: the Management API's `device-credentials`, of which `public_key` is the kind that is kept as such;
//! refresh tokens are things of their own, which are listed beside.

use crate::fields::{FieldError, FieldErrors};
use crate::ids::{ClientId, DeviceCredentialId, UserId};
use crate::json::{Object, one_of, text, unknown};
use crate::time::Timestamp;

/// The only kind that is registered, on the wire.
pub const PUBLIC_KEY: &str = "public_key";
/// A refresh token that stays the same, on the wire.
pub const REFRESH_TOKEN: &str = "refresh_token";
/// A refresh token that changes at each use, on the wire.
pub const ROTATING_REFRESH_TOKEN: &str = "rotating_refresh_token";
/// How many credentials one person may have.
pub const MAX_PER_USER: i64 = 50;
/// The longest name and id of a device, in characters.
const MAX_NAME: usize = 255;
/// The longest key, in characters.
const MAX_VALUE: usize = 4096;

/// A credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCredential {
    /// Its id.
    pub id: DeviceCredentialId,
    /// Whose it is.
    pub user: UserId,
    /// The application that it is for.
    pub client: ClientId,
    /// How the device calls itself.
    pub device_id: String,
    /// How its owner calls it.
    pub device_name: String,
    /// The public key, in base64.
    pub value: String,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// The kinds of credentials that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// A public key.
    PublicKey,
    /// A refresh token that stays the same.
    RefreshToken,
    /// A refresh token that changes at each use.
    RotatingRefreshToken,
}

impl DeviceKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PublicKey, Self::RefreshToken, Self::RotatingRefreshToken];

    /// The kind on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PublicKey => PUBLIC_KEY,
            Self::RefreshToken => REFRESH_TOKEN,
            Self::RotatingRefreshToken => ROTATING_REFRESH_TOKEN,
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What a person registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// How its owner calls the device.
    pub device_name: String,
    /// How the device calls itself.
    pub device_id: String,
    /// The public key, in base64.
    pub value: String,
    /// The application that it is for, if another than the one that asks.
    pub client: Option<String>,
}

impl NewDevice {
    /// Reads what is to be registered.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_json(body: &Object) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut device_name, mut device_id, mut value, mut client) = (None, None, None, None);
        for (key, found) in body {
            match key.as_str() {
                "device_name" => device_name = bounded(found, key, MAX_NAME, &mut errors),
                "device_id" => device_id = bounded(found, key, MAX_NAME, &mut errors),
                "value" => value = bounded(found, key, MAX_VALUE, &mut errors),
                "client_id" => client = text(found, key, &mut errors),
                "type" => {
                    let kind = found.as_str().filter(|kind| *kind == PUBLIC_KEY);
                    one_of(kind, key, &[PUBLIC_KEY], &mut errors);
                }
                _ => errors.push(unknown(key)),
            }
        }
        for required in ["device_name", "type", "value", "device_id"] {
            if !body.contains_key(required) {
                errors.push(FieldError::new(required, "required", "A device needs this."));
            }
        }
        match (device_name, device_id, value) {
            (Some(device_name), Some(device_id), Some(value)) => {
                errors.into_result(Self { device_name, device_id, value, client })
            }
            _ => Err(errors),
        }
    }
}

fn bounded(value: &serde_json::Value, path: &str, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let text = text(value, path, errors)?;
    if text.is_empty() || text.chars().count() > max {
        let why = format!("Use 1 to {max} characters.");
        errors.push(FieldError::new(path, "max_length", why));
        return None;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> Result<NewDevice, Vec<String>> {
        let body: Object = serde_json::from_value(value).unwrap();
        NewDevice::from_json(&body).map_err(|errors| errors.all().iter().map(|e| e.path.clone()).collect())
    }

    #[test]
    fn a_device_has_a_name_an_id_and_a_key() {
        let good = json!({"device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d"});
        assert_eq!(read(good).unwrap().device_name, "Phone");
        let missing = read(json!({"type": "refresh_token", "value": "", "colour": 1})).unwrap_err();
        assert_eq!(missing, ["type", "value", "colour", "device_name", "device_id"]);
        let long =
            json!({"device_name": "x".repeat(256), "type": "public_key", "value": "A", "device_id": "d"});
        assert_eq!(read(long).unwrap_err(), ["device_name"]);
    }
}
