//! A port that somebody else listens on: who it is, and what to do.

use std::io;
use std::net::SocketAddr;

use crate::failure::Failure;

/// Puts a failed bind into words. A port that belongs to the installation can only be another one's.
#[must_use]
pub fn explain(address: SocketAddr, is_fixed: bool, error: &io::Error) -> Failure {
    let port = address.port();
    let with = if is_fixed { " with another --data DIR" } else { "" };
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let (by, stop) = match holder(port) {
                Some((pid, name)) => (format!(" by process {pid} ({name})"), "Stop it, or use"),
                None => (String::new(), "Stop the other program, or use"),
            };
            Failure::failed(
                format!("Port {port} is in use{by}."),
                format!("Only one program can listen on {address}."),
                format!("{stop} --port {}{with}.", port.saturating_add(1)),
            )
        }
        io::ErrorKind::PermissionDenied => Failure::failed(
            format!("Port {port} may not be used."),
            "Ports below 1024 are for the system's own programs.",
            "Use --port 3667, with a proxy in front when people must reach port 443.",
        ),
        _ => Failure::failed(
            format!("{address} cannot be listened on."),
            error,
            "Give an address of this machine with --listen, for example 127.0.0.1 or 0.0.0.0.",
        ),
    }
}

/// The process that listens on a port, as far as this user may know (Linux).
fn holder(port: u16) -> Option<(String, String)> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let text = std::fs::read_to_string(table).ok()?;
        text.lines().find_map(|line| listening_inode(line, port))
    })?;
    let wanted = format!("socket:[{inode}]");
    std::fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
        let pid =
            process.file_name().into_string().ok().filter(|name| name.bytes().all(|b| b.is_ascii_digit()))?;
        let mut open = std::fs::read_dir(process.path().join("fd")).ok()?.flatten();
        open.find(|fd| std::fs::read_link(fd.path()).is_ok_and(|link| link.to_string_lossy() == wanted))?;
        let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
        Some((pid, name.trim().to_owned()))
    })
}

/// The socket's inode when a line of the table is a listener on `port` (state `0A`).
fn listening_inode(line: &str, port: u16) -> Option<String> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
    let (_, found) = local.rsplit_once(':')?;
    (*state == "0A" && u16::from_str_radix(found, 16).ok()? == port).then(|| (*inode).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_is_found_in_the_system_table() {
        let line = "   1: 0100007F:0E53 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48213 1";
        assert_eq!(listening_inode(line, 3667), Some("48213".into()));
        assert_eq!(listening_inode(line, 3668), None);
        assert_eq!(listening_inode(&line.replace(" 0A ", " 01 "), 3667), None);
    }

    #[test]
    fn a_busy_port_names_the_next_one() {
        let address = SocketAddr::from(([127, 0, 0, 1], 3667));
        let text =
            |is_fixed| explain(address, is_fixed, &io::Error::from(io::ErrorKind::AddrInUse)).to_string();
        assert!(text(false).contains("Port 3667 is in use"), "{}", text(false));
        assert!(text(false).ends_with("--port 3668."), "{}", text(false));
        assert!(text(true).ends_with("--port 3668 with another --data DIR."), "{}", text(true));
    }
}
