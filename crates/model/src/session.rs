//! A session: one browser in which somebody is logged in.
//!
//! Source: OpenID Connect Core §3.1.2.1 (`max_age`, `auth_time`). Expiry is checked at use.

use serde_json::{Map, Value};

use crate::device::Device;
use crate::ids::{ClientId, SessionId, UserId};
use crate::tenant::TenantSettings;
use crate::time::{Lifetime, Timestamp};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The public id, `sid` in tokens; not the cookie's value.
    pub id: SessionId,
    /// Who is logged in.
    pub user: UserId,
    /// When the person last proved who they are: `auth_time`.
    pub authenticated_at: Timestamp,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was last used; written at most once a minute.
    pub last_used_at: Timestamp,
    /// The clients that were logged in to, the last [`MOST_CLIENTS`] of them.
    pub clients: Vec<ClientId>,
    /// Where it began.
    pub first_device: Device,
    /// Where it was used last.
    pub last_device: Device,
    /// Free facts of the admin's own.
    pub metadata: Option<Map<String, Value>>,
}

/// How many clients a session remembers.
pub const MOST_CLIENTS: usize = 50;

impl Session {
    /// A session that begins now, after its person proved who they are.
    #[must_use]
    pub fn new(id: SessionId, user: UserId, now: Timestamp, device: Device) -> Self {
        Self {
            id,
            user,
            authenticated_at: now,
            created_at: now,
            last_used_at: now,
            clients: Vec::new(),
            first_device: device.clone(),
            last_device: device,
            metadata: None,
        }
    }

    /// The session after a visit to a client. Nothing when there is nothing new worth writing down: the
    /// client was visited before, and the last visit was less than `every` ago.
    #[must_use]
    pub fn visited(
        &self,
        client: &ClientId,
        device: Device,
        now: Timestamp,
        every: Lifetime,
    ) -> Option<Self> {
        if self.clients.contains(client) && now < self.last_used_at.after(every) {
            return None;
        }
        let mut next = Self { last_used_at: now, last_device: device, ..self.clone() };
        next.clients.retain(|known| known != client);
        next.clients.push(client.clone());
        let surplus = next.clients.len().saturating_sub(MOST_CLIENTS);
        next.clients.drain(..surplus);
        Some(next)
    }

    /// When it ends, whatever happens.
    #[must_use]
    pub fn ends_at(&self, settings: &TenantSettings) -> Timestamp {
        self.created_at.after(settings.session_lifetime)
    }

    /// When it ends if nobody uses it.
    #[must_use]
    pub fn idle_ends_at(&self, settings: &TenantSettings) -> Timestamp {
        self.last_used_at.after(settings.idle_session_lifetime)
    }

    /// Whether the session still counts at `now` under the tenant's limits.
    #[must_use]
    pub fn is_live(&self, settings: &TenantSettings, now: Timestamp) -> bool {
        now < self.ends_at(settings) && now < self.idle_ends_at(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(at: Timestamp) -> Session {
        let (id, user) = (SessionId::parse("s").unwrap(), UserId::parse("auth0|1").unwrap());
        Session::new(id, user, at, Device::default())
    }

    #[test]
    fn a_visit_is_written_down_for_a_new_client_and_once_in_a_while() {
        let (start, minute) = (Timestamp::from_seconds(1000), Lifetime::from_seconds(60));
        let (a, b) = (ClientId::parse("a").unwrap(), ClientId::parse("b").unwrap());
        let phone = Device { ip: Some("192.0.2.7".to_owned()), user_agent: None };
        let first = new(start).visited(&a, phone.clone(), start, minute).unwrap();
        assert_eq!((first.clients.as_slice(), &first.last_device), (std::slice::from_ref(&a), &phone));
        assert_eq!(first.first_device, Device::default());
        let soon = Timestamp::from_seconds(1059);
        assert_eq!(first.visited(&a, phone.clone(), soon, minute), None);
        assert_eq!(first.visited(&b, phone.clone(), soon, minute).unwrap().clients, [a.clone(), b.clone()]);
        let later = first.visited(&a, phone, Timestamp::from_seconds(1060), minute).unwrap();
        assert_eq!((later.clients, later.last_used_at), (vec![a], Timestamp::from_seconds(1060)));
    }

    #[test]
    fn a_session_remembers_so_many_clients_and_no_more() {
        let (start, minute) = (Timestamp::from_seconds(1000), Lifetime::from_seconds(60));
        let mut session = new(start);
        for number in 0..MOST_CLIENTS + 7 {
            let client = ClientId::parse(&number.to_string()).unwrap();
            session = session.visited(&client, Device::default(), start, minute).unwrap();
        }
        assert_eq!(session.clients.len(), MOST_CLIENTS);
        assert_eq!(session.clients[0].as_str(), "7");
    }

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let start = Timestamp::from_seconds(1000);
        let settings = TenantSettings {
            session_lifetime: Lifetime::from_seconds(100),
            idle_session_lifetime: Lifetime::from_seconds(10),
            ..TenantSettings::new("t".into())
        };
        let session = |used: i64| Session { last_used_at: Timestamp::from_seconds(used), ..new(start) };
        assert!(session(1000).is_live(&settings, Timestamp::from_seconds(1009)));
        assert!(!session(1000).is_live(&settings, Timestamp::from_seconds(1010)));
        assert!(session(1095).is_live(&settings, Timestamp::from_seconds(1099)));
        assert!(!session(1095).is_live(&settings, Timestamp::from_seconds(1100)));
    }
}
