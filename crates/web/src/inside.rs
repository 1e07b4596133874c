//! Pages of ours that ask the Management API what any program could ask, in the name of the admin who is
//! logged in.
//!
//! The question passes the same frame, guard, limit and use case as one from outside, but never leaves
//! the process, and no token is made that could get lost: what proves the admin is their session. Only
//! addresses of the Management API can be asked. Source: UX §1.12 "API explorer".

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use doorward_engine::admins;
use doorward_engine::caller::Caller;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use tower::ServiceExt as _;

use crate::api;
use crate::fault::{PageFault, Refusal, Skin, Skinned};
use crate::frame::Framed;

/// The longest answer that is handed to a page, in bytes.
const MAX_ANSWER: usize = 2 * 1024 * 1024;

/// In whose name a question from inside is asked. Only this module makes one, so no request from
/// outside can hold it.
#[derive(Clone)]
pub(crate) struct OnBehalf(Caller);

impl OnBehalf {
    pub(crate) fn caller(&self) -> &Caller {
        &self.0
    }
}

/// The routes of the Management API, where pages find them.
#[derive(Clone)]
pub(crate) struct Door(pub(crate) Framed);

/// Extractor, behind [`crate::route::Guard::Admin`]: the way to ask.
#[derive(Clone)]
pub struct Inside {
    door: Door,
    caller: Caller,
}

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl<S: Sync> FromRequestParts<S> for Inside {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        let (door, known) = (parts.extensions.get::<Door>(), parts.extensions.get::<admins::SignedIn>());
        match (door, known) {
            (Some(door), Some(known)) => Ok(Self { door: door.clone(), caller: known.caller.clone() }),
            _ => Err(Refusal::broken("there is no way inside").as_skin(Skin::Page)),
        }
    }
}

impl Inside {
    /// Asks; `target` is a path of the Management API with its query, `json` the body.
    ///
    /// # Errors
    /// When the target is none of the API, or the answer cannot be read.
    pub async fn ask(
        &self,
        method: Method,
        target: &str,
        json: Option<String>,
    ) -> Result<Answered, PageFault> {
        let broken = |cause: &str| PageFault(doorward_engine::fault::Fault::internal(cause));
        if !api::is_below(target) {
            return Err(broken("a page asked for what is no part of the Management API"));
        }
        let issuer = self.caller.tenant.tenant.issuer.as_str();
        let host = issuer.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(target).header(HOST, host);
        if json.is_some() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut request = request
            .body(Body::from(json.unwrap_or_default()))
            .map_err(|_| broken("a target was not well formed"))?;
        request.extensions_mut().insert(OnBehalf(self.caller.clone()));
        let Ok(response) = self.door.0.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body =
            body.map_err(|_| broken("an answer of the Management API was too long to show"))?.to_bytes();
        Ok(Answered { status: parts.status, headers: parts.headers, body })
    }
}
