//! Starting, talking to and ending the binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use tempfile::TempDir;

/// A command without the environment of whoever runs the tests.
pub fn doorward(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOORWARD_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a command left behind.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Insists on an exit code, and shows everything when it is another.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Runs a command to its end.
pub fn run(args: &[&str]) -> Done {
    finish(doorward(args).spawn().unwrap())
}

/// Runs a command that reads one line.
pub fn run_with_input(args: &[&str], input: &str) -> Done {
    let mut child = doorward(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    finish(child)
}

pub fn finish(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Done { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder with an installation at `localhost:port`, one admin and one user.
pub fn installation(port: u16, more: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (data, domain) = (folder.path().to_str().unwrap(), format!("localhost:{port}"));
    let mut args = vec!["init", "--data", data, "--domain", &domain];
    args.extend(["--admin-email", "owner@example.com", "--admin-password-stdin"]);
    args.extend(more);
    run_with_input(&args, "an owner's password\n").exits(0);
    folder
}

/// A server that runs, and is killed when it is dropped.
pub struct Server {
    child: Child,
    pub ready: String,
}

impl Server {
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut args = vec!["serve", "--data", data.to_str().unwrap()];
        args.extend(more);
        Self::ready(doorward(&args).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Waits until a process says that it is ready.
    pub fn ready(mut child: Child) -> Self {
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        Self { child, ready: ready.trim_end().to_owned() }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Bounds how long its files may become, as prlimit(1) writes it.
    #[cfg(target_os = "linux")]
    pub fn limits_files(&self, bound: &str) {
        let id = self.child.id().to_string();
        let done = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={bound}")]).status();
        assert!(done.unwrap().success(), "{bound}");
    }

    /// The processor time spent so far by all threads, in ticks of the kernel (proc(5), `stat`).
    #[cfg(target_os = "linux")]
    pub fn processor_ticks(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let (_, fields) = text.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }

    /// Waits for the end; gives back how it ended and what else stood on standard output.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        (status, rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
