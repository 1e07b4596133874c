//! Client grants: which scope values of an API a client may ask for.
//!
//! Owns what a grant is and what a request may say about one. Whether client, API and scope values
//! exist is for the use case to find out.
//!
//! Source: the Management API's `client-grants`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::permission::{MAX_PERMISSIONS, scope_value};
use crate::fields::{FieldError, FieldErrors};
use crate::ids::{ClientGrantId, ClientId};
use crate::json;
use crate::patch::Patch;

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

/// What a client may ask of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientGrant {
    /// The id, `cgr_…`.
    pub id: ClientGrantId,
    /// The client.
    pub client: ClientId,
    /// The API, by identifier.
    pub audience: String,
    /// The scope values.
    pub scope: Vec<String>,
    /// Whom the tokens stand for.
    pub subject: SubjectType,
    /// What is said about organizations.
    pub organizations: Organizations,
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
        let (subject, organizations) = (SubjectType::Client, Organizations::default());
        Self { id, client, audience, scope, subject, organizations, version: 1 }
    }
}

/// What is wanted of a new grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClientGrant {
    /// The client.
    pub client: ClientId,
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
    /// Whether a token may, or must, be for an organization.
    pub organization_usage: Patch<OrganizationUsage>,
    /// Whether any organization will do.
    pub allow_any_organization: Patch<bool>,
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
        let (mut client, mut audience, mut subject) = (None, None, None);
        let mut patch = ClientGrantPatch::default();
        for (name, value) in body {
            match name.as_str() {
                "client_id" => client = client_id(value, &mut errors),
                "audience" => audience = identifier(value, &mut errors),
                "subject_type" => subject = json::word(value, name, &SubjectType::NAMES, &mut errors),
                _ => patch.read(name, value, &mut errors),
            }
        }
        for name in ["client_id", "audience"].into_iter().filter(|name| !body.contains_key(*name)) {
            errors.push(FieldError::new(name, "required", "A client grant names its client and its API."));
        }
        match (client, audience) {
            (Some(client), Some(audience)) => {
                errors.into_result(Self { client, audience, subject: subject.unwrap_or_default(), patch })
            }
            _ => Err(errors),
        }
    }
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
            // Kinds of rich authorization requests, which nothing here reads yet.
            "authorization_details_types" if is_nothing(value) => {}
            "authorization_details_types" => errors.push(not_offered(name)),
            _ => errors.push(json::unknown(name)),
        }
    }

    /// Applies the change to a grant.
    pub fn apply(self, grant: &mut ClientGrant) {
        self.scope.apply_or(&mut grant.scope, Vec::new());
        self.organization_usage.apply(&mut grant.organizations.usage);
        self.allow_any_organization.apply(&mut grant.organizations.allow_any);
    }
}

/// Whether a value says nothing: null, or an empty list.
pub(super) fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// The finding for a field that is known and stands for something that is not built yet.
pub(super) fn not_offered(path: &str) -> FieldError {
    FieldError::new(path, "enum", "This is not offered yet. Leave it out, or send null.")
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
    let values = json::array(value, path, errors)?;
    if values.len() > MAX_PERMISSIONS {
        errors.push(FieldError::new(path, "max_items", format!("Send at most {MAX_PERMISSIONS} scopes.")));
        return None;
    }
    let mut scope: Vec<String> = Vec::with_capacity(values.len());
    let mut seen = std::collections::HashSet::new();
    for (at, value) in values.iter().enumerate() {
        let path = format!("{path}.{at}");
        let Some(value) = scope_value(value, &path, errors) else { continue };
        if !seen.insert(value.clone()) {
            errors.push(FieldError::new(path, "unique", "This scope stands twice. Send it once."));
        }
        scope.push(value);
    }
    (scope.len() == values.len()).then_some(scope)
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
            "organization_usage": "deny", "allow_any_organization": false, "authorization_details_types": [],
        });
        let read = new(&body).unwrap();
        assert_eq!(read.subject, SubjectType::User);
        let id = ClientGrantId::parse("cgr_1").unwrap();
        let mut grant = ClientGrant::new(id, read.client, read.audience, Vec::new());
        read.patch.apply(&mut grant);
        assert_eq!(grant.scope, ["a", "b"]);
        assert_eq!(
            serde_json::to_value(grant.organizations).unwrap(),
            json!({ "organization_usage": "deny", "allow_any_organization": false })
        );
    }

    #[test]
    fn what_is_wrong_is_found_at_once() {
        let body = json!({
            "client_id": "a b", "audience": "", "scope": ["a", 7, "x y"], "subject_type": "robot",
            "organization_usage": 1, "allow_any_organization": "no", "authorization_details_types": ["payment"],
        });
        let expected = [
            ("client_id", "pattern"),
            ("audience", "min_length"),
            ("scope.1", "type"),
            ("scope.2", "pattern"),
            ("subject_type", "enum"),
            ("organization_usage", "type"),
            ("allow_any_organization", "type"),
            ("authorization_details_types", "enum"),
        ];
        assert_eq!(new(&body).unwrap_err(), expected.map(|(path, rule)| (path.to_owned(), rule)));
    }

    #[test]
    fn a_change_cannot_move_a_grant() {
        let body = json!({ "client_id": "other", "audience": "https://other.test/", "subject_type": "user" });
        let errors = ClientGrantPatch::from_json(body.as_object().unwrap()).unwrap_err();
        assert!(errors.all().iter().all(|error| error.rule == "additional_properties"));
        assert_eq!(errors.all().len(), 3);
    }
}
