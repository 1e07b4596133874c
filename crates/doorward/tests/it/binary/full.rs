//! A disk that takes nothing more, and then does again: whatever is written is refused whole, and says so. The system
//! lets no file of the process grow (setrlimit(2), `RLIMIT_FSIZE`), which is what a full disk is to a database.

use std::io::Read as _;
use std::process::{ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::browser::{PASSWORD, Target};
use super::process::{Server, doorward, free_port, installation, run};

/// The binary started by a program that ignores the signal for files that cannot grow, which is passed on; and its
/// log, once it has ended.
fn started(data: &str) -> (Server, JoinHandle<String>) {
    let server = doorward(&["serve", "--data", data]);
    let mut command = Command::new("python3");
    command.args(["-c", "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"]);
    command
        .arg(server.get_program())
        .args(server.get_args())
        .envs(std::env::vars().filter(|(name, _)| name == "PATH"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DOORWARD_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let log = child.stderr.take().unwrap();
    let log = std::thread::spawn(|| read_out(log));
    (Server::ready(child), log)
}

/// A pipe, since a file of the log could not grow, either.
fn read_out(mut log: ChildStderr) -> String {
    let mut text = String::new();
    log.read_to_string(&mut text).unwrap();
    text
}

/// What a program and a person ask of the server.
struct House {
    base: String,
    program: Value,
    target: Target,
}

impl House {
    async fn token(&self) -> reqwest::Response {
        let of = |name: &str| self.program[name].as_str().unwrap().to_owned();
        let fields = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", of("client_id")),
            ("client_secret", of("client_secret")),
            ("audience", of("audience")),
        ];
        http().post(format!("{}/oauth/token", self.base)).form(&fields).send().await.unwrap()
    }

    async fn make_client(&self, token: &str, name: &str) -> reqwest::Response {
        let body = json!({ "name": name });
        let asked = http().post(format!("{}/api/v2/clients", self.base)).bearer_auth(token);
        asked.json(&body).send().await.unwrap()
    }

    /// How many clients have that name.
    async fn clients(&self, token: &str, name: &str) -> usize {
        let asked = http().get(format!("{}/api/v2/clients?fields=name", self.base)).bearer_auth(token);
        let all: Vec<Value> = asked.send().await.unwrap().json().await.unwrap();
        all.iter().filter(|client| client["name"] == name).count()
    }

    async fn log_in(&self) -> reqwest::Response {
        self.target.try_password("person0@example.com", PASSWORD).await.unwrap()
    }

    async fn status(&self, path: &str) -> u16 {
        http().get(format!("{}{path}", self.base)).send().await.unwrap().status().as_u16()
    }
}

fn http() -> reqwest::Client {
    doorward::tls::install_provider();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A refusal that says what is the matter and when to come again; where the files lie is nobody's business.
async fn refused(answer: reqwest::Response, data: &str) {
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let text = answer.text().await.unwrap();
    assert!(text.contains("The database cannot be written, so nothing was saved. Try again when"), "{text}");
    assert!(!text.contains("busy") && !text.contains(data), "{text}");
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_half_written_and_with_room_again_everything_works() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let made = ["clients", "create", "--data", data, "--name", "Robot", "--type", "non_interactive"];
    let program = run(&[&made[..], &["--grant-management-api", "--json"]].concat()).exits(0).json();
    let house =
        House { base: format!("http://localhost:{port}"), program, target: Target::make(data, port, 1) };
    let (server, log) = started(data);
    let token =
        house.token().await.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();

    server.limits_files("1:");
    refused(house.token().await, data).await;
    refused(house.log_in().await, data).await;
    refused(house.make_client(&token, "Half").await, data).await;
    assert_eq!(house.status("/readyz").await, 503, "it looks whether it can write");
    assert_eq!(house.status("/healthz").await, 200);
    assert_eq!(house.status("/.well-known/jwks.json").await, 200, "what is read is there");
    assert_eq!(house.clients(&token, "Half").await, 0);

    server.limits_files("unlimited:");
    assert_eq!(house.token().await.status(), 200);
    assert!(house.log_in().await.status().is_redirection());
    assert_eq!(house.make_client(&token, "Half").await.status(), 201);
    assert_eq!(house.clients(&token, "Half").await, 1);
    assert_eq!(house.status("/readyz").await, 200);
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
    let log = log.join().unwrap();
    for (what, times) in [("request failed", 3), ("not ready", 1)] {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(what)).collect();
        assert_eq!(told.len(), times, "{log}");
        let (why, fix) = ("the database cannot be written", "Look whether the disk of the database has room");
        assert!(told.iter().all(|line| line.contains(why) && line.contains(fix)), "{told:#?}");
    }
}
