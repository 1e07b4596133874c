//! One event: the sentence, the facts, and the record as tools know it.

use askama::Template;
use axum::extract::{Path, State};
use doorward_engine::fault::Fault;
use doorward_engine::logs;
use doorward_model::ids::LogId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_web::fault::PageFault;
use doorward_web::log_record;
use doorward_web::page::{Page, unturned_json};
use doorward_web::state::Web;

use super::filter::{Asked, Filter};
use super::row::Row;
use super::way::Way;
use super::way_out::WayOut;
use crate::doctor::{self, Why};
use crate::frame::Frame;
use crate::parts;

/// The page.
#[derive(Template)]
#[template(path = "logs/show.html")]
pub(crate) struct EventPage<'a> {
    pub frame: &'a Frame,
    pub row: &'a Row,
    pub record: &'a str,
    /// Why an address was refused, when the event is about one.
    pub why: Option<&'a Why>,
    /// Why it failed and what to do, where it failed.
    pub way_out: Option<WayOut>,
    /// What happened before and after.
    pub way: &'a Way,
    /// The list of events like this one.
    pub like_this: &'a str,
}

impl EventPage<'_> {
    /// What the client that it was done to is called.
    fn concern(&self) -> &'static str {
        if self.row.event.code == EventCode::SecretRead { "Its secret was read" } else { "Changed client" }
    }

    /// The client that it was done to, by id and name.
    fn changed(&self) -> Option<(&str, &str)> {
        let target = self.row.event.details.get("target")?;
        let id = target.get("client_id")?.as_str()?;
        Some((id, target.get("client_name").and_then(|name| name.as_str()).unwrap_or(id)))
    }

    /// What is known, under the words of the page.
    fn facts(&self) -> Vec<(&'static str, &str)> {
        let event = &self.row.event;
        [
            ("What", Some(event.code.title())),
            ("Detail", Some(event.description.as_str())),
            ("Person", event.user_name.as_deref()),
            ("Connection", event.connection_name.as_deref()),
            ("Reference", event.details.get("reference").and_then(|reference| reference.as_str())),
            ("API", event.audience.as_deref()),
            ("Scope", event.scope.as_deref()),
            ("Address", event.ip.as_deref()),
            ("Browser or program", event.user_agent.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let id = LogId::parse(&id).map_err(|_| Fault::NotFound { what: "event" })?;
    let event = logs::get::get(web.app(), frame.caller(), &id).await?;
    page(&web, &frame, event, None).await
}

/// The page of an event; `why` is what is said of its address, where that is known already.
pub(crate) async fn page(
    web: &Web,
    frame: &Frame,
    event: Event,
    why: Option<Why>,
) -> Result<Page, PageFault> {
    let why = match why {
        Some(why) => Some(why),
        None => doctor::why(web, frame, &event).await?,
    };
    let record = serde_json::to_string_pretty(&log_record::event(&event)).unwrap_or_default();
    let record = unturned_json(&record);
    let way_out = match why {
        Some(_) => None,
        None => WayOut::of(web, frame, &event).await?,
    };
    let way = Way::of(web, frame, &event).await?;
    let like_this = like(&event);
    let row = Row::of(event, frame.now());
    Ok(frame.page(&EventPage {
        frame,
        row: &row,
        record: &record,
        why: why.as_ref(),
        way_out,
        way: &way,
        like_this: &like_this,
    }))
}

/// The same kind of event at the same client, and of the same person where one is known.
fn like(event: &Event) -> String {
    let asked = Asked {
        code: event.code.as_str().to_owned(),
        client: event.client.as_ref().map(ToString::to_string).unwrap_or_default(),
        person: event.user.as_ref().map(ToString::to_string).unwrap_or_default(),
        ..Asked::default()
    };
    Filter::read(&asked).address(None)
}
