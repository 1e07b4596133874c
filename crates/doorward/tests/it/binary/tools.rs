//! The original's own tools, as npm has them, over `--https` against the built binary: the Management SDK
//! (`interop/management`) and the deploy tool (`interop/deploy`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::process::{Server, free_port, installation, run};
use crate::kit::npm::{install, interop};

/// A running server, and a program that may everything there.
struct House {
    data: TempDir,
    server: Server,
    machine: Value,
}

impl House {
    fn start() -> Self {
        let data = installation(free_port(), &["--https"]);
        let server = Server::start(data.path(), &[]);
        let folder = data.path().to_str().unwrap();
        let machine =
            ["clients", "create", "--data", folder, "--name", "Tool", "--type", "non_interactive", "--json"];
        let machine = run(&[&machine[..], &["--grant-management-api"]].concat()).exits(0).json();
        Self { data, server, machine }
    }

    fn issuer(&self) -> &str {
        self.server.ready.strip_prefix("ready ").unwrap()
    }

    /// Runs a program to its end in a folder below `interop`; what it said, which is shown when it failed.
    fn lend(&self, folder: &str, program: &str, args: &[&str], names: [&str; 3]) -> String {
        let domain = self.issuer().trim_start_matches("https://").trim_end_matches('/');
        let done = Command::new(program)
            .args(args)
            .current_dir(interop(folder))
            .env("NODE_EXTRA_CA_CERTS", self.data.path().join("tls/ca.pem"))
            .env(names[0], if names[0] == "ISSUER" { self.issuer() } else { domain })
            .env(names[1], self.machine["client_id"].as_str().unwrap())
            .env(names[2], self.machine["client_secret"].as_str().unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(done.status.success(), "{program} {args:?}: {said}");
        said
    }

    fn deploy(&self, args: &[&str]) -> String {
        let names = ["AUTH0_DOMAIN", "AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"];
        self.lend("deploy", "node_modules/.bin/a0deploy", args, names)
    }

    /// What the deploy tool writes down of the tenant, file by file.
    fn exported(&self, name: &str) -> (PathBuf, BTreeMap<String, String>) {
        let folder = self.data.path().join(name);
        self.deploy(&["export", "--format", "yaml", "--output_folder", folder.to_str().unwrap()]);
        let texts = ["tenant.yaml", "pages/login.html", "emailTemplates/welcome_email.html"];
        let read = |name: &str| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            // What the tool adds to every database that it sends.
            (name.to_owned(), text.replace("      disable_self_service_change_password: false\n", ""))
        };
        let texts = texts.into_iter().map(read).collect();
        (folder.join("tenant.yaml"), texts)
    }
}

#[test]
fn the_official_management_sdk_does_all_its_work() {
    if !install("management") {
        return;
    }
    let house = House::start();
    let names = ["ISSUER", "MACHINE_ID", "MACHINE_SECRET"];
    let said = house.lend("management", "node", &["flow.mjs"], names);
    assert!(said.contains(" passed, 0 failed"), "{said}");
}

/// A whole tenant is written into a new installation, read back, and written again, which changes nothing;
/// with a client that may everything, so that nothing is left out for want of a scope.
#[test]
fn the_deploy_tool_carries_a_tenant_here_and_back() {
    if !install("deploy") {
        return;
    }
    let house = House::start();
    house.deploy(&["import", "--input_file", "tenant/tenant.yaml"]);
    let (file, first) = house.exported("first");
    let tenant = &first["tenant.yaml"];
    for kept in [
        "friendly_name: Acme",
        "idle_session_lifetime: 3.0166",
        "https://shop.example.test/callback",
        "team: till",
        "app_bundle_identifier: test.example.shop",
        "token_dialect: access_token_authz",
        "display_name: Our staff",
        "name: Clerk",
        "name: Our Splunk",
        "template: welcome_email",
        "#0059d6",
    ] {
        assert!(tenant.contains(kept), "{kept} is not in {tenant}");
    }
    for name in ["login.html", "welcome_email.html"] {
        let sent = std::fs::read_to_string(interop("deploy/tenant").join(name)).unwrap();
        assert!(first.values().any(|text| text.trim() == sent.trim()), "{name} was changed: {first:?}");
    }
    house.deploy(&["import", "--input_file", file.to_str().unwrap()]);
    for (name, text) in house.exported("second").1 {
        let changed: Vec<_> =
            text.lines().zip(first[&name].lines()).filter(|(now, then)| now != then).collect();
        assert!(text == first[&name], "its own export changed {name}: {changed:?}");
    }
}
