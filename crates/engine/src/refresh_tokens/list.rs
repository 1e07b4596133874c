//! Looking at refresh tokens.
//!
//! Source: the Management API's `GET /refresh-tokens`, `GET /refresh-tokens/{id}` and
//! `GET /users/{id}/refresh-tokens`.

use doorward_model::client::refresh::Rotation;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, FamilyId};
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_model::token::RefreshToken;
use doorward_store::refresh_tokens::{self, TokenFilter};
use doorward_store::users;

use super::{NOUN, ShownToken};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::state::TenantState;

/// How many clients' tokens a list of one kind looks through: each of them is named to the database.
const MOST_CLIENTS: usize = 1000;

/// The refresh token of that id, as long as it can be exchanged.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, id: &FamilyId) -> Result<ShownToken, Fault> {
    caller.may(ApiScope::ReadRefreshTokens)?;
    find(app, caller, id).await
}

/// The refresh token of that id; the caller has been let in.
pub(super) async fn find(app: &App, caller: &Caller, id: &FamilyId) -> Result<ShownToken, Fault> {
    let filter = TokenFilter { family: Some(id.clone()), ..TokenFilter::default() };
    read(app, caller, &filter, None, 1).await?.pop().ok_or(Fault::NotFound { what: NOUN })
}

/// The refresh tokens that can be exchanged, from oldest to newest, those after a given one. A list of
/// one person's tokens says when there is no such person.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`] for the user, or trouble with the store.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &TokenFilter,
    after: Option<(Timestamp, &FamilyId)>,
    limit: u32,
) -> Result<Vec<ShownToken>, Fault> {
    caller.may(ApiScope::ReadRefreshTokens)?;
    if let Some(user) = &filter.user {
        let scope = app.db().tenant(&caller.tenant.tenant.id);
        users::get(&scope, user).await?.ok_or(Fault::NotFound { what: "user" })?;
    }
    read(app, caller, filter, after, limit).await
}

async fn read(
    app: &App,
    caller: &Caller,
    filter: &TokenFilter,
    after: Option<(Timestamp, &FamilyId)>,
    limit: u32,
) -> Result<Vec<ShownToken>, Fault> {
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let found = refresh_tokens::live(&scope, filter, app.now(), after, limit).await?;
    shown(app, &state, found).await
}

/// Which part of the refresh tokens beside other credentials of devices.
pub(crate) struct Part {
    /// Only those that change at each use, or only those that do not.
    pub(crate) is_rotating: Option<bool>,
    /// How many to skip.
    pub(crate) offset: u32,
    /// How many to give.
    pub(crate) limit: u32,
    /// Whether to count all that match.
    pub(crate) with_total: bool,
}

/// A part of the refresh tokens that can be exchanged, from oldest to newest; the caller has been let in.
pub(crate) async fn part(
    app: &App,
    caller: &Caller,
    filter: &TokenFilter,
    part: &Part,
) -> Result<(Vec<ShownToken>, Option<i64>), Fault> {
    let (state, _) = app.refresh(&caller.tenant).await?;
    let scope = app.db().tenant(&state.tenant.id);
    let (mut clients, mut total) = (None, None);
    if part.with_total || part.is_rotating.is_some() {
        let mut counted = Vec::new();
        for (id, count) in refresh_tokens::live_by_client(&scope, filter, app.now()).await? {
            let is_wanted = match part.is_rotating {
                None => true,
                Some(wanted) => rotates(app, &state, &id).await? == wanted,
            };
            counted.extend(is_wanted.then_some((id, count)));
        }
        total = part.with_total.then(|| counted.iter().map(|(_, count)| count).sum());
        if part.is_rotating.is_some() {
            clients = Some(bounded(counted.into_iter().map(|(id, _)| id).collect())?);
        }
    }
    let page = (part.offset, part.limit);
    let found = refresh_tokens::live_page(&scope, filter, clients.as_deref(), app.now(), page).await?;
    Ok((shown(app, &state, found).await?, total))
}

fn bounded(clients: Vec<ClientId>) -> Result<Vec<ClientId>, FieldErrors> {
    if clients.len() <= MOST_CLIENTS {
        return Ok(clients);
    }
    let text = format!("More than {MOST_CLIENTS} clients hold such tokens. Name a user_id or a client_id.");
    Err(FieldError::new("type", "maximum", text).into())
}

async fn shown(app: &App, state: &TenantState, found: Vec<RefreshToken>) -> Result<Vec<ShownToken>, Fault> {
    let mut shown = Vec::with_capacity(found.len());
    for token in found {
        let is_rotating = rotates(app, state, &token.family.authorization.client).await?;
        shown.push(ShownToken { token, is_rotating });
    }
    Ok(shown)
}

/// Whether a client changes its refresh token at each use.
async fn rotates(app: &App, state: &TenantState, client: &ClientId) -> Result<bool, Fault> {
    let entry = app.client(state, client).await?;
    let rotation = entry.map(|entry| entry.client.settings.refresh_token.rotation_type);
    Ok(rotation == Some(Rotation::Rotating))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_clients_are_named_to_the_database_than_it_takes() {
        let clients = |count: usize| vec![ClientId::parse("app").unwrap(); count];
        assert_eq!(bounded(clients(1000)).unwrap().len(), 1000);
        assert_eq!(bounded(clients(1001)).unwrap_err().all()[0].path, "type");
    }
}
