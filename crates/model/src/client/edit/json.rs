//! Reads a change from JSON: names and types. Bounds are the business of [`super::check`].
//!
//! Each reader notes what is wrong and gives nothing back, so that one pass finds everything.

use serde_json::Value;

use super::ClientPatch;
use crate::client::auth_method::AuthMethod;
use crate::client::defaults;
use crate::client::grant_type::GrantType;
use crate::client::jwt::JwtPatch;
use crate::client::kind::ClientKind;
use crate::client::refresh::{AudiencePolicy, Expiration, RefreshPolicy, Rotation};
use crate::client::schema;
use crate::fields::{FieldError, FieldErrors};
use crate::json::{Object, always, array, flag, nullable, object, one_of, seconds, text, texts, unknown};
use crate::signing_alg::SigningAlg;

pub(super) fn read(body: &Object, errors: &mut FieldErrors) -> ClientPatch {
    let mut patch = ClientPatch::default();
    for (key, value) in body {
        let p = key.as_str();
        match p {
            "name" => patch.name = always(text(value, p, errors)),
            "description" => patch.description = nullable(value, |v| text(v, p, errors)),
            "app_type" => patch.app_type = nullable(value, |v| kind(v, p, errors)),
            "logo_uri" => patch.logo_uri = nullable(value, |v| text(v, p, errors)),
            "is_first_party" => patch.is_first_party = always(flag(value, p, errors)),
            "oidc_conformant" => patch.oidc_conformant = always(flag(value, p, errors)),
            "callbacks" => patch.callbacks = nullable(value, |v| texts(v, p, errors)),
            "allowed_logout_urls" => patch.allowed_logout_urls = nullable(value, |v| texts(v, p, errors)),
            "allowed_origins" => patch.allowed_origins = nullable(value, |v| texts(v, p, errors)),
            "web_origins" => patch.web_origins = nullable(value, |v| texts(v, p, errors)),
            "grant_types" => patch.grant_types = always(grant_types(value, errors)),
            "token_endpoint_auth_method" => {
                patch.token_endpoint_auth_method = nullable(value, |v| auth_method(v, p, errors));
            }
            "jwt_configuration" => patch.jwt_configuration = nullable(value, |v| jwt(v, errors)),
            "refresh_token" => patch.refresh_token = nullable(value, |v| refresh_token(v, errors)),
            "sso" => patch.sso = nullable(value, |v| flag(v, p, errors)),
            "sso_disabled" => patch.sso_disabled = always(flag(value, p, errors)),
            "client_metadata" => {
                patch.client_metadata = nullable(value, |v| object(v, p, errors).cloned());
            }
            "addons" => patch.addons = nullable(value, |v| object(v, p, errors).cloned()),
            _ => further(key, value, &mut patch.further, errors),
        }
    }
    patch
}

/// A setting that is kept as it comes: under its first name, whichever of the two was sent.
fn further(key: &str, value: &Value, kept: &mut Object, errors: &mut FieldErrors) {
    let Some(field) = schema::further(key) else {
        let text = "This is made here and cannot be set. Leave it out.";
        let read_only = |_| FieldError::new(key, "additional_properties", text);
        return errors.push(schema::read_only(key).map_or_else(|| unknown(key), read_only));
    };
    if kept.get(field.name).is_some_and(|other| other != value) {
        let other = field.alias.unwrap_or(field.name);
        let text =
            format!("{} and {other} are one setting. Send one of them, or the same twice.", field.name);
        errors.push(FieldError::new(key, "unique", text));
    }
    kept.insert(field.name.to_owned(), value.clone());
}

fn kind(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<ClientKind> {
    let text = text(value, path, errors)?;
    let names: Vec<&str> = ClientKind::every().map(ClientKind::as_str).collect();
    one_of(ClientKind::parse(&text), path, &names, errors)
}

fn auth_method(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<AuthMethod> {
    let text = text(value, path, errors)?;
    one_of(AuthMethod::parse(&text), path, &AuthMethod::ALL.map(AuthMethod::as_str), errors)
}

fn grant_types(value: &Value, errors: &mut FieldErrors) -> Option<Vec<GrantType>> {
    let texts = texts(value, "grant_types", errors)?;
    let names: Vec<&str> = GrantType::every().map(GrantType::as_str).collect();
    let read = |(at, text): (usize, &String)| {
        one_of(GrantType::parse(text), &format!("grant_types.{at}"), &names, errors)
    };
    let grants: Vec<GrantType> = texts.iter().enumerate().filter_map(read).collect();
    (grants.len() == texts.len()).then_some(grants)
}

fn jwt(value: &Value, errors: &mut FieldErrors) -> Option<JwtPatch> {
    let mut jwt = JwtPatch::default();
    for (key, value) in object(value, "jwt_configuration", errors)? {
        let path = format!("jwt_configuration.{key}");
        match key.as_str() {
            "lifetime_in_seconds" => jwt.lifetime_in_seconds = seconds(value, &path, errors),
            "secret_encoded" => jwt.secret_encoded = flag(value, &path, errors),
            "scopes" => jwt.scopes = object(value, &path, errors).cloned(),
            "alg" => jwt.alg = algorithm(value, &path, errors),
            _ => errors.push(unknown(&path)),
        }
    }
    Some(jwt)
}

fn algorithm(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<SigningAlg> {
    let text = text(value, path, errors)?;
    one_of(SigningAlg::parse(&text), path, &SigningAlg::NAMES, errors)
}

fn refresh_token(value: &Value, errors: &mut FieldErrors) -> Option<RefreshPolicy> {
    let object = object(value, "refresh_token", errors)?;
    for required in ["rotation_type", "expiration_type"] {
        if !object.contains_key(required) {
            let path = format!("refresh_token.{required}");
            errors.push(FieldError::new(path, "required", "This must be given whenever refresh_token is."));
        }
    }
    let mut policy = defaults::refresh_token(None, None);
    let (mut infinite, mut infinite_idle) = (None, None);
    for (key, value) in object {
        let path = format!("refresh_token.{key}");
        match key.as_str() {
            "rotation_type" => set(&mut policy.rotation_type, rotation(value, &path, errors)),
            "expiration_type" => set(&mut policy.expiration_type, expiration(value, &path, errors)),
            "leeway" => set(&mut policy.leeway, seconds(value, &path, errors)),
            "token_lifetime" => set(&mut policy.token_lifetime, seconds(value, &path, errors)),
            "idle_token_lifetime" => set(&mut policy.idle_token_lifetime, seconds(value, &path, errors)),
            "infinite_token_lifetime" => infinite = flag(value, &path, errors),
            "infinite_idle_token_lifetime" => infinite_idle = flag(value, &path, errors),
            "policies" => policy.policies = policies(value, &path, errors),
            _ => errors.push(unknown(&path)),
        }
    }
    let never_ends = policy.expiration_type == Expiration::NonExpiring;
    policy.infinite_token_lifetime = infinite.unwrap_or(never_ends);
    policy.infinite_idle_token_lifetime = infinite_idle.unwrap_or(never_ends);
    Some(policy)
}

fn policies(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<AudiencePolicy>> {
    let entries = array(value, path, errors)?.iter().enumerate();
    entries.map(|(at, entry)| audience_policy(entry, &format!("{path}.{at}"), errors)).collect()
}

fn audience_policy(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<AudiencePolicy> {
    let object = object(value, path, errors)?;
    let mut policy = AudiencePolicy::default();
    for required in ["audience", "scope"] {
        if !object.contains_key(required) {
            errors.push(FieldError::new(format!("{path}.{required}"), "required", "This must be given."));
        }
    }
    for (key, value) in object {
        let path = format!("{path}.{key}");
        match key.as_str() {
            "audience" => policy.audience = text(value, &path, errors)?,
            "scope" => policy.scope = texts(value, &path, errors)?,
            _ => errors.push(unknown(&path)),
        }
    }
    Some(policy)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn rotation(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Rotation> {
    let read = match text(value, path, errors)?.as_str() {
        "rotating" => Some(Rotation::Rotating),
        "non-rotating" => Some(Rotation::NonRotating),
        _ => None,
    };
    one_of(read, path, &["rotating", "non-rotating"], errors)
}

fn expiration(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Expiration> {
    let read = match text(value, path, errors)?.as_str() {
        "expiring" => Some(Expiration::Expiring),
        "non-expiring" => Some(Expiration::NonExpiring),
        _ => None,
    };
    one_of(read, path, &["expiring", "non-expiring"], errors)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::patch::Patch;
    use crate::time::Lifetime;

    fn found(body: &Value) -> Vec<(String, &'static str)> {
        match ClientPatch::from_json(body.as_object().unwrap()) {
            Ok(patch) => panic!("nothing found in {patch:?}"),
            Err(errors) => errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect(),
        }
    }

    #[test]
    fn every_field_of_the_settings_can_be_read() {
        let body = json!({
            "name": "n", "description": "d", "app_type": "spa", "logo_uri": "", "is_first_party": true,
            "oidc_conformant": true, "callbacks": [], "allowed_logout_urls": [], "allowed_origins": [],
            "web_origins": [], "grant_types": ["implicit"], "token_endpoint_auth_method": "none",
            "jwt_configuration": {
                "lifetime_in_seconds": 60.0, "secret_encoded": true, "scopes": { "read": { "x": 1 } }, "alg": "PS256",
            },
            "refresh_token": {
                "rotation_type": "rotating", "expiration_type": "expiring", "leeway": 3, "token_lifetime": 100,
                "idle_token_lifetime": 50, "infinite_token_lifetime": false, "infinite_idle_token_lifetime": false,
                "policies": [{ "audience": "https://api.test/", "scope": ["b", "a"] }],
            },
            "sso": true, "sso_disabled": true, "client_metadata": { "k": "v" }, "addons": { "samlp": { "z": 1, "a": 2 } },
            "mobile": { "ios": { "team_id": "T" } }, "form_template": "<form>",
        });
        let patch = ClientPatch::from_json(body.as_object().unwrap()).unwrap();
        let settings = super::super::create(patch, defaults::for_api(None, None)).unwrap();
        let mut stored = serde_json::to_value(settings).unwrap();
        stored["jwt_configuration"]["lifetime_in_seconds"] = json!(60.0);
        assert_eq!(stored, body);
        let typed = |field: &&schema::Field| field.holds == schema::Holds::Typed;
        for field in schema::FIELDS.iter().filter(typed) {
            assert!(body.get(field.name).is_some(), "{} is in the table and not here", field.name);
        }
        for name in body.as_object().unwrap().keys() {
            assert!(schema::FIELDS.iter().any(|field| field.name == name), "{name} is not in the table");
        }
    }

    #[test]
    fn what_is_made_here_cannot_be_set() {
        let made = |field: &&schema::Field| field.holds == schema::Holds::Made;
        for field in schema::FIELDS.iter().filter(made) {
            let name = field.name.to_owned();
            assert_eq!(found(&json!({ field.name: "mine" })), [(name, "additional_properties")]);
        }
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once() {
        let body = json!({
            "name": null, "app_type": "toaster", "grant_types": ["implicit", "magic", 3], "callbacks": "https://a.test",
            "jwt_configuration": { "lifetime_in_seconds": 1.5, "alg": "none", "scopes": [], "keys": {} },
            "refresh_token": { "rotation_type": "spinning", "policies": [{ "scope": [1] }] }, "sso_disabled": 1,
            "extra": {}, "signing_keys": [], "mobile": 1, "par_request_expiry": 5,
            "web_origins": [1], "client_metadata": [],
        });
        let expected = [
            ("name", "type"),
            ("app_type", "enum"),
            ("grant_types.2", "type"),
            ("callbacks", "type"),
            ("jwt_configuration.lifetime_in_seconds", "type"),
            ("jwt_configuration.alg", "enum"),
            ("jwt_configuration.scopes", "type"),
            ("jwt_configuration.keys", "additional_properties"),
            ("refresh_token.expiration_type", "required"),
            ("refresh_token.rotation_type", "enum"),
            ("refresh_token.policies.0.audience", "required"),
            ("refresh_token.policies.0.scope.0", "type"),
            ("sso_disabled", "type"),
            ("extra", "additional_properties"),
            ("signing_keys", "additional_properties"),
            ("web_origins.0", "type"),
            ("client_metadata", "type"),
            ("mobile", "type"),
            ("par_request_expiry", "minimum"),
        ];
        assert_eq!(found(&body), expected.map(|(path, rule)| (path.to_owned(), rule)));
        let grants = json!({ "grant_types": ["password", "psychic"] });
        assert_eq!(found(&grants), [("grant_types.1".to_owned(), "enum")]);
    }

    #[test]
    fn a_number_that_fits_nowhere_is_an_error_and_not_a_crash() {
        for number in ["1e300", "-1", "18446744073709551616", "4294967296"] {
            let text = format!(r#"{{"jwt_configuration":{{"lifetime_in_seconds":{number}}}}}"#);
            found(&serde_json::from_str(&text).unwrap());
        }
    }

    #[test]
    fn what_is_not_said_about_refresh_tokens_follows_from_what_is() {
        let read = |body: Value| ClientPatch::from_json(body.as_object().unwrap()).unwrap().refresh_token;
        let Patch::Set(ends) = read(json!({ "refresh_token": {
            "rotation_type": "rotating", "expiration_type": "expiring" } }))
        else {
            panic!("not set")
        };
        assert_eq!(ends.absolute_life().map(Lifetime::seconds), Some(2_592_000));
        assert_eq!(ends.idle_life().map(Lifetime::seconds), Some(1_296_000));
        let Patch::Set(endless) = read(json!({ "refresh_token": {
            "rotation_type": "non-rotating", "expiration_type": "non-expiring" } }))
        else {
            panic!("not set")
        };
        assert_eq!(endless, defaults::refresh_token(None, None));
    }
}
