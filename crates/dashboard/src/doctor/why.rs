//! Why an address was refused, with what can be done about it: a section of the event's page.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::doctor::{self, Examined};
use doorward_model::client::Client;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{Diagnosis, Offer};
use doorward_web::fault::PageFault;
use doorward_web::marked::{Marked, marked};
use doorward_web::state::Web;
use doorward_web::url_diff::{UrlDiff, url_diff};

use crate::clients;
use crate::frame::Frame;
use crate::parts::{self, Seal};

/// What the section shows.
pub(crate) struct Why {
    examined: Examined,
    event: String,
    may_change: bool,
    /// Said instead of a status line, when a button did not do what it says.
    notice: Option<&'static str>,
}

/// Looks at the address that an event is about; none when it is about something else.
pub(crate) async fn why(web: &Web, frame: &Frame, event: &Event) -> Result<Option<Why>, PageFault> {
    let examined = doctor::of_event(web.app(), frame.caller(), event).await?;
    let may_change = frame.may(ApiScope::UpdateClients);
    let id = event.id.as_str().to_owned();
    Ok(examined.map(|examined| Why { examined, event: id, may_change, notice: None }))
}

impl Why {
    /// Says above everything why nothing was changed.
    pub(crate) fn noting(mut self, notice: &'static str) -> Self {
        self.notice = Some(notice);
        self
    }

    /// The section, with the forms of this page.
    pub(crate) fn section<'a>(&'a self, frame: &'a Frame) -> Section<'a> {
        Section { seal: frame.seal("allow"), why: self }
    }
}

/// Part of a page.
#[derive(Template)]
#[template(path = "doctor/why.html")]
pub(crate) struct Section<'a> {
    why: &'a Why,
    seal: Seal<'a>,
}

impl HtmlSafe for Section<'_> {}

impl Section<'_> {
    fn found(&self) -> Option<&Diagnosis> {
        self.why.examined.diagnosis()
    }

    fn diff(&self) -> UrlDiff<'_> {
        let nearest = self.found().and_then(|found| found.nearest.as_ref());
        url_diff(&self.why.examined.asked.url, nearest)
    }

    fn client(&self) -> Option<&Client> {
        self.why.examined.client.as_ref()
    }

    fn action(&self) -> String {
        format!("/manage/logs/{}/allow", self.why.event)
    }

    fn settings(&self, client: &Client) -> String {
        clients::path(&client.id, "settings")
    }

    /// The words of the one button; none where there is none.
    fn button(&self, found: &Diagnosis) -> Option<&'static str> {
        match found.offer {
            Offer::Allow => Some("Allow this URL"),
            Offer::Clean { .. } => Some("Clean the list"),
            Offer::Review | Offer::ChangeApp => None,
        }
    }

    fn is_for_review(&self, found: &Diagnosis) -> bool {
        found.offer == Offer::Review
    }

    fn list(&self) -> &'static str {
        self.why.examined.asked.purpose.list()
    }

    fn sentence<'t>(&self, text: &'t str) -> Marked<'t> {
        marked(text)
    }
}
