//! A token for a program, with its own credentials.
//!
//! The event is written only if client and grant are still there at that moment, and the token is
//! given only if the event was written: what was deleted gets nothing.
//! Source: RFC 6749 §4.4; the Management API's client grants.

use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_protocol::jose::TokenType;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oauth::grants::client_credentials;
use doorward_protocol::oidc::access_token::{MachineTokenFacts, machine_token_claims};
use doorward_store::{StoreError, logs};

use super::{Asking, Refused, TokenAnswer};
use crate::app::App;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

pub(super) async fn grant(app: &App, asking: &Asking<'_>) -> Result<TokenAnswer, Refused> {
    let state = &asking.caller.tenant;
    let audience = client_credentials::audience(asking.params, &state.tenant.settings)?;
    let (api, granted) = (state.api(audience), asking.entry.grant(audience));
    let plan = client_credentials::decide(&asking.entry.client, api, granted, asking.params)?;
    let granted = granted.ok_or_else(|| Fault::internal("a token was planned without a grant"))?;
    let now = app.now();
    let claims = machine_token_claims(&MachineTokenFacts {
        issuer: &state.tenant.issuer,
        client: &asking.entry.client.id,
        audience: &plan.audience,
        scope: &plan.scope,
        lifetime: plan.lifetime,
        now,
    });
    let key = state.keys.current.clone();
    let signed = app.signer().run(move |_| key.sign(TokenType::Jwt, &claims)).await?;
    let access_token = signed.map(Secret::new).map_err(|error| Fault::internal(error.to_string()))?;

    let draft =
        EventDraft::new(EventCode::ClientCredentials, "A program got a token with its own credentials")
            .client(&asking.entry.client)
            .audience(&plan.audience)
            .scope(&plan.scope);
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    asking.use_up(&mut batch);
    record::push_if_client(&mut batch, app, asking.caller, draft, (&granted.client, &granted.id));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: logs::NOT_ALLOWED }) => return Err(gone().into()),
        Err(error) => return Err(error.into()),
    }
    Ok(TokenAnswer {
        access_token,
        id_token: None,
        refresh_token: None,
        scope: plan.scope,
        expires_in: plan.lifetime,
    })
}

fn gone() -> TokenError {
    TokenError::new(OAuthErrorCode::AccessDenied, "The client may not ask for this API.")
}
