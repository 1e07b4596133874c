//! `doorward clients list`.

use clap::ValueEnum;
use doorward_engine::clients::{self, ClientActivity, ClientQuery, Condition, ShownClient};
use doorward_management::shown;
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::time::Timestamp;
use serde_json::Value;

use super::{Kind, find};
use crate::cli::Here;
use crate::failure::Failure;
use crate::open::Opened;
use crate::table::{Column, Table};

/// How many clients are read at once when all are wanted.
const PART: u32 = 100;

/// Which clients, and which part of them.
#[derive(clap::Args)]
pub struct List {
    /// Only clients of this type; may be given again
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    kinds: Vec<Kind>,
    /// Only clients whose name, ID, callback, logout URL or origin contains this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only clients that fare like that
    #[arg(long, value_enum)]
    status: Option<Status>,
    /// Which page, from 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    page: u32,
    /// How many clients a page has, at most 100
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    per_page: u32,
    /// All pages
    #[arg(long, conflicts_with_all = ["page", "per_page"])]
    all: bool,
}

/// How a client fares.
#[derive(Clone, Copy, ValueEnum)]
enum Status {
    /// It turned somebody away lately, and let nobody in after that
    Failing,
    /// It let somebody in within seven days
    Working,
    /// People have no callback to return to
    SettingMissing,
    /// Nothing of all that
    Quiet,
}

impl From<Status> for Condition {
    fn from(status: Status) -> Self {
        match status {
            Status::Failing => Condition::TurningAway,
            Status::Working => Condition::Working,
            Status::SettingMissing => Condition::SettingMissing,
            Status::Quiet => Condition::Quiet,
        }
    }
}

impl List {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let opened = here.open().await?;
        let (found, total) = self.found(&opened).await?;
        if here.console.json {
            let caller = opened.caller();
            let views = found.into_iter().map(|client| shown::client(&ShownClient::alone(client), &caller));
            here.console.document(&Value::from_iter(views));
        } else if found.is_empty() {
            here.console.say("No client is like that.");
        } else {
            if self.all {
                here.console.table(&short(&found));
            } else {
                here.console.table(&table(&opened, &found).await?);
            }
            let (from, count) =
                (i64::from(self.page * self.per_page), i64::try_from(found.len()).unwrap_or(i64::MAX));
            if let Some(total) = total.filter(|total| *total > count) {
                let (first, last) = (from + 1, from + count);
                here.console.say(&format!("{first} to {last} of {total}. All of them: --all"));
            }
        }
        opened.close().await;
        Ok(())
    }

    /// The clients, and how many there are in all where that is not the same.
    async fn found(&self, opened: &Opened) -> Result<(Vec<Client>, Option<i64>), Failure> {
        let mut query = ClientQuery {
            is_global: Some(false),
            app_types: self.kinds.iter().map(|kind| ClientKind::from(*kind)).collect(),
            search: self.search.clone(),
            condition: self.status.map(Condition::from),
            ..ClientQuery::default()
        };
        if self.all {
            query.limit = PART;
            let mut found = Vec::new();
            loop {
                let part = find::part(opened, &mut query).await?;
                let is_last = part.len() < PART as usize;
                found.extend(part);
                if is_last {
                    return Ok((found, None));
                }
            }
        }
        query.offset = self.page * self.per_page;
        query.limit = self.per_page;
        query.with_total = true;
        let page = clients::list(&opened.app, &opened.caller(), &query).await;
        let page = page.map_err(|fault| Failure::of("The clients cannot be read.", &fault))?;
        Ok((page.clients.into_iter().map(|shown| shown.client).collect(), page.total))
    }
}

/// Without what the log says, which is asked client by client.
fn short(clients: &[Client]) -> Table<3> {
    let mut table = Table::new([Column::cut("Name"), Column::whole("Type"), Column::whole("Client ID")]);
    for client in clients {
        table.push([client.settings.name.clone(), kind(client).to_owned(), client.id.to_string()]);
    }
    table
}

async fn table(opened: &Opened, clients: &[Client]) -> Result<Table<5>, Failure> {
    let ids: Vec<_> = clients.iter().map(|client| &client.id).collect();
    let activities = clients::statistics(&opened.app, &opened.caller(), &ids).await;
    let activities = activities.map_err(|fault| Failure::of("The log cannot be read.", &fault))?;
    let columns = [
        Column::cut("Name"),
        Column::whole("Type"),
        Column::whole("Client ID"),
        Column::whole("Logins 7 d"),
        Column::cut("Status"),
    ];
    let mut table = Table::new(columns);
    let recent = opened.app.now().before(clients::RECENT);
    for (client, activity) in clients.iter().zip(activities) {
        table.push([
            client.settings.name.clone(),
            kind(client).to_owned(),
            client.id.to_string(),
            count(&activity),
            status(client, &activity, recent).to_owned(),
        ]);
    }
    Ok(table)
}

fn kind(client: &Client) -> &'static str {
    client.settings.app_type.map_or("–", ClientKind::as_str)
}

fn count(activity: &ClientActivity) -> String {
    if activity.successes > clients::MOST_COUNTED {
        return format!("over {}", clients::MOST_COUNTED);
    }
    activity.successes.to_string()
}

/// In the words of the dashboard; refusals count since `recent`.
fn status(client: &Client, activity: &ClientActivity, recent: Timestamp) -> &'static str {
    let has_callback = client.settings.callbacks.as_ref().is_some_and(|callbacks| !callbacks.is_empty());
    let is_for_people = client.settings.app_type != Some(ClientKind::NonInteractive);
    if activity.last_refusal.is_some_and(|at| at > recent) {
        "turning logins away"
    } else if activity.successes > 0 {
        "working"
    } else if is_for_people && !has_callback {
        "setting missing"
    } else {
        "no logins"
    }
}
