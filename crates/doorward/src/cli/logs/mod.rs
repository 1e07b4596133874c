//! `doorward logs`: what happens, as it happens.
//!
//! Owns what may be typed and when it ends; which events and how they read is for the parts below.

mod command;
mod filter;
mod line;
mod when;

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use doorward_engine::caller::Caller;
use doorward_engine::fault::Fault;
use doorward_engine::logs::explain::{Explanation, explain, explained_all};
use doorward_engine::logs::follow::Follower;
use doorward_model::log::event::Event;
use doorward_web::log_record;
use serde_json::{Map, Value};
use tokio::signal::unix::{SignalKind, signal};

use self::line::{Style, Told};
use super::Here;
use crate::failure::Failure;
use crate::open::Opened;
use crate::plain::{tame, tame_json};

/// How often the log is looked at.
const PAUSE: Duration = Duration::from_millis(500);
/// How many events are shown first when nobody says.
const SHOWN: u32 = 10;

/// Commands about the log.
#[derive(Subcommand)]
pub enum Logs {
    /// Show events as they happen, until Ctrl C
    Tail(Tail),
}

/// Which events, and from when on.
#[derive(clap::Args)]
pub struct Tail {
    /// What to show: client:NAME, connection:NAME, person:NAME, ip:ADDRESS,
    /// kind:logins|tokens|password|admin|system, outcome:failed|success|warning, type:CODE,
    /// time:15m|1h|today|7d|FROM..UNTIL, words of the text, a reference, an ID or an address
    #[arg(value_name = "FILTER")]
    filter: Vec<String>,
    /// How many of the latest events to show first
    #[arg(short = 'n', value_name = "NUMBER")]
    last: Option<u32>,
    /// Show what happened since then: 90s, 15m, 2h, 7d, or a time such as 2026-11-24T08:00:00Z
    #[arg(long, value_name = "WHEN", conflicts_with = "last")]
    since: Option<String>,
}

impl Logs {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let Logs::Tail(tail) = self;
        let opened = here.open().await?;
        let outcome = tail.run(here, &opened).await;
        opened.close().await;
        outcome
    }
}

impl Tail {
    async fn run(self, here: &Here, opened: &Opened) -> Result<(), Failure> {
        let cannot = |fault| Failure::of("The log cannot be shown.", &fault);
        let since = self.since.as_deref().map(|text| when::parse(text, opened.app.now())).transpose()?;
        let (caller, wanted) = (opened.caller(), filter::read(opened, &self.filter).await?);
        // Of a time in the text all is shown, unless somebody says how much.
        let since = since.or(wanted.since.filter(|_| self.last.is_none()));
        let mut stop = std::pin::pin!(stop_signal()?);
        let console = here.console;
        let style = Style { is_terminal: console.terminal, color: console.color, json: console.json };
        let (mut follower, first) = match since {
            Some(since) => {
                let begun = Follower::since(&opened.app, &caller, wanted, since).await;
                (begun.map_err(cannot)?, Vec::new())
            }
            None => {
                let count = self.last.unwrap_or(SHOWN);
                let begun = Follower::from_the_end(&opened.app, &caller, wanted, count).await;
                begun.map_err(cannot)?
            }
        };
        if !show(opened, &caller, style, &first).await {
            return Ok(());
        }
        let mut trouble = Trouble::default();
        loop {
            match follower.look(&opened.app).await {
                Ok(fresh) => {
                    trouble.is_over();
                    if !show(opened, &caller, style, &fresh).await {
                        return Ok(());
                    }
                }
                Err(fault) if passes(&fault) => trouble.is_there(&fault),
                Err(fault) => return Err(cannot(fault)),
            }
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

/// Whether another look may do: what is there is not lost by it.
fn passes(fault: &Fault) -> bool {
    fault.is_ours() || matches!(fault, Fault::TooSlow)
}

/// That the log cannot be read for the moment, said once; and that it can again. On standard error: what is read
/// by a program stays events.
#[derive(Default)]
struct Trouble(bool);

impl Trouble {
    fn is_there(&mut self, fault: &Fault) {
        if !std::mem::replace(&mut self.0, true) {
            warn(&format!(
                "The log cannot be read for the moment: {fault} Trying again until it can; nothing is lost."
            ));
        }
    }

    fn is_over(&mut self) {
        if std::mem::take(&mut self.0) {
            warn("The log can be read again.");
        }
    }
}

fn warn(text: &str) {
    // Whoever does not read it any more is not helped by an error about that.
    let _ = writeln!(io::stderr().lock(), "{}", tame(text));
}

/// Prints the events, each failure with why and what to do; false when nobody reads any more.
async fn show(opened: &Opened, caller: &Caller, style: Style, events: &[Event]) -> bool {
    let known = explained_all(&opened.app, caller, events).await;
    // What the events themselves say is there in any case.
    let known = known.unwrap_or_else(|_| events.iter().map(explain).collect());
    let text: String = if style.json {
        events.iter().zip(&known).map(|(event, known)| record(event, known.as_ref())).collect()
    } else {
        let commands = commands(opened, events, &known).await;
        let told = events.iter().zip(&known).zip(&commands);
        line::lines(
            style,
            told.map(|((event, known), command)| Told {
                event,
                known: known.as_ref(),
                command: command.as_deref(),
            }),
        )
    };
    print(&text)
}

/// For each event what can be typed to mend it.
async fn commands(opened: &Opened, events: &[Event], known: &[Option<Explanation>]) -> Vec<Option<String>> {
    let mut commands = Vec::with_capacity(events.len());
    for (event, known) in events.iter().zip(known) {
        commands.push(match known {
            Some(known) => command::mending(opened, event, known).await,
            None => None,
        });
    }
    commands
}

/// False when nobody reads any more.
fn print(text: &str) -> bool {
    let mut out = io::stdout().lock();
    text.is_empty() || out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}

/// As the Management API gives it, in one line.
fn record(event: &Event, known: Option<&Explanation>) -> String {
    let mut object: Map<String, Value> = log_record::event(event);
    object.extend(known.map(|known| ("explanation".to_owned(), known.as_json())));
    format!("{}\n", tame_json(&Value::Object(object).to_string()))
}

/// Ends with Ctrl C, and when somebody ends the process politely.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            Failure::failed("Signals cannot be received.", error, "Check the limits of this process.")
        })
    };
    let (mut term, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
