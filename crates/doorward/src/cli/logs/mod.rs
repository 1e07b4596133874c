//! `doorward logs`: what happens, as it happens.
//!
//! Owns what may be typed and when it ends; which events and how they read is for the parts below.

mod filter;
mod line;
mod when;

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use doorward_engine::logs::follow::Follower;
use doorward_model::log::event::Event;
use doorward_web::log_record;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use self::line::Style;
use super::Here;
use crate::failure::Failure;
use crate::open::Opened;
use crate::plain::tame_json;

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
    /// kind:logins|tokens|password|admin|system, outcome:failed|success|warning, type:CODE, words of the text
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
        let mut stop = std::pin::pin!(stop_signal()?);
        let console = here.console;
        let style = Style { is_terminal: console.terminal, color: console.color, json: console.json };
        let (mut follower, first) = match since {
            Some(since) => (Follower::since(&caller, wanted, since).map_err(cannot)?, Vec::new()),
            None => {
                let count = self.last.unwrap_or(SHOWN);
                let begun = Follower::from_the_end(&opened.app, &caller, wanted, count).await;
                begun.map_err(cannot)?
            }
        };
        if !print(style, &first) {
            return Ok(());
        }
        loop {
            let fresh = follower.look(&opened.app).await.map_err(cannot)?;
            if !print(style, &fresh) {
                return Ok(());
            }
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

/// Prints the events; false when nobody reads any more.
fn print(style: Style, events: &[Event]) -> bool {
    let text: String = if style.json {
        events
            .iter()
            .map(|event| format!("{}\n", tame_json(&Value::Object(log_record::event(event)).to_string())))
            .collect()
    } else {
        line::lines(style, events.iter())
    };
    let mut out = io::stdout().lock();
    text.is_empty() || out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
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
