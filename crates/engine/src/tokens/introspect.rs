//! Whether a token is good at this moment, for those who may know it.
//!
//! What a token names is looked at when it is asked about: its end, its client, its person, their connection, its
//! API, and the family of those that have one. Source: RFC 7662 §2.2, §4.

use std::sync::Arc;

use doorward_model::ids::{ClientId, FamilyId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_model::token::{Family, RefreshToken};
use doorward_model::user::User;
use doorward_protocol::digest;
use doorward_protocol::jose::unverified_audiences;
use doorward_protocol::oauth::endpoint::Endpoint;
use doorward_protocol::oauth::grants::Resource;
use doorward_protocol::oauth::grants::refresh_token::{self, RefreshDecision, RefreshInput};
use doorward_protocol::oauth::introspection::{self, Active, Introspection};
use doorward_protocol::oauth::revocation;
use doorward_protocol::oidc::access_token;
use doorward_store::token_families::Standing;
use doorward_store::{refresh_tokens, token_families, users};
use serde_json::{Map, Value};

use super::opaque::{self, Opaque};
use super::{Answered, Authenticated, Refused, Sent, mint, proven, settled, unproven};
use crate::app::App;
use crate::fault::Fault;
use crate::state::TenantState;

/// An access token (RFC 6750).
const BEARER: Option<&str> = Some("Bearer");

/// As what a refusal is written down.
const FAILURE: EventCode = EventCode::LoginFailed;

/// Tells the client that proves itself about a token.
pub async fn introspect(app: &App, sent: Sent<'_>) -> Answered<Introspection> {
    let text = match revocation::token(sent.params) {
        Ok(text) => Secret::new(text.to_owned()),
        Err(error) => return unproven(app, sent, (FAILURE, error)).await,
    };
    let proven = match proven(app, sent, (Endpoint::Introspection, FAILURE)).await {
        Ok(proven) => proven,
        Err(answered) => return answered,
    };
    let outcome = tell(app, &proven, &text).await;
    settled(app, proven, sent.params, (FAILURE, outcome)).await
}

async fn tell(app: &App, proven: &Authenticated, text: &Secret) -> Result<Introspection, Refused> {
    introspection::may_ask(&proven.entry.client)?;
    proven.spend(app).await?;
    let found = find(app, &proven.caller.tenant, text).await?;
    Ok(introspection::decide(&proven.entry.client, found))
}

/// Neither yes nor no comes from memory alone: the tenant is as it is now, by its version that comes with the token's
/// family or is read by itself.
async fn find(app: &App, known: &TenantState, text: &Secret) -> Result<Option<Active>, Fault> {
    // A JWT has two dots, everything else of ours at most one.
    if text.expose().matches('.').count() == 2 {
        return of_jwt(app, known, text).await;
    }
    // What opens needs no look into the store to be known.
    let opened = &app.opened_tokens().opaque;
    if let Some(token) = opened.read(&known.tenant, text, || opaque::open(app, &known.tenant.id, text)) {
        return of_opaque(app, known, &token).await;
    }
    let (state, _) = app.refresh(known).await?;
    let store = app.db().tenant(&state.tenant.id);
    match refresh_tokens::with_person(&store, &digest::token_hash(text)).await? {
        Some(found) => of_refresh_token(app, &state, found).await,
        None => Ok(None),
    }
}

/// Good for as long as it would give tokens.
async fn of_refresh_token(
    app: &App,
    state: &TenantState,
    (token, user): (RefreshToken, Option<User>),
) -> Result<Option<Active>, Fault> {
    let of = &token.family.authorization;
    let Some(entry) = app.client(state, &of.client).await? else { return Ok(None) };
    let decision = refresh_token::decide(&RefreshInput {
        token: &token,
        client: &entry.client,
        user: user.as_ref(),
        connection_enabled: entry.lets_in(state, user.as_ref()),
        scope: None,
        resource: Resource::Unsaid,
        now: app.now(),
    });
    let has_api = of.audience.as_deref().is_none_or(|audience| state.api(audience).is_some());
    if !has_api || !matches!(decision, RefreshDecision::Rotate(_) | RefreshDecision::Keep(_)) {
        return Ok(None);
    }
    let ends = [token.expires_at, token.idle_expires_at].into_iter().flatten().min();
    let aud = of.audience.iter().cloned().collect();
    let exp = ends.map(Timestamp::seconds);
    Ok(Some(Active { token_type: None, aud, exp, ..said_of(state, &token.family) }))
}

async fn of_opaque(app: &App, known: &TenantState, token: &Opaque) -> Result<Option<Active>, Fault> {
    let standing = token_families::standing(&app.db().tenant(&known.tenant.id), &token.family).await?;
    let Some(standing) = standing.filter(|_| app.now() < token.ends_at) else { return Ok(None) };
    let state = app.as_of(known, Some(standing.version)).await?;
    let family = &standing.family;
    let entry = app.client(&state, &family.authorization.client).await?;
    let has_client = entry.is_some_and(|entry| entry.client.created_at <= family.created_at);
    if !has_client || !is_good(&state, &standing) {
        return Ok(None);
    }
    Ok(Some(Active {
        scope: token.scope.join(" "),
        aud: vec![state.tenant.issuer.url("userinfo")],
        exp: Some(token.ends_at.seconds()),
        ..said_of(&state, family)
    }))
}

/// Whether the family is not revoked, and its person is there, not blocked, and their connection is.
fn is_good(state: &TenantState, Standing { family, person, .. }: &Standing) -> bool {
    let is_in = |(connection, blocked): &(_, bool)| !blocked && state.connection(connection).is_some();
    family.revoked_at.is_none() && person.as_ref().is_some_and(is_in)
}

/// What is the same of everything that one authorization led to.
fn said_of(state: &TenantState, family: &Family) -> Active {
    let of = &family.authorization;
    Active {
        client_id: of.client.clone(),
        sub: of.user.as_str().to_owned(),
        scope: of.scope.join(" "),
        token_type: BEARER,
        aud: Vec::new(),
        iss: state.tenant.issuer.as_str().to_owned(),
        exp: None,
        iat: None,
        jti: None,
        sid: Some(of.session.clone()),
    }
}

/// Judged by the tenant as it is now; what the token says, by memory first, since that tells of which family it is.
async fn of_jwt(app: &App, known: &TenantState, text: &Secret) -> Result<Option<Active>, Fault> {
    let mut said = said_by_jwt(app, known, text)?;
    let mut standing = standing_of(app, known, said.as_deref()).await?;
    let state = match &standing {
        Some(standing) => app.as_of(known, Some(standing.version)).await?,
        None => app.refresh(known).await?.0,
    };
    if state.tenant.version != known.tenant.version {
        said = said_by_jwt(app, &state, text)?;
        if standing.is_none() {
            // Memory may not have known what the token says.
            standing = standing_of(app, &state, said.as_deref()).await?;
        }
    }
    let Some(said) = said else { return Ok(None) };
    let is_over = said.exp.is_none_or(|end| app.now().seconds() >= end);
    if is_over || app.client(&state, &said.client_id).await?.is_none() {
        return Ok(None);
    }
    let is_program = said.sub.strip_suffix("@clients") == Some(said.client_id.as_str());
    let is_there = is_program || has_person(app, &state, &said, standing).await?;
    Ok(is_there.then(|| Active::clone(&said)))
}

/// An access token for an API that exists: how it is signed says the API, not the token.
fn said_by_jwt(app: &App, state: &TenantState, text: &Secret) -> Result<Option<Arc<Active>>, Fault> {
    app.opened_tokens().jwts.try_read(&state.tenant, text, || {
        let Ok(audiences) = unverified_audiences(text.expose()) else { return Ok(None) };
        let Some(api) = audiences.iter().find_map(|one| state.api(one)) else { return Ok(None) };
        let secret = mint::open_secret(app, state, api)?;
        let keys = state.keys.verifiers();
        let verified = access_token::verify(text.expose(), api, &keys, secret.as_ref());
        let Ok(claims) = verified else { return Ok(None) };
        let is_for_it = access_token::is_for(api, &state.tenant.issuer, &audiences);
        Ok(if is_for_it { read(state, &claims, audiences) } else { None })
    })
}

/// How the family that a token names stands; none when it names none or there is no such family any more.
async fn standing_of(
    app: &App,
    state: &TenantState,
    said: Option<&Active>,
) -> Result<Option<Standing>, Fault> {
    let Some(family) = said.and_then(family_of) else { return Ok(None) };
    Ok(token_families::standing(&app.db().tenant(&state.tenant.id), &family).await?)
}

/// The family that a token names. One that names none was made before they did.
fn family_of(said: &Active) -> Option<FamilyId> {
    access_token::family_of(said.jti.as_deref()?)
}

/// Whether the person of a token is there, not blocked, and their connection is; and the family that the token names is
/// theirs and not over.
async fn has_person(
    app: &App,
    state: &TenantState,
    said: &Active,
    standing: Option<Standing>,
) -> Result<bool, Fault> {
    let Ok(user) = UserId::parse(&said.sub) else { return Ok(false) };
    if family_of(said).is_none() {
        let user = users::get(&app.db().tenant(&state.tenant.id), &user).await?;
        return Ok(user.is_some_and(|user| !user.blocked && state.connection(&user.connection).is_some()));
    }
    Ok(standing
        .is_some_and(|standing| standing.family.authorization.user == user && is_good(state, &standing)))
}

fn read(state: &TenantState, claims: &Map<String, Value>, aud: Vec<String>) -> Option<Active> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_i64);
    let iss = text("iss").filter(|iss| *iss == state.tenant.issuer.as_str())?;
    Some(Active {
        // RFC 9068 has another name for it.
        client_id: ClientId::parse(text("azp").or_else(|| text("client_id"))?).ok()?,
        sub: text("sub")?.to_owned(),
        scope: text("scope").unwrap_or_default().to_owned(),
        token_type: BEARER,
        aud,
        iss: iss.to_owned(),
        exp: number("exp"),
        iat: number("iat"),
        jti: text("jti").map(str::to_owned),
        sid: None,
    })
}
