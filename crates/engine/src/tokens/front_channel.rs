//! What an authorization response hands over: a code, and tokens at once where the client asked for them. What a
//! device gets is only written down; it comes for it itself.
//!
//! Tokens of the response are a family of their own: what is done with the code that may come along says
//! nothing about them. They cannot be refreshed.
//! Source: OpenID Connect Core §3.2.2.5, §3.3.2.5; RFC 6749 §4.2.2.

use std::sync::Arc;

use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::DeviceCodeId;
use doorward_model::scope::oidc;
use doorward_model::time::Timestamp;
use doorward_model::token::{Authorization, Family};
use doorward_model::user::User;
use doorward_protocol::oauth::authorize::IssuePlan;
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::response::{Handed, HandedToken};
use doorward_store::{Batch, device_codes, token_families};

use super::issue_code::{self, Issued};
use super::mint::{self, For, Minted, Order};
use super::refused::{Refusal, Refused};
use crate::app::App;
use crate::caller::Caller;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;

/// What is on its way to the client; it counts when the batch that it is pushed into is committed.
pub(crate) struct Response {
    code: Option<Issued>,
    handed: Handed,
    family: Option<Family>,
    device: Option<(DeviceCodeId, Authorization)>,
}

/// Makes what was planned. A refusal by a rule of the API is the inner error.
pub(crate) async fn make(
    app: &App,
    (caller, entry): (&Caller, &Arc<ClientEntry>),
    plan: &IssuePlan,
    user: &User,
) -> Result<Result<Response, TokenError>, Fault> {
    if let Some(device) = &plan.device {
        let device = Some((device.clone(), plan.authorization.clone()));
        return Ok(Ok(Response { code: None, handed: Handed::default(), family: None, device }));
    }
    let code = plan.response_type.code.then(|| issue_code::fresh(app, plan));
    if !plan.response_type.has_tokens() {
        return Ok(Ok(Response { code, handed: Handed::default(), family: None, device: None }));
    }
    let now = app.now();
    let id = app.entropy().family_id(now);
    let family = Family::new(id, at_once(&plan.authorization), now, caller.info.device());
    let order = Order {
        grant: GrantType::Implicit,
        authorization: family.authorization.clone(),
        granted_at: now,
        family: family.id.clone(),
        user: user.clone(),
        nonce: plan.nonce.clone(),
        auth_time_wanted: plan.auth_time_wanted,
        id_token: plan.response_type.id_token,
        code: code.as_ref().map(|code| code.text().clone()),
    };
    let made_for = For { state: &caller.tenant, entry };
    let made = if plan.response_type.token {
        mint::mint(app, &made_for, order).await.map(with_token)
    } else {
        mint::id_token(app, &made_for, order)
            .await
            .map(|id_token| Handed { id_token: Some(id_token), ..Handed::default() })
    };
    match made {
        Ok(handed) => Ok(Ok(Response { code, handed, family: Some(family), device: None })),
        Err(Refused::Rule(Refusal { error, .. }) | Refused::Noted(error)) => Ok(Err(error)),
        Err(Refused::Fault(fault)) => Err(fault),
    }
}

/// Nothing refreshes what travels in the response.
fn at_once(authorization: &Authorization) -> Authorization {
    let mut authorization = authorization.clone();
    authorization.scope.retain(|value| value != oidc::OFFLINE_ACCESS);
    authorization
}

fn with_token(minted: Minted) -> Handed {
    let Minted { access_token: text, id_token, expires_in, scope, jti: _ } = minted;
    Handed { code: None, access_token: Some(HandedToken { text, expires_in, scope }), id_token }
}

impl Response {
    /// Pushes what has to be kept. The batch fails when client or user are gone by then, or a device does not wait
    /// any more.
    pub(crate) fn push(&self, batch: &mut Batch, now: Timestamp) {
        if let Some((device, authorization)) = &self.device {
            device_codes::allow(batch, device, authorization, now);
        }
        if let Some(code) = &self.code {
            code.push(batch);
        }
        if let Some(family) = &self.family {
            // The access token asks for its family until it ends; an ID token never does.
            let begins = family.created_at;
            let ends =
                self.handed.access_token.as_ref().map_or(begins, |token| begins.after(token.expires_in));
            token_families::insert(batch, family, Some(ends));
        }
    }

    /// Whether an access token for an API is handed over at once.
    pub(crate) fn api(&self) -> Option<&str> {
        let family = self.family.as_ref().filter(|_| self.handed.access_token.is_some())?;
        family.authorization.audience.as_deref()
    }

    /// Says that the batch was committed: from now on the code is good.
    pub(crate) fn committed(self, app: &App, caller: &Caller) -> Handed {
        let code = self.code.map(|code| code.committed(app, &caller.tenant.tenant.id));
        Handed { code, ..self.handed }
    }
}
