//! What only those who may look can be told of a failure: the entry of a list that is nearest, what is spelled
//! alike, how often it happened of late.
//!
//! Everything is as it is now, and each of it costs a look into the store, so of a list of events only so many are
//! looked up; the others, and what the caller may not see, are explained by the event alone.

use std::collections::HashMap;

use doorward_model::ids::ClientId;
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::spelling::nearest;
use doorward_model::time::Lifetime;
use doorward_model::user::Email;
use doorward_store::{logs, users};

use super::{
    Explanation, Fix, Part, Place, addresses, authorize, blocked, explain, inner, message, oauth_error,
    people, token,
};
use crate::app::App;
use crate::caller::Caller;
use crate::clients::{self, ClientQuery};
use crate::doctor;
use crate::fault::Fault;
use crate::logs::list::EventQuery;

/// How many events of a list are looked up.
const MOST: usize = 20;
/// How many clients are compared with a Client ID that nobody has.
const CLIENTS: u32 = 1000;
/// How many users of an address are looked at.
const PEOPLE: u32 = 10;
/// How far back failures are counted, and how many events of them.
const OF_LATE: Lifetime = Lifetime::from_seconds(600);
const COUNTED: u32 = 50;

/// Why an event failed and what to do, as far as the caller may know; none for what did not fail.
///
/// # Errors
/// Trouble with the store.
pub async fn explained(app: &App, caller: &Caller, event: &Event) -> Result<Option<Explanation>, Fault> {
    LookUps::new(app, caller).explain(event).await
}

/// The same for each of several events.
///
/// # Errors
/// Trouble with the store.
pub async fn explained_all(
    app: &App,
    caller: &Caller,
    events: &[Event],
) -> Result<Vec<Option<Explanation>>, Fault> {
    let mut look_ups = LookUps::new(app, caller);
    let mut all = Vec::with_capacity(events.len());
    for event in events {
        all.push(look_ups.explain(event).await?);
    }
    Ok(all)
}

/// What is looked up for some events.
struct LookUps<'a> {
    app: &'a App,
    caller: &'a Caller,
    left: usize,
    /// Ids and names of clients, once somebody asked for them.
    clients: Option<Vec<(ClientId, String)>>,
    /// What was told of equal failures.
    told: HashMap<String, Explanation>,
}

impl<'a> LookUps<'a> {
    fn new(app: &'a App, caller: &'a Caller) -> Self {
        Self { app, caller, left: MOST, clients: None, told: HashMap::new() }
    }

    async fn explain(&mut self, event: &Event) -> Result<Option<Explanation>, Fault> {
        let Some(known) = explain(event) else { return Ok(None) };
        let subject = (event.code, &event.client, &event.user, &event.user_name, &event.details);
        // Equal events that count differently are not equally often, and who was blocked was so by another before.
        let key = format!("{subject:?} {} {}", event.at.millis(), event.count);
        let has_time = event.code == EventCode::WrongPassword || blocked::is_about(event);
        let key = if has_time { key } else { format!("{subject:?}") };
        if let Some(told) = self.told.get(&key) {
            return Ok(Some(told.clone()));
        }
        if self.left == 0 {
            return Ok(Some(known));
        }
        let Some(told) = self.look(event, &known).await? else { return Ok(Some(known)) };
        self.left -= 1;
        self.told.insert(key, told.clone());
        Ok(Some(told))
    }

    /// More than the event tells; none where there is nothing to look up, or the caller may not.
    async fn look(&mut self, event: &Event, known: &Explanation) -> Result<Option<Explanation>, Fault> {
        if doctor::asked_of(event).is_some() {
            return self.address(event).await;
        }
        if let Some(sent) = unknown_client(event) {
            return self.nearest_client(sent, known).await;
        }
        if blocked::is_about(event) {
            return self.blocked(event, known).await;
        }
        if let Some(mark) = token::mark(event) {
            return self.ended(event, mark).await;
        }
        let said = message(event).unwrap_or_default();
        if let Some(asked) = said.strip_prefix("Service not found: ") {
            return Ok(self.nearest_api(asked, known));
        }
        match event.code {
            EventCode::WrongUsername => self.elsewhere(event, known).await,
            EventCode::WrongPassword => self.of_late(event).await,
            EventCode::ClientCredentialsFailed if oauth_error(event) == Some("invalid_scope") => {
                self.granted(event).await
            }
            _ if said == authorize::NO_CONNECTION => Ok(self.connection(event, known)),
            _ => Ok(None),
        }
    }

    async fn address(&self, event: &Event) -> Result<Option<Explanation>, Fault> {
        if !self.caller.holds(ApiScope::ReadClients) {
            return Ok(None);
        }
        let examined = doctor::of_event(self.app, self.caller, event).await?;
        Ok(examined.map(|examined| addresses::examined(event, &examined)))
    }

    async fn nearest_client(
        &mut self,
        sent: &str,
        known: &Explanation,
    ) -> Result<Option<Explanation>, Fault> {
        if !self.caller.holds(ApiScope::ReadClients) {
            return Ok(None);
        }
        let all = match self.clients.take() {
            Some(all) => all,
            None => all_clients(self.app, self.caller).await?,
        };
        let all = self.clients.insert(all);
        let near = nearest(sent, all.iter().map(|(id, _)| id.as_str()));
        let Some((id, name)) = near.and_then(|near| all.iter().find(|(id, _)| id.as_str() == near)) else {
            return Ok(None);
        };
        let place = Some(Place::Client(id.clone(), Part::Itself));
        let text = format!("If {name} is meant, correct the Client ID in the app: {id}.");
        let why = format!("{} The nearest is that of {name}: {id}.", known.why);
        Ok(Some(Explanation { why, fix: Some(Fix { text, place }), address: None }))
    }

    fn nearest_api(&self, asked: &str, known: &Explanation) -> Option<Explanation> {
        if !self.caller.holds(ApiScope::ReadResourceServers) {
            return None;
        }
        let all = self.caller.tenant.apis.iter().map(|api| api.identifier.as_str());
        let near = nearest(asked.trim_end_matches('.'), all)?;
        Some(Explanation { why: format!("{} The nearest that does is {near}.", known.why), ..known.clone() })
    }

    /// Connections that know the person whom this one does not.
    async fn elsewhere(&self, event: &Event, known: &Explanation) -> Result<Option<Explanation>, Fault> {
        let email = event.user_name.as_deref().and_then(|name| Email::parse(name).ok());
        let Some(email) = email.filter(|_| self.caller.holds(ApiScope::ReadUsers)) else { return Ok(None) };
        let tenant = &self.caller.tenant;
        let found = users::list::with_email(&self.app.db().tenant(&tenant.tenant.id), &email, PEOPLE).await?;
        let others = found.iter().filter(|user| Some(&user.connection) != event.connection.as_ref());
        let mut names: Vec<&str> = others
            .filter_map(|user| tenant.connection(&user.connection))
            .map(|connection| connection.name.as_str())
            .collect();
        names.dedup();
        if names.is_empty() {
            return Ok(None);
        }
        let why = format!("{} Somebody with it is in {}.", known.why, names.join(" and in "));
        Ok(Some(Explanation { why, ..known.clone() }))
    }

    /// Who blocked the person.
    async fn blocked(&self, event: &Event, known: &Explanation) -> Result<Option<Explanation>, Fault> {
        let Some(user) = event.user.clone().filter(|_| self.caller.holds(ApiScope::ReadLogs)) else {
            return Ok(None);
        };
        let found = self.changes(event, EventQuery { user: Some(user), ..EventQuery::default() }).await?;
        Ok(blocked::change(&found).map(|change| blocked::told(change, known)))
    }

    /// Who ended the secret that was sent, if it was one of the client's.
    async fn ended(&self, event: &Event, mark: &str) -> Result<Option<Explanation>, Fault> {
        let Some(client) = event.client.clone().filter(|_| self.caller.holds(ApiScope::ReadLogs)) else {
            return Ok(None);
        };
        let found = self.changes(event, EventQuery { about: Some(client), ..EventQuery::default() }).await?;
        Ok(token::ending(mark, &found).map(|change| token::ended_by(change, event)))
    }

    /// What admins and programs changed before an event, from newest to oldest.
    async fn changes(&self, event: &Event, query: EventQuery) -> Result<Vec<Event>, Fault> {
        let until = Some(event.at.after(Lifetime::from_seconds(1)));
        let query = EventQuery { codes: vec![EventCode::ManagementWrite], until, ..query };
        let scope = self.app.db().tenant(&self.caller.tenant.tenant.id);
        let mut found = logs::list_before(&scope, &query.filter(false), None, COUNTED).await?;
        found.retain(|change| change.at <= event.at);
        Ok(found)
    }

    /// How often the password of the person was wrong within ten minutes.
    async fn of_late(&self, event: &Event) -> Result<Option<Explanation>, Fault> {
        let Some(user) = &event.user else { return Ok(None) };
        let query = EventQuery {
            codes: vec![EventCode::WrongPassword],
            user: Some(user.clone()),
            since: Some(event.at.before(OF_LATE)),
            until: Some(event.at.after(Lifetime::from_seconds(1))),
            ..EventQuery::default()
        };
        let scope = self.app.db().tenant(&self.caller.tenant.tenant.id);
        let found = logs::list_before(&scope, &query.filter(false), None, COUNTED).await?;
        let times: i64 = found.iter().filter(|other| other.at <= event.at).map(|other| other.count).sum();
        Ok(Some(people::wrong_password(event, times)))
    }

    /// What a program may ask for at the API at which it asked for something else.
    async fn granted(&self, event: &Event) -> Result<Option<Explanation>, Fault> {
        let (Some(id), Some(api)) = (&event.client, inner(event, "body", "audience")) else {
            return Ok(None);
        };
        if !self.caller.holds(ApiScope::ReadClientGrants) {
            return Ok(None);
        }
        let Some(client) = self.app.client(&self.caller.tenant, id).await? else { return Ok(None) };
        let granted = client.grant(api).map(|grant| grant.scope.clone()).unwrap_or_default();
        Ok(Some(token::no_scope(event, Some(&granted))))
    }

    /// Whether the connection that was asked for exists.
    fn connection(&self, event: &Event, known: &Explanation) -> Option<Explanation> {
        let asked = inner(event, "qs", "connection").or_else(|| inner(event, "qs", "realm"))?;
        if !self.caller.holds(ApiScope::ReadConnections) {
            return None;
        }
        let tenant = &self.caller.tenant;
        let client = event.client_name.as_deref().unwrap_or("this client");
        let (why, fix) = match tenant.connection_named(asked) {
            Some(_) => (format!("{asked} is not switched on for {client}."), "Switch it on for this client."),
            None => {
                let near =
                    nearest(asked, tenant.connections.iter().map(|connection| connection.name.as_str()));
                let near = near.map_or_else(String::new, |near| format!(" The nearest is {near}."));
                (
                    format!("The app asked for the connection {asked}, which does not exist.{near}"),
                    "Correct the name in the app; names are told apart letter by letter.",
                )
            }
        };
        let place = known.fix.as_ref().and_then(|fix| fix.place.clone());
        Some(Explanation { why, fix: Some(Fix { text: fix.to_owned(), place }), address: None })
    }
}

/// The Client ID that nobody has, where the event holds it.
fn unknown_client(event: &Event) -> Option<&str> {
    let number = event.details.get("number").and_then(serde_json::Value::as_u64);
    if number == Some(101) {
        return event.details.get("client_id")?.as_str();
    }
    inner(event, "body", "client_id").filter(|_| token::is_unknown_client(event))
}

async fn all_clients(app: &App, caller: &Caller) -> Result<Vec<(ClientId, String)>, Fault> {
    let query = ClientQuery { is_global: Some(false), limit: CLIENTS, ..ClientQuery::default() };
    let found = clients::list(app, caller, &query).await?.clients;
    Ok(found.into_iter().map(|shown| (shown.client.id, shown.client.settings.name)).collect())
}
