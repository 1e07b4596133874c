//! How clients fared in the last seven days, from the log.

use doorward_model::ids::{ClientId, LogId};
use doorward_model::scope::ApiScope;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::activity::{self, ConditionSince, DAYS};
use doorward_store::client_secrets;

use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;
use crate::secret_uses;

pub use doorward_store::activity::{ClientActivity, Condition, MOST_COUNTED};

const DAY: u32 = 86_400;
/// How far back is looked.
pub const PERIOD: Lifetime = Lifetime::from_seconds(7 * DAY);
/// How long a refusal makes a client one that turns logins away.
pub const RECENT: Lifetime = Lifetime::from_seconds(DAY);
/// How long ago a client may have been used and still counts as one that somebody may miss.
pub const MISSED: Lifetime = Lifetime::from_seconds(30 * DAY);

/// How each of these clients fared, in the same order.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn statistics(
    app: &App,
    caller: &Caller,
    clients: &[&ClientId],
) -> Result<Vec<ClientActivity>, Fault> {
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let now = app.now();
    let days: [LogId; DAYS] = std::array::from_fn(|day| {
        let back = u32::try_from(DAYS - day).unwrap_or_default();
        first_log_id(now.before(Lifetime::from_seconds(back * DAY)))
    });
    let mut activities = Vec::with_capacity(clients.len());
    for client in clients {
        activities.push(activity::activity(&scope, client, &days).await?);
    }
    // What this process knows of secrets is on disk before it is read.
    secret_uses::write_down(app).await?;
    for (used, at) in client_secrets::old_in_use(&scope, clients, now).await? {
        let of_client = clients.iter().zip(&mut activities).filter(|(client, _)| ***client == used);
        of_client.for_each(|(_, activity)| activity.old_secret_used = Some(at));
    }
    Ok(activities)
}

/// When the client let somebody or something in last, if that was in the last thirty days: then
/// somebody may miss it.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn last_use(app: &App, caller: &Caller, client: &ClientId) -> Result<Option<Timestamp>, Fault> {
    caller.may(ApiScope::ReadLogs)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let since = first_log_id(app.now().before(MISSED));
    Ok(activity::last_success(&scope, client, &since).await?)
}

/// The condition as of now, for a list.
pub(super) fn since(app: &App, condition: Condition) -> ConditionSince {
    let now = app.now();
    ConditionSince { condition, worked: first_log_id(now.before(PERIOD)), refused: now.before(RECENT) }
}
