//! Making the access token and the ID token of a person's authorization.
//!
//! What the person may do is read here, once per token, and only where the API enforces it. Signatures with RSA
//! happen on the signer pool, off the async threads; the others are done before a thread of the pool would have
//! begun (decision 0044).
//! Source: OpenID Connect Core §3.1.3.3; RFC 9068.

use std::sync::Arc;

use doorward_model::api::ResourceServer;
use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::FamilyId;
use doorward_model::secret::Secret;
use doorward_model::signing_alg::SigningAlg;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::Authorization;
use doorward_model::user::User;
use doorward_protocol::jose::JoseError;
use doorward_protocol::oauth::api_scope::{self, PersonFacts, TokenScope};
use doorward_protocol::oidc::access_token::{self, AccessTokenClaims, AccessTokenFacts, access_token_claims};
use doorward_protocol::oidc::id_token::{self, IdTokenFacts, id_token_claims};
use doorward_store::permissions;

use super::Refused;
use super::opaque::{self, Opaque};
use crate::app::App;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;
use crate::keys::{self, KeySet};
use crate::resource_servers::secret_place;
use crate::state::TenantState;

/// What tokens are to be made of.
pub(super) struct Order {
    pub grant: GrantType,
    pub authorization: Authorization,
    /// When the person's authorization was given.
    pub granted_at: Timestamp,
    pub family: FamilyId,
    pub user: User,
    pub nonce: Option<String>,
    pub auth_time_wanted: bool,
    pub id_token: bool,
    /// The code that comes along with the tokens, for `c_hash`.
    pub code: Option<Secret>,
}

/// Whom tokens are made for.
pub(super) struct For<'a> {
    pub state: &'a Arc<TenantState>,
    pub entry: &'a Arc<ClientEntry>,
}

/// The tokens.
pub(super) struct Minted {
    pub access_token: Secret,
    pub id_token: Option<Secret>,
    pub expires_in: Lifetime,
    /// What the access token says.
    pub scope: Vec<String>,
    /// The id of the access token, where it is a JWT that has one.
    pub jti: Option<String>,
}

/// The access token before its signature.
enum Draft {
    /// It needs none.
    Opaque(Secret),
    /// Its claims, and the secret of an API that wants its own.
    Jwt(Box<AccessTokenClaims>, Option<Secret>),
}

/// All that signing needs, on whichever thread.
struct Bench {
    order: Order,
    entry: Arc<ClientEntry>,
    state: Arc<TenantState>,
    keys: Arc<KeySet>,
    secret: Option<Secret>,
    now: Timestamp,
    is_slow: bool,
}

/// Makes an access token, and an ID token where the order wants one.
pub(super) async fn mint(app: &App, made_for: &For<'_>, order: Order) -> Result<Minted, Refused> {
    let now = app.now();
    let wants_id_token = order.id_token;
    let (draft, scope, expires_in) = draft(app, made_for, &order, now).await?;
    let draft = match draft {
        Draft::Opaque(access_token) if !wants_id_token => {
            return Ok(Minted { access_token, id_token: None, expires_in, scope, jti: None });
        }
        draft => draft,
    };
    let jti = match &draft {
        Draft::Opaque(_) => None,
        Draft::Jwt(claims, _) => claims.jti.clone(),
    };
    let bench = made_for.bench(app, order, now).await?;
    let signed = signing(app, bench.is_slow, move || {
        let access_token = bench.access_token(draft)?;
        let id_token = if wants_id_token { Some(bench.id_token(Some(&access_token))?) } else { None };
        Ok((access_token, id_token))
    });
    let (access_token, id_token) = signed.await?;
    Ok(Minted { access_token, id_token, expires_in, scope, jti })
}

/// Makes an ID token alone.
pub(super) async fn id_token(app: &App, made_for: &For<'_>, order: Order) -> Result<Secret, Refused> {
    let bench = made_for.bench(app, order, app.now()).await?;
    Ok(signing(app, bench.is_slow, move || bench.id_token(None)).await?)
}

/// Signs where that holds up nobody.
async fn signing<T: Send + 'static>(
    app: &App,
    is_slow: bool,
    job: impl FnOnce() -> Result<T, JoseError> + Send + 'static,
) -> Result<T, Fault> {
    let signed = if is_slow { app.signer().run(move |_| job()).await? } else { job() };
    signed.map_err(|error| Fault::internal(error.to_string()))
}

/// What the access token is to say, and for how long.
async fn draft(
    app: &App,
    made_for: &For<'_>,
    order: &Order,
    now: Timestamp,
) -> Result<(Draft, Vec<String>, Lifetime), Refused> {
    let state = made_for.state;
    let Some(audience) = &order.authorization.audience else {
        let lifetime = opaque::lifetime(order.grant);
        let token = opaque_token(app, made_for, order, now.after(lifetime))?;
        return Ok((Draft::Opaque(token), order.authorization.scope.clone(), lifetime));
    };
    let api = state.api(audience).ok_or_else(api_scope::gone)?;
    let scope = scope(app, made_for, order, api).await?;
    let claims = access_token_claims(&AccessTokenFacts {
        issuer: &state.tenant.issuer,
        authorization: &order.authorization,
        api,
        scope: &scope,
        grant: order.grant,
        family: &order.family,
        fresh: &app.entropy().token_tail(),
        now,
    });
    let secret = open_secret(app, state, api)?;
    Ok((Draft::Jwt(Box::new(claims), secret), scope.scope, api.lifetime(&order.grant)))
}

async fn scope(
    app: &App,
    made_for: &For<'_>,
    order: &Order,
    api: &ResourceServer,
) -> Result<TokenScope, Refused> {
    let held = if api.enforces_policies() {
        let scope = app.db().tenant(&made_for.state.tenant.id);
        permissions::effective(&scope, &order.user.id, &api.id).await?
    } else {
        Vec::new()
    };
    let said = api_scope::of_person(&PersonFacts {
        api,
        client: &made_for.entry.client,
        grants: &made_for.entry.grants,
        granted: &order.authorization.scope,
        granted_at: order.granted_at,
        held: &held,
    });
    Ok(said?)
}

/// A fresh id for a program's token of a profile that has one.
pub(super) fn jti(app: &App, api: &ResourceServer) -> String {
    if api.dialect().is_rfc9068() { app.entropy().token().expose().to_owned() } else { String::new() }
}

/// Signs the access token of a program.
pub(super) async fn signed(
    app: &App,
    state: &Arc<TenantState>,
    api: &ResourceServer,
    claims: AccessTokenClaims,
) -> Result<Secret, Fault> {
    let secret = open_secret(app, state, api)?;
    let keys = Arc::clone(&keys::ready(app, state, api.settings.signing_alg).await?.keys);
    let (state, identifier) = (Arc::clone(state), api.identifier.clone());
    let signed = signing(app, api.settings.signing_alg.is_slow(), move || {
        let api = state.api(&identifier).ok_or(JoseError::Claims)?;
        sign(api, &keys, (&claims, secret.as_ref()))
    });
    signed.await
}

fn sign(
    api: &ResourceServer,
    keys: &KeySet,
    (claims, secret): (&AccessTokenClaims, Option<&Secret>),
) -> Result<Secret, JoseError> {
    let key = keys.signer(api.settings.signing_alg).ok_or(JoseError::Algorithm)?;
    access_token::sign(api, key, secret, claims).map(Secret::new)
}

/// The secret with which the tokens of an API are signed, if they are.
pub(super) fn open_secret(
    app: &App,
    state: &TenantState,
    api: &ResourceServer,
) -> Result<Option<Secret>, Fault> {
    match (&api.signing_secret, api.settings.signing_alg) {
        (Some(sealed), SigningAlg::HS256) => {
            let place = secret_place(&state.tenant.id, &api.id);
            Ok(Some(app.sealing().open_text(place, sealed)?))
        }
        _ => Ok(None),
    }
}

impl For<'_> {
    /// All that signing needs, the keys for the ID token and for the API among it.
    async fn bench(&self, app: &App, order: Order, now: Timestamp) -> Result<Bench, Fault> {
        let (entry, state) = (Arc::clone(self.entry), Arc::clone(self.state));
        let api = order.authorization.audience.as_deref().and_then(|audience| state.api(audience));
        let of_api = api.map(|api| api.settings.signing_alg);
        let of_id_token = order.id_token.then(|| id_token::algorithm(&entry.client));
        let (mut with_keys, mut is_slow) = (Arc::clone(&state), false);
        for algorithm in [of_api, of_id_token].into_iter().flatten() {
            with_keys = keys::ready(app, &with_keys, algorithm).await?;
            is_slow |= algorithm.is_slow();
        }
        let keys = Arc::clone(&with_keys.keys);
        Ok(Bench { secret: entry.client_secret().cloned(), order, entry, state, keys, now, is_slow })
    }
}

impl Bench {
    fn access_token(&self, draft: Draft) -> Result<Secret, JoseError> {
        match (draft, &self.order.authorization.audience) {
            (Draft::Opaque(token), _) => Ok(token),
            (Draft::Jwt(claims, secret), audience) => {
                let api = self.state.api(audience.as_deref().unwrap_or_default()).ok_or(JoseError::Claims)?;
                sign(api, &self.keys, (&claims, secret.as_ref()))
            }
        }
    }

    fn id_token(&self, access_token: Option<&Secret>) -> Result<Secret, JoseError> {
        let client = &self.entry.client;
        let claims = id_token_claims(&IdTokenFacts {
            issuer: &self.state.tenant.issuer,
            client,
            user: &self.order.user,
            authorization: &self.order.authorization,
            nonce: self.order.nonce.as_deref(),
            auth_time_wanted: self.order.auth_time_wanted,
            access_token: access_token.map(Secret::expose),
            code: self.order.code.as_ref().map(Secret::expose),
            now: self.now,
        });
        let key = self.keys.signer(id_token::algorithm(client)).ok_or(JoseError::Algorithm)?;
        id_token::sign(client, key, self.secret.as_ref(), &claims).map(Secret::new)
    }
}

fn opaque_token(app: &App, made_for: &For<'_>, order: &Order, ends_at: Timestamp) -> Result<Secret, Fault> {
    let opaque = Opaque {
        family: order.family.clone(),
        client: made_for.entry.client.id.clone(),
        user: order.user.id.clone(),
        scope: order.authorization.scope.clone(),
        claims: order.authorization.claims.userinfo.clone(),
        ends_at,
    };
    opaque::seal(app, &made_for.state.tenant.id, &opaque)
}
