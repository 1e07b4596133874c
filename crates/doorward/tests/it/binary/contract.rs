//! What scripts rely on: the ready line, exit codes, JSON, files and their rights.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use doorward_store::DatabaseUrl;

use super::process::{Server, doorward, finish, free_port, installation, run, run_with_input};
use crate::kit::Engine;

#[test]
fn a_first_start_prints_one_line_and_nothing_else_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().to_string();
    let server = Server::start(folder.path(), &["--port", &port]);
    assert_eq!(server.ready, format!("ready http://localhost:{port}/"));
    for probe in ["/healthz", "/readyz", "/.well-known/openid-configuration"] {
        assert!(
            raw(
                &port,
                &format!("GET {probe} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n")
            )
            .starts_with("HTTP/1.1 200"),
            "{probe}"
        );
    }
    server.signal("TERM");
    let (status, rest) = server.wait();
    assert_eq!(status.code(), Some(0));
    assert_eq!(rest, "", "more than one line on standard output");
    // The second start needs no flags: the first one is written down.
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.ready, format!("ready http://localhost:{port}/"));
    server.signal("INT");
    assert_eq!(server.wait().0.code(), Some(0));
}

/// Sends a request and gives everything that comes back.
pub fn raw(port: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Off by default, at an address of their own when they are wanted, and never at that of people and programs.
#[test]
fn metrics_are_given_at_the_address_that_the_operator_names_and_nowhere_else() {
    let (port, numbers) = (free_port(), free_port());
    let folder = installation(port, &[]);
    let ask = |port: u16, path: &str| {
        raw(
            &port.to_string(),
            &format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n"),
        )
    };
    let address = format!("127.0.0.1:{numbers}");
    let server = Server::start(folder.path(), &["--metrics-listen", &address]);
    assert!(ask(port, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(ask(port, "/metrics").starts_with("HTTP/1.1 404"));
    let answer = ask(numbers, "/metrics");
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    for line in
        ["doorward_build_info{version=", "doorward_http_requests_total{route=\"/healthz\",status=\"2xx\"} 1"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    #[cfg(target_os = "linux")]
    assert!(page.contains("process_resident_memory_bytes "), "{page}");
    assert!(ask(numbers, "/healthz").starts_with("HTTP/1.1 404"), "nothing else is there");
    drop(server);

    let server = Server::start(folder.path(), &[]);
    assert!(std::net::TcpStream::connect(&address).is_err(), "they are off where nobody asks for them");
    drop(server);
    // An address that somebody else has is said at once, and nothing is served.
    let taken = std::net::TcpListener::bind(&address).unwrap();
    let refused = run(&["serve", "--data", folder.path().to_str().unwrap(), "--metrics-listen", &address]);
    assert!(refused.code != 0 && refused.err.contains("--metrics-listen"), "{refused:?}");
    drop(taken);
}

#[test]
fn init_makes_an_installation_once() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let again = run(&["init", "--data", data]).exits(5);
    assert_eq!(again.err.lines().count(), 3, "what, why, what to do: {}", again.err);
    let admins = run(&["admin", "list", "--data", data, "--json"]).exits(0).json();
    assert_eq!(admins[0]["email"], "owner@example.com");
    assert_eq!(admins[0]["role"], "owner");
    let link = run(&["init", "--link", "--data", data, "--json"]).exits(0).json();
    assert!(
        link["setup_link"].as_str().unwrap().starts_with(&format!("http://localhost:{port}/setup#k=")),
        "{link}"
    );
}

#[cfg(unix)]
#[test]
fn what_is_secret_on_disk_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = installation(free_port(), &[]);
    for name in ["master.key", "doorward.toml"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    let inner = folder.path().join("made/by/init");
    run(&["init", "--data", inner.to_str().unwrap()]).exits(0);
    assert_eq!(std::fs::metadata(inner).unwrap().permissions().mode() & 0o077, 0);
}

/// Exit code 4, and the file in the words: somebody else may be allowed what this user is not. Root, who may
/// read everything, runs the command as nobody; anybody else takes the rights away from the file.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_told_apart_from_what_does_not_work() {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    // Where the tests lie, nobody may have no business.
    let (binary, bin) = (std::path::Path::new(env!("CARGO_BIN_EXE_doorward")), tempfile::tempdir().unwrap());
    let copy = bin.path().join("doorward");
    std::fs::copy(binary, &copy).unwrap();
    set_mode(bin.path(), 0o755);
    for name in ["master.key", "doorward.db", "doorward.toml"] {
        let folder = installation(free_port(), &[]);
        let data = folder.path().to_str().unwrap();
        let mut command = doorward(&["keys", "list", "--data", data]);
        if is_root {
            open_to_all(folder.path(), name);
            let arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_owned).collect();
            command = std::process::Command::new(&copy);
            command.args(arguments).uid(65534).gid(65534);
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        } else {
            set_mode(&folder.path().join(name), 0o000);
        }
        let refused = finish(command.spawn().unwrap()).exits(4);
        assert!(refused.err.contains(name), "{}", refused.err);
        assert_eq!(refused.err.lines().count(), 3, "what, why, what to do: {}", refused.err);
    }
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Lets everybody read and write everything in the folder but one file.
#[cfg(unix)]
fn open_to_all(folder: &std::path::Path, but: &str) {
    set_mode(folder, 0o777);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with(but) {
            set_mode(&path, 0o666);
        }
    }
}

#[test]
fn a_machine_client_is_made_while_the_server_runs_and_while_it_does_not() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let create = || {
        let args = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive"];
        run(&[&args[..], &["--grant-management-api", "--json"]].concat()).exits(0).json()
    };
    let offline = create();
    let server = Server::start(folder.path(), &[]);
    let online = create();
    for made in [&offline, &online] {
        let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["client_id", "client_secret", "domain", "audience"]);
        assert_eq!(made["domain"], format!("localhost:{port}"));
        assert_eq!(made["audience"], format!("http://localhost:{port}/api/v2/"));
        token_for(port, made);
    }
    drop(server);
}

#[test]
fn commands_say_what_why_and_what_to_do_and_exit_as_promised() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let nowhere = empty.path().to_str().unwrap();
    let cases: [(&[&str], i32); 12] = [
        (&["clients", "create", "--data", nowhere, "--name", "x", "--type", "spa"], 3),
        (&["admin", "list", "--data", nowhere], 3),
        (&["clients", "create", "--data", data, "--name", "a<b", "--type", "spa"], 2),
        (&["clients", "create", "--data", data, "--name", "x", "--type", "toaster"], 2),
        (
            &[
                "clients",
                "create",
                "--data",
                data,
                "--name",
                "x",
                "--type",
                "spa",
                "--callback",
                "javascript:1",
            ],
            2,
        ),
        (&["serve", "--data", data, "--domain", "localhost:1"], 2),
        (&["serve", "--data", data, "--issuer", "https://other.test/"], 2),
        (&["serve", "--data", data, "--database", "postgres://db/x"], 2),
        (&["serve", "--data", nowhere, "--domain", "id.acme.test"], 2),
        (&["serve", "--data", nowhere, "--config", "/nowhere.toml"], 3),
        (&["init", "--data", nowhere, "--admin-email", "a@b.test"], 2),
        (&["nonsense"], 2),
    ];
    for (args, code) in cases {
        let done = run(args).exits(code);
        assert_eq!(done.out, "", "{args:?}");
        assert!(done.err.lines().count() >= 3 || args == ["nonsense"], "{args:?}: {}", done.err);
    }
    let http = run(&["serve", "--data", nowhere, "--domain", "id.acme.test"]).err;
    assert!(http.contains("--https") && http.contains("--issuer"), "{http}");
    let users =
        ["users", "create", "--data", data, "--email", "ada@example.com", "--password-stdin", "--json"];
    let made = run_with_input(&users, "correct horse battery\n").exits(0).json();
    assert!(made["user_id"].as_str().unwrap().starts_with("auth0|"), "{made}");
    run_with_input(&users, "correct horse battery\n").exits(5);
    run_with_input(
        &["admin", "reset", "--data", data, "--email", "nobody@example.com", "--password-stdin"],
        "a long enough one\n",
    )
    .exits(3);
    run_with_input(
        &["admin", "reset", "--data", data, "--email", "owner@example.com", "--password-stdin"],
        "a long enough one\n",
    )
    .exits(0);
    let version = run(&["version", "--json"]).exits(0).json();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_setting_that_is_mistyped_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("doorward.toml"), "prot = 1\n").unwrap();
    let done = run(&["serve", "--data", folder.path().to_str().unwrap()]).exits(2);
    assert!(done.err.contains("prot"), "{}", done.err);
}

#[test]
fn a_busy_port_names_who_has_it_and_another_one() {
    let port = free_port();
    let first = installation(port, &[]);
    let _server = Server::start(first.path(), &[]);
    let second = installation(port, &[]);
    let done = run(&["serve", "--data", second.path().to_str().unwrap()]).exits(1);
    assert!(done.err.contains(&format!("Port {port} is in use")), "{}", done.err);
    assert!(done.err.contains(&format!("--port {}", port + 1)), "{}", done.err);
    if cfg!(target_os = "linux") {
        assert!(done.err.contains("(doorward)"), "{}", done.err);
    }
}

#[test]
fn a_lost_sealing_key_is_said_and_not_replaced() {
    let folder = installation(free_port(), &[]);
    let key = folder.path().join("master.key");
    std::fs::remove_file(&key).unwrap();
    let done = run(&["serve", "--data", folder.path().to_str().unwrap()]).exits(1);
    assert!(done.err.contains("master.key"), "{}", done.err);
    assert!(!key.exists());
}

#[test]
fn a_start_that_was_cut_off_before_there_was_a_key_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("doorward.db"), "").unwrap();
    run(&["init", "--data", folder.path().to_str().unwrap()]).exits(0);
}

#[test]
fn the_sealing_key_of_another_installation_is_said() {
    let (folder, other) = (installation(free_port(), &[]), installation(free_port(), &[]));
    std::fs::copy(other.path().join("master.key"), folder.path().join("master.key")).unwrap();
    let done = run(&["admin", "list", "--data", folder.path().to_str().unwrap()]).exits(1);
    let fix = done.err.lines().last().unwrap();
    assert!(fix.contains("master.key") && fix.contains("sealing key"), "{}", done.err);
}

#[test]
fn a_new_sealing_key_still_opens_what_the_old_one_sealed() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let before = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
    let server = Server::start(folder.path(), &[]);
    run(&["keys", "rotate-master", "--data", data]).exits(0);
    let after = std::fs::read_to_string(folder.path().join("master.key")).unwrap();
    assert!(after.ends_with(&before) && after.len() > before.len());
    // The server that runs takes the new key up when it meets something sealed with it.
    let create = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive"];
    let made = run(&[&create[..], &["--grant-management-api", "--json"]].concat()).exits(0).json();
    token_for(port, &made);
    drop(server);
    let server = Server::start(folder.path(), &[]);
    assert!(server.ready.starts_with("ready "));
    token_for(port, &made);
}

/// Gets a token with what `clients create --json` printed.
fn token_for(port: u16, made: &serde_json::Value) {
    token_at(port, port, made);
}

/// The same from a node that listens elsewhere than the issuer says, as behind a proxy.
fn token_at(listens: u16, port: u16, made: &serde_json::Value) {
    let answer = token_answer(listens, port, made);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// What the token endpoint answers to a client with its credentials.
pub fn token_answer(listens: u16, port: u16, made: &serde_json::Value) -> String {
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&audience={}",
        made["client_id"].as_str().unwrap(),
        made["client_secret"].as_str().unwrap(),
        made["audience"].as_str().unwrap()
    );
    let request = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(&listens.to_string(), &request)
}

#[test]
fn another_port_than_the_issuers_is_refused_and_never_called_ready() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let done = run(&["serve", "--data", data, "--port", &free_port().to_string()]).exits(2);
    assert_eq!(done.out, "");
}

#[test]
fn a_proxy_that_nobody_named_is_said_once() {
    let port = free_port();
    let folder = installation(port, &[]);
    let mut server = doorward(&["serve", "--data", folder.path().to_str().unwrap()]).spawn().unwrap();
    let mut ready = [0; 6];
    server.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    assert_eq!(&ready, b"ready ");
    for _ in 0..2 {
        let request = format!(
            "GET /authorize HTTP/1.1\r\nhost: localhost:{port}\r\nx-forwarded-for: 192.0.2.1\r\nconnection: close\r\n\r\n"
        );
        raw(&port.to_string(), &request);
    }
    server.kill().unwrap();
    let log = server.wait_with_output().unwrap().stderr;
    let log = String::from_utf8_lossy(&log);
    assert_eq!(log.matches("--trusted-proxies").count(), 1, "{log}");
}

/// SECURITY §10, request smuggling: what two readers could understand differently is refused, or read as the
/// standard says and followed by the end of the connection (RFC 9112 §6.1). The address would answer 200.
#[test]
fn two_lengths_in_one_request_are_refused_and_beside_chunks_none_counts() {
    let port = free_port();
    let folder = installation(port, &[]);
    let _server = Server::start(folder.path(), &[]);
    let head = format!("GET /healthz HTTP/1.1\r\nhost: localhost:{port}\r\n");
    let smuggled = "GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n";
    let ask = |lengths: &str| raw(&port.to_string(), &format!("{head}{lengths}\r\n0\r\n\r\n{smuggled}"));
    for lengths in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length: -5\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
    ] {
        let answer = ask(lengths);
        assert!(answer.starts_with("HTTP/1.1 400"), "{lengths:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{lengths:?}: {answer}");
    }
    // The chunks count, whatever the length says, and nobody may send anything after them.
    for lengths in [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
    ] {
        let answer = ask(lengths);
        assert!(answer.starts_with("HTTP/1.1 200"), "{lengths:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{lengths:?}: {answer}");
        assert!(answer.contains("connection: close") && !answer.contains("ready"), "{lengths:?}: {answer}");
    }
}

#[test]
fn signing_keys_are_listed_rotated_and_revoked() {
    let folder = installation(free_port(), &[]);
    let data = folder.path().to_str().unwrap();
    let keys = || run(&["keys", "list", "--data", data, "--json"]).exits(0).json();
    let of = |state: &str| {
        let keys = keys();
        let mut all = keys.as_array().unwrap().iter().filter(|key| key["state"] == state);
        all.next().map(|key| key["kid"].as_str().unwrap().to_owned())
    };
    let (current, next) = (of("current").unwrap(), of("next").unwrap());
    let table = run(&["keys", "list", "--data", data]).exits(0).out;
    assert!(table.lines().count() == 2 && table.contains(&current) && table.contains("published"), "{table}");
    // The next key is seconds old.
    let early = run(&["keys", "rotate", "--data", data]).exits(4);
    assert!(early.err.contains("seconds"), "{}", early.err);
    let signs = run(&["keys", "revoke", &current, "--data", data]).exits(4);
    assert!(signs.err.contains("Rotate first"), "{}", signs.err);
    let revoked = run(&["keys", "revoke", &next, "--data", data, "--json"]).exits(0).json();
    assert_eq!((&revoked["kid"], &revoked["state"]), (&next.clone().into(), &"revoked".into()));
    assert_ne!(of("next").unwrap(), next);
    run(&["keys", "revoke", &next, "--data", data]).exits(5);
    run(&["keys", "revoke", "nobody", "--data", data]).exits(3);
}

#[test]
fn two_nodes_that_start_at_once_on_an_empty_database_both_serve() {
    if !Engine::all().contains(&Engine::Postgres) {
        return;
    }
    let database = Engine::Postgres.fresh();
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("not PostgreSQL") };
    let key = database.folder.path().join("shared.key");
    let domain = format!("localhost:{}", free_port());
    let start = || {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port().to_string());
        let args = ["--domain", &domain, "--port", &port, "--database", url.expose()];
        Server::start(folder.path(), &[&args[..], &["--master-key-file", key.to_str().unwrap()]].concat())
            .ready
            .clone()
    };
    let ready = std::thread::scope(|scope| {
        let nodes = [scope.spawn(start), scope.spawn(start)];
        nodes.map(|node| node.join().unwrap())
    });
    assert_eq!(ready, [(); 2].map(|()| format!("ready http://{domain}/")));
}

/// `--database postgres://…`: the same commands, and a second node that shares database and key.
#[test]
fn two_nodes_share_a_postgresql_database() {
    if !Engine::all().contains(&Engine::Postgres) {
        return;
    }
    let database = Engine::Postgres.fresh();
    let DatabaseUrl::Postgres(url) = &database.url else { panic!("not PostgreSQL") };
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = database.folder.path().join("shared.key");
    let (key, port, other_port) = (key.to_str().unwrap(), free_port(), free_port());
    let domain = format!("localhost:{port}");
    let common = ["--domain", &domain, "--database", url.expose()];

    let without_key =
        run(&[&["init", "--data", first.path().to_str().unwrap()], &common[..]].concat()).exits(2);
    assert!(without_key.err.contains("DOORWARD_MASTER_KEY_FILE"), "{}", without_key.err);
    assert!(!without_key.err.contains(url.expose()));
    let with_key = ["--master-key-file", key];
    run(&[&["init", "--data", first.path().to_str().unwrap()], &common[..], &with_key].concat()).exits(0);
    run(&[&["init", "--data", second.path().to_str().unwrap()], &common[..], &with_key].concat()).exits(5);

    let one = Server::start(first.path(), &with_key);
    let port_flag = other_port.to_string();
    let two = Server::start(second.path(), &[&common[..], &with_key, &["--port", &port_flag]].concat());
    assert_eq!(
        (&one.ready, &two.ready),
        (&format!("ready http://{domain}/"), &format!("ready http://{domain}/"))
    );
    let data = first.path().to_str().unwrap();
    let create = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive"];
    let made = run(&[&create[..], &with_key, &["--grant-management-api", "--json"]].concat()).exits(0).json();
    token_for(port, &made);
    token_at(other_port, port, &made);
}
