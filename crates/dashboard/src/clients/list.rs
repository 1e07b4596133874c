//! The list of clients: search, filter by type, order, pages; everything stands in the address.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use doorward_engine::clients::{self, ClientOrder, ClientQuery};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_web::fault::PageFault;
use doorward_web::page::{Page, capped};
use doorward_web::state::Web;
use serde::Deserialize;

use super::activity::{self, Status};
use super::header;
use crate::frame::Frame;
use crate::parts;

const PER_PAGE: u32 = 50;
/// The longest search that is looked for, in characters: no name or address is longer.
const MAX_SEARCH: usize = 2048;
const ORDERS: [(&str, &str); 3] = [("", "Oldest first"), ("newest", "Newest first"), ("name", "By name")];

/// What the address says. What is not understood does not count.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    r#type: String,
    sort: String,
    page: String,
}

impl Wanted {
    fn search(&self) -> Option<String> {
        let text: String = self.q.trim().chars().take(MAX_SEARCH).collect();
        (!text.is_empty()).then_some(text)
    }

    fn kind(&self) -> Option<ClientKind> {
        ClientKind::parse(&self.r#type)
    }

    fn order(&self) -> ClientOrder {
        match self.sort.as_str() {
            "newest" => ClientOrder::Newest,
            "name" => ClientOrder::Name,
            _ => ClientOrder::Oldest,
        }
    }

    /// Counted from 1; bounded, so that nobody makes the store skip millions.
    fn page(&self) -> u32 {
        self.page.parse().unwrap_or(1).clamp(1, 10_000)
    }

    fn is_filtered(&self) -> bool {
        self.search().is_some() || self.kind().is_some()
    }

    fn address(&self, page: u32) -> String {
        let mut pairs = Vec::new();
        let search = self.search().unwrap_or_default();
        for (name, value) in [("q", search.as_str()), ("type", &self.r#type), ("sort", &self.sort)] {
            if !value.is_empty() {
                pairs.push(format!("{name}={}", super::segment(value)));
            }
        }
        if page > 1 {
            pairs.push(format!("page={page}"));
        }
        if pairs.is_empty() {
            "/manage/clients".to_owned()
        } else {
            format!("/manage/clients?{}", pairs.join("&"))
        }
    }
}

/// One line.
struct Row {
    client: Client,
    status: Status,
    uses: (String, &'static str),
}

impl Row {
    fn path(&self) -> String {
        super::path(&self.client.id, "settings")
    }

    fn kind(&self) -> &'static str {
        header::kind_title(&self.client)
    }

    /// The id as far as a person compares it; the whole is what is copied.
    fn short_id(&self) -> String {
        let id = self.client.id.as_str();
        match (id.get(..5), id.get(id.len().saturating_sub(4)..)) {
            (Some(first), Some(last)) if id.len() > 14 => format!("{first}…{last}"),
            _ => id.to_owned(),
        }
    }

    fn copy_label(&self) -> String {
        format!("Copy client ID of {}", self.client.settings.name)
    }
}

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    wanted: &'a Wanted,
    rows: &'a [Row],
    total: i64,
    newer: Option<String>,
    older: Option<String>,
}

impl ListPage<'_> {
    fn typed(&self) -> String {
        capped(&self.wanted.q)
    }

    fn no_match(&self) -> String {
        let kind = self.wanted.kind().map(|kind| format!(" of the type {}", kind.title()));
        let kind = kind.unwrap_or_default();
        match self.wanted.search() {
            Some(text) => format!("No client{kind} matches “{}”.", capped(&text)),
            None => format!("There is no client{kind}."),
        }
    }

    fn is_kind(&self, kind: &ClientKind) -> bool {
        self.wanted.kind() == Some(*kind)
    }

    fn can_create(&self) -> bool {
        self.frame.may(ApiScope::CreateClients)
    }

    fn back(&self) -> Option<(&str, &str)> {
        self.newer.as_deref().map(|address| (address, "Previous"))
    }

    fn on(&self) -> Option<(&str, &str)> {
        self.older.as_deref().map(|address| (address, "Next"))
    }

    fn total(&self) -> String {
        let plural = if self.total == 1 { "" } else { "s" };
        format!("{} client{plural}", self.total)
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Page, PageFault> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let page = wanted.page();
    let query = ClientQuery {
        is_global: Some(false),
        app_types: wanted.kind().into_iter().collect(),
        search: wanted.search(),
        order: wanted.order(),
        offset: (page - 1) * PER_PAGE,
        limit: PER_PAGE,
        with_total: true,
        ..ClientQuery::default()
    };
    let found = clients::list(web.app(), frame.caller(), &query).await?;
    let shown: Vec<Client> = found.clients.into_iter().map(|shown| shown.client).collect();
    let ids: Vec<_> = shown.iter().map(|client| &client.id).collect();
    let activities = clients::statistics(web.app(), frame.caller(), &ids).await?;
    let row = |(client, activity): (&Client, &clients::ClientActivity)| Row {
        status: activity::status(client, activity, frame.now()),
        uses: activity::uses(client, activity),
        client: client.clone(),
    };
    let rows: Vec<Row> = shown.iter().zip(&activities).map(row).collect();
    let total = found.total.unwrap_or_default();
    let has_more = i64::from(page) * i64::from(PER_PAGE) < total;
    let newer = (page > 1).then(|| wanted.address(page - 1));
    let older = has_more.then(|| wanted.address(page + 1));
    Ok(frame.page(&ListPage { frame: &frame, wanted: &wanted, rows: &rows, total, newer, older }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(q: &str, kind: &str, sort: &str, page: &str) -> Wanted {
        Wanted { q: q.into(), r#type: kind.into(), sort: sort.into(), page: page.into() }
    }

    #[test]
    fn the_address_says_what_is_shown_and_nothing_else() {
        assert_eq!(Wanted::default().address(1), "/manage/clients");
        let hostile = wanted("\"><script>&page=9", "spa", "name", "");
        assert_eq!(
            hostile.address(2),
            "/manage/clients?q=%22%3E%3Cscript%3E%26page%3D9&type=spa&sort=name&page=2"
        );
    }

    #[test]
    fn nonsense_does_not_count() {
        let odd = wanted("   ", "toaster", "x", "-1");
        assert!(!odd.is_filtered());
        assert_eq!((odd.page(), odd.order()), (1, ClientOrder::Oldest));
        assert_eq!(wanted("", "", "", "99999999").page(), 10_000);
    }
}
