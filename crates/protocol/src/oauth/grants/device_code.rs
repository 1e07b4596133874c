//! A device asks for the tokens of its person, who logs in elsewhere.
//!
//! Owns when it is told to wait, to slow down, that it is over, and when there are tokens. Must not know
//! how a code is kept. How often the device asks matters only while the person has not answered: who comes
//! too soon for tokens that are there gets them.
//!
//! Source: RFC 8628 §3.4, §3.5; RFC 9700 §2.1 for what holds for codes.

use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::device_code::{DeviceCode, Standing};
use doorward_model::ids::FamilyId;
use doorward_model::scope::oidc;
use doorward_model::time::{Lifetime, Timestamp};
use doorward_model::token::Authorization;
use doorward_model::user::User;

use super::table::{Chapter, Check};
use super::{Resource, may_log_in, may_use, of_resource};
use crate::oauth::error::{OAuthErrorCode, TokenError};

/// The one public text for a code that does not work: it does not say why.
const REFUSED: &str = "The device code is wrong or was used before. Start again on the device.";
/// By how much a device has to slow down (RFC 8628 §3.5).
const SLOWER: Lifetime = Lifetime::from_seconds(5);
/// How much sooner than its interval a device may come: its clock and the way here are not exact.
const LEEWAY: Lifetime = Lifetime::from_seconds(1);

/// All that the decision depends on. The client has proved itself already.
#[derive(Debug, Clone, Copy)]
pub struct DeviceInput<'a> {
    /// The code as it is stored.
    pub code: &'a DeviceCode,
    /// The client that presents it.
    pub client: &'a Client,
    /// The person who allowed it, if somebody did and still exists.
    pub user: Option<&'a User>,
    /// Whether the person's connection is still enabled for the client.
    pub connection_enabled: bool,
    /// `resource`.
    pub resource: Resource<'a>,
    /// The current time.
    pub now: Timestamp,
}

/// What the question of a device leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceDecision {
    /// Tokens.
    Grant(DeviceGrant),
    /// Not yet: the device asks again, no sooner than after the interval.
    Wait {
        /// What it is told.
        error: TokenError,
        /// How long it has to wait between two questions from now on.
        interval: Lifetime,
    },
    /// The code was used before: the family is to be revoked, then the error sent.
    Replay(FamilyId, TokenError),
    /// No tokens.
    Refuse(TokenError),
}

/// The tokens that a device code gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceGrant {
    /// What they stand for.
    pub authorization: Authorization,
    /// The family they belong to.
    pub family: FamilyId,
    /// Whether there is an ID token.
    pub id_token: bool,
    /// Whether there is a refresh token.
    pub refresh_token: bool,
}

/// One row of the table: nothing when the check has nothing to say.
type DeviceCheck = Check<fn(&DeviceInput<'_>) -> Option<DeviceDecision>>;

/// The checks in their order; the first one that has something to say decides.
const CHECKS: [DeviceCheck; 8] = [
    Check {
        name: "grant_types of the client",
        says: "hold the grant",
        source: "RFC 6749 §5.2",
        failure: "403 `unauthorized_client`",
        run: grant_type,
    },
    Check {
        name: "device_code",
        says: "was given to this client, and not to an older one of its client_id",
        source: "RFC 8628 §3.4",
        failure: "`invalid_grant`",
        run: client,
    },
    Check {
        name: "device_code",
        says: "was not used before; otherwise all tokens that it led to are revoked",
        source: "RFC 6749 §10.5",
        failure: "`invalid_grant`",
        run: used,
    },
    Check {
        name: "person",
        says: "did not decline",
        source: "RFC 8628 §3.5",
        failure: "403 `access_denied`",
        run: denied,
    },
    Check {
        name: "device_code",
        says: "is not too old",
        source: "RFC 8628 §3.5",
        failure: "`expired_token`",
        run: expired,
    },
    Check {
        name: "person",
        says: "has answered; who asks sooner than the interval allows waits five seconds longer",
        source: "RFC 8628 §3.5",
        failure: "`authorization_pending`, `slow_down`",
        run: waiting,
    },
    Check {
        name: "user, connection",
        says: "exist, the user is not blocked, and the connection is still enabled for the client",
        source: "RFC 6749 §5.2; the brief, \"Connections\"",
        failure: "`invalid_grant`, 403 `access_denied` for who is blocked",
        run: person,
    },
    of_resource(resource),
];

/// The table as a chapter of the reference page.
pub(super) fn chapter() -> Chapter {
    let says = "A device asks until its person has answered elsewhere; a code gives tokens once.";
    Chapter::of("device_code", says, &CHECKS)
}

/// The refusal of a code that nobody knows; the same as for one that does not work.
#[must_use]
pub fn unknown() -> TokenError {
    refused("no such device code")
}

/// The answer to a device that asked at the same moment as itself.
#[must_use]
pub fn slow_down() -> TokenError {
    let text = "The device asks too often. Wait 5 seconds longer between two questions.";
    TokenError::new(OAuthErrorCode::SlowDown, text)
}

/// Whether a device gets its tokens.
#[must_use]
pub fn decide(input: &DeviceInput<'_>) -> DeviceDecision {
    CHECKS.iter().find_map(|check| (check.run)(input)).unwrap_or_else(|| match tokens(input) {
        Ok(grant) => DeviceDecision::Grant(grant),
        Err(error) => DeviceDecision::Refuse(error),
    })
}

fn grant_type(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    may_use(input.client, GrantType::DeviceCode).err().map(DeviceDecision::Refuse)
}

fn client(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    if input.code.client != input.client.id {
        return Some(DeviceDecision::Refuse(refused("the device code belongs to another client")));
    }
    // A client that was made after the code is not the one that the code was given to.
    (input.code.created_at < input.client.created_at)
        .then(|| DeviceDecision::Refuse(refused("the device code is older than the client")))
}

fn used(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    matches!(input.code.standing, Standing::Used(_)).then(|| {
        DeviceDecision::Replay(input.code.family.clone(), refused("the device code was used before"))
    })
}

fn denied(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    (input.code.standing == Standing::Denied).then(|| {
        let error = TokenError::new(OAuthErrorCode::AccessDenied, "The user declined.");
        DeviceDecision::Refuse(error.with_private("the person declined the device"))
    })
}

fn expired(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    (input.now >= input.code.expires_at).then(|| {
        let text = "The device code is too old. Start again on the device.";
        let error = TokenError::new(OAuthErrorCode::ExpiredToken, text);
        DeviceDecision::Refuse(error.with_private("the device code is too old"))
    })
}

fn waiting(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    if input.code.standing != Standing::Waiting {
        return None;
    }
    let interval = input.code.interval;
    let may_ask_at = |last: Timestamp| last.after(interval).before(LEEWAY);
    if input.code.polled_at.is_some_and(|last| input.now < may_ask_at(last)) {
        return Some(DeviceDecision::Wait { error: slow_down(), interval: interval.plus(SLOWER) });
    }
    let text = "The person has not answered yet. Ask again.";
    let error = TokenError::new(OAuthErrorCode::AuthorizationPending, text);
    Some(DeviceDecision::Wait { error, interval })
}

fn person(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    tokens(input).err().map(DeviceDecision::Refuse)
}

fn resource(input: &DeviceInput<'_>) -> Option<DeviceDecision> {
    let Standing::Allowed(authorization) = &input.code.standing else { return None };
    input.resource.fits(authorization).err().map(DeviceDecision::Refuse)
}

/// What the person allowed, if it still holds.
fn tokens(input: &DeviceInput<'_>) -> Result<DeviceGrant, TokenError> {
    let Standing::Allowed(authorization) = &input.code.standing else {
        return Err(unknown());
    };
    may_log_in(input.user, authorization.user.as_str(), REFUSED)?;
    if !input.connection_enabled {
        return Err(refused("the connection is not enabled for the client any more"));
    }
    let has = |value: &str| authorization.scope.iter().any(|granted| granted == value);
    Ok(DeviceGrant {
        family: input.code.family.clone(),
        id_token: has(oidc::OPENID),
        refresh_token: has(oidc::OFFLINE_ACCESS) && input.client.may_use(&GrantType::RefreshToken),
        authorization: authorization.clone(),
    })
}

fn refused(private: &str) -> TokenError {
    TokenError::new(OAuthErrorCode::InvalidGrant, REFUSED).with_private(private)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use doorward_model::device::Device;
    use doorward_model::device_code::{INTERVAL, LIFETIME};
    use doorward_model::ids::{DeviceCodeId, SessionId, UserId};
    use doorward_model::token::AskedClaims;

    use super::*;
    use crate::oauth::authorize::examples::{self, NOW};

    struct Scene {
        code: DeviceCode,
        client: Client,
        user: Option<User>,
        resource: Resource<'static>,
        connection_enabled: bool,
        now: Timestamp,
    }

    fn authorization() -> Authorization {
        Authorization {
            client: doorward_model::ids::ClientId::parse("web").unwrap(),
            user: UserId::parse("auth0|ada").unwrap(),
            session: SessionId::parse("s").unwrap(),
            authenticated_at: Timestamp::from_seconds(NOW),
            scope: vec!["openid".into(), "offline_access".into()],
            audience: None,
            claims: AskedClaims::default(),
        }
    }

    fn scene(standing: Standing) -> Scene {
        let now = Timestamp::from_seconds(NOW);
        let mut client = examples::client("web", ClientKind::Native);
        client.settings.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
        let code = DeviceCode {
            id: DeviceCodeId::parse("d").unwrap(),
            client: client.id.clone(),
            scope: None,
            audience: None,
            family: FamilyId::parse("f").unwrap(),
            device: Device::default(),
            created_at: now,
            expires_at: now.after(LIFETIME),
            interval: INTERVAL,
            polled_at: None,
            standing,
        };
        let (user, resource) = (Some(examples::user(now)), Resource::Unsaid);
        Scene { code, client, user, resource, connection_enabled: true, now }
    }

    impl Scene {
        fn decide(&self) -> DeviceDecision {
            decide(&DeviceInput {
                code: &self.code,
                client: &self.client,
                user: self.user.as_ref(),
                connection_enabled: self.connection_enabled,
                resource: self.resource,
                now: self.now,
            })
        }

        /// Status, code and private reason of whatever is no grant.
        fn error(&self) -> (u16, &'static str, String) {
            match self.decide() {
                DeviceDecision::Wait { error, .. }
                | DeviceDecision::Replay(_, error)
                | DeviceDecision::Refuse(error) => (error.status, error.code.as_str(), error.private),
                DeviceDecision::Grant(grant) => panic!("granted: {grant:?}"),
            }
        }

        fn polled(mut self, seconds_ago: i64) -> Self {
            self.code.polled_at = Some(Timestamp::from_seconds(self.now.seconds() - seconds_ago));
            self
        }
    }

    #[test]
    fn rfc_8628_3_5_what_was_allowed_is_given() {
        let DeviceDecision::Grant(grant) = scene(Standing::Allowed(authorization())).decide() else {
            panic!("refused")
        };
        assert!(grant.id_token && grant.refresh_token);
        assert_eq!((grant.family.as_str(), grant.authorization), ("f", authorization()));
        let mut plain = authorization();
        plain.scope = vec!["read:things".into()];
        let DeviceDecision::Grant(grant) = scene(Standing::Allowed(plain)).decide() else {
            panic!("refused")
        };
        assert!(!grant.id_token && !grant.refresh_token);
    }

    #[test]
    fn rfc_8707_2_2_a_device_cannot_ask_for_another_api_than_its_person_allowed() {
        let mut scene = scene(Standing::Allowed(authorization()));
        scene.resource = Resource::Userinfo;
        assert!(matches!(scene.decide(), DeviceDecision::Grant(_)));
        scene.resource = Resource::Api("https://api.test/");
        assert_eq!((scene.error().0, scene.error().1), (400, "invalid_target"));
    }

    #[test]
    fn rfc_8628_3_5_a_device_waits_and_slows_down_when_it_asks_too_often() {
        for (ago, expected) in
            [(0, "slow_down"), (3, "slow_down"), (4, "authorization_pending"), (5, "authorization_pending")]
        {
            let scene = scene(Standing::Waiting).polled(ago);
            assert_eq!((scene.error().0, scene.error().1), (400, expected), "{ago}");
        }
        assert_eq!(scene(Standing::Waiting).error().1, "authorization_pending");
    }

    #[test]
    fn rfc_8628_3_5_each_slow_down_adds_five_seconds() {
        let mut scene = scene(Standing::Waiting).polled(1);
        for expected in [10, 15, 20] {
            let DeviceDecision::Wait { error, interval } = scene.decide() else { panic!("no wait") };
            assert_eq!((error.code, interval.seconds()), (OAuthErrorCode::SlowDown, expected));
            scene.code.interval = interval;
        }
        let patient = scene.polled(19);
        let DeviceDecision::Wait { error, interval } = patient.decide() else { panic!("no wait") };
        assert_eq!((error.code, interval.seconds()), (OAuthErrorCode::AuthorizationPending, 20));
    }

    #[test]
    fn tokens_that_are_there_are_given_however_soon_somebody_asks() {
        let hasty = scene(Standing::Allowed(authorization())).polled(0);
        assert!(matches!(hasty.decide(), DeviceDecision::Grant(_)));
        assert_eq!(scene(Standing::Denied).polled(0).error().1, "access_denied");
    }

    #[test]
    fn rfc_8628_3_5_a_code_ends_with_its_lifetime_whatever_was_said() {
        for standing in [Standing::Waiting, Standing::Allowed(authorization())] {
            let mut scene = scene(standing);
            scene.now = Timestamp::from_millis(scene.code.expires_at.millis() - 1);
            assert!(!matches!(scene.decide(), DeviceDecision::Refuse(_)));
            scene.now = scene.code.expires_at;
            assert_eq!(scene.error(), (400, "expired_token", "the device code is too old".to_owned()));
        }
    }

    #[test]
    fn rfc_8628_3_5_who_declined_is_told_to_the_device() {
        let expected = (403, "access_denied", "the person declined the device".to_owned());
        assert_eq!(scene(Standing::Denied).error(), expected);
    }

    #[test]
    fn a_second_use_revokes_the_family_whenever_it_comes() {
        for late in [0, 86_400] {
            let mut scene = scene(Standing::Used(authorization()));
            scene.now = Timestamp::from_seconds(NOW + late);
            let DeviceDecision::Replay(family, error) = scene.decide() else { panic!("no replay") };
            assert_eq!((family.as_str(), error.code), ("f", OAuthErrorCode::InvalidGrant));
        }
    }

    #[test]
    fn cve_2026_28513_a_device_code_of_another_client_is_refused() {
        for standing in
            [Standing::Waiting, Standing::Used(authorization()), Standing::Allowed(authorization())]
        {
            let mut scene = scene(standing);
            scene.client = Client { id: examples::client("other", ClientKind::Native).id, ..scene.client };
            assert_eq!(scene.error().2, "the device code belongs to another client");
        }
    }

    #[test]
    fn cve_2026_55672_a_device_code_does_not_outlive_its_client() {
        let mut scene = scene(Standing::Allowed(authorization()));
        scene.client.created_at = Timestamp::from_seconds(NOW + 1);
        assert_eq!(scene.error().2, "the device code is older than the client");
    }

    #[test]
    fn a_client_without_the_grant_is_unauthorized() {
        let mut scene = scene(Standing::Allowed(authorization()));
        scene.client.settings.grant_types = GrantType::USUAL.into();
        assert_eq!((scene.error().0, scene.error().1), (403, "unauthorized_client"));
    }

    #[test]
    fn a_person_who_is_gone_blocked_or_out_of_the_connection_gets_nothing() {
        let mut scene = scene(Standing::Allowed(authorization()));
        scene.connection_enabled = false;
        assert_eq!(scene.error().2, "the connection is not enabled for the client any more");
        scene.user.as_mut().unwrap().blocked = true;
        assert_eq!((scene.error().0, scene.error().1), (403, "access_denied"));
        scene.user = None;
        assert_eq!((scene.error().1, scene.error().2.as_str()), ("invalid_grant", "the user does not exist"));
    }
}
