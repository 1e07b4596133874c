//! Logs of the operator: one line per happening on standard error. `DOORWARD_LOG` chooses how much.

use std::env::VarError;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

const VARIABLE: &str = "DOORWARD_LOG";
const USUAL: &str = "info,refinery_core=warn,tokio_postgres=warn";

/// Starts writing logs. A second call changes nothing.
///
/// # Errors
/// When the variable does not say how much.
pub fn start() -> Result<(), Failure> {
    let wanted = match std::env::var(VARIABLE) {
        Ok(text) => text,
        Err(VarError::NotPresent) => USUAL.to_owned(),
        Err(error @ VarError::NotUnicode(_)) => return Err(unusable(&error)),
    };
    let filter = EnvFilter::try_new(wanted).map_err(|error| unusable(&error))?;
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .try_init();
    Ok(())
}

fn unusable(why: &dyn std::fmt::Display) -> Failure {
    Failure::usage(
        format!("{VARIABLE} cannot be used."),
        why.to_string(),
        "Set it to error, warn, info, debug or trace, or leave it unset.",
    )
}
