//! How often a host was asked for at a client, for somebody who has to decide about it.

use doorward_model::client::urls::anatomy::{Anatomy, knows_place};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::logs;

use super::{Asked, asked_of};
use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::clients;
use crate::fault::Fault;

/// How far back is looked.
const PERIOD: Lifetime = Lifetime::from_seconds(30 * 86_400);
/// How many refusals are looked at.
const LOOKED_AT: u32 = 1000;
/// How many addresses are named.
const NAMED: usize = 3;

/// What the log says about a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sightings {
    /// When it was asked for first, and last.
    pub times: Option<(Timestamp, Timestamp)>,
    /// How often.
    pub requests: i64,
    /// From where: the latest few.
    pub addresses: Vec<String>,
    /// From how many places in all.
    pub places: usize,
    /// When somebody was last sent there after all, in the last seven days.
    pub used: Option<Timestamp>,
}

/// What the log says about the host of an address at a client.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn sightings(
    app: &App,
    caller: &Caller,
    client: &ClientId,
    asked: &Asked,
) -> Result<Sightings, Fault> {
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let since = first_log_id(app.now().before(PERIOD));
    let place = |url: &str| Anatomy::of_request(url).ok().map(|parts| parts.place());
    let wanted = place(&asked.url);
    let mut seen = Sightings::default();
    for event in logs::refusals_since(&scope, Some(client), &since, LOOKED_AT).await? {
        let Some(other) = asked_of(&event) else { continue };
        if wanted.is_none() || place(&other.url) != wanted {
            continue;
        }
        seen.requests += event.count;
        let (first, last) = seen.times.unwrap_or((event.at, event.at));
        seen.times = Some((first.min(event.at), last.max(event.at)));
        if let Some(ip) = event.ip.filter(|ip| !seen.addresses.contains(ip)) {
            seen.addresses.push(ip);
        }
    }
    seen.places = seen.addresses.len();
    seen.addresses.truncate(NAMED);
    let habits = clients::habits(app, caller, client).await?;
    let is_there = |(uri, _): &&(String, Timestamp)| knows_place(uri, &asked.url);
    seen.used = habits.callbacks.iter().find(is_there).map(|(_, at)| *at);
    Ok(seen)
}
