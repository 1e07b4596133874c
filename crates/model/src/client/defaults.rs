//! What a new client starts with: by the Management API, and by the page and the command line.
//!
//! Must not know how a client is stored. Source: the Management API's answers to `POST /clients`;
//! RFC 9700 §2.1.1 and §4.14.2 for what people get.

use super::ClientSettings;
use super::auth_method::AuthMethod;
use super::further::{Further, REDIRECTION_POLICY, THIRD_PARTY_SECURITY_MODE};
use super::grant_type::GrantType;
use super::jwt::{DEFAULT_LIFETIME, JwtConfiguration};
use super::kind::ClientKind;
use super::refresh::{Expiration, RefreshPolicy, Rotation};
use crate::signing_alg::SigningAlg;
use crate::time::Lifetime;

const DAY: u32 = 86_400;
const HOUR: Lifetime = Lifetime::from_seconds(3600);

/// What the API fills in where a request says nothing; the name is still empty.
///
/// ```
/// use doorward_model::client::{auth_method::AuthMethod, defaults::for_api, grant_type::GrantType};
/// assert_eq!(for_api(None, None).grant_types, GrantType::USUAL);
/// assert!(!for_api(None, Some(AuthMethod::None)).grant_types.contains(&GrantType::ClientCredentials));
/// ```
#[must_use]
pub fn for_api(kind: Option<ClientKind>, method: Option<AuthMethod>) -> ClientSettings {
    let grant_types = match kind.map(ClientKind::as_str) {
        Some("resource_server") => Vec::new(),
        Some("express_configuration") => vec![GrantType::AuthorizationCode, GrantType::ClientCredentials],
        _ => GrantType::USUAL
            .into_iter()
            .filter(|grant| *grant != GrantType::ClientCredentials || method != Some(AuthMethod::None))
            .collect(),
    };
    let jwt_configuration = match kind.map(ClientKind::as_str) {
        Some("resource_server" | "express_configuration") => {
            JwtConfiguration { alg: Some(SigningAlg::RS256), ..JwtConfiguration::default() }
        }
        _ => jwt(),
    };
    ClientSettings {
        name: String::new(),
        description: None,
        app_type: kind,
        logo_uri: None,
        is_first_party: true,
        oidc_conformant: false,
        callbacks: None,
        allowed_logout_urls: None,
        allowed_origins: None,
        web_origins: None,
        grant_types,
        token_endpoint_auth_method: method,
        client_authentication_methods: None,
        jwt_configuration,
        refresh_token: refresh_token(kind, method),
        sso: None,
        sso_disabled: false,
        client_metadata: None,
        addons: None,
        further: Further::default(),
    }
}

/// What the API fills in for a client of the house, or for one of a third party.
///
/// A client of a third party gets less: no more than codes, ID tokens of an hour, refresh tokens that
/// end, and, where it is public, rotate.
///
/// ```
/// use doorward_model::client::{defaults::{for_api, for_new}, grant_type::GrantType, kind::ClientKind};
/// assert_eq!(for_new(true, None, None), for_api(None, None));
/// let other = for_new(false, Some(ClientKind::RegularWeb), None);
/// assert_eq!(other.grant_types, [GrantType::AuthorizationCode]);
/// ```
#[must_use]
pub fn for_new(is_first_party: bool, kind: Option<ClientKind>, method: Option<AuthMethod>) -> ClientSettings {
    let mut settings = for_api(kind, method);
    if is_first_party {
        return settings;
    }
    settings.is_first_party = false;
    settings.refresh_token.expiration_type = Expiration::Expiring;
    settings.refresh_token.infinite_idle_token_lifetime = false;
    settings.refresh_token.infinite_token_lifetime = false;
    settings.further.set(THIRD_PARTY_SECURITY_MODE, "strict");
    settings.further.set(REDIRECTION_POLICY, "open_redirect_protection");
    if method == Some(AuthMethod::None) {
        settings.refresh_token.rotation_type = Rotation::Rotating;
    } else {
        settings.grant_types = vec![GrantType::AuthorizationCode];
        settings.jwt_configuration.alg = Some(SigningAlg::RS256);
        settings.jwt_configuration.lifetime_in_seconds = Some(HOUR);
    }
    settings
}

/// What a person gets who makes a client in the page or on the command line: the strict settings.
///
/// ```
/// use doorward_model::client::{auth_method::AuthMethod, defaults::for_people, kind::ClientKind};
/// assert_eq!(for_people(ClientKind::Spa).token_endpoint_auth_method, Some(AuthMethod::None));
/// assert_eq!(for_people(ClientKind::RegularWeb).token_endpoint_auth_method, Some(AuthMethod::Post));
/// ```
#[must_use]
pub fn for_people(kind: ClientKind) -> ClientSettings {
    let method = match kind {
        ClientKind::Native | ClientKind::Spa => AuthMethod::None,
        ClientKind::RegularWeb | ClientKind::NonInteractive | ClientKind::Integration(_) => AuthMethod::Post,
    };
    let api = for_api(Some(kind), Some(method));
    let (grant_types, refresh_token) = if kind == ClientKind::NonInteractive {
        (vec![GrantType::ClientCredentials], api.refresh_token)
    } else {
        (vec![GrantType::AuthorizationCode, GrantType::RefreshToken], rotating())
    };
    ClientSettings {
        oidc_conformant: true,
        grant_types,
        jwt_configuration: JwtConfiguration { alg: Some(SigningAlg::RS256), ..jwt() },
        refresh_token,
        ..api
    }
}

/// ID token settings where nothing is said; the algorithm stays absent, which means RS256.
pub(super) fn jwt() -> JwtConfiguration {
    JwtConfiguration { lifetime_in_seconds: Some(DEFAULT_LIFETIME), ..JwtConfiguration::default() }
}

/// Refresh token settings where nothing is said: tokens that neither rotate nor end.
pub(super) fn refresh_token(kind: Option<ClientKind>, method: Option<AuthMethod>) -> RefreshPolicy {
    let is_long = kind.is_some() && method.is_some_and(|method| method != AuthMethod::None);
    let (absolute, idle) = if is_long { (31_557_600, 30 * DAY) } else { (30 * DAY, 15 * DAY) };
    RefreshPolicy {
        rotation_type: Rotation::NonRotating,
        expiration_type: Expiration::NonExpiring,
        leeway: Lifetime::from_seconds(0),
        token_lifetime: Lifetime::from_seconds(absolute),
        idle_token_lifetime: Lifetime::from_seconds(idle),
        infinite_token_lifetime: true,
        infinite_idle_token_lifetime: true,
        policies: None,
    }
}

/// Tokens that rotate and end: the only safe form for a public client (RFC 9700 §2.2.2).
fn rotating() -> RefreshPolicy {
    RefreshPolicy {
        rotation_type: Rotation::Rotating,
        expiration_type: Expiration::Expiring,
        infinite_token_lifetime: false,
        infinite_idle_token_lifetime: false,
        ..refresh_token(None, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::kind::ClientKind::{Native, NonInteractive, RegularWeb, Spa};

    #[test]
    fn a_client_of_the_api_gets_what_its_tools_expect() {
        let plain = for_api(None, None);
        assert_eq!(plain.grant_types.len(), 4);
        assert_eq!(plain.jwt_configuration, jwt());
        assert!(plain.is_first_party && !plain.oidc_conformant && !plain.sso_disabled);
        assert_eq!(plain.refresh_token.token_lifetime.seconds(), 2_592_000);
        assert_eq!(plain.refresh_token.idle_token_lifetime.seconds(), 1_296_000);

        let web = for_api(Some(RegularWeb), Some(AuthMethod::Post));
        assert_eq!(web.refresh_token.token_lifetime.seconds(), 31_557_600);
        assert_eq!(web.refresh_token.idle_token_lifetime.seconds(), 2_592_000);
        assert_eq!(for_api(Some(Spa), Some(AuthMethod::None)).refresh_token, plain.refresh_token);
    }

    #[test]
    fn a_client_of_a_third_party_gets_less() {
        let web = for_new(false, Some(RegularWeb), Some(AuthMethod::Post));
        assert_eq!(web.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(web.jwt_configuration.lifetime().seconds(), 3600);
        assert_eq!(web.jwt_configuration.alg, Some(SigningAlg::RS256));
        assert_eq!(web.refresh_token.rotation_type, Rotation::NonRotating);
        assert_eq!(web.refresh_token.absolute_life().map(Lifetime::seconds), Some(31_557_600));
        assert_eq!(web.refresh_token.idle_life().map(Lifetime::seconds), Some(2_592_000));
        let spa = for_new(false, Some(Spa), Some(AuthMethod::None));
        assert_eq!(spa.grant_types, for_api(Some(Spa), Some(AuthMethod::None)).grant_types);
        assert_eq!(spa.jwt_configuration, jwt());
        assert_eq!(spa.refresh_token.rotation_type, Rotation::Rotating);
        assert_eq!(spa.refresh_token.absolute_life().map(Lifetime::seconds), Some(2_592_000));
        assert_eq!(spa.refresh_token.idle_life().map(Lifetime::seconds), Some(1_296_000));
        assert_eq!(spa.further.text(THIRD_PARTY_SECURITY_MODE), Some("strict"));
    }

    #[test]
    fn an_integration_is_a_web_application_and_two_types_are_special() {
        let of = |name: &str| for_api(ClientKind::parse(name), Some(AuthMethod::Post));
        let web = for_api(Some(RegularWeb), Some(AuthMethod::Post));
        let zendesk = ClientSettings { app_type: Some(RegularWeb), ..of("zendesk") };
        assert_eq!(zendesk, web);
        assert_eq!(of("resource_server").grant_types, []);
        assert_eq!(of("express_configuration").grant_types.len(), 2);
        assert_eq!(of("resource_server").jwt_configuration.alg, Some(SigningAlg::RS256));
    }

    #[test]
    fn a_person_gets_strict_settings_for_each_of_the_four_types() {
        for kind in ClientKind::ALL {
            let settings = for_people(kind);
            assert_eq!(settings.app_type, Some(kind));
            assert!(settings.oidc_conformant);
            assert_eq!(settings.jwt_configuration.alg, Some(SigningAlg::RS256));
            assert!(!settings.grant_types.contains(&GrantType::Implicit));
        }
        for kind in [Native, Spa, RegularWeb] {
            assert_eq!(for_people(kind).refresh_token.rotation_type, Rotation::Rotating);
            assert!(for_people(kind).refresh_token.absolute_life().is_some());
        }
        assert_eq!(for_people(NonInteractive).grant_types, [GrantType::ClientCredentials]);
    }
}
