//! `doorward users list`: the same search language as the Management API's `q`.

use doorward_engine::users::{self, ShownUser, UserOrder, UserPart, UserQuery};
use doorward_management::shown;
use doorward_model::search::{Query, Scalar, SearchError, Target, Test};
use doorward_model::user::search::USERS;
use serde_json::Value;

use crate::cli::Here;
use crate::failure::Failure;
use crate::open::Opened;
use crate::plain::{tame, width};
use crate::table::{Column, Table};

/// How deep pages go, as in the Management API.
const MAX_DEPTH: u32 = 1000;
/// How many users are read at once when all are wanted.
const PART: u32 = 100;

/// Which users, and which part of them.
#[derive(clap::Args)]
pub struct List {
    /// Only users that are found by this, such as 'email:*@acme.com AND blocked:true'
    #[arg(long, value_name = "QUERY")]
    search: Option<String>,
    /// Only users of this connection
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// What they are sorted by: email, last_login:-1 for the last first
    #[arg(long, value_name = "FIELD", default_value = "created_at")]
    sort: String,
    /// Which page, from 0
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    page: u32,
    /// How many users a page has, at most 100
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    per_page: u32,
    /// All of them, by user ID
    #[arg(long, conflicts_with_all = ["page", "per_page", "sort"])]
    all: bool,
}

impl List {
    pub(super) async fn run(self, here: &Here) -> Result<(), Failure> {
        let query = self.query()?;
        let opened = here.open().await?;
        let (found, total) = if self.all {
            (everybody(&opened, query).await?, None)
        } else {
            self.page_of(&opened, query).await?
        };
        if here.console.json {
            here.console.document(&Value::from_iter(found.iter().map(shown::user)));
        } else if found.is_empty() {
            here.console.say("No user is like that.");
        } else {
            here.console.table(&table(&found));
            let (from, count) =
                (i64::from(self.page * self.per_page), i64::try_from(found.len()).unwrap_or(i64::MAX));
            if let Some(total) = total.filter(|total| *total > count) {
                here.console.say(&format!("{} to {} of {total}. All of them: --all", from + 1, from + count));
            }
        }
        opened.close().await;
        Ok(())
    }

    fn query(&self) -> Result<Option<Query>, Failure> {
        let mut parts = Vec::new();
        if let Some(text) = self.search.as_deref().filter(|text| !text.trim().is_empty()) {
            parts.push(USERS.parse(text).map_err(|error| unreadable(text, &error))?);
        }
        if let (Some(name), Some(field)) = (&self.connection, USERS.field("identities.connection")) {
            parts.push(Query::Term(Target::Field(field), Test::Is(Scalar::Text(name.clone()))));
        }
        Ok((!parts.is_empty()).then(|| Query::all(parts)))
    }

    async fn page_of(
        &self,
        opened: &Opened,
        query: Option<Query>,
    ) -> Result<(Vec<ShownUser>, Option<i64>), Failure> {
        let order = order(&self.sort)?;
        let offset = self.page.saturating_mul(self.per_page);
        if offset.saturating_add(self.per_page) > MAX_DEPTH {
            return Err(Failure::usage(
                "There is no such page.",
                format!("Pages lead to the first {MAX_DEPTH} users."),
                "Search for fewer with --search, or take --all.",
            ));
        }
        let part = UserPart::Page { order, offset, limit: self.per_page, with_total: true };
        let page = users::list(&opened.app, &opened.caller(), &UserQuery { query, part }).await;
        let page = page.map_err(|fault| Failure::of("The users cannot be read.", &fault))?;
        Ok((page.users, page.total))
    }
}

async fn everybody(opened: &Opened, query: Option<Query>) -> Result<Vec<ShownUser>, Failure> {
    let mut found: Vec<ShownUser> = Vec::new();
    loop {
        let last = found.last().map(|shown| shown.user.id.clone());
        let wanted = UserQuery { query: query.clone(), part: UserPart::After { last, limit: PART } };
        let page = users::list(&opened.app, &opened.caller(), &wanted).await;
        let page = page.map_err(|fault| Failure::of("The users cannot be read.", &fault))?.users;
        let is_last = page.len() < PART as usize;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

fn order(text: &str) -> Result<(UserOrder, bool), Failure> {
    let (name, direction) = text.split_once(':').unwrap_or((text, "1"));
    let known = UserOrder::ALL.into_iter().find(|(known, _)| *known == name);
    match (known, direction) {
        (Some((_, order)), "1" | "asc") => Ok((order, false)),
        (Some((_, order)), "-1" | "desc") => Ok((order, true)),
        _ => Err(Failure::usage(
            format!("Users cannot be sorted by {text}."),
            format!("They are sorted by one of: {}.", UserOrder::ALL.map(|(name, _)| name).join(", ")),
            "Write --sort email, or --sort email:-1 for the other direction.",
        )),
    }
}

/// The query with a mark below the character that is wrong.
fn unreadable(query: &str, error: &SearchError) -> Failure {
    let line = tame(query);
    let before: String = line.chars().take(error.at).collect();
    let why = format!("{line}\n{}^\n{error}", " ".repeat(width(&before)));
    Failure::usage("The search cannot be read.", why, "docs/reference/search.md says how to search.")
}

fn table(users: &[ShownUser]) -> Table<6> {
    let columns = [
        Column::cut("Email"),
        Column::cut("Name"),
        Column::cut("Connection"),
        Column::whole("User ID"),
        Column::whole("Last login"),
        Column::whole("State"),
    ];
    let mut table = Table::new(columns);
    for shown in users {
        let user = &shown.user;
        // The day is enough to tell who is still there.
        let day = |time: String| time.split('T').next().unwrap_or_default().to_owned();
        table.push([
            user.email.as_str().to_owned(),
            user.display_name().to_owned(),
            shown.connection.clone(),
            user.id.to_string(),
            user.last_login.map_or_else(|| "never".to_owned(), |time| day(time.to_string())),
            if user.blocked { "blocked" } else { "active" }.to_owned(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_search_is_pointed_at() {
        let query = "email:a AND nmae:b";
        let told = unreadable(query, &USERS.parse(query).unwrap_err()).to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[1], "  why  email:a AND nmae:b");
        assert_eq!(lines[2], "                   ^");
        assert_eq!(lines[2].find('^'), lines[1].find("nmae"));
        assert!(lines[3].contains("Did you mean name?"), "{told}");
        // Wide characters take two columns, and hostile ones do nothing.
        let query = "name:山田 AND nmae:\u{1b}b";
        let told = unreadable(query, &USERS.parse(query).unwrap_err()).to_string();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(width(lines[2]), width(&lines[1][..lines[1].find("nmae").unwrap()]) + 1);
        assert!(!told.contains('\u{1b}'));
    }

    #[test]
    fn an_order_is_a_field_and_a_direction() {
        assert_eq!(order("created_at").unwrap(), (UserOrder::CreatedAt, false));
        assert_eq!(order("last_login:-1").unwrap(), (UserOrder::LastLogin, true));
        for bad in ["", "blocked", "email:2"] {
            assert!(order(bad).unwrap_err().to_string().contains("created_at"), "{bad}");
        }
    }
}
