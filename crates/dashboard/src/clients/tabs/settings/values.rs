//! What the form holds: as texts, because that is what people type, right or wrong.

use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::edit::ClientPatch;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::jwt::{JwtConfiguration, JwtPatch};
use doorward_model::client::kind::ClientKind;
use doorward_model::client::refresh::{Expiration, RefreshPolicy, Rotation};
use doorward_model::patch::Patch;
use doorward_model::time::Lifetime;
use doorward_web::signed_in::SignedForm;

use super::field::{Field, is_public};
use super::urls::split;

/// The texts of all fields, those that are not shown included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Values {
    pub name: String,
    pub kind: Option<ClientKind>,
    pub method: AuthMethod,
    pub callbacks: String,
    pub logout_urls: String,
    pub origins: String,
    pub jwt_lifetime: String,
    pub sso: bool,
    pub description: String,
    pub grants: Vec<GrantType>,
    pub rotation: bool,
}

impl Values {
    /// What is saved.
    pub(crate) fn of(client: &Client) -> Self {
        let settings = &client.settings;
        let lines = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join("\n");
        Self {
            name: settings.name.clone(),
            kind: settings.app_type,
            method: settings.token_endpoint_auth_method.unwrap_or(AuthMethod::Post),
            callbacks: lines(&settings.callbacks),
            logout_urls: lines(&settings.allowed_logout_urls),
            origins: lines(&settings.allowed_origins),
            jwt_lifetime: settings.jwt_configuration.lifetime().seconds().to_string(),
            sso: settings.sso.unwrap_or(true),
            description: settings.description.clone().unwrap_or_default(),
            grants: settings.grant_types.clone(),
            rotation: settings.refresh_token.rotation_type == Rotation::Rotating,
        }
    }

    /// What a form says that showed the fields of the type `shown`; the rest is as saved.
    pub(crate) fn typed(form: &SignedForm, client: &Client, shown: Option<ClientKind>) -> Self {
        let mut values = Self::of(client);
        for field in Field::ALL.into_iter().filter(|field| field.is_for(shown)) {
            values.read(form, field);
        }
        values
    }

    fn read(&mut self, form: &SignedForm, field: Field) {
        let raw = || form.all(field.id()).collect::<Vec<_>>().join("\n");
        match field {
            Field::Name => form.text("name").clone_into(&mut self.name),
            Field::Type => self.kind = ClientKind::parse(form.text("app_type")).or(self.kind),
            Field::Method => self.method = AuthMethod::parse(form.text("auth_method")).unwrap_or(self.method),
            Field::Callbacks => self.callbacks = raw(),
            Field::LogoutUrls => self.logout_urls = raw(),
            Field::Origins => self.origins = raw(),
            Field::JwtLifetime => form.text("jwt_lifetime").clone_into(&mut self.jwt_lifetime),
            Field::Sso => self.sso = form.is_on("sso"),
            Field::Description => form.text("description").clone_into(&mut self.description),
            Field::Grants => self.grants = form.all("grants").filter_map(GrantType::parse).collect(),
            Field::Rotation => self.rotation = form.is_on("rotation"),
        }
    }

    /// Takes one field from other values.
    pub(crate) fn take(&mut self, field: Field, from: &Self) {
        match field {
            Field::Name => self.name.clone_from(&from.name),
            Field::Type => self.kind = from.kind,
            Field::Method => self.method = from.method,
            Field::Callbacks => self.callbacks.clone_from(&from.callbacks),
            Field::LogoutUrls => self.logout_urls.clone_from(&from.logout_urls),
            Field::Origins => self.origins.clone_from(&from.origins),
            Field::JwtLifetime => self.jwt_lifetime.clone_from(&from.jwt_lifetime),
            Field::Sso => self.sso = from.sso,
            Field::Description => self.description.clone_from(&from.description),
            Field::Grants => self.grants.clone_from(&from.grants),
            Field::Rotation => self.rotation = from.rotation,
        }
    }

    /// A field in words, for comparing and for showing the two sides of a clash.
    pub(crate) fn text(&self, field: Field) -> String {
        let switch = |is_on: bool| if is_on { "on" } else { "off" }.to_owned();
        match field {
            Field::Name => self.name.clone(),
            Field::Type => self.kind.map_or("none", ClientKind::title).to_owned(),
            Field::Method => method_title(self.method).to_owned(),
            Field::Callbacks => split(&self.callbacks).join("\n"),
            Field::LogoutUrls => split(&self.logout_urls).join("\n"),
            Field::Origins => split(&self.origins).join("\n"),
            Field::JwtLifetime => self.jwt_lifetime.clone(),
            Field::Sso => switch(self.sso),
            Field::Description => self.description.clone(),
            Field::Grants => {
                let held = GrantType::every().filter(|grant| self.grants.contains(grant));
                held.map(grant_title).collect::<Vec<_>>().join(", ")
            }
            Field::Rotation => switch(self.rotation),
        }
    }

    /// The URLs of one of the three lists.
    pub(crate) fn urls(&self, field: Field) -> Vec<String> {
        match field {
            Field::Callbacks => split(&self.callbacks),
            Field::LogoutUrls => split(&self.logout_urls),
            Field::Origins => split(&self.origins),
            _ => Vec::new(),
        }
    }

    /// The change that leads from what is saved to these values; what did not change is not in it.
    pub(crate) fn patch(&self, client: &Client) -> ClientPatch {
        let saved = Self::of(client);
        let mut patch = ClientPatch::default();
        let changed = |field: Field| self.text(field) != saved.text(field);
        for field in Field::ALL.into_iter().filter(|field| changed(*field)) {
            match field {
                Field::Name => patch.name = Patch::Set(self.name.clone()),
                Field::Type => patch.app_type = self.kind.map_or(Patch::Clear, Patch::Set),
                Field::Method => patch.token_endpoint_auth_method = Patch::Set(self.method),
                Field::Callbacks => patch.callbacks = Patch::Set(self.urls(field)),
                Field::LogoutUrls => patch.allowed_logout_urls = Patch::Set(self.urls(field)),
                Field::Origins => patch.allowed_origins = Patch::Set(self.urls(field)),
                Field::JwtLifetime => patch.jwt_configuration = self.jwt(client),
                Field::Sso => patch.sso = Patch::Set(self.sso),
                Field::Description if self.description.is_empty() => patch.description = Patch::Clear,
                Field::Description => patch.description = Patch::Set(self.description.clone()),
                Field::Grants => patch.grant_types = Patch::Set(self.grants.clone()),
                Field::Rotation => patch.refresh_token = Patch::Set(self.refresh_token(client)),
            }
        }
        patch
    }

    fn jwt(&self, client: &Client) -> Patch<JwtPatch> {
        let seconds = self.jwt_lifetime.parse().ok().map(Lifetime::from_seconds);
        let known = client.settings.jwt_configuration.clone();
        let next = JwtConfiguration { lifetime_in_seconds: seconds.or(known.lifetime_in_seconds), ..known };
        Patch::Set(next.into())
    }

    /// Tokens that rotate must end too (RFC 9700 §2.2.2); those that do not, stay as they were.
    fn refresh_token(&self, client: &Client) -> RefreshPolicy {
        let known = client.settings.refresh_token.clone();
        if !self.rotation {
            return RefreshPolicy { rotation_type: Rotation::NonRotating, ..known };
        }
        let never_ended = known.expiration_type == Expiration::NonExpiring;
        RefreshPolicy {
            rotation_type: Rotation::Rotating,
            expiration_type: Expiration::Expiring,
            infinite_token_lifetime: known.infinite_token_lifetime && !never_ended,
            infinite_idle_token_lifetime: known.infinite_idle_token_lifetime && !never_ended,
            ..known
        }
    }

    /// What the chosen type forces: public types have no secret to show and none to use; a program
    /// needs its grant.
    pub(crate) fn follow_type(&mut self) {
        let without = |grants: &mut Vec<GrantType>, gone| grants.retain(|grant| *grant != gone);
        if is_public(self.kind) {
            self.method = AuthMethod::None;
            without(&mut self.grants, GrantType::ClientCredentials);
        }
        let is_machine = self.kind == Some(ClientKind::NonInteractive);
        if is_machine && self.method == AuthMethod::None {
            self.method = AuthMethod::Post;
        }
        let needed = if is_machine { GrantType::ClientCredentials } else { GrantType::AuthorizationCode };
        if !self.grants.contains(&needed) {
            self.grants.push(needed);
        }
    }
}

/// The words of the brief for a method.
pub(crate) fn method_title(method: AuthMethod) -> &'static str {
    match method {
        AuthMethod::None => "None",
        AuthMethod::Post => "Post",
        AuthMethod::Basic => "Basic",
    }
}

/// The words for a grant.
pub(crate) fn grant_title(grant: GrantType) -> &'static str {
    match grant {
        GrantType::AuthorizationCode => "Authorization Code",
        GrantType::Implicit => "Implicit",
        GrantType::RefreshToken => "Refresh Token",
        GrantType::ClientCredentials => "Client Credentials",
        GrantType::Stored(_) => grant.as_str(),
    }
}
