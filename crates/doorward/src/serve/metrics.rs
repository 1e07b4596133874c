//! The listener of the metrics, and what the system says about this process.
//!
//! Source: proc(5), as far as Linux has it.

use std::fs;
use std::net::SocketAddr;

use doorward_web::metrics::{self, Process};
use doorward_web::state::Web;
use tokio::net::TcpListener;

use super::accept;
use crate::failure::Failure;

/// In what the system counts the time of a process: hundredths of a second, whatever its clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// Takes the address of the metrics.
///
/// # Errors
/// When somebody else has it, or this machine does not.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::failed(
            format!("Metrics cannot be given at {address}."),
            error,
            "Give another address of this machine with --metrics-listen (also metrics_listen in the settings \
             file), or leave it out.",
        )
    })
}

/// Gives metrics until it is aborted. Nothing is lost by that: who scrapes comes again.
pub async fn serve(listener: TcpListener, web: Web) {
    let router = metrics::router(web, process, env!("CARGO_PKG_VERSION"));
    accept::accept(listener, None, router, std::future::pending()).await;
}

/// What the system says about this process; nothing where it is no Linux.
#[must_use]
pub fn process() -> Process {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let system = fs::read_to_string("/proc/stat").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    Process {
        cpu_seconds: cpu_seconds(&stat),
        resident_bytes: resident_bytes(&status),
        open_fds: fs::read_dir("/proc/self/fd").ok().map(|open| open.count() as u64),
        started_at: started_at(&stat, &system),
    }
}

/// The field of that number, as proc(5) counts them. The second one is the name, which may hold anything.
fn field(stat: &str, number: usize) -> Option<f64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_ascii_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    Some((field(stat, 14)? + field(stat, 15)?) / TICKS_PER_SECOND)
}

fn started_at(stat: &str, system: &str) -> Option<f64> {
    let booted: f64 = system.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(booted + field(stat, 22)? / TICKS_PER_SECOND)
}

fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4242 (a) (b) R 1 4242 4242 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 9 0 1000 0 0";

    #[test]
    fn the_fields_of_the_system_are_read_past_a_name_with_brackets() {
        assert_eq!(cpu_seconds(STAT), Some(2.0));
        assert_eq!(started_at(STAT, "cpu 1 2\nbtime 1700000000\nx 1\n"), Some(1_700_000_010.0));
        assert_eq!(resident_bytes("Name:\tx\nVmRSS:\t   2048 kB\n"), Some(2 * 1024 * 1024));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for text in ["", "4242", "4242 (x) R", "VmRSS: many kB", "btime soon"] {
            assert_eq!(cpu_seconds(text), None, "{text}");
            assert_eq!(started_at(text, text), None, "{text}");
            assert_eq!(resident_bytes(text), None, "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_says_it_all() {
        let found = process();
        assert!(found.resident_bytes > Some(1024 * 1024), "{found:?}");
        assert!(found.open_fds > Some(2) && found.cpu_seconds.is_some(), "{found:?}");
        assert!(found.started_at > Some(1_600_000_000.0), "{found:?}");
    }
}
