//! The Quick Start tab: guides of the client's type, each with what it needs, its code and its
//! download, filled with the client's values. Source: the brief, "Quick Start"; UX §1.5.

mod chosen;
mod secret;
mod token;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_engine::logs::list::{self as events, EventPart, EventQuery};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_model::log::code::{EventCode, Level};
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::tenant::Tenant;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;

use crate::clients::{Header, Opened, Tab, open, path};
use crate::frame::Frame;
use crate::logs::Row;
use crate::parts;
use crate::quickstarts::{self, Block, Guide, HIDDEN, Need, Packages, Span, Values};

use chosen::Chosen;
use token::{Offer, Tried};

pub(crate) use secret::{confirm_download, download, show as show_secret};
pub(crate) use token::get as get_token;

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
    chosen: &'a Chosen,
    typed_port: String,
    values: &'a Values,
    needs: Vec<Need>,
    last: Option<Row>,
    offers: Vec<Offer>,
    filled: &'a Filled,
    errors: &'a FieldErrors,
}

/// What a page of a guide shows besides the guide.
#[derive(Default)]
struct Filled {
    /// The client secret, where it is shown in the code.
    secret: Option<Secret>,
    /// A token that was got just now, or why there is none.
    tried: Option<Tried>,
    /// The API that it was for.
    audience: Option<String>,
    errors: FieldErrors,
}

impl GuidePage<'_> {
    fn path(&self) -> String {
        guide_path(self.client, self.guide)
    }

    fn tab(&self) -> String {
        path(&self.client.id, TAB)
    }

    /// The address of what belongs to this guide, with what was chosen.
    fn to(&self, page: &str) -> String {
        format!("{}/{page}{}", self.path(), self.chosen.query())
    }

    /// Another page of the client.
    fn page(&self, page: &str) -> String {
        path(&self.client.id, page)
    }

    fn has_port(&self) -> bool {
        self.guide.app.is_some_and(|app| app.port.is_some())
    }

    fn has_chosen(&self, packages: &Packages) -> bool {
        self.chosen.packages == *packages
    }

    /// The same guide for another package manager.
    fn with_packages(&self, packages: &Packages) -> String {
        self.path() + &self.chosen.query_with(*packages)
    }

    /// Code with its values filled in, and commands in the words of the chosen package manager.
    fn code(&self, title: &str, text: &str) -> String {
        let text = self.chosen.packages.said(text);
        if title == ".env" {
            self.values.fill_settings(&text, self.guide.settings_reader())
        } else {
            self.values.fill(&text)
        }
    }

    /// What one click adds.
    fn missing(&self) -> Vec<&Need> {
        self.needs.iter().filter(|need| need.can_add).collect()
    }

    fn is_machine(&self) -> bool {
        self.client.settings.app_type == Some(ClientKind::NonInteractive)
    }

    /// Whether a secret belongs into this code.
    fn holds_secret(&self, text: &str) -> bool {
        text.contains("{{client_secret}}")
    }

    fn shows_secret(&self) -> bool {
        self.filled.secret.is_some()
    }

    fn may_see_secret(&self) -> bool {
        self.frame.may(ApiScope::ReadClientKeys)
    }

    /// Whether this page comes to begin the download: once, and not again when it is loaded again.
    fn begins_download(&self) -> bool {
        self.chosen.downloads && self.frame.said().is_some()
    }

    /// Where the download is that was asked for before the password was.
    fn begun_download(&self) -> String {
        format!("{}/sample.zip{}", self.path(), self.chosen.query_with_secret())
    }

    /// Whether the admin may add what the guide needs.
    fn may_add(&self) -> bool {
        let scope = if self.is_machine() { ApiScope::CreateClientGrants } else { ApiScope::UpdateClients };
        self.frame.may(scope)
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

fn values(frame: &Frame, client: &Client, secret: &str, (guide, chosen): (&Guide, &Chosen)) -> Values {
    let audience = frame.caller().tenant.management_audience();
    let app = guide.app.map(|app| app.at(chosen.port()));
    Values::of(frame.tenant(), client.id.as_str(), secret, audience, app)
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
    chosen: Chosen,
) -> Result<Page, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let errors = chosen.errors();
    let status = if errors.all().is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let filled = Filled { errors, ..Filled::default() };
    let page = page(&web, &frame, (&opened, guide, &chosen), filled).await?;
    Ok(page.status(status).cookie(chosen.cookie()))
}

async fn page(
    web: &Web,
    frame: &Frame,
    (opened, guide, chosen): (&Opened, &'static Guide, &Chosen),
    filled: Filled,
) -> Result<Page, PageFault> {
    let secret = filled.secret.as_ref().map_or(HIDDEN, Secret::expose);
    let values = values(frame, &opened.client, secret, (guide, chosen));
    let page = GuidePage {
        frame,
        header: Header::of(opened, frame, Tab::QuickStart),
        client: &opened.client,
        guide,
        chosen,
        typed_port: chosen.typed(guide),
        needs: quickstarts::needs(guide, &values, &opened.client, &opened.grants),
        values: &values,
        last: last(web, frame, &opened.client).await?,
        offers: token::offers(frame, opened, filled.audience.as_deref()),
        errors: &filled.errors,
        filled: &filled,
    };
    Ok(frame.page(&page))
}

/// The last try at this client.
async fn last(web: &Web, frame: &Frame, client: &Client) -> Result<Option<Row>, PageFault> {
    let is_machine = client.settings.app_type == Some(ClientKind::NonInteractive);
    let codes = if is_machine { TOKENS } else { LOGINS }.to_vec();
    let query = EventQuery { codes, client: Some(client.id.clone()), ..EventQuery::default() };
    let part = EventPart::Before { checkpoint: None, limit: 1 };
    let found = events::list(web.app(), frame.caller(), query, &part).await?;
    Ok(found.events.into_iter().next().map(|event| Row::of(event, frame.now())))
}

/// Adds everything that the guide needs and the client does not allow yet.
pub(crate) async fn add(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    chosen: Chosen,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, async {
        let (opened, guide) = find(&web, &frame, &id, &name).await?;
        let (app, caller, client) = (web.app(), frame.caller(), &opened.client);
        let values = values(&frame, client, HIDDEN, (guide, &chosen));
        let needs = quickstarts::needs(guide, &values, client, &opened.grants);
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
                let back = guide_path(client, guide) + &chosen.query();
                Ok(Outcome::Done(Done::to(back).saying("Added. It works from now on.")))
            }
            Err(Fault::Invalid(errors)) => {
                let filled = Filled { errors, ..Filled::default() };
                let page = page(&web, &frame, (&opened, guide, &chosen), filled).await?;
                Ok(Outcome::Page(page.status(StatusCode::UNPROCESSABLE_ENTITY)))
            }
            Err(fault) => Err(fault.into()),
        }
    })
    .await
}
