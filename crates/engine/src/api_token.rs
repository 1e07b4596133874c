//! Bearer tokens of the Management API.
//!
//! A token is ours when one of the tenant's keys signed it, it is meant for the Management API of
//! this tenant, it is not over, and the client that got it still exists. A client got it in its own
//! name, or for a person who still exists and is not blocked; that one opens what is about that
//! person alone ([`Who::User`]).
//! Source: RFC 6750; RFC 9068 §4; SURFACE of the original's Management API.

use std::collections::BTreeSet;
use std::sync::Arc;

use doorward_model::ids::{ClientId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::tame;
use doorward_model::scope::ApiScope;
use doorward_protocol::jose::{JoseError, verify_rs256};
use doorward_store::users;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::caller::{Caller, RequestInfo, Who};
use crate::fault::{Fault, Unproven};
use crate::logs::record::{self, EventDraft};
use crate::state::TenantState;

const WHAT: &str = "Use the Management API";

type Claims = Map<String, Value>;

/// Who the bearer of `token` is; an empty token is a missing one.
///
/// # Errors
/// [`Fault::Unauthenticated`] with what is wrong, which is logged; or trouble with the store.
pub async fn authenticate(
    app: &App,
    state: &Arc<TenantState>,
    token: &str,
    info: RequestInfo,
) -> Result<Caller, Fault> {
    if token.is_empty() {
        return Err(Fault::Unauthenticated { why: Unproven::Missing });
    }
    match bearer(app, state, token).await? {
        Ok((tenant, (who, jti))) => Ok(Caller { tenant, who, info: RequestInfo { jti, ..info } }),
        Err(why) => {
            let fault = Fault::Unauthenticated { why };
            let response = info.call.as_ref().and_then(|call| (call.refusal)(&fault));
            let draft = EventDraft::new(EventCode::ManagementWriteFailed, WHAT)
                .detail("error", json!({ "message": why.public() }))
                .answered(response)
                .folded(why.public());
            record::alone(app, state, &info, draft).await?;
            Err(fault)
        }
    }
}

/// Like [`authenticate`], for what needs one of `scopes`.
///
/// # Errors
/// Those of [`authenticate`]; [`Fault::Forbidden`] when the token holds none of them. Refusals are
/// logged.
pub async fn authorize(
    app: &App,
    state: &Arc<TenantState>,
    token: &str,
    info: RequestInfo,
    scopes: &[ApiScope],
) -> Result<Caller, Fault> {
    let caller = authenticate(app, state, token, info).await?;
    admit(app, &caller, scopes).await?;
    Ok(caller)
}

/// Lets a caller pass who holds one of `scopes`.
///
/// # Errors
/// [`Fault::Forbidden`] otherwise. The refusal is logged.
pub async fn admit(app: &App, caller: &Caller, scopes: &[ApiScope]) -> Result<(), Fault> {
    match caller.may_any(scopes) {
        Ok(()) => Ok(()),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

/// The refusal of an operation that is not served here; `scopes` are those that open it elsewhere. It
/// is logged.
pub async fn not_served(app: &App, caller: &Caller, operation: &str, scopes: &'static str) -> Fault {
    let is_held = scopes.split(' ').filter_map(ApiScope::parse).any(|scope| caller.holds(scope));
    record::refused(app, caller, WHAT, Some(operation), Fault::NotServed { scopes, is_held }).await
}

/// Records that a request of a proven caller could not be read: its body, its query or its path. The
/// use case never saw it. Repeats of the same `cause` at the same operation fold into one event.
///
/// # Errors
/// When the log cannot be written.
pub async fn unreadable(
    app: &App,
    caller: &Caller,
    operation: &str,
    (cause, text, response): (&str, &str, Option<Value>),
) -> Result<(), Fault> {
    let draft = EventDraft::new(EventCode::ManagementWriteFailed, WHAT)
        .detail("operation", operation)
        .detail("error", json!({ "message": text }))
        .answered(response)
        .folded(&json!([operation, cause]).to_string());
    record::alone_by(app, caller, draft).await
}

/// Records that a tenant made more requests than its limit allows; `response` is what is answered.
///
/// # Errors
/// When the log cannot be written.
pub async fn over_the_limit(app: &App, caller: &Caller, response: Option<Value>) -> Result<(), Fault> {
    let text = "More requests came than the limit of the Management API allows";
    record::alone_by(app, caller, EventDraft::new(EventCode::ApiLimit, text).answered(response)).await
}

/// Records that few requests are left of what the limit allows a tenant.
///
/// # Errors
/// When the log cannot be written.
pub async fn near_the_limit(app: &App, caller: &Caller) -> Result<(), Fault> {
    let text = "Most of the requests that the limit of the Management API allows are used up";
    record::alone_by(app, caller, EventDraft::new(EventCode::ApiLimitWarning, text)).await
}

async fn bearer(
    app: &App,
    state: &Arc<TenantState>,
    token: &str,
) -> Result<Result<(Arc<TenantState>, Bearer), Unproven>, Fault> {
    let first = judge(app, state, token).await?;
    if first.is_ok() {
        return Ok(first.map(|who| (Arc::clone(state), who)));
    }
    // A key may be newer than what is in memory.
    let (fresh, changed) = app.refresh(state).await?;
    let judged = if changed { judge(app, &fresh, token).await? } else { first };
    Ok(judged.map(|who| (fresh, who)))
}

/// Who bears a token, and the id of the token, where it has one.
type Bearer = (Who, Option<String>);

async fn judge(app: &App, state: &TenantState, token: &str) -> Result<Result<Bearer, Unproven>, Fault> {
    let claims = match verify_rs256(token, &state.keys.verifiers()) {
        Ok(claims) => claims,
        Err(why) => return Ok(Err(unproven(why))),
    };
    let (client, person) = match bearer_of(app, state, &claims) {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let Some(entry) = app.client(state, &client).await? else { return Ok(Err(Unproven::Invalid)) };
    let (name, scopes) = (entry.client.settings.name.clone(), scopes(&claims));
    let jti = text(&claims, "jti").filter(|id| !id.is_empty()).map(tame);
    let Some(id) = person else { return Ok(Ok((Who::Machine { client, name, scopes }, jti))) };
    let user = users::get(&app.db().tenant(&state.tenant.id), &id).await?;
    let Some(user) = user.filter(|user| !user.blocked) else { return Ok(Err(Unproven::Invalid)) };
    let who = Who::User { id, name: user.display_name().to_owned(), client, client_name: name, scopes };
    Ok(Ok((who, jti)))
}

fn unproven(_: JoseError) -> Unproven {
    // Which of the many ways a text is no token of ours is nothing to tell a stranger.
    Unproven::Invalid
}

/// The client that a token was given to, and the person it stands for, if any.
fn bearer_of(
    app: &App,
    state: &TenantState,
    claims: &Claims,
) -> Result<(ClientId, Option<UserId>), Unproven> {
    if text(claims, "iss") != Some(state.tenant.issuer.as_str()) {
        return Err(Unproven::Invalid);
    }
    if !is_audience(claims, &state.management_audience()) {
        return Err(Unproven::WrongAudience);
    }
    let ends = claims.get("exp").and_then(Value::as_i64).ok_or(Unproven::Invalid)?;
    if app.now().seconds() >= ends {
        return Err(Unproven::Expired);
    }
    let (Some(subject), Some(client)) = (text(claims, "sub"), text(claims, "azp")) else {
        return Err(Unproven::Invalid);
    };
    let in_its_own_name = text(claims, "gty") == Some("client-credentials");
    // Each kind of token has its own kind of subject; nothing passes as both or as neither.
    let person = match (subject.strip_suffix("@clients"), in_its_own_name) {
        (Some(own), true) if own == client => None,
        (None, false) => Some(UserId::parse(subject).map_err(|_| Unproven::Invalid)?),
        _ => return Err(Unproven::Invalid),
    };
    Ok((ClientId::parse(client).map_err(|_| Unproven::Invalid)?, person))
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn is_audience(claims: &Claims, wanted: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}

fn scopes(claims: &Claims) -> BTreeSet<ApiScope> {
    text(claims, "scope").unwrap_or_default().split(' ').filter_map(ApiScope::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients;
    use crate::kit::Kit;
    use doorward_model::client::Client;
    use doorward_model::time::Lifetime;
    use doorward_protocol::jose::TokenType;

    fn claims(kit: &Kit, client: &Client) -> Value {
        let id = client.id.as_str();
        let now = kit.app.now().seconds();
        json!({
            "iss": "https://id.acme.test/", "sub": format!("{id}@clients"), "azp": id,
            "aud": "https://id.acme.test/api/v2/", "iat": now, "exp": now + 86_400,
            "scope": "read:clients read:unknown delete:clients", "gty": "client-credentials",
        })
    }

    fn signed(kit: &Kit, claims: &Value) -> String {
        kit.tenant().keys.current.sign(TokenType::Jwt, claims).unwrap()
    }

    async fn why(kit: &Kit, token: &str) -> Option<Unproven> {
        match authenticate(&kit.app, &kit.tenant(), token, RequestInfo::default()).await {
            Ok(_) => None,
            Err(Fault::Unauthenticated { why }) => Some(why),
            Err(other) => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn a_clients_own_token_gives_the_scopes_in_it() {
        let kit = Kit::new().await;
        let client = kit.client(json!({"name": "Robot"})).await.client;
        let token = signed(&kit, &claims(&kit, &client));
        let caller = authenticate(&kit.app, &kit.tenant(), &token, RequestInfo::default()).await.unwrap();
        assert!(caller.may(ApiScope::ReadClients).is_ok());
        assert!(caller.may(ApiScope::DeleteClients).is_ok());
        assert!(caller.may(ApiScope::CreateClients).is_err());
    }

    #[tokio::test]
    async fn too_small_a_scope_is_refused_and_logged_with_who_tried() {
        let kit = Kit::new().await;
        let client = kit.client(json!({"name": "Robot"})).await.client;
        let token = signed(&kit, &claims(&kit, &client));
        let ask =
            async |scope| authorize(&kit.app, &kit.tenant(), &token, RequestInfo::default(), &[scope]).await;
        assert!(ask(ApiScope::ReadClients).await.is_ok());
        let known = kit.events().await.len();
        assert!(matches!(ask(ApiScope::CreateClients).await, Err(Fault::Forbidden { .. })));
        let events = kit.events().await;
        assert_eq!((events.len(), events[0].code.as_str()), (known + 1, "fapi"));
        assert_eq!(events[0].client.as_ref(), Some(&client.id));
        assert!(events[0].details["error"]["message"].as_str().unwrap().contains("create:clients"));
    }

    #[tokio::test]
    async fn a_token_that_is_not_for_this_door_is_refused_with_its_own_reason() {
        let kit = Kit::new().await;
        let client = kit.client(json!({"name": "Robot"})).await.client;
        let with = |name: &str, value: Value| {
            let mut claims = claims(&kit, &client);
            claims[name] = value;
            signed(&kit, &claims)
        };
        let now = kit.app.now().seconds();
        for (token, expected) in [
            (String::new(), Unproven::Missing),
            ("nonsense".to_owned(), Unproven::Invalid),
            (with("iss", json!("https://evil.test/")), Unproven::Invalid),
            (with("iss", Value::Null), Unproven::Invalid),
            (with("aud", json!("https://id.acme.test/userinfo")), Unproven::WrongAudience),
            (with("aud", json!(["https://other.test/", 7])), Unproven::WrongAudience),
            (with("exp", json!(now)), Unproven::Expired),
            (with("exp", Value::Null), Unproven::Invalid),
            (with("exp", json!("tomorrow")), Unproven::Invalid),
            (with("sub", json!("auth0|5f7c8ec7c33c6c004bbafe82")), Unproven::Invalid),
            (with("sub", json!("somebody@clients")), Unproven::Invalid),
            (with("gty", Value::Null), Unproven::Invalid),
        ] {
            assert_eq!(why(&kit, &token).await, Some(expected), "{token}");
        }
        assert_eq!(why(&kit, &with("aud", json!(["x", "https://id.acme.test/api/v2/"]))).await, None);
    }

    #[tokio::test]
    async fn a_persons_token_stands_for_them_while_they_are_there_and_not_blocked() {
        let kit = Kit::new().await;
        let client = kit.client(json!({"name": "Shop"})).await.client;
        let user = crate::login::journey::user(&kit, "ada@acme.test").await;
        let with = |sub: &str, gty: Value| {
            let mut claims = claims(&kit, &client);
            claims["sub"] = json!(sub);
            claims["gty"] = gty;
            claims["scope"] = json!("openid read:current_user read:users");
            signed(&kit, &claims)
        };
        let token = with(user.id.as_str(), Value::Null);
        let caller = authenticate(&kit.app, &kit.tenant(), &token, RequestInfo::default()).await.unwrap();
        assert!(caller.is(&user.id));
        assert!(caller.may(ApiScope::ReadCurrentUser).is_ok());
        assert!(caller.may(ApiScope::ReadUsers).is_err());
        let both = with(&format!("{}@clients", user.id), Value::Null);
        let neither = with(user.id.as_str(), json!("client-credentials"));
        for odd in [both, neither, with("auth0|nobody", Value::Null), with("", Value::Null)] {
            assert_eq!(why(&kit, &odd).await, Some(Unproven::Invalid));
        }
        let block = async |blocked| {
            let mut batch = kit.app.db().tenant(&kit.tenant().tenant.id).batch();
            users::set_blocked(&mut batch, &user.id, blocked, kit.app.now());
            batch.commit().await.unwrap();
        };
        block(true).await;
        assert_eq!(why(&kit, &token).await, Some(Unproven::Invalid));
        block(false).await;
        assert_eq!(why(&kit, &token).await, None);
    }

    #[tokio::test]
    async fn a_token_ends_with_its_time_and_with_its_client() {
        let kit = Kit::new().await;
        let client = kit.client(json!({"name": "Robot"})).await.client;
        let token = signed(&kit, &claims(&kit, &client));
        assert_eq!(why(&kit, &token).await, None);
        clients::delete(&kit.app, &kit.shell(), &client.id).await.unwrap();
        assert_eq!(why(&kit, &token).await, Some(Unproven::Invalid));
        kit.clock.advance(Lifetime::from_seconds(86_400));
        assert_eq!(why(&kit, &token).await, Some(Unproven::Expired));
    }

    #[tokio::test]
    async fn every_cut_and_a_foreign_key_are_refused_and_logged_once() {
        let kit = Kit::new().await;
        let other = Kit::new().await;
        let client = kit.client(json!({"name": "Robot"})).await.client;
        let known = kit.events().await.len();
        let token = signed(&kit, &claims(&kit, &client));
        for cut in (1..token.len()).step_by(97) {
            assert_eq!(why(&kit, &token[..cut]).await, Some(Unproven::Invalid));
        }
        let foreign = signed(&other, &claims(&kit, &client));
        assert_eq!(why(&kit, &foreign).await, Some(Unproven::Invalid));
        let events = kit.events().await;
        assert_eq!(events.len(), known + 1);
        assert!(events[0].count > 5);
    }
}
