//! The bounds of each setting, in one place for all who edit: the API, the page, the command line.
//!
//! Source: the Management API's schema of a client; the brief for the lists of addresses.

use serde_json::{Map, Value};

use super::ClientPatch;
use crate::client::jwt::JwtPatch;
use crate::client::refresh::{Expiration, RefreshPolicy, Rotation};
use crate::client::schema::{self, MAX_JWT_LIFETIME, MAX_REFRESH_LIFETIME, Null};
use crate::client::urls::{self, UrlProblem};
use crate::client::{ClientSettings, addon, further};
use crate::fields::{FieldError, FieldErrors};
use crate::json::unknown;
use crate::patch::Patch;
use crate::time::Lifetime;

/// The longest name, in characters: the original sets no bound, pages and logs need one.
const MAX_NAME: usize = 1024;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 140;
/// The greatest number of metadata pairs.
const MAX_METADATA: usize = 10;
/// The longest metadata key and value, in characters.
const MAX_METADATA_TEXT: usize = 255;
/// The longest identifier of an API, in characters.
const MAX_AUDIENCE: usize = 600;
/// The greatest number of web origins.
const MAX_WEB_ORIGINS: usize = 100;

/// Looks at what a change sets.
pub(super) fn patch(patch: &ClientPatch, errors: &mut FieldErrors) {
    match &patch.name {
        Patch::Set(name) => check_name(name, errors),
        Patch::Clear => errors.push(FieldError::new("name", "type", "A client needs a name.")),
        Patch::Keep => {}
    }
    if let Patch::Set(text) = &patch.description {
        at_most(text, MAX_DESCRIPTION, "description", errors);
    }
    if let Patch::Set(logo) = &patch.logo_uri
        && !logo.is_empty()
    {
        address(logo, "logo_uri", urls::check_logo, errors);
    }
    addresses(&patch.callbacks, "callbacks", urls::check_callback, errors);
    addresses(&patch.allowed_logout_urls, "allowed_logout_urls", urls::check_logout_url, errors);
    addresses(&patch.allowed_origins, "allowed_origins", urls::check_origin, errors);
    addresses(&patch.web_origins, "web_origins", urls::check_origin, errors);
    if let Patch::Set(list) = &patch.web_origins
        && list.len() > MAX_WEB_ORIGINS
    {
        errors.push(FieldError::new("web_origins", "max_length", "Enter at most 100 web origins."));
    }
    if let Patch::Set(jwt) = &patch.jwt_configuration {
        check_jwt(jwt, errors);
    }
    if let Patch::Set(policy) = &patch.refresh_token {
        check_refresh_token(policy, errors);
    }
    if let Patch::Set(pairs) = &patch.client_metadata {
        check_metadata(pairs, errors);
    }
    if let Patch::Set(addons) = &patch.addons {
        addon::check(addons, errors);
    }
    for (name, value) in &patch.further {
        check_further(name, value, errors);
    }
}

fn check_further(name: &str, value: &Value, errors: &mut FieldErrors) {
    match schema::further(name) {
        Some(field) if value.is_null() && field.null != Null::Refused => {}
        Some(field) => field.schema.check(value, name, errors),
        None => errors.push(unknown(name)),
    }
}

/// Looks for what cannot change any more.
pub(super) fn fixed(current: &ClientSettings, patch: &ClientPatch, errors: &mut FieldErrors) {
    for (name, value) in &patch.further {
        let is_fixed = schema::further(name).is_some_and(|field| field.is_fixed);
        if is_fixed && current.further.get(name) != Some(value).filter(|value| !value.is_null()) {
            let text = "This is set when the client is made and cannot be changed. Leave it out.";
            errors.push(FieldError::new(name, "read_only", text));
        }
    }
}

/// Looks at what only the settings as a whole can break; what is as `before` is not accused.
pub(super) fn whole(settings: &ClientSettings, before: Option<&ClientSettings>, errors: &mut FieldErrors) {
    let metadata = &settings.client_metadata;
    if before.is_none_or(|before| before.client_metadata != *metadata)
        && metadata.as_ref().is_some_and(|pairs| pairs.len() > MAX_METADATA)
    {
        let text = "A client has at most 10 metadata pairs. Remove one by setting it to null.";
        errors.push(FieldError::new("client_metadata", "maximum", text));
    }
    check_wildcards(settings, before, errors);
    one_method(settings, errors);
}

/// A client of a third party names its addresses one by one, unless it was made permissive.
fn check_wildcards(settings: &ClientSettings, before: Option<&ClientSettings>, errors: &mut FieldErrors) {
    let mode = settings.further.text(further::THIRD_PARTY_SECURITY_MODE);
    if settings.is_first_party || mode == Some("permissive") {
        return;
    }
    // What was there before is not accused, if the client was a third party's then, too.
    let before = before.filter(|before| !before.is_first_party);
    for (at, (name, entries)) in lists(settings).into_iter().enumerate() {
        let is_as_before = before.is_some_and(|before| lists(before)[at].1 == entries);
        if !is_as_before && let Some(at) = entries.iter().position(|entry| entry.contains('*')) {
            let text = "A client of a third party cannot have a star in an address. List each one.";
            errors.push(FieldError::new(format!("{name}.{at}"), "format", text));
        }
    }
}

/// A client proves itself with a key or by one of the other methods.
fn one_method(settings: &ClientSettings, errors: &mut FieldErrors) {
    if settings.client_authentication_methods.is_some() && settings.token_endpoint_auth_method.is_some() {
        let text = "A client has either this or client_authentication_methods. Set the other one to null.";
        errors.push(FieldError::new("token_endpoint_auth_method", "one_of", text));
    }
}

fn lists(settings: &ClientSettings) -> [(&'static str, &[String]); 4] {
    [
        ("callbacks", settings.callbacks.as_deref().unwrap_or_default()),
        ("allowed_logout_urls", settings.allowed_logout_urls.as_deref().unwrap_or_default()),
        ("allowed_origins", settings.allowed_origins.as_deref().unwrap_or_default()),
        ("web_origins", settings.web_origins.as_deref().unwrap_or_default()),
    ]
}

fn check_name(name: &str, errors: &mut FieldErrors) {
    if name.is_empty() {
        errors.push(FieldError::new(
            "name",
            "min_length",
            "The name is empty. Enter at least one character.",
        ));
    } else if name.contains(['<', '>']) {
        errors.push(FieldError::new("name", "pattern", "The name holds < or >. Leave them out."));
    } else if name.chars().any(char::is_control) {
        let why = "The name holds a line break or another character that is not seen. Leave it out.";
        errors.push(FieldError::new("name", "pattern", why));
    }
    at_most(name, MAX_NAME, "name", errors);
}

fn at_most(text: &str, max: usize, path: &str, errors: &mut FieldErrors) {
    if text.chars().count() > max {
        errors.push(FieldError::new(path, "max_length", format!("Use at most {max} characters.")));
    }
}

fn address(text: &str, path: &str, check: impl Fn(&str) -> Result<(), UrlProblem>, errors: &mut FieldErrors) {
    if let Err(problem) = check(text) {
        errors.push(FieldError::new(path, "format", problem.to_string()));
    }
}

fn addresses(
    list: &Patch<Vec<String>>,
    path: &str,
    check: impl Fn(&str) -> Result<(), UrlProblem>,
    errors: &mut FieldErrors,
) {
    let Patch::Set(list) = list else { return };
    for (at, text) in list.iter().enumerate() {
        address(text, &format!("{path}.{at}"), &check, errors);
    }
}

/// Checks that a length of time lies between `min` and `max` seconds.
fn within(life: Lifetime, min: i64, max: i64, path: &str, errors: &mut FieldErrors) {
    if life.seconds() < min {
        errors.push(FieldError::new(path, "minimum", format!("Use at least {min} seconds.")));
    } else if life.seconds() > max {
        errors.push(FieldError::new(path, "maximum", format!("Use at most {max} seconds.")));
    }
}

fn check_jwt(jwt: &JwtPatch, errors: &mut FieldErrors) {
    if let Some(life) = jwt.lifetime_in_seconds {
        within(life, 1, MAX_JWT_LIFETIME, "jwt_configuration.lifetime_in_seconds", errors);
    }
}

fn check_refresh_token(policy: &RefreshPolicy, errors: &mut FieldErrors) {
    within(policy.leeway, 0, MAX_REFRESH_LIFETIME, "refresh_token.leeway", errors);
    within(policy.token_lifetime, 1, MAX_REFRESH_LIFETIME, "refresh_token.token_lifetime", errors);
    within(policy.idle_token_lifetime, 1, MAX_REFRESH_LIFETIME, "refresh_token.idle_token_lifetime", errors);
    if policy.rotation_type == Rotation::Rotating && policy.expiration_type == Expiration::NonExpiring {
        let text = "Tokens that rotate must end too. Use expiring.";
        errors.push(FieldError::new("refresh_token.expiration_type", "enum", text));
    }
    if let (Some(idle), Some(absolute)) = (policy.idle_life(), policy.absolute_life())
        && idle >= absolute
    {
        let text = "The idle life must be shorter than token_lifetime.";
        errors.push(FieldError::new("refresh_token.idle_token_lifetime", "maximum", text));
    }
    for (at, policy) in policy.policies.iter().flatten().enumerate() {
        let path = format!("refresh_token.policies.{at}.audience");
        if policy.audience.is_empty() {
            errors.push(FieldError::new(path.as_str(), "min_length", "The audience is empty."));
        }
        at_most(&policy.audience, MAX_AUDIENCE, &path, errors);
    }
}

fn check_metadata(pairs: &Map<String, Value>, errors: &mut FieldErrors) {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || ":,-+=_*?\"/\\()<>@\t ".contains(c);
    for (key, value) in pairs {
        // The key goes into the path only as far as it is one; a stranger's text stays short.
        let path = format!("client_metadata.{}", key.chars().take(MAX_METADATA_TEXT).collect::<String>());
        if key.is_empty() {
            errors.push(FieldError::new("client_metadata", "min_length", "A key is empty."));
        } else if !key.chars().all(is_fine) {
            let text = "A key holds letters, digits, spaces and : , - + = _ * ? \" / \\ ( ) < > @ only.";
            errors.push(FieldError::new(path.as_str(), "pattern", text));
        }
        at_most(key, MAX_METADATA_TEXT, &path, errors);
        match value {
            Value::Null => {}
            Value::String(text) => at_most(text, MAX_METADATA_TEXT, &path, errors),
            _ => errors.push(FieldError::new(path, "type", "A value must be a text, or null to remove it.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(body: &Value) -> Vec<(String, &'static str)> {
        match ClientPatch::from_json(body.as_object().unwrap()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect(),
        }
    }

    fn one(body: &Value) -> (String, &'static str) {
        let all = found(body);
        assert_eq!(all.len(), 1, "{body} {all:?}");
        all[0].clone()
    }

    #[test]
    fn texts_have_bounds() {
        assert_eq!(one(&json!({ "name": "" })), ("name".into(), "min_length"));
        assert_eq!(one(&json!({ "name": "a<b" })), ("name".into(), "pattern"));
        assert_eq!(one(&json!({ "name": "a\nb" })), ("name".into(), "pattern"));
        assert_eq!(one(&json!({ "name": "a\u{7f}" })), ("name".into(), "pattern"));
        assert_eq!(found(&json!({ "name": "Käse & Söhne" })), []);
        assert_eq!(one(&json!({ "name": "é".repeat(1025) })), ("name".into(), "max_length"));
        assert_eq!(found(&json!({ "description": "é".repeat(140) })), []);
        assert_eq!(one(&json!({ "description": "é".repeat(141) })), ("description".into(), "max_length"));
    }

    #[test]
    fn a_dangerous_address_is_refused_in_every_field_that_holds_one() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"] {
            for field in ["callbacks", "allowed_logout_urls", "allowed_origins", "web_origins"] {
                let path = format!("{field}.1");
                assert_eq!(one(&json!({ field: ["https://a.test", bad] })), (path, "format"));
            }
            for field in ["logo_uri", "initiate_login_uri", "cross_origin_loc"] {
                assert_eq!(one(&json!({ field: bad })), (field.into(), "format"));
            }
            let saml = json!({ "addons": { "samlp": { "recipient": bad } } });
            assert_eq!(one(&saml), ("addons.samlp.recipient".into(), "format"));
            let logout = json!({ "oidc_logout": { "backchannel_logout_urls": [bad] } });
            assert_eq!(one(&logout), ("oidc_logout.backchannel_logout_urls.0".into(), "format"));
        }
        assert_eq!(found(&json!({ "logo_uri": "" })), []);
    }

    #[test]
    fn lives_have_bounds() {
        let jwt = |n: i64| found(&json!({ "jwt_configuration": { "lifetime_in_seconds": n } }));
        let path = || "jwt_configuration.lifetime_in_seconds".to_owned();
        assert_eq!(jwt(1), []);
        assert_eq!(jwt(2_592_000), []);
        assert_eq!(jwt(0), [(path(), "minimum")]);
        assert_eq!(jwt(2_592_001), [(path(), "maximum")]);
    }

    #[test]
    fn refresh_token_settings_must_agree_with_each_other() {
        let with = |rotation: &str, expiration: &str, absolute: i64, idle: i64| {
            found(&json!({ "refresh_token": {
                "rotation_type": rotation, "expiration_type": expiration,
                "token_lifetime": absolute, "idle_token_lifetime": idle,
            } }))
        };
        assert_eq!(with("rotating", "expiring", 100, 99), []);
        assert_eq!(with("non-rotating", "non-expiring", 100, 100), []);
        let path = |name: &str| format!("refresh_token.{name}");
        assert_eq!(with("rotating", "non-expiring", 100, 50), [(path("expiration_type"), "enum")]);
        assert_eq!(with("rotating", "expiring", 100, 100), [(path("idle_token_lifetime"), "maximum")]);
        assert_eq!(with("non-rotating", "non-expiring", 0, 1), [(path("token_lifetime"), "minimum")]);
        assert_eq!(
            with("non-rotating", "non-expiring", 157_788_001, 1),
            [(path("token_lifetime"), "maximum")]
        );
    }

    #[test]
    fn metadata_holds_short_texts_under_plain_keys() {
        let with = |key: &str, value: Value| found(&json!({ "client_metadata": { key: value } }));
        assert_eq!(with("a b:c", json!("v")), []);
        assert_eq!(with("a", Value::Null), []);
        assert_eq!(with("", json!("v")), [("client_metadata".to_owned(), "min_length")]);
        assert_eq!(with("a.b", json!("v")), [("client_metadata.a.b".to_owned(), "pattern")]);
        assert_eq!(with("a", json!(1)), [("client_metadata.a".to_owned(), "type")]);
        assert_eq!(with("a", json!("v".repeat(256))), [("client_metadata.a".to_owned(), "max_length")]);
        assert_eq!(with(&"k".repeat(256), json!("v"))[0].1, "max_length");
    }

    fn changed(
        body: &Value,
        current: &ClientSettings,
    ) -> Result<ClientSettings, Vec<(String, &'static str)>> {
        let patch = ClientPatch::from_json(body.as_object().unwrap()).unwrap();
        let found = |errors: FieldErrors| errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect();
        super::super::apply(current, patch).map_err(found)
    }

    fn third_party(body: &Value) -> ClientSettings {
        let patch = ClientPatch::from_json(body.as_object().unwrap()).unwrap();
        let base = patch.base();
        super::super::create(patch, base).unwrap()
    }

    #[test]
    fn a_client_of_a_third_party_has_no_stars_unless_it_was_made_permissive() {
        let strict = third_party(&json!({ "name": "T", "is_first_party": false }));
        let star = json!({ "callbacks": ["https://a.test/cb", "https://*.a.test/cb"] });
        let refused = vec![("callbacks.1".to_owned(), "format")];
        assert_eq!(changed(&star, &strict), Err(refused.clone()));
        let permissive = third_party(
            &json!({ "name": "T", "is_first_party": false, "third_party_security_mode": "permissive" }),
        );
        assert!(changed(&star, &permissive).is_ok());
        // Neither does one become a client of a third party with its stars, and old stars accuse nobody.
        let first = third_party(&json!({ "name": "F" }));
        let starred = changed(&star, &first).unwrap();
        assert_eq!(changed(&json!({ "is_first_party": false }), &starred), Err(refused));
        let imported = ClientSettings { is_first_party: false, ..starred };
        assert!(changed(&json!({ "name": "other" }), &imported).is_ok());
    }

    #[test]
    fn what_is_set_once_can_be_said_again_and_not_changed() {
        let client = third_party(&json!({ "name": "T", "resource_server_identifier": "https://api.test" }));
        assert!(changed(&json!({ "resource_server_identifier": "https://api.test" }), &client).is_ok());
        for other in [json!("https://other.test"), Value::Null] {
            let errors = changed(&json!({ "resource_server_identifier": other }), &client).unwrap_err();
            assert_eq!(errors, [("resource_server_identifier".to_owned(), "read_only")]);
        }
        assert!(changed(&json!({ "third_party_security_mode": null }), &client).is_ok(), "it never was set");
    }

    #[test]
    fn a_further_setting_is_checked_by_its_row() {
        assert_eq!(one(&json!({ "custom_login_page_on": null })), ("custom_login_page_on".into(), "type"));
        assert_eq!(one(&json!({ "form_template": "" })), ("form_template".into(), "min_length"));
        assert_eq!(one(&json!({ "organization_usage": "maybe" })), ("organization_usage".into(), "enum"));
        assert_eq!(one(&json!({ "jwks_uri": "http://a.test" })), ("jwks_uri".into(), "format"));
        let path = "oidc_logout.backchannel_logout_urls.0";
        let logout = json!({ "backchannel_logout_urls": ["https://a.test/#x"] });
        assert_eq!(one(&json!({ "oidc_logout": logout })), (path.into(), "format"));
        assert_eq!(
            found(&json!({ "mobile": null, "default_organization": null, "initiate_login_uri": "" })),
            []
        );
        let both = json!({ "cross_origin_auth": true, "cross_origin_authentication": false });
        assert_eq!(one(&both), ("cross_origin_authentication".into(), "unique"));
        assert_eq!(found(&json!({ "cross_origin_auth": true, "cross_origin_authentication": true })), []);
    }
}
