//! `doorward logs tail`: a second process that reads along until it is told to stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use super::process::{Server, doorward, free_port, installation, run, run_with_input};

/// Far longer than the slowest machine needs; only a failure waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Tail {
    child: Child,
    lines: Receiver<String>,
}

impl Tail {
    fn start(data: &str, more: &[&str]) -> Self {
        let args = [&["logs", "tail", "--data", data][..], more].concat();
        let mut child = doorward(&args).spawn().unwrap();
        let (send, lines) = channel();
        let out = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("no line came")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Ends it as Ctrl C does; gives the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn create(data: &str, name: &str) {
    run(&["clients", "create", "--data", data, "--name", name, "--type", "spa"]).exits(0);
}

#[test]
fn events_of_another_process_come_as_they_happen_and_ctrl_c_ends_it() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    create(data, "First");
    let tail = Tail::start(data, &["-n", "1", "--json"]);
    let first = tail.json();
    assert_eq!((&first["type"], &first["description"]), (&"sapi".into(), &"Create a client".into()));
    assert_eq!(first["details"]["target"]["client_name"], "First");
    create(data, "Second");
    assert_eq!(tail.json()["details"]["target"]["client_name"], "Second");
    let weak = ["users", "create", "--data", data, "--email", "ada@example.com", "--password-stdin"];
    run_with_input(&weak, "x\n").exits(2);
    assert_eq!(tail.json()["type"], "fapi");
    assert_eq!(tail.interrupt(), Some(0));
}

#[test]
fn what_is_shown_can_be_picked_and_is_plain_when_piped() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    run_with_input(&["users", "create", "--data", data, "--email", "a@b.test", "--password-stdin"], "x\n")
        .exits(2);
    let failed = Tail::start(data, &["--since", "1h", "outcome:failed"]);
    let line = failed.line();
    assert!(line.contains("✗ Failed API Operation") && line.contains("Create a user"), "{line}");
    assert!(!line.contains('\u{1b}'), "{line:?}");
    let why = failed.line();
    assert!(why.trim_start().starts_with("why  ") && why.contains("password"), "{why}");
    create(data, "Third");
    run_with_input(&["users", "create", "--data", data, "--email", "c@d.test", "--password-stdin"], "x\n")
        .exits(2);
    assert!(failed.line().contains("Create a user"), "the success was not left out");
    drop(failed);
    let words = Tail::start(data, &["--since", "1h", "CREATE", "user", "--json"]);
    assert_eq!(words.json()["description"], "Create a user");
    drop(words);
    for (args, code) in [
        (&["client:nobody"][..], 3),
        (&["outcome:bad"], 2),
        (&["type:zz"], 2),
        (&["outcome:success", "type:fp"], 2),
        (&["--since", "yesterday"], 2),
        (&["--since", "1h", "-n", "3"], 2),
    ] {
        let done = run(&[&["logs", "tail", "--data", data][..], args].concat()).exits(code);
        assert_eq!(done.out, "", "{args:?}");
    }
}

/// A login whose return URL is refused; gives the page.
fn refused(port: u16, client: &str) -> String {
    refused_at(port, client, "https://evil.test/")
}

/// The same with a return URL as it stands in a query.
fn refused_at(port: u16, client: &str, url: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let target = format!("/authorize?client_id={client}&response_type=code&redirect_uri={url}");
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    answer
}

/// What the page tells people to pass on.
#[test]
fn a_reference_is_all_that_is_needed_to_find_a_refusal() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let made = ["clients", "create", "--data", data, "--name", "Shop", "--type", "spa", "--json"];
    let id = run(&made).exits(0).json()["client_id"].as_str().unwrap().to_owned();
    let server = Server::start(folder.path(), &[]);
    let page = refused(port, &id);
    refused(port, "nobody");
    drop(server);
    let (_, rest) = page.split_once("<code id=\"reference\">").unwrap();
    let reference = rest.split('<').next().unwrap();
    let tail = Tail::start(data, &["-n", "5", "--json", &reference.to_lowercase()]);
    let told = tail.json();
    assert_eq!((&told["type"], &told["client_name"]), (&"f".into(), &"Shop".into()));
    assert_eq!(told["details"]["reference"], reference);
}

/// A filter that was copied from the page names a client that may be gone by now.
#[test]
fn a_deleted_client_is_meant_by_the_name_that_events_hold() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let made =
        ["clients", "create", "--data", data, "--name", "Shop of last year", "--type", "spa", "--json"];
    let id = run(&made).exits(0).json()["client_id"].as_str().unwrap().to_owned();
    let server = Server::start(folder.path(), &[]);
    refused(port, &id);
    drop(server);
    let told = Tail::start(data, &["--json", "client:Shop of last year outcome:failed time:1h"]).json();
    assert_eq!(told["client_name"], "Shop of last year");
    let why = told["explanation"]["why"].as_str().unwrap();
    assert!(why.starts_with("The app asked to return to https://evil.test/."), "{why}");
    assert!(told["explanation"]["fix"].is_string(), "{told:#}");
    run(&["clients", "delete", "--data", data, &id, "--yes"]).exits(0);
    let told = Tail::start(data, &["client:Shop of last year outcome:failed"]);
    assert!(told.line().contains("Shop of last year"));
    // A name that no event holds is mistyped.
    run(&["logs", "tail", "--data", data, "client:Shop of lost year"]).exits(3);
}

/// `doorward logs tail | head -1` ends when `head` has what it wanted.
#[test]
fn a_reader_that_goes_away_ends_it() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let mut child = doorward(&["logs", "tail", "--data", data, "-n", "1"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("Make the installation") || line.contains("admin"), "{line}");
    // The pipe is closed now; the next event finds nobody.
    create(data, "Late");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// The events of the last hour that are described like that, the oldest first.
pub fn events(data: &str, description: &str) -> Vec<Value> {
    // The tail goes on for ever; an event that comes last by itself ends the reading.
    static ENDS: AtomicU32 = AtomicU32::new(0);
    let end = format!("The end {}", ENDS.fetch_add(1, Ordering::Relaxed));
    create(data, &end);
    let tail = Tail::start(data, &["--since", "1h", "--json"]);
    let all = std::iter::repeat_with(|| tail.json());
    let events = all.take_while(|event| event["details"]["target"]["client_name"] != end.as_str());
    let found: Vec<Value> = events.filter(|event| event["description"] == description).collect();
    run(&["clients", "delete", "--data", data, &end, "--yes"]).exits(0);
    found
}

#[test]
fn events_are_picked_by_the_kinds_of_the_dashboard() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    create(data, "Shop");
    let admin = Tail::start(data, &["--since", "1h", "kind:Admin", "--json"]);
    assert_eq!(admin.json()["type"], "sapi");
    drop(admin);
    let wrong = run(&["logs", "tail", "--data", data, "kind:login"]).exits(2);
    assert!(wrong.err.contains("did you mean logins?"), "{}", wrong.err);
    run(&["logs", "tail", "--data", data, "kind:tokens", "type:sapi"]).exits(2);
}

/// Each part on a line of its own, whole; and the command does as it says, wherever it is typed.
#[test]
fn a_refused_address_stands_beside_the_one_that_is_allowed_with_the_command_that_mends_it() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let callback = "http://localhost:5173/callback";
    let made = ["clients", "create", "--data", data, "--name", "Storefront", "--type", "spa", "--json"];
    let made = run(&[&made[..], &["--callback", callback]].concat()).exits(0).json();
    let id = made["client_id"].as_str().unwrap().to_owned();
    let server = Server::start(folder.path(), &[]);
    refused_at(port, &id, "http://localhost:5173/callback/");
    let tail = Tail::start(data, &["outcome:failed"]);
    assert!(tail.line().contains("✗ Failed Login"));
    let command = "doorward clients set storefront callbacks+=http://localhost:5173/callback/";
    for whole in [
        "          asked    http://localhost:5173/callback/",
        "          allowed  http://localhost:5173/callback",
        "          why      The request ends with an extra slash.",
        &format!("          fix      {command}"),
    ] {
        assert_eq!(tail.line(), whole);
    }
    let mut words: Vec<&str> = command.split(' ').skip(1).collect();
    words.extend(["--data", data]);
    run(&words).exits(0);
    let shown = run(&["clients", "show", "--data", data, &id, "--json"]).exits(0).json();
    assert_eq!(shown["callbacks"], serde_json::json!([callback, "http://localhost:5173/callback/"]));

    // What a shell would read is quoted; two of a name are told apart by their ids.
    let twin = ["clients", "create", "--data", data, "--name", "STOREFRONT", "--type", "spa"];
    run(&twin).exits(0);
    refused_at(port, &id, "http://localhost:5173/callback?a=$(id)%26b");
    tail.line();
    let quoted = format!(
        "          fix      doorward clients set {id} 'callbacks+=http://localhost:5173/callback?a=$(id)&b'"
    );
    let told: Vec<String> = (0..4).map(|_| tail.line()).collect();
    assert_eq!(told[3], quoted, "{told:#?}");
    // A host that the client never had is no command: somebody has to look at it first.
    refused_at(port, &id, "https://evil.test/");
    tail.line();
    assert_eq!(tail.line(), "          asked  https://evil.test/");
    let why = "No URL of yours looks like it.";
    assert_eq!(tail.line(), format!("          why    {why}"));
    let fix = tail.line();
    assert!(fix.starts_with("          fix    ") && !fix.contains("doorward clients set"), "{fix}");
    drop(server);
}
