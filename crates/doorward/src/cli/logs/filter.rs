//! The filter of `logs tail`: the text that the log page takes and shows, of which a client must be known.

use doorward_engine::logs::filter::resolve;
use doorward_engine::logs::list::{EventPart, EventQuery, list};
use doorward_model::ids::ClientId;
use doorward_model::log::filter::Filter;

use crate::cli::clients::find;
use crate::failure::{Exit, Failure};
use crate::open::Opened;

/// Reads the filter; a client may be named by its id or by its name.
pub(super) async fn read(opened: &Opened, texts: &[String]) -> Result<EventQuery, Failure> {
    let filter = Filter::parse(&texts.join(" ")).map_err(|error| {
        let what = format!("The filter {} cannot be used.", error.what);
        Failure::usage(
            what,
            format!("{}.", error.why),
            "Type `doorward logs tail --help` to see what a filter may say.",
        )
    })?;
    if filter.codes().is_some_and(|codes| codes.is_empty()) {
        let why = "An event has one kind, one outcome and one type, and these never come together.";
        return Err(Failure::usage("The filter lets nothing through.", why, "Leave some of them out."));
    }
    let about = match &filter.client {
        Some(text) => client(opened, text).await?,
        None => None,
    };
    // The log outlives clients: what is the name of none any more may be that of one which was deleted.
    let others = Filter { client: filter.client.clone().filter(|_| about.is_none()), ..filter };
    let query = resolve(&opened.app, &opened.caller(), &others).await;
    let query = query.map_err(|fault| Failure::of("The log cannot be shown.", &fault))?;
    let (since, until) = others.time.as_ref().map(|time| time.ends(opened.app.now())).unwrap_or_default();
    let query = EventQuery { about: about.or(query.about.clone()), since, until, ..query };
    match &others.client {
        Some(name) if query.about.is_none() => known(opened, name, query).await,
        _ => Ok(query),
    }
}

/// The client of that id, else the one of that name.
async fn client(opened: &Opened, text: &str) -> Result<Option<ClientId>, Failure> {
    match find::overview(opened, text).await {
        Ok(overview) => Ok(Some(overview.client.id)),
        Err(failure) if failure.exit == Exit::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Insists that an event holds the name: one that is mistyped would never show anything.
async fn known(opened: &Opened, name: &str, query: EventQuery) -> Result<EventQuery, Failure> {
    let named = Filter { client: Some(name.to_owned()), ..Filter::default() };
    let cannot = |fault| Failure::of("The log cannot be shown.", &fault);
    let any = resolve(&opened.app, &opened.caller(), &named).await.map_err(cannot)?;
    let part = EventPart::Before { checkpoint: None, limit: 1 };
    let found = list(&opened.app, &opened.caller(), any, &part).await.map_err(cannot)?;
    if found.events.is_empty() { Err(find::unknown(name)) } else { Ok(query) }
}
