//! The Quick Start tab: guides of the client's type, each with what it needs, its code and its
//! download, filled with the client's values. Source: the brief, "Quick Start"; UX §1.5.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::scope::ApiScope;
use doorward_model::tenant::Tenant;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::{self, SignedForm};
use doorward_web::state::Web;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use crate::clients::{Header, Opened, Tab, open, path};
use crate::frame::Frame;
use crate::logs::Row;
use crate::parts;
use crate::quickstarts::{self, Block, Guide, HIDDEN, Need, Span, Values};

/// The tab's name in addresses.
const TAB: &str = "quickstart";
/// What a person's tries with a sample leave in the log.
const LOGINS: &[EventCode] = &[
    EventCode::Login,
    EventCode::LoginFailed,
    EventCode::WrongUsername,
    EventCode::WrongPassword,
    EventCode::AccountBlocked,
    EventCode::CodeExchangeFailed,
];
/// The same for a program.
const TOKENS: &[EventCode] = &[EventCode::ClientCredentials, EventCode::ClientCredentialsFailed];

/// The tab.
#[derive(Template)]
#[template(path = "quickstart/tab.html")]
struct TabPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    client: &'a Client,
    guides: Vec<&'static Guide>,
}

impl TabPage<'_> {
    fn path(&self, guide: &Guide) -> String {
        guide_path(self.client, guide)
    }

    fn tenant(&self) -> &Tenant {
        self.frame.tenant()
    }
}

/// A guide.
#[derive(Template)]
#[template(path = "quickstart/guide.html")]
struct GuidePage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    client: &'a Client,
    guide: &'static Guide,
    values: &'a Values,
    needs: Vec<Need>,
    last: Option<Row>,
    errors: &'a FieldErrors,
}

impl GuidePage<'_> {
    fn path(&self) -> String {
        guide_path(self.client, self.guide)
    }

    fn tab(&self) -> String {
        path(&self.client.id, TAB)
    }

    /// What one click adds.
    fn missing(&self) -> Vec<&Need> {
        self.needs.iter().filter(|need| need.can_add).collect()
    }

    fn is_machine(&self) -> bool {
        self.client.settings.app_type == Some(ClientKind::NonInteractive)
    }

    /// Whether a secret stands in this code, and is hidden.
    fn hides(&self, text: &str) -> bool {
        text.contains("{{client_secret}}")
    }

    /// Whether the download holds a secret.
    fn has_secret(&self) -> bool {
        uses_secret(self.guide)
    }

    /// Whether what one waits for has come: then there is nothing to wait for.
    fn has_come(&self) -> bool {
        self.last.as_ref().is_some_and(|row| row.event.code.level() == Level::Success)
    }
}

fn guide_path(client: &Client, guide: &Guide) -> String {
    path(&client.id, &format!("{TAB}/{}", guide.id))
}

fn uses_secret(guide: &Guide) -> bool {
    guide.files.iter().any(|(_, text)| text.contains("{{client_secret}}"))
}

fn values(frame: &Frame, client: &Client, secret: &str, guide: &Guide) -> Values {
    let audience = frame.caller().tenant.management_audience();
    Values::of(frame.tenant(), client.id.as_str(), secret, audience, guide)
}

/// A client and one of the guides of its type.
async fn find(web: &Web, frame: &Frame, id: &str, name: &str) -> Result<(Opened, &'static Guide), PageFault> {
    let opened = open(web, frame, id).await?;
    let guide = quickstarts::find(opened.client.settings.app_type, name);
    Ok((opened, guide.ok_or(PageFault(Fault::NotFound { what: "guide" }))?))
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let page = TabPage {
        frame: &frame,
        header: Header::of(&opened, &frame, Tab::QuickStart),
        client: &opened.client,
        guides: quickstarts::of(opened.client.settings.app_type),
    };
    Ok(frame.page(&page))
}

pub(crate) async fn guide(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
) -> Result<Page, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    page(&web, &frame, &opened, guide, &FieldErrors::default()).await
}

async fn page(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    guide: &'static Guide,
    errors: &FieldErrors,
) -> Result<Page, PageFault> {
    let values = values(frame, &opened.client, HIDDEN, guide);
    let page = GuidePage {
        frame,
        header: Header::of(opened, frame, Tab::QuickStart),
        client: &opened.client,
        guide,
        needs: quickstarts::needs(guide, &values, &opened.client, &opened.grants),
        values: &values,
        last: last(web, frame, &opened.client).await?,
        errors,
    };
    Ok(frame.page(&page))
}

/// The last try at this client.
async fn last(web: &Web, frame: &Frame, client: &Client) -> Result<Option<Row>, PageFault> {
    let is_machine = client.settings.app_type == Some(ClientKind::NonInteractive);
    let codes = if is_machine { TOKENS } else { LOGINS }.to_vec();
    let query = EventQuery { codes, client: Some(client.id.clone()), ..EventQuery::default() };
    let part = EventPart::Page { offset: 0, limit: 1, with_total: false };
    let found = events::list(web.app(), frame.caller(), query, &part).await?;
    Ok(found.events.into_iter().next().map(|event| Row::of(event, frame.now())))
}

/// Adds everything that the guide needs and the client does not allow yet.
pub(crate) async fn add(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, async {
        let (opened, guide) = find(&web, &frame, &id, &name).await?;
        let (app, caller, client) = (web.app(), frame.caller(), &opened.client);
        let needs = quickstarts::needs(guide, &values(&frame, client, HIDDEN, guide), client, &opened.grants);
        let change = if guide.app.is_some() {
            let change = quickstarts::wanted(client, &needs);
            clients::edit(app, caller, &client.id, client.version, change).await.map(|_| ())
        } else if needs.iter().any(|need| need.can_add) {
            clients::grant_management_api(app, caller, &client.id, &[quickstarts::ASKED]).await.map(|_| ())
        } else {
            Ok(())
        };
        match change {
            Ok(()) => {
                Ok(Outcome::Done(Done::to(guide_path(client, guide)).saying("Added. It works from now on.")))
            }
            Err(Fault::Invalid(errors)) => {
                let page = page(&web, &frame, &opened, guide, &errors).await?;
                Ok(Outcome::Page(page.status(StatusCode::UNPROCESSABLE_ENTITY)))
            }
            Err(fault) => Err(fault.into()),
        }
    })
    .await
}

/// The sample with its settings filled. With a secret in it, it is given only to somebody who typed
/// their password lately, and that stands in the log.
pub(crate) async fn download(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let client = &opened.client;
    let mut secret = String::new();
    if uses_secret(guide) && frame.may(ApiScope::ReadClientKeys) {
        let cookie =
            signed_in::cookie_of(&headers).ok_or_else(|| Fault::internal("a session without its cookie"))?;
        let Some(shown) = clients::reveal_secret(web.app(), frame.caller(), &client.id, &cookie).await?
        else {
            let first = Done::to(path(&client.id, "secret"));
            return Ok(first.saying("Type your password, then download the sample again.").into_response());
        };
        secret = shown.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
    }
    let values = values(&frame, client, &secret, guide);
    let bytes = quickstarts::zipped(guide, &values).map_err(|error| Fault::internal(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", guide.id)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
