//! How clients fared in the last seven days, from the log.

use doorward_model::ids::{ClientId, LogId};
use doorward_model::scope::ApiScope;
use doorward_model::time::Lifetime;
use doorward_store::logs;

use crate::app::{App, first_log_id};
use crate::caller::Caller;
use crate::fault::Fault;

pub use doorward_store::logs::{ClientActivity, MOST_COUNTED};

/// How far back is looked.
pub const PERIOD: Lifetime = Lifetime::from_seconds(7 * 86_400);

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
    let since: LogId = first_log_id(app.now().before(PERIOD));
    let mut activities = Vec::with_capacity(clients.len());
    for client in clients {
        activities.push(logs::activity(&scope, client, &since).await?);
    }
    Ok(activities)
}
