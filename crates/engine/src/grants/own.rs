//! What a person allowed, looked at and taken back by that person.
//!
//! Whose grants they are follows from the session of the browser alone: nothing that is sent reaches those of
//! somebody else. Taking back is the deletion that admins have, of everything that one client was allowed.
//! Source: RFC 6749 §1 (people revoke the access of one third party and of no other).

use std::sync::Arc;

use doorward_model::grant::Grant;
use doorward_model::ids::{ClientId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::user::User;
use doorward_store::grants::{self, GrantFilter};
use doorward_store::{Scope, StoreError};
use serde_json::{Value, json};

use super::delete::push;
use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::{Fault, SHORT_WAIT};
use crate::logs::record::{self, EventDraft};
use crate::sessions::{self, Present};

/// Grants per query.
const PAGE: u32 = 100;
/// How often the grants of a client are read again because they changed in between.
const TRIES: usize = 10;

/// What somebody allowed.
#[derive(Debug)]
pub struct OwnGrants {
    /// Who it is.
    pub user: User,
    /// The clients that they allowed something, by name.
    pub clients: Vec<AllowedClient>,
    /// The client that was asked about, if it is allowed nothing.
    pub without: Option<Arc<ClientEntry>>,
}

/// A client that somebody allowed something.
#[derive(Debug)]
pub struct AllowedClient {
    /// The client.
    pub client: Arc<ClientEntry>,
    /// What it may, API by API.
    pub grants: Vec<Grant>,
}

/// What the form sent.
#[derive(Debug)]
pub struct TakeBack {
    /// The client.
    pub client: ClientId,
    /// Whom the page was shown to.
    pub user: UserId,
}

/// What came of it.
#[derive(Debug)]
pub enum TakenBack {
    /// The client holds no grant of this person, whether it held one before or not.
    Done(Arc<ClientEntry>),
    /// There is no such client.
    NoSuchClient,
    /// The page was shown to somebody else: nothing was looked at.
    Foreign,
    /// Nobody is logged in in this browser.
    LoggedOut,
}

/// What whoever is logged in allowed, and whether that is something for `asked`; none when nobody is logged in.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot be asked.
pub async fn own(
    app: &App,
    caller: &Caller,
    session: Option<&Secret>,
    asked: Option<&ClientId>,
) -> Result<Option<OwnGrants>, Fault> {
    let tenant = &caller.tenant.tenant;
    let Some(Present { user, .. }) = sessions::find(app, tenant, session).await? else { return Ok(None) };
    let scope = app.db().tenant(&tenant.id);
    let mut clients: Vec<AllowedClient> = Vec::new();
    for grant in all_of(&scope, &user.id).await? {
        if let Some(known) = clients.iter_mut().find(|known| known.client.client.id == grant.client) {
            known.grants.push(grant);
        } else if let Some(client) = app.client(&caller.tenant, &grant.client).await? {
            clients.push(AllowedClient { client, grants: vec![grant] });
        }
    }
    clients.sort_by_cached_key(|allowed| {
        let client = &allowed.client.client;
        (client.settings.name.to_lowercase(), client.id.clone())
    });
    let without = match asked {
        Some(id) if !clients.iter().any(|allowed| allowed.client.client.id == *id) => {
            app.client(&caller.tenant, id).await?
        }
        _ => None,
    };
    Ok(Some(OwnGrants { user, clients, without }))
}

async fn all_of(scope: &Scope<'_>, user: &UserId) -> Result<Vec<Grant>, StoreError> {
    let filter = GrantFilter { user: Some(user.clone()), ..GrantFilter::default() };
    let mut all = Vec::new();
    let mut offset = 0;
    loop {
        let found = grants::list(scope, &filter, offset, PAGE).await?;
        let is_last = found.len() < PAGE as usize;
        all.extend(found);
        if is_last {
            return Ok(all);
        }
        offset += PAGE;
    }
}

/// Takes back what a client was allowed, and ends what it was given on the word of that.
///
/// # Errors
/// [`Fault::Unavailable`] when the store cannot serve: then nothing was taken back.
pub async fn take_back(
    app: &App,
    caller: &Caller,
    session: Option<&Secret>,
    wish: &TakeBack,
) -> Result<TakenBack, Fault> {
    let tenant = &caller.tenant.tenant;
    let Some(present) = sessions::find(app, tenant, session).await? else {
        return Ok(TakenBack::LoggedOut);
    };
    if present.user.id != wish.user {
        return Ok(TakenBack::Foreign);
    }
    let Some(client) = app.client(&caller.tenant, &wish.client).await? else {
        return Ok(TakenBack::NoSuchClient);
    };
    let scope = app.db().tenant(&tenant.id);
    for _ in 0..TRIES {
        let found = grants::of(&scope, &present.user.id, &wish.client).await?;
        if found.is_empty() {
            return Ok(TakenBack::Done(client));
        }
        let mut batch = scope.batch();
        found.iter().for_each(|grant| push(&mut batch, app, caller, grant));
        let draft = event(caller, &present, &client, &found);
        record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
        match batch.commit().await {
            Ok(_) => return Ok(TakenBack::Done(client)),
            // One of them was taken back a moment ago: read again.
            Err(StoreError::Unmet { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let cause = "the grants of a client keep changing while they are taken back".to_owned();
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause })
}

fn event(caller: &Caller, present: &Present, client: &ClientEntry, found: &[Grant]) -> EventDraft {
    let mut scope: Vec<String> = found.iter().flat_map(|grant| grant.scope.clone()).collect();
    scope.sort_unstable();
    scope.dedup();
    let taken: Vec<Value> = found
        .iter()
        .map(|grant| json!({ "grant_id": grant.id, "audience": grant.audience, "scope": grant.scope }))
        .collect();
    let draft = EventDraft::new(EventCode::RefreshTokenRevoked, "A person took back what they had allowed")
        .client(&client.client)
        .present(&caller.tenant, present)
        .scope(&scope)
        .detail("consent", "taken_back")
        .detail("grants", taken);
    match found {
        [grant] => draft.audience(&grant.audience),
        _ => draft,
    }
}
