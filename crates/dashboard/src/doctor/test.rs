//! "Test a URL": paste what an app sends, and see whether it is allowed.
//!
//! Nothing is changed here, so it is a form that asks, with everything in its address.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use doorward_engine::doctor::{self, Asked, Examined};
use doorward_protocol::oauth::doctor::{Offer, Purpose};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;
use doorward_web::url_diff::{UrlDiff, url_diff};
use serde::Deserialize;

use crate::clients::{Header, Opened, Tab, open, path};
use crate::frame::Frame;
use crate::parts;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    url: Option<String>,
    after: String,
}

/// The page.
#[derive(Template)]
#[template(path = "doctor/test.html")]
struct TestPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    opened: &'a Opened,
    typed: &'a str,
    purpose: Purpose,
    examined: Option<Examined>,
}

impl TestPage<'_> {
    fn action(&self) -> String {
        path(&self.opened.client.id, "test-url")
    }

    fn settings(&self) -> String {
        path(&self.opened.client.id, "settings")
    }

    fn is_logout(&self) -> bool {
        self.purpose == Purpose::Logout
    }

    fn diff<'e>(&self, examined: &'e Examined) -> UrlDiff<'e> {
        url_diff(&examined.asked.url, examined.diagnosis().and_then(|found| found.nearest.as_ref()))
    }

    /// Whether it could be put onto the list.
    fn can_be_listed(&self, examined: &Examined) -> bool {
        examined.diagnosis().is_some_and(|found| found.offer != Offer::ChangeApp)
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    typed: Result<Query<Typed>, QueryRejection>,
) -> Result<Page, PageFault> {
    let typed = typed.map(|Query(typed)| typed).unwrap_or_default();
    let purpose = if typed.after == "logout" { Purpose::Logout } else { Purpose::Login };
    let opened = open(&web, &frame, &id).await?;
    let examined = match &typed.url {
        // As it was pasted: a space at its end is what somebody may be looking for.
        Some(url) => {
            let asked = Asked::bounded(url, purpose);
            Some(doctor::examine(web.app(), frame.caller(), Some(&opened.client.id), asked).await?)
        }
        None => None,
    };
    let page = TestPage {
        header: Header::of(&opened, &frame, Tab::Settings),
        frame: &frame,
        opened: &opened,
        typed: examined.as_ref().map_or("", |examined| &examined.asked.url),
        purpose,
        examined: examined.clone(),
    };
    Ok(frame.page(&page))
}
