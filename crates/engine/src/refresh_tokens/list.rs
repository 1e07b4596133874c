//! Looking at refresh tokens.
//!
//! Source: the Management API's `GET /refresh-tokens`, `GET /refresh-tokens/{id}` and
//! `GET /users/{id}/refresh-tokens`.

use doorward_model::client::refresh::Rotation;
use doorward_model::ids::FamilyId;
use doorward_model::scope::ApiScope;
use doorward_model::time::Timestamp;
use doorward_store::refresh_tokens::{self, TokenFilter};
use doorward_store::users;

use super::{NOUN, ShownToken};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;

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
    let mut shown = Vec::with_capacity(found.len());
    for token in found {
        let entry = app.client(&state, &token.family.authorization.client).await?;
        let rotation = entry.map(|entry| entry.client.settings.refresh_token.rotation_type);
        shown.push(ShownToken { token, is_rotating: rotation == Some(Rotation::Rotating) });
    }
    Ok(shown)
}
