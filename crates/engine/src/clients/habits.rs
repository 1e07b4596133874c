//! How a client works, from the log: how it proves itself, and where it sends people back to. It
//! tells what another setting would break, and which addresses are used.
//!
//! Source: UX §1.5, the notes of *Client Type* and *Token Endpoint Authentication Method*, and the
//! facts beside each callback.

use doorward_model::client::auth_method::AuthMethod;
use doorward_model::ids::ClientId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::logs::{self, LogFilter};
use serde_json::Value;

use super::statistics::PERIOD;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

/// How many of the latest exchanges are looked at.
const LOOKED_AT: u32 = 1000;
const DAY: i64 = 86_400;

/// How a client worked in the last seven days, as far as is looked back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Habits {
    /// How often the secret came in the header.
    pub by_basic: i64,
    /// How often it came in the form.
    pub by_post: i64,
    /// How often a code was exchanged today (UTC) that PKCE did not guard.
    pub without_pkce_today: i64,
    /// The addresses that people were sent back to, the latest first, and when that was last.
    pub callbacks: Vec<(String, Timestamp)>,
    /// Whether the seven days were looked at as a whole, and not only the end of them.
    pub is_whole: bool,
}

impl Habits {
    /// How often the client proved itself that way.
    #[must_use]
    pub fn exchanges_by(&self, method: AuthMethod) -> i64 {
        match method {
            AuthMethod::None => 0,
            AuthMethod::Post => self.by_post,
            AuthMethod::Basic => self.by_basic,
        }
    }

    /// Adds what one exchange of a code says; they come from newest to oldest.
    fn count(&mut self, event: &Event, today: i64) {
        let text = |name: &str| event.details.get(name).and_then(Value::as_str);
        match text("auth_method").and_then(AuthMethod::parse) {
            Some(AuthMethod::Basic) => self.by_basic += 1,
            Some(AuthMethod::Post) => self.by_post += 1,
            Some(AuthMethod::None) | None => {}
        }
        let is_bare = event.details.get("pkce").and_then(Value::as_bool) == Some(false);
        if is_bare && event.at.seconds().div_euclid(DAY) == today {
            self.without_pkce_today += 1;
        }
        if let Some(uri) = text("redirect_uri")
            && !self.callbacks.iter().any(|(known, _)| known == uri)
        {
            self.callbacks.push((uri.to_owned(), event.at));
        }
    }
}

/// How this client works.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn habits(app: &App, caller: &Caller, id: &ClientId) -> Result<Habits, Fault> {
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let now = app.now();
    let filter = LogFilter {
        codes: vec![EventCode::CodeExchange],
        client: Some(id.clone()),
        since: Some(now.before(PERIOD)),
        ..LogFilter::default()
    };
    let events = logs::list_before(&scope, &filter, None, LOOKED_AT).await?;
    let is_whole = events.len() < LOOKED_AT as usize;
    let mut habits = Habits { is_whole, ..Habits::default() };
    events.iter().for_each(|event| habits.count(event, now.seconds().div_euclid(DAY)));
    Ok(habits)
}
