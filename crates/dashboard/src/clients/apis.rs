//! Which APIs a program may call in its own name: a step after it was made, and a part of its
//! Connections tab.
//!
//! Source: UX §1.4 "Which APIs may it call?", §1.5 "Connections tab"; the Management API's client
//! grants.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::client_grants;
use doorward_engine::fault::Fault;
use doorward_model::api::{ClientGrant, ClientPolicy, ResourceServer, SubjectType};
use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use serde_json::{Map, Value, json};

use super::{Opened, open, path};
use crate::frame::Frame;
use crate::parts;

/// An API, and what of it the client was granted.
struct Offer {
    api: ResourceServer,
    granted: Option<Vec<String>>,
}

impl Offer {
    /// The id of its box.
    fn field(&self) -> String {
        format!("api-{}", self.api.id)
    }

    /// What its scopes are called in the form.
    fn scopes(&self) -> String {
        scopes_of(&self.api)
    }

    fn is_on(&self) -> bool {
        self.granted.is_some()
    }

    fn has(&self, scope: &str) -> bool {
        self.granted.as_ref().is_some_and(|granted| granted.iter().any(|known| known == scope))
    }

    /// "3 of 120 scopes".
    fn counted(&self) -> String {
        let (granted, all) = (self.granted.as_ref().map_or(0, Vec::len), self.api.permissions.len());
        format!("{granted} of {all} scope{}", if all == 1 { "" } else { "s" })
    }

    /// Whether it gives no tokens to programs, whatever is granted.
    fn is_closed(&self) -> bool {
        self.api.client_policy() == ClientPolicy::DenyAll
    }
}

/// Part of a page: the list with its form.
#[derive(Template)]
#[template(path = "clients/apis_form.html")]
pub(super) struct ApisForm<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
    offers: Vec<Offer>,
    /// Whether the client was made a moment ago.
    is_new: bool,
    is_readonly: bool,
}

impl HtmlSafe for ApisForm<'_> {}

impl<'a> ApisForm<'a> {
    pub(super) fn of(frame: &'a Frame, opened: &'a Opened, is_new: bool) -> Self {
        let offer = |api: &ResourceServer| Offer {
            granted: grant_on(opened, api).map(|grant| given(grant, api)),
            api: api.clone(),
        };
        let offers = frame.caller().tenant.apis.iter().map(offer).collect();
        Self { frame, opened, offers, is_new, is_readonly: !frame.may(ApiScope::UpdateClientGrants) }
    }

    /// Whether it can only be looked at.
    fn is_readonly(&self) -> bool {
        self.is_readonly
    }

    fn path(&self, page: &str) -> String {
        path(&self.opened.client.id, page)
    }
}

/// The step after a program was made.
#[derive(Template)]
#[template(path = "clients/apis.html")]
struct ApisPage<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
    form: ApisForm<'a>,
}

fn scopes_of(api: &ResourceServer) -> String {
    format!("scopes-{}", api.id)
}

/// What the client was granted of an API in its own name.
fn grant_on<'o>(opened: &'o Opened, api: &ResourceServer) -> Option<&'o ClientGrant> {
    let own = |grant: &&ClientGrant| grant.subject == SubjectType::Client && grant.audience == api.identifier;
    opened.grants.iter().find(own)
}

/// What a grant gives of an API, as far as the API knows it.
fn given(grant: &ClientGrant, api: &ResourceServer) -> Vec<String> {
    let values = api.permissions.iter().map(|permission| &permission.value);
    values.filter(|value| grant.gives(value)).cloned().collect()
}

/// A program; people's clients have connections instead.
async fn program(web: &Web, frame: &Frame, id: &str) -> Result<Opened, PageFault> {
    let opened = open(web, frame, id).await?;
    if opened.client.settings.app_type == Some(ClientKind::NonInteractive) {
        return Ok(opened);
    }
    Err(Fault::NotFound { what: "page" }.into())
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let opened = program(&web, &frame, &id).await?;
    let form = ApisForm::of(&frame, &opened, true);
    Ok(frame.page(&ApisPage { frame: &frame, opened: &opened, form }))
}

pub(crate) async fn save(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let opened = program(&web, &frame, &id).await?;
        for change in changes(&frame.caller().tenant.apis, &opened, &form) {
            change.make(&web, &form).await?;
        }
        let opened = program(&web, &frame, &id).await?;
        let back = if form.is_on("is_new") { "quickstart" } else { "connections" };
        Ok(Outcome::Done(Done::to(path(&opened.client.id, back)).saying(told(&opened))))
    };
    done::once(&web, &form, work).await
}

fn told(opened: &Opened) -> String {
    let name = &opened.client.settings.name;
    match opened.grants.iter().filter(|grant| grant.subject == SubjectType::Client).count() {
        0 => format!("{name} may call no API."),
        1 => format!("{name} may call 1 API."),
        count => format!("{name} may call {count} APIs."),
    }
}

/// One change of a grant.
#[derive(Debug, PartialEq)]
enum Change<'a> {
    Give(Map<String, Value>),
    Alter(&'a ClientGrant, Vec<String>),
    Take(&'a ClientGrant),
}

/// What the form wants otherwise than it is. An API that was not on the form, or whose grant somebody
/// else made meanwhile, stays as it is.
fn changes<'o>(apis: &[ResourceServer], opened: &'o Opened, form: &SignedForm) -> Vec<Change<'o>> {
    let on_form = apis.iter().filter(|api| form.all("shown").any(|id| id == api.id.as_str()));
    let change = |api: &ResourceServer| {
        let grant = grant_on(opened, api);
        let is_wanted = form.all("api").any(|id| id == api.id.as_str());
        let name = scopes_of(api);
        let ticked: Vec<&str> = form.all(&name).collect();
        let known = api.permissions.iter().map(|permission| permission.value.as_str());
        let scope: Vec<String> = known.filter(|value| ticked.contains(value)).map(str::to_owned).collect();
        match grant {
            None if is_wanted => {
                let body = json!({
                    "client_id": opened.client.id.as_str(),
                    "audience": api.identifier,
                    "scope": scope,
                });
                body.as_object().cloned().map(Change::Give)
            }
            None => None,
            Some(grant) if !is_wanted => {
                form.all("had").any(|id| id == api.id.as_str()).then_some(Change::Take(grant))
            }
            Some(grant) => (given(grant, api) != scope).then_some(Change::Alter(grant, scope)),
        }
    };
    on_form.filter_map(change).collect()
}

impl Change<'_> {
    async fn make(&self, web: &Web, form: &SignedForm) -> Result<(), Fault> {
        let (app, caller) = (web.app(), form.caller());
        match self {
            Change::Give(body) => client_grants::create(app, caller, body).await.map(|_| ()),
            Change::Take(grant) => client_grants::delete(app, caller, &grant.id).await.map(|_| ()),
            Change::Alter(grant, scope) => {
                let mut body = Map::from_iter([("scope".to_owned(), json!(scope))]);
                if grant.allow_all_scopes == Some(true) {
                    // Somebody took one away.
                    body.insert("allow_all_scopes".to_owned(), json!(false));
                }
                client_grants::update(app, caller, &grant.id, &body).await.map(|_| ())
            }
        }
    }
}
