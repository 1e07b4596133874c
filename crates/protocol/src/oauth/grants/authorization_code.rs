//! Exchange of an authorization code.
//!
//! Owns the conditions under which a code gives tokens. Must not know how a code is taken from the
//! store; whatever the decision, a code that was presented is used up.
//!
//! Source: RFC 6749 §4.1.3, §10.5; RFC 7636 §4.6; RFC 9700 §2.1.1, §4.8.2 (PKCE downgrade).

use doorward_model::client::Client;
use doorward_model::client::grant_type::GrantType;
use doorward_model::ids::FamilyId;
use doorward_model::scope::oidc;
use doorward_model::tenant::Issuer;
use doorward_model::time::Timestamp;
use doorward_model::token::{Authorization, CODE_LIFETIME, Code};
use doorward_model::user::User;

use super::table::{Chapter, Check};
use super::{Resource, may_log_in, may_use, of_resource};
use crate::oauth::error::{OAuthErrorCode, TokenError};
use crate::oauth::params::Params;
use crate::pkce::verifier_matches;

/// The one public text for a code that does not work: it does not say why.
const REFUSED: &str = "The code is wrong, too old, or was used before. Start the login again.";

/// What the exchange brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeRequest<'a> {
    /// `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// `code_verifier`.
    pub code_verifier: Option<&'a str>,
    /// `resource`.
    pub resource: Resource<'a>,
}

impl<'a> CodeRequest<'a> {
    /// Takes what belongs to the exchange besides the code.
    #[must_use]
    pub fn read(params: &'a Params, issuer: &Issuer) -> Self {
        Self {
            redirect_uri: params.get("redirect_uri"),
            code_verifier: params.get("code_verifier"),
            resource: Resource::read(params, issuer),
        }
    }
}

/// All that the decision depends on. The client has proved itself already.
#[derive(Debug, Clone, Copy)]
pub struct CodeInput<'a> {
    /// The code as it was stored before this use.
    pub code: &'a Code,
    /// The client that presents it.
    pub client: &'a Client,
    /// The person the code is for, if there still is one.
    pub user: Option<&'a User>,
    /// Whether the person's connection is still enabled for the client.
    pub connection_enabled: bool,
    /// What came along.
    pub request: CodeRequest<'a>,
    /// The current time.
    pub now: Timestamp,
}

/// What the exchange leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeDecision {
    /// Tokens.
    Grant(CodeGrant),
    /// The code was used before: the family is to be revoked, then the error sent.
    Replay(FamilyId, TokenError),
    /// No tokens.
    Refuse(TokenError),
}

/// The tokens that a code gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeGrant {
    /// What they stand for.
    pub authorization: Authorization,
    /// The family they belong to.
    pub family: FamilyId,
    /// Whether there is an ID token.
    pub id_token: bool,
    /// Whether there is a refresh token.
    pub refresh_token: bool,
    /// The `nonce` for the ID token.
    pub nonce: Option<String>,
    /// Whether the ID token must hold `auth_time`.
    pub auth_time_wanted: bool,
}

/// The refusal of a code that nobody knows; the same as for one that does not work.
#[must_use]
pub fn unknown() -> TokenError {
    refused("no such code")
}

type CodeCheck = Check<fn(&CodeInput<'_>) -> Result<(), TokenError>>;

/// The checks in their order. A code that was used before takes all with it that it led to.
const CHECKS: [CodeCheck; 8] = [
    Check {
        name: "grant_types of the client",
        says: "hold `authorization_code`",
        source: "RFC 6749 §5.2",
        failure: "403 `unauthorized_client`",
        run: grant_type,
    },
    Check {
        name: "code",
        says: "was not used before; otherwise all tokens that it led to are revoked",
        source: "RFC 6749 §4.1.2, §10.5",
        failure: "`invalid_grant`",
        run: once,
    },
    Check {
        name: "code",
        says: "was given to this client, and not to an older one of its client_id",
        source: "RFC 6749 §4.1.3",
        failure: "`invalid_grant`",
        run: own,
    },
    Check {
        name: "code",
        says: "is no older than a minute",
        source: "RFC 6749 §4.1.2",
        failure: "`invalid_grant`",
        run: in_time,
    },
    Check {
        name: "redirect_uri",
        says: "is that of the authorization request, to the letter; may be absent if it was absent there",
        source: "RFC 6749 §4.1.3",
        failure: "`invalid_grant`",
        run: redirect_uri,
    },
    Check {
        name: "code_verifier",
        says: "fits the `code_challenge`, and is absent where there was none; a public client needs both",
        source: "RFC 7636 §4.6, RFC 9700 §2.1.1, §4.8.2",
        failure: "`invalid_grant`",
        run: proof_of_possession,
    },
    Check {
        name: "user, connection",
        says: "exist, the user is not blocked, and the connection is still enabled for the client",
        source: "RFC 6749 §5.2; the brief, \"Connections\"",
        failure: "`invalid_grant`, 403 `access_denied` for who is blocked",
        run: person,
    },
    of_resource(|input| input.request.resource.fits(&input.code.authorization)),
];

/// The table as a chapter of the reference page.
pub(super) fn chapter() -> Chapter {
    Chapter::of("authorization_code", "A code that was presented is used up, whatever the answer.", &CHECKS)
}

/// Whether a code gives tokens.
#[must_use]
pub fn decide(input: &CodeInput<'_>) -> CodeDecision {
    match CHECKS.iter().try_for_each(|check| (check.run)(input)) {
        Ok(()) => CodeDecision::Grant(grant(input)),
        Err(error) if input.code.used_at.is_some() => CodeDecision::Replay(input.code.family.clone(), error),
        Err(error) => CodeDecision::Refuse(error),
    }
}

fn once(input: &CodeInput<'_>) -> Result<(), TokenError> {
    if input.code.used_at.is_some() { Err(refused("the code was used before")) } else { Ok(()) }
}

fn grant_type(input: &CodeInput<'_>) -> Result<(), TokenError> {
    may_use(input.client, GrantType::AuthorizationCode)
}

fn own(input: &CodeInput<'_>) -> Result<(), TokenError> {
    if input.code.authorization.client != input.client.id {
        return Err(refused("the code belongs to another client"));
    }
    // A client that was made after the code is not the one that the code was given to.
    if input.code.expires_at < input.client.created_at.after(CODE_LIFETIME) {
        return Err(refused("the code is older than the client"));
    }
    Ok(())
}

fn in_time(input: &CodeInput<'_>) -> Result<(), TokenError> {
    if input.now >= input.code.expires_at { Err(refused("the code is too old")) } else { Ok(()) }
}

fn redirect_uri(input: &CodeInput<'_>) -> Result<(), TokenError> {
    match input.request.redirect_uri {
        Some(sent) if sent == input.code.redirect_uri => Ok(()),
        None if !input.code.redirect_uri_was_sent => Ok(()),
        Some(_) => Err(refused("redirect_uri differs from the one of the authorization request")),
        None => Err(refused("redirect_uri is missing, though the authorization request had one")),
    }
}

fn person(input: &CodeInput<'_>) -> Result<(), TokenError> {
    may_log_in(input.user, input.code.authorization.user.as_str(), REFUSED)?;
    if !input.connection_enabled {
        return Err(refused("the connection is not enabled for the client any more"));
    }
    Ok(())
}

fn proof_of_possession(input: &CodeInput<'_>) -> Result<(), TokenError> {
    match (input.code.code_challenge.as_deref(), input.request.code_verifier) {
        (Some(challenge), Some(verifier)) if verifier_matches(verifier, challenge) => Ok(()),
        (Some(_), Some(_)) => Err(refused("code_verifier does not match")),
        (Some(_), None) => Err(refused("code_verifier is missing")),
        (None, Some(_)) => {
            Err(refused("code_verifier was sent, but the authorization request had no code_challenge"))
        }
        (None, None) if input.client.is_confidential() => Ok(()),
        (None, None) => Err(refused("a public client needs PKCE")),
    }
}
fn grant(input: &CodeInput<'_>) -> CodeGrant {
    let authorization = input.code.authorization.clone();
    let has = |value: &str| authorization.scope.iter().any(|granted| granted == value);
    CodeGrant {
        family: input.code.family.clone(),
        id_token: has(oidc::OPENID),
        refresh_token: has(oidc::OFFLINE_ACCESS) && input.client.may_use(&GrantType::RefreshToken),
        nonce: input.code.nonce.clone(),
        auth_time_wanted: input.code.auth_time_wanted,
        authorization,
    }
}

fn refused(private: &str) -> TokenError {
    TokenError::new(OAuthErrorCode::InvalidGrant, REFUSED).with_private(private)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::{ClientId, SessionId, UserId};
    use doorward_model::token::AskedClaims;

    use super::*;
    use crate::oauth::authorize::examples::{self, CHALLENGE, NOW};

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    struct Scene {
        code: Code,
        client: Client,
        user: Option<User>,
        connection_enabled: bool,
        redirect_uri: Option<&'static str>,
        code_verifier: Option<&'static str>,
        resource: Resource<'static>,
        now: Timestamp,
    }

    fn scene(kind: ClientKind) -> Scene {
        let now = Timestamp::from_seconds(NOW);
        let authorization = Authorization {
            client: ClientId::parse("web").unwrap(),
            user: UserId::parse("auth0|ada").unwrap(),
            session: SessionId::parse("s").unwrap(),
            authenticated_at: now,
            scope: vec!["openid".into(), "offline_access".into()],
            audience: None,
            claims: AskedClaims::default(),
        };
        let code = Code {
            authorization,
            family: FamilyId::parse("f").unwrap(),
            redirect_uri: "https://app.test/cb".into(),
            redirect_uri_was_sent: true,
            nonce: Some("n".into()),
            code_challenge: Some(CHALLENGE.into()),
            auth_time_wanted: true,
            expires_at: now.after(CODE_LIFETIME),
            used_at: None,
        };
        Scene {
            code,
            client: examples::client("web", kind),
            user: Some(examples::user(now)),
            connection_enabled: true,
            redirect_uri: Some("https://app.test/cb"),
            code_verifier: Some(VERIFIER),
            resource: Resource::Unsaid,
            now,
        }
    }

    impl Scene {
        fn decide(&self) -> CodeDecision {
            let request = CodeRequest {
                redirect_uri: self.redirect_uri,
                code_verifier: self.code_verifier,
                resource: self.resource,
            };
            let user = self.user.as_ref();
            decide(&CodeInput {
                code: &self.code,
                client: &self.client,
                user,
                connection_enabled: self.connection_enabled,
                request,
                now: self.now,
            })
        }

        fn private(&self) -> String {
            match self.decide() {
                CodeDecision::Refuse(error) => {
                    assert_eq!((error.status, error.code), (400, OAuthErrorCode::InvalidGrant));
                    assert_eq!(error.public, REFUSED);
                    error.private
                }
                other => panic!("not refused: {other:?}"),
            }
        }
    }

    #[test]
    fn rfc_6749_4_1_3_a_good_code_gives_what_was_granted() {
        let CodeDecision::Grant(grant) = scene(ClientKind::RegularWeb).decide() else { panic!("refused") };
        assert!(grant.id_token && grant.refresh_token && grant.auth_time_wanted);
        assert_eq!(grant.nonce.as_deref(), Some("n"));
        assert_eq!(grant.family.as_str(), "f");
        let mut plain = scene(ClientKind::RegularWeb);
        plain.code.authorization.scope.clear();
        let CodeDecision::Grant(grant) = plain.decide() else { panic!("refused") };
        assert!(!grant.id_token && !grant.refresh_token);
    }

    #[test]
    fn oidcc_codereuse_a_second_use_revokes_the_family() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.code.used_at = Some(scene.now);
        let CodeDecision::Replay(family, error) = scene.decide() else { panic!("no replay") };
        assert_eq!((family.as_str(), error.status, error.code), ("f", 400, OAuthErrorCode::InvalidGrant));
    }

    #[test]
    fn oidcc_codereuse_30seconds_a_late_second_use_is_one_too() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.code.used_at = Some(scene.now);
        scene.now = Timestamp::from_seconds(NOW + 3600);
        assert!(matches!(scene.decide(), CodeDecision::Replay(..)));
    }

    #[test]
    fn cve_2026_28513_a_code_of_another_client_is_refused() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.client = examples::client("other", ClientKind::RegularWeb);
        assert_eq!(scene.private(), "the code belongs to another client");
    }

    #[test]
    fn cve_2026_55672_a_code_does_not_outlive_its_client() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.client.created_at = scene.now;
        assert!(matches!(scene.decide(), CodeDecision::Grant(_)));
        scene.client.created_at = Timestamp::from_seconds(NOW + 1);
        assert_eq!(scene.private(), "the code is older than the client");
    }

    #[test]
    fn a_code_ends_with_its_minute() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.now = Timestamp::from_millis(scene.code.expires_at.millis() - 1);
        assert!(matches!(scene.decide(), CodeDecision::Grant(_)));
        scene.now = scene.code.expires_at;
        assert_eq!(scene.private(), "the code is too old");
    }

    #[test]
    fn rfc_8707_2_2_a_resource_is_the_one_that_was_granted() {
        let mut scene = scene(ClientKind::RegularWeb);
        let (api, other) = ("https://api.test/", "https://other.test/");
        for (granted, asked, is_fine) in [
            (None, Resource::Unsaid, true),
            (None, Resource::Userinfo, true),
            (None, Resource::Api(api), false),
            (Some(api), Resource::Unsaid, true),
            (Some(api), Resource::Api(api), true),
            (Some(api), Resource::Api(other), false),
            (Some(api), Resource::Userinfo, false),
        ] {
            (scene.code.authorization.audience, scene.resource) = (granted.map(str::to_owned), asked);
            match scene.decide() {
                CodeDecision::Grant(_) => assert!(is_fine, "{granted:?} {asked:?}"),
                CodeDecision::Refuse(error) => {
                    assert!(!is_fine && error.code == OAuthErrorCode::InvalidTarget, "{granted:?} {asked:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        let params = |text: &str| Params::from_query(text).unwrap();
        let issuer = Issuer::parse("https://id.test/").unwrap();
        let read = |text: &str| CodeRequest::read(&params(text), &issuer).resource == Resource::Userinfo;
        assert!(read("resource=https://id.test/userinfo") && !read("resource=https://id.test/") && !read(""));
    }

    #[test]
    fn rfc_6749_4_1_3_redirect_uri_is_the_one_of_the_authorization_request() {
        for (was_sent, sent, is_good) in [
            (true, Some("https://app.test/cb"), true),
            (true, None, false),
            (true, Some("https://app.test/cb/"), false),
            (true, Some("HTTPS://app.test/cb"), false),
            (false, None, true),
            (false, Some("https://app.test/cb"), true),
            (false, Some("https://evil.test/"), false),
        ] {
            let mut scene = scene(ClientKind::RegularWeb);
            scene.code.redirect_uri_was_sent = was_sent;
            scene.redirect_uri = sent;
            assert_eq!(matches!(scene.decide(), CodeDecision::Grant(_)), is_good, "{was_sent} {sent:?}");
        }
    }

    #[test]
    fn rfc_7636_4_6_challenge_and_verifier_come_together_or_not_at_all() {
        let wrong = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl";
        for (kind, challenge, verifier, is_good) in [
            (ClientKind::RegularWeb, Some(CHALLENGE), Some(VERIFIER), true),
            (ClientKind::RegularWeb, Some(CHALLENGE), Some(wrong), false),
            (ClientKind::RegularWeb, Some(CHALLENGE), Some(CHALLENGE), false),
            (ClientKind::RegularWeb, Some(CHALLENGE), None, false),
            (ClientKind::RegularWeb, None, Some(VERIFIER), false),
            (ClientKind::RegularWeb, None, None, true),
            (ClientKind::Spa, Some(CHALLENGE), Some(VERIFIER), true),
            (ClientKind::Spa, None, None, false),
        ] {
            let mut scene = scene(kind);
            scene.code.code_challenge = challenge.map(str::to_owned);
            scene.code_verifier = verifier;
            assert_eq!(
                matches!(scene.decide(), CodeDecision::Grant(_)),
                is_good,
                "{kind:?} {challenge:?} {verifier:?}"
            );
        }
    }

    #[test]
    fn a_client_without_the_grant_is_unauthorized() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.client.settings.grant_types = vec![GrantType::ClientCredentials];
        let CodeDecision::Refuse(error) = scene.decide() else { panic!("granted") };
        assert_eq!((error.status, error.code), (403, OAuthErrorCode::UnauthorizedClient));
    }

    #[test]
    fn a_person_who_is_gone_or_blocked_gets_nothing() {
        let mut scene = scene(ClientKind::RegularWeb);
        scene.user.as_mut().unwrap().blocked = true;
        let CodeDecision::Refuse(error) = scene.decide() else { panic!("granted") };
        assert_eq!((error.status, error.public.as_str()), (403, "user is blocked"));
        scene.user = None;
        assert_eq!(scene.private(), "the user does not exist");
    }
}
