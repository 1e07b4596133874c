//! The accept loop: from a connection to requests with their peer's address, and to a quiet end.
//!
//! Owns the limits that hold before there is a request: how many connections, how long a handshake
//! and the first header may take. Knows nothing of paths. Source: RFC 9112 §9, RFC 9113 §5.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::response::Response;
use futures_util::FutureExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// More than this wait in the system's queue.
const MAX_CONNECTIONS: usize = 4096;
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// From the connection to its first complete header, and from one request to the next.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// What running requests get after the signal to stop.
const STOP_TIME: Duration = Duration::from_secs(10);

/// What a connection that was let in at the last moment gets to say what it wants.
const LATE_TIME: Duration = Duration::from_millis(200);

/// The settings for new connections, when this process ends TLS.
pub type TlsSettings = Option<watch::Receiver<Arc<ServerConfig>>>;

/// What answers the requests of all connections.
pub trait Answering:
    Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Answering for S where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Serves until `stop`, then lets running requests finish, those included that the system has let in but
/// nobody has looked at.
pub async fn accept<S: Answering>(
    listener: TcpListener,
    tls: TlsSettings,
    router: S,
    stop: impl Future<Output = ()>,
) {
    let running = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::pin!(stop);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await.ok()?;
            Some((listener.accept().await, slot))
        };
        let (accepted, slot) = tokio::select! {
            next = next => match next { Some(next) => next, None => break },
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => open(stream, Connection::new(peer, &router, &running, slot), tls.as_ref()),
            // Out of file descriptors, or a peer that left at once: neither ends the server.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    let mut is_late = false;
    while let (Ok(slot), Some(Ok((stream, peer)))) =
        (Arc::clone(&slots).try_acquire_owned(), listener.accept().now_or_never())
    {
        open(stream, Connection::new(peer, &router, &running, slot), tls.as_ref());
        is_late = true;
    }
    drop(listener);
    if is_late {
        sleep(LATE_TIME).await;
    }
    if timeout(STOP_TIME, running.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

struct Connection<S> {
    peer: SocketAddr,
    router: S,
    watcher: Watcher,
    _slot: OwnedSemaphorePermit,
}

/// Serves a connection beside the others.
fn open<S: Answering>(
    stream: TcpStream,
    connection: Connection<S>,
    tls: Option<&watch::Receiver<Arc<ServerConfig>>>,
) {
    let settings = tls.map(|tls| Arc::clone(&tls.borrow()));
    tokio::spawn(connection.open(stream, settings));
}

impl<S: Answering> Connection<S> {
    fn new(peer: SocketAddr, router: &S, running: &GracefulShutdown, slot: OwnedSemaphorePermit) -> Self {
        Self { peer, router: router.clone(), watcher: running.watcher(), _slot: slot }
    }

    async fn open(self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) {
        let _ = stream.set_nodelay(true);
        let Some(settings) = tls else {
            return self.serve(TokioIo::new(stream)).await;
        };
        match timeout(HANDSHAKE_TIME, TlsAcceptor::from(settings).accept(stream)).await {
            Ok(Ok(stream)) => self.serve(TokioIo::new(stream)).await,
            Ok(Err(error)) => tracing::debug!(peer = %self.peer, %error, "no TLS handshake"),
            Err(_) => tracing::debug!(peer = %self.peer, "the TLS handshake took too long"),
        }
    }

    async fn serve<I: Read + Write + Unpin + Send + 'static>(self, io: I) {
        let Self { peer, router, watcher, _slot } = self;
        let has_asked = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&has_asked);
        let service = service_fn(move |mut request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().call(request)
        });
        let connection = watcher.watch(protocols().serve_connection(io, service).into_owned());
        // The parsers' own timers begin with the first byte that tells the protocols apart; a peer
        // that never sends one must go too.
        let silence = async {
            sleep(HEADER_TIME).await;
            if has_asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = connection => {
                if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "a connection ended early");
                }
            }
            () = silence => tracing::debug!(%peer, "a connection asked for nothing"),
        }
    }
}

fn protocols() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(64 * 1024)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn whoever_was_let_in_before_the_signal_gets_an_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut callers = Vec::new();
        for _ in 0..20 {
            let mut caller = TcpStream::connect(address).await.unwrap();
            caller.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            callers.push(caller);
        }
        let router = Router::new().route("/", get(|| async { "here" }));
        accept(listener, None, router, std::future::ready(())).await;
        for mut caller in callers {
            let mut answer = String::new();
            caller.read_to_string(&mut answer).await.unwrap();
            assert!(answer.ends_with("here"), "{answer:?}");
        }
    }
}
