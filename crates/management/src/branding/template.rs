//! `/api/v2/branding/templates/universal-login`: the template as text, given back as it was sent.
//!
//! It is sent as HTML, or as JSON with the one member `template`. Source: the original takes both.

use axum::extract::State;
use axum::response::IntoResponse as _;
use doorward_engine::branding;
use doorward_engine::fault::Fault;
use doorward_model::branding::TEMPLATE;
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::fault::Refusal;
use doorward_web::state::Web;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use crate::query::Query;
use crate::refused::{Answer, Refused};
use crate::{answer, body};

pub(crate) async fn get_template(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    Query::read(&uri, &[])?;
    let template = branding::template(web.app(), &caller).await?;
    Ok(answer::json(StatusCode::OK, &json!({ "body": template })))
}

/// 201 for the first, 204 for one in the place of another.
pub(crate) async fn put_template(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let template = read(&headers, &bytes)?;
    let was_there = branding::put_template(web.app(), &caller, &template).await?;
    let status = if was_there { StatusCode::NO_CONTENT } else { StatusCode::CREATED };
    Ok(status.into_response())
}

pub(crate) async fn delete_template(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
) -> Answer {
    Query::read(&uri, &[])?;
    branding::delete_template(web.app(), &caller).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<String, Refused> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("text/html") {
        let text = String::from_utf8(bytes.to_vec());
        return text.map_err(|_| {
            Refusal::unreadable("Payload validation error: The body must be UTF-8.".to_owned()).into()
        });
    }
    let object = body::object(headers, bytes)?;
    TEMPLATE.check_body(&object).map_err(Fault::from)?;
    Ok(object.get("template").and_then(Value::as_str).unwrap_or_default().to_owned())
}
