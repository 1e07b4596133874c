//! The pages of `/activate`: the field for a code, the question about a device, and how it ended.
//!
//! Source: UX §3, "Device activation"; RFC 8628 §3.3, §5.4 for what the question has to show.

use askama::Template;
use doorward_model::client::Client;
use doorward_model::device::Device;
use doorward_model::tenant::Tenant;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_web::page::{Page, capped};

/// The page with the field for the code. Its form posts `user_code` and the form token to `/activate`.
#[derive(Template)]
#[template(path = "enter_code.html")]
pub struct EnterCodePage<'a> {
    /// Whose account is asked for.
    pub tenant: &'a Tenant,
    /// The form token.
    pub csrf: &'a str,
    /// What the field already holds.
    pub code: &'a str,
    /// What codes look like here.
    pub example: &'a str,
    /// Whether they are made of digits alone.
    pub is_number: bool,
    /// What was wrong with the last one.
    pub problem: Option<&'a str>,
}

impl EnterCodePage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }
}

/// The question whether a device may go on. Its form posts `user_code`, the form token and `action` to
/// `/activate`.
#[derive(Template)]
#[template(path = "confirm_device.html")]
pub struct ConfirmDevicePage<'a> {
    /// What runs on the device.
    pub client: &'a Client,
    /// Whose account it is about.
    pub tenant: &'a Tenant,
    /// The form token.
    pub csrf: &'a str,
    /// The code, as the device shows it.
    pub code: &'a str,
    /// Where the device is.
    pub device: &'a Device,
    /// Whether that is the network from which the person comes.
    pub is_near: bool,
    /// When it asked.
    pub asked_at: Timestamp,
    /// How long ago that is.
    pub age: Lifetime,
    /// Who is logged in in this browser.
    pub account: Option<&'a str>,
}

impl ConfirmDevicePage<'_> {
    /// The page with its policy. The answer may lead to the login page, which is ours.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }

    fn address(&self) -> String {
        capped(self.device.ip.as_deref().unwrap_or("an unknown address"))
    }

    fn program(&self) -> Option<String> {
        self.device.user_agent.as_deref().filter(|name| !name.is_empty()).map(capped)
    }

    fn ago(&self) -> String {
        match self.age.seconds() {
            ..60 => "less than a minute ago".to_owned(),
            60..120 => "1 minute ago".to_owned(),
            seconds => format!("{} minutes ago", seconds / 60),
        }
    }
}

/// The page of a person whose device goes on now.
#[derive(Template)]
#[template(path = "device_done.html")]
pub struct DeviceDonePage<'a> {
    /// What runs on the device.
    pub client: &'a Client,
    /// Whose account it is about.
    pub tenant: &'a Tenant,
}

impl DeviceDonePage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }
}

/// The page of a person whose device gets nothing.
#[derive(Template)]
#[template(path = "device_refused.html")]
pub struct DeviceRefusedPage<'a> {
    /// What runs on the device.
    pub client: &'a Client,
    /// Whose account it is about.
    pub tenant: &'a Tenant,
    /// Why, as a sentence.
    pub why: &'a str,
}

impl DeviceRefusedPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }

    fn why(&self) -> String {
        capped(self.why)
    }
}
