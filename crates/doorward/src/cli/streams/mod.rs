//! `doorward streams`: how log streams go, and what an operator does when one does not.

mod create;
mod set;
mod settings;

use clap::Subcommand;
use doorward_engine::fault::Fault;
use doorward_engine::streams::{self, StreamState};
use doorward_management::shown;
use doorward_model::ids::StreamId;
use doorward_model::stream::StreamStatus;
use serde_json::{Map, Value, json};

use super::{Here, lines};
use crate::failure::{Exit, Failure};
use crate::open::Opened;
use crate::table::{Column, Table};

/// Commands about log streams.
#[derive(Subcommand)]
pub enum Streams {
    /// List the log streams and how they go
    List,
    /// Show a log stream, without its secrets
    Show(Which),
    /// Make a log stream
    Create(create::Create),
    /// Change a log stream; secrets that are not named stay while scheme, host and port do
    Set(set::Set),
    /// Send a test event and show what the receiver says
    Test(Which),
    /// Try a log stream that waits at once
    Retry(Which),
    /// Stop a log stream; what happens meanwhile waits as long as the log is kept
    Pause(Which),
    /// Let a log stream go on where it was stopped
    Resume(Which),
}

/// Which log stream is meant.
#[derive(clap::Args)]
pub struct Which {
    /// Its ID, or its whole name
    #[arg(value_name = "STREAM")]
    stream: String,
}

impl Streams {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        match self {
            Streams::Create(create) => create.run(here, &opened).await?,
            Streams::Set(set) => set.run(here, &opened).await?,
            Streams::List => list(here, &opened).await?,
            Streams::Show(which) => show(here, &opened, &which).await?,
            Streams::Test(which) => test(here, &opened, &which).await?,
            Streams::Retry(which) => {
                let id = find(&opened, &which).await?.stream.id;
                let done = streams::hurry(&opened.app, &opened.caller(), &id).await;
                done.map_err(|fault| Failure::of("The log stream was not tried.", &fault))?;
                here.console.result(&json!({ "id": id }), &[("Tried at once", id.as_str())]);
            }
            Streams::Pause(which) => put(here, &opened, &which, StreamStatus::Paused).await?,
            Streams::Resume(which) => put(here, &opened, &which, StreamStatus::Active).await?,
        }
        opened.close().await;
        Ok(())
    }
}

async fn states(opened: &Opened) -> Result<Vec<StreamState>, Failure> {
    let found = streams::states(&opened.app, &opened.caller()).await;
    found.map_err(|fault| Failure::of("The log streams cannot be read.", &fault))
}

async fn find(opened: &Opened, which: &Which) -> Result<StreamState, Failure> {
    let is_meant = |state: &StreamState| {
        state.stream.id.as_str() == which.stream || state.stream.settings.name == which.stream
    };
    let mut found: Vec<StreamState> = states(opened).await?.into_iter().filter(is_meant).collect();
    match (found.pop(), found.len()) {
        (Some(state), 0) => Ok(state),
        (None, _) => {
            let fault = Fault::NotFound { what: "log stream" };
            Err(Failure::of("There is no such log stream.", &fault))
        }
        _ => Err(Failure::new(
            Exit::Usage,
            "More than one log stream has this name.",
            "Names of log streams need not differ.",
            "Give its ID; `doorward streams list` shows it.",
        )),
    }
}

async fn list(here: &Here, opened: &Opened) -> Result<(), Failure> {
    let found = states(opened).await?;
    if here.console.json {
        here.console.document(&Value::from_iter(found.iter().map(view)));
        return Ok(());
    }
    if found.is_empty() {
        here.console.say("There are no log streams.");
        return Ok(());
    }
    let columns = [
        Column::cut("Name"),
        Column::whole("Type"),
        Column::whole("Stream ID"),
        Column::whole("Waiting"),
        Column::whole("Sent today"),
        Column::cut("State"),
    ];
    let mut table = Table::new(columns);
    for state in &found {
        table.push([
            state.stream.settings.name.clone(),
            state.stream.settings.sink.kind().as_str().to_owned(),
            state.stream.id.to_string(),
            waiting(state),
            state.sent_today.to_string(),
            how(state),
        ]);
    }
    here.console.table(&table);
    Ok(())
}

async fn show(here: &Here, opened: &Opened, which: &Which) -> Result<(), Failure> {
    let state = find(opened, which).await?;
    if here.console.json {
        here.console.document(&view(&state));
    } else {
        let mut fields = lines::of(&shown::log_stream(&state.stream), &[]);
        fields.extend(lines::field("waiting", &Value::from(waiting(&state))));
        fields.extend(lines::field("state", &Value::from(how(&state))));
        here.console.lines(&fields);
    }
    Ok(())
}

async fn test(here: &Here, opened: &Opened, which: &Which) -> Result<(), Failure> {
    let state = find(opened, which).await?;
    let tried = streams::try_out(&opened.app, &opened.caller(), Some(&state.stream.id), &Map::new()).await;
    let tried = tried.map_err(|fault| Failure::of("The test event was not sent.", &fault))?;
    let status = tried.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
    if !tried.is_taken {
        return Err(Failure::failed(
            "The receiver did not take the test event.",
            format!("Status {status}. {}", tried.said),
            "Correct the log stream, or the receiver, and send another.",
        ));
    }
    let result = json!({ "status": tried.status, "said": tried.said });
    here.console.result(&result, &[("Taken with status", status.as_str()), ("Answer", tried.said.as_str())]);
    Ok(())
}

async fn put(here: &Here, opened: &Opened, which: &Which, status: StreamStatus) -> Result<(), Failure> {
    let state = find(opened, which).await?;
    if state.stream.status == status {
        let what = format!("The log stream is {} already.", status.as_str());
        return Err(Failure::nothing_to_do(what, "Nothing was changed."));
    }
    let id: &StreamId = &state.stream.id;
    let body = Map::from_iter([("status".to_owned(), json!(status.as_str()))]);
    let changed = streams::update(&opened.app, &opened.caller(), id, &body).await;
    let changed = changed.map_err(|fault| Failure::of("The log stream was not changed.", &fault))?;
    if state.may_lack && status == StreamStatus::Active {
        here.console.say(
            "It stood still for longer than the log keeps events: it goes on with the oldest one that is kept, and \
             what happened before that is missing.",
        );
    }
    here.console.result(
        &shown::log_stream(&changed),
        &[("Log stream", changed.settings.name.as_str()), ("State", changed.status.as_str())],
    );
    Ok(())
}

fn waiting(state: &StreamState) -> String {
    if state.is_more() { format!("over {}", state.waiting) } else { state.waiting.to_string() }
}

fn how(state: &StreamState) -> String {
    match (state.stream.status, state.progress.failing_since) {
        (StreamStatus::Paused, _) => "paused".to_owned(),
        (StreamStatus::Suspended, _) => "suspended: nothing was taken for a week".to_owned(),
        (StreamStatus::Active, Some(since)) => format!("retrying since {since}"),
        (StreamStatus::Active, None) if state.set_aside > 0 => {
            format!("delivering, {} set aside", state.set_aside)
        }
        (StreamStatus::Active, None) => "delivering".to_owned(),
    }
}

/// As the API shows it, and how it goes.
fn view(state: &StreamState) -> Value {
    let mut view = shown::log_stream(&state.stream);
    view["health"] = json!({
        "waiting": state.waiting, "sent_today": state.sent_today, "set_aside": state.set_aside,
        "failing_since": state.progress.failing_since.map(|at| at.to_string()),
        "delivered_at": state.progress.delivered_at.map(|at| at.to_string()),
        "delay_ms": state.progress.delay, "may_lack_events": state.may_lack,
    });
    view
}
