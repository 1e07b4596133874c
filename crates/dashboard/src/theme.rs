//! Light, dark, or as the system has it: kept in a cookie, so that a page comes in its colours at once.

use axum::response::{IntoResponse, Response};
use doorward_model::time::Lifetime;
use doorward_web::cookies::{self, Cookie, SameSite};
use doorward_web::done::Done;
use doorward_web::local_path::LocalPath;
use doorward_web::signed_in::SignedForm;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

const COOKIE: &str = "__Host-dw-theme";
const KEPT: Lifetime = Lifetime::from_seconds(365 * 86_400);

/// The colours somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// In the order of the menu.
    pub(crate) const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        cookies::read(headers, COOKIE).and_then(Self::parse).unwrap_or(Theme::System)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Theme::System => "System",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        }
    }

    fn cookie(self) -> Option<HeaderValue> {
        if self == Theme::System {
            return Cookie::removal(COOKIE, SameSite::Lax);
        }
        Cookie { name: COOKIE, value: self.as_str(), same_site: SameSite::Lax, max_age: Some(KEPT) }.header()
    }
}

pub(crate) async fn choose(form: SignedForm) -> Response {
    let theme = Theme::parse(form.text("theme")).unwrap_or(Theme::System);
    let back = LocalPath::parse(form.text("back")).unwrap_or_else(LocalPath::overview);
    let mut response = Done::to(back.as_str()).into_response();
    if let Some(cookie) = theme.cookie() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
