//! One event of the log.
//!
//! Source: the record of the original's `/api/v2/logs`. Never holds a secret, a token or a password.

use serde_json::{Map, Value};

use crate::ids::{ClientId, ConnectionId, LogId, UserId};
use crate::log::code::EventCode;
use crate::log::reference;
use crate::time::Timestamp;

/// The longest text that is kept of anything a stranger sent, in characters.
pub const MAX_TEXT: usize = 512;

/// An event, as recorded and as read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id; ids grow with time.
    pub id: LogId,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of thing.
    pub code: EventCode,
    /// One sentence, already public: what happened and why.
    pub description: String,
    /// The client, if one took part.
    pub client: Option<ClientId>,
    /// Its name at that time, so that the log still reads after the client is gone.
    pub client_name: Option<String>,
    /// The connection, if one took part.
    pub connection: Option<ConnectionId>,
    /// Its name at that time.
    pub connection_name: Option<String>,
    /// Its strategy on the wire.
    pub strategy: Option<String>,
    /// Its group on the wire.
    pub strategy_type: Option<String>,
    /// The user, if known.
    pub user: Option<UserId>,
    /// The user's name, or what was typed.
    pub user_name: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// The browser or program.
    pub user_agent: Option<String>,
    /// The API asked for.
    pub audience: Option<String>,
    /// The scope asked for or granted.
    pub scope: Option<String>,
    /// The domain it happened at.
    pub hostname: Option<String>,
    /// The SDK that spoke, as its `Auth0-Client` header says.
    pub auth0_client: Option<Value>,
    /// More facts, by kind.
    pub details: Map<String, Value>,
    /// Repeats with the same key within one minute are one event with a count.
    pub fold_key: Option<String>,
    /// How many times it happened.
    pub count: i64,
}

impl Event {
    /// Something that happened once, and of which no more is known yet.
    #[must_use]
    pub fn new(id: LogId, at: Timestamp, code: EventCode, description: &str) -> Self {
        Self {
            id,
            at,
            code,
            description: description.to_owned(),
            client: None,
            client_name: None,
            connection: None,
            connection_name: None,
            strategy: None,
            strategy_type: None,
            user: None,
            user_name: None,
            ip: None,
            user_agent: None,
            audience: None,
            scope: None,
            hostname: None,
            auth0_client: None,
            details: Map::new(),
            fold_key: None,
            count: 1,
        }
    }
}

impl Event {
    /// The client that something was done to.
    #[must_use]
    pub fn target_client(&self) -> Option<ClientId> {
        let target = self.details.get("target")?;
        let id = target.as_str().or_else(|| target.get("client_id")?.as_str())?;
        ClientId::parse(id).ok()
    }

    /// What it is found by, where its repeats are counted.
    #[must_use]
    pub fn reference(&self) -> Option<String> {
        self.fold_key.as_deref().and_then(reference::of)
    }

    /// Whether the same happened again, to the same people and from the same place.
    #[must_use]
    pub fn is_like(&self, other: &Event) -> bool {
        let facts = |event: &Event| {
            (
                event.code,
                event.client.clone(),
                event.user_name.clone(),
                event.description.clone(),
                event.ip.clone(),
                event.details.get("target").cloned(),
            )
        };
        facts(self) == facts(other)
    }
}

/// Cuts a stranger's text to [`MAX_TEXT`] characters and replaces control characters, so that it
/// can neither fill the log nor forge a line of it.
///
/// ```
/// use doorward_model::log::event::tame;
/// assert_eq!(tame("a\r\nb\u{1b}[31m"), "a  b [31m");
/// ```
#[must_use]
pub fn tame(text: &str) -> String {
    // Nearly all of it is short and plain.
    if text.len() <= MAX_TEXT && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return text.to_owned();
    }
    text.chars().take(MAX_TEXT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
