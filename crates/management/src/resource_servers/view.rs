//! An API as the Management API shows it.
//!
//! A pure function. Source: the Management API's `resource-servers`, field order included.

use doorward_engine::resource_servers::ShownApi;
use serde_json::{Map, Value, json};

/// An API; what was never said about it is left out.
pub(super) fn api(shown: &ShownApi) -> Map<String, Value> {
    let (api, settings) = (&shown.api, &shown.api.settings);
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
    put("id", json!(api.id));
    if !api.name.is_empty() {
        put("name", json!(api.name));
    }
    if api.is_system {
        put("is_system", json!(true));
    }
    put("identifier", json!(api.identifier));
    put("allow_offline_access", json!(api.allow_offline_access));
    put(
        "skip_consent_for_verifiable_first_party_clients",
        json!(settings.skip_consent_for_verifiable_first_party_clients),
    );
    if let Some(policies) = &settings.subject_type_authorization {
        put("subject_type_authorization", json!(policies));
    }
    put("token_lifetime", json!(api.token_lifetime));
    put("token_lifetime_for_web", json!(settings.token_lifetime_for_web));
    put("signing_alg", json!(settings.signing_alg));
    if let Some(secret) = &shown.signing_secret {
        put("signing_secret", json!(secret.expose()));
    }
    if !api.permissions.is_empty() {
        put("scopes", json!(api.permissions));
    }
    if let Some(enforced) = settings.enforce_policies {
        put("enforce_policies", json!(enforced));
    }
    if let Some(dialect) = settings.token_dialect {
        put("token_dialect", json!(dialect));
    }
    object
}

#[cfg(test)]
mod tests {
    use doorward_model::api::{ApiPermission, ResourceServer, TokenDialect};
    use doorward_model::ids::ResourceServerId;
    use doorward_model::secret::Secret;
    use doorward_model::time::Timestamp;

    use super::*;

    #[test]
    fn a_bare_api_shows_what_the_originals_does() {
        let id = ResourceServerId::parse("64ae").unwrap();
        let bare = ResourceServer::new(id, "https://api.test/".to_owned(), Timestamp::from_seconds(0));
        let mut shown = ShownApi { api: bare, signing_secret: None };
        let expected = r#"{"id":"64ae","identifier":"https://api.test/","allow_offline_access":false,"skip_consent_for_verifiable_first_party_clients":false,"token_lifetime":86400,"token_lifetime_for_web":7200,"signing_alg":"RS256"}"#;
        assert_eq!(Value::Object(api(&shown)).to_string(), expected);

        shown.api.name = "Things".to_owned();
        shown.api.is_system = true;
        shown.api.permissions = vec![ApiPermission::new("read:all", "Read")];
        shown.api.settings.enforce_policies = Some(false);
        shown.api.settings.token_dialect = Some(TokenDialect::AccessTokenAuthz);
        shown.signing_secret = Some(Secret::new("hush".to_owned()));
        let full = Value::Object(api(&shown));
        assert_eq!(full["scopes"], json!([{ "value": "read:all", "description": "Read" }]));
        assert_eq!(
            (&full["enforce_policies"], &full["token_dialect"]),
            (&json!(false), &json!("access_token_authz"))
        );
        assert_eq!((&full["is_system"], &full["signing_secret"]), (&json!(true), &json!("hush")));
    }
}
