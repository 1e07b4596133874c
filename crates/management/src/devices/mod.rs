//! `/api/v2/device-credentials`: keys that people registered for their devices, and the refresh tokens they hold.
//! These keep the ids that `/refresh-tokens` shows them under.

pub(crate) mod schema;

use axum::extract::State;
use axum::response::IntoResponse;
use doorward_engine::devices::{self, Device, DeviceFilter, DeviceQuery};
use doorward_model::device_credential::DeviceKind;
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
    let filter = DeviceFilter {
        user: id(&query, "user_id", UserId::parse)?,
        client: id(&query, "client_id", ClientId::parse)?,
    };
    let wanted = DeviceQuery {
        filter,
        kind: query.text("type").map(kind).transpose()?,
        offset: page.start,
        limit: page.limit,
        with_total: page.include_totals,
    };
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

/// `DELETE /api/v2/device-credentials/{id}`: 204, also for one that is not there. A refresh token is revoked.
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

fn kind(text: &str) -> Result<DeviceKind, Refused> {
    let known = DeviceKind::ALL.map(DeviceKind::as_str).join(", ");
    DeviceKind::parse(text).ok_or_else(|| Refused::query("type", "enum", format!("Use one of {known}.")))
}

/// A credential as the API shows it: a key without its value, a refresh token without its text. Of a refresh
/// token nobody knows an id of the device, and its name is how the browser or program calls itself.
fn view(device: &Device) -> Map<String, Value> {
    let (kind, id, device_id, name, user, client) = match device {
        Device::Key(key) => {
            let name = Some(&key.device_name);
            (DeviceKind::PublicKey, key.id.as_str(), Some(&key.device_id), name, &key.user, &key.client)
        }
        Device::Token(shown) => {
            let family = &shown.token.family;
            let of = &family.authorization;
            let rotating = DeviceKind::RotatingRefreshToken;
            let kind = if shown.is_rotating { rotating } else { DeviceKind::RefreshToken };
            let name = shown.token.device.user_agent.as_ref().or(family.device.user_agent.as_ref());
            (kind, family.id.as_str(), None, name, &of.user, &of.client)
        }
    };
    let members = [
        ("id", Some(id)),
        ("device_name", name.map(String::as_str)),
        ("device_id", device_id.map(String::as_str)),
        ("type", Some(kind.as_str())),
        ("user_id", Some(user.as_str())),
        ("client_id", Some(client.as_str())),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}
