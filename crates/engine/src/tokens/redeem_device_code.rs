//! A device code for tokens, once its person has allowed it.
//!
//! Until then every question is noted, so that a device that asks too often is told to slow down, whichever
//! node it asks. A code works once; one that comes again is a copy in strange hands, and what it led to ends.
//! Source: RFC 8628 §3.4, §3.5.

use doorward_model::client::grant_type::GrantType;
use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::log::code::EventCode;
use doorward_model::secret::{Secret, TokenHash};
use doorward_model::time::Lifetime;
use doorward_model::token::{Family, RefreshToken};
use doorward_model::user::User;
use doorward_protocol::digest;
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::grants;
use doorward_protocol::oauth::grants::Resource;
use doorward_protocol::oauth::grants::device_code::{self, DeviceDecision, DeviceGrant, DeviceInput};
use doorward_store::{StoreError, device_codes, used_assertions, users};

use super::mint::{Minted, Order, mint};
use super::redeem_code::{first_refresh_token, push_family};
use super::{Asking, Consequence, Refused, TokenAnswer, push_success, success};
use crate::app::App;
use crate::fault::Fault;

pub(super) async fn redeem(app: &App, asking: &Asking<'_>) -> Result<TokenAnswer, Refused> {
    let text = Secret::new(grants::required(asking.params, "device_code")?.to_owned());
    let hash = digest::token_hash(&text);
    let (code, user) = read(app, asking, &hash).await?;
    match exchange(app, asking, (&hash, &code, user)).await {
        Err(refused) => Err(match &code.standing {
            Standing::Allowed(authorization) | Standing::Used(authorization) => refused.about(authorization),
            Standing::Waiting | Standing::Denied => refused,
        }),
        given => given,
    }
}

async fn exchange(
    app: &App,
    asking: &Asking<'_>,
    (hash, code, user): (&TokenHash, &DeviceCode, Option<User>),
) -> Result<TokenAnswer, Refused> {
    match decide(app, asking, code, user.as_ref()) {
        DeviceDecision::Grant(grant) => {
            let user = user.ok_or_else(|| Fault::internal("a device code was granted for nobody"))?;
            give(app, asking, (hash, code, grant, user)).await
        }
        DeviceDecision::Wait { error, interval } => Err(wait(app, asking, code, (error, interval)).await),
        DeviceDecision::Replay(family, error) => Err(Refused::rule(error, Consequence::EndFamily(family))),
        DeviceDecision::Refuse(error) => Err(error.into()),
    }
}

/// The code, and whoever allowed it.
async fn read(
    app: &App,
    asking: &Asking<'_>,
    hash: &TokenHash,
) -> Result<(DeviceCode, Option<User>), Refused> {
    let store = app.db().tenant(&asking.caller.tenant.tenant.id);
    let code = device_codes::get(&store, hash).await?.ok_or_else(device_code::unknown)?;
    let user = match &code.standing {
        Standing::Allowed(authorization) => users::get(&store, &authorization.user).await?,
        Standing::Waiting | Standing::Denied | Standing::Used(_) => None,
    };
    Ok((code, user))
}

fn decide(app: &App, asking: &Asking<'_>, code: &DeviceCode, user: Option<&User>) -> DeviceDecision {
    device_code::decide(&DeviceInput {
        code,
        client: &asking.entry.client,
        user,
        connection_enabled: asking.entry.lets_in(&asking.caller.tenant, user),
        resource: Resource::read(asking.params, &asking.caller.tenant.tenant.issuer),
        now: app.now(),
    })
}

/// Notes that the device asked, and says how it has to wait. It is no event: devices ask every few seconds.
async fn wait(
    app: &App,
    asking: &Asking<'_>,
    code: &DeviceCode,
    (error, interval): (TokenError, Lifetime),
) -> Refused {
    let mut batch = app.db().tenant(&asking.caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    device_codes::poll(&mut batch, &code.id, code.polled_at, (app.now(), interval));
    match batch.commit().await {
        Ok(_) => Refused::Noted(error),
        Err(StoreError::Unmet { what: device_codes::OVERTAKEN }) => overrun(app, asking).await,
        Err(error) => error.into(),
    }
}

/// The device asked twice at once. What proved the client is used up all the same.
async fn overrun(app: &App, asking: &Asking<'_>) -> Refused {
    let mut batch = app.db().tenant(&asking.caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    match batch.commit().await {
        Ok(_) => Refused::Noted(device_code::slow_down()),
        Err(error) => error.into(),
    }
}

async fn give(
    app: &App,
    asking: &Asking<'_>,
    (hash, code, grant, user): (&TokenHash, &DeviceCode, DeviceGrant, User),
) -> Result<TokenAnswer, Refused> {
    let now = app.now();
    let family = Family::new(grant.family, grant.authorization, now, asking.caller.info.device());
    let order = Order {
        grant: GrantType::DeviceCode,
        authorization: family.authorization.clone(),
        // An API that was made after the device asked is another one than the device asked for.
        granted_at: code.created_at,
        family: family.id.clone(),
        user: user.clone(),
        nonce: None,
        auth_time_wanted: false,
        id_token: grant.id_token,
        code: None,
    };
    let Minted { access_token, id_token, expires_in, scope, jti } =
        mint(app, &asking.made_for(), order).await?;
    let refresh = grant.refresh_token.then(|| first_refresh_token(app, asking, &family, now));
    let refresh_token = refresh.as_ref().map(|(_, token)| token);
    match save(app, asking, (code, &family, &user), (refresh_token, expires_in, jti.as_deref())).await {
        Ok(()) => {}
        Err(error @ StoreError::Unmet { what: used_assertions::REPLAYED }) => return Err(error.into()),
        Err(StoreError::Unmet { what: device_codes::SPENT }) => {
            return Err(overtaken(app, asking, hash).await);
        }
        Err(StoreError::Unmet { .. }) => return Err(device_code::unknown().into()),
        Err(error) => return Err(error.into()),
    }
    let refresh_token = refresh.map(|(text, _)| text);
    Ok(TokenAnswer { access_token, id_token, refresh_token, scope, expires_in })
}

/// One batch: the code is used up, the family begins, the event is written, or nothing of it.
async fn save(
    app: &App,
    asking: &Asking<'_>,
    (code, family, user): (&DeviceCode, &Family, &User),
    (refresh_token, lifetime, jti): (Option<&RefreshToken>, Lifetime, Option<&str>),
) -> Result<(), StoreError> {
    let mut batch = app.db().tenant(&asking.caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    device_codes::take(&mut batch, &code.id, family.created_at);
    push_family(&mut batch, family, (refresh_token, lifetime));
    let text = "A device got the tokens that its person allowed";
    let draft = success(asking, (EventCode::DeviceExchange, text), (&family.authorization, jti))
        .user(user)
        .detail("auth_method", asking.via().as_str());
    let audience = family.authorization.audience.as_deref();
    push_success(&mut batch, app, (asking.caller, asking.entry), draft, audience);
    batch.commit_in_company(app.patience()).await.map(|_| ())
}

/// Somebody was faster, or the code's time ran out while we signed: what it is now decides.
async fn overtaken(app: &App, asking: &Asking<'_>, hash: &TokenHash) -> Refused {
    match read(app, asking, hash).await {
        Ok((code, _)) => match decide(app, asking, &code, None) {
            DeviceDecision::Replay(family, error) => Refused::rule(error, Consequence::EndFamily(family)),
            DeviceDecision::Refuse(error) => error.into(),
            DeviceDecision::Wait { .. } | DeviceDecision::Grant(_) => device_code::unknown().into(),
        },
        Err(refused) => refused,
    }
}
