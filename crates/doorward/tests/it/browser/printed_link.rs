//! The first minutes as a person has them: the built binary in an empty folder, the link that it
//! prints, and a second admin by the command line while it runs.

use super::Browser;
use super::first_run::{OWNER, OWNER_PASSWORD};
use crate::binary::process::{Server, free_port, run, run_with_input};

#[tokio::test]
async fn an_empty_folder_becomes_an_installation_with_two_admins() {
    let Some(browser) = Browser::start().await else { return };
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let (data, origin) = (folder.path().to_str().unwrap(), format!("http://localhost:{port}"));
    let server = Server::start(folder.path(), &["--port", &port.to_string()]);
    assert_eq!(server.ready, format!("ready {origin}/"));
    let printed = run(&["init", "--link", "--data", data, "--json"]).exits(0).json();
    browser.open(printed["setup_link"].as_str().unwrap()).await;
    browser.fill("Your email address", OWNER).await;
    browser.fill("New password", OWNER_PASSWORD).await;
    browser.press("Create admin").await;
    browser.sees("First steps").await;

    let add = ["admin", "add", "--data", data, "--email", "second@example.com", "--password-stdin"];
    run_with_input(&add, &format!("{OWNER_PASSWORD}\n")).exits(0);
    browser.open_menu().await;
    browser.press("Log out").await;
    browser.fill("Email address", "second@example.com").await;
    browser.fill("Password", OWNER_PASSWORD).await;
    browser.press("Log in").await;
    browser.sees("Command line added the admin second@example.com").await;
    browser.end().await;
}
