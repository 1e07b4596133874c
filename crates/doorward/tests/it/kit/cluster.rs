//! A PostgreSQL of one test's own, which may be killed. As root it runs as the user `postgres`, as it insists on.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::engine::VARIABLE;

pub struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// A new one that runs; none where tests are not to use PostgreSQL.
    pub fn new() -> Option<Self> {
        if std::env::var_os(VARIABLE).is_none() {
            eprintln!("PostgreSQL was not killed: {VARIABLE} is not set");
            return None;
        }
        let bin =
            programs().unwrap_or_else(|| panic!("{VARIABLE} asks for PostgreSQL, but there is no initdb"));
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            done(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { bin, folder, port };
        let options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"];
        done(cluster.program("initdb").args(options));
        cluster.start();
        Some(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it. After a kill its processes have to be gone before: they notice soon.
    pub fn start(&self) {
        let folder = self.folder.path().display();
        let options =
            format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}", self.port);
        let mut said = String::new();
        for _ in 0..100 {
            let mut program = self.program("pg_ctl");
            program.args(["start", "-w", "-s", "-o", &options, "-l"]).arg(self.folder.path().join("log"));
            // It would keep the pipe of a captured output open for as long as it runs.
            let status =
                program.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).status();
            if status.unwrap().success() {
                return;
            }
            said = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PostgreSQL does not start:\n{said}");
    }

    /// Kills the process that all others hang on, without a word.
    pub fn kill(&self) {
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        done(Command::new("kill").args(["-s", "KILL", file.lines().next().unwrap()]));
    }

    fn program(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.arg("-D").arg(self.folder.path().join("data")).current_dir(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.program("pg_ctl").args(["stop", "-s", "-m", "immediate"]).status();
    }
}

/// Where the programs of the server are.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let installed = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = installed.chain(std::env::split_paths(&path)).collect();
    all.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

fn is_root() -> bool {
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|own| own.uid() == 0)
}

fn done(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
