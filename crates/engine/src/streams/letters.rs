//! Events that were set aside: sent once more, or given up.

use doorward_model::ids::StreamId;
use doorward_model::scope::ApiScope;
use doorward_store::Scope;
use doorward_store::log_streams::attempts::Outcome;
use doorward_store::log_streams::letters::{self, Letter};

use super::record::Record;
use super::sinks::Sender;
use super::{about, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const RESEND: &str = "Send set-aside events of a log stream again";
const DROP: &str = "Give up set-aside events of a log stream";
/// So many are sent or given up at once; the rest waits for the next time.
const AT_ONCE: u32 = 100;

/// Sends the oldest events that were set aside once more, one by one, and keeps those that are refused
/// again. They come out of order. Gives how many were taken, and how many are left.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store. Refusals are logged.
pub async fn resend_letters(app: &App, caller: &Caller, id: &StreamId) -> Result<(usize, i64), Fault> {
    match resend(app, caller, id).await {
        Ok(done) => Ok(done),
        Err(fault) => Err(record::refused(app, caller, RESEND, Some(id.as_str()), fault).await),
    }
}

async fn resend(app: &App, caller: &Caller, id: &StreamId) -> Result<(usize, i64), Fault> {
    caller.may(ApiScope::UpdateLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, _) = existing(app, &scope, id).await?;
    let mut sender = Sender::default();
    let mut taken = Vec::new();
    for letter in letters::list(&scope, id, AT_ONCE).await? {
        let record = Record { id: letter.event.clone(), at: letter.at, object: letter.record.clone() };
        let sent = sender.send(app, scope.tenant(), &stream.settings.sink, &[record]).await;
        match sent.outcome {
            Outcome::Taken => taken.push(letter),
            Outcome::Refused | Outcome::Aside => {}
            // It takes nothing at the moment.
            Outcome::Failed => break,
        }
    }
    forget(app, caller, about(RESEND, &stream), (&scope, id), &taken).await
}

/// Gives up the oldest events that were set aside. Gives how many, and how many are left.
///
/// # Errors
/// As [`resend_letters`].
pub async fn drop_letters(app: &App, caller: &Caller, id: &StreamId) -> Result<(usize, i64), Fault> {
    match give_up(app, caller, id).await {
        Ok(done) => Ok(done),
        Err(fault) => Err(record::refused(app, caller, DROP, Some(id.as_str()), fault).await),
    }
}

async fn give_up(app: &App, caller: &Caller, id: &StreamId) -> Result<(usize, i64), Fault> {
    caller.may(ApiScope::UpdateLogStreams)?;
    let scope = app.db().tenant(&caller.tenant.tenant.id);
    let (stream, _) = existing(app, &scope, id).await?;
    let all = letters::list(&scope, id, AT_ONCE).await?;
    forget(app, caller, about(DROP, &stream), (&scope, id), &all).await
}

async fn forget(
    app: &App,
    caller: &Caller,
    draft: record::EventDraft,
    (scope, id): (&Scope<'_>, &StreamId),
    done: &[Letter],
) -> Result<(usize, i64), Fault> {
    let mut batch = scope.batch();
    done.iter().for_each(|letter| letters::delete(&mut batch, id, &letter.event));
    record::push_by(&mut batch, app, caller, draft.detail("events", done.len()));
    batch.commit().await?;
    Ok((done.len(), letters::count(scope, id).await?))
}
