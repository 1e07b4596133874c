//! What a form of the dashboard leads to, and that it is done once however often it comes.
//!
//! A form that was done ends in a redirect with a sentence that the next page shows; one that was
//! not, in its own page with what is to be corrected. Source: UX §1.1, "Double submit", "States".

use std::future::Future;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_engine::admins::{self, Receipt};
use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use crate::cookies::{self, Cookie, SameSite};
use crate::fault::{PageFault, Refusal, Skin};
use crate::local_path::LocalPath;
use crate::page::{Page, unturned};
use crate::signed_in::SignedForm;
use crate::state::Web;

/// The cookie that carries a sentence to the next page.
const COOKIE: &str = "__Host-dw-said";
/// The longest sentence, in bytes: cookies are small.
const MAX_SAID: usize = 1024;
/// How often and how long to wait for the first of two forms.
const LOOKS: u32 = 30;
const BETWEEN: Duration = Duration::from_millis(100);

/// Something was done: where to go on, and what to say there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    to: String,
    said: Option<String>,
    #[serde(default)]
    undo: Option<String>,
}

/// What the last form said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// Where a form goes that takes back what was done, where that can be done.
    pub undo: Option<LocalPath>,
}

impl Done {
    /// Go on at a path of ours.
    #[must_use]
    pub fn to(path: impl Into<String>) -> Self {
        Self { to: path.into(), said: None, undo: None }
    }

    /// Say this there, in the status line.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.said = Some(text.into());
        self
    }

    /// Offer beside the sentence to take it back, by a form without fields that is sent to this path.
    #[must_use]
    pub fn undone_at(mut self, path: impl Into<String>) -> Self {
        self.undo = Some(path.into());
        self
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::from_str(&self.to) else {
            return Refusal::broken("a redirect holds a line break").as_skin(Skin::Page).into_response();
        };
        let mut response = StatusCode::SEE_OTHER.into_response();
        response.headers_mut().insert(LOCATION, location);
        if let Some(cookie) = self.said.as_deref().and_then(|text| said_cookie(text, self.undo.as_deref())) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

/// What a form led to.
#[derive(Debug)]
pub enum Outcome {
    /// It was done.
    Done(Done),
    /// It was done, and the page shows what can be seen this once: a secret that was made. The same
    /// form again leads on without it.
    Shown(Done, Page),
    /// It was not: the page says why.
    Page(Page),
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        Self::Done(done)
    }
}

impl From<Page> for Outcome {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

/// Does what a form asks for, unless the same form came before: then its outcome is given again.
///
/// # Errors
/// Those of `work`, and trouble with the store. After them the same form may be sent again.
pub async fn once<F>(web: &Web, form: &SignedForm, work: F) -> Result<Response, PageFault>
where
    F: Future<Output = Result<Outcome, PageFault>>,
{
    let (app, caller, key) = (web.app(), form.caller(), form.key());
    for look in 0..LOOKS {
        match admins::take(app, caller, key).await? {
            Receipt::First => break,
            Receipt::Done(outcome) => return Ok(again(&outcome)),
            Receipt::UnderWay if look + 1 == LOOKS => {
                return Ok(Refusal::under_way().as_skin(Skin::Page).into_response());
            }
            Receipt::UnderWay => tokio::time::sleep(BETWEEN).await,
        }
    }
    match work.await {
        Ok(Outcome::Done(done)) => {
            keep(web, form, &done).await?;
            Ok(done.into_response())
        }
        Ok(Outcome::Shown(done, page)) => {
            keep(web, form, &done).await?;
            Ok(page.into_response())
        }
        Ok(Outcome::Page(page)) => {
            admins::give_back(app, caller, key).await?;
            Ok(page.into_response())
        }
        Err(fault) => {
            admins::give_back(app, caller, key).await?;
            Err(fault)
        }
    }
}

async fn keep(web: &Web, form: &SignedForm, done: &Done) -> Result<(), PageFault> {
    let kept = serde_json::to_string(done).unwrap_or_default();
    Ok(admins::keep(web.app(), form.caller(), form.key(), &kept).await?)
}

fn again(outcome: &str) -> Response {
    match serde_json::from_str::<Done>(outcome) {
        Ok(done) => done.into_response(),
        Err(_) => Refusal::under_way().as_skin(Skin::Page).into_response(),
    }
}

/// The sentence, and behind a dot the path that takes it back.
fn said_cookie(text: &str, undo: Option<&str>) -> Option<HeaderValue> {
    let mut value = URL_SAFE_NO_PAD.encode(&text[..text.floor_char_boundary(MAX_SAID)]);
    if let Some(undo) = undo {
        value.push('.');
        value.push_str(&URL_SAFE_NO_PAD.encode(undo));
    }
    Cookie { name: COOKIE, value: &value, same_site: SameSite::Lax, max_age: None }.header()
}

/// What the last form said, for the page that shows it.
#[must_use]
pub fn said(headers: &HeaderMap) -> Option<Said> {
    let value = cookies::read(headers, COOKIE)?;
    let (text, undo) = value.split_once('.').map_or((value, None), |(text, undo)| (text, Some(undo)));
    let read = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let text = read(text).filter(|text| text.len() <= MAX_SAID)?;
    let text = unturned(&text);
    Some(Said { text, undo: undo.and_then(read).and_then(|path| LocalPath::parse(&path)) })
}

/// The `Set-Cookie` value that goes out with that page: it is said once.
#[must_use]
pub fn forget_said() -> Option<HeaderValue> {
    Cookie::removal(COOKIE, SameSite::Lax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_travels_to_the_next_page_whatever_is_in_it() {
        for text in ["Client created.", "„Größe“; Path=/\r\nx: y", ""] {
            let response = Done::to("/manage/clients").saying(text).into_response();
            assert_eq!(
                (response.status(), &response.headers()[LOCATION]),
                (StatusCode::SEE_OTHER, &HeaderValue::from_static("/manage/clients"))
            );
            let set = response.headers()[SET_COOKIE].to_str().unwrap();
            let sent = HeaderMap::from_iter([(
                http::header::COOKIE,
                set.split(';').next().unwrap().parse().unwrap(),
            )]);
            assert_eq!(said(&sent).map(|said| said.text).unwrap_or_default(), text);
        }
    }

    #[test]
    fn what_takes_it_back_travels_along_and_leads_nowhere_else() {
        for (path, is_kept) in [
            ("/manage/logs/1/undo?version=3&back=clients", true),
            ("//evil.test/", false),
            ("/u/login", false),
        ] {
            let cookie = said_cookie("Done.", Some(path)).unwrap();
            let sent = cookie.to_str().unwrap().split(';').next().unwrap().parse().unwrap();
            let read = said(&HeaderMap::from_iter([(http::header::COOKIE, sent)])).unwrap();
            assert_eq!(read.text, "Done.");
            assert_eq!(read.undo.is_some(), is_kept, "{path}");
        }
    }

    #[test]
    fn a_sentence_that_is_too_long_is_cut_between_characters() {
        let response = Done::to("/manage").saying("é".repeat(2000)).into_response();
        assert!(response.headers()[SET_COOKIE].len() < 1600);
    }

    #[test]
    fn a_redirect_cannot_write_headers() {
        let response = Done::to("/manage\r\nx: y").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
