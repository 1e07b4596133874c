//! Who calls the Management API: the bearer token is proven before anything else of the request is
//! looked at. Source: RFC 6750 §2.1, §3.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorward_engine::api_token;
use doorward_engine::caller::{Caller, RequestInfo};
use doorward_engine::fault::{Fault, Unproven};
use doorward_engine::state::TenantState;
use doorward_model::scope::ApiScope;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::body::{API_BODY_LIMIT, BodyLimit};
use crate::fault::{ApiFault, Refusal, Skin, Skinned};
use crate::inside::OnBehalf;
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
}

/// Lets a request pass whose bearer holds one of the scopes, as long as the tenant's bucket of
/// requests is not empty. A request that then cannot be read is an event like every other refusal.
pub(crate) async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match prove(&door.web, door.scopes, &parts).await {
        Ok(caller) => caller,
        Err(fault) => return ApiFault(fault).into_response(),
    };
    let app = door.web.app();
    if let Err(empty) = door.web.buckets().take(&caller.tenant.tenant.id, app.now()) {
        let noted = if empty.is_first { api_token::over_the_limit(app, &caller).await } else { Ok(()) };
        return match noted {
            Ok(()) => Refusal::over_the_limit(empty.wait).as_skin(Skin::Json).into_response(),
            Err(fault) => ApiFault(fault).into_response(),
        };
    }
    parts.extensions.insert(caller.clone());
    parts.extensions.insert(BodyLimit(API_BODY_LIMIT));
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(refusal) = unrecorded(&response) else { return response };
    let cause = format!("{} {}", refusal.status().as_u16(), refusal.error_code().unwrap_or_default());
    match api_token::unreadable(app, &caller, door.operation, (&cause, refusal.text())).await {
        Ok(()) => response,
        Err(fault) => ApiFault(fault).into_response(),
    }
}

/// What a request was refused with before any use case saw it; those write their own events.
fn unrecorded(response: &Response) -> Option<&Refusal> {
    let refusal = response.extensions().get::<Skinned>()?.refusal();
    (refusal.status().is_client_error() && !refusal.is_recorded()).then_some(refusal)
}

async fn prove(web: &Web, scopes: Option<&[ApiScope]>, parts: &Parts) -> Result<Caller, Fault> {
    if let Some(behalf) = parts.extensions.get::<OnBehalf>() {
        api_token::admit(web.app(), behalf.caller(), scopes.unwrap_or_default()).await?;
        return Ok(behalf.caller().clone());
    }
    let (tenant, info) = (parts.extensions.get::<Arc<TenantState>>(), parts.extensions.get::<RequestInfo>());
    let (Some(tenant), Some(info)) = (tenant, info) else {
        return Err(Fault::internal("the router was built without its frame"));
    };
    let token = bearer(&parts.headers).ok_or(Fault::Unauthenticated { why: Unproven::Missing })?;
    match scopes {
        Some(scopes) => api_token::authorize(web.app(), tenant, token, info.clone(), scopes).await,
        None => api_token::authenticate(web.app(), tenant, token, info.clone()).await,
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
