//! A session: one browser in which somebody is logged in.
//!
//! Source: OpenID Connect Core §3.1.2.1 (`max_age`, `auth_time`). Expiry is checked at use.

use crate::ids::{SessionId, UserId};
use crate::tenant::TenantSettings;
use crate::time::Timestamp;

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
}

impl Session {
    /// Whether the session still counts at `now` under the tenant's limits.
    #[must_use]
    pub fn is_live(&self, settings: &TenantSettings, now: Timestamp) -> bool {
        now < self.created_at.after(settings.session_lifetime)
            && now < self.last_used_at.after(settings.idle_session_lifetime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Lifetime;

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let start = Timestamp::from_seconds(1000);
        let settings = TenantSettings {
            session_lifetime: Lifetime::from_seconds(100),
            idle_session_lifetime: Lifetime::from_seconds(10),
            ..TenantSettings::new("t".into())
        };
        let session = |used: i64| Session {
            id: SessionId::parse("s").unwrap(),
            user: UserId::parse("auth0|1").unwrap(),
            authenticated_at: start,
            created_at: start,
            last_used_at: Timestamp::from_seconds(used),
        };
        assert!(session(1000).is_live(&settings, Timestamp::from_seconds(1009)));
        assert!(!session(1000).is_live(&settings, Timestamp::from_seconds(1010)));
        assert!(session(1095).is_live(&settings, Timestamp::from_seconds(1099)));
        assert!(!session(1095).is_live(&settings, Timestamp::from_seconds(1100)));
    }
}
