//! Server-sent events: an answer that goes on while somebody watches the log.
//!
//! Says only which events happened: the page is read again for the rows, so that nothing can be missed or told
//! differently, and knows by the names which of them it shows already. Ends with the session and with the process.
//! Source: the HTML standard, "Server-sent events".

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use doorward_engine::admins;
use doorward_engine::logs::live::{News, Watching};
use doorward_model::log::event::Event;
use doorward_model::secret::Secret;
use futures_util::stream::unfold;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::timeout;

use crate::signed_in::{SignedIn, cookie_of};
use crate::state::Web;

const STREAM: &str = "text/event-stream";
/// How often something is sent when nothing happens, so that nobody in between gives the connection up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After how long a browser tries again, in milliseconds; and that the list is to be read, whatever happened
/// before.
const BEGIN: &str = "retry: 2000\nevent: look\ndata:\n\n";
/// That the list is to be read, because more happened than is worth naming.
const LOOK: &str = "event: look\ndata:\n\n";
/// For how long the script gathers what it is told before it reads the list again; the page says it.
pub const GATHER: Duration = Duration::from_millis(300);
/// How many events are told by name: more than a page of the list holds.
const NAMED: usize = 100;

/// Whether the request comes from a script that reads events, and not from somebody who follows a link.
#[must_use]
pub fn is_wanted(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains(STREAM))
}

/// An event as it is by now: one that counts repeats is another with each of them. By this name the script finds
/// on the page what it is told of.
#[must_use]
pub fn name(event: &Event) -> String {
    format!("{}.{}", event.id, event.count)
}

struct Listener {
    web: Web,
    admin: SignedIn,
    cookie: Option<Secret>,
    watching: Watching,
    has_begun: bool,
}

/// The answer to an admin who watches.
pub fn answer(web: Web, admin: SignedIn, headers: &HeaderMap, watching: Watching) -> Response {
    let listener = Listener { web, admin, cookie: cookie_of(headers), watching, has_begun: false };
    let body = Body::from_stream(unfold(listener, Listener::step));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(STREAM)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // A proxy that collects answers would keep this one for ever.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}

impl Listener {
    /// The next piece; none at the end.
    async fn step(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let text = self.next().await?;
        Some((Ok(Bytes::from(text)), self))
    }

    async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.has_begun, true) {
            return Some(BEGIN.to_owned());
        }
        let news = timeout(HEARTBEAT, self.watching.next()).await;
        // Nobody is told anything after the end of their session.
        if !self.is_still_in().await {
            return None;
        }
        match news {
            Ok(News::Events(events)) if events.len() <= NAMED => {
                let names: Vec<String> = events.iter().map(|event| name(event)).collect();
                Some(format!("event: news\ndata: {}\n\n", names.join(" ")))
            }
            Ok(News::Events(_) | News::Many) => Some(LOOK.to_owned()),
            Ok(News::End) => None,
            Err(_) => Some(":\n\n".to_owned()),
        }
    }

    /// Whether the session goes on. Asking does not make it longer.
    async fn is_still_in(&self) -> bool {
        let Some(cookie) = &self.cookie else { return false };
        let live = admins::is_live(self.web.app(), &self.admin.0.tenant.tenant.id, cookie).await;
        // Trouble with the store says nothing about the session.
        live.unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use doorward_engine::logs::live::PAUSE;

    use super::*;

    /// From the commit to the row: what is left of it is for a look into the store and for reading the list, each of
    /// which takes some milliseconds.
    #[test]
    fn the_second_that_live_promises() {
        let left = Duration::from_secs(1).checked_sub(PAUSE + GATHER).unwrap();
        assert!(left >= Duration::from_millis(300), "only {left:?} are left for reading");
    }

    #[test]
    fn who_follows_a_link_does_not_wait_for_events() {
        let asks = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            is_wanted(&headers)
        };
        assert!(asks("text/event-stream"));
        assert!(!asks("text/html,*/*;q=0.8") && !is_wanted(&HeaderMap::new()));
    }
}
