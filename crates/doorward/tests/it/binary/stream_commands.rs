//! `doorward streams create` and `set`: what a receiver then gets, and what stays secret.

use std::io::Write as _;

use super::process::{Done, doorward, finish, free_port, installation};
use crate::kit::receiver::Receiver;

/// Runs a command while the receiver answers.
async fn run(args: &[&str]) -> Done {
    let child = doorward(args).spawn().unwrap();
    tokio::task::spawn_blocking(move || finish(child)).await.unwrap()
}

#[tokio::test]
async fn a_stream_is_made_and_changed_with_headers_that_stay_secret() {
    let (folder, receiver) = (installation(free_port(), &[]), Receiver::new().await);
    let data = folder.path().to_str().unwrap();
    let settings = std::fs::OpenOptions::new().append(true).open(folder.path().join("doorward.toml"));
    settings.unwrap().write_all(b"\nstream_networks = [\"127.0.0.0/8\"]\n").unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "canary-header-51c0\n").unwrap();
    let streams = async |args: &[&str]| run(&[&["streams", "--data", data], args].concat()).await;
    let headers = async |names: [&str; 2]| {
        streams(&["test", "Mine"]).await.exits(0);
        let last = receiver.got().pop().unwrap();
        names.map(|name| last.header(name).to_owned())
    };

    let endpoint = format!("httpEndpoint={}/in", receiver.origin);
    let secret = format!("X-Key=@{}", key.display());
    let made = [
        "create",
        "--name",
        "Mine",
        "--type",
        "http",
        &endpoint,
        "--header",
        &secret,
        "--header",
        "X-Source=one",
    ];
    let made = streams(&made).await.exits(0);
    assert!(!made.out.contains("canary"), "{made:?}");
    assert_eq!(headers(["x-key", "x-source"]).await, ["canary-header-51c0", "one"]);
    let shown = streams(&["show", "Mine", "--json"]).await.exits(0);
    assert_eq!(
        shown.json()["sink"]["httpCustomHeaders"][0],
        serde_json::json!({ "header": "X-Key", "value": "" })
    );

    streams(&["set", "Mine", "httpGzip=true", "--header", "X-Source=two"]).await.exits(0);
    assert_eq!(headers(["x-key", "content-encoding"]).await, ["canary-header-51c0", "gzip"]);
    assert_eq!(headers(["x-key", "x-source"]).await, ["canary-header-51c0", "two"]);
    streams(&["set", "Mine", "--no-header", "x-source"]).await.exits(0);
    assert_eq!(headers(["x-key", "x-source"]).await, ["canary-header-51c0", ""]);
    streams(&["set", "Mine", "--no-header", "X-Source"]).await.exits(3);
    streams(&["set", "Mine", "httpGzip=true"]).await.exits(5);
    streams(&["set", "Mine"]).await.exits(2);

    // A saved secret is sent to no other host.
    let moved = streams(&["set", "Mine", "httpEndpoint=http://127.0.0.1:9/in"]).await;
    assert!(moved.code != 0 && moved.err.contains("httpCustomHeaders.0"), "{moved:?}");
    let typed = ["create", "--name", "S", "--type", "splunk", "splunkDomain=a.test", "splunkToken=hunter2"];
    let typed = streams(&typed).await.exits(2);
    assert!(typed.err.contains("@FILE") && !typed.err.contains("hunter2"), "{typed:?}");
}
