//! A device that waits for its person: what it asked for, and what the person said elsewhere.
//!
//! Source: RFC 8628 §3.

use crate::device::Device;
use crate::ids::{ClientId, DeviceCodeId, FamilyId};
use crate::time::{Lifetime, Timestamp};
use crate::token::Authorization;

/// How long a device waits for its person.
pub const LIFETIME: Lifetime = Lifetime::from_seconds(900);
/// How long it waits between two questions at first.
pub const INTERVAL: Lifetime = Lifetime::from_seconds(5);

/// A device code as stored, under the hash of its text and the hash of what the person types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// Its id, which proves nothing.
    pub id: DeviceCodeId,
    /// The client that runs on the device.
    pub client: ClientId,
    /// The `scope` that was asked for, as sent.
    pub scope: Option<String>,
    /// The `audience` that was asked for, as sent.
    pub audience: Option<String>,
    /// The family that its tokens will belong to; revoked when the code is used twice.
    pub family: FamilyId,
    /// Where the device is.
    pub device: Device,
    /// When it asked.
    pub created_at: Timestamp,
    /// When it stops waiting.
    pub expires_at: Timestamp,
    /// How long it has to wait between two questions.
    pub interval: Lifetime,
    /// When it asked last whether the person has answered.
    pub polled_at: Option<Timestamp>,
    /// What became of it.
    pub standing: Standing,
}

/// What became of a device that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The person has not answered.
    Waiting,
    /// The person does not want it.
    Denied,
    /// The person logged in and allowed it; the device has not come for its tokens.
    Allowed(Authorization),
    /// The device got its tokens; a second use is an attack.
    Used(Authorization),
}

impl DeviceCode {
    /// Whether the person can still answer.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.standing == Standing::Waiting && now < self.expires_at
    }
}
