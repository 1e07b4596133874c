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

use crate::cors;
use crate::fault::{ApiFault, Refusal, Skinned};
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

/// Lets a request pass whose bearer holds one of the scopes.
pub(crate) async fn guard(
    State((web, scopes)): State<(Web, &'static [ApiScope])>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut response = match prove(&web, scopes, &parts).await {
        Ok(caller) => {
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(fault) => ApiFault(fault).into_response(),
    };
    // A token proves the caller here, never a cookie: any page that holds one may read the answer,
    // refusals included.
    cors::permit_everybody(response.headers_mut());
    response
}

async fn prove(web: &Web, scopes: &[ApiScope], parts: &Parts) -> Result<Caller, Fault> {
    let (tenant, info) = (parts.extensions.get::<Arc<TenantState>>(), parts.extensions.get::<RequestInfo>());
    let (Some(tenant), Some(info)) = (tenant, info) else {
        return Err(Fault::internal("the router was built without its frame"));
    };
    let token = bearer(&parts.headers).ok_or(Fault::Unauthenticated { why: Unproven::Missing })?;
    api_token::authorize(web.app(), tenant, token, info.clone(), scopes).await
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
