//! A refresh token for tokens.
//!
//! The successor of a token is derived from it, so an answer that got lost can be given again within
//! the leeway without anything being stored in the clear. A token that comes later than that is a
//! copy in strange hands: its whole family ends.
//! Source: RFC 6749 §6; RFC 9700 §4.14.2; OpenID Connect Core §12.

use doorward_model::client::grant_type::GrantType;
use doorward_model::device::Device;
use doorward_model::ids::FamilyId;
use doorward_model::log::code::EventCode;
use doorward_model::log::redact::masked;
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_model::token::RefreshToken;
use doorward_model::user::User;
use doorward_protocol::digest;
use doorward_protocol::oauth::grants::Resource;
use doorward_protocol::oauth::grants::refresh_token::{self, RefreshDecision, RefreshGrant, RefreshInput};
use doorward_protocol::oauth::{api_scope, grants};
use doorward_protocol::oidc::id_token;
use doorward_store::{Batch, StoreError, logs, refresh_tokens, used_assertions};

use super::mint::{Minted, Order, mint};
use super::{Asking, Consequence, Refused, TokenAnswer, push_success, success};
use crate::app::App;
use crate::fault::Fault;

/// How often a token is looked at anew when somebody else used it in between.
const TRIES: usize = 3;

/// What keys that successors are derived with are for.
const SUCCESSOR: &str = "refresh token successor";

/// What is written besides the event.
enum Write {
    /// The old token is marked, its successor begins.
    Rotate,
    /// The successor is given again.
    Again,
    /// The token stays.
    Keep,
}

pub(super) async fn refresh(app: &App, asking: &Asking<'_>) -> Result<TokenAnswer, Refused> {
    let text = Secret::new(grants::required(asking.params, "refresh_token")?.to_owned());
    for _ in 0..TRIES {
        if let Some(answer) = refresh_once(app, asking, &text).await? {
            return Ok(answer);
        }
    }
    Err(refresh_token::unknown().into())
}

/// Nothing when the token was not any more what it had been when it was read.
async fn refresh_once(app: &App, asking: &Asking<'_>, text: &Secret) -> Result<Option<TokenAnswer>, Refused> {
    let store = app.db().tenant(&asking.caller.tenant.tenant.id);
    let found = refresh_tokens::with_person(&store, &digest::token_hash(text)).await?;
    let (token, user) = found.ok_or_else(refresh_token::unknown)?;
    let outcome = exchange(app, asking, (text, &token, user)).await;
    outcome.map_err(|refused| refused.about(&token.family.authorization))
}

/// As [`refresh_once`], of a token that was found.
async fn exchange(
    app: &App,
    asking: &Asking<'_>,
    (text, token, user): (&Secret, &RefreshToken, Option<User>),
) -> Result<Option<TokenAnswer>, Refused> {
    let decision = refresh_token::decide(&RefreshInput {
        token,
        client: &asking.entry.client,
        user: user.as_ref(),
        connection_enabled: asking.entry.lets_in(&asking.caller.tenant, user.as_ref()),
        scope: asking.params.get("scope"),
        resource: Resource::read(asking.params, &asking.caller.tenant.tenant.issuer),
        now: app.now(),
    });
    let (write, grant) = match decision {
        RefreshDecision::Rotate(grant) => (Write::Rotate, grant),
        RefreshDecision::SameSuccessor(grant) => (Write::Again, grant),
        RefreshDecision::Keep(grant) => (Write::Keep, grant),
        RefreshDecision::Replay(family, error) => {
            return Err(Refused::rule(error, Consequence::EndFamily(family)));
        }
        RefreshDecision::Refuse(error) => return Err(error.into()),
    };
    let user = user.ok_or_else(|| Fault::internal("a refresh token was granted for nobody"))?;
    let order = Order {
        grant: GrantType::RefreshToken,
        authorization: grant.authorization.clone(),
        granted_at: token.family.created_at,
        family: grant.family.clone(),
        user: user.clone(),
        nonce: None,
        auth_time_wanted: id_token::wants_auth_time(&grant.authorization),
        id_token: grant.id_token,
        code: None,
    };
    let Minted { access_token, id_token, expires_in, scope, jti } =
        mint(app, &asking.made_for(), order).await?;
    let next = match write {
        Write::Rotate => digest::successor(&*app.sealing().derive(SUCCESSOR), text, &grant.family),
        Write::Again => match given_before(app, asking, text, &grant.family).await? {
            Some(successor) => successor,
            None => return Ok(None),
        },
        Write::Keep => text.clone(),
    };
    match save(app, asking, (token, &grant, &user), (&write, &next, jti.as_deref())).await {
        Ok(()) => {}
        Err(error @ StoreError::Unmet { what: used_assertions::REPLAYED }) => return Err(error.into()),
        // Looking again needs a newer memory.
        Err(StoreError::Unmet { what: logs::NOT_ALLOWED }) => return Err(api_scope::gone().into()),
        Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    Ok(Some(TokenAnswer { access_token, id_token, refresh_token: Some(next), scope, expires_in }))
}

/// The successor that was given when the token was rotated. It was derived with the master key that
/// was the newest then, wherever that was: which of them it was is said by the token that there is.
async fn given_before(
    app: &App,
    asking: &Asking<'_>,
    parent: &Secret,
    family: &FamilyId,
) -> Result<Option<Secret>, Refused> {
    let scope = app.db().tenant(&asking.caller.tenant.tenant.id);
    for key in app.sealing().derive_each(SUCCESSOR).map_err(Fault::from)? {
        let successor = digest::successor(&*key, parent, family);
        if refresh_tokens::get(&scope, &digest::token_hash(&successor)).await?.is_some() {
            return Ok(Some(successor));
        }
    }
    Ok(None)
}

async fn save(
    app: &App,
    asking: &Asking<'_>,
    (token, grant, user): (&RefreshToken, &RefreshGrant, &User),
    (write, next, jti): (&Write, &Secret, Option<&str>),
) -> Result<(), StoreError> {
    let caller = asking.caller;
    let mut batch = app.db().tenant(&caller.tenant.tenant.id).batch();
    asking.use_up(&mut batch);
    push(&mut batch, app.now(), (token, grant), (write, next), &caller.info.device());
    let text = "A refresh token was exchanged for tokens";
    let draft = success(asking, (EventCode::RefreshExchange, text), (&grant.authorization, jti))
        .user(user)
        .detail("refresh_token", masked(asking.params.get("refresh_token").unwrap_or_default()));
    push_success(
        &mut batch,
        app,
        (asking.caller, asking.entry),
        draft,
        grant.authorization.audience.as_deref(),
    );
    batch.commit_in_company(app.patience()).await.map(|_| ())
}

/// Each way asks again whether family, client and user are still there.
fn push(
    batch: &mut Batch,
    now: Timestamp,
    (token, grant): (&RefreshToken, &RefreshGrant),
    (write, next): (&Write, &Secret),
    device: &Device,
) {
    let hash = digest::token_hash(next);
    match write {
        Write::Rotate => {
            refresh_tokens::rotate(batch, &token.hash, now);
            let successor = RefreshToken {
                hash,
                family: token.family.clone(),
                expires_at: grant.expires_at,
                idle_expires_at: grant.idle_expires_at,
                rotated_at: None,
                used_at: Some(now),
                device: device.clone(),
            };
            refresh_tokens::insert(batch, &successor);
        }
        Write::Again | Write::Keep => {
            refresh_tokens::touch(batch, &hash, grant.idle_expires_at, now, device);
        }
    }
}
