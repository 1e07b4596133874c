//! Making the access token and the ID token of a person's authorization.
//!
//! Signatures happen on the signer pool, off the async threads.
//! Source: OpenID Connect Core §3.1.3.3; RFC 9068.

use std::sync::Arc;

use doorward_model::api::ResourceServer;
use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::FamilyId;
use doorward_model::secret::Secret;
use doorward_model::tenant::Issuer;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::Authorization;
use doorward_model::user::User;
use doorward_protocol::jose::{JoseError, RsaKey, TokenType};
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oidc::access_token::{AccessTokenFacts, access_token_claims};
use doorward_protocol::oidc::id_token::{self, IdTokenFacts, id_token_claims};

use super::Asking;
use super::opaque::{self, Opaque};
use crate::app::App;
use crate::clients_cache::ClientEntry;
use crate::fault::Fault;

/// What tokens are to be made of.
pub(super) struct Order {
    pub grant: GrantType,
    pub authorization: Authorization,
    pub family: FamilyId,
    pub user: User,
    pub nonce: Option<String>,
    pub auth_time_wanted: bool,
    pub id_token: bool,
}

/// The tokens.
pub(super) struct Minted {
    pub access_token: Secret,
    pub id_token: Option<Secret>,
    pub expires_in: Lifetime,
}

/// All that the signing thread needs.
struct Bench {
    order: Order,
    entry: Arc<ClientEntry>,
    issuer: Issuer,
    key: Arc<RsaKey>,
    secret: Option<Secret>,
    now: Timestamp,
}

/// Makes the tokens.
pub(super) async fn mint(app: &App, asking: &Asking<'_>, order: Order) -> Result<Minted, Fault> {
    let state = &asking.caller.tenant;
    let now = app.now();
    let wants_id_token = order.id_token;
    let api = match &order.authorization.audience {
        Some(audience) => Some(state.api(audience).ok_or_else(gone)?),
        None => None,
    };
    let lifetime = api.map_or(opaque::LIFETIME, |api| api.token_lifetime);
    let ready = match api {
        Some(_) => None,
        None => Some(opaque_token(app, asking, &order, now.after(lifetime))?),
    };
    if let (Some(token), false) = (&ready, wants_id_token) {
        return Ok(Minted { access_token: token.clone(), id_token: None, expires_in: lifetime });
    }
    let bench = Bench {
        order,
        entry: Arc::clone(asking.entry),
        issuer: state.tenant.issuer.clone(),
        key: Arc::clone(&state.keys.current),
        secret: asking.entry.client_secret().cloned(),
        now,
    };
    let api: Option<ResourceServer> = api.cloned();
    let signed = app.signer().run(move |_| {
        let access_token = match (ready, &api) {
            (Some(token), _) => token,
            (None, api) => bench.access_token(api.as_ref())?,
        };
        let id_token = if wants_id_token { Some(bench.id_token(&access_token)?) } else { None };
        Ok::<_, JoseError>((access_token, id_token))
    });
    let (access_token, id_token) = signed.await?.map_err(|error| Fault::internal(error.to_string()))?;
    Ok(Minted { access_token, id_token, expires_in: lifetime })
}

impl Bench {
    fn access_token(&self, api: Option<&ResourceServer>) -> Result<Secret, JoseError> {
        let claims = access_token_claims(&AccessTokenFacts {
            issuer: &self.issuer,
            authorization: &self.order.authorization,
            audience: api.map_or("", |api| &api.identifier),
            grant: self.order.grant,
            lifetime: api.map_or(opaque::LIFETIME, |api| api.token_lifetime),
            now: self.now,
        });
        self.key.sign(TokenType::Jwt, &claims).map(Secret::new)
    }

    fn id_token(&self, access_token: &Secret) -> Result<Secret, JoseError> {
        let client = &self.entry.client;
        let claims = id_token_claims(&IdTokenFacts {
            issuer: &self.issuer,
            client,
            user: &self.order.user,
            authorization: &self.order.authorization,
            nonce: self.order.nonce.as_deref(),
            auth_time_wanted: self.order.auth_time_wanted,
            access_token: Some(access_token.expose()),
            code: None,
            now: self.now,
        });
        id_token::sign(client, &self.key, self.secret.as_ref(), &claims).map(Secret::new)
    }
}

fn opaque_token(app: &App, asking: &Asking<'_>, order: &Order, ends_at: Timestamp) -> Result<Secret, Fault> {
    let opaque = Opaque {
        family: order.family.clone(),
        client: asking.entry.client.id.clone(),
        user: order.user.id.clone(),
        scope: order.authorization.scope.clone(),
        ends_at,
    };
    opaque::seal(app, &asking.caller.tenant.tenant.id, &opaque)
}

fn gone() -> TokenError {
    TokenError::new(
        OAuthErrorCode::InvalidGrant,
        "The API that this was granted for does not exist any more.",
    )
}
