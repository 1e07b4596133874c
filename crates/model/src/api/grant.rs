//! Client grants: which scope values of an API a client may ask for.
//!
//! Owns what a grant is and what a request may say about one. Whether client, API and scope values
//! exist is for the use case to find out.
//!
//! Source: the Management API's `client-grants`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::permission::{MAX_PERMISSIONS, scope_value};
use crate::client::Client;
use crate::fields::{FieldError, FieldErrors};
use crate::ids::{ClientGrantId, ClientId};
use crate::json;
use crate::patch::Patch;

/// How many kinds of rich authorization requests a grant may name, and how long a name may be, in characters.
const MAX_TYPES: usize = 100;
const MAX_TYPE: usize = 255;

/// Whom the tokens stand for that a grant allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The client itself.
    #[default]
    Client,
    /// People who log in to the client.
    User,
}

impl SubjectType {
    /// The words on the wire.
    pub const NAMES: [&'static str; 2] = ["client", "user"];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SubjectType::Client => "client",
            SubjectType::User => "user",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [SubjectType::Client, SubjectType::User].into_iter().find(|known| known.as_str() == text)
    }
}

/// Whether a token of the grant may, or must, be for an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationUsage {
    /// It may not.
    Deny,
    /// It may.
    Allow,
    /// It must.
    Require,
}

impl OrganizationUsage {
    /// The words on the wire.
    pub const NAMES: [&'static str; 3] = ["deny", "allow", "require"];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OrganizationUsage::Deny => "deny",
            OrganizationUsage::Allow => "allow",
            OrganizationUsage::Require => "require",
        }
    }

    /// Reads a word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [OrganizationUsage::Deny, OrganizationUsage::Allow, OrganizationUsage::Require];
        all.into_iter().find(|known| known.as_str() == text)
    }
}

/// Who may ask for what a grant gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// One client.
    Client(ClientId),
    /// Each client of a third party that has no grant of its own for such tokens on the API.
    ThirdParties,
}

impl Grantee {
    /// The words of `default_for` on the wire.
    pub const DEFAULTS: [&'static str; 1] = ["third_party_clients"];

    /// The word of `default_for`; none for one client.
    #[must_use]
    pub fn default_for(&self) -> Option<&'static str> {
        match self {
            Grantee::Client(_) => None,
            Grantee::ThirdParties => Some(Self::DEFAULTS[0]),
        }
    }

    /// Reads a word of `default_for`.
    #[must_use]
    pub fn parse_default(text: &str) -> Option<Self> {
        (text == Self::DEFAULTS[0]).then_some(Grantee::ThirdParties)
    }

    /// The one client.
    #[must_use]
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Grantee::Client(id) => Some(id),
            Grantee::ThirdParties => None,
        }
    }
}

/// What a client may ask of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientGrant {
    /// The id, `cgr_…`.
    pub id: ClientGrantId,
    /// Whose it is.
    pub grantee: Grantee,
    /// The API, by identifier.
    pub audience: String,
    /// The scope values.
    pub scope: Vec<String>,
    /// Whether every scope value of the API is granted, whatever `scope` says, also those that the API gets
    /// later; none when it was never said.
    pub allow_all_scopes: Option<bool>,
    /// Whom the tokens stand for.
    pub subject: SubjectType,
    /// What is said about organizations.
    pub organizations: Organizations,
    /// The kinds of rich authorization requests (RFC 9396) that it allows, as sent; nothing reads them yet.
    pub authorization_details_types: Option<Vec<String>>,
    /// Counts the changes of this row.
    pub version: i64,
}

/// What a grant says about organizations, as sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Organizations {
    /// Whether a token may, or must, be for one.
    #[serde(rename = "organization_usage", skip_serializing_if = "Option::is_none")]
    pub usage: Option<OrganizationUsage>,
    /// Whether any organization of the tenant will do.
    #[serde(rename = "allow_any_organization", skip_serializing_if = "Option::is_none")]
    pub allow_any: Option<bool>,
}

impl ClientGrant {
    /// A grant for the client's own tokens.
    #[must_use]
    pub fn new(id: ClientGrantId, client: ClientId, audience: String, scope: Vec<String>) -> Self {
        Self { scope, ..Self::of(id, Grantee::Client(client), audience) }
    }

    fn of(id: ClientGrantId, grantee: Grantee, audience: String) -> Self {
        Self {
            id,
            grantee,
            audience,
            scope: Vec::new(),
            allow_all_scopes: None,
            subject: SubjectType::Client,
            organizations: Organizations::default(),
            authorization_details_types: None,
            version: 1,
        }
    }

    /// Whether it is one of this client, be it as one of a third party.
    #[must_use]
    pub fn is_for(&self, client: &Client) -> bool {
        match &self.grantee {
            Grantee::Client(id) => *id == client.id,
            Grantee::ThirdParties => !client.settings.is_first_party && !client.global,
        }
    }

    /// Whether a scope value is granted; whether the API knows it is another question.
    #[must_use]
    pub fn gives(&self, value: &str) -> bool {
        self.allow_all_scopes == Some(true) || self.scope.iter().any(|known| known == value)
    }
}

/// What is wanted of a new grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClientGrant {
    /// Whose it is.
    pub grantee: Grantee,
    /// The API, by identifier.
    pub audience: String,
    /// Whom the tokens stand for.
    pub subject: SubjectType,
    /// The rest.
    pub patch: ClientGrantPatch,
}

/// What a change says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientGrantPatch {
    /// The scope values; null stands for none.
    pub scope: Patch<Vec<String>>,
    /// Whether all scope values are granted.
    pub allow_all_scopes: Patch<bool>,
    /// Whether a token may, or must, be for an organization.
    pub organization_usage: Patch<OrganizationUsage>,
    /// Whether any organization will do.
    pub allow_any_organization: Patch<bool>,
    /// The kinds of rich authorization requests.
    pub authorization_details_types: Patch<Vec<String>>,
}

impl NewClientGrant {
    /// Reads what is wanted from the body of a request.
    ///
    /// ```
    /// use doorward_model::api::grant::NewClientGrant;
    /// let body = serde_json::json!({ "client_id": "abc", "scope": ["read:all", "read:all"], "id": "mine" });
    /// let errors = NewClientGrant::from_json(body.as_object().unwrap()).unwrap_err();
    /// let found: Vec<_> = errors.all().iter().map(|e| (e.path.as_str(), e.rule)).collect();
    /// assert_eq!(found, [("scope.1", "unique"), ("id", "additional_properties"), ("audience", "required")]);
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_json(body: &Map<String, Value>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (mut grantee, mut audience, mut subject) = (None, None, None);
        let mut patch = ClientGrantPatch::default();
        for (name, value) in body {
            match name.as_str() {
                "client_id" => grantee = client_id(value, &mut errors).map(Grantee::Client),
                "default_for" => grantee = default_for(value, &mut errors).or(grantee),
                "audience" => audience = identifier(value, &mut errors),
                "subject_type" => subject = json::word(value, name, &SubjectType::NAMES, &mut errors),
                _ => patch.read(name, value, &mut errors),
            }
        }
        check_whose(body, &mut errors);
        match (grantee, audience) {
            (Some(grantee), Some(audience)) => {
                errors.into_result(Self { grantee, audience, subject: subject.unwrap_or_default(), patch })
            }
            _ => Err(errors),
        }
    }
}

impl NewClientGrant {
    /// The grant.
    #[must_use]
    pub fn create(self, id: ClientGrantId) -> ClientGrant {
        let mut grant = ClientGrant::of(id, self.grantee, self.audience);
        grant.subject = self.subject;
        self.patch.apply(&mut grant);
        grant
    }
}

/// A grant names an API, and one client or those that it is the default for.
fn check_whose(body: &Map<String, Value>, errors: &mut FieldErrors) {
    match (body.contains_key("client_id"), body.contains_key("default_for")) {
        (true, true) => {
            let text = "A client grant is of one client, or a default. Send client_id or default_for.";
            errors.push(FieldError::new("default_for", "not_both", text));
        }
        (false, false) => {
            let text = "A client grant names its client, or what it is the default for (default_for).";
            errors.push(FieldError::new("client_id", "required", text));
        }
        _ => {}
    }
    if !body.contains_key("audience") {
        errors.push(FieldError::new("audience", "required", "A client grant names its API."));
    }
}

fn default_for(value: &Value, errors: &mut FieldErrors) -> Option<Grantee> {
    let text = json::text(value, "default_for", errors)?;
    json::one_of(Grantee::parse_default(&text), "default_for", &Grantee::DEFAULTS, errors)
}

impl ClientGrantPatch {
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
            "scope" => self.scope = json::nullable(value, |value| scope(value, name, errors)),
            "organization_usage" => {
                let names = &OrganizationUsage::NAMES;
                self.organization_usage =
                    json::nullable(value, |value| json::word(value, name, names, errors));
            }
            "allow_any_organization" => {
                self.allow_any_organization = json::nullable(value, |value| json::flag(value, name, errors));
            }
            "allow_all_scopes" => {
                self.allow_all_scopes = json::nullable(value, |value| json::flag(value, name, errors));
            }
            "authorization_details_types" => {
                self.authorization_details_types = json::nullable(value, |value| types(value, name, errors));
            }
            _ => errors.push(json::unknown(name)),
        }
    }

    /// Applies the change to a grant.
    pub fn apply(self, grant: &mut ClientGrant) {
        self.scope.apply_or(&mut grant.scope, Vec::new());
        self.allow_all_scopes.apply(&mut grant.allow_all_scopes);
        self.organization_usage.apply(&mut grant.organizations.usage);
        self.allow_any_organization.apply(&mut grant.organizations.allow_any);
        self.authorization_details_types.apply(&mut grant.authorization_details_types);
    }
}

/// Whether a value says nothing: null, or an empty list.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn client_id(value: &Value, errors: &mut FieldErrors) -> Option<ClientId> {
    let text = json::text(value, "client_id", errors)?;
    let id = ClientId::parse(&text);
    if let Err(error) = &id {
        errors.push(FieldError::new("client_id", "pattern", format!("This is no Client ID: {error}.")));
    }
    id.ok()
}

fn identifier(value: &Value, errors: &mut FieldErrors) -> Option<String> {
    let text = json::text(value, "audience", errors)?;
    match super::edit::check_identifier(&text, "audience") {
        Ok(()) => Some(text),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn scope(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<String>> {
    distinct((value, path), (MAX_PERMISSIONS, "scope"), errors, scope_value)
}

/// The kinds of rich authorization requests: RFC 9396 §2 says no more of a `type` than that it is a text.
fn types(value: &Value, path: &str, errors: &mut FieldErrors) -> Option<Vec<String>> {
    distinct((value, path), (MAX_TYPES, "type"), errors, |value, path, errors| {
        let text = json::text(value, path, errors)?;
        let length = text.chars().count();
        if length == 0 || length > MAX_TYPE {
            let rule = if length == 0 { "min_length" } else { "max_length" };
            errors.push(FieldError::new(path, rule, format!("Use 1 to {MAX_TYPE} characters.")));
            return None;
        }
        Some(text)
    })
}

/// A list of at most so many texts, each once; all of them, or nothing. `what` is one of them in words.
fn distinct(
    (value, path): (&Value, &str),
    (most, what): (usize, &str),
    errors: &mut FieldErrors,
    read: impl Fn(&Value, &str, &mut FieldErrors) -> Option<String>,
) -> Option<Vec<String>> {
    let values = json::array(value, path, errors)?;
    if values.len() > most {
        errors.push(FieldError::new(path, "max_items", format!("Send at most {most} {what}s.")));
        return None;
    }
    let mut texts: Vec<String> = Vec::with_capacity(values.len());
    let mut seen = std::collections::HashSet::new();
    for (at, value) in values.iter().enumerate() {
        let path = format!("{path}.{at}");
        let Some(text) = read(value, &path, errors) else { continue };
        if !seen.insert(text.clone()) {
            errors.push(FieldError::new(path, "unique", format!("This {what} stands twice. Send it once.")));
        }
        texts.push(text);
    }
    (texts.len() == values.len()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(body: &Value) -> Result<NewClientGrant, Vec<(String, &'static str)>> {
        let read = NewClientGrant::from_json(body.as_object().unwrap());
        read.map_err(|errors| errors.all().iter().map(|e| (e.path.clone(), e.rule)).collect())
    }

    #[test]
    fn a_grant_is_for_the_clients_own_tokens_when_nobody_says_else() {
        let body = json!({ "client_id": "abc", "audience": "https://api.test/" });
        let read = new(&body).unwrap();
        assert_eq!(read.subject, SubjectType::Client);
        assert_eq!(read.patch, ClientGrantPatch::default());
    }

    #[test]
    fn an_import_of_the_originals_grants_is_understood() {
        let body = json!({
            "client_id": "abc", "audience": "https://api.test/", "scope": ["a", "b"], "subject_type": "user",
            "organization_usage": "deny", "allow_any_organization": false, "allow_all_scopes": false,
            "authorization_details_types": [],
        });
        let grant = new(&body).unwrap().create(ClientGrantId::parse("cgr_1").unwrap());
        assert_eq!(grant.subject, SubjectType::User);
        assert_eq!(grant.scope, ["a", "b"]);
        assert_eq!((grant.allow_all_scopes, grant.authorization_details_types), (Some(false), Some(vec![])));
        assert_eq!(
            serde_json::to_value(grant.organizations).unwrap(),
            json!({ "organization_usage": "deny", "allow_any_organization": false })
        );
    }

    #[test]
    fn what_is_wrong_is_found_at_once() {
        let body = json!({
            "client_id": "a b", "audience": "", "scope": ["a", 7, "x y"], "subject_type": "robot",
            "organization_usage": 1, "allow_any_organization": "no", "allow_all_scopes": "yes",
            "authorization_details_types": ["payment", "", "payment", "x".repeat(256), 7],
        });
        let expected = [
            ("client_id", "pattern"),
            ("audience", "min_length"),
            ("scope.1", "type"),
            ("scope.2", "pattern"),
            ("subject_type", "enum"),
            ("organization_usage", "type"),
            ("allow_any_organization", "type"),
            ("allow_all_scopes", "type"),
            ("authorization_details_types.1", "min_length"),
            ("authorization_details_types.2", "unique"),
            ("authorization_details_types.3", "max_length"),
            ("authorization_details_types.4", "type"),
        ];
        assert_eq!(new(&body).unwrap_err(), expected.map(|(path, rule)| (path.to_owned(), rule)));
    }

    #[test]
    fn a_grant_is_of_one_client_or_a_default() {
        let whose = |more: Value| {
            let mut body = json!({ "audience": "https://api.test/" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            new(&body).map(|read| read.grantee)
        };
        let refused = |path: &str, rule| Err(vec![(path.to_owned(), rule)]);
        assert_eq!(whose(json!({ "default_for": "third_party_clients" })), Ok(Grantee::ThirdParties));
        let both = json!({ "client_id": "abc", "default_for": "third_party_clients" });
        assert_eq!(whose(both), refused("default_for", "not_both"));
        assert_eq!(whose(json!({})), refused("client_id", "required"));
        assert_eq!(whose(json!({ "default_for": "everybody" })), refused("default_for", "enum"));
        assert_eq!(whose(json!({ "default_for": null })), refused("default_for", "type"));
    }

    #[test]
    fn a_grant_is_for_its_client_and_a_default_for_those_of_third_parties() {
        let mut client = Client {
            id: ClientId::parse("abc").unwrap(),
            global: false,
            version: 1,
            settings: crate::client::defaults::for_people(crate::client::kind::ClientKind::Spa),
            created_at: crate::time::Timestamp::from_seconds(1),
            updated_at: crate::time::Timestamp::from_seconds(1),
        };
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let own = ClientGrant::new(id, client.id.clone(), "https://api.test/".into(), Vec::new());
        let default = ClientGrant { grantee: Grantee::ThirdParties, ..own.clone() };
        assert_eq!((own.is_for(&client), default.is_for(&client)), (true, false));
        client.settings.is_first_party = false;
        assert_eq!((own.is_for(&client), default.is_for(&client)), (true, true));
        client.id = ClientId::parse("other").unwrap();
        assert_eq!((own.is_for(&client), default.is_for(&client)), (false, true));
        client.global = true;
        assert!(!default.is_for(&client));
    }

    #[test]
    fn all_scopes_go_before_some() {
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let client = ClientId::parse("abc").unwrap();
        let mut grant = ClientGrant::new(id, client, "https://api.test/".into(), vec!["a".into()]);
        for (all, b) in [(None, false), (Some(false), false), (Some(true), true)] {
            grant.allow_all_scopes = all;
            assert_eq!((grant.gives("a"), grant.gives("b")), (true, b), "{all:?}");
        }
    }

    #[test]
    fn a_change_cannot_move_a_grant() {
        let body = json!({
            "client_id": "other", "audience": "https://other.test/", "subject_type": "user",
            "default_for": "third_party_clients",
        });
        let errors = ClientGrantPatch::from_json(body.as_object().unwrap()).unwrap_err();
        assert!(errors.all().iter().all(|error| error.rule == "additional_properties"));
        assert_eq!(errors.all().len(), 4);
    }
}
