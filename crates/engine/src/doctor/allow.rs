//! Allowing the address of an event.
//!
//! The safety rules stand here and not on the page: whatever a form says, a host that the client never
//! had is allowed only by somebody who typed it.

use doorward_model::client::edit::ClientPatch;
use doorward_model::client::{Client, ClientSettings};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::LogId;
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{Diagnosis, Offer, Purpose};

use super::examine::{Examined, of_event};
use crate::app::App;
use crate::caller::Caller;
use crate::clients;
use crate::fault::Fault;
use crate::logs;

/// The address is on the list.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The client after it.
    pub client: Client,
    /// The address.
    pub url: String,
    /// Whether it was there already.
    pub was_allowed: bool,
}

/// Puts the address that an event is about onto the list of its client, which must still be of that
/// `version`. `typed` is the host as somebody typed it who looked at it.
///
/// # Errors
/// [`Fault::Invalid`] at `typed` when the host has to be typed and was not; [`Fault::NotSupported`] when
/// only the app can be changed; [`Fault::Stale`] when somebody else changed the client meanwhile;
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn allow(
    app: &App,
    caller: &Caller,
    event: &LogId,
    version: i64,
    typed: Option<&str>,
) -> Result<Allowed, Fault> {
    caller.may(ApiScope::UpdateClients)?;
    let event = logs::get::get(app, caller, event).await?;
    let missing = || Fault::NotFound { what: "refused URL" };
    let examined = of_event(app, caller, &event).await?.ok_or_else(missing)?;
    let Examined { asked, client: Some(client), verdict: _ } = &examined else { return Err(missing()) };
    let url = asked.url.clone();
    let Some(found) = examined.diagnosis() else {
        return Ok(Allowed { client: client.clone(), url, was_allowed: true });
    };
    may_be_allowed(found, typed)?;
    let patch = patch(&client.settings, asked.purpose, &found.offer, &url);
    let client = clients::edit(app, caller, &client.id, version, patch).await?;
    Ok(Allowed { client, url, was_allowed: false })
}

fn may_be_allowed(found: &Diagnosis, typed: Option<&str>) -> Result<(), Fault> {
    match &found.offer {
        Offer::Allow | Offer::Clean { .. } => Ok(()),
        Offer::ChangeApp => Err(Fault::NotSupported {
            why: "This URL can be on no list, so it cannot be allowed. Change the app to send another one.",
        }),
        Offer::Review => {
            let place = found.place.as_deref().unwrap_or_default();
            let is_it = typed.is_some_and(|typed| typed.trim().eq_ignore_ascii_case(place));
            if is_it && !place.is_empty() {
                return Ok(());
            }
            let text = format!("Type the host as it is: {place}");
            Err(Fault::Invalid(FieldErrors::from(FieldError::new("typed", "match", text))))
        }
    }
}

/// The list with the address in it, behind the others; or with the entry put right that was meant to
/// be it.
fn patch(settings: &ClientSettings, purpose: Purpose, offer: &Offer, url: &str) -> ClientPatch {
    let list = match purpose {
        Purpose::Login => &settings.callbacks,
        Purpose::Logout => &settings.allowed_logout_urls,
    };
    let mut list = list.clone().unwrap_or_default();
    match offer {
        Offer::Clean { entry, clean } => {
            for place in list.iter_mut().filter(|place| *place == entry) {
                clean.clone_into(place);
            }
        }
        _ => list.push(url.to_owned()),
    }
    match purpose {
        Purpose::Login => ClientPatch { callbacks: Patch::Set(list), ..ClientPatch::default() },
        Purpose::Logout => ClientPatch { allowed_logout_urls: Patch::Set(list), ..ClientPatch::default() },
    }
}
