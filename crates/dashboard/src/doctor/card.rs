//! The card above the clients: the most frequent refusal of the last day that one click mends.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::doctor::{self, Suggestion};
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{Offer, Purpose};
use doorward_web::fault::PageFault;
use doorward_web::marked::{Marked, marked};
use doorward_web::page::unturned;
use doorward_web::state::Web;
use doorward_web::url_diff::{UrlDiff, url_diff};

use crate::clients::{counted, number, segment};
use crate::frame::Frame;
use crate::logs::short;
use crate::parts::{self, Seal, When};

use super::Dismissed;

/// Part of a page.
#[derive(Template)]
#[template(path = "doctor/card.html")]
pub(crate) struct Card<'a> {
    first: Suggestion,
    further: usize,
    seal: Seal<'a>,
    dismiss_seal: Seal<'a>,
    since: When,
    may_change: bool,
}

impl HtmlSafe for Card<'_> {}

/// What there is to say first; none when nothing can be mended by one click that is not hidden.
pub(crate) async fn card<'a>(
    web: &Web,
    frame: &'a Frame,
    dismissed: &Dismissed,
) -> Result<Option<Card<'a>>, PageFault> {
    let found = doctor::suggestions(web.app(), frame.caller()).await?;
    let mut found = found.into_iter().filter(|found| !dismissed.has(found));
    let Some(first) = found.next() else { return Ok(None) };
    Ok(Some(Card {
        further: found.count(),
        seal: frame.seal("doctor"),
        dismiss_seal: frame.seal("dismiss"),
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
        let name = unturned(&short(&self.first.client.settings.name));
        format!("{name} turned away {}", counted(self.first.requests, noun))
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

    fn dismissal(&self) -> String {
        format!("/manage/logs/{}/dismiss", self.first.event)
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
