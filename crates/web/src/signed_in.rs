//! Who is logged in to the dashboard, and the forms that only they may send.
//!
//! The dashboard has a cookie of its own: a session of a person at an application opens nothing here.
//! Beside the browser's word about the origin, every form holds a token that follows from the session.
//! Source: SECURITY "login CSRF"; OWASP "Cross-Site Request Forgery Prevention".

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use doorward_engine::admins;
use doorward_engine::caller::{Caller, RequestInfo};
use doorward_engine::fault::Fault;
use doorward_engine::setup;
use doorward_engine::state::TenantState;
use doorward_model::secret::Secret;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::cookies::{self, Cookie, SameSite};
use crate::fault::{PageFault, Refusal, Skin, Skinned};
use crate::local_path::LocalPath;
use crate::state::Web;
use crate::{body, call, csrf};

/// The cookie of a session at the dashboard.
pub const COOKIE: &str = "__Host-dw-admin";
/// The form field that holds the key by which a form that comes twice is known.
pub const KEY_FIELD: &str = "_once";
/// Where admins log in.
pub const LOGIN_PATH: &str = "/manage/login";

/// The largest form that is read: lists of addresses may be long.
const FORM_LIMIT: usize = 2 * 1024 * 1024;
/// How many fields of a form are read.
const MAX_FIELDS: usize = 20_000;

/// Extractor: the admin of a route behind [`crate::route::Guard::Admin`].
#[derive(Debug, Clone)]
pub struct SignedIn(pub Caller);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        proven(parts).map(|known| Self(known.caller.clone()))
    }
}

/// Extractor: what the forms of this session must hold in [`csrf::FIELD`].
#[derive(Debug, Clone)]
pub struct FormSeal(pub Secret);

impl<S: Sync> FromRequestParts<S> for FormSeal {
    type Rejection = Skinned;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Skinned> {
        proven(parts).map(|known| Self(known.form_token.clone()))
    }
}

fn proven(parts: &Parts) -> Result<&admins::SignedIn, Skinned> {
    let known = parts.extensions.get::<admins::SignedIn>();
    known.ok_or_else(|| Refusal::broken("the route has no guard").as_skin(Skin::Page))
}

/// Extractor: a form that a page of ours gave to this very session. A field may come several times.
#[derive(Debug)]
pub struct SignedForm {
    caller: Caller,
    key: String,
    fields: Vec<(String, String)>,
}

impl SignedForm {
    /// Who sent it.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The key by which a second form of the kind is known.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The first value of a field, as it was typed.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field, without space around it; empty when it did not come.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default().trim()
    }

    /// All values of a field: rows of a list, boxes that are ticked.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl<S: Sync> FromRequest<S> for SignedForm {
    type Rejection = Skinned;

    async fn from_request(request: Request, _: &S) -> Result<Self, Skinned> {
        let (parts, body) = request.into_parts();
        let known = proven(&parts)?.clone();
        let fields = async {
            if !body::is_form(&parts.headers) {
                return Err(Refusal::content_type("application/x-www-form-urlencoded"));
            }
            Ok(fields(&body::read_to(body, FORM_LIMIT).await?))
        };
        let fields = fields.await.map_err(|refusal| refusal.as_skin(Skin::Page))?;
        let value =
            |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let token = Secret::new(value(csrf::FIELD).unwrap_or_default());
        let key = value(KEY_FIELD).filter(|key| is_key(key));
        match key {
            Some(key) if token == known.form_token => Ok(Self { caller: known.caller, key, fields }),
            _ => Err(Refusal::foreign_form().as_skin(Skin::Page)),
        }
    }
}

fn fields(body: &[u8]) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(body).take(MAX_FIELDS);
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn is_key(key: &str) -> bool {
    (16..=160).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The value of the dashboard's cookie.
#[must_use]
pub fn cookie_of(headers: &HeaderMap) -> Option<Secret> {
    cookies::read(headers, COOKIE)
        .filter(|value| value.len() <= 128)
        .map(|value| Secret::new(value.to_owned()))
}

/// The `Set-Cookie` value of a new session: until the browser is closed, or the server ends it.
#[must_use]
pub fn set_cookie(value: &Secret) -> Option<HeaderValue> {
    Cookie { name: COOKIE, value: value.expose(), same_site: SameSite::Lax, max_age: None }.header()
}

/// The `Set-Cookie` value that takes it away.
#[must_use]
pub fn remove_cookie() -> Option<HeaderValue> {
    Cookie::removal(COOKIE, SameSite::Lax)
}

/// Lets admins pass who are logged in, and forms of our own pages.
pub(crate) async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(&web, &parts).await {
        Ok(known) => {
            parts.extensions.insert(known);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(response) => *response,
    }
}

async fn admit(web: &Web, parts: &Parts) -> Result<admins::SignedIn, Box<Response>> {
    let known = who(web, parts).await.map_err(|fault| Box::new(PageFault(fault).into_response()))?;
    let Some(known) = known else {
        return Err(Box::new(way_in(web, parts).await));
    };
    let issuer = &known.caller.tenant.tenant.issuer;
    if !parts.method.is_safe() && !csrf::is_same_origin(&parts.headers, issuer) {
        return Err(Box::new(Refusal::foreign_form().as_skin(Skin::Page).into_response()));
    }
    Ok(known)
}

async fn who(web: &Web, parts: &Parts) -> Result<Option<admins::SignedIn>, Fault> {
    let (tenant, info) = (parts.extensions.get::<Arc<TenantState>>(), parts.extensions.get::<RequestInfo>());
    let (Some(tenant), Some(info)) = (tenant, info) else {
        return Err(Fault::internal("the router was built without its frame"));
    };
    let Some(cookie) = cookie_of(&parts.headers) else { return Ok(None) };
    let info = RequestInfo { call: Some(Arc::new(call::of_dashboard(parts))), ..info.clone() };
    admins::session(web.app(), tenant, &cookie, info).await
}

/// The admin of the tenant in whose browser a page outside of the dashboard is opened; none for
/// everybody else. It opens nothing: a page may say more to them, and what they change they change in
/// the dashboard.
///
/// # Errors
/// Trouble with the store.
pub async fn onlooker(web: &Web, visitor: &Caller, headers: &HeaderMap) -> Result<Option<Caller>, Fault> {
    let Some(cookie) = cookie_of(headers) else { return Ok(None) };
    let known = admins::session(web.app(), &visitor.tenant, &cookie, visitor.info.clone()).await?;
    Ok(known.map(|known| known.caller))
}

/// To the login and back here afterwards; to the first-run page while nobody can log in.
async fn way_in(web: &Web, parts: &Parts) -> Response {
    if !parts.method.is_safe() {
        return Refusal::logged_out().as_skin(Skin::Page).into_response();
    }
    match setup::is_pending(web.app()).await {
        Ok(true) => return Redirect::to("/setup").into_response(),
        Ok(false) => {}
        Err(fault) => return PageFault(fault).into_response(),
    }
    let asked = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
    match LocalPath::parse(asked).filter(|path| *path != LocalPath::overview()) {
        None => Redirect::to(LOGIN_PATH).into_response(),
        Some(path) => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("to", path.as_str())
                .finish();
            Redirect::to(&format!("{LOGIN_PATH}?{query}")).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_enough_not_to_meet_another() {
        assert!(is_key(&"a".repeat(43)));
        assert!(is_key("0123456789abcdef.delete"));
        for bad in ["", "short", "0123456789abcdef ", "0123456789abcdef/é", &"a".repeat(161)] {
            assert!(!is_key(bad), "{bad}");
        }
    }

    #[test]
    fn a_field_may_come_several_times_and_binary_is_text_of_some_kind() {
        let fields = fields(b"callbacks=https%3A%2F%2Fa&callbacks=b&x=%ff%00&y");
        let names: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(names, [("callbacks", "https://a"), ("callbacks", "b"), ("x", "\u{fffd}\0"), ("y", "")]);
    }

    #[test]
    fn the_cookie_is_the_dashboards_own() {
        let set = set_cookie(&Secret::new("abc".into())).unwrap();
        assert_eq!(set, "__Host-dw-admin=abc; Path=/; Secure; HttpOnly; SameSite=Lax");
    }
}
