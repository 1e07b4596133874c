//! `doorward users`: searched, shown, blocked and deleted, beside a running server and without one.

use serde_json::{Value, json};

use super::contract::{raw, token_answer};
use super::process::{Done, Server, free_port, installation, run, run_with_input};

struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        Self { folder: installation(free_port(), &[]) }
    }

    fn data(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn run(&self, args: &[&str]) -> Done {
        run(&[&["users"], args, &["--data", self.data()]].concat())
    }

    fn create(&self, email: &str, name: &str) -> String {
        let args = ["users", "create", "--data", self.data(), "--email", email, "--name", name];
        let args = [&args[..], &["--password-stdin", "--json"]].concat();
        let made = run_with_input(&args, "correct horse battery\n").exits(0).json();
        made["user_id"].as_str().unwrap().to_owned()
    }
}

fn emails(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect()
}

#[test]
fn users_are_found_in_the_language_of_the_api() {
    let house = House::new();
    let ada = house.create("ada@acme.com", "Ada Lovelace");
    house.create("grace@acme.com", "Grace Hopper");
    house.create("alan@uni.test", "Alan Turing");
    let list = |args: &[&str]| house.run(&[&["list", "--json"], args].concat()).exits(0).json();
    assert_eq!(emails(&list(&[])), ["ada@acme.com", "grace@acme.com", "alan@uni.test"]);
    assert_eq!(emails(&list(&["--search", "email:*@acme.com"])), ["ada@acme.com", "grace@acme.com"]);
    assert_eq!(emails(&list(&["--search", "name:*hopper"])), ["grace@acme.com"]);
    assert_eq!(emails(&list(&["--sort", "email:-1", "--per-page", "1"])), ["grace@acme.com"]);
    assert_eq!(emails(&list(&["--all"])).len(), 3);
    assert_eq!(emails(&list(&["--connection", "Username-Password-Authentication"])).len(), 3);
    assert_eq!(emails(&list(&["--connection", "nowhere"])).len(), 0);
    let whole = &list(&["--search", "ada@acme.com"])[0];
    assert_eq!((&whole["user_id"], &whole["identities"][0]["provider"]), (&json!(ada), &json!("auth0")));
    let table = house.run(&["list", "--per-page", "2"]).exits(0).out;
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("Email") && lines[1].contains(&ada) && lines[1].contains("never"),
        "{table}"
    );
    assert_eq!(lines[3], "1 to 2 of 3. All of them: --all");
    let wrong = house.run(&["list", "--search", "name:a AND nmae:b"]).exits(2).err;
    let lines: Vec<&str> = wrong.lines().collect();
    assert_eq!(lines[2].find('^'), lines[1].find("nmae"), "{wrong}");
    assert!(wrong.contains("Did you mean name?"), "{wrong}");
    for bad in [&["--sort", "blocked"][..], &["--page", "20"], &["--all", "--sort", "email"]] {
        house.run(&[&["list"], bad].concat()).exits(2);
    }
}

#[test]
fn a_user_is_named_by_address_or_id() {
    let house = House::new();
    let ada = house.create("ada@acme.com", "Ada Lovelace");
    let show = |which: &str| house.run(&["show", which, "--json"]).exits(0).json();
    assert_eq!(show("ADA@acme.com"), show(&ada));
    assert_eq!(show(&ada)["name"], "Ada Lovelace");
    let people = house.run(&["show", &ada]).exits(0).out;
    assert!(
        people.contains("Ada Lovelace") && people.contains("Username-Password-Authentication"),
        "{people}"
    );
    for nobody in ["eve@acme.com", "auth0|nobody", "eve"] {
        let done = house.run(&["show", nobody]).exits(3);
        assert_eq!(done.err.lines().count(), 3, "{}", done.err);
    }
    house.run(&["show", "a@b@c"]).exits(2);
}

/// Makes a second connection, which only the Management API can.
fn second_connection(house: &House, port: u16) {
    let args = ["clients", "create", "--data", house.data(), "--name", "CI", "--type", "non_interactive"];
    let made = run(&[&args[..], &["--grant-management-api", "--json"]].concat()).exits(0).json();
    let answer = token_answer(port, port, &made);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let token = serde_json::from_str::<Value>(body).unwrap()["access_token"].as_str().unwrap().to_owned();
    let body = json!({ "name": "Second", "strategy": "auth0" }).to_string();
    let request = format!(
        "POST /api/v2/connections HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\nauthorization: \
         Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(&port.to_string(), &request);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[test]
fn an_address_that_two_connections_know_is_no_name() {
    let port = free_port();
    let house = House { folder: installation(port, &[]) };
    let server = Server::start(house.folder.path(), &[]);
    second_connection(&house, port);
    let one = house.create("ada@acme.com", "Ada");
    let args =
        ["users", "create", "--data", house.data(), "--email", "ada@acme.com", "--connection", "Second"];
    let made =
        run_with_input(&[&args[..], &["--password-stdin", "--json"]].concat(), "correct horse battery\n");
    let two = made.exits(0).json()["user_id"].as_str().unwrap().to_owned();
    for verb in [&["show"][..], &["block"], &["delete", "--yes"]] {
        let done = house.run(&[verb, &["ada@acme.com"]].concat()).exits(2);
        assert!(done.err.contains(&format!("{one} in Username-Password-Authentication")), "{}", done.err);
        assert!(done.err.contains(&format!("{two} in Second")), "{}", done.err);
    }
    assert_eq!(house.run(&["show", &two, "--json"]).exits(0).json()["identities"][0]["connection"], "Second");
    let second = house.run(&["list", "--connection", "Second", "--json"]).exits(0).json();
    assert_eq!(second.as_array().unwrap().len(), 1);
    drop(server);
}

#[test]
fn a_blocked_user_stays_out_until_unblocked() {
    let house = House::new();
    let server = Server::start(house.folder.path(), &[]);
    let ada = house.create("ada@acme.com", "Ada");
    house.run(&["unblock", &ada]).exits(5);
    assert_eq!(house.run(&["block", "ada@acme.com", "--json"]).exits(0).json()["blocked"], true);
    house.run(&["block", &ada]).exits(5);
    assert_eq!(
        emails(&house.run(&["list", "--search", "blocked:true", "--json"]).exits(0).json()),
        ["ada@acme.com"]
    );
    assert_eq!(house.run(&["unblock", "ada@acme.com", "--json"]).exits(0).json()["blocked"], false);
    house.run(&["block", "eve@acme.com"]).exits(3);
    let changed = super::logs::events(house.data(), "Update a user");
    assert_eq!(changed.len(), 2);
    assert!(changed.iter().all(|event| event["details"]["by"]["kind"] == "command_line"), "{changed:?}");
    drop(server);
}

#[test]
fn fields_of_a_user_are_set_as_the_api_sets_them() {
    let house = House::new();
    let ada = house.create("ada@acme.com", "Ada");
    let set = |changes: &[&str]| house.run(&[&["set", "ada@acme.com"], changes].concat());
    let told =
        set(&["name=Ada Lovelace", "user_metadata.plan=pro", "user_metadata.address.city=Bonn"]).exits(0).out;
    assert!(told.contains("Ada → Ada Lovelace"), "{told}");
    assert!(!told.contains("updated_at"), "{told}");
    let changed =
        set(&["user_metadata.address.zip=\"53111\"", "user_metadata.plan=null", "blocked=true", "--json"]);
    let changed = changed.exits(0).json();
    assert_eq!(changed["user_metadata"], json!({ "address": { "city": "Bonn", "zip": "53111" } }));
    assert_eq!((&changed["user_id"], &changed["blocked"]), (&json!(ada), &json!(true)));
    set(&["blocked=true"]).exits(5);
    house.create("grace@acme.com", "Grace");
    assert!(set(&["email=grace@acme.com"]).exits(1).err.contains("already exists"));
    for (wrong, why) in [
        ("emial=x", "Did you mean email?"),
        ("email=nonsense", "email"),
        ("blocked=perhaps", "blocked"),
        ("user_id=auth0|1", "user_id"),
        ("password=another horse battery", "list of processes"),
        ("name", "name=VALUE"),
    ] {
        let done = set(&[wrong]).exits(2);
        assert!(done.err.contains(why), "{wrong}: {}", done.err);
    }
    house.run(&["set", "eve@acme.com", "name=Eve"]).exits(3);
    set(&["email=lovelace@acme.com"]).exits(0);
    assert_eq!(house.run(&["show", &ada, "--json"]).exits(0).json()["email"], "lovelace@acme.com");
    let events = super::logs::events(house.data(), "Update a user");
    assert!(events.iter().all(|event| event["details"]["by"]["kind"] == "command_line"), "{events:?}");
}

#[test]
fn a_user_is_deleted_by_whoever_says_yes() {
    let house = House::new();
    let ada = house.create("ada@acme.com", "Ada");
    let asked = house.run(&["delete", "ada@acme.com"]).exits(2);
    assert!(asked.err.contains("--yes") && asked.err.contains(&ada), "{}", asked.err);
    assert_eq!(house.run(&["delete", &ada, "--yes", "--json"]).exits(0).json(), json!({ "user_id": ada }));
    house.run(&["show", &ada]).exits(3);
    house.run(&["delete", &ada, "--yes"]).exits(3);
}

#[test]
fn hostile_names_of_people_cannot_drive_the_terminal() {
    let house = House::new();
    house.create("ada@acme.com", "Ada\u{202e}\u{200f}\u{2067}");
    let acts = |text: &str| {
        text.chars().any(|c| (c.is_control() && c != '\n') || "\u{202e}\u{2067}\u{200f}\u{9b}".contains(c))
    };
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["show", "ada@acme.com"],
        &["show", "ada@acme.com", "--json"],
        &["show", "e\u{1b}]0;x\u{7}ve@acme.com"],
        &["list", "--search", "nmae:\u{1b}[2J\u{202e}"],
        &["list", "--sort", "\u{9b}1m"],
    ] {
        let done = house.run(args);
        assert!(!acts(&done.out) && !acts(&done.err), "{args:?}: {done:?}");
    }
}
