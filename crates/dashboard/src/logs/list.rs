//! The list of events, newest first, with its filters in the address.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use doorward_engine::caller::Caller;
use doorward_engine::clients::{self, ClientOrder, ClientQuery};
use doorward_engine::fault::Fault;
use doorward_engine::logs::filter::resolve;
use doorward_engine::logs::list::{self as events, EventPart};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::ClientId;
use doorward_model::log::reference;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use super::filter::{Asked, Chip, Filter, KINDS, OUTCOMES, TIMES};
use super::row::Row;
use crate::clients::path;
use crate::frame::Frame;
use crate::parts;

const PER_PAGE: usize = 50;
/// How many clients and how many connections the filter offers; the one that is chosen is there in any case.
const OFFERED: u32 = 100;

/// The page.
#[derive(Template)]
#[template(path = "logs/list.html")]
pub(crate) struct ListPage<'a> {
    pub frame: &'a Frame,
    pub filter: &'a Filter,
    pub clients: &'a [Client],
    /// Names of connections.
    pub connections: &'a [&'a str],
    /// Where a guide leads to a first login.
    pub guide: Option<&'a str>,
    pub rows: &'a [Row],
    /// Whether looking took too long and was given up.
    pub is_too_slow: bool,
    pub newest: Option<String>,
    pub older: Option<String>,
}

impl ListPage<'_> {
    fn is_known(&self, id: &str) -> bool {
        self.clients.iter().any(|client| client.id.as_str() == id)
    }

    fn is_chosen(&self, id: &str) -> bool {
        self.filter.what.client.as_deref() == Some(id)
    }

    fn is_offered(&self, connection: &str) -> bool {
        self.connections.contains(&connection)
    }

    fn is_connection(&self, name: &str) -> bool {
        self.filter.what.connection.as_deref() == Some(name)
    }

    fn nothing_yet(&self) -> parts::Empty<'_> {
        match self.guide {
            Some(address) => parts::empty("logs", "Nothing yet. Follow a guide to see a first login.")
                .action(address, "Open a guide"),
            None => parts::empty("logs", "Nothing yet. Logins, tokens and changes will stand here."),
        }
    }

    fn no_match(&self) -> &'static str {
        if self.filter.what.words.iter().any(|word| reference::read(word).is_some()) {
            return "No event has this reference. What the server itself had trouble with stands in the log of its process, \
                    beside the same reference.";
        }
        "No event matches these filters."
    }

    /// The name of the client that is chosen, where that is known.
    fn client(&self) -> &str {
        let chosen = self.filter.what.client.as_deref().unwrap_or_default();
        let known = self.clients.iter().find(|client| client.id.as_str() == chosen);
        known.map_or(chosen, |client| &client.settings.name)
    }

    fn chips(&self) -> Vec<Chip> {
        self.filter.chips(self.client())
    }

    /// The filter as it is typed.
    fn typed(&self) -> String {
        self.filter.text(self.client())
    }

    /// How long events are kept, as the end of a sentence.
    fn retention(&self) -> String {
        match self.frame.tenant().settings.events_are_kept_for().map(|kept| kept.seconds() / 86_400) {
            None => "for ever".to_owned(),
            Some(1) => "for one day".to_owned(),
            Some(days) => format!("for {days} days"),
        }
    }

    fn back(&self) -> Option<(&str, &str)> {
        self.newest.as_deref().map(|address| (address, "Newest"))
    }

    fn on(&self) -> Option<(&str, &str)> {
        self.older.as_deref().map(|address| (address, "Older"))
    }
}

pub(crate) async fn list(
    State(web): State<Web>,
    frame: Frame,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Page, PageFault> {
    let mut filter = Filter::read(&asked.map(|Query(asked)| asked).unwrap_or_default());
    let caller = frame.caller();
    let limit = u32::try_from(PER_PAGE + 1).unwrap_or(u32::MAX);
    let part = EventPart::Before { checkpoint: filter.checkpoint(), limit };
    let query = resolve(web.app(), caller, &filter.what).await?;
    // A client that was named is chosen by its id from here on.
    if let Some(about) = &query.about {
        filter.what.client = Some(about.to_string());
    }
    let found = events::list(web.app(), caller, filter.in_time(query, frame.now()), &part).await;
    let (mut found, is_too_slow) = match found {
        Ok(page) => (page.events, false),
        Err(Fault::TooSlow) => (Vec::new(), true),
        Err(fault) => return Err(fault.into()),
    };
    let has_older = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let older = found.last().filter(|_| has_older).map(|last| filter.address(Some(&last.id)));
    let newest = filter.checkpoint().map(|_| filter.address(None));
    let clients = offered(&web, caller, filter.what.client.as_deref().unwrap_or_default()).await?;
    let connections = connections(caller);
    // Nobody logs in to a program.
    let of_people = |client: &&Client| client.settings.app_type != Some(ClientKind::NonInteractive);
    let guide = clients.iter().find(of_people).map(|client| path(&client.id, "quickstart"));
    let rows = Row::fold(found, frame.now());
    let page = ListPage {
        frame: &frame,
        filter: &filter,
        clients: &clients,
        connections: &connections,
        guide: guide.as_deref(),
        rows: &rows,
        is_too_slow,
        newest,
        older,
    };
    Ok(frame.page(&page))
}

/// The connections that the filter offers, by name: the first ones.
fn connections(caller: &Caller) -> Vec<&str> {
    let all = caller.tenant.connections.iter();
    let mut names: Vec<&str> = all.map(|connection| connection.name.as_str()).collect();
    names.sort_unstable();
    names.truncate(OFFERED as usize);
    names
}

/// The clients that the filter offers, by name: the first ones, and the one that is chosen.
async fn offered(web: &Web, caller: &Caller, chosen: &str) -> Result<Vec<Client>, PageFault> {
    let first = ClientQuery { order: ClientOrder::Name, limit: OFFERED, ..own_clients() };
    let mut offered = listed(web, caller, &first).await?;
    let is_chosen = |client: &Client| client.id.as_str() == chosen;
    if ClientId::parse(chosen).is_ok() && !offered.iter().any(is_chosen) {
        let named = ClientQuery { search: Some(chosen.to_owned()), limit: OFFERED, ..own_clients() };
        offered.extend(listed(web, caller, &named).await?.into_iter().filter(is_chosen));
    }
    Ok(offered)
}

/// Those that somebody made, without the one that stands for all.
fn own_clients() -> ClientQuery {
    ClientQuery { is_global: Some(false), ..ClientQuery::default() }
}

async fn listed(web: &Web, caller: &Caller, query: &ClientQuery) -> Result<Vec<Client>, PageFault> {
    let found = clients::list(web.app(), caller, query).await?.clients;
    Ok(found.into_iter().map(|shown| shown.client).collect())
}
