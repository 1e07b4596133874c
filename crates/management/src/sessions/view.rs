//! A session as the API shows it. Its cookie, and the hash of it, are nowhere in here.
//!
//! Source: the Management API's `sessions`.

use doorward_model::device::Device;
use doorward_model::ids::IdError;
use doorward_model::session::Session;
use doorward_model::tenant::TenantSettings;
use doorward_model::time::Timestamp;
use serde_json::{Map, Value, json};

use crate::refused::Refused;

/// A session under the limits of its tenant.
pub(super) fn session(session: &Session, settings: &TenantSettings) -> Value {
    let clients: Vec<Value> = session.clients.iter().map(|client| json!({ "client_id": client })).collect();
    let method = json!({ "name": "pwd", "timestamp": time(session.authenticated_at) });
    json!({
        "id": session.id,
        "user_id": session.user,
        "created_at": time(session.created_at),
        "updated_at": time(session.last_used_at),
        "authenticated_at": time(session.authenticated_at),
        "idle_expires_at": time(session.idle_ends_at(settings)),
        "expires_at": time(session.ends_at(settings)),
        "last_interacted_at": time(session.last_used_at),
        "device": device(&session.first_device, &session.last_device),
        "clients": clients,
        "authentication": { "methods": [method] },
        "session_metadata": session.metadata,
    })
}

/// Where something began and where it was used last, as far as that is known.
pub(crate) fn device(first: &Device, last: &Device) -> Value {
    let known = [
        ("initial_user_agent", &first.user_agent),
        ("initial_ip", &first.ip),
        ("last_user_agent", &last.user_agent),
        ("last_ip", &last.ip),
    ];
    let known = known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))));
    Value::Object(known.collect::<Map<_, _>>())
}

fn time(at: Timestamp) -> String {
    at.to_string()
}

/// The place of an entry in a list from oldest to newest.
pub(crate) fn key(created_at: Timestamp, id: &str) -> String {
    format!("{} {id}", created_at.millis())
}

/// The place that a checkpoint names.
pub(crate) fn unkey<T>(key: &str, parse: fn(&str) -> Result<T, IdError>) -> Result<(Timestamp, T), Refused> {
    let read = |(at, id): (&str, &str)| Some((Timestamp::from_millis(at.parse().ok()?), parse(id).ok()?));
    key.split_once(' ')
        .and_then(read)
        .ok_or_else(|| Refused::query("from", "format", "This is no checkpoint of this list."))
}

#[cfg(test)]
mod tests {
    use doorward_model::ids::{ClientId, SessionId, UserId};

    use super::*;

    #[test]
    fn a_session_says_who_since_when_where_and_for_which_clients() {
        let start = Timestamp::from_seconds(1_763_877_600);
        let (id, user) = (SessionId::parse("s1").unwrap(), UserId::parse("auth0|1").unwrap());
        let browser = Device { ip: Some("192.0.2.1".into()), user_agent: Some("Browser".into()) };
        let mut one = Session::new(id, user, start, browser);
        one.clients = vec![ClientId::parse("app").unwrap()];
        one.last_device = Device::default();
        let settings = TenantSettings::new("Acme".into());
        let shown = session(&one, &settings);
        assert_eq!(shown["clients"], json!([{ "client_id": "app" }]));
        assert_eq!(shown["device"], json!({ "initial_user_agent": "Browser", "initial_ip": "192.0.2.1" }));
        assert_eq!(shown["created_at"], "2025-11-23T06:00:00.000Z");
        assert_eq!(shown["authentication"]["methods"][0]["name"], "pwd");
        assert_eq!(shown["session_metadata"], Value::Null);
    }

    #[test]
    fn a_place_in_a_list_is_read_back() {
        let place = key(Timestamp::from_millis(17), "s1");
        let (at, id) = unkey(&place, SessionId::parse).unwrap();
        assert_eq!((at.millis(), id.as_str()), (17, "s1"));
        for bad in ["", "17", "x s1", "17 a b"] {
            assert!(unkey(bad, SessionId::parse).is_err(), "{bad}");
        }
    }
}
