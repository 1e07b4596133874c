//! Making and changing a client's settings: one patch type for the API, the page and the command line.
//!
//! Owns what a change may say ([`json`] reads it, [`check`] bounds it) and how it is applied. What
//! is not in [`ClientPatch`] (the Client ID, the secrets) cannot be changed by an edit. Must not
//! know who asks.
//!
//! Source: the Management API's `POST /clients` and `PATCH /clients/{id}`; RFC 7396.

mod check;
mod json;

use serde_json::{Map, Value};

use super::auth_method::AuthMethod;
use super::grant_type::GrantType;
use super::jwt::JwtPatch;
use super::kind::ClientKind;
use super::refresh::RefreshPolicy;
use super::{ClientSettings, defaults};
use crate::fields::{FieldError, FieldErrors};
use crate::json::Object;
use crate::patch::Patch;

/// What a change says about each setting. The fields are those of [`ClientSettings`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is documented where it is kept, in ClientSettings")]
pub struct ClientPatch {
    pub name: Patch<String>,
    pub description: Patch<String>,
    pub app_type: Patch<ClientKind>,
    pub logo_uri: Patch<String>,
    pub is_first_party: Patch<bool>,
    pub oidc_conformant: Patch<bool>,
    pub callbacks: Patch<Vec<String>>,
    pub allowed_logout_urls: Patch<Vec<String>>,
    pub allowed_origins: Patch<Vec<String>>,
    pub web_origins: Patch<Vec<String>>,
    pub grant_types: Patch<Vec<GrantType>>,
    pub token_endpoint_auth_method: Patch<AuthMethod>,
    pub jwt_configuration: Patch<JwtPatch>,
    pub refresh_token: Patch<RefreshPolicy>,
    pub sso: Patch<bool>,
    pub sso_disabled: Patch<bool>,
    /// Pairs to set; a pair at null is removed, pairs that are not named stay.
    pub client_metadata: Patch<Object>,
    /// Addons to set; one at null is removed, addons that are not named stay.
    pub addons: Patch<Object>,
    /// Settings of [`super::further`] by their first names, as they came; null as their rows say.
    pub further: Object,
}

impl ClientPatch {
    /// Reads a change from the body of a request.
    ///
    /// ```
    /// use doorward_model::client::edit::ClientPatch;
    /// use doorward_model::patch::Patch;
    /// let body = serde_json::json!({ "name": "Shop", "description": null });
    /// let patch = ClientPatch::from_json(body.as_object().unwrap()).unwrap();
    /// assert_eq!(patch.name, Patch::Set("Shop".to_owned()));
    /// assert_eq!(patch.description, Patch::Clear);
    /// assert_eq!(patch.callbacks, Patch::Keep);
    ///
    /// let body = serde_json::json!({ "client_id": "mine", "callbacks": ["app.test/cb"], "sso": "yes" });
    /// let errors = ClientPatch::from_json(body.as_object().unwrap()).unwrap_err();
    /// let found: Vec<_> = errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect();
    /// assert_eq!(found, [("client_id", "additional_properties"), ("sso", "type"), ("callbacks.0", "format")]);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let patch = json::read(body, &mut errors);
        check::patch(&patch, &mut errors);
        errors.into_result(patch)
    }

    /// What the Management API makes a new client of, before this change is put on top.
    #[must_use]
    pub fn base(&self) -> ClientSettings {
        let is_first_party = self.is_first_party != Patch::Set(false);
        defaults::for_new(is_first_party, self.kind(), self.method())
    }

    /// The client type that this change sets, if it does.
    #[must_use]
    pub fn kind(&self) -> Option<ClientKind> {
        set(&self.app_type)
    }

    /// The authentication method that this change sets, if it does.
    #[must_use]
    pub fn method(&self) -> Option<AuthMethod> {
        set(&self.token_endpoint_auth_method)
    }
}

fn set<T: Copy>(patch: &Patch<T>) -> Option<T> {
    match patch {
        Patch::Set(value) => Some(*value),
        Patch::Keep | Patch::Clear => None,
    }
}

/// The settings of a new client: `base` (see [`defaults`]) with the change on top.
///
/// ```
/// use doorward_model::client::{defaults, edit::{ClientPatch, create}};
/// use doorward_model::patch::Patch;
/// let patch = ClientPatch { name: Patch::Set("Shop".to_owned()), ..ClientPatch::default() };
/// assert_eq!(create(patch, defaults::for_api(None, None)).unwrap().name, "Shop");
/// assert!(create(ClientPatch::default(), defaults::for_api(None, None)).is_err());
/// ```
///
/// # Errors
/// Everything that is wrong with the change; a missing name is.
pub fn create(patch: ClientPatch, base: ClientSettings) -> Result<ClientSettings, FieldErrors> {
    let mut errors = FieldErrors::default();
    if patch.name.is_keep() {
        errors.push(FieldError::new("name", "required", "A client needs a name."));
    }
    check::patch(&patch, &mut errors);
    let settings = merged(base, patch);
    check::whole(&settings, None, &mut errors);
    errors.into_result(settings)
}

/// The settings after a change.
///
/// # Errors
/// Everything that is wrong with the change; what it does not touch is not looked at.
pub fn apply(current: &ClientSettings, patch: ClientPatch) -> Result<ClientSettings, FieldErrors> {
    let mut errors = FieldErrors::default();
    check::patch(&patch, &mut errors);
    check::fixed(current, &patch, &mut errors);
    let settings = merged(current.clone(), patch);
    check::whole(&settings, Some(current), &mut errors);
    errors.into_result(settings)
}

fn merged(mut settings: ClientSettings, patch: ClientPatch) -> ClientSettings {
    let s = &mut settings;
    patch.is_first_party.apply_or(&mut s.is_first_party, true);
    patch.description.apply(&mut s.description);
    patch.app_type.apply(&mut s.app_type);
    patch.logo_uri.apply(&mut s.logo_uri);
    patch.callbacks.apply(&mut s.callbacks);
    patch.allowed_logout_urls.apply(&mut s.allowed_logout_urls);
    patch.allowed_origins.apply(&mut s.allowed_origins);
    patch.web_origins.apply(&mut s.web_origins);
    patch.token_endpoint_auth_method.apply(&mut s.token_endpoint_auth_method);
    patch.sso.apply(&mut s.sso);
    // Null puts the default back where a value always exists; `check` refuses it where there is none.
    let default = defaults::for_new(s.is_first_party, s.app_type, s.token_endpoint_auth_method);
    let kept_name = s.name.clone();
    patch.name.apply_or(&mut s.name, kept_name);
    patch.oidc_conformant.apply_or(&mut s.oidc_conformant, default.oidc_conformant);
    patch.sso_disabled.apply_or(&mut s.sso_disabled, default.sso_disabled);
    patch.grant_types.apply_or(&mut s.grant_types, default.grant_types);
    match patch.jwt_configuration {
        Patch::Keep => {}
        Patch::Clear => s.jwt_configuration = default.jwt_configuration,
        Patch::Set(jwt) => s.jwt_configuration = jwt.onto(&s.jwt_configuration),
    }
    patch.refresh_token.apply_or(&mut s.refresh_token, default.refresh_token);
    merge(&mut s.client_metadata, patch.client_metadata);
    merge(&mut s.addons, patch.addons);
    s.further.apply(patch.further);
    settings
}

/// Merges name by name: a name at null goes, names that are not there stay.
fn merge(current: &mut Option<Object>, change: Patch<Object>) {
    let Patch::Set(change) = change else { return change.apply(current) };
    let current = current.get_or_insert_default();
    for (name, value) in change {
        if value.is_null() {
            current.shift_remove(&name);
        } else {
            current.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patch(body: Value) -> Result<ClientPatch, FieldErrors> {
        let Value::Object(body) = body else { panic!("not an object") };
        ClientPatch::from_json(&body)
    }

    fn shop() -> ClientSettings {
        create(patch(json!({ "name": "Shop" })).unwrap(), defaults::for_api(None, None)).unwrap()
    }

    #[test]
    fn an_empty_change_changes_nothing() {
        assert_eq!(apply(&shop(), patch(json!({})).unwrap()).unwrap(), shop());
    }

    #[test]
    fn a_change_replaces_what_it_names_and_null_clears() {
        let with =
            patch(json!({ "callbacks": ["https://a.test/cb"], "description": "x", "sso": true })).unwrap();
        let after = apply(&shop(), with).unwrap();
        assert_eq!(after.callbacks.as_deref(), Some(&["https://a.test/cb".to_owned()][..]));
        assert_eq!(after.sso, Some(true));
        let cleared = patch(json!({
            "callbacks": null, "description": null, "sso": null, "jwt_configuration": null, "refresh_token": null,
            "token_endpoint_auth_method": null, "app_type": null,
        }));
        assert_eq!(apply(&after, cleared.unwrap()).unwrap(), shop());
    }

    #[test]
    fn an_empty_list_stays_different_from_an_absent_one() {
        let after = apply(&shop(), patch(json!({ "callbacks": [] })).unwrap()).unwrap();
        assert_eq!(after.callbacks, Some(Vec::new()));
        assert_eq!(shop().callbacks, None);
    }

    #[test]
    fn metadata_merges_pair_by_pair() {
        let one =
            apply(&shop(), patch(json!({ "client_metadata": { "a": "1", "b": "2" } })).unwrap()).unwrap();
        let two = apply(&one, patch(json!({ "client_metadata": { "b": null, "c": "3" } })).unwrap()).unwrap();
        assert_eq!(Value::Object(two.client_metadata.clone().unwrap()), json!({ "a": "1", "c": "3" }));
        let none = apply(&two, patch(json!({ "client_metadata": null })).unwrap()).unwrap();
        assert_eq!(none.client_metadata, None);
    }

    #[test]
    fn metadata_is_bounded_after_merging() {
        let pairs = |from: usize, to: usize| {
            let map: Map<String, Value> = (from..to).map(|i| (format!("k{i}"), json!("v"))).collect();
            patch(json!({ "client_metadata": map })).unwrap()
        };
        let ten = apply(&shop(), pairs(0, 10)).unwrap();
        assert!(apply(&ten, pairs(5, 10)).is_ok());
        let errors = apply(&ten, pairs(10, 11)).unwrap_err();
        assert_eq!((errors.all()[0].path.as_str(), errors.all()[0].rule), ("client_metadata", "maximum"));
        let swap = patch(json!({ "client_metadata": { "k0": null, "k10": "v" } })).unwrap();
        assert!(apply(&ten, swap).is_ok());
    }

    #[test]
    fn what_a_change_does_not_touch_is_not_looked_at() {
        let imported = ClientSettings { callbacks: Some(vec!["*.google.com".to_owned()]), ..shop() };
        assert!(apply(&imported, patch(json!({ "name": "Other" })).unwrap()).is_ok());
    }

    #[test]
    fn a_change_made_without_json_is_checked_all_the_same() {
        let bad = ClientPatch {
            name: Patch::Set("<b>".to_owned()),
            callbacks: Patch::Set(vec!["javascript:alert(1)".to_owned()]),
            ..ClientPatch::default()
        };
        assert_eq!(apply(&shop(), bad.clone()).unwrap_err().all().len(), 2);
        assert_eq!(create(bad, defaults::for_api(None, None)).unwrap_err().all().len(), 2);
    }

    #[test]
    fn settings_survive_the_store_as_they_are() {
        let body = json!({ "name": "Shop", "client_metadata": {}, "jwt_configuration": { "alg": "RS256" } });
        let settings = create(patch(body).unwrap(), defaults::for_api(None, None)).unwrap();
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<ClientSettings>(&text).unwrap(), settings);
        assert!(text.contains(r#""jwt_configuration":{"secret_encoded":false,"alg":"RS256"}"#), "{text}");
    }
}
