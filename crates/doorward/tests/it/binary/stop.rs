//! SIGTERM: requests under way are finished, for ten seconds.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::process::{Server, free_port, installation};
use crate::kit;

const BODY: &str = "grant_type=client_credentials&client_id=nobody&client_secret=x";

/// Sends all of a request but its body, and waits until the server asks for that: from then on the request
/// is under way.
fn begin(port: u16) -> TcpStream {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost:{port}\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
        BODY.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(String::from_utf8_lossy(&asked), "HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Waits until nothing listens any more: the signal has been heard.
fn until_it_listens_no_more(port: u16) {
    while TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn a_request_under_way_is_answered_after_the_signal() {
    let port = free_port();
    let folder = installation(port, &[]);
    let server = Server::start(folder.path(), &[]);
    let mut stream = begin(port);
    server.signal("TERM");
    until_it_listens_no_more(port);
    stream.write_all(BODY.as_bytes()).unwrap();
    let answer = rest(stream);
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("invalid_client"), "{answer}");
    assert_eq!(server.wait().0.code(), Some(0));
}

/// Without the limit this would never end.
#[test]
fn a_request_that_does_not_end_is_cut_off() {
    let port = free_port();
    let folder = installation(port, &[]);
    let server = Server::start(folder.path(), &[]);
    let stream = begin(port);
    server.signal("TERM");
    assert_eq!(server.wait().0.code(), Some(0));
    assert!(!rest(stream).contains("HTTP/1.1 2"));
}

/// One request, and the whole answer.
fn exchange(port: u16, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!(
        "{head}host: localhost:{port}\r\norigin: http://localhost:{port}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    rest(stream)
}

fn cookies(answer: &str) -> String {
    let set = answer.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
    set.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// Logs the owner in to the dashboard; gives the cookie.
fn log_in(port: u16) -> String {
    let page = exchange(port, "GET /manage/login HTTP/1.1\r\n", "");
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in kit::form(&page).unwrap().fields {
        let value = match name.as_str() {
            "username" => "owner@example.com".to_owned(),
            "password" => "an owner's password".to_owned(),
            _ => value,
        };
        body.append_pair(&name, &value);
    }
    let head = format!("POST /manage/login HTTP/1.1\r\ncookie: {}\r\n", cookies(&page));
    let answer = exchange(port, &head, &body.finish());
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    cookies(&answer)
}

/// A page that watches the log would else be waited for until it is cut off.
#[test]
fn who_watches_the_log_is_let_go_at_once() {
    let port = free_port();
    let folder = installation(port, &[]);
    let server = Server::start(folder.path(), &[]);
    let cookie = log_in(port);
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
    let request = format!(
        "GET /manage/logs/live HTTP/1.1\r\nhost: localhost:{port}\r\naccept: text/event-stream\r\n\
         cookie: {cookie}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut begun = String::new();
    while !begun.contains("event: look") {
        let mut bytes = [0; 256];
        let read = stream.read(&mut bytes).unwrap();
        assert!(read > 0, "{begun}");
        begun.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    server.signal("TERM");
    let end = rest(stream);
    assert!(end.ends_with("0\r\n\r\n"), "it was cut off: {end:?}");
    assert_eq!(server.wait().0.code(), Some(0));
}
