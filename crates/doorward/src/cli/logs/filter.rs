//! The filter of `logs tail`: the text that the log page takes and shows, of which a client must be known.

use doorward_engine::clients;
use doorward_engine::logs::filter::resolve;
use doorward_engine::logs::list::EventQuery;
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
        Some(text) => Some(client(opened, text).await?),
        None => None,
    };
    let others = Filter { client: None, ..filter };
    let query = resolve(&opened.app, &opened.caller(), &others).await;
    let query = query.map_err(|fault| Failure::of("The log cannot be shown.", &fault))?;
    Ok(EventQuery { about, ..query })
}

/// The client of that id, else the one of that name.
async fn client(opened: &Opened, text: &str) -> Result<ClientId, Failure> {
    match find::overview(opened, text).await {
        Ok(overview) => Ok(overview.client.id),
        // The log outlives clients: what is spelled like an id may be one that was deleted.
        Err(failure) if failure.exit == Exit::NotFound => clients::parse_gone(text).ok_or(failure),
        Err(failure) => Err(failure),
    }
}
