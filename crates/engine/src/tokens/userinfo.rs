//! What is known of the person that an access token stands for.
//!
//! Both kinds of access token open it: the opaque one, and a JWT whose audience names this address. Each names its
//! family: whatever ended since the token was made (its family, its client, its user) closes it at once.
//! Source: OpenID Connect Core §5.3; RFC 6750 §3.1.

use std::sync::Arc;

use doorward_model::client::Client;
use doorward_model::ids::{ClientId, FamilyId, UserId};
use doorward_model::scope::oidc;
use doorward_model::secret::Secret;
use doorward_model::time::Timestamp;
use doorward_protocol::jose::verify_rs256;
use doorward_protocol::oauth::error::{OAuthErrorCode, TokenError};
use doorward_protocol::oidc::access_token::family_of;
use doorward_protocol::oidc::userinfo::userinfo_claims;
use doorward_store::users;
use serde_json::{Map, Value};

use super::{Answered, opaque};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::{Fault, Unproven};
use crate::state::TenantState;

/// What an access token says, once it is known to be ours.
#[derive(Debug)]
pub(super) struct Read {
    client: ClientId,
    user: UserId,
    scope: Vec<String>,
    claims: Vec<String>,
    ends_at: Timestamp,
    family: FamilyId,
    is_for_userinfo: bool,
}

/// Answers a request with this bearer token.
pub async fn userinfo(app: &App, caller: &Caller, bearer: Option<&Secret>) -> Answered<Map<String, Value>> {
    let Some(bearer) = bearer else { return unproven(Unproven::Missing) };
    let read = match read_fresh(app, caller, bearer).await {
        Ok(Some(read)) => read,
        Ok(None) => return unproven(Unproven::Invalid),
        Err(fault) => return Answered { client: None, outcome: Err(fault) },
    };
    // "Unknown" always comes from the database.
    let entry = match app.client(&caller.tenant, &read.client).await {
        Ok(Some(entry)) => entry,
        Ok(None) => return unproven(Unproven::Invalid),
        Err(fault) => return Answered { client: None, outcome: Err(fault) },
    };
    let outcome = claims(app, &caller.tenant, (&entry.client, bearer), &read).await;
    Answered { client: Some(entry), outcome }
}

async fn claims(
    app: &App,
    state: &TenantState,
    (client, bearer): (&Client, &Secret),
    read: &Read,
) -> Result<Map<String, Value>, Fault> {
    let invalid = || Fault::Unauthenticated { why: Unproven::Invalid };
    if app.now() >= read.ends_at {
        return Err(Fault::Unauthenticated { why: Unproven::Expired });
    }
    if !read.is_for_userinfo {
        return Err(Fault::Unauthenticated { why: Unproven::WrongAudience });
    }
    let scope = app.db().tenant(&state.tenant.id);
    let found = users::of_family(&scope, &read.user, &read.family).await?;
    let (user, version) = found.filter(|(user, _)| !user.blocked).ok_or_else(invalid)?;
    let fresh = app.as_of(state, Some(version)).await?;
    // The people of a deleted connection go one after the other, but all of them are out at once.
    fresh.connection(&user.connection).ok_or_else(invalid)?;
    if version != state.tenant.version {
        // What memory believed of the key and of the client is asked once more.
        known(app, &fresh, bearer).ok_or_else(invalid)?;
        app.client(&fresh, &read.client).await?.ok_or_else(invalid)?;
    }
    // Only of a token that is good: RFC 6750 §3.1.
    if !read.scope.iter().any(|value| value == oidc::OPENID) {
        let text = "The access token was given without openid in its scope.";
        return Err(TokenError::new(OAuthErrorCode::InsufficientScope, text).into());
    }
    Ok(userinfo_claims(client, &user, (&read.scope, &read.claims)))
}

/// Reads a token; a key that is newer than memory is looked for before the token is refused.
async fn read_fresh(app: &App, caller: &Caller, bearer: &Secret) -> Result<Option<Arc<Read>>, Fault> {
    if let Some(read) = known(app, &caller.tenant, bearer) {
        return Ok(Some(read));
    }
    let (tenant, changed) = app.refresh(&caller.tenant).await?;
    Ok(if changed { known(app, &tenant, bearer) } else { None })
}

fn known(app: &App, state: &TenantState, bearer: &Secret) -> Option<Arc<Read>> {
    app.opened_tokens().by_userinfo.read(&state.tenant, bearer, || read(app, state, bearer))
}

fn read(app: &App, state: &TenantState, bearer: &Secret) -> Option<Read> {
    let tenant = &state.tenant;
    // A JWT has two dots, sealed text has one.
    if bearer.expose().matches('.').count() != 2 {
        let token = opaque::open(app, &tenant.id, bearer)?;
        return Some(Read {
            is_for_userinfo: true,
            client: token.client,
            user: token.user,
            scope: token.scope,
            claims: token.claims,
            ends_at: token.ends_at,
            family: token.family,
        });
    }
    let claims = verify_rs256(bearer.expose(), &state.keys.verifiers()).ok()?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(tenant.issuer.as_str()) {
        return None;
    }
    Some(Read {
        // RFC 9068 has another name for it.
        client: ClientId::parse(text("azp").or_else(|| text("client_id"))?).ok()?,
        user: UserId::parse(text("sub")?).ok()?,
        scope: text("scope").unwrap_or_default().split(' ').map(str::to_owned).collect(),
        // A token for an API says no more than its scope.
        claims: Vec::new(),
        ends_at: Timestamp::from_seconds(claims.get("exp").and_then(Value::as_i64)?),
        family: family_of(text("jti")?)?,
        is_for_userinfo: names(claims.get("aud"), &tenant.issuer.url("userinfo")),
    })
}

/// Whether `aud` is, or holds, the address.
fn names(aud: Option<&Value>, address: &str) -> bool {
    match aud {
        Some(Value::String(text)) => text == address,
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(address)),
        _ => false,
    }
}

fn unproven(why: Unproven) -> Answered<Map<String, Value>> {
    Answered { client: None, outcome: Err(Fault::Unauthenticated { why }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_audience_is_one_text_or_a_list_and_compared_whole() {
        let address = "https://id.acme.test/userinfo";
        assert!(names(Some(&json!(address)), address));
        assert!(names(Some(&json!(["https://api.acme.test/", address])), address));
        assert!(!names(Some(&json!("https://id.acme.test/userinfo/")), address));
        assert!(!names(Some(&json!(["https://id.acme.test/"])), address));
        assert!(!names(None, address));
    }
}
