//! A receiver of log streams on this machine: it keeps what it got, and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::given::Given;

/// One request.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// What it was answered.
    pub status: u16,
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The objects of a body, whether they stand line by line or in a list.
    pub fn objects(&self) -> Vec<Value> {
        let text = std::str::from_utf8(&self.body).unwrap();
        if text.starts_with('[') {
            return serde_json::from_str(text).unwrap();
        }
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The `log_id`s of a body, also inside of Splunk's envelope.
    pub fn ids(&self) -> Vec<String> {
        let id = |object: &Value| {
            let record = object.get("event").unwrap_or(object);
            assert_eq!(record["log_id"], record["data"]["log_id"]);
            record["log_id"].as_str().unwrap().to_owned()
        };
        self.objects().iter().map(id).collect()
    }
}

/// How a request is answered.
pub type Manner = Box<dyn Fn(&Got) -> Said + Send>;

pub enum Said {
    Status(u16, &'static str),
    /// With `Retry-After`.
    Later(u16, &'static str),
    /// A refusal with all that came: the path, the headers, the body.
    Echo(u16),
    /// A redirect.
    Elsewhere(u16, String),
    /// 200, once there is a permit.
    When(Arc<Semaphore>),
    /// Nothing, for ever.
    Nothing,
}

pub struct Receiver {
    pub origin: String,
    inner: Arc<Inner>,
    server: JoinHandle<()>,
}

struct Inner {
    got: Mutex<Vec<Got>>,
    manner: Mutex<Manner>,
    /// The secrets of a house, none of which may be in a body.
    given: OnceLock<Arc<Given>>,
}

impl Receiver {
    /// One that takes everything.
    pub async fn new() -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn at(listener: TcpListener) -> Self {
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let manner: Manner = Box::new(|_| Said::Status(200, r#"{"text":"Success","code":0}"#));
        let inner =
            Arc::new(Inner { got: Mutex::default(), manner: Mutex::new(manner), given: OnceLock::new() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, inner, server }
    }

    pub fn port(&self) -> u16 {
        self.origin.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// Answers as `manner` says from now on.
    pub fn answers(&self, manner: impl Fn(&Got) -> Said + Send + 'static) {
        *self.inner.manner.lock().unwrap() = Box::new(manner);
    }

    /// Keeps what comes from now on among what a house has given out.
    pub(super) fn belongs_to(&self, given: &Arc<Given>) {
        self.inner.given.get_or_init(|| Arc::clone(given));
    }

    pub fn got(&self) -> Vec<Got> {
        self.inner.got.lock().unwrap().clone()
    }

    /// The ids of all events that were taken, in order.
    pub fn taken(&self) -> Vec<String> {
        self.got().iter().filter(|got| got.status == 200).flat_map(Got::ids).collect()
    }

    /// Waits until what was got is as wanted.
    pub async fn until(&self, wanted: impl Fn(&[Got]) -> bool) {
        for _ in 0..6000 {
            if wanted(&self.inner.got.lock().unwrap()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("this was got and nothing else: {:#?}", self.got());
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or_else(String::new, ToString::to_string);
    if let Some(given) = inner.given.get() {
        given.note_sent(body.clone());
    }
    let mut got = Got { method, path, headers, body, status: 0 };
    let said = (inner.manner.lock().unwrap())(&got);
    let response = match &said {
        Said::Status(status, text) => {
            got.status = *status;
            (StatusCode::from_u16(*status).unwrap(), *text).into_response()
        }
        Said::Later(status, when) => {
            got.status = *status;
            let status = StatusCode::from_u16(*status).unwrap();
            (status, [("retry-after", *when)], "later").into_response()
        }
        Said::Echo(status) => {
            got.status = *status;
            let text = format!("{} {:?} {}", got.path, got.headers, String::from_utf8_lossy(&got.body));
            (StatusCode::from_u16(*status).unwrap(), text).into_response()
        }
        Said::Elsewhere(status, address) => {
            got.status = *status;
            (StatusCode::from_u16(*status).unwrap(), [("location", address.clone())]).into_response()
        }
        Said::When(_) => {
            got.status = 200;
            StatusCode::OK.into_response()
        }
        Said::Nothing => StatusCode::OK.into_response(),
    };
    inner.got.lock().unwrap().push(got);
    match said {
        Said::Nothing => std::future::pending::<()>().await,
        Said::When(gate) => gate.acquire().await.unwrap().forget(),
        _ => {}
    }
    response
}

/// A receiver with everything of it in a runtime of its own, so that its end is that of a process: nobody listens
/// any more, and every connection is gone.
pub struct Mortal {
    runtime: Option<Runtime>,
    pub receiver: Receiver,
    address: SocketAddr,
}

impl Mortal {
    /// One at that address, as soon as it is free; port 0 stands for any.
    pub async fn born(address: SocketAddr, manner: impl Fn(&Got) -> Said + Send + 'static) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let receiver = runtime.spawn(async move {
            let listener = loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => break listener,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            };
            let receiver = Receiver::at(listener);
            receiver.answers(manner);
            receiver
        });
        let receiver = receiver.await.unwrap();
        let address = ([127, 0, 0, 1], receiver.port()).into();
        Self { runtime: Some(runtime), receiver, address }
    }

    /// Ends it; gives where it was.
    pub fn dies(self) -> SocketAddr {
        self.address
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
