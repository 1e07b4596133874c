//! What is known when an authorization request is judged, and the judgement itself.
//!
//! Owns the rule that no refusal comes from memory alone: before one is believed, the tenant's
//! version is read from the database, and if it moved, the request is judged again.

use std::sync::Arc;

use doorward_model::connection::Connection;
use doorward_model::ids::{ConnectionId, LoginId};
use doorward_model::log::code::EventCode;
use doorward_model::time::Timestamp;
use doorward_protocol::oauth::authorize::{
    self, AuthorizeDecision, AuthorizeInput, AuthorizeRequest, SessionFacts,
};
use doorward_store::grants;

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::logs::record::EventDraft;
use crate::sessions::Present;

/// A judged request, with what it was judged by.
pub(crate) struct Judged {
    /// The caller, at the tenant's state that was looked at.
    pub caller: Caller,
    /// The client, if it exists.
    pub client: Option<Arc<ClientEntry>>,
    /// The judgement.
    pub decision: AuthorizeDecision,
    /// The login that the request is part of, where one is under way.
    pub login: Option<LoginId>,
}

impl Judged {
    /// The client of a request that was judged good so far.
    pub fn known_client(&self) -> Result<Arc<ClientEntry>, Fault> {
        self.client.clone().ok_or_else(|| Fault::internal("a request was judged good without a client"))
    }

    /// An event about the request, with its client; all of one login have the same `transaction`.
    pub fn event(&self, code: EventCode, text: &str) -> EventDraft {
        let draft = EventDraft::new(code, text);
        let draft = match &self.login {
            Some(login) => draft.detail("transaction", login.as_str()),
            None => draft,
        };
        match &self.client {
            Some(entry) => draft.client(&entry.client),
            None => draft,
        }
    }
}

/// What the person did within this very login.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Here<'a> {
    /// That login, under the id that it began with.
    pub login: Option<&'a LoginId>,
    /// When they proved who they are.
    pub logged_in: Option<Timestamp>,
    /// The scope values that they were shown and have allowed.
    pub allowed: Option<&'a [String]>,
}

/// Judges a request.
pub(crate) async fn judge(
    app: &App,
    caller: &Caller,
    request: &AuthorizeRequest,
    present: Option<&Present>,
    here: Here<'_>,
) -> Result<Judged, Fault> {
    let first = judge_once(app, caller.clone(), request, present, here).await?;
    if !matches!(first.decision, AuthorizeDecision::Page(_) | AuthorizeDecision::Redirect(..)) {
        return Ok(first);
    }
    let (tenant, changed) = app.refresh(&caller.tenant).await?;
    if !changed {
        return Ok(first);
    }
    judge_once(app, Caller { tenant, ..first.caller }, request, present, here).await
}

async fn judge_once(
    app: &App,
    caller: Caller,
    request: &AuthorizeRequest,
    present: Option<&Present>,
    here: Here<'_>,
) -> Result<Judged, Fault> {
    let client = match request.client_id() {
        Some(id) => app.client(&caller.tenant, &id).await?,
        None => None,
    };
    let enabled = |id: &ConnectionId| client.as_ref().is_some_and(|entry| entry.connections.contains(id));
    let connections: Vec<Connection> =
        caller.tenant.connections.iter().filter(|connection| enabled(&connection.id)).cloned().collect();
    let consents = match (present, &client) {
        (Some(present), Some(entry)) if counts(&caller, entry, request) => {
            let scope = app.db().tenant(&caller.tenant.tenant.id);
            grants::of(&scope, &present.user.id, &entry.client.id).await?
        }
        _ => Vec::new(),
    };
    let decision = authorize::decide(&AuthorizeInput {
        request,
        issuer: &caller.tenant.tenant.issuer,
        client: client.as_ref().map(|entry| &entry.client),
        connections: &connections,
        apis: &caller.tenant.apis,
        grants: client.as_ref().map_or(&[], |entry| &entry.grants),
        settings: &caller.tenant.tenant.settings,
        session: present.map(|present| SessionFacts { session: &present.session, user: &present.user }),
        consents: &consents,
        logged_in_here: here.logged_in,
        allowed_here: here.allowed,
        now: app.now(),
    });
    Ok(Judged { caller, client, decision, login: here.login.cloned() })
}

/// Whether it matters what the person allowed the client before.
fn counts(caller: &Caller, entry: &ClientEntry, request: &AuthorizeRequest) -> bool {
    let asks =
        request.prompt.as_deref().is_some_and(|prompt| prompt.split(' ').any(|value| value == "consent"));
    asks || !entry.client.settings.is_first_party || caller.tenant.tenant.settings.asks_at_loopback()
}
