//! The card above the clients: the most frequent refusal of the last day that one click mends.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::doctor::{self, Suggestion};
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{Offer, Purpose};
use doorward_web::fault::PageFault;
use doorward_web::marked::{Marked, marked};
use doorward_web::state::Web;
use doorward_web::url_diff::{UrlDiff, url_diff};

use crate::clients::{counted, number, segment};
use crate::frame::Frame;
use crate::parts::{self, Seal, When};

/// Part of a page.
#[derive(Template)]
#[template(path = "doctor/card.html")]
pub(crate) struct Card<'a> {
    first: Suggestion,
    further: usize,
    seal: Seal<'a>,
    since: When,
    may_change: bool,
}

impl HtmlSafe for Card<'_> {}

/// What there is to say first; none when nothing can be mended by one click.
pub(crate) async fn card<'a>(web: &Web, frame: &'a Frame) -> Result<Option<Card<'a>>, PageFault> {
    let mut found = doctor::suggestions(web.app(), frame.caller()).await?.into_iter();
    let Some(first) = found.next() else { return Ok(None) };
    Ok(Some(Card {
        further: found.count(),
        seal: frame.seal("doctor"),
        since: parts::when(first.since, frame.now()),
        may_change: frame.may(ApiScope::UpdateClients),
        first,
    }))
}

impl Card<'_> {
    /// "Storefront turned away 14 logins".
    fn title(&self) -> String {
        let noun = match self.first.asked.purpose {
            Purpose::Login => "login",
            Purpose::Logout => "logout",
        };
        format!("{} turned away {}", self.first.client.settings.name, counted(self.first.requests, noun))
    }

    fn sentence(&self) -> Marked<'_> {
        marked(&self.first.diagnosis.sentence)
    }

    fn diff(&self) -> UrlDiff<'_> {
        url_diff(&self.first.asked.url, self.first.diagnosis.nearest.as_ref())
    }

    fn list(&self) -> &'static str {
        self.first.asked.purpose.list()
    }

    fn action(&self) -> String {
        format!("/manage/logs/{}/allow", self.first.event)
    }

    fn event(&self) -> String {
        format!("/manage/logs/{}", self.first.event)
    }

    fn all(&self) -> String {
        format!("/manage/logs?outcome=failed&kind=logins&client={}", segment(self.first.client.id.as_str()))
    }

    fn count(&self) -> String {
        number(self.first.requests)
    }

    fn button(&self) -> &'static str {
        match self.first.diagnosis.offer {
            Offer::Clean { .. } => "Clean the list",
            _ => "Allow this URL",
        }
    }
}
