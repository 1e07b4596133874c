//! SIGTERM: requests under way are finished, for ten seconds.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::process::{Server, free_port, installation};

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
