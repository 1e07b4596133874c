//! Deleting what is over: expired codes, logins, sessions and tokens, and events older than the
//! tenant keeps them. In small batches, so that requests get their turn in between.

use doorward_store::global::purge::purge;
use doorward_store::logs;

use crate::app::App;
use crate::fault::Fault;

/// Rows per batch.
const BATCH: u32 = 500;
/// Batches per run and kind; the rest waits for the next run.
const BATCHES: usize = 200;

/// One run over everything.
pub(crate) async fn clean(app: &App) -> Result<(), Fault> {
    for _ in 0..BATCHES {
        if purge(&app.db().global(), app.now(), BATCH).await? < u64::from(BATCH) {
            break;
        }
    }
    for state in app.tenants() {
        let oldest = app.now().before(state.tenant.settings.log_retention);
        let scope = app.db().tenant(&state.tenant.id);
        for _ in 0..BATCHES {
            if logs::delete_before(&scope, oldest, BATCH).await? == 0 {
                break;
            }
        }
    }
    Ok(())
}
