//! How clients fare, from the log: counted, and as a condition on a list of clients.
//!
//! Owns what "let in" and "turned away" mean in SQL, once for both. Source: UX §1.4, "Status".

use doorward_model::ids::{ClientId, LogId};
use doorward_model::time::Timestamp;

use crate::sql::db::Scope;
use crate::sql::error::StoreError;
use crate::sql::list::List;
use crate::sql::value::{Value, args};

/// Counting ends here: more is shown as more.
pub const MOST_COUNTED: i64 = 10_000;
/// How many parts the time that is looked at has.
pub const DAYS: usize = 7;

/// How a client fared since some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientActivity {
    /// How often somebody or something was let in; counted up to [`MOST_COUNTED`].
    pub successes: i64,
    /// The same for each of the days, the oldest first.
    pub days: [i64; DAYS],
    /// When that happened last.
    pub last_success: Option<Timestamp>,
    /// How often it was turned away after that, with a reason that only its settings can change.
    pub refusals: i64,
    /// When it was turned away first after that.
    pub first_refusal: Option<Timestamp>,
    /// When it was turned away last.
    pub last_refusal: Option<Timestamp>,
    /// When a secret was used last that a rotation replaced, if that was after it and it still works;
    /// told by `client_secrets::old_in_use`.
    pub old_secret_used: Option<Timestamp>,
}

/// What a client's log says from the first of `days` on; they are the first events of each day. Each
/// part ends at a bound, so that a busy client costs no more than [`MOST_COUNTED`] entries of the index.
///
/// # Errors
/// Any failure of the store.
pub async fn activity(
    t: &Scope<'_>,
    client: &ClientId,
    days: &[LogId; DAYS],
) -> Result<ClientActivity, StoreError> {
    const COUNT: &str = "SELECT COUNT(*), CAST(SUM(CASE WHEN id >= $4 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN id >= $5 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN id >= $6 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN id >= $7 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN id >= $8 THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(SUM(CASE WHEN id >= $9 THEN 1 ELSE 0 END) AS BIGINT), MAX(id) \
         FROM (SELECT id FROM logs WHERE tenant_id = $1 AND client_id = $2 AND id >= $3 \
         AND code IN ('s', 'seccft') ORDER BY id DESC LIMIT 10001) AS seen";
    let mut bound = args![t.id(), client.as_str()];
    bound.extend(days.iter().map(|day| Value::from(day.as_str())));
    let mut activity = ClientActivity::default();
    let mut from = days[0].clone();
    if let Some(row) = t.first(COUNT, bound).await? {
        let mut r = row.read("logs");
        let mut since = [0; DAYS + 1];
        since[0] = r.int("count")?;
        for place in since.iter_mut().take(DAYS).skip(1) {
            *place = r.int_or_none("sum")?.unwrap_or(0);
        }
        activity.successes = since[0];
        for (day, count) in activity.days.iter_mut().enumerate() {
            *count = since[day] - since[day + 1];
        }
        if let Some(last) = r.id_or_none("id", LogId::parse)? {
            activity.last_success = at(t, &last).await?;
            from = last;
        }
    }
    refusals(t, client, &from, &mut activity).await?;
    Ok(activity)
}

async fn at(t: &Scope<'_>, id: &LogId) -> Result<Option<Timestamp>, StoreError> {
    const AT: &str = "SELECT at FROM logs WHERE tenant_id = $1 AND id = $2";
    let row = t.first(AT, args![t.id(), id.as_str()]).await?;
    row.map(|row| row.read("logs").time("at")).transpose()
}

async fn refusals(
    t: &Scope<'_>,
    client: &ClientId,
    from: &LogId,
    activity: &mut ClientActivity,
) -> Result<(), StoreError> {
    const REFUSED: &str = "SELECT CAST(SUM(repeats) AS BIGINT), MIN(at), MAX(at) FROM (SELECT repeats, at FROM logs \
         WHERE tenant_id = $1 AND client_id = $2 AND id > $3 AND code IN ('f', 'feacft', 'feccft') \
         ORDER BY id DESC LIMIT 1000) AS refused";
    if let Some(row) = t.first(REFUSED, args![t.id(), client.as_str(), from.as_str()]).await? {
        let mut r = row.read("logs");
        activity.refusals = r.int_or_none("repeats")?.unwrap_or(0);
        activity.first_refusal = r.time_or_none("at")?;
        activity.last_refusal = r.time_or_none("at")?;
    }
    Ok(())
}

/// When a client let somebody or something in last, if that was after the event `since`.
///
/// # Errors
/// Any failure of the store.
pub async fn last_success(
    t: &Scope<'_>,
    client: &ClientId,
    since: &LogId,
) -> Result<Option<Timestamp>, StoreError> {
    const LAST: &str = "SELECT at FROM logs WHERE tenant_id = $1 AND client_id = $2 AND id >= $3 \
         AND code IN ('s', 'seccft') ORDER BY id DESC LIMIT 1";
    let row = t.first(LAST, args![t.id(), client.as_str(), since.as_str()]).await?;
    row.map(|row| row.read("logs").time("at")).transpose()
}

/// How a client fares, as a list asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It turned somebody away lately, and let nobody in after that.
    TurningAway,
    /// It let somebody in.
    Working,
    /// It lets nobody in, and could not: people have no callback to return to.
    SettingMissing,
    /// Nothing of all that.
    Quiet,
}

/// A condition and the times that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionSince {
    /// The condition.
    pub condition: Condition,
    /// The first event of the time in which letting in counts.
    pub worked: LogId,
    /// Since when turning away counts.
    pub refused: Timestamp,
}

const WORKED: &str = "EXISTS (SELECT 1 FROM logs AS won WHERE won.tenant_id = clients.tenant_id \
     AND won.client_id = clients.id AND won.id >= ? AND won.code IN ('s', 'seccft'))";
const REFUSED: &str = "EXISTS (SELECT 1 FROM logs AS lost WHERE lost.tenant_id = clients.tenant_id \
     AND lost.client_id = clients.id AND lost.id > ? AND lost.at > ? \
     AND lost.code IN ('f', 'feacft', 'feccft') AND NOT EXISTS (SELECT 1 FROM logs AS won \
     WHERE won.tenant_id = clients.tenant_id AND won.client_id = clients.id AND won.id > lost.id \
     AND won.code IN ('s', 'seccft')))";
/// In the settings as they are stored no text can look like this: a quote in a text is escaped.
const MISSES: &str =
    "(COALESCE(app_type, '') <> 'non_interactive' AND settings NOT LIKE '%\"callbacks\":[\"%')";

/// Adds the condition to a list of clients.
pub(crate) fn apply(list: &mut List, wanted: &ConditionSince) {
    let worked = || args![wanted.worked.as_str()];
    let refused = || args![wanted.worked.as_str(), wanted.refused];
    let no = |condition: &str| format!("NOT {condition}");
    match wanted.condition {
        Condition::TurningAway => list.and(REFUSED, refused()),
        Condition::Working => {
            list.and(WORKED, worked());
            list.and(&no(REFUSED), refused());
        }
        Condition::SettingMissing | Condition::Quiet => {
            list.and(&no(WORKED), worked());
            list.and(&no(REFUSED), refused());
            let misses = if wanted.condition == Condition::Quiet { no(MISSES) } else { MISSES.to_owned() };
            list.and(&misses, Vec::new());
        }
    }
}
