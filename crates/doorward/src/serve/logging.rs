//! Logs of the operator: one line per happening on standard error. `DOORWARD_LOG` chooses how much.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts writing logs. A second call changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_env("DOORWARD_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn,tokio_postgres=warn"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_target(false)
        .try_init();
}
