//! The first page: how far the set-up is, and what happened last. Source: UX §1.3.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::State;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_engine::overview::{self, Progress};
use doorward_model::scope::ApiScope;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use crate::frame::Frame;
use crate::logs::Row;
use crate::parts;

const LATEST: u32 = 10;

/// One line of the list of first steps.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/step.html")]
pub(crate) struct Step<'a> {
    title: &'a str,
    text: &'a str,
    is_done: bool,
    action: Option<(&'a str, &'a str)>,
}

impl HtmlSafe for Step<'_> {}

impl<'a> Step<'a> {
    fn done(title: &'a str, text: &'a str) -> Self {
        Self { title, text, is_done: true, action: None }
    }

    fn open(title: &'a str, text: &'a str, href: &'a str, label: &'a str) -> Self {
        Self { title, text, is_done: false, action: Some((href, label)) }
    }

    /// Something that is done elsewhere than in the dashboard.
    fn told(title: &'a str, text: &'a str) -> Self {
        Self { title, text, is_done: false, action: None }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "overview.html")]
pub(crate) struct OverviewPage<'a> {
    pub frame: &'a Frame,
    pub progress: Progress,
    pub rows: &'a [Row],
}

impl OverviewPage<'_> {
    fn done(&self) -> usize {
        let Progress { own_client, callback, login, second_admin } = self.progress;
        1 + [own_client, callback, login, second_admin].into_iter().filter(|done| *done).count()
    }
}

pub(crate) async fn show(State(web): State<Web>, frame: Frame) -> Result<Page, PageFault> {
    let progress = overview::progress(web.app(), frame.caller()).await?;
    let part = EventPart::Before { checkpoint: None, limit: LATEST };
    let found = events::list(web.app(), frame.caller(), EventQuery::default(), &part).await?;
    let rows: Vec<Row> = found.events.into_iter().map(|event| Row::of(event, frame.now())).collect();
    Ok(frame.page(&OverviewPage { frame: &frame, progress, rows: &rows }))
}
