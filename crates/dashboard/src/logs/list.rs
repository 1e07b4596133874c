//! The list of events, newest first, with its filters in the address.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use doorward_engine::caller::Caller;
use doorward_engine::clients::{self, ClientOrder, ClientQuery};
use doorward_engine::logs::list::{self as events, EventPart};
use doorward_model::client::Client;
use doorward_model::ids::ClientId;
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::state::Web;

use super::filter::{Filter, KINDS, OUTCOMES};
use super::row::Row;
use crate::frame::Frame;
use crate::parts;

const PER_PAGE: usize = 50;
/// How many clients the filter offers; the one that is chosen is there in any case.
const OFFERED: u32 = 100;

/// The page.
#[derive(Template)]
#[template(path = "logs/list.html")]
pub(crate) struct ListPage<'a> {
    pub frame: &'a Frame,
    pub filter: &'a Filter,
    pub clients: &'a [Client],
    pub rows: &'a [Row],
    pub newest: Option<String>,
    pub older: Option<String>,
}

impl ListPage<'_> {
    fn is_known(&self, id: &str) -> bool {
        self.clients.iter().any(|client| client.id.as_str() == id)
    }

    fn retention(&self) -> i64 {
        self.frame.tenant().settings.log_retention.seconds() / 86_400
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
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Page, PageFault> {
    let filter = filter.map(|Query(filter)| filter).unwrap_or_default();
    let caller = frame.caller();
    let limit = u32::try_from(PER_PAGE + 1).unwrap_or(u32::MAX);
    let part = EventPart::Before { checkpoint: filter.checkpoint(), limit };
    let mut found = events::list(web.app(), caller, filter.query(), &part).await?.events;
    let has_older = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let older = found.last().filter(|_| has_older).map(|last| filter.address(Some(&last.id)));
    let newest = filter.checkpoint().map(|_| filter.address(None));
    let clients = offered(&web, caller, &filter.client).await?;
    let rows: Vec<Row> = found.into_iter().map(|event| Row::of(event, frame.now())).collect();
    let page = ListPage { frame: &frame, filter: &filter, clients: &clients, rows: &rows, newest, older };
    Ok(frame.page(&page))
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
