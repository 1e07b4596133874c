//! Events that were set aside: sent once more, or given up.

use std::time::Duration;

use doorward_model::ids::StreamId;
use doorward_model::scope::ApiScope;
use doorward_model::stream::LogStream;
use doorward_store::Scope;
use doorward_store::log_streams::attempts::Outcome;
use doorward_store::log_streams::letters::{self, Letter};

use super::record::kept;
use super::sinks::Sender;
use super::{about, existing};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const RESEND: &str = "Send set-aside events of a log stream again";
const DROP: &str = "Give up set-aside events of a log stream";
/// So many are read, and forgotten, at once.
const PAGE: u32 = 100;
/// How long all of it may take: somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends the events that were set aside once more, one by one from the oldest on, and keeps those that are
/// refused again. They come out of order. Stops when the receiver takes nothing at the moment, and after half
/// a minute. Gives how many were taken, and how many are left.
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
    let (mut sender, until) = (Sender::default(), app.ran() + PATIENCE);
    let (mut after, mut done, mut is_over) = (None, 0, false);
    while !is_over {
        let page = letters::list(&scope, id, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.event.clone());
        let mut taken = Vec::new();
        for letter in page {
            is_over = app.ran() >= until;
            if is_over {
                break;
            }
            let record = kept(letter.event.clone(), letter.record.clone(), letter.at);
            let sent = sender.send(app, scope.tenant(), &stream.settings.sink, &[record]).await;
            match sent.outcome {
                Outcome::Taken => taken.push(letter),
                Outcome::Refused | Outcome::Aside => {}
                // It takes nothing at the moment.
                Outcome::Failed => {
                    is_over = true;
                    break;
                }
            }
        }
        done += taken.len();
        // At once, so that a process that is killed sends no more than a page a second time.
        forget(app, caller, draft(RESEND, &stream, taken.len()), (&scope, id), &taken).await?;
    }
    finish(app, caller, draft(RESEND, &stream, 0), (&scope, id), done).await
}

/// Gives up the events that were set aside, from the oldest on. Gives how many, and how many are left.
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
    let (until, mut done) = (app.ran() + PATIENCE, 0);
    while app.ran() < until {
        let page = letters::list(&scope, id, None, PAGE).await?;
        if page.is_empty() {
            break;
        }
        done += page.len();
        forget(app, caller, draft(DROP, &stream, page.len()), (&scope, id), &page).await?;
    }
    finish(app, caller, draft(DROP, &stream, 0), (&scope, id), done).await
}

fn draft(what: &str, stream: &LogStream, events: usize) -> record::EventDraft {
    about(what, stream).detail("events", events)
}

/// Forgets a page of them, and says so in the log.
async fn forget(
    app: &App,
    caller: &Caller,
    draft: record::EventDraft,
    (scope, id): (&Scope<'_>, &StreamId),
    page: &[Letter],
) -> Result<(), Fault> {
    if page.is_empty() {
        return Ok(());
    }
    let mut batch = scope.batch();
    page.iter().for_each(|letter| letters::delete(&mut batch, id, &letter.event));
    record::push_by(&mut batch, app, caller, draft);
    batch.commit().await?;
    Ok(())
}

/// What is answered; that nothing came of it is an event, too.
async fn finish(
    app: &App,
    caller: &Caller,
    nothing: record::EventDraft,
    (scope, id): (&Scope<'_>, &StreamId),
    done: usize,
) -> Result<(usize, i64), Fault> {
    if done == 0 {
        record::alone_by(app, caller, nothing).await?;
    }
    Ok((done, letters::count(scope, id).await?))
}
