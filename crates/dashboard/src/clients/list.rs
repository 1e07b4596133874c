//! The list of clients: search, filter by type and status, order, pages; everything stands in the
//! address. Source: the brief, "How to configure a Client"; UX §1.4.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use doorward_engine::clients::{self, ClientOrder, ClientQuery, Condition};
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::log::filter::is_for_the_log;
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::{Page, capped};
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::HeaderMap;
use serde::Deserialize;

use super::activity::{self, Status};
use super::header;
use crate::doctor::{self, Card, Dismissed};
use crate::frame::Frame;
use crate::logs;
use crate::parts;

const PER_PAGE: u32 = 50;
/// The longest search that is looked for, in characters: no name or address is longer.
const MAX_SEARCH: usize = 2048;
const ORDERS: [(&str, &str); 4] =
    [("", "Oldest first"), ("newest", "Newest first"), ("name", "By name"), ("activity", "By activity")];
/// How a client fares; each is found in the log as it is now.
const STATUSES: [(&str, &str, Option<Condition>); 5] = [
    ("", "Any status", None),
    ("working", "Working", Some(Condition::Working)),
    ("quiet", "No logins", Some(Condition::Quiet)),
    ("refusing", "Turning logins away", Some(Condition::TurningAway)),
    ("missing", "Setting missing", Some(Condition::SettingMissing)),
];

/// What the address says. What is not understood does not count.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    r#type: String,
    status: String,
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

    fn condition(&self) -> Option<Condition> {
        STATUSES.into_iter().find(|(name, ..)| *name == self.status).and_then(|(.., condition)| condition)
    }

    fn order(&self) -> ClientOrder {
        match self.sort.as_str() {
            "activity" => ClientOrder::Activity,
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
        self.search().is_some() || self.kind().is_some() || self.condition().is_some()
    }

    fn address(&self, page: u32) -> String {
        let mut pairs = Vec::new();
        let search = self.search().unwrap_or_default();
        let filters =
            [("q", search.as_str()), ("type", &self.r#type), ("status", &self.status), ("sort", &self.sort)];
        for (name, value) in filters {
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
    is_default: bool,
    status: Status,
    uses: (String, &'static str),
    line: Option<String>,
}

impl Row {
    fn path(&self) -> String {
        super::path(&self.client.id, "settings")
    }

    fn to(&self, page: &str) -> String {
        super::path(&self.client.id, page)
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
        format!("Copy client ID of {}", parts::unturned(&self.client.settings.name))
    }
}

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    wanted: &'a Wanted,
    rows: &'a [Row],
    total: i64,
    card: Option<Card<'a>>,
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
        let status = STATUSES.into_iter().find(|(name, ..)| !name.is_empty() && *name == self.wanted.status);
        let status = status.map(|(_, title, _)| format!(" with the status {title}")).unwrap_or_default();
        match self.wanted.search() {
            Some(text) => format!("No client{kind}{status} matches “{}”.", capped(&text)),
            None => format!("There is no client{kind}{status}."),
        }
    }

    /// Where to go when no client matches: what looks like something of the log is there.
    fn way_on(&self) -> (String, &'static str) {
        match self.wanted.search().filter(|text| is_for_the_log(text)) {
            Some(text) => (logs::search(&text), "Look for it in the log"),
            None => ("/manage/clients".to_owned(), "Clear filters"),
        }
    }

    /// What a program needs to know of a client, as lines for its environment. The secret is not in
    /// it: it is shown after a fresh sign-in only.
    fn env(&self, row: &Row) -> String {
        let (issuer, id) = (&self.frame.tenant().issuer, &row.client.id);
        format!("ISSUER={issuer}\nDOMAIN={}\nCLIENT_ID={id}\n", issuer.host())
    }

    fn can_delete(&self) -> bool {
        self.frame.may(ApiScope::DeleteClients)
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
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Page, PageFault> {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let page = wanted.page();
    let query = ClientQuery {
        is_global: Some(false),
        app_types: wanted.kind().into_iter().collect(),
        search: wanted.search(),
        condition: wanted.condition(),
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
    let default = clients::default_app(web.app(), frame.caller()).await?;
    let row = |(client, activity): (&Client, &clients::ClientActivity)| Row {
        is_default: default.as_ref() == Some(&client.id),
        line: activity::line(activity),
        status: activity::status(client, activity, frame.now()),
        uses: activity::uses(client, activity),
        client: client.clone(),
    };
    let rows: Vec<Row> = shown.iter().zip(&activities).map(row).collect();
    let total = found.total.unwrap_or_default();
    // Above a part of the list it would be in the way of what is looked for.
    let has_card = !wanted.is_filtered() && page == 1;
    let card = if has_card { doctor::card(&web, &frame, &Dismissed::of(&headers)).await? } else { None };
    let has_more = i64::from(page) * i64::from(PER_PAGE) < total;
    let newer = (page > 1).then(|| wanted.address(page - 1));
    let older = has_more.then(|| wanted.address(page + 1));
    Ok(frame.page(&ListPage { frame: &frame, wanted: &wanted, rows: &rows, total, card, newer, older }))
}

/// The Default App, made anew where it was deleted.
pub(crate) async fn bring_back(State(web): State<Web>, form: SignedForm) -> Result<Response, PageFault> {
    let work = async {
        let made = clients::bring_back(web.app(), form.caller()).await?.client;
        let said = format!("{} is back.", made.settings.name);
        Ok(Outcome::Done(Done::to(super::path(&made.id, "settings")).saying(said)))
    };
    done::once(&web, &form, work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(q: &str, kind: &str, sort: &str, page: &str) -> Wanted {
        Wanted {
            q: q.into(),
            r#type: kind.into(),
            status: String::new(),
            sort: sort.into(),
            page: page.into(),
        }
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
        let refusing = Wanted { status: "refusing".into(), ..Wanted::default() };
        assert_eq!(refusing.condition(), Some(Condition::TurningAway));
        assert_eq!(refusing.address(1), "/manage/clients?status=refusing");
    }
}
