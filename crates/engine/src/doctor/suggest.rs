//! What the doctor would say first: refusals of the last day that one click mends.
//!
//! Hosts that a client never had are not promoted: a stranger could put them there.

use std::collections::HashMap;

use doorward_model::client::Client;
use doorward_model::ids::{ClientId, LogId};
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_protocol::oauth::doctor::{Diagnosis, Offer, Verdict};
use doorward_store::{clients, logs};

use super::examine::judge;
use super::{Asked, asked_of};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::clients::RECENT;
use crate::fault::Fault;

/// How many refusals are looked at.
const LOOKED_AT: u32 = 500;
/// How many addresses of one client, and how many clients, are looked into.
const MAX_ADDRESSES: usize = 20;
const MAX_CLIENTS: usize = 20;

/// A refusal that one click mends.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The client.
    pub client: Client,
    /// The address.
    pub asked: Asked,
    /// Why it is refused.
    pub diagnosis: Diagnosis,
    /// The latest event of it.
    pub event: LogId,
    /// How many requests came since `since`.
    pub requests: i64,
    /// When the first of them came.
    pub since: Timestamp,
}

/// Requests for one address at one client.
struct Group {
    client: ClientId,
    asked: Asked,
    event: LogId,
    requests: i64,
    since: Timestamp,
}

/// What could be mended by one click, the most frequent first.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn suggestions(app: &App, caller: &Caller) -> Result<Vec<Suggestion>, Fault> {
    caller.may(ApiScope::ReadClients)?;
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let since = first_log_id(app.now().before(RECENT));
    let groups = grouped(logs::refusals_since(&scope, None, &since, LOOKED_AT).await?);
    let mut known: HashMap<ClientId, Option<Client>> = HashMap::new();
    let mut found = Vec::new();
    for Group { client, asked, event, requests, since } in groups {
        if !known.contains_key(&client) {
            if known.len() >= MAX_CLIENTS {
                continue;
            }
            known.insert(client.clone(), clients::get(&scope, &client).await?);
        }
        let Some(Some(client)) = known.get(&client) else { continue };
        if let Verdict::Refused(diagnosis) = judge(client, &asked, &[])
            && matches!(diagnosis.offer, Offer::Allow | Offer::Clean { .. })
        {
            let client = client.clone();
            found.push(Suggestion { client, asked, diagnosis: *diagnosis, event, requests, since });
        }
    }
    Ok(found)
}

/// The addresses of each client, bounded, the most frequent first. Events come newest first.
fn grouped(events: Vec<doorward_model::log::event::Event>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<(ClientId, String), usize> = HashMap::new();
    let mut per_client: HashMap<ClientId, usize> = HashMap::new();
    for event in events {
        let (Some(client), Some(asked)) = (event.client.clone(), asked_of(&event)) else { continue };
        let key = (client.clone(), asked.url.clone());
        if let Some(group) = places.get(&key).and_then(|at| groups.get_mut(*at)) {
            group.requests += event.count;
            group.since = group.since.min(event.at);
            continue;
        }
        let count = per_client.entry(client.clone()).or_default();
        if *count >= MAX_ADDRESSES {
            continue;
        }
        *count += 1;
        places.insert(key, groups.len());
        groups.push(Group { client, asked, event: event.id, requests: event.count, since: event.at });
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.requests));
    groups
}
