//! Hiding a card: that cause at that client is not shown any more, in this browser. Nothing of the tenant
//! changes, so it is a cookie like the theme, and the log keeps everything.
//!
//! Source: UX §1.4, "Dismiss hides that cause for that client".

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use doorward_engine::doctor::{self, Suggestion};
use doorward_engine::fault::Fault;
use doorward_model::ids::ClientId;
use doorward_model::log::event::Event;
use doorward_model::time::Lifetime;
use doorward_protocol::oauth::doctor::Cause;
use doorward_web::cookies::{self, Cookie, SameSite};
use doorward_web::done::Done;
use doorward_web::fault::PageFault;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use super::allow::event;
use crate::clients::segment;
use crate::frame::Frame;

const COOKIE: &str = "__Host-dw-dismissed";
const KEPT: Lifetime = Lifetime::from_seconds(365 * 86_400);
/// The longest list, in bytes: cookies are small. The oldest entries go first.
const MAX: usize = 2000;
const LIST: &str = "/manage/clients";
const MENDED: &str = "The URL is allowed by now, so there is nothing to show.";

/// What is hidden in this browser, the latest last. Each entry is `client/cause`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Dismissed(Vec<String>);

fn entry(client: &ClientId, cause: Cause) -> String {
    format!("{}/{}", segment(client.as_str()), cause.as_str())
}

impl Dismissed {
    /// What a request says. Nonsense hides nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let kept = cookies::read(headers, COOKIE).filter(|kept| kept.len() <= MAX);
        Self(kept.into_iter().flat_map(|kept| kept.split('!')).map(str::to_owned).collect())
    }

    /// Whether that is hidden.
    pub(crate) fn has(&self, found: &Suggestion) -> bool {
        self.0.contains(&entry(&found.client.id, found.diagnosis.cause))
    }

    fn with(mut self, new: &str) -> Self {
        self = self.without(new);
        self.0.push(new.to_owned());
        while self.0.join("!").len() > MAX {
            self.0.remove(0);
        }
        self
    }

    fn without(mut self, gone: &str) -> Self {
        self.0.retain(|known| known != gone);
        self
    }

    fn cookie(&self) -> Option<HeaderValue> {
        if self.0.is_empty() {
            return Cookie::removal(COOKIE, SameSite::Lax);
        }
        let value = self.0.join("!");
        Cookie { name: COOKIE, value: &value, same_site: SameSite::Lax, max_age: Some(KEPT) }.header()
    }
}

/// What an event's card is about; none when it was mended meanwhile, and there is none any more.
async fn about(web: &Web, frame: &Frame, event: &Event) -> Result<Option<String>, PageFault> {
    let examined = doctor::of_event(web.app(), frame.caller(), event).await?;
    let examined = examined.ok_or(Fault::NotFound { what: "refused URL" })?;
    let found = examined.client.as_ref().zip(examined.diagnosis());
    Ok(found.map(|(client, found)| entry(&client.id, found.cause)))
}

pub(crate) async fn dismiss(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: SignedForm,
) -> Result<Response, PageFault> {
    let event = event(&web, &frame, &id).await?;
    let Some(hidden) = about(&web, &frame, &event).await? else {
        return Ok(Done::to(LIST).saying(MENDED).into_response());
    };
    let done = Done::to(LIST)
        .saying("Hidden in this browser. The logs keep it.")
        .undone_at(format!("/manage/logs/{}/dismiss/undo", event.id));
    Ok(with_cookie(done, &Dismissed::of(&headers).with(&hidden)))
}

pub(crate) async fn show_again(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    _form: SignedForm,
) -> Result<Response, PageFault> {
    let event = event(&web, &frame, &id).await?;
    let Some(hidden) = about(&web, &frame, &event).await? else {
        return Ok(Done::to(LIST).saying(MENDED).into_response());
    };
    let done = Done::to(LIST).saying("It is shown again.");
    Ok(with_cookie(done, &Dismissed::of(&headers).without(&hidden)))
}

fn with_cookie(done: Done, dismissed: &Dismissed) -> Response {
    let mut response = done.into_response();
    if let Some(cookie) = dismissed.cookie() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_stays_small_and_survives_what_is_in_an_id() {
        let odd = entry(&ClientId::parse("a;b!c/d%\"e").unwrap(), Cause::Port);
        let mut all = Dismissed::default().with(&odd).with(&odd);
        assert_eq!(all.0.len(), 1, "an entry is there once");
        let cookie = all.cookie().unwrap();
        let sent = cookie.to_str().unwrap().split(';').next().unwrap().parse().unwrap();
        assert_eq!(Dismissed::of(&HeaderMap::from_iter([(http::header::COOKIE, sent)])), all);
        for number in 0..200 {
            all = all.with(&format!("client-{number}/port"));
        }
        assert!(all.cookie().unwrap().len() < MAX + 100);
        assert_eq!(all.0.last().unwrap(), "client-199/port");
        assert_eq!(Dismissed::default().with(&odd).without(&odd), Dismissed::default());
    }
}
