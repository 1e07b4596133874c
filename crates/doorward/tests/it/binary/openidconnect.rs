//! The crate `openidconnect`, unmodified, over `--https` against the built binary: all its flows
//! (`interop/openidconnect`). It is a program of its own, because what it brings along (`rsa`, `ring`) has no place
//! among our dependencies.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::process::{Server, free_port, installation, run, run_with_input};
use crate::kit::npm::interop;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "lovelace and babbage";
const FLOWS: [&str; 10] = [
    "discovery",
    "authorization code with PKCE",
    "ID token",
    "userinfo",
    "introspection",
    "refresh",
    "revocation",
    "RP-initiated logout",
    "device",
    "client credentials",
];

/// Beside what this program was built in, so that a second run finds it built.
fn built_in() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().join("interop")
}

fn made(data: &TempDir, name: &str, kind: &str, more: &[&str]) -> Value {
    let folder = data.path().to_str().unwrap();
    let create = ["clients", "create", "--data", folder, "--name", name, "--type", kind, "--json"];
    run(&[&create[..], more].concat()).exits(0).json()
}

#[test]
fn the_openidconnect_crate_runs_all_its_flows() {
    let data = installation(free_port(), &["--https"]);
    let server = Server::start(data.path(), &[]);
    let callbacks =
        ["--callback", "https://app.example.test/callback", "--logout-url", "https://app.example.test/bye"];
    let basic = ["--auth-method", "client_secret_basic"];
    let web = made(&data, "Web", "regular_web", &[&callbacks[..], &basic].concat());
    let device = made(&data, "Television", "native", &[]);
    let machine = made(&data, "Machine", "non_interactive", &["--grant-management-api"]);
    let (folder, device_id) = (data.path().to_str().unwrap(), device["client_id"].as_str().unwrap());
    let grant = "grant_types+=urn:ietf:params:oauth:grant-type:device_code";
    run(&["clients", "set", "--data", folder, device_id, grant]).exits(0);
    let connection = ["--connection", "Username-Password-Authentication"];
    let person = ["users", "create", "--data", folder, "--email", EMAIL, "--password-stdin"];
    run_with_input(&[&person[..], &connection].concat(), PASSWORD).exits(0);

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(interop("openidconnect/Cargo.toml"));
    cargo.arg("--target-dir").arg(built_in());
    cargo.env("ISSUER", server.ready.strip_prefix("ready ").unwrap());
    cargo.env("CA", data.path().join("tls/ca.pem"));
    cargo.env("WEB_ID", text(&web["client_id"])).env("WEB_SECRET", text(&web["client_secret"]));
    cargo.env("DEVICE_ID", device_id);
    cargo.env("MACHINE_ID", text(&machine["client_id"]));
    cargo.env("MACHINE_SECRET", text(&machine["client_secret"]));
    cargo.env("AUDIENCE", text(&machine["audience"]));
    let done = cargo.env("USERNAME", EMAIL).env("PASSWORD", PASSWORD).output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    for flow in FLOWS {
        assert!(said.contains(&format!("ok - {flow}\n")), "{flow}: {said}");
    }
}
