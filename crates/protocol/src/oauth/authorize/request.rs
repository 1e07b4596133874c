//! An authorization request as parsed: texts, not yet judged.
//!
//! Owns which parameters the authorization endpoint looks at. Must not know what is allowed.
//! It is kept while a person logs in, so it can be written down and read back.
//!
//! Source: RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1.

use doorward_model::device_code::DeviceCode;
use doorward_model::ids::{ClientId, DeviceCodeId, UserId};
use doorward_model::secret::Secret;
use serde::{Deserialize, Serialize};

use super::checks::duplicates;
use crate::oauth::params::Params;

/// The parameters that must not come twice, and that must be texts in a request that is pushed as JSON. A repeated
/// unknown one is ignored like any unknown one.
pub(crate) const KNOWN: [&str; 27] = [
    "acr_values",
    "audience",
    "claims",
    "claims_locales",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "connection",
    "display",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "organization",
    "prompt",
    "realm",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "screen_hint",
    "state",
    "ui_locales",
];

/// Whom an `id_token_hint` means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meant {
    /// It is no ID token of ours for this client, so nobody can be the one whom it means.
    Unknown,
    /// This person.
    Person(UserId),
}

/// An authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizeRequest {
    /// `client_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `redirect_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// `response_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_type: Option<String>,
    /// `response_mode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_mode: Option<String>,
    /// `scope`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `audience`, or `resource` (RFC 8707) where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// `resource`: the same under the name of the standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `nonce`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// `prompt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// `max_age`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
    /// `connection`, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// `realm`: a connection by its name or by one of its other names. `connection` counts before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// `claims`, as sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// `acr_values`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<String>,
    /// `login_hint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `id_token_hint`: an ID token of the person who is meant.
    /// It is read once, into [`Self::meant`], and never written down.
    #[serde(skip)]
    pub id_token_hint: Option<Secret>,
    /// Whom it means, once it was read; none when none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant: Option<Meant>,
    /// `code_challenge`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
    /// Whether the client pushed it here itself (RFC 9126).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pushed: bool,
    /// The device that waits for the answer (RFC 8628): the person is sent nowhere with it. Nobody can send this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceCodeId>,
    /// Which of `request`, `request_uri` and `registration` were sent. None of them is offered, so
    /// that their content does not matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_offered: Vec<String>,
    /// Which known parameters came more than once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<String>,
}

impl AuthorizeRequest {
    /// Takes what the authorization endpoint looks at. Nothing is judged here.
    ///
    /// ```
    /// use doorward_protocol::oauth::{authorize::AuthorizeRequest, params::Params};
    /// let params = Params::from_query("client_id=abc&scope=openid&extra=foobar").unwrap();
    /// let request = AuthorizeRequest::parse(&params);
    /// assert_eq!(request.client_id.as_deref(), Some("abc"));
    /// assert_eq!(request.redirect_uri, None);
    /// ```
    #[must_use]
    pub fn parse(params: &Params) -> Self {
        let text = |name: &str| params.get(name).map(str::to_owned);
        let not_offered = ["request", "request_uri", "registration"].into_iter();
        let repeated = params.duplicates().into_iter().filter(|name| KNOWN.contains(name));
        Self {
            client_id: text("client_id"),
            redirect_uri: text("redirect_uri"),
            response_type: text("response_type"),
            response_mode: text("response_mode"),
            scope: text("scope"),
            audience: text("audience").or_else(|| text("resource")),
            resource: text("resource"),
            state: text("state"),
            nonce: text("nonce"),
            prompt: text("prompt"),
            max_age: text("max_age"),
            connection: text("connection"),
            realm: text("realm"),
            claims: text("claims"),
            acr_values: text("acr_values"),
            login_hint: text("login_hint"),
            id_token_hint: text("id_token_hint").map(Secret::new),
            meant: None,
            code_challenge: text("code_challenge"),
            code_challenge_method: text("code_challenge_method"),
            pushed: false,
            device: None,
            not_offered: not_offered.filter(|name| params.get(name).is_some()).map(str::to_owned).collect(),
            repeated: repeated.map(str::to_owned).collect(),
        }
    }

    /// The request of a device that waits, as if its client had pushed it here: it did, in its own way.
    #[must_use]
    pub fn of_device(code: &DeviceCode) -> Self {
        Self {
            client_id: Some(code.client.as_str().to_owned()),
            response_type: Some("code".to_owned()),
            scope: code.scope.clone(),
            audience: code.audience.clone(),
            pushed: true,
            device: Some(code.id.clone()),
            ..Self::default()
        }
    }

    /// Whether something came twice that decides where the answer goes, so that the whole request counts for nothing.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        duplicates::repeated_target(self).is_some()
    }

    /// The client that is named, when the text can be a client id at all.
    #[must_use]
    pub fn client_id(&self) -> Option<ClientId> {
        self.client_id.as_deref().and_then(|text| ClientId::parse(text).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::params::{Params, ParamsError};

    /// A request may be pushed as JSON: what is looked at must not be left out because it is no text.
    #[test]
    fn every_known_parameter_must_be_a_text_in_json() {
        for name in KNOWN {
            let body = format!("{{\"{name}\": [\"x\"]}}");
            assert_eq!(Params::from_json(body.as_bytes()).unwrap_err(), ParamsError::NotText(name));
        }
    }
}
