//! `GET /api/v2/users-by-email`: the users of one address, whatever its case.

use axum::extract::State;
use doorward_engine::users;
use doorward_model::user::Email;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{StatusCode, Uri};
use serde_json::Value;

use super::view;
use crate::answer;
use crate::fields::Fields;
use crate::query::Query;
use crate::refused::{Answer, Refused};

pub(crate) async fn with_email(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, &["email", "fields", "include_fields"])?;
    let fields = Fields::read(&query)?;
    let Some(email) = query.text("email") else {
        return Err(Refused::query("email", "required", "Whose? Give an email address."));
    };
    let email = Email::parse(email).map_err(|error| Refused::query("email", "format", error.text))?;
    let found = users::with_email(web.app(), &caller, &email).await?;
    let shown: Value = found.iter().map(|user| Value::Object(fields.select(view::user(user)))).collect();
    Ok(answer::json(StatusCode::OK, &shown))
}
