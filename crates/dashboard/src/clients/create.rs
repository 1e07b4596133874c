//! Making a client: a name and one of the four types. A page, and the dialog of the list.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use doorward_engine::clients::{self, ClientQuery, NewClient};
use doorward_engine::fault::Fault;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::tabs::settings::{check, wording};
use crate::frame::Frame;
use crate::parts;

/// A type as the form offers it.
struct Choice {
    kind: ClientKind,
    sign: &'static str,
    title: &'static str,
    text: &'static str,
    examples: &'static str,
    /// What a client of the type comes with.
    gets: &'static str,
}

/// The four types in the order of the brief, and with its names.
const CHOICES: [Choice; 4] = [
    Choice {
        kind: ClientKind::Native,
        sign: "phone",
        title: "Native",
        text: "Runs on a phone, tablet, desktop or other device.",
        examples: "iOS, Android, Electron, command line",
        gets: "login with Authorization Code and PKCE, no client secret, custom-scheme and loopback callbacks.",
    },
    Choice {
        kind: ClientKind::Spa,
        sign: "window",
        title: "Single Page Web Applications",
        text: "Runs in the browser and calls APIs from JavaScript.",
        examples: "React, Vue, Angular, plain JavaScript",
        gets: "login with Authorization Code and PKCE, no client secret (a browser cannot keep one), and your \
               user database switched on. Local callback URLs come with the quick start you pick next.",
    },
    Choice {
        kind: ClientKind::RegularWeb,
        sign: "server",
        title: "Regular Web Applications",
        text: "Runs on a server and sends pages to the browser.",
        examples: "Express, Next.js, Django, ASP.NET, Java",
        gets: "Authorization Code with a client secret that stays on your server.",
    },
    Choice {
        kind: ClientKind::NonInteractive,
        sign: "robot",
        title: "Non Interactive Clients",
        text: "Runs on its own, with nobody at the keyboard.",
        examples: "Services, daemons, scheduled jobs",
        gets: "a client ID and secret to swap for access tokens; next you pick the APIs it may call.",
    },
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    r#type: String,
}

/// The name with what there is to say about it; alone when somebody leaves the field.
#[derive(Template)]
#[template(path = "clients/create_name.html")]
struct NameGroup<'a> {
    name: &'a str,
    errors: &'a FieldErrors,
    is_taken: bool,
}

impl HtmlSafe for NameGroup<'_> {}

#[derive(Template)]
#[template(path = "clients/create.html")]
struct CreatePage<'a> {
    frame: &'a Frame,
    name: &'a str,
    kind: Option<ClientKind>,
    errors: &'a FieldErrors,
}

impl CreatePage<'_> {
    fn name_group(&self) -> NameGroup<'_> {
        NameGroup { name: self.name, errors: self.errors, is_taken: false }
    }

    fn choices(&self) -> &'static [Choice] {
        &CHOICES
    }

    fn is_chosen(&self, choice: &Choice) -> bool {
        self.kind == Some(choice.kind)
    }

    fn type_error(&self) -> Option<&str> {
        parts::error_at(self.errors, "type")
    }
}

pub(crate) async fn show(
    frame: Frame,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::CreateClients)?;
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let kind = ClientKind::parse(&wanted.r#type);
    Ok(frame.page(&CreatePage { frame: &frame, name: "", kind, errors: &FieldErrors::default() }))
}

pub(crate) async fn create(
    State(web): State<Web>,
    frame: Frame,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    if check::asked(&headers).is_some() {
        frame.caller().may(ApiScope::CreateClients)?;
        let (name, mut errors) = (form.text("name"), FieldErrors::default());
        wording::check_name(name, &mut errors);
        let is_taken = errors.all().is_empty() && is_taken(&web, &frame, name).await?;
        return Ok(Page::of(&NameGroup { name, errors: &errors, is_taken }).into_response());
    }
    done::once(&web, &form, make(&web, &frame, &form)).await
}

/// How many clients with a name like that are looked at.
const LOOKED_AT: u32 = 50;

/// Whether there is a client of that name already, which is allowed and worth a word.
async fn is_taken(web: &Web, frame: &Frame, name: &str) -> Result<bool, PageFault> {
    let query = ClientQuery {
        is_global: Some(false),
        search: Some(name.to_owned()),
        limit: LOOKED_AT,
        ..ClientQuery::default()
    };
    let found = clients::list(web.app(), frame.caller(), &query).await?;
    Ok(found.clients.iter().any(|shown| shown.client.settings.name == name))
}

async fn make(web: &Web, frame: &Frame, form: &SignedForm) -> Result<Outcome, PageFault> {
    let (name, kind) = (form.text("name"), ClientKind::parse(form.text("type")));
    let mut errors = FieldErrors::default();
    wording::check_name(name, &mut errors);
    if kind.is_none() {
        errors.push(FieldError::new("type", "required", "Choose what you are building."));
    }
    let refused = |errors: &FieldErrors| {
        let page = CreatePage { frame, name, kind, errors };
        Outcome::Page(frame.page(&page).status(StatusCode::UNPROCESSABLE_ENTITY))
    };
    let Some(kind) = kind.filter(|_| errors.all().is_empty()) else { return Ok(refused(&errors)) };
    let is_twin = is_taken(web, frame, name).await?;
    let body = Map::from_iter([("name".to_owned(), Value::String(name.to_owned()))]);
    match clients::create(web.app(), form.caller(), NewClient::People { kind, body: &body }).await {
        Ok(made) => {
            let name = &made.client.settings.name;
            let twin = if is_twin { " You have another client of that name." } else { "" };
            let said = format!("{name} was created.{twin}");
            // A program can do nothing before it may call something.
            let asks = kind == ClientKind::NonInteractive && frame.may(ApiScope::CreateClientGrants);
            let next = if asks { "apis" } else { "quickstart" };
            Ok(Done::to(super::path(&made.client.id, next)).saying(said).into())
        }
        Err(Fault::Invalid(errors)) => Ok(refused(&errors)),
        Err(fault) => Err(fault.into()),
    }
}
