//! The log as it grows, as the script of its page hears of it. Source: UX §1.9, "Live".

use doorward_model::client::kind::ClientKind;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use std::time::Duration;

use crate::browser::OpenHouse;
use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

/// Far longer than the slowest machine needs; only a failure waits that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer that goes on.
struct Stream(BufReader<TcpStream>);

impl Stream {
    async fn of(house: &OpenHouse, admin: &Visitor<'_>, query: &str) -> Self {
        let address = url::Url::parse(&house.page("/")).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", address.port().unwrap())).await.unwrap();
        let cookie = admin.cookie("__Host-dw-admin").unwrap();
        let request = format!(
            "GET /manage/logs/live{query} HTTP/1.1\r\nhost: localhost:{}\r\naccept: text/event-stream\r\n\
             cookie: __Host-dw-admin={cookie}\r\n\r\n",
            address.port().unwrap()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self(BufReader::new(stream))
    }

    /// The next line that begins like that; none when the answer ends before.
    async fn line(&mut self, begin: &str) -> Option<String> {
        let find = async {
            loop {
                let mut line = String::new();
                let read = self.0.read_line(&mut line).await.unwrap();
                // The last chunk of an answer is an empty one.
                if read == 0 || line == "0\r\n" {
                    return None;
                }
                if line.starts_with(begin) {
                    return Some(line.trim_end().to_owned());
                }
            }
        };
        timeout(PATIENCE, find).await.expect("nothing came")
    }
}

#[tokio::test]
async fn a_page_that_watches_is_told_of_what_it_shows_and_of_nothing_else() {
    let house = OpenHouse::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    house.advance(60);
    let mut all = Stream::of(&house, &admin, "").await;
    let mut failed = Stream::of(&house, &admin, "?q=outcome:failed").await;
    for stream in [&mut all, &mut failed] {
        assert_eq!(stream.line("HTTP/1.1 ").await.unwrap(), "HTTP/1.1 200 OK");
        let kind = stream.line("content-type").await.unwrap();
        assert_eq!(kind, "content-type: text/event-stream");
        stream.line("event: look").await.unwrap();
    }
    house.advance(60);
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    all.line("event: news").await.unwrap();
    house.advance(60);
    Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, "not the password").await;
    failed.line("event: news").await.unwrap();
    let logs = house.logs().await;
    let wrong = logs.iter().find(|event| event["type"] == "fp").unwrap()["log_id"].as_str().unwrap();
    assert_eq!(failed.line("data: ").await.unwrap(), format!("data: {wrong}.1"), "and of the login not");
}

#[tokio::test]
async fn it_ends_with_the_session_and_with_the_process() {
    let house = OpenHouse::new().await;
    let (one, other) = (house.admin().await, Visitor::new(&house));
    other.enter_dashboard("owner@example.com", PASSWORD).await;
    let party = house.party(ClientKind::Spa, Via::None).await;
    house.advance(60);
    let mut ends = Stream::of(&house, &one, "").await;
    let mut stays = Stream::of(&house, &other, "").await;
    for stream in [&mut ends, &mut stays] {
        stream.line("event: look").await.unwrap();
    }
    let page = one.get("/manage").await.is(200);
    one.submit_to(&page, "/manage/logout", &[]).await.is(303);
    house.advance(60);
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    stays.line("event: news").await.unwrap();
    let told = ends.line("event: ").await;
    assert!(told.is_none(), "told after the end of the session: {told:?}");
    house.app.wind_down();
    while stays.line("event: ").await.is_some() {}
}

#[tokio::test]
async fn whoever_follows_the_link_or_is_nobody_gets_a_page() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/logs/live").await.is(406).text();
    assert!(page.contains("for the script of the log page"), "{page}");
    let asked = Asked::get("/manage/logs/live").header("accept", "text/event-stream");
    house.send(asked).await.is(303);
}
