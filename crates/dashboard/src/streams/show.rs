//! How one stream goes, and what can be done about it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, Attempt, Health, Letter, Replay};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::StreamId;
use doorward_model::json::Object;
use doorward_model::scope::ApiScope;
use doorward_model::stream::StreamStatus;
use doorward_model::time::Timestamp;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;
use serde_json::{Map, json};

use super::{form, state};
use crate::frame::Frame;
use crate::parts::{self, When};

#[derive(Template)]
#[template(path = "streams/show.html")]
struct ShowPage<'a> {
    frame: &'a Frame,
    health: &'a Health,
    errors: &'a FieldErrors,
    from: &'a str,
}

impl ShowPage<'_> {
    fn name(&self) -> &str {
        &self.health.state.stream.settings.name
    }

    fn path(&self, page: &str) -> String {
        super::path(&self.health.state.stream.id, page)
    }

    fn may_steer(&self) -> bool {
        self.frame.may(ApiScope::UpdateLogStreams)
    }

    fn is_active(&self) -> bool {
        self.health.state.stream.status == StreamStatus::Active
    }

    fn is_waiting(&self) -> bool {
        self.is_active() && self.health.state.progress.failing_since.is_some()
    }

    fn trouble(&self) -> Option<String> {
        state::trouble(&self.health.state, self.frame.now())
    }

    /// The event that is behind the stream.
    fn checkpoint(&self) -> Option<&str> {
        let event = self.health.state.progress.checkpoint.event.as_ref()?;
        Some(event.as_str()).filter(|id| *id != "~")
    }

    fn takes(&self) -> String {
        let categories = &self.health.state.stream.settings.categories;
        if categories.is_empty() {
            return "Everything".to_owned();
        }
        categories.iter().map(|category| category.title()).collect::<Vec<_>>().join(", ")
    }

    fn at(&self, at: &Timestamp) -> When {
        parts::when(*at, self.frame.now())
    }

    fn status(status: &Option<u16>) -> String {
        status.map_or_else(|| "–".to_owned(), |status| status.to_string())
    }

    fn attempts(&self) -> &[Attempt] {
        &self.health.attempts
    }

    fn letters(&self) -> &[Letter] {
        &self.health.letters
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let health = streams::health(web.app(), frame.caller(), &super::parse_id(&id)?).await?;
    let errors = FieldErrors::default();
    Ok(frame.page(&ShowPage { frame: &frame, health: &health, errors: &errors, from: "" }))
}

pub(crate) async fn steer(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, done_to(&web, &frame, &id, &form)).await
}

async fn done_to(web: &Web, frame: &Frame, id: &str, form: &SignedForm) -> Result<Outcome, PageFault> {
    let id = super::parse_id(id)?;
    let (app, caller) = (web.app(), form.caller());
    let said = match form.text("do") {
        "pause" => {
            streams::update(app, caller, &id, &status("paused")).await?;
            "The stream is paused. What happens meanwhile waits for it as long as the log is kept.".to_owned()
        }
        "resume" => {
            let lacks = streams::state_of(app, caller, &id).await?.may_lack;
            streams::update(app, caller, &id, &status("active")).await?;
            let said = if lacks { state::RESUMED_LATE } else { "The stream goes on where it was stopped." };
            said.to_owned()
        }
        "retry" => {
            streams::hurry(app, caller, &id).await?;
            "The stream is tried at once.".to_owned()
        }
        "test" => tried(web, form, &id).await?,
        "resend" => {
            let (taken, left) = streams::resend_letters(app, caller, &id).await?;
            format!("{taken} set-aside events were taken, {left} are left.")
        }
        "drop" => {
            let (dropped, left) = streams::drop_letters(app, caller, &id).await?;
            format!("{dropped} set-aside events were given up, {left} are left.")
        }
        "replay" => return replay(web, frame, &id, form).await,
        _ => return Err(Fault::NotFound { what: "button" }.into()),
    };
    Ok(Done::to(super::path(&id, "")).saying(said).into())
}

fn status(word: &str) -> Object {
    Map::from_iter([("status".to_owned(), json!(word))])
}

async fn tried(web: &Web, form: &SignedForm, id: &StreamId) -> Result<String, PageFault> {
    let tried = streams::try_out(web.app(), form.caller(), Some(id), &Map::new()).await?;
    let status = tried.status.map_or_else(String::new, |status| format!(" with status {status}"));
    let verb = if tried.is_taken { "was taken" } else { "was not taken" };
    Ok(format!("The test event {verb}{status}. {}", tried.said))
}

async fn replay(web: &Web, frame: &Frame, id: &StreamId, form: &SignedForm) -> Result<Outcome, PageFault> {
    let from = form.text("from").trim();
    let Some(time) = Timestamp::parse(&form::moment(from)) else {
        let text = "Give a day like 2027-01-31, or a time like 2027-01-31T12:00:00Z.";
        let errors = FieldErrors::from(FieldError::new("from", "format", text));
        let health = streams::health(web.app(), frame.caller(), id).await?;
        let page = ShowPage { frame, health: &health, errors: &errors, from };
        return Ok(Outcome::Page(frame.page(&page).status(StatusCode::UNPROCESSABLE_ENTITY)));
    };
    let said = match streams::replay(web.app(), form.caller(), id, time).await? {
        Replay::Again => {
            format!("Events from {time} on are sent again. A receiver knows them by their log_id.")
        }
        Replay::NothingSince => format!("Nothing is sent again: the log has no event from {time} on."),
        Replay::StillWaiting => format!(
            "Nothing is sent again: what happened from {time} on has not been sent yet. It comes after what waits before it."
        ),
    };
    Ok(Done::to(super::path(id, "")).saying(said).into())
}
