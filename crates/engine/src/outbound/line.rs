//! One connection to one receiver, kept while it is of use: the requests of a stream follow each other.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use doorward_model::log::event::tame;
use http::header::{HOST, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

use super::{Post, Reach, Reply, Unanswered};

/// How long looking up the name, connecting and proving may take together.
const CONNECT: Duration = Duration::from_secs(10);
/// Of an answer no more is read.
const MOST_READ: usize = 4096;
const AGENT: &str = concat!("Doorward/", env!("CARGO_PKG_VERSION"));

/// A connection that may be open.
#[derive(Default)]
pub struct Line {
    open: Option<Open>,
}

struct Open {
    /// Scheme, host and port.
    origin: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Line {
    /// Makes a request and waits for the answer, no longer than `reach` has patience.
    ///
    /// # Errors
    /// Why there is no answer. What was sent may have arrived all the same.
    pub async fn post(&mut self, reach: &Reach, post: Post) -> Result<Reply, Unanswered> {
        let host = host_of(&post.url);
        let patience = reach.0.patience;
        let answered = timeout(patience, self.exchange(reach, post)).await;
        let reply = answered.unwrap_or(Err(Unanswered::Slow { host, seconds: patience.as_secs() }));
        if reply.is_err() {
            self.open = None;
        }
        reply
    }

    async fn exchange(&mut self, reach: &Reach, post: Post) -> Result<Reply, Unanswered> {
        let origin = post.url.origin().ascii_serialization();
        let host = host_of(&post.url);
        let request = request(post).ok_or(Unanswered::Broken { host: host.clone() })?;
        // An old connection may have been closed by the other side at this very moment.
        if let Some(mut open) = self.open.take().filter(|open| open.origin == origin)
            && open.sender.ready().await.is_ok()
            && let Ok(response) = open.sender.send_request(request.clone()).await
        {
            return self.finish(open, response).await.map_err(|()| Unanswered::Broken { host });
        }
        let sender = timeout(CONNECT, connect(reach, &origin)).await;
        let slow = Unanswered::Slow { host: host.clone(), seconds: CONNECT.as_secs() };
        let mut open = Open { origin, sender: sender.unwrap_or(Err(slow))? };
        let response = open.sender.send_request(request).await;
        let response = response.map_err(|_| Unanswered::Broken { host: host.clone() })?;
        self.finish(open, response).await.map_err(|()| Unanswered::Broken { host })
    }

    /// Reads as much as anybody wants to see; a connection with more on it is not used again.
    async fn finish(&mut self, open: Open, response: Response<Incoming>) -> Result<Reply, ()> {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(|text| text.trim().to_owned());
        let mut body = response.into_body();
        let mut read = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(|_| ())?.into_data() {
                read.extend_from_slice(&data);
            }
            if read.len() > MOST_READ {
                return Ok(Reply { status, body: beginning(&read), retry_after });
            }
        }
        self.open = Some(open);
        Ok(Reply { status, body: beginning(&read), retry_after })
    }
}

fn beginning(read: &[u8]) -> String {
    String::from_utf8_lossy(&read[..read.len().min(MOST_READ)]).into_owned()
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn request(post: Post) -> Option<Request<Full<Bytes>>> {
    let target = &post.url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &post.url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, HeaderValue::from_static(AGENT))
        .body(Full::new(Bytes::from(post.body)))
        .ok()?;
    request.headers_mut().extend(post.headers);
    Some(request)
}

/// Looks the name up once and connects to an address that was looked at.
async fn connect(reach: &Reach, origin: &str) -> Result<SendRequest<Full<Bytes>>, Unanswered> {
    let url = Url::parse(origin).map_err(|_| Unanswered::Unknown { host: origin.to_owned() })?;
    let (host, is_plain) = (host_of(&url), url.scheme() != "https");
    let port = url.port_or_known_default().unwrap_or(443);
    let ips = addresses(reach, &url, port).await.ok_or(Unanswered::Unknown { host: host.clone() })?;
    let allowed: Vec<IpAddr> = ips.iter().copied().filter(|ip| reach.may_connect(*ip, is_plain)).collect();
    if allowed.is_empty() {
        let is_ours_to_plain = is_plain && ips.iter().any(|ip| reach.allows(*ip));
        return Err(if is_ours_to_plain {
            Unanswered::Plain { host }
        } else {
            Unanswered::Internal { host }
        });
    }
    let mut why = String::new();
    for ip in allowed {
        match TcpStream::connect(SocketAddr::new(ip, port)).await {
            Ok(stream) if is_plain => return shake_hands(stream, host).await,
            Ok(stream) => {
                let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
                let name = name.map_err(|_| Unanswered::Unknown { host: host.clone() })?;
                let proven = reach.0.tls.connect(name, stream).await;
                let why = |error: std::io::Error| tame(&error.to_string());
                let stream = proven
                    .map_err(|error| Unanswered::Certificate { host: host.clone(), why: why(error) })?;
                return shake_hands(stream, host).await;
            }
            Err(error) => why = error.kind().to_string(),
        }
    }
    Err(Unanswered::Closed { host, why })
}

async fn shake_hands<S>(stream: S, host: String) -> Result<SendRequest<Full<Bytes>>, Unanswered>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_| Unanswered::Broken { host })?;
    // It ends with its sender; how it ended is seen by who waits for an answer.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

async fn addresses(reach: &Reach, url: &Url, port: u16) -> Option<Vec<IpAddr>> {
    let found = match (url.host()?, &reach.0.names) {
        (Host::Ipv4(ip), _) => vec![ip.into()],
        (Host::Ipv6(ip), _) => vec![ip.into()],
        (Host::Domain(name), Some(names)) => names(name),
        (Host::Domain(name), None) => {
            let found = tokio::net::lookup_host((name, port)).await.ok()?;
            found.map(|address| address.ip()).collect()
        }
    };
    Some(found).filter(|ips| !ips.is_empty())
}
