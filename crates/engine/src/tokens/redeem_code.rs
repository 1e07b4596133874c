//! A code for tokens.
//!
//! A code works once. One that comes again, or from another client, is a copy in strange hands: it
//! is refused, it is of no use to anybody any more, and what it led to ends.
//! Source: RFC 6749 §4.1.3, §4.1.2; OpenID Connect Core §3.1.3; RFC 7636 §4.6.

use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::FamilyId;
use doorward_model::log::code::EventCode;
use doorward_model::log::redact::masked;
use doorward_model::secret::{Secret, TokenHash};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::{CODE_LIFETIME, Code, Family, RefreshToken};
use doorward_model::user::User;
use doorward_protocol::digest;
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::grants;
use doorward_protocol::oauth::grants::authorization_code::{self, CodeDecision, CodeInput, CodeRequest};
use doorward_store::{Batch, StoreError, codes, refresh_tokens, token_families, used_assertions, users};
use serde_json::json;

use super::mint::{Minted, Order, mint};
use super::{Asking, Consequence, Refused, TokenAnswer, push_success, success};
use crate::app::App;
use crate::fault::Fault;

/// What an event says of the use of a code before this one.
pub(crate) const FIRST_USE: &str = "first_use";

pub(super) async fn redeem(app: &App, asking: &Asking<'_>) -> Result<TokenAnswer, Refused> {
    let text = Secret::new(grants::required(asking.params, "code")?.to_owned());
    let hash = digest::token_hash(&text);
    let tenant = &asking.caller.tenant.tenant.id;
    let store = app.db().tenant(tenant);
    let code = match app.recent_codes().take(tenant, &hash) {
        Some(code) => code,
        None => codes::get(&store, &hash).await?.ok_or_else(authorization_code::unknown)?,
    };
    exchange(app, asking, (&hash, &code)).await.map_err(|refused| refused.about(&code.authorization))
}

async fn exchange(
    app: &App,
    asking: &Asking<'_>,
    (hash, code): (&TokenHash, &Code),
) -> Result<TokenAnswer, Refused> {
    let store = app.db().tenant(&asking.caller.tenant.tenant.id);
    let user = users::get(&store, &code.authorization.user).await?;
    let grant = match decide(asking, code, user.as_ref(), app.now()) {
        CodeDecision::Grant(grant) => grant,
        CodeDecision::Replay(family, error) => return Err(replayed(app, asking, code, (family, error)).await),
        CodeDecision::Refuse(error) => return Err(Refused::rule(error, Consequence::BurnCode(hash.clone()))),
    };
    let user = user.ok_or_else(|| Fault::internal("a code was granted for nobody"))?;
    let now = app.now();
    let family = Family::new(grant.family, grant.authorization, now, asking.caller.info.device());
    let order = Order {
        grant: GrantType::AuthorizationCode,
        authorization: family.authorization.clone(),
        granted_at: code.expires_at.before(CODE_LIFETIME),
        family: family.id.clone(),
        user: user.clone(),
        nonce: grant.nonce,
        auth_time_wanted: grant.auth_time_wanted,
        id_token: grant.id_token,
        code: None,
    };
    let Minted { access_token, id_token, expires_in, scope, jti } =
        mint(app, &asking.made_for(), order).await?;
    let refresh = grant.refresh_token.then(|| first_refresh_token(app, asking, &family, now));
    let refresh_token = refresh.as_ref().map(|(_, token)| token);
    let saved = save(app, asking, (hash, code, &family, &user), (refresh_token, expires_in, jti.as_deref()));
    match saved.await {
        Ok(()) => {}
        Err(error @ StoreError::Unmet { what: used_assertions::REPLAYED }) => return Err(error.into()),
        Err(StoreError::Unmet { what: codes::SPENT }) => return Err(overtaken(app, asking, hash).await),
        Err(StoreError::Unmet { .. }) => return Err(authorization_code::unknown().into()),
        Err(error) => return Err(error.into()),
    }
    let refresh_token = refresh.map(|(text, _)| text);
    Ok(TokenAnswer { access_token, id_token, refresh_token, scope, expires_in })
}

fn decide(asking: &Asking<'_>, code: &Code, user: Option<&User>, now: Timestamp) -> CodeDecision {
    let request = CodeRequest::read(asking.params, &asking.caller.tenant.tenant.issuer);
    authorization_code::decide(&CodeInput {
        code,
        client: &asking.entry.client,
        user,
        connection_enabled: asking.entry.lets_in(&asking.caller.tenant, user),
        request,
        now,
    })
}

/// Somebody was faster, or the code's time ran out while we signed: what it is now decides.
async fn overtaken(app: &App, asking: &Asking<'_>, hash: &TokenHash) -> Refused {
    let scope = app.db().tenant(&asking.caller.tenant.tenant.id);
    match codes::get(&scope, hash).await {
        Ok(Some(code)) => match decide(asking, &code, None, app.now()) {
            CodeDecision::Replay(family, error) => replayed(app, asking, &code, (family, error)).await,
            CodeDecision::Refuse(error) => error.into(),
            CodeDecision::Grant(_) => authorization_code::unknown().into(),
        },
        Ok(None) => authorization_code::unknown().into(),
        Err(error) => error.into(),
    }
}

/// A code that comes again ends what it led to. The log says how long after its first use, and whether from the same
/// address, as far as something is left of what it led to.
async fn replayed(
    app: &App,
    asking: &Asking<'_>,
    code: &Code,
    (family, error): (FamilyId, TokenError),
) -> Refused {
    let scope = app.db().tenant(&asking.caller.tenant.tenant.id);
    let first = match token_families::get(&scope, &family).await {
        Ok(first) => first,
        Err(trouble) => return trouble.into(),
    };
    let refused = Refused::rule(error, Consequence::EndFamily(family));
    let Some(used_at) = code.used_at else { return refused };
    let elapsed = (app.now().millis() - used_at.millis()).max(0);
    let mut fact = json!({ "elapsedTime": elapsed, "gave_tokens": first.is_some() });
    let addresses = (first.and_then(|first| first.device.ip), asking.caller.info.device().ip);
    if let (Some(then), Some(now)) = addresses {
        fact["same_ip"] = (then == now).into();
    }
    refused.with_fact(FIRST_USE, fact)
}

/// One batch: the code is used up, the family begins, the event is written, or nothing of it.
async fn save(
    app: &App,
    asking: &Asking<'_>,
    (hash, code, family, user): (&TokenHash, &Code, &Family, &User),
    (refresh_token, lifetime, jti): (Option<&RefreshToken>, Lifetime, Option<&str>),
) -> Result<(), StoreError> {
    let now = app.now();
    let caller = asking.caller;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    codes::take(&mut batch, hash, now);
    push_family(&mut batch, family, (refresh_token, lifetime));
    let text = "A code was exchanged for tokens";
    // How the client does it tells later what another setting would break.
    let draft = success(asking, (EventCode::CodeExchange, text), (&family.authorization, jti))
        .user(user)
        .detail("code", masked(asking.params.get("code").unwrap_or_default()))
        .detail("redirect_uri", code.redirect_uri.as_str())
        .detail("auth_method", asking.via().as_str())
        .detail("pkce", code.code_challenge.is_some());
    push_success(
        &mut batch,
        app,
        (asking.caller, asking.entry),
        draft,
        family.authorization.audience.as_deref(),
    );
    batch.commit_in_company(app.patience()).await.map(|_| ())
}

/// Begins a family, with its refresh token if it has one. Its access tokens, which live for `lifetime`, ask for it
/// until they end.
pub(super) fn push_family(
    batch: &mut Batch,
    family: &Family,
    (refresh, lifetime): (Option<&RefreshToken>, Lifetime),
) {
    let ends_at = match refresh {
        Some(token) => token.expires_at.map(|ends| ends.after(lifetime)),
        None => Some(family.created_at.after(lifetime)),
    };
    token_families::insert(batch, family, ends_at);
    if let Some(token) = refresh {
        refresh_tokens::insert(batch, token);
    }
}

pub(super) fn first_refresh_token(
    app: &App,
    asking: &Asking<'_>,
    family: &Family,
    now: Timestamp,
) -> (Secret, RefreshToken) {
    let text = Secret::new(format!("v1.{}", app.entropy().token().expose()));
    let policy = &asking.entry.client.settings.refresh_token;
    let token = RefreshToken {
        hash: digest::token_hash(&text),
        family: family.clone(),
        expires_at: policy.absolute_life().map(|life| now.after(life)),
        idle_expires_at: policy.idle_life().map(|life| now.after(life)),
        rotated_at: None,
        used_at: None,
        device: family.device.clone(),
    };
    (text, token)
}
