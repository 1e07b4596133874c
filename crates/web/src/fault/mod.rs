//! What is answered instead of the thing asked for.
//!
//! A [`Refusal`] is status and words without a shape; the three skins ([`json`], [`oauth`], [`page`])
//! give it one. The dressing happens once, in the frame, which knows the tenant, the reference for
//! the operator's log and how the request tried to prove itself. Only public texts get a dress; the
//! private cause goes to the log.

pub mod json;
pub mod oauth;
pub mod page;
mod refusal;

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use doorward_engine::fault::Fault;
use doorward_model::tenant::{Issuer, Tenant};
use http::Uri;

pub use refusal::Refusal;

/// The shape of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skin {
    /// The Management API's object.
    Json,
    /// RFC 6749 §5.2.
    OAuth,
    /// A page for people.
    Page,
}

impl Skin {
    /// The skin of an address, for refusals that happen before any front is reached.
    #[must_use]
    pub fn of(path: &str) -> Self {
        if path.starts_with("/api/") {
            return Skin::Json;
        }
        let for_programs =
            path.starts_with("/oauth/") || path.starts_with("/.well-known/") || path == "/userinfo";
        if for_programs { Skin::OAuth } else { Skin::Page }
    }
}

/// A refusal with the skin it is to get.
#[derive(Debug, Clone)]
pub struct Skinned {
    skin: Skin,
    refusal: Arc<Refusal>,
}

impl Skinned {
    pub(crate) fn new(skin: Skin, refusal: Refusal) -> Self {
        Self { skin, refusal: Arc::new(refusal) }
    }

    /// What is refused.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// The finished answer; headers that were set on the way (CORS, cookies) are kept.
    pub(crate) fn dress(&self, undressed: Response, circumstances: &Circumstances<'_>) -> Response {
        let mut response = match self.skin {
            Skin::Json => json::dress(&self.refusal, circumstances),
            Skin::OAuth => oauth::dress(&self.refusal, circumstances),
            Skin::Page => page::dress(&self.refusal, circumstances),
        };
        if let Some(wait) = self.refusal.retry_after() {
            response.headers_mut().insert(http::header::RETRY_AFTER, wait.seconds().into());
        }
        let (kept, _) = undressed.into_parts();
        for (name, value) in &kept.headers {
            if name != http::header::CONTENT_LENGTH {
                response.headers_mut().append(name, value.clone());
            }
        }
        response
    }
}

impl IntoResponse for Skinned {
    /// An answer without a dress: the frame gives it one.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.refusal.status();
        response.extensions_mut().insert(self);
        response
    }
}

/// What the frame knows and a refusal does not.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Circumstances<'a> {
    /// The tenant that was spoken to, if one was.
    pub tenant: Option<&'a Tenant>,
    /// Where the operator finds the cause.
    pub reference: Option<&'a str>,
    /// Whether the request tried to prove itself by a header.
    pub has_authorization: bool,
    /// Where whoever spoke to nobody's host probably wants to be.
    pub elsewhere: Option<&'a Issuer>,
    /// Whether it was for a page of the dashboard.
    pub is_dashboard: bool,
}

macro_rules! skins {
    ($($(#[$doc:meta])* $name:ident $skin:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Fault);

        impl From<Fault> for $name {
            fn from(fault: Fault) -> Self {
                Self(fault)
            }
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                Skinned::new(Skin::$skin, Refusal::from(self.0)).into_response()
            }
        }
    )+};
}

skins! {
    /// A fault as the Management API says it.
    ApiFault Json;
    /// A fault as the Authentication API says it.
    OAuthFault OAuth;
    /// A fault as a page for people.
    PageFault Page;
}

impl Refusal {
    /// The answer of the Management API as its event shows it: status and body.
    pub(crate) fn recorded(&self) -> serde_json::Value {
        serde_json::json!({ "statusCode": self.status().as_u16(), "body": json::body(self) })
    }

    /// Gives the refusal the skin of an address.
    #[must_use]
    pub fn by_path(self, uri: &Uri) -> Skinned {
        Skinned::new(Skin::of(uri.path()), self)
    }

    /// Gives the refusal a skin.
    #[must_use]
    pub fn as_skin(self, skin: Skin) -> Skinned {
        Skinned::new(skin, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_the_skin_of_its_readers() {
        for (path, skin) in [
            ("/api/v2/clients", Skin::Json),
            ("/oauth/token", Skin::OAuth),
            ("/userinfo", Skin::OAuth),
            ("/.well-known/jwks.json", Skin::OAuth),
            ("/authorize", Skin::Page),
            ("/u/login", Skin::Page),
            ("/", Skin::Page),
        ] {
            assert_eq!(Skin::of(path), skin, "{path}");
        }
    }
}
