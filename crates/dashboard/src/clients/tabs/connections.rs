//! The Connections tab: where the people of a client come from, each switched on or off at once.
//!
//! Source: the brief, "Connections": Database, Social and Enterprise; UX §1.5.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::kind::ClientKind;
use doorward_model::connection::Connection;
use doorward_model::ids::ConnectionId;
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::{Page, unturned};
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;

use crate::clients::apis::ApisForm;
use crate::clients::{Header, Opened, Tab, open, path, segment};
use crate::frame::Frame;
use crate::parts;

/// A group of connections, as the brief names it.
struct Group {
    title: &'static str,
    /// What stands here while there is none.
    empty: &'static str,
    /// Whether there is a way to make one.
    is_makeable: bool,
    rows: Vec<Row>,
}

/// One connection.
struct Row {
    connection: Connection,
    is_on: bool,
}

impl Row {
    /// The id of its switch.
    fn field(&self) -> String {
        format!("on-{}", self.connection.id)
    }
}

#[derive(Template)]
#[template(path = "clients/connections.html")]
struct ConnectionsPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    opened: &'a Opened,
    groups: Vec<Group>,
    /// For a program, which has APIs instead of connections.
    apis: Option<ApisForm<'a>>,
    is_readonly: bool,
}

impl ConnectionsPage<'_> {
    fn action(&self, row: &Row) -> String {
        action(self.opened, &row.connection.id)
    }

    /// "People can log in with: A, B."
    fn summary(&self) -> String {
        let client = unturned(&self.opened.client.settings.name);
        let on = self.groups.iter().flat_map(|group| &group.rows).filter(|row| row.is_on);
        let names: Vec<&str> = on.map(|row| row.connection.name.as_str()).collect();
        if names.is_empty() {
            return format!("Nobody can log in to {client} now: no connection is switched on.");
        }
        format!("People can log in with: {}.", names.join(", "))
    }
}

/// Asks before the last connection is switched off.
#[derive(Template)]
#[template(path = "clients/last_connection.html")]
struct LastPage<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
    connection: &'a Connection,
}

impl LastPage<'_> {
    fn action(&self) -> String {
        action(self.opened, &self.connection.id)
    }

    fn back(&self) -> String {
        path(&self.opened.client.id, "connections")
    }
}

fn action(opened: &Opened, connection: &ConnectionId) -> String {
    path(&opened.client.id, &format!("connections/{}", segment(connection.as_str())))
}

fn groups(frame: &Frame, opened: &Opened) -> Vec<Group> {
    let rows = |group: &str| {
        let all = frame.caller().tenant.connections.iter();
        let of_group = all.filter(|connection| connection.strategy.group() == group);
        let row = |connection: &Connection| Row {
            is_on: opened.connections.contains(&connection.id),
            connection: connection.clone(),
        };
        of_group.map(row).collect()
    };
    vec![
        Group {
            title: "Database",
            empty: "No database connections. People with a password that is kept here stand in one.",
            is_makeable: true,
            rows: rows("database"),
        },
        Group {
            title: "Social",
            empty: "No social connections. Log in with Google, GitHub and others will stand here; this \
                    version of Doorward has none.",
            is_makeable: false,
            rows: rows("social"),
        },
        Group {
            title: "Enterprise",
            empty: "No enterprise connections. Directories and identity providers of companies will stand \
                    here; this version of Doorward has none.",
            is_makeable: false,
            rows: rows("enterprise"),
        },
    ]
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    let opened = open(&web, &frame, &id).await?;
    let is_machine = opened.client.settings.app_type == Some(ClientKind::NonInteractive);
    let page = ConnectionsPage {
        frame: &frame,
        header: Header::of(&opened, &frame, Tab::Connections),
        opened: &opened,
        groups: groups(&frame, &opened),
        apis: is_machine.then(|| ApisForm::of(&frame, &opened, false)),
        is_readonly: !frame.may(ApiScope::UpdateClients),
    };
    Ok(frame.page(&page))
}

pub(crate) async fn switch(
    State(web): State<Web>,
    frame: Frame,
    Path((id, connection)): Path<(String, String)>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    done::once(&web, &form, turn(&web, &frame, (&id, &connection), &form)).await
}

async fn turn(
    web: &Web,
    frame: &Frame,
    (id, connection): (&str, &str),
    form: &SignedForm,
) -> Result<Outcome, PageFault> {
    let opened = open(web, frame, id).await?;
    let known = ConnectionId::parse(connection).ok();
    let known = known.and_then(|id| frame.caller().tenant.connection(&id).cloned());
    let connection = known.ok_or(Fault::NotFound { what: "connection" })?;
    let is_on = form.is_on("on");
    if !is_on && !form.is_on("sure") && opened.connections == [connection.id.clone()] {
        let page = LastPage { frame, opened: &opened, connection: &connection };
        return Ok(frame.page(&page).status(http::StatusCode::UNPROCESSABLE_ENTITY).into());
    }
    clients::enable_connection(web.app(), form.caller(), &opened.client.id, &connection.id, is_on).await?;
    let (name, client) = (&connection.name, &opened.client.settings.name);
    let said = if is_on {
        format!("{name} is switched on for {client}.")
    } else {
        format!("{name} is switched off for {client}. Nobody can log in with it any more.")
    };
    Ok(Done::to(path(&opened.client.id, "connections")).saying(said).into())
}
