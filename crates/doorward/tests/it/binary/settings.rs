//! Where settings come from: flags, `DOORWARD_…` variables, files; and the people who may change things.

use std::io::{BufRead, BufReader};
use std::path::Path;

use super::contract::{raw, token_answer};
use super::process::{Server, doorward, free_port, installation, run, run_with_input};

/// Starts a server with variables in its environment; gives it back when it said that it is ready.
fn start_with(variables: &[(&str, &str)], args: &[&str]) -> Server {
    let mut command = doorward(&[&["serve"], args].concat());
    Server::ready(command.envs(variables.iter().copied()).spawn().unwrap())
}

#[test]
fn every_flag_is_a_variable_and_the_flag_wins() {
    let folder = tempfile::tempdir().unwrap();
    let (data, key) = (folder.path().join("data"), folder.path().join("shared.key"));
    let (port, other) = (free_port().to_string(), free_port().to_string());
    let domain = format!("id.localhost:{port}");
    let variables = [
        ("DOORWARD_DATA", data.to_str().unwrap()),
        ("DOORWARD_DOMAIN", &domain),
        ("DOORWARD_PORT", &other),
        ("DOORWARD_LISTEN", "127.0.0.1"),
        ("DOORWARD_HTTPS", "true"),
        ("DOORWARD_DATABASE", "sqlite"),
        ("DOORWARD_MASTER_KEY_FILE", key.to_str().unwrap()),
        ("DOORWARD_API_LIMIT", "yes"),
        ("DOORWARD_TRUSTED_PROXIES", "127.0.0.1/32,::1/128"),
    ];
    let server = start_with(&variables, &["--port", &port]);
    assert_eq!(server.ready, format!("ready https://{domain}/"));
    assert!(key.exists() && data.join("tls/ca.pem").exists());
    drop(server);
    let config = folder.path().join("extra.toml");
    std::fs::write(&config, "trusted_proxies = [\"nonsense\"]\n").unwrap();
    let refused =
        doorward(&["serve"]).env("DOORWARD_DATA", &data).env("DOORWARD_CONFIG", &config).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("extra.toml"));
    let without = doorward(&["serve"]).env("DOORWARD_PORT", "many").output().unwrap();
    assert_eq!(without.status.code(), Some(2));
}

/// A certificate of one's own: named once, found at the next start, and its half is refused.
#[tokio::test]
async fn a_certificate_of_ones_own_is_served_and_kept() {
    let port = free_port();
    let made = tempfile::tempdir().unwrap();
    doorward::tls::install_provider();
    let now = doorward_engine::clock::Clock::System.now();
    doorward::tls::authority::ensure(made.path(), &format!("localhost:{port}"), now).unwrap();
    let file = |name: &str| made.path().join("tls").join(name).to_str().unwrap().to_owned();
    let (cert, key) = (file("leaf.pem"), file("leaf.key"));
    let folder = tempfile::tempdir().unwrap();
    let domain = format!("localhost:{port}");
    let half = run(&["serve", "--data", folder.path().to_str().unwrap(), "--tls-cert", &cert]).exits(2);
    assert!(half.err.contains("--tls-key"), "{}", half.err);
    let server = Server::start(folder.path(), &["--domain", &domain, "--tls-cert", &cert, "--tls-key", &key]);
    assert_eq!(server.ready, format!("ready https://{domain}/"));
    drop(server);
    assert!(!folder.path().join("tls").exists(), "no authority is made beside it");

    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready https://{domain}/"));
    let ca = reqwest::Certificate::from_pem(&std::fs::read(file("ca.pem")).unwrap()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
    let answer = client.get(format!("https://{domain}/healthz")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(server);
    let off = run(&["serve", "--data", folder.path().to_str().unwrap(), "--https=no"]).exits(2);
    assert!(off.err.contains("--issuer"), "{}", off.err);
}

/// The address in the log of a request that a proxy passed on.
fn logged_address(folder: &Path, port: u16, more: &[&str]) -> String {
    // A client of its own each time, as repeats would fold into one event.
    let data = folder.to_str().unwrap();
    let create = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive", "--json"];
    let client = run(&create).exits(0).json()["client_id"].as_str().unwrap().to_owned();
    let server = Server::start(folder, more);
    let body = format!("grant_type=client_credentials&client_id={client}&client_secret=wrong");
    let request = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost:{port}\r\nx-forwarded-for: 198.51.100.7\r\n\
         content-type: application/x-www-form-urlencoded\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert!(raw(&port.to_string(), &request).starts_with("HTTP/1.1 401"));
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
    let mut tail = doorward(&["logs", "tail", "--data", data, "-n", "1", "--json"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(tail.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    tail.kill().unwrap();
    tail.wait().unwrap();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    event["ip"].as_str().unwrap_or_else(|| panic!("{event}")).to_owned()
}

#[test]
fn a_proxy_is_believed_when_a_flag_or_the_file_names_its_network() {
    let port = free_port();
    let folder = installation(port, &[]);
    assert_eq!(logged_address(folder.path(), port, &[]), "127.0.0.1");
    assert_eq!(logged_address(folder.path(), port, &["--trusted-proxies", "127.0.0.0/8"]), "198.51.100.7");
    assert_eq!(
        logged_address(folder.path(), port, &["--trusted-proxies", "10.0.0.0/8,::1/128"]),
        "127.0.0.1"
    );
    let file = folder.path().join("doorward.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}trusted_proxies = [\"127.0.0.1/32\"]\n")).unwrap();
    assert_eq!(logged_address(folder.path(), port, &[]), "198.51.100.7");
}

#[test]
fn admins_are_added_listed_and_refused_in_words() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let add = |email: &str, role: &str, password: &str| {
        let args = ["admin", "add", "--data", data, "--email", email, "--role", role, "--password-stdin"];
        run_with_input(&args, password)
    };
    let good = "a password that is long enough\n";
    add("Second@Example.com", "viewer", good).exits(0);
    let again = add("second@example.com", "owner", good).exits(5);
    assert_eq!(again.err.lines().count(), 3, "what, why, what to do: {}", again.err);
    for (email, role, password) in [
        ("no address", "owner", good),
        ("third@example.com", "emperor", good),
        ("third@example.com", "owner", "short\n"),
    ] {
        let refused = add(email, role, password).exits(2);
        assert!(!refused.err.contains("long enough"), "{}", refused.err);
    }
    let admins = run(&["admin", "list", "--data", data, "--json"]).exits(0).json();
    let of = |at: usize| (admins[at]["email"].as_str().unwrap(), admins[at]["role"].as_str().unwrap());
    let mut all = [of(0), of(1)];
    all.sort_unstable();
    assert_eq!(all, [("owner@example.com", "owner"), ("second@example.com", "viewer")]);
    assert_eq!(admins.as_array().unwrap().len(), 2);
}

/// The commands of docs/guides/backup.md: a copy that was taken while the server ran starts elsewhere, with
/// the same clients and keys, and not without its sealing key.
#[test]
fn a_copy_taken_while_the_server_runs_starts_elsewhere() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let server = Server::start(folder.path(), &[]);
    let create = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive"];
    let made = run(&[&create[..], &["--grant-management-api", "--json"]].concat()).exits(0).json();
    let copy = tempfile::tempdir().unwrap();
    let file = |name: &str| copy.path().join(name);
    let sql = format!("VACUUM INTO '{}'", file("doorward.db").display());
    let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])";
    let database = folder.path().join("doorward.db");
    let copied = std::process::Command::new("python3").arg("-c").arg(program).arg(database).arg(sql).status();
    assert!(copied.unwrap().success());
    std::fs::copy(folder.path().join("doorward.toml"), file("doorward.toml")).unwrap();
    drop(server);

    let without_key = run(&["serve", "--data", copy.path().to_str().unwrap()]).exits(1);
    assert!(without_key.err.contains("master.key"), "{}", without_key.err);
    assert!(!file("master.key").exists());
    std::fs::copy(folder.path().join("master.key"), file("master.key")).unwrap();
    drop(folder);
    let _server = Server::start(copy.path(), &[]);
    let answer = token_answer(port, port, &made);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A folder that was not mounted, a file that was lost: never a second installation in the place of the first.
#[test]
fn a_database_that_is_gone_is_said_and_not_made_anew() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let database = folder.path().join("doorward.db");
    for emptied in [false, true] {
        for file in ["doorward.db", "doorward.db-wal", "doorward.db-shm"] {
            let _ = std::fs::remove_file(folder.path().join(file));
        }
        if emptied {
            std::fs::write(&database, "").unwrap();
        }
        for command in [&["serve"][..], &["clients", "list"]] {
            let refused = run(&[command, &["--data", data]].concat()).exits(1);
            assert!(refused.err.contains("doorward.db") && refused.err.contains("backup"), "{}", refused.err);
            assert_eq!(refused.out, "");
        }
    }
}

/// Settings and a key that were put there by hand are no installation yet.
#[test]
fn a_first_start_may_find_settings_and_a_key() {
    let (folder, other) = (tempfile::tempdir().unwrap(), installation(free_port(), &[]));
    let port = free_port();
    let (file, key) = (folder.path().join("doorward.toml"), folder.path().join("given.key"));
    std::fs::copy(other.path().join("master.key"), &key).unwrap();
    std::fs::write(
        &file,
        format!("issuer = \"http://localhost:{port}/\"\nmaster_key_file = \"given.key\"\n"),
    )
    .unwrap();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready http://localhost:{port}/"));
}

/// The database knows the installation; whoever lost the settings file gets it again by `init`.
#[test]
fn a_lost_settings_file_is_written_again() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    std::fs::remove_file(folder.path().join("doorward.toml")).unwrap();
    let other = run(&["init", "--data", data, "--link"]).exits(2);
    let issuer = format!("http://localhost:{port}/");
    assert!(other.err.contains(&format!("--issuer {issuer}")), "{}", other.err);
    let link = run(&["init", "--data", data, "--link", "--issuer", &issuer, "--json"]).exits(0).json();
    assert!(link["setup_link"].as_str().unwrap().starts_with(&format!("{issuer}setup#k=")), "{link}");
    run(&["clients", "list", "--data", data]).exits(0);
    run(&["init", "--data", data]).exits(5);
}

#[test]
fn how_much_is_logged_is_chosen_by_a_word_that_is_one() {
    let folder = installation(free_port(), &[]);
    let refused = doorward(&["serve", "--data", folder.path().to_str().unwrap()])
        .env("DOORWARD_LOG", "gar[bage")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("DOORWARD_LOG"));
}
