//! `GET /api/v2/actions/actions`: a true empty list. A refusal here would let the original's deploy tool
//! leave out all databases without a word.

use doorward_web::caller::Authorized;
use http::{StatusCode, Uri};
use serde_json::json;

use crate::answer;
use crate::query::Query;
use crate::refused::Answer;

const PARAMETERS: &[&str] = &["page", "per_page", "triggerId", "actionName", "deployed", "installed"];
const MAX_PER_PAGE: u32 = 100;
const MAX_PAGE: u32 = 1_000_000;

pub(crate) async fn list(Authorized(_): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let page = query.number("page", MAX_PAGE)?.unwrap_or(0);
    let per_page = query.number("per_page", MAX_PER_PAGE)?.unwrap_or(50);
    for flag in ["deployed", "installed"] {
        query.flag(flag)?;
    }
    let body = json!({ "actions": [], "total": 0, "page": page, "per_page": per_page });
    Ok(answer::json(StatusCode::OK, &body))
}
