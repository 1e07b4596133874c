//! Reading bodies: bounded in size and time, refused in the skin of the address.
//!
//! A body that is too large is read to a second bound and thrown away, so that the sender sees the
//! refusal instead of a broken connection. Nothing of it is kept, so nobody's 1 MB password is hashed.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use doorward_protocol::oauth::params::Params;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;

use crate::fault::{Refusal, Skinned};

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 * 1024;
/// The largest body that is read from a proven caller of the Management API: texts of pages and mails
/// are long.
pub const API_BODY_LIMIT: usize = 256 * 1024;
/// How much of a body that is too large is read and thrown away.
const DRAIN_LIMIT: usize = 4 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How much is read of this request's body, where it is not [`BODY_LIMIT`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// Extractor: the whole body, at most [`BODY_LIMIT`], or [`API_BODY_LIMIT`] behind a token.
#[derive(Debug, Clone)]
pub struct RawBody(pub Bytes);

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = Skinned;

    async fn from_request(request: Request, _: &S) -> Result<Self, Skinned> {
        let (parts, body) = request.into_parts();
        let limit = parts.extensions.get::<BodyLimit>().map_or(BODY_LIMIT, |BodyLimit(limit)| *limit);
        read_to(body, limit).await.map(RawBody).map_err(|refusal| refusal.by_path(&parts.uri))
    }
}

/// Extractor: the fields of a form of ours.
pub struct Form(pub Params);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Skinned;

    async fn from_request(request: Request, _: &S) -> Result<Self, Skinned> {
        let (parts, body) = request.into_parts();
        let fields = async {
            if !is_form(&parts.headers) {
                return Err(Refusal::content_type("application/x-www-form-urlencoded"));
            }
            once_each(Params::from_form(&read(body).await?).map_err(|e| Refusal::unreadable(e.to_string()))?)
        };
        fields.await.map(Form).map_err(|refusal| refusal.by_path(&parts.uri))
    }
}

/// Our own forms name each field once; what does not is not from them.
fn once_each(params: Params) -> Result<Params, Refusal> {
    if params.duplicates().is_empty() {
        return Ok(params);
    }
    Err(Refusal::unreadable("The form names a field twice."))
}

/// Whether the body says that it is a form.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    has_type(headers, "application/x-www-form-urlencoded")
}

/// Whether the body says that it is JSON.
#[must_use]
pub fn is_json(headers: &HeaderMap) -> bool {
    has_type(headers, "application/json")
}

fn has_type(headers: &HeaderMap, expected: &str) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    read_to(body, BODY_LIMIT).await
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read_to(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    tokio::time::timeout(BODY_TIMEOUT, collect(body, limit))
        .await
        .unwrap_or_else(|_| Err(Refusal::too_slow_a_body()))
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::unreadable("The body broke off before its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        seen = seen.saturating_add(data.len());
        if seen > DRAIN_LIMIT {
            break;
        }
        if seen <= limit {
            kept.extend_from_slice(&data);
        } else {
            kept.clear();
        }
    }
    if seen > limit { Err(Refusal::too_large(limit)) } else { Ok(kept.freeze()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn size(len: usize) -> Result<usize, u16> {
        read(Body::from(vec![b'a'; len])).await.map(|b| b.len()).map_err(|refusal| refusal.status().as_u16())
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_and_not_beyond() {
        assert_eq!(size(0).await, Ok(0));
        assert_eq!(size(BODY_LIMIT).await, Ok(BODY_LIMIT));
        assert_eq!(size(BODY_LIMIT + 1).await, Err(413));
        assert_eq!(size(DRAIN_LIMIT + 1).await, Err(413));
    }

    #[test]
    fn the_content_type_is_read_without_its_parameters() {
        let headers = |value: &str| HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
        assert!(is_form(&headers("application/x-www-form-urlencoded; charset=UTF-8")));
        assert!(is_json(&headers("Application/JSON")));
        assert!(!is_json(&headers("text/plain; application/json")));
        assert!(!is_form(&HeaderMap::new()));
    }
}
