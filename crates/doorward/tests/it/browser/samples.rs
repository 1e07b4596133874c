//! The samples as people get them: downloaded from their guide, installed from npm, run, and used in
//! the browser against the built binary. Source: UX §7, "Test pattern" T1 and T2.

use std::io::{BufRead as _, BufReader, Cursor};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use zip::ZipArchive;

use super::Browser;
use super::chromium::is_required;
use super::first_run::{OWNER, OWNER_PASSWORD};
use crate::binary::process::{Server, free_port, installation, run_with_input};
use crate::kit::{EMAIL, PASSWORD};

/// A running binary with an owner and a user.
struct Installation {
    data: TempDir,
    _server: Server,
    origin: String,
}

impl Installation {
    fn start() -> Self {
        let port = free_port();
        let data = installation(port, &[]);
        let folder = data.path().to_str().unwrap();
        let user = [
            "users",
            "create",
            "--data",
            folder,
            "--email",
            EMAIL,
            "--name",
            "Ada Lovelace",
            "--password-stdin",
        ];
        run_with_input(&user, &format!("{PASSWORD}\n")).exits(0);
        let server = Server::start(data.path(), &["--port", &port.to_string()]);
        Self { data, _server: server, origin: format!("http://localhost:{port}") }
    }

    /// A folder for what a person downloads.
    fn downloads(&self) -> std::path::PathBuf {
        self.data.path().join("downloads")
    }
}

/// The program of a sample with everything it started; gone when it is dropped.
struct Running(Child);

impl Running {
    /// Runs what the guide says, until it says where it is.
    fn start(folder: &Path, command: &str, address: &str) -> Self {
        let mut child = shell(folder, command).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let running = Self(child);
        let host = address.trim_start_matches("http://");
        assert!(
            lines.any(|line| line.contains(host)),
            "{command} ended before it was at {address}: is the port free?"
        );
        // What it says later is read too, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-s", "KILL", "--", &format!("-{}", self.0.id())]).status();
        let _ = self.0.wait();
    }
}

fn shell(folder: &Path, command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).stdin(Stdio::null()).env("NO_COLOR", "1");
    shell
}

fn finished(folder: &Path, command: &str) -> Output {
    shell(folder, command).output().unwrap()
}

/// Whether the samples can be run here: they say themselves which Node.js they need.
fn has_node() -> bool {
    let version = Command::new("node").arg("--version").output();
    let version =
        version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map(|number| number.parse().unwrap_or(0));
    let known: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let is_enough = known >= (20, 19);
    if !is_enough {
        let missing =
            format!("the samples need Node.js 20.19 or newer, with npm; here is “{}”", version.trim());
        assert!(!is_required(), "{missing}");
        eprintln!("Not run: {missing}");
    }
    is_enough
}

impl Browser {
    /// Logs in as the owner, makes a client, opens a guide and unpacks its sample.
    async fn take_sample(
        &self,
        house: &Installation,
        kind: &str,
        (guide, id): (&str, &str),
    ) -> std::path::PathBuf {
        self.open(&format!("{}/manage/login", house.origin)).await;
        self.fill("Email address", OWNER).await;
        self.fill("Password", OWNER_PASSWORD).await;
        self.press("Log in").await;
        self.sees("First steps").await;
        self.create_client(&house.origin, "Sample", kind).await;
        self.press(guide).await;
        self.sees("Settings this needs").await;
        let text = self
            .run_to_its_end(
                "const done = arguments[arguments.length - 1];
                 const text = (bytes) => Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
                 fetch(location.pathname + '/sample.zip?secret=on').then((answer) => answer.arrayBuffer()).then((bytes) => done(btoa(text(bytes))))",
            )
            .await;
        let bytes = STANDARD.decode(text.as_str().expect("no download")).unwrap();
        ZipArchive::new(Cursor::new(bytes)).unwrap().extract(house.downloads()).unwrap();
        house.downloads().join(id)
    }
}

/// A refused callback, its repair by one click, a login, a logout.
async fn a_person_uses(kind: &str, guide: &str, command: &str, address: &str) {
    let Some(browser) = Browser::start().await else { return };
    if !has_node() {
        return;
    }
    let house = Installation::start();
    let folder = browser.take_sample(&house, kind, (guide, &guide.to_lowercase())).await;
    let page = browser.address().await;
    let installed = finished(&folder, "npm ci --no-audit --no-fund --loglevel=error");
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let _app = Running::start(&folder, command, address);

    browser.open(address).await;
    browser.press("Log in").await;
    browser.sees("Only you see this").await;
    assert_eq!(browser.address().await.origin().ascii_serialization(), house.origin);

    browser.open(page.as_str()).await;
    browser.sees("A login at Sample was refused").await;
    browser.press_within("form[contains(@class,'needs-form')]", "Add all").await;
    browser.sees("Added. It works from now on.").await;

    browser.open(address).await;
    browser.press("Log in").await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Hello, Ada Lovelace").await;
    // A reload keeps the person: from the app's own cookie, or silently from here.
    browser.open(address).await;
    browser.sees("Hello, Ada Lovelace").await;

    browser.press("Log out").await;
    browser.sees("Log in").await;
    assert!(browser.address().await.as_str().starts_with(address), "{}", browser.address().await);
    browser.press("Log in").await;
    browser.sees("Email address").await;

    browser.shows_errors_as_text(address).await;
    browser.open(page.as_str()).await;
    browser.sees("logged in to Sample").await;
    browser.end().await;
}

impl Browser {
    /// CVE-2021-32702: an error that anybody can put into the address of the callback is text and nothing
    /// else.
    async fn shows_errors_as_text(&self, app: &str) {
        let trap = "%3Cimg%20src%3Dx%20onerror%3D%22window.ran%3Dtrue%22%3E";
        self.open(&format!("{app}/callback?error={trap}&error_description={trap}&state=x")).await;
        let ran = "return window.ran === true || document.querySelector('img[src=x]') !== null";
        assert_eq!(self.run(ran).await, false, "{}", self.source().await);
    }
}

#[tokio::test]
async fn the_react_sample_runs_as_downloaded() {
    a_person_uses("Single Page Web Applications", "React", "npm run dev", "http://localhost:5173").await;
}

#[tokio::test]
async fn the_express_sample_runs_as_downloaded() {
    a_person_uses("Regular Web Applications", "Express", "npm start", "http://localhost:3000").await;
}

#[tokio::test]
async fn the_curl_sample_runs_as_downloaded() {
    let Some(browser) = Browser::start().await else { return };
    let house = Installation::start();
    let folder = browser.take_sample(&house, "Non Interactive Clients", ("curl", "curl")).await;
    let refused = finished(&folder, "./call.sh");
    assert!(
        !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("access_denied"),
        "{refused:?}"
    );

    browser.press("Add").await;
    browser.sees("Added. It works from now on.").await;
    let done = finished(&folder, "./call.sh");
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8_lossy(&done.stdout).contains("Default App"), "{done:?}");
    browser.sees("Sample got a token for itself").await;
    browser.end().await;
}

/// A program in a terminal that says where to log in, and what came of it.
struct Terminal {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Terminal {
    fn start(folder: &Path) -> Self {
        let mut child = shell(folder, "npm start")
            .env("BROWSER", "none")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The rest of the first line that begins so.
    fn says(&mut self, beginning: &str) -> String {
        let mut lines = self.lines.by_ref().map_while(Result::ok);
        let found = lines.find_map(|line| line.strip_prefix(beginning).map(str::to_owned));
        found.unwrap_or_else(|| {
            let mut told = String::new();
            let _ = std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut told);
            panic!("the program ended without “{beginning}”: {told}")
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_command_line_sample_runs_as_downloaded() {
    let Some(browser) = Browser::start().await else { return };
    if !has_node() {
        return;
    }
    let house = Installation::start();
    let sample = ("Command line (Node.js)", "command-line");
    let folder = browser.take_sample(&house, "Native", sample).await;
    let page = browser.address().await;
    let installed = finished(&folder, "npm ci --no-audit --no-fund --loglevel=error");
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));

    let mut first = Terminal::start(&folder);
    browser.open(&first.says("Log in at ")).await;
    browser.sees("Only you see this").await;
    drop(first);

    browser.open(page.as_str()).await;
    browser.press_within("form[contains(@class,'needs-form')]", "Add").await;
    browser.sees("Added. It works from now on.").await;

    let mut second = Terminal::start(&folder);
    browser.open(&second.says("Log in at ")).await;
    browser.fill("Email address", EMAIL).await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("You are logged in").await;
    assert_eq!(second.says("Hello, "), "Ada Lovelace");
    assert!(second.child.wait().unwrap().success());

    browser.open(page.as_str()).await;
    browser.sees("logged in to Sample").await;
    browser.end().await;
}
