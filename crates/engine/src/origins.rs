//! Pages of origins that a client does not list.
//!
//! Source: the brief, "Allowed Origins (CORS)".

use doorward_model::log::code::EventCode;

use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::doctor;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

/// How many origins at most are told apart, by client, address and minute.
const BUCKETS: u8 = 8;

/// Records that a page of `origin` called us for a client that does not list it, so that the browser keeps
/// the answer from the page. Not the text alone tells such events apart: whoever calls chooses it.
///
/// # Errors
/// When the log cannot be written.
pub async fn refused(app: &App, caller: &Caller, client: &ClientEntry, origin: &str) -> Result<(), Fault> {
    let draft = EventDraft::new(EventCode::OriginNotAllowed, "The origin is not allowed for this client")
        .client(&client.client)
        .detail("origin", origin)
        .folded(&format!("origin {}", doctor::bucket(origin) % BUCKETS));
    record::alone(app, &caller.tenant, &caller.info, draft).await
}
