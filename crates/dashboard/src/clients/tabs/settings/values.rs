//! What the form holds: as texts, because that is what people type, right or wrong.

use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::further::IP_HEADER_TRUSTED;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::client::refresh::Rotation;
use doorward_model::signing_alg::SigningAlg;
use doorward_web::signed_in::SignedForm;

use super::apps::{Apps, hashes};
use super::field::{Field, is_public};
use super::urls::split;

/// The name of the fields of a pair in the form; the two come in the same order.
pub(crate) const METADATA_KEY: &str = "metadata_key";
pub(crate) const METADATA_VALUE: &str = "metadata_value";

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
    pub logo: String,
    pub rotation: bool,
    /// Empty without end; so is the next.
    pub refresh_lifetime: String,
    pub refresh_idle: String,
    pub refresh_leeway: String,
    pub grants: Vec<GrantType>,
    pub algorithm: SigningAlg,
    pub conformant: bool,
    pub ip_header: bool,
    pub apps: Apps,
    /// Pairs as typed: keys may stand twice, and either side may be empty.
    pub metadata: Vec<(String, String)>,
}

impl Values {
    /// What is saved.
    pub(crate) fn of(client: &Client) -> Self {
        let settings = &client.settings;
        let lines = |list: &Option<Vec<String>>| list.as_deref().unwrap_or_default().join("\n");
        let refresh = &settings.refresh_token;
        let life = |life: Option<doorward_model::time::Lifetime>| {
            life.map(|life| life.seconds().to_string()).unwrap_or_default()
        };
        let pairs = settings.client_metadata.iter().flatten();
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
            logo: settings.logo_uri.clone().unwrap_or_default(),
            rotation: refresh.rotation_type == Rotation::Rotating,
            refresh_lifetime: life(refresh.absolute_life()),
            refresh_idle: life(refresh.idle_life()),
            refresh_leeway: refresh.leeway.seconds().to_string(),
            grants: settings.grant_types.clone(),
            algorithm: settings.jwt_configuration.alg.unwrap_or(SigningAlg::RS256),
            conformant: settings.oidc_conformant,
            ip_header: settings.further.is_on(IP_HEADER_TRUSTED),
            apps: Apps::of(client),
            metadata: pairs
                .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
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
        // A text that did not come is not one that was emptied.
        let text = |into: &mut String| {
            if form.get(field.id()).is_some() {
                form.text(field.id()).clone_into(into);
            }
        };
        let raw = || form.all(field.id()).collect::<Vec<_>>().join("\n");
        match field {
            Field::Name => text(&mut self.name),
            Field::Type => self.kind = ClientKind::parse(form.text("app_type")).or(self.kind),
            Field::Method => self.method = AuthMethod::parse(form.text("auth_method")).unwrap_or(self.method),
            Field::Callbacks => self.callbacks = raw(),
            Field::LogoutUrls => self.logout_urls = raw(),
            Field::Origins => self.origins = raw(),
            Field::JwtLifetime => text(&mut self.jwt_lifetime),
            Field::Sso => self.sso = form.is_on("sso"),
            Field::Description => text(&mut self.description),
            Field::Logo => text(&mut self.logo),
            Field::Rotation => self.rotation = form.is_on("rotation"),
            Field::RefreshLifetime => text(&mut self.refresh_lifetime),
            Field::RefreshIdle => text(&mut self.refresh_idle),
            Field::RefreshLeeway => text(&mut self.refresh_leeway),
            Field::Grants => self.grants = form.all("grants").filter_map(GrantType::parse).collect(),
            Field::Algorithm => {
                self.algorithm = SigningAlg::parse(form.text("alg")).unwrap_or(self.algorithm);
            }
            Field::Conformant => self.conformant = form.is_on("conformant"),
            Field::IpHeader => self.ip_header = form.is_on("ip_header"),
            Field::Team => text(&mut self.apps.team),
            Field::Bundle => text(&mut self.apps.bundle),
            Field::Package => text(&mut self.apps.package),
            Field::KeyHashes => text(&mut self.apps.key_hashes),
            Field::Metadata => self.read_metadata(form),
        }
    }

    fn read_metadata(&mut self, form: &SignedForm) {
        if form.get(METADATA_KEY).is_none() {
            return;
        }
        let keys = form.all(METADATA_KEY).map(str::trim);
        let pairs = keys.zip(form.all(METADATA_VALUE).map(str::trim));
        self.metadata = pairs
            .filter(|(key, value)| !key.is_empty() || !value.is_empty())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
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
            Field::Logo => self.logo.clone_from(&from.logo),
            Field::Rotation => self.rotation = from.rotation,
            Field::RefreshLifetime => self.refresh_lifetime.clone_from(&from.refresh_lifetime),
            Field::RefreshIdle => self.refresh_idle.clone_from(&from.refresh_idle),
            Field::RefreshLeeway => self.refresh_leeway.clone_from(&from.refresh_leeway),
            Field::Grants => self.grants.clone_from(&from.grants),
            Field::Algorithm => self.algorithm = from.algorithm,
            Field::Conformant => self.conformant = from.conformant,
            Field::IpHeader => self.ip_header = from.ip_header,
            Field::Team => self.apps.team.clone_from(&from.apps.team),
            Field::Bundle => self.apps.bundle.clone_from(&from.apps.bundle),
            Field::Package => self.apps.package.clone_from(&from.apps.package),
            Field::KeyHashes => self.apps.key_hashes.clone_from(&from.apps.key_hashes),
            Field::Metadata => self.metadata.clone_from(&from.metadata),
        }
    }

    /// A field in words, for comparing and for showing the two sides of a change.
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
            Field::Logo => self.logo.clone(),
            Field::Rotation => switch(self.rotation),
            Field::RefreshLifetime => self.refresh_lifetime.clone(),
            Field::RefreshIdle => self.refresh_idle.clone(),
            Field::RefreshLeeway => self.refresh_leeway.clone(),
            Field::Grants => {
                let held = GrantType::every().filter(|grant| self.grants.contains(grant));
                held.map(grant_title).collect::<Vec<_>>().join(", ")
            }
            Field::Algorithm => self.algorithm.as_str().to_owned(),
            Field::Conformant => switch(self.conformant),
            Field::IpHeader => switch(self.ip_header),
            Field::Team => self.apps.team.clone(),
            Field::Bundle => self.apps.bundle.clone(),
            Field::Package => self.apps.package.clone(),
            Field::KeyHashes => hashes(&self.apps.key_hashes).join("\n"),
            Field::Metadata => {
                let lines = self.metadata.iter().map(|(key, value)| format!("{key}: {value}"));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// Whether a field differs.
    pub(crate) fn differs(&self, field: Field, from: &Self) -> bool {
        self.text(field) != from.text(field)
    }

    /// The URLs of one of the three lists.
    pub(crate) fn urls(&self, field: Field) -> Vec<String> {
        self.list(field).map(split).unwrap_or_default()
    }

    /// One of the three lists as it was typed.
    pub(crate) fn list(&self, field: Field) -> Option<&str> {
        match field {
            Field::Callbacks => Some(&self.callbacks),
            Field::LogoutUrls => Some(&self.logout_urls),
            Field::Origins => Some(&self.origins),
            _ => None,
        }
    }

    /// What the chosen type forces: public types have no secret to show and none to use; a program
    /// needs its grant.
    pub(crate) fn follow_type(&mut self) {
        let without = |grants: &mut Vec<GrantType>, gone| grants.retain(|grant| *grant != gone);
        if is_public(self.kind) {
            self.method = AuthMethod::None;
            if self.algorithm == SigningAlg::HS256 {
                self.algorithm = SigningAlg::RS256;
            }
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
        GrantType::Password => "Password",
        GrantType::PasswordRealm => "Password at a named connection",
        GrantType::DeviceCode => "Device Code",
        GrantType::Stored(_) => grant.as_str(),
    }
}
