//! A client hands a token back: all that the authorization of it led to ends.
//!
//! Refresh tokens and what opens userinfo end with their family, of which they are only texts. With the
//! tenant's `revoke_refresh_token_grant` the person's grant goes, too, and with it everything that
//! this person gave this client at this API.
//! Source: RFC 7009; the original's `/oauth/revoke`.

use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::token::Family;
use doorward_protocol::digest;
use doorward_protocol::jose::unverified_subject;
use doorward_protocol::oauth::endpoint::Endpoint;
use doorward_protocol::oauth::revocation::{self, Found, Revocation};
use doorward_store::{StoreError, grants, refresh_tokens, token_families, users};

use super::{Answered, Authenticated, Refused, Sent, opaque, proven, settled, unproven};
use crate::app::App;
use crate::logs::record::{self, EventDraft};

/// As what a refusal is written down.
const FAILURE: EventCode = EventCode::LoginFailed;

/// Ends what the client that proves itself hands back.
pub async fn revoke(app: &App, sent: Sent<'_>) -> Answered<()> {
    let text = match revocation::token(sent.params) {
        Ok(text) => Secret::new(text.to_owned()),
        Err(error) => return unproven(app, sent, (FAILURE, error)).await,
    };
    let proven = match proven(app, sent, (Endpoint::Revocation, FAILURE)).await {
        Ok(proven) => proven,
        Err(answered) => return answered,
    };
    let outcome = end(app, &proven, &text).await;
    settled(app, proven, sent.params, (FAILURE, outcome)).await
}

async fn end(app: &App, proven: &Authenticated, text: &Secret) -> Result<(), Refused> {
    let family = family(app, proven, text).await?;
    let found = match &family {
        Some(family) => Found::Of(family),
        // Whose it is makes no difference: no JWT can be revoked.
        None if unverified_subject(text.expose()).is_ok() => Found::Jwt,
        None => Found::Nothing,
    };
    match revocation::decide(&proven.entry.client, found) {
        Revocation::End(family) => match write(app, proven, family).await {
            // Somebody else ended it a moment ago; what proved the client is used up all the same.
            Err(StoreError::Unmet { what: token_families::MISSING }) => Ok(proven.spend(app).await?),
            outcome => Ok(outcome?),
        },
        Revocation::Done => Ok(proven.spend(app).await?),
        Revocation::Refuse(error) => {
            let refused = Refused::from(error);
            Err(family.iter().fold(refused, |refused, family| refused.about(&family.authorization)))
        }
    }
}

/// The family that a text belongs to: rotated, expired and ended ones included.
async fn family(app: &App, proven: &Authenticated, text: &Secret) -> Result<Option<Family>, Refused> {
    let tenant = &proven.caller.tenant.tenant.id;
    let store = app.db().tenant(tenant);
    // What opens needs no look into the store to be known.
    if let Some(token) = opaque::open(app, tenant, text) {
        return Ok(token_families::get(&store, &token.family).await?);
    }
    Ok(refresh_tokens::get(&store, &digest::token_hash(text)).await?.map(|token| token.family))
}

async fn write(app: &App, proven: &Authenticated, family: &Family) -> Result<(), StoreError> {
    let (caller, now) = (&proven.caller, app.now());
    let store = app.db().tenant(&caller.tenant.tenant.id);
    let of = &family.authorization;
    let user = users::get(&store, &of.user).await?;
    let mut batch = store.batch();
    proven.use_up(&mut batch);
    token_families::revoke_once(&mut batch, &family.id, now);
    if caller.tenant.tenant.settings.revocation_ends_the_grant() {
        let userinfo = caller.tenant.tenant.issuer.url("userinfo");
        grants::end_at(&mut batch, (&of.user, &of.client), of.audience.as_deref(), &userinfo, now);
    }
    let draft = EventDraft::new(EventCode::RefreshTokenRevoked, "A client handed a token back")
        .client(&proven.entry.client)
        .scope(&of.scope)
        .detail("session_id", of.session.as_str());
    let draft = user.iter().fold(draft, EventDraft::user);
    let draft = of.audience.iter().fold(draft, |draft, audience| draft.audience(audience));
    record::push(&mut batch, app, &caller.tenant, &caller.info, draft);
    batch.commit().await.map(|_| ())
}
