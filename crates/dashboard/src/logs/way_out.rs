//! Why something failed and what to do about it, as a part of a page: the words of the engine with a
//! link to the page where it is done.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::logs::explain::{Explanation, Part, Place, explained};
use doorward_model::log::event::Event;
use doorward_web::fault::PageFault;
use doorward_web::state::Web;

use crate::clients::path;
use crate::frame::Frame;

/// Part of a page: `{{ way_out }}`.
#[derive(Debug, Template)]
#[template(path = "logs/way_out.html")]
pub(crate) struct WayOut {
    known: Explanation,
    link: Option<(String, &'static str)>,
}

impl HtmlSafe for WayOut {}

impl WayOut {
    /// None for what did not fail.
    pub(crate) async fn of(web: &Web, frame: &Frame, event: &Event) -> Result<Option<Self>, PageFault> {
        let known = explained(web.app(), frame.caller(), event).await?;
        Ok(known.map(|known| {
            let link = known.fix.as_ref().and_then(|fix| fix.place.as_ref()).map(link);
            Self { known, link }
        }))
    }
}

/// The address of a place, and what the link says.
fn link(place: &Place) -> (String, &'static str) {
    let (id, part) = match place {
        Place::Clients => return ("/manage/clients".to_owned(), "Open clients"),
        Place::Client(id, part) => (id, part),
    };
    let (page, words) = match part {
        Part::Itself => ("settings", "Open that client"),
        Part::Secret => ("settings#client_secret", "Open secret"),
        Part::Method => ("settings#auth_method", "Open authentication method"),
        Part::GrantTypes => ("settings#grants", "Open grant types"),
        Part::RefreshTokens => ("settings#rotation", "Open refresh token settings"),
        Part::Callbacks => ("settings#callbacks", "Open callback URLs"),
        Part::Origins => ("settings#origins", "Open allowed origins"),
        Part::LogoutUrls => ("settings#logout_urls", "Open logout URLs"),
        Part::Connections => ("connections", "Open connections"),
        Part::Apis => ("connections", "Open APIs of this client"),
        Part::QuickStart => ("quickstart", "Open guide"),
    };
    (path(id, page), words)
}
