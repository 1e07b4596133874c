//! `/api/v2/device-credentials`: keys that people registered for their devices.

pub(crate) mod schema;

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::devices::{self, DeviceFilter, DeviceQuery};
use doorward_model::device_credential::{DeviceCredential, PUBLIC_KEY};
use doorward_model::ids::{ClientId, DeviceCredentialId, IdError, UserId};
use doorward_web::body::RawBody;
use doorward_web::caller::Authorized;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::{Map, Value, json};

use crate::fields::Fields;
use crate::paging::Page;
use crate::path::{self, Segment};
use crate::query::Query;
use crate::refused::{Answer, Refused};
use crate::{answer, body};

/// How deep pages go, as in the original.
const MAX_DEPTH: u32 = 1000;
const PARAMETERS: &[&str] =
    &["page", "per_page", "include_totals", "fields", "include_fields", "user_id", "client_id", "type"];

/// `GET /api/v2/device-credentials`
pub(crate) async fn list(State(web): State<Web>, Authorized(caller): Authorized, uri: Uri) -> Answer {
    let query = Query::read(&uri, PARAMETERS)?;
    let fields = Fields::read(&query)?;
    let page = Page::read(&query)?;
    if page.start.saturating_add(page.limit) > MAX_DEPTH {
        return Err(Refused::query(
            "page",
            "maximum",
            "Pages lead to the first 1000 devices. Name a user_id.",
        ));
    }
    if query.text("type").is_some_and(|kind| kind != PUBLIC_KEY) {
        let text = "This lists public_key only. Refresh tokens have a list of their own.";
        return Err(Refused::query("type", "enum", text));
    }
    let filter = DeviceFilter {
        user: id(&query, "user_id", UserId::parse)?,
        client: id(&query, "client_id", ClientId::parse)?,
    };
    let wanted =
        DeviceQuery { filter, offset: page.start, limit: page.limit, with_total: page.include_totals };
    let found = devices::list(web.app(), &caller, &wanted).await?;
    let entries = found.devices.iter().map(|device| Value::Object(fields.select(view(device)))).collect();
    Ok(answer::json(StatusCode::OK, &page.envelope("device_credentials", entries, found.total)))
}

/// `POST /api/v2/device-credentials`: 201 with the id.
pub(crate) async fn create(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    headers: HeaderMap,
    RawBody(bytes): RawBody,
) -> Answer {
    Query::read(&uri, &[])?;
    let wanted = body::object(&headers, &bytes)?;
    let made = devices::create(web.app(), &caller, &wanted).await?;
    Ok(answer::json(StatusCode::CREATED, &json!({ "id": made.id })))
}

/// `DELETE /api/v2/device-credentials/{id}`: 204, also for one that is not there.
pub(crate) async fn delete(
    State(web): State<Web>,
    Authorized(caller): Authorized,
    uri: Uri,
    id: Segment,
) -> Answer {
    let id = path::id(id, DeviceCredentialId::parse)?;
    Query::read(&uri, &[])?;
    devices::delete(web.app(), &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn id<T>(query: &Query, name: &str, parse: fn(&str) -> Result<T, IdError>) -> Result<Option<T>, Refused> {
    let read = |text: &str| {
        parse(text).map_err(|error| Refused::query(name, "pattern", format!("This is no id: {error}.")))
    };
    query.text(name).map(read).transpose()
}

fn view(device: &DeviceCredential) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in [
        ("id", device.id.as_str()),
        ("device_name", &device.device_name),
        ("device_id", &device.device_id),
        ("type", PUBLIC_KEY),
        ("user_id", device.user.as_str()),
        ("client_id", device.client.as_str()),
    ] {
        object.insert(name.to_owned(), Value::from(value));
    }
    object
}
