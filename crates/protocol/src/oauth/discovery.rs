//! What this provider says about itself.
//!
//! Lists what works and nothing else: a client that believes it must not be disappointed. One document
//! serves `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.
//!
//! Source: OpenID Connect Discovery §3, RFC 8414 §2, RFC 9207 §3, RFC 8628 §4.

use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::credential::CredentialAlgorithm;
use doorward_model::client::grant_type::GrantType;
use doorward_model::scope::oidc;
use doorward_model::signing_alg::SigningAlg;
use doorward_model::tenant::{Issuer, TenantSettings};
use serde_json::{Value, json};

use super::authorize::ResponseType;
use super::endpoint::Endpoint;
use crate::oidc::claims;

/// The grants that clients of the standard know.
const GRANTS: [GrantType; 6] = [
    GrantType::AuthorizationCode,
    GrantType::Implicit,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::Password,
    GrantType::DeviceCode,
];

/// The metadata of `issuer`, for a tenant with these settings.
///
/// ```
/// use doorward_model::tenant::{Issuer, TenantSettings};
/// use doorward_protocol::oauth::discovery::metadata;
/// let issuer = Issuer::parse("https://id.acme.test").unwrap();
/// let metadata = metadata(&issuer, &TenantSettings::new("Acme".into()));
/// assert_eq!(metadata["token_endpoint"], "https://id.acme.test/oauth/token");
/// ```
#[must_use]
pub fn metadata(issuer: &Issuer, settings: &TenantSettings) -> Value {
    let mut metadata = of_issuer(issuer);
    // RFC 9126 §5: absent means false.
    if settings.requires_pushed_requests() {
        metadata["require_pushed_authorization_requests"] = true.into();
    }
    metadata
}

fn of_issuer(issuer: &Issuer) -> Value {
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.url("authorize"),
        "token_endpoint": Endpoint::Token.address(issuer),
        "device_authorization_endpoint": Endpoint::Device.address(issuer),
        "pushed_authorization_request_endpoint": Endpoint::PushedRequest.address(issuer),
        "revocation_endpoint": Endpoint::Revocation.address(issuer),
        "introspection_endpoint": Endpoint::Introspection.address(issuer),
        "userinfo_endpoint": issuer.url("userinfo"),
        "end_session_endpoint": issuer.url("oidc/logout"),
        "jwks_uri": issuer.url(".well-known/jwks.json"),
        "scopes_supported": oidc::ALL,
        "response_types_supported": ResponseType::NAMES,
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": GRANTS.map(GrantType::as_str),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": SigningAlg::NAMES,
        "token_endpoint_auth_methods_supported": auth_methods(),
        "token_endpoint_auth_signing_alg_values_supported": assertion_algorithms(),
        "revocation_endpoint_auth_methods_supported": auth_methods(),
        "revocation_endpoint_auth_signing_alg_values_supported": assertion_algorithms(),
        "introspection_endpoint_auth_methods_supported": proving_methods(),
        "introspection_endpoint_auth_signing_alg_values_supported": assertion_algorithms(),
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": claims::SUPPORTED,
        "claims_parameter_supported": true,
        "acr_values_supported": [claims::ACR],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    })
}

/// How clients may prove themselves: what their settings offer, and by an assertion.
fn auth_methods() -> Vec<&'static str> {
    let assertions = ["private_key_jwt", "client_secret_jwt"];
    AuthMethod::ALL.into_iter().map(AuthMethod::as_str).chain(assertions).collect()
}

/// The same without `none`, where nobody may ask who proves nothing.
fn proving_methods() -> Vec<&'static str> {
    auth_methods().into_iter().filter(|method| *method != AuthMethod::None.as_str()).collect()
}

/// How assertions may be signed: with a private key, or with the secret.
fn assertion_algorithms() -> Vec<&'static str> {
    CredentialAlgorithm::NAMES.into_iter().chain(["HS256"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        of_settings(&TenantSettings::new("Acme".into()))
    }

    fn of_settings(settings: &TenantSettings) -> Value {
        metadata(&Issuer::parse("https://id.acme.test:8443").unwrap(), settings)
    }

    #[test]
    fn rfc_9126_5_a_tenant_that_wants_every_request_pushed_says_so() {
        let name = "require_pushed_authorization_requests";
        assert_eq!(document().get(name), None);
        let change = json!({ "flags": { "require_pushed_authorization_requests": true } });
        let settings = TenantSettings::new("Acme".into()).apply(change.as_object().unwrap()).unwrap();
        assert_eq!(of_settings(&settings)[name], true);
    }

    #[test]
    fn every_grant_of_the_standards_that_a_client_may_hold_is_named() {
        let named = &document()["grant_types_supported"];
        let expected: Vec<&str> = GrantType::ALL
            .iter()
            .filter(|grant| **grant != GrantType::PasswordRealm)
            .map(|grant| grant.as_str())
            .collect();
        let mut named: Vec<&str> = named.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        named.sort_unstable_by_key(|name| expected.iter().position(|known| known == name));
        assert_eq!(named, expected, "all but the original's own");
    }

    #[test]
    fn the_issuer_is_written_as_configured() {
        assert_eq!(document()["issuer"], "https://id.acme.test:8443/");
    }

    #[test]
    fn every_address_lies_under_the_issuer() {
        let document = document();
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                let address = value.as_str().unwrap();
                assert!(address.starts_with("https://id.acme.test:8443/"), "{name}: {address}");
                assert!(!address[8..].contains("//"), "{name}: {address}");
            }
        }
    }

    #[test]
    fn openid_connect_discovery_required_fields_are_there() {
        for name in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(document().get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn openid_connect_discovery_3_methods_that_sign_name_their_algorithms() {
        let document = document();
        let methods = document["token_endpoint_auth_methods_supported"].as_array().unwrap();
        assert!(methods.contains(&json!("private_key_jwt")) && methods.contains(&json!("client_secret_jwt")));
        let algorithms = &document["token_endpoint_auth_signing_alg_values_supported"];
        let words =
            ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256"];
        assert_eq!(*algorithms, json!(words));
        // RFC 8414 §2: clients prove themselves there in the same ways.
        for of in ["auth_methods_supported", "auth_signing_alg_values_supported"] {
            assert_eq!(
                document[format!("revocation_endpoint_{of}")],
                document[format!("token_endpoint_{of}")]
            );
        }
    }

    #[test]
    fn nothing_is_promised_that_does_not_exist() {
        let document = document();
        for absent in ["registration_endpoint", "backchannel_authentication_endpoint"] {
            assert_eq!(document.get(absent), None, "{absent}");
        }
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        let methods = document["introspection_endpoint_auth_methods_supported"].as_array().unwrap();
        assert!(!methods.contains(&json!("none")) && methods.contains(&json!("client_secret_basic")));
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
}
