//! A token for a program, with its own credentials.
//!
//! The event is written only if client, grant and API are still the same at that moment, and the token
//! is given only if the event was written: what was deleted gets nothing, what was changed is asked anew.
//! Source: RFC 6749 §4.4; the Management API's client grants.

use doorward_model::log::code::EventCode;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::grants::client_credentials;
use doorward_protocol::oidc::access_token::{MachineTokenFacts, machine_token_claims};
use doorward_store::logs::Grounds;
use doorward_store::{StoreError, logs};

use super::{Asking, Refused, TokenAnswer, mint};
use crate::app::App;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

pub(super) async fn grant(app: &App, asking: &Asking<'_>) -> Result<TokenAnswer, Refused> {
    let state = &asking.caller.tenant;
    let audience = client_credentials::audience(asking.params, &state.tenant.settings)?;
    let (api, granted) = (state.api(audience), asking.entry.grant(audience));
    let plan = client_credentials::decide(&asking.entry.client, api, granted, asking.params)?;
    let granted = granted.ok_or_else(|| Fault::internal("a token was planned without a grant"))?;
    let api = api.ok_or_else(|| Fault::internal("a token was planned without an API"))?;
    let claims = machine_token_claims(&MachineTokenFacts {
        issuer: &state.tenant.issuer,
        client: &asking.entry.client.id,
        api,
        scope: &plan.scope,
        jti: &mint::jti(app, api),
        now: app.now(),
    });
    let jti = claims.jti.clone();
    let access_token = mint::signed(app, state, api, claims).await?;

    let draft =
        EventDraft::new(EventCode::ClientCredentials, "A program got a token with its own credentials")
            .client(&asking.entry.client)
            .audience(&plan.audience)
            .scope(&plan.scope.scope);
    let draft = jti.into_iter().fold(draft, |draft, jti| draft.detail("access_token_jti", jti));
    let grounds = Grounds { client: &asking.entry.client.id, api, grant: Some(granted) };
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    asking.use_up(&mut batch);
    record::push_if(&mut batch, app, asking.caller, draft, &grounds);
    match batch.commit_in_company(app.patience()).await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: logs::NOT_ALLOWED }) => return Err(gone().into()),
        Err(error) => return Err(error.into()),
    }
    Ok(TokenAnswer {
        access_token,
        id_token: None,
        refresh_token: None,
        scope: plan.scope.scope,
        expires_in: plan.lifetime,
    })
}

fn gone() -> TokenError {
    TokenError::new(OAuthErrorCode::AccessDenied, "The client may not ask for this API.")
}
