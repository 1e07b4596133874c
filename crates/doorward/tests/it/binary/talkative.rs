//! The built binary at its most talkative, HTTP and SQL libraries included: no secret on standard error, nor in
//! what commands say (GHSA-qgmm-f2qw-r95f).

use std::process::Stdio;

use super::browser::{PASSWORD, Target};
use super::contract::token_answer;
use super::process::{Server, doorward, free_port, installation, run};

#[tokio::test(flavor = "multi_thread")]
async fn at_trace_level_no_secret_is_said_by_the_binary() {
    let port = free_port();
    let folder = installation(port, &[]);
    let data = folder.path().to_str().unwrap();
    let target = Target::make(data, port, 1);
    let create = ["clients", "create", "--data", data, "--name", "CI", "--type", "non_interactive"];
    let made = run(&[&create[..], &["--grant-management-api", "--json"]].concat()).exits(0).json();
    let log = folder.path().join("said.log");
    let mut command = doorward(&["serve", "--data", data]);
    command.env("DOORWARD_LOG", "trace").stderr(Stdio::from(std::fs::File::create(&log).unwrap()));
    let server = Server::ready(command.spawn().unwrap());

    let refresh = target.log_in("person0@example.com").await.unwrap();
    let wrong = "canary-wrong-password-55c1";
    assert_eq!(target.try_password("person0@example.com", wrong).await.unwrap().status(), 400);
    let successor = target.refresh(&refresh).await.text().await.unwrap();
    let successor: serde_json::Value = serde_json::from_str(&successor).unwrap();
    let answer = token_answer(port, port, &made);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let token: serde_json::Value = serde_json::from_str(body).unwrap();
    let mut stranger = made.clone();
    stranger["client_secret"] = "canary-wrong-secret-9a77".into();
    assert!(token_answer(port, port, &stranger).starts_with("HTTP/1.1 401"));
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));

    let said = std::fs::read_to_string(&log).unwrap();
    assert!(
        said.contains("current version") && said.contains("/oauth/token"),
        "nothing was said, so nothing is proven: {said}"
    );
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    for (what, secret) in [
        ("the password", PASSWORD.to_owned()),
        ("a wrong password", wrong.to_owned()),
        ("a client secret", text(&made["client_secret"])),
        ("a wrong client secret", text(&stranger["client_secret"])),
        ("a refresh token", refresh),
        ("its successor", text(&successor["refresh_token"])),
        ("an access token", text(&token["access_token"])),
        ("another access token", text(&successor["access_token"])),
        ("an ID token", text(&successor["id_token"])),
        (
            "the sealing key",
            std::fs::read_to_string(folder.path().join("master.key")).unwrap().trim().to_owned(),
        ),
    ] {
        assert!(secret.len() >= 8 && !said.contains(&secret), "{what} is in the log");
    }
}
