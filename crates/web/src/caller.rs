//! Who calls the Management API: the bearer token is proven before anything else of the request is
//! looked at. Source: RFC 6750 §2.1, §3.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorward_engine::api_token;
use doorward_engine::caller::{Call, Caller, RequestInfo};
use doorward_engine::fault::{Fault, Unproven};
use doorward_engine::state::TenantState;
use doorward_model::scope::ApiScope;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::body::{self, API_BODY_LIMIT, BodyLimit};
use crate::call;
use crate::fault::{ApiFault, Refusal, Skin, Skinned};
use crate::inside::OnBehalf;
use crate::rate::Taken;
use crate::state::Web;

/// Extractor: the proven caller of a guarded route.
#[derive(Debug, Clone)]
pub struct Authorized(pub Caller);

impl<S: Sync> FromRequestParts<S> for Authorized {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.map(Authorized).ok_or_else(|| Refusal::broken("the route has no guard").by_path(&parts.uri))
    }
}

/// The one bearer token of a request; none when there is none, or when it is not clear which.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// What stands in front of a guarded row.
#[derive(Clone)]
pub(crate) struct Door {
    /// The router's state.
    pub web: Web,
    /// Any of these opens; without them every good token does.
    pub scopes: Option<&'static [ApiScope]>,
    /// What lies behind, for the log.
    pub operation: &'static str,
    /// What is answered when it is done.
    pub success: u16,
}

/// Lets a request pass whose bearer holds one of the scopes, as long as the tenant's bucket of
/// requests is not empty. A request that then cannot be read is an event like every other refusal.
pub(crate) async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let call = call::of_api(&parts, door.success);
    let mut caller = match prove(&door, &parts, call.clone()).await {
        Ok(caller) => caller,
        Err(fault) => return ApiFault(fault).into_response(),
    };
    if let Err(response) = within_the_limit(&door.web, &caller).await {
        return *response;
    }
    parts.extensions.insert(BodyLimit(API_BODY_LIMIT));
    let response = match body_of(&parts, body).await {
        Ok(body) => {
            caller.info.call = Some(Arc::new(Call { body: call::body(&parts.headers, &body), ..call }));
            parts.extensions.insert(caller.clone());
            next.run(Request::from_parts(parts, body.into())).await
        }
        Err(refusal) => refusal.as_skin(Skin::Json).into_response(),
    };
    let Some(refusal) = unrecorded(&response) else { return response };
    let cause = format!("{} {}", refusal.status().as_u16(), refusal.error_code().unwrap_or_default());
    let what = (cause.as_str(), refusal.text(), Some(refusal.recorded()));
    match api_token::unreadable(door.web.app(), &caller, door.operation, what).await {
        Ok(()) => response,
        Err(fault) => ApiFault(fault).into_response(),
    }
}

/// Lets a caller pass whose tenant has requests left, and writes down that they are few, or none.
async fn within_the_limit(web: &Web, caller: &Caller) -> Result<(), Box<Response>> {
    let app = web.app();
    let refused = |refusal: Refusal| Box::new(refusal.as_skin(Skin::Json).into_response());
    let broken = |fault| Box::new(ApiFault(fault).into_response());
    match web.buckets().take(&caller.tenant.tenant.id, app.now()) {
        Ok(Taken { is_first_of_the_last: false }) => Ok(()),
        Ok(Taken { is_first_of_the_last: true }) => {
            api_token::near_the_limit(app, caller).await.map_err(broken)
        }
        Err(empty) => {
            let refusal = Refusal::over_the_limit(empty.wait);
            if empty.is_first {
                let response = Some(refusal.recorded());
                api_token::over_the_limit(app, caller, response).await.map_err(broken)?;
            }
            Err(refused(refusal))
        }
    }
}

/// The body of what changes something: its event shows it. Of what only reads, nothing is waited for.
async fn body_of(parts: &Parts, body: Body) -> Result<Bytes, Refusal> {
    if parts.method.is_safe() {
        return Ok(Bytes::new());
    }
    body::read_to(body, API_BODY_LIMIT).await
}

/// What a request was refused with before any use case saw it; those write their own events.
fn unrecorded(response: &Response) -> Option<&Refusal> {
    let refusal = response.extensions().get::<Skinned>()?.refusal();
    (refusal.status().is_client_error() && !refusal.is_recorded()).then_some(refusal)
}

async fn prove(door: &Door, parts: &Parts, call: Call) -> Result<Caller, Fault> {
    let Door { web, scopes, .. } = door;
    let call = Some(Arc::new(call));
    if let Some(behalf) = parts.extensions.get::<OnBehalf>() {
        let mut caller = behalf.caller().clone();
        caller.info.call = call;
        api_token::admit(web.app(), &caller, scopes.unwrap_or_default()).await?;
        return Ok(caller);
    }
    let (tenant, info) = (parts.extensions.get::<Arc<TenantState>>(), parts.extensions.get::<RequestInfo>());
    let (Some(tenant), Some(info)) = (tenant, info) else {
        return Err(Fault::internal("the router was built without its frame"));
    };
    let token = bearer(&parts.headers).ok_or(Fault::Unauthenticated { why: Unproven::Missing })?;
    let info = RequestInfo { call, ..info.clone() };
    match scopes {
        Some(scopes) => api_token::authorize(web.app(), tenant, token, info, scopes).await,
        None => api_token::authenticate(web.app(), tenant, token, info).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn a_bearer_token_is_one_and_named_so() {
        assert_eq!(read(&["Bearer abc"]), Some("abc".into()));
        assert_eq!(read(&["bearer  abc "]), Some("abc".into()));
        for none in [&[][..], &["abc"], &["Basic abc"], &["Bearer "], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
