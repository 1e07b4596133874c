//! The four client types of the brief, and the ready-made integrations that the wire knows besides.
//!
//! The four decide defaults, pages and protocols; an integration behaves like a regular web
//! application. Source: the brief, "Client Types"; the Management API's `app_type`.

use serde::{Deserialize, Serialize};

/// The type of a client (`app_type` on the wire).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum ClientKind {
    /// Runs natively on a device; public.
    Native,
    /// Runs in a browser; public.
    Spa,
    /// Runs on a server; confidential.
    RegularWeb,
    /// Server to server, without a person; confidential.
    NonInteractive,
    /// An application of another house, set up from a template.
    Integration(Integration),
}

/// An application of another house: its value on the wire and its name for people. All that exist
/// stand in [`Integration::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Integration {
    wire: &'static str,
    title: &'static str,
}

const fn integration(wire: &'static str, title: &'static str) -> Integration {
    Integration { wire, title }
}

impl Integration {
    /// All of them.
    pub const ALL: [Integration; 21] = [
        integration("rms", "AD RMS"),
        integration("box", "Box"),
        integration("cloudbees", "CloudBees"),
        integration("concur", "Concur"),
        integration("dropbox", "Dropbox"),
        integration("mscrm", "Microsoft Dynamics CRM"),
        integration("echosign", "Adobe EchoSign"),
        integration("egnyte", "Egnyte"),
        integration("newrelic", "New Relic"),
        integration("office365", "Office 365"),
        integration("salesforce", "Salesforce"),
        integration("sentry", "Sentry"),
        integration("sharepoint", "SharePoint"),
        integration("slack", "Slack"),
        integration("springcm", "SpringCM"),
        integration("zendesk", "Zendesk"),
        integration("zoom", "Zoom"),
        integration("sso_integration", "SSO Integration"),
        integration("resource_server", "Resource Server"),
        integration("express_configuration", "Express Configuration"),
        integration("oag", "Access Gateway"),
    ];
}

impl ClientKind {
    /// The four of the brief, in its order.
    pub const ALL: [ClientKind; 4] =
        [ClientKind::Native, ClientKind::Spa, ClientKind::RegularWeb, ClientKind::NonInteractive];

    /// The values on the wire of all that it knows, those of the brief first.
    pub const NAMES: [&'static str; COUNT] = names();

    /// The value on the wire and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ClientKind::Native => "native",
            ClientKind::Spa => "spa",
            ClientKind::RegularWeb => "regular_web",
            ClientKind::NonInteractive => "non_interactive",
            ClientKind::Integration(integration) => integration.wire,
        }
    }

    /// Reads a wire value.
    ///
    /// ```
    /// use doorward_model::client::kind::ClientKind;
    /// assert_eq!(ClientKind::parse("spa"), Some(ClientKind::Spa));
    /// assert_eq!(ClientKind::parse("zendesk").unwrap().title(), "Zendesk");
    /// assert_eq!(ClientKind::parse("zendesk").unwrap().acts_as(), ClientKind::RegularWeb);
    /// assert_eq!(ClientKind::parse("toaster"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::every().find(|kind| kind.as_str() == text)
    }

    /// All that the wire knows.
    pub fn every() -> impl Iterator<Item = ClientKind> {
        Self::ALL.into_iter().chain(Integration::ALL.into_iter().map(ClientKind::Integration))
    }

    /// Which of the four it is treated as.
    #[must_use]
    pub fn acts_as(self) -> Self {
        if let ClientKind::Integration(_) = self { ClientKind::RegularWeb } else { self }
    }

    /// The name people see.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            ClientKind::Native => "Native",
            ClientKind::Spa => "Single Page Application",
            ClientKind::RegularWeb => "Regular Web Application",
            ClientKind::NonInteractive => "Non Interactive Client",
            ClientKind::Integration(integration) => integration.title,
        }
    }
}

const COUNT: usize = ClientKind::ALL.len() + Integration::ALL.len();

const fn names() -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut at = 0;
    while at < names.len() {
        names[at] = match at.checked_sub(ClientKind::ALL.len()) {
            Some(behind) => Integration::ALL[behind].wire,
            None => ClientKind::ALL[at].as_str(),
        };
        at += 1;
    }
    names
}

impl From<ClientKind> for &'static str {
    fn from(kind: ClientKind) -> Self {
        kind.as_str()
    }
}

impl TryFrom<String> for ClientKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} is no client type"))
    }
}
