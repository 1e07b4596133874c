//! Making and changing an API: one patch type for the API, the page and the command line.
//!
//! Owns what a change may say, its bounds, and how it is applied. The identifier of an API is never
//! changed; of the Management API only name and lifetimes are. Must not know who asks.
//!
//! Source: the Management API's `POST /resource-servers` and `PATCH /resource-servers/{id}`.

use serde_json::{Map, Value};

use super::grant::is_nothing;
use super::permission;
use super::{
    ApiPermission, ClientPolicy, Policy, ResourceServer, SubjectTypeAuthorization, TokenDialect, UserPolicy,
};
use crate::fields::{FieldError, FieldErrors};
use crate::json;
use crate::patch::Patch;
use crate::secret::Secret;
use crate::signing_alg::SigningAlg;
use crate::time::Lifetime;

/// The longest identifier and the longest name, in characters.
pub(super) const MAX_IDENTIFIER: usize = 600;
const MAX_NAME: usize = 200;
/// The longest life of an access token: thirty days.
const MAX_LIFETIME: i64 = 2_592_000;
/// RFC 7518 §3.2: a key of HS256 has at least the size of the hash.
const MIN_SECRET: usize = 32;
const MAX_SECRET: usize = 1024;

/// What a change says about each setting. The fields are those of [`ResourceServer`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented where it is kept, in ResourceServer")]
pub struct ApiPatch {
    pub name: Patch<String>,
    pub scopes: Patch<Vec<ApiPermission>>,
    pub signing_alg: Patch<SigningAlg>,
    pub signing_secret: Patch<Secret>,
    pub allow_offline_access: Patch<bool>,
    pub token_lifetime: Patch<Lifetime>,
    pub token_lifetime_for_web: Patch<Lifetime>,
    pub skip_consent: Patch<bool>,
    pub enforce_policies: Patch<bool>,
    pub token_dialect: Patch<TokenDialect>,
    pub subject_type_authorization: Patch<SubjectTypeAuthorization>,
    /// Tools send back what they read; it cannot be changed.
    pub is_system: Patch<bool>,
}

/// What is wanted of a new API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApi {
    /// The audience.
    pub identifier: String,
    /// The rest.
    pub patch: ApiPatch,
}

impl NewApi {
    /// Reads what is wanted from the body of a request.
    ///
    /// ```
    /// use doorward_model::api::edit::NewApi;
    /// let body = serde_json::json!({ "identifier": "https://api.acme.test/", "signing_alg": "none" });
    /// let errors = NewApi::from_json(body.as_object().unwrap()).unwrap_err();
    /// assert_eq!((errors.all()[0].path.as_str(), errors.all()[0].rule), ("signing_alg", "enum"));
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut identifier, mut patch) = (None, ApiPatch::default());
        for (name, value) in body {
            if name == "identifier" {
                identifier = json::text(value, name, &mut errors);
            } else {
                patch.read(name, value, &mut errors);
            }
        }
        match &identifier {
            Some(text) => check_identifier(text, "identifier").unwrap_or_else(|error| errors.push(error)),
            None if body.contains_key("identifier") => {}
            None => errors.push(FieldError::new("identifier", "required", "An API needs its identifier.")),
        }
        errors.into_result(Self { identifier: identifier.unwrap_or_default(), patch })
    }
}

/// Whether a text can be the identifier of an API.
pub(crate) fn check_identifier(text: &str, path: &str) -> Result<(), FieldError> {
    if text.is_empty() {
        return Err(FieldError::new(path, "min_length", "The identifier is empty."));
    }
    if text.chars().count() > MAX_IDENTIFIER {
        return Err(FieldError::new(path, "max_length", format!("Use at most {MAX_IDENTIFIER} characters.")));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(path, "pattern", "The identifier holds control characters."));
    }
    Ok(())
}

impl ApiPatch {
    /// Reads a change from the body of a request.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut patch = Self::default();
        for (name, value) in body {
            patch.read(name, value, &mut errors);
        }
        errors.into_result(patch)
    }

    fn read(&mut self, name: &str, value: &Value, errors: &mut FieldErrors) {
        match name {
            "name" => self.name = json::always(read_name(value, errors)),
            "scopes" => self.scopes = json::nullable(value, |value| permission::list(value, name, errors)),
            "signing_alg" => {
                self.signing_alg = json::always(json::word(value, name, &SigningAlg::NAMES, errors));
            }
            "signing_secret" => {
                self.signing_secret = json::nullable(value, |value| secret(value, errors));
            }
            "allow_offline_access" => {
                self.allow_offline_access = json::always(json::flag(value, name, errors));
            }
            "token_lifetime" => self.token_lifetime = json::always(lifetime(value, name, errors)),
            "token_lifetime_for_web" => {
                self.token_lifetime_for_web = json::always(lifetime(value, name, errors));
            }
            "skip_consent_for_verifiable_first_party_clients" => {
                self.skip_consent = json::always(json::flag(value, name, errors));
            }
            "enforce_policies" => {
                self.enforce_policies = json::nullable(value, |value| json::flag(value, name, errors));
            }
            "token_dialect" => {
                let names = &TokenDialect::NAMES;
                self.token_dialect = json::nullable(value, |value| json::word(value, name, names, errors));
            }
            "subject_type_authorization" => {
                self.subject_type_authorization = json::nullable(value, |value| policies(value, errors));
            }
            "is_system" => self.is_system = json::always(json::flag(value, name, errors)),
            // What the original offers besides and is not built yet: it may be said to be off.
            "token_encryption"
            | "consent_policy"
            | "authorization_details"
            | "proof_of_possession"
            | "authorization_policy"
            | "verification_location"
            | "token_lifetime_for_anonymous_access_tokens" => {
                if !is_nothing(value) {
                    errors.push(json::not_offered(name));
                }
            }
            "allow_online_access" | "allow_online_access_with_ephemeral_sessions" => {
                if !is_nothing(value) && value != &Value::Bool(false) {
                    errors.push(json::not_offered(name));
                }
            }
            _ => errors.push(json::unknown(name)),
        }
    }
}

fn read_name(value: &Value, errors: &mut FieldErrors) -> Option<String> {
    let text = json::text(value, "name", errors)?;
    if text.chars().count() > MAX_NAME {
        errors.push(FieldError::new("name", "max_length", format!("Use at most {MAX_NAME} characters.")));
    }
    if text.contains(['<', '>']) {
        errors.push(FieldError::new("name", "pattern", "The name holds < or >. Leave them out."));
    }
    Some(text)
}

fn secret(value: &Value, errors: &mut FieldErrors) -> Option<Secret> {
    let secret = Secret::new(json::text(value, "signing_secret", errors)?);
    let length = secret.expose().len();
    if length < MIN_SECRET {
        let text =
            format!("HS256 needs a secret of at least {MIN_SECRET} bytes. Leave it out to get a fresh one.");
        errors.push(FieldError::new("signing_secret", "min_length", text));
    }
    if length > MAX_SECRET {
        errors.push(FieldError::new(
            "signing_secret",
            "max_length",
            format!("Use at most {MAX_SECRET} bytes."),
        ));
    }
    Some(secret)
}

fn lifetime(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Lifetime> {
    let life = json::seconds(value, path, errors)?;
    if life.seconds() < 1 {
        errors.push(FieldError::new(path, "minimum", "Use at least 1 second."));
    } else if life.seconds() > MAX_LIFETIME {
        errors.push(FieldError::new(path, "maximum", format!("Use at most {MAX_LIFETIME} seconds.")));
    }
    Some(life)
}

fn policies(value: &Value, errors: &mut FieldErrors) -> Option<SubjectTypeAuthorization> {
    const PATH: &str = "subject_type_authorization";
    let mut policies = SubjectTypeAuthorization::default();
    for (name, value) in json::object(value, PATH, errors)? {
        let path = format!("{PATH}.{name}");
        match name.as_str() {
            "user" => policies.user = policy(value, &path, &UserPolicy::NAMES, errors),
            "client" => policies.client = policy(value, &path, &ClientPolicy::NAMES, errors),
            _ => errors.push(json::unknown(&path)),
        }
    }
    Some(policies)
}

fn policy<T: serde::de::DeserializeOwned>(
    value: &Value,
    path: &str,
    names: &[&str],
    errors: &mut FieldErrors,
) -> Option<Policy<T>> {
    let object = json::object(value, path, errors)?;
    let mut policy = None;
    for (name, value) in object {
        let path = format!("{path}.{name}");
        match name.as_str() {
            "policy" => policy = json::word(value, &path, names, errors),
            _ => errors.push(json::unknown(&path)),
        }
    }
    policy.map(|policy| Policy { policy })
}

/// The API after a change, its secret excepted: that one is sealed elsewhere.
///
/// # Errors
/// Everything that is wrong with the change as a whole.
pub fn apply(current: &ResourceServer, patch: &ApiPatch) -> Result<ResourceServer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut next = current.clone();
    let patch = patch.clone();
    let fresh = ResourceServer::new(current.id.clone(), String::new(), current.created_at);
    let named_web_life = matches!(patch.token_lifetime_for_web, Patch::Set(_));
    patch.name.apply_or(&mut next.name, fresh.name);
    patch.scopes.apply_or(&mut next.permissions, fresh.permissions);
    patch.allow_offline_access.apply_or(&mut next.allow_offline_access, fresh.allow_offline_access);
    patch.token_lifetime.apply_or(&mut next.token_lifetime, fresh.token_lifetime);
    let (s, default) = (&mut next.settings, fresh.settings);
    patch.signing_alg.apply_or(&mut s.signing_alg, default.signing_alg);
    patch.token_lifetime_for_web.apply_or(&mut s.token_lifetime_for_web, default.token_lifetime_for_web);
    patch.skip_consent.apply_or(&mut s.skip_consent_for_verifiable_first_party_clients, false);
    patch.enforce_policies.apply(&mut s.enforce_policies);
    patch.token_dialect.apply(&mut s.token_dialect);
    patch.subject_type_authorization.apply(&mut s.subject_type_authorization);
    if s.token_lifetime_for_web > next.token_lifetime {
        if named_web_life {
            let text = "This must not be greater than token_lifetime.";
            errors.push(FieldError::new("token_lifetime_for_web", "maximum", text));
        }
        s.token_lifetime_for_web = next.token_lifetime;
    }
    if matches!(patch.is_system, Patch::Set(said) if said != current.is_system) {
        errors.push(FieldError::new("is_system", "enum", "This cannot be changed. Leave it out."));
    }
    if current.is_system {
        check_system(current, &next, &patch.signing_secret, &mut errors);
    }
    errors.into_result(next)
}

/// Of the Management API only name and lifetimes change; whoever sends the rest back as it was
/// changes nothing.
fn check_system(
    current: &ResourceServer,
    next: &ResourceServer,
    secret: &Patch<Secret>,
    errors: &mut FieldErrors,
) {
    let (was, is) = (&current.settings, &next.settings);
    let same_values = |a: &[ApiPermission], b: &[ApiPermission]| {
        a.iter().map(|one| &one.value).eq(b.iter().map(|other| &other.value))
    };
    let fields = [
        ("scopes", same_values(&current.permissions, &next.permissions)),
        ("allow_offline_access", current.allow_offline_access == next.allow_offline_access),
        ("signing_alg", was.signing_alg == is.signing_alg),
        ("signing_secret", secret.is_keep()),
        (
            "skip_consent_for_verifiable_first_party_clients",
            was.skip_consent_for_verifiable_first_party_clients
                == is.skip_consent_for_verifiable_first_party_clients,
        ),
        ("enforce_policies", was.enforce_policies == is.enforce_policies),
        ("token_dialect", was.token_dialect == is.token_dialect),
        ("subject_type_authorization", was.subject_type_authorization == is.subject_type_authorization),
    ];
    for (path, _) in fields.into_iter().filter(|(_, is_same)| !is_same) {
        let text = "This is the Management API itself: only its name and its lifetimes can be changed.";
        errors.push(FieldError::new(path, "enum", text));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ids::ResourceServerId;
    use crate::time::Timestamp;

    fn things() -> ResourceServer {
        let id = ResourceServerId::parse("api_1").unwrap();
        let mut api = ResourceServer::new(id, "https://api.test/".to_owned(), Timestamp::from_seconds(0));
        api.permissions = vec![ApiPermission::new("read:all", "Read")];
        api
    }

    fn patch(body: &Value) -> ApiPatch {
        ApiPatch::from_json(body.as_object().unwrap()).unwrap()
    }

    fn found(errors: &FieldErrors) -> Vec<(&str, &str)> {
        errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect()
    }

    #[test]
    fn a_change_replaces_what_it_names_and_nothing_else() {
        let body = json!({
            "name": "Things", "scopes": [{ "value": "write:all" }], "signing_alg": "HS256",
            "allow_offline_access": true, "token_lifetime": 600, "token_lifetime_for_web": 300,
            "skip_consent_for_verifiable_first_party_clients": true, "enforce_policies": true,
            "token_dialect": "rfc9068_profile_authz",
            "subject_type_authorization": { "user": { "policy": "deny_all" } },
        });
        let next = apply(&things(), &patch(&body)).unwrap();
        assert_eq!((next.name.as_str(), next.permissions[0].value.as_str()), ("Things", "write:all"));
        assert!(next.allow_offline_access && next.enforces_policies());
        assert!(next.dialect().is_rfc9068() && next.dialect().names_permissions());
        assert_eq!(
            (next.user_policy(), next.client_policy()),
            (UserPolicy::DenyAll, ClientPolicy::RequireClientGrant)
        );
        assert_eq!(next.settings.token_lifetime_for_web.seconds(), 300);
        let mut stored = serde_json::to_value(&next.settings).unwrap();
        stored["skip_consent_for_verifiable_first_party_clients"] = json!(true);
        for name in ["signing_alg", "token_dialect", "enforce_policies", "subject_type_authorization"] {
            assert_eq!(stored[name], body[name], "{name}");
        }
        assert_eq!(apply(&next, &patch(&json!({}))).unwrap(), next);
        assert_eq!(
            serde_json::from_value::<super::super::ApiSettings>(json!({})).unwrap(),
            things().settings
        );
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once() {
        let body = json!({
            "name": "a<b", "scopes": "read:all", "signing_alg": "none", "signing_secret": "short",
            "allow_offline_access": "yes", "token_lifetime": 0, "token_lifetime_for_web": 2_592_001,
            "token_dialect": "klingon", "subject_type_authorization": { "user": { "policy": "x", "y": 1 }, "robot": {} },
            "consent_policy": "transactional-authorization-with-mfa", "identifier": "https://other.test/",
        });
        let errors = ApiPatch::from_json(body.as_object().unwrap()).unwrap_err();
        let expected = [
            ("name", "pattern"),
            ("scopes", "type"),
            ("signing_alg", "enum"),
            ("signing_secret", "min_length"),
            ("allow_offline_access", "type"),
            ("token_lifetime", "minimum"),
            ("token_lifetime_for_web", "maximum"),
            ("token_dialect", "enum"),
            ("subject_type_authorization.user.policy", "enum"),
            ("subject_type_authorization.user.y", "additional_properties"),
            ("subject_type_authorization.robot", "additional_properties"),
            ("consent_policy", "enum"),
            ("identifier", "additional_properties"),
        ];
        assert_eq!(found(&errors), expected);
    }

    #[test]
    fn what_is_not_built_may_be_said_to_be_off() {
        let body = json!({
            "consent_policy": null, "authorization_details": [], "proof_of_possession": null, "token_encryption": null,
            "authorization_policy": null, "verification_location": null, "allow_online_access": false,
            "allow_online_access_with_ephemeral_sessions": false, "token_lifetime_for_anonymous_access_tokens": null,
        });
        assert_eq!(patch(&body), ApiPatch::default());
        let nulls =
            json!({ "allow_online_access": null, "allow_online_access_with_ephemeral_sessions": null });
        assert_eq!(patch(&nulls), ApiPatch::default());
        for (name, value) in [
            ("allow_online_access", json!(true)),
            ("allow_online_access_with_ephemeral_sessions", json!(true)),
            ("authorization_policy", json!({ "policy_id": "p" })),
            ("consent_policy", json!(false)),
            ("token_lifetime_for_anonymous_access_tokens", json!(60)),
            ("verification_location", json!("https://api.test/keys")),
        ] {
            let body = json!({ name: value });
            let errors = ApiPatch::from_json(body.as_object().unwrap()).unwrap_err();
            assert_eq!(found(&errors), [(name, "enum")]);
        }
    }

    #[test]
    fn an_identifier_is_any_text_of_bounded_length() {
        let read = |identifier: &str| {
            let body = json!({ "identifier": identifier });
            NewApi::from_json(body.as_object().unwrap()).map(|new| new.identifier)
        };
        for good in ["https://api.test/", "urn:my api", "ä", &"x".repeat(600)] {
            assert_eq!(read(good).as_deref(), Ok(good));
        }
        for bad in ["", "a\nb", "a\0b", &"x".repeat(601)] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nothing_becomes_the_management_api_by_saying_so() {
        assert!(apply(&things(), &patch(&json!({ "is_system": false }))).is_ok());
        let errors = apply(&things(), &patch(&json!({ "is_system": true }))).unwrap_err();
        assert_eq!(found(&errors), [("is_system", "enum")]);
    }

    #[test]
    fn a_token_for_a_browser_never_outlives_the_others() {
        let shorter = apply(&things(), &patch(&json!({ "token_lifetime": 60 }))).unwrap();
        assert_eq!(shorter.settings.token_lifetime_for_web.seconds(), 60);
        let errors = apply(&things(), &patch(&json!({ "token_lifetime": 60, "token_lifetime_for_web": 61 })));
        assert_eq!(found(&errors.unwrap_err()), [("token_lifetime_for_web", "maximum")]);
    }

    #[test]
    fn of_the_management_api_only_name_and_lifetimes_change() {
        let system = ResourceServer { is_system: true, ..things() };
        let next = apply(&system, &patch(&json!({ "name": "API", "token_lifetime": 3600 }))).unwrap();
        assert_eq!((next.name.as_str(), next.token_lifetime.seconds()), ("API", 3600));
        let sent_back = json!({ "scopes": [{ "value": "read:all" }], "signing_alg": "RS256", "allow_offline_access": false });
        assert!(apply(&system, &patch(&sent_back)).is_ok());
        let body = json!({
            "scopes": [], "signing_alg": "HS256", "signing_secret": "x".repeat(40), "enforce_policies": true,
            "token_dialect": "rfc9068_profile", "allow_offline_access": true,
        });
        let errors = apply(&system, &patch(&body)).unwrap_err();
        assert_eq!(errors.all().len(), 6, "{errors}");
    }
}
