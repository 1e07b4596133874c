//! The frame around every page of the dashboard: top bar, menu, tenant menu, status line.
//!
//! Owns what all pages share, and is what a handler asks for: `async fn show(frame: Frame, …)`. Holds
//! the admin who asks. Source: UX §1.1 "Page frame".

use askama::Template;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use doorward_engine::caller::{Caller, Who};
use doorward_engine::clients::{self, ClientQuery};
use doorward_model::admin::Role;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::tenant::Tenant;
use doorward_model::time::Timestamp;
use doorward_web::done::{self, Said};
use doorward_web::fault::PageFault;
use doorward_web::local_path::LocalPath;
use doorward_web::page::Page;
use doorward_web::signed_in::{FormSeal, SignedIn};
use doorward_web::state::Web;
use http::request::Parts;

use crate::parts::Seal;
use crate::theme::Theme;

/// Which item of the menu a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Overview,
    Clients,
    Logs,
    Streams,
    Api,
}

/// Extractor and part of every page's template (`frame: &'a Frame`); the page extends `frame.html`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    caller: Caller,
    clients: i64,
    here: Here,
    path: LocalPath,
    token: Secret,
    key: Secret,
    said: Option<Said>,
    theme: Theme,
    now: Timestamp,
}

impl Frame {
    /// Who asks, for the use cases.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The tenant.
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.caller.tenant.tenant
    }

    /// The moment that times of this page are told from.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// How many clients there are, without the global one.
    pub(crate) fn clients(&self) -> i64 {
        self.clients
    }

    /// Whether the admin may do that, to leave out what they may not.
    pub(crate) fn may(&self, scope: ApiScope) -> bool {
        self.caller.holds(scope)
    }

    /// The hidden fields of a form; `form` tells the forms of one page apart.
    pub(crate) fn seal(&self, form: &str) -> Seal<'_> {
        Seal { token: self.token.expose(), key: format!("{}.{form}", self.key.expose()) }
    }

    /// Renders a page inside the frame.
    pub(crate) fn page<T: Template>(&self, page: &T) -> Page {
        let page = Page::of(page);
        if self.said.is_some() { page.cookie(done::forget_said()) } else { page }
    }

    /// The path of the page, to come back to.
    pub(crate) fn path(&self) -> &LocalPath {
        &self.path
    }

    /// What the last form said.
    pub(crate) fn said(&self) -> Option<&Said> {
        self.said.as_ref()
    }

    /// The same saying this, for a page that is shown without a redirect.
    pub(crate) fn saying(mut self, text: String) -> Self {
        self.said = Some(Said { text, undo: None });
        self
    }

    pub(crate) fn theme(&self) -> Theme {
        self.theme
    }

    pub(crate) fn email(&self) -> &str {
        match &self.caller.who {
            Who::Admin { email, .. } => email.as_str(),
            _ => "",
        }
    }

    pub(crate) fn role(&self) -> &'static str {
        match &self.caller.who {
            Who::Admin { role: Role::Viewer, .. } => "Viewer",
            _ => "Owner",
        }
    }

    pub(crate) fn initials(&self) -> String {
        let local = self.email().split('@').next().unwrap_or_default();
        let mut words = local.split(['.', '-', '_', '+']).filter_map(|word| word.chars().next());
        let first = words.next().unwrap_or('?');
        let second = words.next().or_else(|| local.chars().nth(1));
        [Some(first), second].into_iter().flatten().collect::<String>().to_uppercase()
    }

    pub(crate) fn environment(&self) -> &'static str {
        if self.tenant().settings.development { "Development" } else { "Production" }
    }

    pub(crate) fn is_here(&self, here: &str) -> bool {
        matches!(
            (self.here, here),
            (Here::Overview, "overview")
                | (Here::Clients, "clients")
                | (Here::Logs, "logs")
                | (Here::Streams, "streams")
                | (Here::Api, "api")
        )
    }
}

fn here(path: &str) -> Here {
    let section = path.trim_start_matches("/manage").split('/').nth(1).unwrap_or_default();
    match section {
        "clients" => Here::Clients,
        "logs" => Here::Logs,
        "streams" => Here::Streams,
        "api" => Here::Api,
        _ => Here::Overview,
    }
}

impl FromRequestParts<Web> for Frame {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        let refused = |refusal: doorward_web::fault::Skinned| refusal.into_response();
        let SignedIn(caller) = SignedIn::from_request_parts(parts, web).await.map_err(refused)?;
        let FormSeal(token) = FormSeal::from_request_parts(parts, web).await.map_err(refused)?;
        let query = ClientQuery { is_global: Some(false), with_total: true, ..ClientQuery::default() };
        let counted = clients::list(web.app(), &caller, &query).await;
        let counted = counted.map_err(|fault| PageFault(fault).into_response())?;
        let asked = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
        Ok(Self {
            caller,
            clients: counted.total.unwrap_or_default(),
            here: here(parts.uri.path()),
            path: LocalPath::parse(asked).unwrap_or_else(LocalPath::overview),
            token,
            key: web.app().entropy().token(),
            said: done::said(&parts.headers),
            theme: Theme::of(&parts.headers),
            now: web.app().now(),
        })
    }
}
