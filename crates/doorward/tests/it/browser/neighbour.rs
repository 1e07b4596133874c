//! An application at another origin of this machine: whatever it is asked, it says that the person is
//! back, and shows what came along.

use axum::Router;
use axum::response::Html;
use http::Uri;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// It closes when it is dropped.
pub struct Neighbour {
    origin: String,
    serving: JoinHandle<()>,
}

impl Neighbour {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            axum::serve(listener, Router::new().fallback(answer)).await.unwrap();
        });
        Self { origin, serving }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

async fn answer(uri: Uri) -> Html<String> {
    let query = uri.query().unwrap_or_default().replace('&', " ");
    Html(format!(
        "<!doctype html><html lang=en><title>Application</title><link rel=icon href='data:,'>\
         <h1>Back at the application</h1><p>{query}</p>"
    ))
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
