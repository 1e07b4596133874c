//! `/api/v2/users/{id}/sessions`: GET by checkpoint, DELETE (202); and `POST /api/v2/users/{id}/revoke-access`
//! (202).

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::sessions;
use doorward_model::ids::{SessionId, UserId};
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};

use super::view;
use crate::checkpoint::{Checkpoint, List};
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::Answer;
use crate::{answer, body};

/// The list gives no total; the SDK asks for one all the same.
const PARAMETERS: &[&str] = &["from", "take", "include_totals"];

pub(crate) async fn list_of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let user = path::id(id, UserId::parse)?;
    let query = Query::read(&uri, PARAMETERS)?;
    query.flag("include_totals")?;
    let list = List { app: web.app(), tenant: &caller.tenant.tenant.id, name: "sessions", of: user.as_str() };
    let checkpoint = Checkpoint::read(list, &query)?;
    let after = checkpoint.after.as_deref().map(|key| view::unkey(key, SessionId::parse)).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id));
    let found = sessions::list(web.app(), &caller, &user, after, checkpoint.wanted()).await?;
    let settings = &caller.tenant.tenant.settings;
    let body = checkpoint.envelope(
        list,
        &found,
        |session| view::key(session.created_at, session.id.as_str()),
        |session| view::session(session, settings),
    )?;
    Ok(answer::json(StatusCode::OK, &body))
}

pub(crate) async fn end_of_user(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let user = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    sessions::end_of_user(web.app(), &caller, &user).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// What is taken back is taken back when the answer is sent; 202 is the original's number.
pub(crate) async fn revoke_access(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    let user = path::id(id, UserId::parse)?;
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    sessions::revoke_access(web.app(), &caller, &user, &wanted).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}
