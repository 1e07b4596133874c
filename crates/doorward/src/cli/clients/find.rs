//! Which client somebody means: the one of that id, else the one of that name.

use doorward_engine::clients::{self, ClientQuery, Overview};
use doorward_engine::fault::Fault;
use doorward_model::client::Client;

use crate::failure::{Exit, Failure};
use crate::open::Opened;

/// How many clients are looked at at once.
const PART: u32 = 100;

/// The client that `text` means, with what is joined to it.
///
/// # Errors
/// When there is none, or more than one of that name.
pub(in crate::cli) async fn overview(opened: &Opened, text: &str) -> Result<Overview, Failure> {
    if let Some(known) = by_id(opened, text).await? {
        return Ok(known);
    }
    let named = named(opened, text).await?;
    match &named[..] {
        [] => Err(unknown(text)),
        [one] => by_id(opened, one.id.as_str()).await?.ok_or_else(|| unknown(text)),
        several => Err(ambiguous(text, several)),
    }
}

/// The clients of that name. Case does not count, unless it tells one from the others.
async fn named(opened: &Opened, text: &str) -> Result<Vec<Client>, Failure> {
    let lowered = text.to_lowercase();
    let mut query =
        ClientQuery { search: Some(text.to_owned()), limit: PART, after: None, ..ClientQuery::default() };
    let mut found: Vec<Client> = Vec::new();
    loop {
        let page = part(opened, &mut query).await?;
        let is_last = page.len() < PART as usize;
        found.extend(page.into_iter().filter(|client| client.settings.name.to_lowercase() == lowered));
        if is_last {
            break;
        }
    }
    let same: Vec<usize> =
        found.iter().enumerate().filter(|(_, one)| one.settings.name == text).map(|(at, _)| at).collect();
    match same[..] {
        [one] => Ok(vec![found.swap_remove(one)]),
        _ => Ok(found),
    }
}

/// The next clients of a list by age; moves the query on.
pub(super) async fn part(opened: &Opened, query: &mut ClientQuery) -> Result<Vec<Client>, Failure> {
    let found = clients::list(&opened.app, &opened.caller(), query).await;
    let found = found.map_err(|fault| Failure::of("The clients cannot be read.", &fault))?.clients;
    let found: Vec<Client> = found.into_iter().map(|shown| shown.client).collect();
    if let Some(last) = found.last() {
        query.after = Some((last.created_at, last.id.clone()));
    }
    Ok(found)
}

async fn by_id(opened: &Opened, text: &str) -> Result<Option<Overview>, Failure> {
    let Some(id) = clients::parse_id(text) else { return Ok(None) };
    match clients::look_up(&opened.app, &opened.caller(), &id).await {
        Ok(overview) => Ok(Some(overview)),
        Err(Fault::NotFound { .. }) => Ok(None),
        Err(fault) => Err(Failure::of("The client cannot be read.", &fault)),
    }
}

pub(in crate::cli) fn unknown(text: &str) -> Failure {
    Failure::new(
        Exit::NotFound,
        format!("There is no client named {text}."),
        "A client is named by its whole name, whatever its case, or by its Client ID.",
        "Look for it with `doorward clients list --search WORD`.",
    )
}

fn ambiguous(text: &str, several: &[Client]) -> Failure {
    let ids: Vec<&str> = several.iter().map(|client| client.id.as_str()).collect();
    let why = format!("{} clients have this name: {}.", ids.len(), ids.join(", "));
    Failure::usage(format!("Which {text}?"), why, "Name the one you mean by its Client ID.")
}
