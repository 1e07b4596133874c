//! The button that puts a refused address onto the list, and the page that asks to look at it first.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::doctor::{self, Examined, Sightings};
use doorward_engine::fault::Fault;
use doorward_engine::logs;
use doorward_model::client::Client;
use doorward_model::fields::FieldErrors;
use doorward_model::ids::LogId;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{Diagnosis, Offer};
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::{Page, capped};
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use doorward_web::url_diff::{UrlDiff, url_diff};
use http::StatusCode;

use super::undo;
use super::why::why;
use crate::frame::Frame;
use crate::logs::show;
use crate::parts;

/// Where a form may lead back to beside the event.
const CLIENTS: &str = "clients";
pub(super) const STALE: &str =
    "Somebody changed this client meanwhile, so nothing was done. This is how it looks now.";

/// The page.
#[derive(Template)]
#[template(path = "doctor/review.html")]
struct ReviewPage<'a> {
    frame: &'a Frame,
    event: &'a Event,
    examined: &'a Examined,
    client: &'a Client,
    found: &'a Diagnosis,
    seen: &'a Sightings,
    errors: &'a FieldErrors,
}

impl ReviewPage<'_> {
    fn action(&self) -> String {
        format!("/manage/logs/{}/allow", self.event.id)
    }

    fn back(&self) -> String {
        format!("/manage/logs/{}", self.event.id)
    }

    fn place(&self) -> &str {
        self.found.place.as_deref().unwrap_or_default()
    }

    fn diff(&self) -> UrlDiff<'_> {
        url_diff(&self.examined.asked.url, self.found.nearest.as_ref())
    }

    /// "14 requests from 203.0.113.7 and 2 other addresses".
    fn requests(&self) -> String {
        let Sightings { requests, addresses, places, .. } = self.seen;
        let plural = if *requests == 1 { "" } else { "s" };
        let further = places.saturating_sub(addresses.len());
        let more = match further {
            0 => String::new(),
            1 => " and 1 other address".to_owned(),
            many => format!(" and {many} other addresses"),
        };
        format!("{requests} request{plural} from {}{more}", addresses.join(", "))
    }

    fn when(&self, at: &doorward_model::time::Timestamp) -> parts::When {
        parts::when(*at, self.frame.now())
    }
}

/// The event that an address names.
pub(super) async fn event(web: &Web, frame: &Frame, id: &str) -> Result<Event, PageFault> {
    let id = LogId::parse(id).map_err(|_| Fault::NotFound { what: "event" })?;
    Ok(logs::get::get(web.app(), frame.caller(), &id).await?)
}

pub(crate) async fn review(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::UpdateClients)?;
    let event = event(&web, &frame, &id).await?;
    page(&web, &frame, event, &FieldErrors::default()).await
}

/// The page that asks, where there is something to ask; else that of the event.
async fn page(web: &Web, frame: &Frame, event: Event, errors: &FieldErrors) -> Result<Page, PageFault> {
    let examined = doctor::of_event(web.app(), frame.caller(), &event).await?;
    let Some(examined) = examined else { return Err(Fault::NotFound { what: "refused URL" }.into()) };
    let asked = examined.client.as_ref().zip(examined.diagnosis());
    let Some((client, found)) = asked.filter(|(_, found)| found.offer == Offer::Review) else {
        return show::page(web, frame, event, None).await;
    };
    let seen = doctor::sightings(web.app(), frame.caller(), &client.id, &examined.asked).await?;
    let page = ReviewPage { frame, event: &event, examined: &examined, client, found, seen: &seen, errors };
    Ok(frame.page(&page))
}

/// Where a form leads back to: the list of clients where it came from there, else the event.
pub(super) fn back_to(event: &LogId, back: &str) -> String {
    match back {
        CLIENTS => "/manage/clients".to_owned(),
        _ => format!("/manage/logs/{event}"),
    }
}

pub(crate) async fn allow(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, put(&web, &frame, &id, &form)).await
}

async fn put(web: &Web, frame: &Frame, id: &str, form: &SignedForm) -> Result<Outcome, PageFault> {
    let event = event(web, frame, id).await?;
    let version = form.text("version").parse().unwrap_or_default();
    let examined = doctor::of_event(web.app(), form.caller(), &event).await?;
    // An entry that was put right leads nowhere in its old form, so there is nothing to go back to.
    let is_cleaned = examined.is_some_and(|examined| {
        examined.diagnosis().is_some_and(|found| matches!(found.offer, Offer::Clean { .. }))
    });
    match doctor::allow(web.app(), form.caller(), &event.id, version, form.get("typed")).await {
        Ok(allowed) => {
            let (url, back) = (capped(&allowed.url), form.text("back"));
            let done = Done::to(back_to(&event.id, back));
            if allowed.was_allowed {
                return Ok(done.saying(format!("{url} is on the list already.")).into());
            }
            let name = &allowed.client.settings.name;
            let done = done.saying(format!("{url} is allowed for {name}. Logins use it from now on."));
            if is_cleaned {
                return Ok(done.into());
            }
            let undo = undo::path(event.id.as_str(), allowed.client.version, back);
            Ok(done.undone_at(undo).into())
        }
        Err(Fault::Invalid(errors)) => {
            let page = page(web, frame, event, &errors).await?;
            Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
        }
        Err(Fault::Stale { .. }) => {
            let why = why(web, frame, &event).await?.map(|why| why.noting(STALE));
            let page = show::page(web, frame, event, why).await?;
            Ok(page.status(StatusCode::CONFLICT).into())
        }
        Err(fault) => Err(fault.into()),
    }
}
