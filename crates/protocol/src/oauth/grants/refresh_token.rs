//! Exchange of a refresh token: rotation, its leeway, and the detection of reuse.
//!
//! Owns when a token gives tokens and when its family dies. Must not know how a successor is made.
//!
//! Source: RFC 6749 §6, §10.4; RFC 9700 §4.14.2; the Management API's `refresh_token` object.

use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::refresh::Rotation;
use doorward_model::ids::FamilyId;
use doorward_model::scope::oidc;
use doorward_model::time::Timestamp;
use doorward_model::token::{Authorization, RefreshToken};
use doorward_model::user::User;

use super::table::{Chapter, Check};
use super::{Resource, may_log_in, may_use, of_resource};
use crate::oauth::error::{OAuthErrorCode, TokenError};

/// The one public text for a token that does not work. SDKs look for "invalid refresh token".
const REFUSED: &str = "Unknown or invalid refresh token.";

/// All that the decision depends on. The client has proved itself already.
#[derive(Debug, Clone, Copy)]
pub struct RefreshInput<'a> {
    /// The token as stored.
    pub token: &'a RefreshToken,
    /// The client that presents it.
    pub client: &'a Client,
    /// The person it stands for, if there still is one.
    pub user: Option<&'a User>,
    /// Whether the person's connection is still enabled for the client.
    pub connection_enabled: bool,
    /// `scope`, to narrow what was granted.
    pub scope: Option<&'a str>,
    /// `resource`.
    pub resource: Resource<'a>,
    /// The current time.
    pub now: Timestamp,
}

/// What the exchange leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Tokens and a successor; the token is marked as rotated.
    Rotate(RefreshGrant),
    /// Tokens and the very successor that was given before: an answer got lost, or two tabs asked.
    SameSuccessor(RefreshGrant),
    /// Tokens and the same refresh token again; its idle life begins anew.
    Keep(RefreshGrant),
    /// The token came back after its rotation: the family is to be revoked, then the error sent.
    Replay(FamilyId, TokenError),
    /// No tokens.
    Refuse(TokenError),
}

/// The tokens that a refresh token gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshGrant {
    /// What the tokens stand for, with the scope of this answer.
    pub authorization: Authorization,
    /// The family.
    pub family: FamilyId,
    /// Whether there is an ID token.
    pub id_token: bool,
    /// When the refresh token of the answer ends, whatever happens.
    pub expires_at: Option<Timestamp>,
    /// When the refresh token of the answer ends if nobody uses it.
    pub idle_expires_at: Option<Timestamp>,
}

/// The refusal of a token that nobody knows; the same as for one that does not work.
#[must_use]
pub fn unknown() -> TokenError {
    refused("no such refresh token")
}

type RefreshCheck = Check<fn(&RefreshInput<'_>) -> Result<(), TokenError>>;

/// What is looked at before it is asked whether the token was used already.
const BEFORE: [RefreshCheck; 3] = [
    Check {
        name: "grant_types of the client",
        says: "hold `refresh_token`",
        source: "RFC 6749 §5.2",
        failure: "403 `unauthorized_client`",
        run: grant_type,
    },
    Check {
        name: "refresh_token",
        says: "was given to this client, and not to an older one of its client_id",
        source: "RFC 6749 §6, §10.4",
        failure: "`invalid_grant`",
        run: own,
    },
    Check {
        name: "family",
        says: "was not revoked",
        source: "RFC 9700 §4.14.2",
        failure: "`invalid_grant`",
        run: alive,
    },
];

/// A token that fails here takes with it all that its authorization led to.
const ONCE: RefreshCheck = Check {
    name: "refresh_token",
    says: "was not rotated, or within the leeway, which gives the same successor again; otherwise all tokens of its authorization are revoked",
    source: "RFC 6749 §10.4, RFC 9700 §4.14.2",
    failure: "`invalid_grant`",
    run: once,
};

/// What is looked at then.
const AFTER: [RefreshCheck; 4] = [
    Check {
        name: "refresh_token",
        says: "is neither too old nor was idle for too long",
        source: "the original's `refresh_token` object",
        failure: "`invalid_grant`",
        run: in_time,
    },
    Check {
        name: "user, connection",
        says: "exist, the user is not blocked, and the connection is still enabled for the client",
        source: "RFC 6749 §5.2; the brief, \"Connections\"",
        failure: "`invalid_grant`, 403 `access_denied` for who is blocked",
        run: person,
    },
    Check {
        name: "scope",
        says: "is absent, or holds something of what was granted; the rest is cut off",
        source: "RFC 6749 §6",
        failure: "`invalid_scope`",
        run: scope,
    },
    of_resource(|input| input.resource.fits(&input.token.family.authorization)),
];

/// The tables as a chapter of the reference page.
pub(super) fn chapter() -> Chapter {
    let rows = BEFORE.iter().chain([&ONCE]).chain(&AFTER).map(Check::row).collect();
    let says = "Every answer has a refresh token: the next one where the client rotates, else the same.";
    Chapter { title: "refresh_token", says, rows }
}

/// Whether a refresh token gives tokens.
#[must_use]
pub fn decide(input: &RefreshInput<'_>) -> RefreshDecision {
    let run = |checks: &[RefreshCheck]| checks.iter().try_for_each(|check| (check.run)(input));
    if let Err(error) = run(&BEFORE) {
        return RefreshDecision::Refuse(error);
    }
    if let Err(error) = (ONCE.run)(input) {
        return RefreshDecision::Replay(input.token.family.id.clone(), error);
    }
    if let Err(error) = run(&AFTER) {
        return RefreshDecision::Refuse(error);
    }
    let grant = grant(input);
    match (input.token.rotated_at, input.client.settings.refresh_token.rotation_type) {
        (Some(_), _) => RefreshDecision::SameSuccessor(grant),
        (None, Rotation::Rotating) => RefreshDecision::Rotate(grant),
        (None, Rotation::NonRotating) => RefreshDecision::Keep(grant),
    }
}

fn grant_type(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    may_use(input.client, GrantType::RefreshToken)
}

fn own(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    let family = &input.token.family;
    if family.authorization.client != input.client.id {
        return Err(refused("the token belongs to another client"));
    }
    // A client that was made after the family is not the one that the family belongs to.
    if family.created_at < input.client.created_at {
        return Err(refused("the token is older than the client"));
    }
    Ok(())
}

fn alive(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    if input.token.family.revoked_at.is_some() { Err(refused("the family was revoked")) } else { Ok(()) }
}

fn once(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    let leeway = input.client.settings.refresh_token.leeway;
    match input.token.rotated_at {
        Some(at) if input.now >= at.after(leeway) => Err(refused("the token came back after its rotation")),
        Some(_) | None => Ok(()),
    }
}

fn in_time(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    let mut ends = [input.token.expires_at, input.token.idle_expires_at].into_iter().flatten();
    if ends.any(|end| input.now >= end) { Err(refused("the token is too old")) } else { Ok(()) }
}

fn person(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    may_log_in(input.user, input.token.family.authorization.user.as_str(), REFUSED)?;
    if !input.connection_enabled {
        return Err(refused("the connection is not enabled for the client any more"));
    }
    Ok(())
}

fn scope(input: &RefreshInput<'_>) -> Result<(), TokenError> {
    let granted = &input.token.family.authorization.scope;
    let asks = input.scope.is_some_and(|asked| asked.split(' ').any(|value| !value.is_empty()));
    if asks && !granted.is_empty() && narrowed(input).is_empty() {
        let text = "The scope exceeds what was granted.";
        return Err(TokenError::new(OAuthErrorCode::InvalidScope, text));
    }
    Ok(())
}

/// What was granted, or the part of it that is asked for. SDKs repeat what they asked for at first, also what
/// was not granted then: it is cut again.
fn narrowed(input: &RefreshInput<'_>) -> Vec<String> {
    let mut scope = input.token.family.authorization.scope.clone();
    if let Some(asked) = input.scope {
        let asked: Vec<&str> = asked.split(' ').filter(|value| !value.is_empty()).collect();
        scope.retain(|granted| asked.contains(&granted.as_str()));
    }
    scope
}

fn grant(input: &RefreshInput<'_>) -> RefreshGrant {
    let family = &input.token.family;
    let authorization = Authorization { scope: narrowed(input), ..family.authorization.clone() };
    let idle = input.client.settings.refresh_token.idle_life().map(|life| input.now.after(life));
    RefreshGrant {
        family: family.id.clone(),
        id_token: authorization.scope.iter().any(|value| value == oidc::OPENID),
        expires_at: input.token.expires_at,
        idle_expires_at: idle,
        authorization,
    }
}

fn refused(private: &str) -> TokenError {
    TokenError::new(OAuthErrorCode::InvalidGrant, REFUSED).with_private(private)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use doorward_model::client::refresh::{Expiration, RefreshPolicy};
    use doorward_model::device::Device;
    use doorward_model::ids::{ClientId, SessionId, UserId};
    use doorward_model::secret::TokenHash;
    use doorward_model::time::Lifetime;
    use doorward_model::token::AskedClaims;
    use doorward_model::token::Family;

    use super::*;
    use crate::oauth::authorize::examples::{self, NOW};

    struct Scene {
        token: RefreshToken,
        client: Client,
        user: Option<User>,
        connection_enabled: bool,
        resource: Resource<'static>,
        scope: Option<&'static str>,
        now: Timestamp,
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(NOW + seconds)
    }

    fn scene() -> Scene {
        let authorization = Authorization {
            client: ClientId::parse("web").unwrap(),
            user: UserId::parse("auth0|ada").unwrap(),
            session: SessionId::parse("s").unwrap(),
            authenticated_at: at(0),
            scope: vec!["openid".into(), "offline_access".into(), "read:things".into()],
            audience: Some("https://api.test/".into()),
            claims: AskedClaims::default(),
        };
        let family = Family::new(FamilyId::parse("f").unwrap(), authorization, at(0), Device::default());
        let token = RefreshToken {
            hash: TokenHash::from_digest("h".into()),
            family,
            expires_at: Some(at(1000)),
            idle_expires_at: Some(at(100)),
            rotated_at: None,
            used_at: None,
            device: Device::default(),
        };
        let mut client = examples::client("web", ClientKind::RegularWeb);
        client.settings.refresh_token = RefreshPolicy {
            rotation_type: Rotation::Rotating,
            expiration_type: Expiration::Expiring,
            leeway: Lifetime::from_seconds(10),
            token_lifetime: Lifetime::from_seconds(1000),
            idle_token_lifetime: Lifetime::from_seconds(100),
            infinite_token_lifetime: false,
            infinite_idle_token_lifetime: false,
            policies: None,
        };
        Scene {
            token,
            client,
            user: Some(examples::user(at(0))),
            connection_enabled: true,
            scope: None,
            resource: Resource::Unsaid,
            now: at(50),
        }
    }

    impl Scene {
        fn decide(&self) -> RefreshDecision {
            decide(&RefreshInput {
                token: &self.token,
                client: &self.client,
                user: self.user.as_ref(),
                connection_enabled: self.connection_enabled,
                scope: self.scope,
                resource: self.resource,
                now: self.now,
            })
        }

        fn error(&self) -> TokenError {
            match self.decide() {
                RefreshDecision::Refuse(error) => error,
                other => panic!("not refused: {other:?}"),
            }
        }

        fn private(&self) -> String {
            let error = self.error();
            assert_eq!((error.status, error.code), (400, OAuthErrorCode::InvalidGrant));
            assert_eq!(error.public, "Unknown or invalid refresh token.");
            error.private
        }

        fn rotated(&self) -> RefreshGrant {
            match self.decide() {
                RefreshDecision::Rotate(grant) => grant,
                other => panic!("not rotated: {other:?}"),
            }
        }
    }

    #[test]
    fn rfc_8707_2_2_a_refresh_for_another_api_is_an_invalid_target() {
        let mut scene = scene();
        scene.token.family.authorization.audience = Some("https://api.test/".to_owned());
        scene.resource = Resource::Api("https://api.test/");
        scene.rotated();
        scene.resource = Resource::Api("https://other.test/");
        assert_eq!(scene.error().code, OAuthErrorCode::InvalidTarget);
    }

    #[test]
    fn a_rotating_client_gets_a_successor_with_a_new_idle_life_and_the_same_end() {
        let grant = scene().rotated();
        assert_eq!((grant.expires_at, grant.idle_expires_at), (Some(at(1000)), Some(at(150))));
        assert!(grant.id_token);
    }

    #[test]
    fn a_client_that_does_not_rotate_keeps_its_token() {
        let mut scene = scene();
        scene.client.settings.refresh_token.rotation_type = Rotation::NonRotating;
        assert!(matches!(scene.decide(), RefreshDecision::Keep(_)));
        scene.client.settings.refresh_token.expiration_type = Expiration::NonExpiring;
        let RefreshDecision::Keep(grant) = scene.decide() else { panic!("not kept") };
        assert_eq!(grant.idle_expires_at, None);
    }

    #[test]
    fn rfc_9700_4_14_2_within_the_leeway_the_same_successor_and_after_it_the_family_dies() {
        for (leeway, since, expected) in
            [(10, 0, "same"), (10, 9, "same"), (10, 10, "replay"), (0, 0, "replay")]
        {
            let mut scene = scene();
            scene.client.settings.refresh_token.leeway = Lifetime::from_seconds(leeway);
            scene.token.rotated_at = Some(at(50 - since));
            match scene.decide() {
                RefreshDecision::SameSuccessor(_) => assert_eq!(expected, "same", "{leeway} {since}"),
                RefreshDecision::Replay(family, error) => {
                    assert_eq!((expected, family.as_str()), ("replay", "f"), "{leeway} {since}");
                    assert_eq!((error.status, error.public.as_str()), (400, REFUSED));
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_rotated_token_is_a_replay_even_when_it_is_too_old_or_rotation_was_switched_off() {
        let mut scene = scene();
        scene.token.rotated_at = Some(at(0));
        scene.now = at(5000);
        assert!(matches!(scene.decide(), RefreshDecision::Replay(..)));
        scene.client.settings.refresh_token.rotation_type = Rotation::NonRotating;
        assert!(matches!(scene.decide(), RefreshDecision::Replay(..)));
    }

    #[test]
    fn cve_2026_55672_a_token_of_another_client_is_refused() {
        let mut scene = scene();
        scene.client.id = ClientId::parse("other").unwrap();
        scene.token.rotated_at = Some(at(0));
        assert_eq!(scene.private(), "the token belongs to another client");
    }

    #[test]
    fn cve_2026_55672_a_token_does_not_outlive_its_client() {
        let mut scene = scene();
        scene.client.created_at = at(1);
        assert_eq!(scene.private(), "the token is older than the client");
    }

    #[test]
    fn cve_2026_43983_a_refresh_heeds_revocation_blocking_and_deletion() {
        let mut revoked = scene();
        revoked.token.family.revoked_at = Some(at(1));
        assert_eq!(revoked.private(), "the family was revoked");

        let mut blocked = scene();
        blocked.user.as_mut().unwrap().blocked = true;
        let error = blocked.error();
        assert_eq!(
            (error.status, error.code.as_str(), error.public.as_str()),
            (403, "access_denied", "user is blocked")
        );

        let mut gone = scene();
        gone.user = None;
        assert_eq!(gone.private(), "the user does not exist");

        let mut disabled = scene();
        disabled.connection_enabled = false;
        assert_eq!(disabled.private(), "the connection is not enabled for the client any more");
    }

    #[test]
    fn a_token_ends_by_age_and_by_idleness() {
        for (expires, idle, is_good) in
            [(Some(51), Some(51), true), (Some(50), None, false), (None, Some(50), false), (None, None, true)]
        {
            let mut scene = scene();
            (scene.token.expires_at, scene.token.idle_expires_at) = (expires.map(at), idle.map(at));
            assert_eq!(matches!(scene.decide(), RefreshDecision::Rotate(_)), is_good, "{expires:?} {idle:?}");
        }
    }

    #[test]
    fn rfc_6749_6_the_scope_can_only_become_narrower() {
        for (asked, expected) in [
            (None, Ok("openid offline_access read:things")),
            (Some("read:things openid"), Ok("openid read:things")),
            (Some("openid never:granted"), Ok("openid")),
            (Some("never:granted"), Err(OAuthErrorCode::InvalidScope)),
        ] {
            let scene = Scene { scope: asked, ..scene() };
            match expected {
                Ok(granted) => {
                    assert_eq!(scene.rotated().authorization.scope.join(" "), granted, "{asked:?}");
                }
                Err(code) => assert_eq!((scene.error().status, scene.error().code), (400, code), "{asked:?}"),
            }
        }
        let narrow = Scene { scope: Some("read:things"), ..scene() };
        assert!(!narrow.rotated().id_token);
    }

    #[test]
    fn a_client_without_the_grant_is_unauthorized() {
        let mut scene = scene();
        scene.client.settings.grant_types = vec![GrantType::AuthorizationCode];
        assert_eq!((scene.error().status, scene.error().code), (403, OAuthErrorCode::UnauthorizedClient));
    }
}
