//! Receivers whose answers never end, or come byte by byte: no more is read than is shown, nobody is waited for longer
//! than a request may take, and whoever goes on talking is hung up on.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Far longer than the slowest machine needs; only a failure waits that long.
const LONG: Duration = Duration::from_secs(60);
/// How long a request may take here.
const SHORT: Duration = Duration::from_millis(500);
/// From one byte to the next: soon enough that nobody who only waits for some byte gives up.
const DRIP: Duration = Duration::from_millis(20);

/// Answers a request with `begin`, and then with `more` again and again until nobody listens.
async fn talk(listener: Arc<TcpListener>, begin: String, more: String, pause: Duration) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let _ = stream.read(&mut [0; 1024]).await;
    let mut said = stream.write_all(begin.as_bytes()).await;
    while said.is_ok() {
        tokio::time::sleep(pause).await;
        said = stream.write_all(more.as_bytes()).await;
    }
}

/// One that talks like that for as long as it is listened to.
fn talker(listener: &Arc<TcpListener>, (begin, more, pause): (&str, &str, Duration)) -> JoinHandle<()> {
    tokio::spawn(talk(Arc::clone(listener), begin.to_owned(), more.to_owned(), pause))
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off() {
    let house = House::reaching(|reach| reach.with_patience(SHORT)).await;
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let sink = json!({ "httpEndpoint": format!("http://{}/", listener.local_addr().unwrap()) });
    let id = made(&house, json!({ "name": "Mine", "type": "http", "sink": sink })).await;
    happen(&house, 0, 3).await;
    let header = format!("x-more: {}\r\n", "x".repeat(1000));
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    house.app.deliver_streams();
    let failing = [
        ("headers", "HTTP/1.1 200 OK\r\n", header.as_str(), Duration::ZERO),
        ("other answers before the answer", "", "HTTP/1.1 100 Continue\r\n\r\n", Duration::ZERO),
        ("a header byte by byte", "HTTP/1.1 200 OK\r\nx-more: ", "x", DRIP),
        ("a body byte by byte", body, "x", DRIP),
    ];
    for (failures, (what, begin, more, pause)) in (1..).zip(failing) {
        let talking = talker(&listener, (begin, more, pause));
        until(&house, &id, |health| health.state.progress.failures == failures).await;
        timeout(LONG, talking)
            .await
            .unwrap_or_else(|_| panic!("{what}: it is listened to for ever"))
            .unwrap();
        house.advance(61);
    }
    assert!(health(&house, &id).await.state.waiting >= 3, "nothing was taken");

    // Whoever says 200 has taken it, however much is said after that.
    let endless = ("HTTP/1.1 200 OK\r\n\r\n", &*"yes ".repeat(1000), Duration::ZERO);
    let talking = talker(&listener, endless);
    let done = until(&house, &id, |health| health.state.waiting == 0).await;
    timeout(LONG, talking).await.expect("it is listened to for ever").unwrap();
    let said = &done.attempts[0].said;
    assert!(said.starts_with("yes yes") && said.len() <= 512, "{} bytes", said.len());
    house.stop().await;
}

/// A connection that is taken, and on which nothing comes where TLS would begin.
#[tokio::test]
async fn one_that_does_not_answer_a_greeting_is_not_waited_for() {
    let house = House::reaching(|reach| reach.with_patience(SHORT)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sink = json!({ "httpEndpoint": format!("https://{}/", listener.local_addr().unwrap()) });
    let id = made(&house, json!({ "name": "Mine", "type": "http", "sink": sink })).await;
    let taken = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = Vec::new();
        // To its end: that is when it is hung up on.
        let _ = stream.read_to_end(&mut greeting).await;
        greeting
    });
    house.app.deliver_streams();
    let failing = until(&house, &id, |health| health.state.progress.failures == 1).await;
    assert!(failing.attempts[0].said.contains("did not answer"), "{:?}", failing.attempts);
    let greeting = timeout(LONG, taken).await.expect("it is not hung up on").unwrap();
    assert!(!greeting.is_empty());
    house.stop().await;
}
