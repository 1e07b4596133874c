//! `doorward clients`: what scripts and people get, while a server runs and while none does.

use serde_json::{Value, json};

use super::process::{Server, free_port, installation, run};

/// A folder with an installation, and the commands of this file on it.
struct House {
    folder: tempfile::TempDir,
    port: u16,
}

impl House {
    fn new() -> Self {
        let port = free_port();
        Self { folder: installation(port, &[]), port }
    }

    fn run(&self, args: &[&str]) -> super::process::Done {
        let data = self.folder.path().to_str().unwrap();
        run(&[&["clients"], args, &["--data", data]].concat())
    }

    fn create(&self, name: &str, kind: &str) -> String {
        let made = self.run(&["create", "--name", name, "--type", kind, "--json"]).exits(0).json();
        made["client_id"].as_str().unwrap().to_owned()
    }

    fn events(&self, description: &str) -> Vec<Value> {
        let data = self.folder.path().to_str().unwrap();
        super::logs::events(data, description)
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|client| client["name"].as_str().unwrap()).collect()
}

#[test]
fn clients_are_listed_by_page_type_and_words() {
    let house = House::new();
    let shop = house.create("Shop", "spa");
    house.create("Robot", "non_interactive");
    let list = |args: &[&str]| house.run(&[&["list", "--json"], args].concat()).exits(0).json();
    assert_eq!(names(&list(&[])), ["Default App", "Shop", "Robot"]);
    assert_eq!(names(&list(&["--type", "spa", "--type", "non_interactive"])), ["Shop", "Robot"]);
    assert_eq!(names(&list(&["--search", "hop"])), ["Shop"]);
    assert_eq!(names(&list(&["--per-page", "2", "--page", "1"])), ["Robot"]);
    assert_eq!(names(&list(&["--all"])).len(), 3);
    assert_eq!(names(&list(&["--status", "failing"])).len(), 0);
    let found = list(&["--search", &shop]);
    assert_eq!((&found[0]["client_id"], &found[0]["app_type"]), (&json!(shop), &json!("spa")));
    assert!(found[0].get("client_secret").is_none(), "{found}");
    let table = house.run(&["list", "--per-page", "2"]).exits(0).out;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("Name") && lines[0].contains("Client ID"), "{table}");
    assert!(lines[2].starts_with("Shop") && lines[2].contains(&shop), "{table}");
    assert_eq!(lines[3], "1 to 2 of 3. All of them: --all");
    assert!(!table.contains('\u{1b}'), "colours in a pipe: {table:?}");
    assert_eq!(house.run(&["list", "--search", "nobody"]).exits(0).out, "No client is like that.\n");
    for bad in
        [&["--per-page", "0"][..], &["--per-page", "101"], &["--all", "--page", "1"], &["--type", "toaster"]]
    {
        house.run(&[&["list"], bad].concat()).exits(2);
    }
}

#[test]
fn a_client_is_named_by_id_or_name_and_two_of_a_name_are_told_apart() {
    let house = House::new();
    let (one, two) = (house.create("Shop", "spa"), house.create("shop", "spa"));
    let id = |which: &str| house.run(&["show", which, "--json"]).exits(0).json()["client_id"].clone();
    assert_eq!((id(&one), id("Shop"), id("shop")), (json!(one), json!(one), json!(two)));
    let which = house.run(&["show", "SHOP"]).exits(2);
    assert!(which.err.contains(&one) && which.err.contains(&two) && which.out.is_empty(), "{}", which.err);
    let nobody = house.run(&["show", "Sho"]).exits(3);
    assert_eq!(nobody.err.lines().count(), 3, "what, why, what to do: {}", nobody.err);
    let people = house.run(&["show", "Shop"]).exits(0).out;
    assert!(people.contains("jwt_configuration.alg") && !people.contains("BEGIN CERTIFICATE"), "{people}");
    assert!(people.contains("Username-Password-Authentication"), "{people}");
}

#[test]
fn a_secret_is_shown_to_whoever_asks_for_it_and_the_log_says_so() {
    let house = House::new();
    let made = house.run(&["create", "--name", "CI", "--type", "non_interactive", "--json"]).exits(0).json();
    let secret = &made["client_secret"];
    let whole = house.run(&["show", "CI", "--json", "--reveal-secret"]).exits(0).json();
    let shown = house.run(&["show", "CI", "--json"]).exits(0).json();
    assert!(shown.get("client_secret").is_none(), "{shown}");
    assert_eq!(&whole["client_secret"], secret);
    assert_eq!(house.events("Read client secrets")[0]["details"]["by"]["kind"], "command_line");
}

#[test]
fn settings_are_changed_as_the_api_changes_them() {
    let house = House::new();
    let id = house.create("Shop", "regular_web");
    let set = |changes: &[&str]| house.run(&[&["set", &id, "--json"], changes].concat()).exits(0).json();
    let after = set(&["name=My shop", "callbacks=https://a.test/cb,https://b.test/cb", "sso=true"]);
    assert_eq!((&after["name"], &after["sso"]), (&json!("My shop"), &json!(true)));
    assert_eq!(after["callbacks"], json!(["https://a.test/cb", "https://b.test/cb"]));
    assert!(after.get("client_secret").is_none(), "{after}");
    let after = set(&["callbacks+=https://c.test/cb", "callbacks-=https://a.test/cb"]);
    assert_eq!(after["callbacks"], json!(["https://b.test/cb", "https://c.test/cb"]));
    let after = set(&["jwt_configuration.lifetime_in_seconds=3600", "description=null"]);
    assert_eq!(after["jwt_configuration"]["lifetime_in_seconds"], 3600);
    let people = house.run(&["set", &id, "name=Shop again"]).exits(0).out;
    assert!(people.starts_with("name  My shop → Shop again\n"), "{people}");
    assert_eq!(house.run(&["set", "Shop again", "name=Shop again"]).exits(5).out, "");
    let same = house.run(&["set", "Shop again", "name=Shop again", "--json"]).exits(5).json();
    assert_eq!(same["name"], "Shop again", "who reads JSON gets the client, changed or not");
    assert!(
        house.events("Update a client").iter().all(|event| event["details"]["by"]["kind"] == "command_line")
    );
}

#[test]
fn a_change_that_cannot_be_made_says_why_and_changes_nothing() {
    let house = House::new();
    let id = house.create("Shop", "spa");
    let before = house.run(&["show", &id, "--json"]).exits(0).json();
    for (change, word) in [
        ("calbacks=https://a.test", "Did you mean callbacks?"),
        ("callbacks=javascript:alert(1)", "callbacks.0: "),
        ("callbacks+=javascript:alert(1)", "callbacks.1: "),
        ("sso=perhaps", "sso: "),
        ("name=", "name: "),
        ("client_id=mine", "client_id: "),
        ("client_secret=0123456789012345678901234567890123456789", "rotate-secret"),
        ("name", "equals sign"),
    ] {
        let changes = ["set", &id, "callbacks=https://good.test/cb", change];
        let changes: Vec<&str> =
            if change.starts_with("callbacks=") { vec!["set", &id, change] } else { changes.to_vec() };
        let done = house.run(&changes).exits(2);
        assert!(done.err.contains(word) && done.out.is_empty(), "{change}: {done:?}");
    }
    house.run(&["set", &id]).exits(2);
    house.run(&["set", "nobody", "name=x"]).exits(3);
    assert_eq!(house.run(&["show", &id, "--json"]).exits(0).json(), before);
}

#[test]
fn a_rotated_secret_works_at_once_at_a_running_server_beside_the_old_one_or_instead() {
    let house = House::new();
    let create = ["create", "--name", "CI", "--type", "non_interactive", "--grant-management-api", "--json"];
    let made = house.run(&create).exits(0).json();
    let id = made["client_id"].as_str().unwrap().to_owned();
    let server = Server::start(house.folder.path(), &[]);
    let works = |secret: &Value| {
        let made = json!({ "client_id": id, "client_secret": secret, "audience": made["audience"] });
        super::contract::token_answer(house.port, house.port, &made).starts_with("HTTP/1.1 200")
    };
    let old = &made["client_secret"];
    assert!(works(old));
    let kept = house.run(&["rotate-secret", "CI", "--overlap", "24h", "--json"]).exits(0).json();
    assert_eq!((&kept["is_primary"], &kept["expires_at"]), (&json!(true), &Value::Null));
    assert!(works(&kept["client_secret"]) && works(old), "the old one goes on for a day");
    let people = house.run(&["rotate-secret", &id, "--overlap", "none"]).exits(0).out;
    assert!(people.contains("The old one has stopped working."), "{people}");
    let line = people.lines().find_map(|line| line.strip_prefix("Client Secret")).unwrap();
    assert!(works(&json!(line.trim())));
    assert!(!works(&kept["client_secret"]));
    let told = house.run(&["rotate-secret", &id]).exits(0).out;
    assert!(told.contains("The old one works until 20"), "{told}");
    for bad in ["soon", "1.5h", "366d", "-1h", ""] {
        house.run(&["rotate-secret", &id, "--overlap", bad]).exits(2);
    }
    drop(server);
}

/// What could only mislead: a right that a client without a secret can never use, and a secret for it.
#[test]
fn a_client_without_a_secret_gets_neither_one_nor_what_needs_one() {
    let here = House::new();
    for kind in ["spa", "native"] {
        let refused = here.run(&["create", "--name", "X", "--type", kind, "--grant-management-api"]).exits(2);
        assert!(refused.err.contains("non_interactive"), "{}", refused.err);
    }
    let public = ["--auth-method", "none", "--grant-management-api"];
    here.run(&[&["create", "--name", "X", "--type", "regular_web"][..], &public].concat()).exits(2);
    let method = ["--auth-method", "client_secret_post", "--grant-management-api"];
    here.run(&[&["create", "--name", "Odd", "--type", "native"][..], &method].concat()).exits(0);
    let id = here.create("Page", "spa");
    let refused = here.run(&["rotate-secret", &id]).exits(2);
    assert!(refused.err.contains("token_endpoint_auth_method"), "{}", refused.err);
    let made = here.run(&["create", "--name", "P", "--type", "spa", "--json"]).exits(0).json();
    assert_eq!(made["client_secret"], Value::Null, "{made}");
    let id = here.create("Old", "non_interactive");
    let told = here.run(&["set", &id, "token_endpoint_auth_method=none", "jwt_configuration.alg=HS256"]);
    let told = told.exits(0).out;
    assert!(told.contains("grant_types-=client_credentials") && told.contains("signed with RS256"), "{told}");
    here.run(&["set", &id, "grant_types-=client_credentials"]).exits(0);
    let id = here.create("Site", "regular_web");
    assert!(
        here.run(&["rotate-secret", &id, "--keep-old", "none"]).exits(0).out.contains("has stopped working")
    );
}

#[test]
fn a_client_is_deleted_by_whoever_says_yes() {
    let house = House::new();
    let id = house.create("Shop", "spa");
    let asked = house.run(&["delete", &id]).exits(2);
    assert!(asked.err.contains("--yes") && asked.err.contains("Shop"), "{}", asked.err);
    assert_eq!(house.run(&["show", &id, "--json"]).exits(0).json()["name"], "Shop");
    let gone = house.run(&["delete", "Shop", "--yes", "--json"]).exits(0).json();
    assert_eq!(gone, json!({ "client_id": id }));
    house.run(&["delete", &id, "--yes"]).exits(3);
    assert_eq!(house.events("Delete a client").len(), 1);
}

#[test]
fn a_hostile_name_cannot_drive_the_terminal() {
    let house = House::new();
    let hostile = "x\u{202e}gpj.exe\u{2066}\u{200f}";
    let id = house.create(hostile, "spa");
    let acts = |text: &str| {
        text.chars().any(|c| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200f}".contains(c))
    };
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["list", "--all"],
        &["show", &id],
        &["show", &id, "--json"],
        &["show", "no\u{1b}[2Jbody\u{202e}\u{9b}31m"],
        &["create", "--name", "x\u{9b}31m", "--type", "spa"],
        &["set", &id, "na\u{1b}me=x"],
        &["set", &id, "callbacks=https://a.test/\u{202e}"],
        &["delete", &id],
    ] {
        let done = house.run(args);
        assert!(!acts(&done.out) && !acts(&done.err), "{args:?}: {done:?}");
    }
    let list = house.run(&["list", "--json"]).exits(0).json();
    assert!(names(&list).contains(&hostile), "JSON means what was stored: {list}");
}
