//! Credentials of people's devices: people register keys for themselves, admins see and remove these and the
//! refresh tokens beside them.
//!
//! Source: the Management API's `device-credentials`.

mod create;
mod delete;
mod list;

pub use create::create;
pub use delete::delete;
pub use list::{Device, DeviceFilter, DevicePage, DeviceQuery, list};

use doorward_model::device_credential::DeviceCredential;
use doorward_model::log::code::EventCode;
use serde_json::json;

use crate::logs::record::EventDraft;

/// The event of something done to a device.
fn about(what: &str, device: &DeviceCredential) -> EventDraft {
    let target = json!({
        "device_credential_id": device.id.as_str(),
        "device_name": device.device_name.as_str(),
        "user_id": device.user.as_str(),
    });
    EventDraft::new(EventCode::ManagementWrite, what).detail("target", target)
}
