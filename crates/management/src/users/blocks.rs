//! `/api/v2/user-blocks`: accounts that are locked for an address after too many tries.

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::users::{self, Block, Whose};
use doorward_model::ids::UserId;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::{Value, json};

use crate::answer;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};

/// The longest name that is looked for, in bytes.
const MAX_IDENTIFIER: usize = 512;
/// Whether connections count whose protection is switched off.
const PROTECTED: &str = "consider_brute_force_enablement";

/// `GET /api/v2/user-blocks?identifier=…`
pub(crate) async fn blocks_of_identifier(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
) -> Answer {
    let query = Query::read(&uri, &["identifier", PROTECTED])?;
    let whose = identifier(&query)?;
    let protected = query.flag(PROTECTED)?.unwrap_or(false);
    let found = users::blocks(web.app(), &caller, &whose, protected).await?;
    Ok(answer::json(StatusCode::OK, &shown(&found)))
}

/// `DELETE /api/v2/user-blocks?identifier=…`
pub(crate) async fn unblock_identifier(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
) -> Answer {
    let whose = identifier(&Query::read(&uri, &["identifier"])?)?;
    users::unblock(web.app(), &caller, &whose).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v2/user-blocks/{id}`
pub(crate) async fn blocks_of(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let whose = Whose::User(path::id(id, UserId::parse)?);
    let protected = Query::read(&uri, &[PROTECTED])?.flag(PROTECTED)?.unwrap_or(false);
    let found = users::blocks(web.app(), &caller, &whose, protected).await?;
    Ok(answer::json(StatusCode::OK, &shown(&found)))
}

/// `DELETE /api/v2/user-blocks/{id}`
pub(crate) async fn unblock(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let whose = Whose::User(path::id(id, UserId::parse)?);
    Query::read(&uri, &[])?;
    users::unblock(web.app(), &caller, &whose).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn identifier(query: &Query) -> Result<Whose, Refused> {
    let given = query.text("identifier").filter(|text| !text.trim().is_empty());
    let Some(text) = given else {
        return Err(Refused::query(
            "identifier",
            "required",
            "Whose? Give the name that was typed to log in.",
        ));
    };
    if text.len() > MAX_IDENTIFIER {
        let text = format!("Use at most {MAX_IDENTIFIER} bytes.");
        return Err(Refused::query("identifier", "max_length", text));
    }
    Ok(Whose::Identifier(text.to_owned()))
}

fn shown(blocks: &[Block]) -> Value {
    let one = |block: &Block| json!({ "identifier": block.identifier, "ip": block.ip, "connection": block.connection });
    json!({ "blocked_for": blocks.iter().map(one).collect::<Vec<_>>() })
}
