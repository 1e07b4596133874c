//! Explaining a refused address from the lists as they are now.

use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::ids::{ClientId, LogId};
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_protocol::oauth::doctor::{self, Case, Diagnosis, Lists, Offer, Other, Verdict};
use doorward_protocol::oauth::error::PageError;
use doorward_store::clients::{self, ClientFilter};
use doorward_store::logs;

use super::{Asked, asked_of};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::login::RefusedPage;
use crate::state::TenantState;

/// How many other clients are asked whether an address is theirs.
const MAX_OTHERS: u32 = 20;

/// What was found out about an address.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The address.
    pub asked: Asked,
    /// The client whose lists count; none where the tenant's own list does.
    pub client: Option<Client>,
    /// Whether it is allowed, and if not, why.
    pub verdict: Verdict,
}

impl Examined {
    /// Why it is refused; none when it is allowed by now.
    #[must_use]
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match &self.verdict {
            Verdict::Refused(found) => Some(found),
            Verdict::Allowed => None,
        }
    }
}

/// Looks at an address that a client may be asked to send people to.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn examine(
    app: &App,
    caller: &Caller,
    client: Option<&ClientId>,
    asked: Asked,
) -> Result<Examined, Fault> {
    caller.may(ApiScope::ReadClients)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let Some(id) = client else {
        return Ok(Examined { verdict: of_tenant(&state, &asked), client: None, asked });
    };
    let found = clients::get(&scope, id).await?.filter(|client| !client.global);
    let client = found.ok_or(Fault::NotFound { what: "client" })?;
    let filter = ClientFilter {
        is_global: Some(false),
        search: Some(asked.url.clone()).filter(|url| !url.is_empty()),
        ..ClientFilter::default()
    };
    let neighbours = clients::list(&scope, &filter, 0, MAX_OTHERS).await?;
    let others: Vec<Other<'_>> = neighbours.iter().filter(|other| other.id != client.id).map(other).collect();
    let verdict = judge(&client, &asked, &others);
    Ok(Examined { asked, verdict, client: Some(client) })
}

/// Looks at the address that an event is about; none when it is about something else, or about a
/// client that is gone.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn of_event(app: &App, caller: &Caller, event: &Event) -> Result<Option<Examined>, Fault> {
    let Some(asked) = asked_of(event) else { return Ok(None) };
    match examine(app, caller, event.client.as_ref(), asked).await {
        Ok(examined) => Ok(Some(examined)),
        Err(Fault::NotFound { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A refusal as an admin sees it who meets it themselves.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What was found out.
    pub examined: Examined,
    /// The event in the log, where it can be mended.
    pub event: Option<LogId>,
}

/// Explains a refusal that was just written down to an admin of the tenant; none when it is not about
/// an address, or the admin may not look.
///
/// # Errors
/// Trouble with the store.
pub async fn of_refusal(app: &App, admin: &Caller, refused: &RefusedPage) -> Result<Option<Refusal>, Fault> {
    let purpose = super::purpose(refused.error.problem);
    let (Some((purpose, _)), Some(url)) = (purpose, refused.sent.as_ref()) else { return Ok(None) };
    if !(admin.holds(ApiScope::ReadClients) && admin.holds(ApiScope::ReadLogs)) {
        return Ok(None);
    }
    let asked = Asked::bounded(url, purpose);
    let client = refused.client.as_ref().map(|entry| &entry.client.id);
    let examined = examine(app, admin, client, asked).await?;
    let scope = app.db().tenant(&admin.tenant.tenant.id);
    let event = match &refused.fold_key {
        Some(key) => logs::folded(&scope, key).await?.map(|event| event.id),
        None => None,
    };
    Ok(Some(Refusal { examined, event }))
}

/// What a developer at the machine itself is told: from what the refusal knows already.
pub(crate) fn developers_view(
    state: &TenantState,
    client: Option<&Client>,
    error: &PageError,
    url: &str,
) -> Option<Box<Diagnosis>> {
    let (purpose, _) = super::purpose(error.problem)?;
    let asked = Asked::bounded(url, purpose);
    let verdict = client.map_or_else(|| of_tenant(state, &asked), |client| judge(client, &asked, &[]));
    match verdict {
        Verdict::Refused(found) => Some(found),
        Verdict::Allowed => None,
    }
}

/// Judges by the lists of one client. Only what is known as a whole can be allowed.
pub(super) fn judge(client: &Client, asked: &Asked, others: &[Other<'_>]) -> Verdict {
    let case = Case { asked: &asked.url, purpose: asked.purpose, lists: lists(client), others };
    match doctor::examine(&case) {
        Verdict::Refused(mut found) if !asked.is_whole => {
            found.offer = Offer::ChangeApp;
            Verdict::Refused(found)
        }
        verdict => verdict,
    }
}

/// Without a client the tenant's own list counts, which is no client's to change.
fn of_tenant(state: &TenantState, asked: &Asked) -> Verdict {
    let lists = Lists { logout_urls: &state.tenant.settings.allowed_logout_urls, ..Lists::default() };
    let case = Case { asked: &asked.url, purpose: asked.purpose, lists, others: &[] };
    match doctor::examine(&case) {
        Verdict::Refused(mut found) => {
            found.offer = Offer::ChangeApp;
            found.advice =
                "The request names no client, so the Allowed Logout URLs of the tenant count. Let the \
                            app send its `client_id` as well, or add the URL to the tenant's list."
                    .to_owned();
            Verdict::Refused(found)
        }
        verdict @ Verdict::Allowed => verdict,
    }
}

fn lists(client: &Client) -> Lists<'_> {
    let settings = &client.settings;
    Lists {
        callbacks: client.callbacks(),
        logout_urls: settings.allowed_logout_urls.as_deref().unwrap_or_default(),
        origins: settings.allowed_origins.as_deref().unwrap_or_default(),
        is_native: settings.app_type == Some(ClientKind::Native),
    }
}

fn other(client: &Client) -> Other<'_> {
    Other { id: client.id.as_str(), name: &client.settings.name, lists: lists(client) }
}
