//! The head of every page of a client: its door, its name, its four tabs.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;

use super::Opened;
use super::activity::{self, Status};
use crate::frame::Frame;
use crate::parts;

/// One of the four tabs, in the order of the brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    QuickStart,
    Settings,
    Addons,
    Connections,
}

impl Tab {
    pub(crate) const ALL: [Tab; 4] = [Tab::QuickStart, Tab::Settings, Tab::Addons, Tab::Connections];

    fn title(self) -> &'static str {
        match self {
            Tab::QuickStart => "Quick Start",
            Tab::Settings => "Settings",
            Tab::Addons => "Addons",
            Tab::Connections => "Connections",
        }
    }

    fn page(self) -> &'static str {
        match self {
            Tab::QuickStart => "quickstart",
            Tab::Settings => "settings",
            Tab::Addons => "addons",
            Tab::Connections => "connections",
        }
    }
}

/// Part of a page: `{{ header }}` at the beginning of its main part.
#[derive(Template)]
#[template(path = "clients/header.html")]
pub(crate) struct Header<'a> {
    client: &'a Client,
    tab: Tab,
    connections: usize,
    status: Status,
}

impl HtmlSafe for Header<'_> {}

/// Where the page is, above it.
#[derive(Template)]
#[template(
    source = "<nav aria-label=\"You are here\"><ol><li><a href=\"/manage/clients\">Clients</a></li><li><span aria-current=\"location\">{{ name }}</span></li></ol></nav>",
    ext = "html"
)]
pub(crate) struct Crumbs<'a> {
    name: &'a str,
}

impl HtmlSafe for Crumbs<'_> {}

impl<'a> Header<'a> {
    /// The head of a page of this client that shows `tab`.
    pub(crate) fn of(opened: &'a Opened, frame: &Frame, tab: Tab) -> Self {
        let status = activity::status(&opened.client, &opened.activity, frame.now());
        Self { client: &opened.client, tab, connections: opened.connections.len(), status }
    }

    /// The name of the client, for the title of the page.
    pub(crate) fn name(&self) -> &str {
        &self.client.settings.name
    }

    /// The way back to the list, for the top bar.
    pub(crate) fn crumbs(&self) -> Crumbs<'_> {
        Crumbs { name: self.name() }
    }

    fn path(&self, tab: &Tab) -> String {
        super::path(&self.client.id, tab.page())
    }

    fn kind(&self) -> &'static str {
        kind_title(self.client)
    }

    fn has_people(&self) -> bool {
        self.client.settings.app_type != Some(ClientKind::NonInteractive)
    }
}

/// What a client is, in words.
pub(crate) fn kind_title(client: &Client) -> &'static str {
    client.settings.app_type.map_or("No type chosen", ClientKind::title)
}
