//! The API explorer: every operation of the Management API with a form to fill in, what asks it from
//! outside, and *Try*, which asks it from inside in the name of the admin ([`doorward_web::inside`]).
//!
//! What changes something asks first. Works without script. Source: UX §1.12 "API explorer".

mod answer;
mod document;
mod example;
mod request;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use doorward_engine::fault::Fault;
use doorward_model::fields::FieldErrors;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::inside::Inside;
use doorward_web::page::Page;
use doorward_web::route::{Guard, Route};
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;
use serde::Deserialize;

use self::answer::Answer;
use self::document::Operation;
use self::request::Filled;
use crate::frame::Frame;
use crate::parts;

/// The field that says that what changes something is meant: what was shown when it was asked.
const MEANT: &str = "meant";

/// The list of the pages of the explorer.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/manage/api", Guard::Admin, "show_api_explorer", list),
        Route::get("/manage/api/{operation}", Guard::Admin, "show_api_operation", show),
        Route::post("/manage/api/{operation}", Guard::Admin, "try_api_operation", attempt),
    ]
}

type Groups = Vec<(&'static str, Vec<&'static Operation>)>;

#[derive(Template)]
#[template(path = "api/list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    groups: Groups,
    words: &'a str,
}

impl ListPage<'_> {
    fn is_here(&self, _: &Operation) -> bool {
        false
    }

    fn is_open(&self, tag: &str) -> bool {
        !self.words.is_empty() || tag == "Clients"
    }
}

#[derive(Template)]
#[template(path = "api/show.html")]
struct OperationPage<'a> {
    frame: &'a Frame,
    groups: Groups,
    words: &'a str,
    operation: &'static Operation,
    filled: &'a Filled,
    errors: &'a FieldErrors,
    asks: bool,
    answer: Option<Answer>,
}

impl OperationPage<'_> {
    fn is_here(&self, one: &Operation) -> bool {
        self.operation.id == one.id
    }

    fn is_open(&self, tag: &str) -> bool {
        self.operation.tag == tag
    }

    fn code(&self) -> [(&'static str, String); 3] {
        let issuer = self.frame.tenant().issuer.as_str();
        self.filled.code(self.operation, issuer.trim_end_matches('/'))
    }

    /// As high as what is in it, within bounds.
    fn body_rows(&self) -> usize {
        self.filled.body.lines().count().clamp(4, 16)
    }

    fn body_error(&self) -> Option<&str> {
        parts::error_at(self.errors, "body")
    }
}

/// What is searched for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Search {
    q: String,
}

async fn list(frame: Frame, search: Result<Query<Search>, QueryRejection>) -> Page {
    let Search { q } = search.map(|Query(search)| search).unwrap_or_default();
    let words = q.trim();
    frame.page(&ListPage { frame: &frame, groups: document::search(words), words })
}

fn known(name: &str) -> Result<&'static Operation, PageFault> {
    document::find(name).ok_or(PageFault(Fault::NotFound { what: "operation" }))
}

fn page(
    frame: &Frame,
    operation: &'static Operation,
    (filled, errors): (&Filled, &FieldErrors),
    asks: bool,
    answer: Option<Answer>,
) -> Page {
    let groups = document::search("");
    frame.page(&OperationPage { frame, groups, words: "", operation, filled, errors, asks, answer })
}

async fn show(frame: Frame, Path(name): Path<String>) -> Result<Page, PageFault> {
    let operation = known(&name)?;
    Ok(page(&frame, operation, (&Filled::empty(operation), &FieldErrors::default()), false, None))
}

async fn attempt(
    State(web): State<Web>,
    frame: Frame,
    inside: Inside,
    Path(name): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let operation = known(&name)?;
    let filled = Filled::read(operation, |field| form.text(field));
    let errors = filled.check(operation);
    let asks = errors.all().is_empty() && !operation.is_safe() && form.text(MEANT) != filled.seal(operation);
    if asks || !errors.all().is_empty() {
        let shown = page(&frame, operation, (&filled, &errors), asks, None);
        return Ok(shown.status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    }
    let work = async {
        let body = operation.body.is_some().then(|| filled.body.clone());
        let answered = inside.ask(operation.method.clone(), &filled.target(operation), body).await?;
        let answer = Answer::of(&operation.id, &answered);
        let said = format!("This was sent already: {}.", answer.status);
        let shown = page(&frame, operation, (&filled, &errors), false, Some(answer));
        Ok(Outcome::Shown(Done::to(operation.address()).saying(said), shown))
    };
    if operation.is_safe() {
        return match work.await? {
            Outcome::Shown(_, shown) | Outcome::Page(shown) => Ok(shown.into_response()),
            Outcome::Done(done) => Ok(done.into_response()),
        };
    }
    done::once(&web, &form, work).await
}
