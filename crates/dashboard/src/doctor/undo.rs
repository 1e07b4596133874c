//! Taking an allowed address off the list again, from the sentence that says that it is on it.
//!
//! Source: UX §1.1, "States": what takes effect at once has Undo where it can be undone.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use doorward_engine::clients;
use doorward_engine::doctor;
use doorward_engine::fault::Fault;
use doorward_model::client::ClientSettings;
use doorward_model::client::edit::ClientPatch;
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::Purpose;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::capped;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;
use serde::Deserialize;

use super::allow::{STALE, back_to, event};
use super::why::why;
use crate::frame::Frame;
use crate::logs::show;

/// What the address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The version of the client that the click made.
    version: i64,
    back: String,
}

/// Where the form goes that takes the address of an event off the list again.
pub(super) fn path(event: &str, version: i64, back: &str) -> String {
    format!("/manage/logs/{event}/allow/undo?version={version}&back={back}")
}

pub(crate) async fn undo(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    done::once(&web, &form, take_off(&web, &frame, &id, &asked)).await
}

async fn take_off(web: &Web, frame: &Frame, id: &str, asked: &Asked) -> Result<Outcome, PageFault> {
    frame.caller().may(ApiScope::UpdateClients)?;
    let event = event(web, frame, id).await?;
    let examined = doctor::of_event(web.app(), frame.caller(), &event).await?;
    let known = examined.and_then(|examined| Some((examined.client?, examined.asked)));
    let (client, refused) = known.ok_or(Fault::NotFound { what: "refused URL" })?;
    let back = back_to(&event.id, &asked.back);
    let Some(change) = without(&client.settings, refused.purpose, &refused.url) else {
        return Ok(Done::to(back).saying("It was off the list already.").into());
    };
    match clients::edit(web.app(), frame.caller(), &client.id, asked.version, change).await {
        Ok(client) => {
            let name = &client.settings.name;
            let said = format!("{} is off the list of {name} again.", capped(&refused.url));
            Ok(Done::to(back).saying(said).into())
        }
        Err(Fault::Stale { .. }) => {
            let why = why(web, frame, &event).await?.map(|why| why.noting(STALE));
            Ok(show::page(web, frame, event, why).await?.status(StatusCode::CONFLICT).into())
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The list without the address; none when it is not on it. It was put behind the others, so of two it
/// is the last.
fn without(settings: &ClientSettings, purpose: Purpose, url: &str) -> Option<ClientPatch> {
    let list = match purpose {
        Purpose::Login => &settings.callbacks,
        Purpose::Logout => &settings.allowed_logout_urls,
    };
    let mut list = list.clone().unwrap_or_default();
    list.remove(list.iter().rposition(|entry| entry == url)?);
    Some(match purpose {
        Purpose::Login => ClientPatch { callbacks: Patch::Set(list), ..ClientPatch::default() },
        Purpose::Logout => ClientPatch { allowed_logout_urls: Patch::Set(list), ..ClientPatch::default() },
    })
}
