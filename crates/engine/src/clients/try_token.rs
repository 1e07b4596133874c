//! A token for a program, got by an admin who wants to see that it works.
//!
//! The request is the program's own: the same secret, the same rules, the same event as at the token
//! endpoint. Source: UX §1.5, "Get a token now".

use doorward_model::client::Client;
use doorward_model::ids::ClientId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_protocol::oauth::error::TokenError;
use doorward_protocol::oauth::params::Params;
use serde_json::json;

use super::primary;
use crate::admins;
use crate::app::App;
use crate::caller::{Caller, Who};
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::tokens::{self, Sent};

const WHAT: &str = "Get a token as a client";
const BY_KEY: &str = "This client proves itself with a private key that only the program has, so the token can \
     only be got by the program.";

/// A token that was got.
#[derive(Debug)]
pub struct TriedToken {
    /// The token.
    pub token: Secret,
    /// What was granted.
    pub scope: Vec<String>,
    /// How long it lives.
    pub expires_in: Lifetime,
    /// How long it took to get it, in milliseconds.
    pub took: i64,
}

/// Gets a token for the API `audience` with the client's own credentials, for an admin whose password
/// was typed lately in the browser that holds `cookie`; none when it must be typed again. Who got it
/// stands in the log before it is got; what the token endpoint would answer with is the inner error.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::NotSupported`] for a client that proves itself
/// with a key, or trouble with the store. Refusals are logged.
pub async fn try_token(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    (audience, cookie): (&str, &Secret),
) -> Result<Option<Result<TriedToken, TokenError>>, Fault> {
    if !admins::is_fresh(app, caller, cookie).await? {
        caller.may(ApiScope::ReadClientKeys)?;
        return Ok(None);
    }
    match get(app, caller, id, audience).await {
        Ok(outcome) => Ok(Some(outcome)),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn get(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    audience: &str,
) -> Result<Result<TriedToken, TokenError>, Fault> {
    caller.may(ApiScope::ReadClientKeys)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let entry = app.client(&state, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    if entry.client.proves_by_key() {
        return Err(Fault::NotSupported { why: BY_KEY });
    }
    record::alone_by(app, caller, tried(&entry.client, audience)).await?;
    let secret = primary(&entry);
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": id.as_str(),
        "client_secret": secret.as_ref().map(Secret::expose),
        "audience": audience,
    });
    let params = Params::from_json(body.to_string().as_bytes());
    let params = params.map_err(|error| Fault::internal(error.to_string()))?;
    let program = Caller { tenant: state, who: Who::Anonymous, info: caller.info.clone() };
    let began = app.now();
    let sent = Sent { caller: &program, authorization: None, params: &params };
    let answered = tokens::grant(app, sent).await;
    let took = app.now().millis().saturating_sub(began.millis());
    match answered.outcome {
        Ok(answer) => Ok(Ok(TriedToken {
            token: answer.access_token,
            scope: answer.scope,
            expires_in: answer.expires_in,
            took,
        })),
        Err(Fault::Token(error)) => Ok(Err(error)),
        Err(fault) => Err(fault),
    }
}

fn tried(client: &Client, audience: &str) -> EventDraft {
    let target = json!({ "client_id": client.id.as_str(), "client_name": client.settings.name });
    EventDraft::new(EventCode::SecretRead, WHAT).audience(audience).detail("target", target)
}
