//! Logs of the operator: one line per happening on standard error. `DOORWARD_LOG` chooses how much.

use std::env::VarError;
use std::io::{self, IsTerminal};

use doorward_engine::clock::Clock;
use tracing_subscriber::EnvFilter;

use super::lines::{Lines, Rest};
use super::plain_lines::PlainLines;
use crate::failure::Failure;

const VARIABLE: &str = "DOORWARD_LOG";
const USUAL: &str = "info,refinery_core=warn,tokio_postgres=warn";

/// Starts writing logs; what is given back writes the last of them when it is dropped. A second call changes nothing.
///
/// # Errors
/// When the variable does not say how much, or the system gives no thread.
pub fn start() -> Result<Rest, Failure> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(text) => text,
        Err(VarError::NotPresent) => USUAL.to_owned(),
        Err(error @ VarError::NotUnicode(_)) => return Err(unusable(&error)),
    };
    let filter = EnvFilter::try_new(wanted).map_err(|error| unusable(&error))?;
    let is_watched = io::stderr().is_terminal();
    let (lines, rest) = Lines::to(io::stderr(), is_watched).map_err(|error| {
        Failure::failed("The log cannot be written.", error, "Check the limits on processes and threads.")
    })?;
    let written = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_target(false);
    let _ = if is_watched {
        written.with_ansi(std::env::var_os("NO_COLOR").is_none()).try_init()
    } else {
        written.with_ansi(false).event_format(PlainLines::at(Clock::System)).try_init()
    };
    Ok(rest)
}

fn unusable(why: &dyn std::fmt::Display) -> Failure {
    Failure::usage(
        format!("{VARIABLE} cannot be used."),
        why.to_string(),
        "Set it to error, warn, info, debug or trace, or leave it unset.",
    )
}
