//! Recording events.
//!
//! An event goes into the same batch as what it reports, so there is never one without the other; an
//! event that cannot be written is a failure of the whole. What strangers typed is cut and freed of
//! control characters here. Repeated failures fold into one event per cause, client, known user,
//! address and minute, so that nobody can fill the disk.

use std::net::IpAddr;

use doorward_model::client::Client;
use doorward_model::connection::Connection;
use doorward_model::ids::{ClientId, ConnectionId, UserId};
use doorward_model::log::agent;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::log::event::{Event, tame};
use doorward_model::log::reference;
use doorward_model::scope::ApiScope;
use doorward_model::tenant::Tenant;
use doorward_model::user::User;
use doorward_protocol::digest::sha256;
use doorward_protocol::oauth::error::OAuthErrorCode;
use doorward_store::logs::Grounds;
use doorward_store::{Batch, logs};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::caller::{Caller, RequestInfo, Who};
use crate::doctor;
use crate::fault::Fault;
use crate::sessions::Present;
use crate::state::TenantState;
use crate::tokens::WRONG_SECRET;

/// An event before its time, address and id are known.
#[derive(Debug, Clone)]
pub struct EventDraft {
    code: EventCode,
    description: String,
    client: Option<ClientId>,
    client_name: Option<String>,
    connection: Option<Origin>,
    user: Option<UserId>,
    /// How the user is known, where nothing was typed.
    known_name: Option<String>,
    user_name: Option<String>,
    audience: Option<String>,
    scope: Option<String>,
    details: Map<String, Value>,
    cause: Option<String>,
    /// Whether somebody was told the reference.
    is_told: bool,
    /// Who did it, where that is part of the request.
    auth: Option<Value>,
    /// What was answered.
    response: Option<Value>,
}

/// What an event says of a connection.
#[derive(Debug, Clone)]
struct Origin {
    id: ConnectionId,
    name: String,
    strategy: &'static str,
    group: &'static str,
}

impl EventDraft {
    /// An event of that kind, and what happened in one sentence.
    #[must_use]
    pub fn new(code: EventCode, description: &str) -> Self {
        Self {
            code,
            description: tame(description),
            client: None,
            client_name: None,
            connection: None,
            user: None,
            known_name: None,
            user_name: None,
            audience: None,
            scope: None,
            details: Map::new(),
            cause: None,
            is_told: false,
            auth: None,
            response: None,
        }
    }

    /// The client that took part.
    #[must_use]
    pub fn client(mut self, client: &Client) -> Self {
        self.client = Some(client.id.clone());
        self.client_name = Some(client.settings.name.clone());
        self
    }

    /// The connection that took part.
    #[must_use]
    pub fn connection(mut self, connection: &Connection) -> Self {
        self.connection = Some(Origin {
            id: connection.id.clone(),
            name: connection.name.clone(),
            strategy: connection.strategy.name(),
            group: connection.strategy.group(),
        });
        self
    }

    /// The user that took part.
    #[must_use]
    pub fn user(mut self, user: &User) -> Self {
        self.user = Some(user.id.clone());
        self.known_name = Some(tame(user.display_name()));
        self
    }

    /// The user that took part, and the connection that knows them, while it is there.
    #[must_use]
    pub fn person(self, state: &TenantState, user: &User) -> Self {
        let draft = self.user(user);
        match state.connection(&user.connection) {
            Some(connection) => draft.connection(connection),
            None => draft,
        }
    }

    /// The user that took part, their connection, and the session by which it is known who it is.
    #[must_use]
    pub(crate) fn present(self, state: &TenantState, present: &Present) -> Self {
        self.person(state, &present.user).detail("session_id", present.session.id.as_str())
    }

    /// What was typed as the user's name.
    #[must_use]
    pub fn user_name(mut self, typed: &str) -> Self {
        self.user_name = Some(tame(typed));
        self
    }

    /// The API asked for.
    #[must_use]
    pub fn audience(mut self, audience: &str) -> Self {
        self.audience = Some(tame(audience));
        self
    }

    /// The scope values asked for or granted.
    #[must_use]
    pub fn scope(mut self, scope: &[String]) -> Self {
        self.scope = Some(tame(&scope.join(" ")));
        self
    }

    /// One more fact.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), tame_to(value.into(), MAX_DEPTH));
        self
    }

    /// A text of a stranger as it was sent, but not longer than `bound` bytes: for who has to see which
    /// character is wrong. JSON writes control characters as escapes, so that they do no harm where it
    /// is printed; those that it does not escape become U+FFFD. Gives back whether all of it is kept.
    pub fn as_sent(&mut self, name: &str, text: &str, bound: usize) -> bool {
        let kept = &text[..text.floor_char_boundary(bound)];
        let safe = |c: char| if ('\u{7f}'..='\u{9f}').contains(&c) { '\u{fffd}' } else { c };
        self.details.insert(name.to_owned(), kept.chars().map(safe).collect::<String>().into());
        kept.len() == text.len()
    }

    /// Repeats of the same cause, client, user, address and minute are one event with a count. Failures
    /// fold under their description by themselves.
    #[must_use]
    pub fn folded(mut self, cause: &str) -> Self {
        self.cause = Some(cause.to_owned());
        self
    }

    /// Whoever was refused was told the reference: it stands in the event.
    #[must_use]
    pub(crate) fn told(mut self) -> Self {
        self.is_told = true;
        self
    }

    /// Notes who did it, when it was an admin or a program.
    fn by(mut self, who: &Who) -> Self {
        if let Who::Machine { client, name, .. } | Who::User { client, client_name: name, .. } = who
            && self.client.is_none()
        {
            self.client = Some(client.clone());
            self.client_name = Some(name.clone());
        }
        self.auth = auth(who);
        match by(who) {
            Some(by) => self.detail("by", by),
            None => self,
        }
    }

    /// What was answered instead, where that is not what the use case says.
    pub(crate) fn answered(mut self, response: Option<Value>) -> Self {
        self.response = response;
        self
    }

    /// The request and what was answered, in the original's shape.
    fn put_call(&mut self, info: &RequestInfo) {
        let Some(call) = &info.call else { return };
        let mut request = Map::new();
        let mut put = |name: &str, value: Value| drop(request.insert(name.to_owned(), value));
        put("method", call.method.as_str().into());
        put("path", tame(&call.path).into());
        put("query", call.query.clone());
        if let Some(body) = &call.body {
            put("body", body.clone());
        }
        put("channel", call.channel.as_str().into());
        if let Some(ip) = info.ip {
            put("ip", ip.to_string().into());
        }
        if let Some(agent) = &info.user_agent {
            put("userAgent", tame(agent).into());
        }
        if let Some(mut auth) = self.auth.take() {
            if let Some(id) = &info.jti {
                auth["credentials"]["jti"] = id.as_str().into();
            }
            put("auth", auth);
        }
        self.details.insert("request".to_owned(), request.into());
        let done = || call.done().filter(|_| self.code.level() != Level::Failure);
        if let Some(response) = self.response.take().or_else(done) {
            self.details.insert("response".to_owned(), response);
        }
    }

    fn into_event(mut self, app: &App, tenant: &Tenant, info: &RequestInfo) -> Event {
        let now = app.now();
        let fold_key = self.fold_key(info, now.seconds().div_euclid(60));
        self.put_call(info);
        let sent = info.user_agent.as_deref().map(tame);
        let spoken = sent.as_deref().and_then(agent::spoken);
        if let (Some(sent), Some(_)) = (&sent, &spoken) {
            // People and tools know the words; support wants what was sent.
            self.details.insert("user_agent".to_owned(), sent.as_str().into());
        }
        if let Some(told) = fold_key.as_deref().and_then(reference::of).filter(|_| self.is_told) {
            self.details.insert("reference".to_owned(), told.into());
        }
        Event {
            id: app.next_log_id(now),
            at: now,
            code: self.code,
            description: self.description,
            client: self.client,
            client_name: self.client_name,
            strategy: self.connection.as_ref().map(|known| known.strategy.to_owned()),
            strategy_type: self.connection.as_ref().map(|known| known.group.to_owned()),
            connection_name: self.connection.as_ref().map(|known| known.name.clone()),
            connection: self.connection.map(|known| known.id),
            user: self.user,
            user_name: self.user_name.or(self.known_name),
            ip: info.ip.map(|ip| ip.to_string()),
            user_agent: spoken.or(sent),
            audience: self.audience,
            scope: self.scope,
            hostname: Some(tenant.issuer.host().to_owned()),
            auth0_client: info.auth0_client.clone().map(|value| tame_to(value, MAX_DEPTH)),
            details: self.details,
            fold_key,
            count: 1,
        }
    }

    fn fold_key(&self, info: &RequestInfo, minute: i64) -> Option<String> {
        let cause = match (&self.cause, self.code.level()) {
            (Some(cause), _) => cause,
            (None, Level::Failure) => &self.description,
            (None, _) => return None,
        };
        let client = self.client.as_ref().map_or("", ClientId::as_str);
        let place = info.ip.map(neighbourhood).unwrap_or_default();
        // What two people failed at is two things, and each of them is found.
        let user = self.user.as_ref().map_or("", UserId::as_str);
        let mut text = Vec::new();
        for part in [self.code.as_str(), client, user, &place, cause, &minute.to_string()] {
            // Lengths in front keep neighbouring parts apart.
            text.extend_from_slice(&(part.len() as u64).to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        Some(reference::key(&sha256(&text)))
    }
}

/// By what repeats of a refusal fold: its error, the first words of what was answered, and the reason that only
/// the log has. Of both texts the rest may repeat what was sent, and whoever sends it must not make as many
/// events as they like: so of reasons only so many are told apart.
pub(crate) fn cause(code: OAuthErrorCode, answered: &str, reason: &str) -> String {
    // Secrets that are guessed are one reason.
    let reason = if reason.starts_with(WRONG_SECRET) { WRONG_SECRET } else { reason };
    let opening = answered.split(' ').take(3).collect::<Vec<_>>().join(" ");
    format!("{} {opening} {}", code.as_str(), doctor::bucket(reason))
}

/// What went wrong, in the words of the protocol and in ours: the original's shape.
pub(crate) fn error_of(code: OAuthErrorCode, text: &str) -> Value {
    json!({ "oauthError": code.as_str(), "message": text, "type": "oauth-authorization" })
}

/// Pushes the event onto the batch that holds what it reports.
pub fn push(batch: &mut Batch, app: &App, state: &TenantState, info: &RequestInfo, draft: EventDraft) {
    logs::insert_folded(batch, &draft.into_event(app, &state.tenant, info));
}

/// As [`push`], for something that an admin or a program did: who it was is part of the event.
pub fn push_by(batch: &mut Batch, app: &App, caller: &Caller, draft: EventDraft) {
    push(batch, app, &caller.tenant, &caller.info, draft.by(&caller.who));
}

/// Pushes the first event of a tenant that is only being made, by whoever sits at the command line.
pub(crate) fn push_first(batch: &mut Batch, app: &App, tenant: &Tenant, draft: EventDraft) {
    let event = draft.by(&Who::CommandLine).into_event(app, tenant, &RequestInfo::default());
    logs::insert(batch, &event);
}

/// As [`push`], for a token for an API: the batch fails as [`logs::NOT_ALLOWED`] when what the token
/// rests on ended or changed in the meantime.
pub fn push_if(batch: &mut Batch, app: &App, caller: &Caller, draft: EventDraft, grounds: &Grounds<'_>) {
    let event = draft.into_event(app, &caller.tenant.tenant, &caller.info);
    logs::insert_if(batch, &event, grounds);
}

/// Commits an event that stands for itself.
///
/// # Errors
/// When the log cannot be written.
pub async fn alone(
    app: &App,
    state: &TenantState,
    info: &RequestInfo,
    draft: EventDraft,
) -> Result<(), Fault> {
    alone_folded(app, state, info, draft).await.map(|_| ())
}

/// As [`alone`]; gives the key that the event, and what folds into it, is found by.
pub(crate) async fn alone_folded(
    app: &App,
    state: &TenantState,
    info: &RequestInfo,
    draft: EventDraft,
) -> Result<Option<String>, Fault> {
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    let event = draft.into_event(app, &state.tenant, info);
    logs::insert_folded(&mut batch, &event);
    batch.commit().await?;
    Ok(event.fold_key)
}

/// As [`alone`], for something that an admin or a program did.
///
/// # Errors
/// When the log cannot be written.
pub async fn alone_by(app: &App, caller: &Caller, draft: EventDraft) -> Result<(), Fault> {
    alone(app, &caller.tenant, &caller.info, draft.by(&caller.who)).await
}

/// Records that an admin or a program was refused something, and gives the fault back; a log that
/// cannot be written takes its place. Troubles of ours are nobody's failures and are not recorded.
pub(crate) async fn refused(
    app: &App,
    caller: &Caller,
    what: &str,
    target: Option<&str>,
    fault: Fault,
) -> Fault {
    refused_with(app, caller, (what, target), fault, Vec::new()).await
}

/// As [`refused`], with what else is to be said of it, in the same batch.
pub(crate) async fn refused_with(
    app: &App,
    caller: &Caller,
    (what, target): (&str, Option<&str>),
    fault: Fault,
    beside: Vec<EventDraft>,
) -> Fault {
    if fault.is_ours() {
        return fault;
    }
    let public = fault.public();
    let by = by(&caller.who).unwrap_or_default();
    let cause = json!([what, target, by, public]).to_string();
    let draft = EventDraft::new(EventCode::ManagementWriteFailed, what)
        .detail("error", json!({ "message": public }))
        .detail("target", target)
        .answered(answer(caller, &fault))
        .folded(&cause);
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    for draft in [draft].into_iter().chain(beside) {
        push_by(&mut batch, app, caller, draft);
    }
    match batch.commit().await {
        Ok(_) => fault,
        Err(trouble) => trouble.into(),
    }
}

/// What is answered to a request that is refused, where events show it.
pub(crate) fn answer(caller: &Caller, fault: &Fault) -> Option<Value> {
    caller.info.call.as_ref().and_then(|call| (call.refusal)(fault))
}

/// Who asked, in the original's shape.
fn auth(who: &Who) -> Option<Value> {
    let scopes = |scopes: &std::collections::BTreeSet<ApiScope>| {
        scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>()
    };
    match who {
        Who::Anonymous | Who::CommandLine => None,
        Who::Admin { id, email, .. } => {
            let user = json!({ "user_id": id.as_str(), "name": email.as_str(), "email": email.as_str() });
            Some(json!({ "user": user, "strategy": "session" }))
        }
        Who::User { id, name, scopes: held, .. } => {
            let user = json!({ "user_id": id.as_str(), "name": name });
            Some(json!({ "user": user, "strategy": "jwt", "credentials": { "scopes": scopes(held) } }))
        }
        Who::Machine { scopes: held, .. } => {
            Some(json!({ "user": {}, "strategy": "jwt", "credentials": { "scopes": scopes(held) } }))
        }
    }
}

/// Who did it, for the event.
fn by(who: &Who) -> Option<Value> {
    match who {
        Who::Anonymous => None,
        Who::CommandLine => Some(json!({ "kind": "command_line" })),
        Who::Admin { id, email, .. } => {
            Some(json!({ "kind": "admin", "id": id.as_str(), "email": email.as_str() }))
        }
        Who::User { id, name, scopes, .. } => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            Some(json!({ "kind": "user", "id": id.as_str(), "name": name, "scopes": scopes }))
        }
        Who::Machine { client, name, scopes } => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            Some(json!({ "kind": "client", "id": client.as_str(), "name": name, "scopes": scopes }))
        }
    }
}

/// One address of IPv4; of IPv6 the network that one subscriber has, so that hopping within it does
/// not make new events.
#[must_use]
pub fn neighbourhood(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// How deep and how wide a JSON value of a stranger may be.
const MAX_DEPTH: usize = 6;
const MAX_ENTRIES: usize = 64;

fn tame_to(value: Value, depth: usize) -> Value {
    match value {
        Value::String(text) => Value::String(tame(&text)),
        Value::Array(_) | Value::Object(_) if depth == 0 => Value::Null,
        Value::Array(items) => {
            Value::Array(items.into_iter().take(MAX_ENTRIES).map(|item| tame_to(item, depth - 1)).collect())
        }
        Value::Object(entries) => {
            let entries = entries.into_iter().take(MAX_ENTRIES);
            Value::Object(entries.map(|(name, value)| (tame(&name), tame_to(value, depth - 1))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;
    use doorward_model::time::Lifetime;

    fn info(ip: &str) -> RequestInfo {
        RequestInfo { ip: Some(ip.parse().unwrap()), ..RequestInfo::default() }
    }

    fn failure() -> EventDraft {
        EventDraft::new(EventCode::LoginFailed, "Unknown callback")
    }

    #[tokio::test]
    async fn repeated_failures_are_one_event_per_address_cause_and_minute() {
        let kit = Kit::new().await;
        let (state, known) = (kit.tenant(), kit.events().await.len());
        for _ in 0..50 {
            alone(&kit.app, &state, &info("203.0.113.7"), failure()).await.unwrap();
        }
        assert_eq!(kit.events().await.len(), known + 1);
        assert_eq!(kit.events().await[0].count, 50);
        alone(&kit.app, &state, &info("203.0.113.8"), failure()).await.unwrap();
        alone(&kit.app, &state, &info("203.0.113.7"), failure().folded("another cause")).await.unwrap();
        kit.clock.advance(Lifetime::from_seconds(60));
        alone(&kit.app, &state, &info("203.0.113.7"), failure()).await.unwrap();
        assert_eq!(kit.events().await.len(), known + 4);
    }

    #[tokio::test]
    async fn hopping_within_an_ipv6_network_makes_no_new_events() {
        let kit = Kit::new().await;
        let (state, known) = (kit.tenant(), kit.events().await.len());
        for number in 0..20 {
            let ip = info(&format!("2001:db8:1:2::{number:x}"));
            alone(&kit.app, &state, &ip, failure()).await.unwrap();
        }
        alone(&kit.app, &state, &info("::ffff:203.0.113.7"), failure()).await.unwrap();
        alone(&kit.app, &state, &info("203.0.113.7"), failure()).await.unwrap();
        assert_eq!(kit.events().await.len(), known + 2);
    }

    #[tokio::test]
    async fn successes_are_never_folded() {
        let kit = Kit::new().await;
        let known = kit.events().await.len();
        for _ in 0..3 {
            let draft = EventDraft::new(EventCode::Login, "Logged in");
            alone(&kit.app, &kit.tenant(), &info("203.0.113.7"), draft).await.unwrap();
        }
        assert_eq!(kit.events().await.len(), known + 3);
    }

    #[tokio::test]
    async fn what_strangers_send_is_cut_and_cannot_forge_lines() {
        let kit = Kit::new().await;
        let mut info = info("203.0.113.7");
        info.user_agent = Some("x\r\n\u{1b}[2J".repeat(1000));
        let mut deep = json!("end");
        for _ in 0..100 {
            deep = json!([deep]);
        }
        info.auth0_client = Some(json!({ "name": "a\nb".repeat(1000), "env": deep }));
        let draft = failure().user_name(&"n\0".repeat(5000)).detail("hint", "\r\n".repeat(5000));
        alone(&kit.app, &kit.tenant(), &info, draft).await.unwrap();
        let event = kit.events().await.remove(0);
        let whole = format!("{event:?}");
        assert!(whole.len() < 8000, "{}", whole.len());
        assert!(!whole.contains("\\n") && !whole.contains("\\r") && !whole.contains("\\u{1b}"));
    }
}
