//! Tests of names whose addresses change, or are of both kinds: requests go nowhere else than was looked at.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// The only address that is opened: it stands for one outside. (All of 127.0.0.0/8 is the own machine.)
const OPENED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const INSIDE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A listener that takes every request with 204 and hangs up.
struct Listener {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Listener {
    async fn at(ip: Ipv4Addr, port: u16) -> Self {
        let listener = TcpListener::bind((ip, port)).await.unwrap();
        let (port, visits) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&visits);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut seen = [0; 1024];
                let _ = stream.read(&mut seen).await;
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
            }
        });
        Self { port, visits }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// A name with those addresses, one list after the other and the last one for ever; and how often it was looked up.
fn naming(answers: &[&[Ipv4Addr]]) -> (Reach, Arc<AtomicUsize>) {
    let answers: Vec<Vec<IpAddr>> =
        answers.iter().map(|ips| ips.iter().copied().map(IpAddr::V4).collect()).collect();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let names = move |name: &str| {
        assert_eq!(name, "logs.test");
        let turn = counted.fetch_add(1, Ordering::SeqCst);
        answers[turn.min(answers.len() - 1)].clone()
    };
    let opened = vec![IpNet::from(IpAddr::V4(OPENED))];
    (Reach::new(opened, None, Vec::new()).with_names(names), asked)
}

async fn post(line: &mut Line, reach: &Reach, port: u16) -> Result<u16, Unanswered> {
    let url = Url::parse(&format!("http://logs.test:{port}/")).unwrap();
    let post = Post { url, headers: Vec::new(), body: b"{}".to_vec() };
    line.post(reach, post).await.map(|reply| reply.status)
}

/// A name whose answers change from one question to the next (DNS rebinding).
#[tokio::test]
async fn the_address_that_was_looked_at_is_the_one_that_is_connected_to() {
    let inside = Listener::at(INSIDE, 0).await;
    let outside = Listener::at(OPENED, inside.port).await;
    let (reach, asked) = naming(&[&[OPENED], &[INSIDE]]);
    let mut line = Line::default();
    assert_eq!(post(&mut line, &reach, inside.port).await, Ok(204));
    assert_eq!((outside.visits(), inside.visits()), (1, 0));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "one answer is looked at and used");
    let internal = Unanswered::Internal { host: "logs.test".to_owned() };
    assert_eq!(post(&mut line, &reach, inside.port).await, Err(internal));
    assert_eq!((outside.visits(), inside.visits()), (1, 0));
}

/// Of several addresses only those that may be reached are tried, also when none of them answers.
#[tokio::test]
async fn an_address_inside_is_not_tried_beside_or_after_one_outside() {
    let inside = Listener::at(INSIDE, 0).await;
    for answer in [[INSIDE, OPENED], [OPENED, INSIDE]] {
        let (reach, asked) = naming(&[&answer]);
        let refused = post(&mut Line::default(), &reach, inside.port).await;
        assert!(matches!(refused, Err(Unanswered::Closed { .. })), "{refused:?}");
        assert_eq!((asked.load(Ordering::SeqCst), inside.visits()), (1, 0));
    }
    let outside = Listener::at(OPENED, inside.port).await;
    let (reach, _) = naming(&[&[INSIDE, OPENED]]);
    assert_eq!(post(&mut Line::default(), &reach, inside.port).await, Ok(204));
    assert_eq!((outside.visits(), inside.visits()), (1, 0));
}

#[tokio::test]
async fn a_name_without_an_address_cannot_be_found() {
    let (reach, _) = naming(&[&[]]);
    let refused = post(&mut Line::default(), &reach, 9).await;
    assert_eq!(refused, Err(Unanswered::Unknown { host: "logs.test".to_owned() }));
}
