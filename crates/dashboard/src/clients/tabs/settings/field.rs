//! The fields of the form that can be saved, and for which types each is shown.
//!
//! Source: UX §1.5, "Which fields for which type". What is hidden is kept, not wiped.

use doorward_model::client::further::{IP_HEADER_TRUSTED, MOBILE};
use doorward_model::client::kind::ClientKind;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    Type,
    Method,
    Callbacks,
    LogoutUrls,
    Origins,
    JwtLifetime,
    Sso,
    Description,
    Logo,
    Rotation,
    RefreshLifetime,
    RefreshIdle,
    RefreshLeeway,
    Grants,
    Algorithm,
    Conformant,
    IpHeader,
    Team,
    Bundle,
    Package,
    KeyHashes,
    Metadata,
}

impl Field {
    /// All, in the order of the page.
    pub(crate) const ALL: [Field; 23] = [
        Field::Name,
        Field::Type,
        Field::Method,
        Field::Callbacks,
        Field::LogoutUrls,
        Field::Origins,
        Field::JwtLifetime,
        Field::Sso,
        Field::Description,
        Field::Logo,
        Field::Rotation,
        Field::RefreshLifetime,
        Field::RefreshIdle,
        Field::RefreshLeeway,
        Field::Grants,
        Field::Algorithm,
        Field::Conformant,
        Field::IpHeader,
        Field::Team,
        Field::Bundle,
        Field::Package,
        Field::KeyHashes,
        Field::Metadata,
    ];

    /// The lists of URLs.
    pub(crate) const LISTS: [Field; 3] = [Field::Callbacks, Field::LogoutUrls, Field::Origins];

    /// Its id in the page and its name in the form.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Type => "app_type",
            Field::Method => "auth_method",
            Field::Callbacks => "callbacks",
            Field::LogoutUrls => "logout_urls",
            Field::Origins => "origins",
            Field::JwtLifetime => "jwt_lifetime",
            Field::Sso => "sso",
            Field::Description => "description",
            Field::Logo => "logo",
            Field::Rotation => "rotation",
            Field::RefreshLifetime => "refresh_lifetime",
            Field::RefreshIdle => "refresh_idle",
            Field::RefreshLeeway => "refresh_leeway",
            Field::Grants => "grants",
            Field::Algorithm => "alg",
            Field::Conformant => "conformant",
            Field::IpHeader => "ip_header",
            Field::Team => "team_id",
            Field::Bundle => "app_bundle_identifier",
            Field::Package => "app_package_name",
            Field::KeyHashes => "key_hashes",
            Field::Metadata => "metadata",
        }
    }

    /// The field of that id.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        Field::ALL.into_iter().find(|field| field.id() == id)
    }

    /// Its label: the words of the brief.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Field::Name => "Name",
            Field::Type => "Client Type",
            Field::Method => "Token Endpoint Authentication Method",
            Field::Callbacks => "Allowed Callback URLs",
            Field::LogoutUrls => "Allowed Logout URLs",
            Field::Origins => "Allowed Origins (CORS)",
            Field::JwtLifetime => "JWT Expiration (seconds)",
            Field::Sso => "Use Doorward instead of the IdP to do Single Sign On",
            Field::Description => "Description",
            Field::Logo => "Logo",
            Field::Rotation => "Refresh Token Rotation",
            Field::RefreshLifetime => "Absolute Lifetime (seconds)",
            Field::RefreshIdle => "Idle Lifetime (seconds)",
            Field::RefreshLeeway => "Reuse Interval (seconds)",
            Field::Grants => "Grant Types",
            Field::Algorithm => "JsonWebToken Signature Algorithm",
            Field::Conformant => "OIDC Conformant",
            Field::IpHeader => "Trust Token Endpoint IP Header",
            Field::Team => "Team ID",
            Field::Bundle => "App Bundle Identifier",
            Field::Package => "App Package Name",
            Field::KeyHashes => "Key Hashes",
            Field::Metadata => "Application Metadata",
        }
    }

    /// The name of the setting in the API and in the log.
    pub(crate) fn setting(self) -> &'static str {
        match self {
            Field::Name => "name",
            Field::Type => "app_type",
            Field::Method => "token_endpoint_auth_method",
            Field::Callbacks => "callbacks",
            Field::LogoutUrls => "allowed_logout_urls",
            Field::Origins => "allowed_origins",
            Field::JwtLifetime | Field::Algorithm => "jwt_configuration",
            Field::Sso => "sso",
            Field::Description => "description",
            Field::Logo => "logo_uri",
            Field::Rotation | Field::RefreshLifetime | Field::RefreshIdle | Field::RefreshLeeway => {
                "refresh_token"
            }
            Field::Grants => "grant_types",
            Field::Conformant => "oidc_conformant",
            Field::IpHeader => IP_HEADER_TRUSTED,
            Field::Team | Field::Bundle | Field::Package | Field::KeyHashes => MOBILE,
            Field::Metadata => "client_metadata",
        }
    }

    /// What a setting is called in the list of changes: the log knows settings, not fields.
    pub(crate) fn label_of_setting(setting: &str) -> Option<&'static str> {
        match setting {
            "jwt_configuration" => Some("ID token settings"),
            "refresh_token" => Some("Refresh token settings"),
            MOBILE => Some("Mobile settings"),
            _ => Field::ALL.into_iter().find(|field| field.setting() == setting).map(Field::label),
        }
    }

    /// The field that a finding of the model is about; the first one for what has no field here.
    pub(crate) fn of_setting(path: &str) -> Self {
        match path {
            "jwt_configuration.alg" => return Field::Algorithm,
            "refresh_token.token_lifetime" => return Field::RefreshLifetime,
            "refresh_token.idle_token_lifetime" => return Field::RefreshIdle,
            "refresh_token.leeway" => return Field::RefreshLeeway,
            "mobile.ios.app_bundle_identifier" => return Field::Bundle,
            "mobile.android.app_package_name" => return Field::Package,
            path if path.starts_with("mobile.android.") => return Field::KeyHashes,
            _ => {}
        }
        let setting = path.split('.').next().unwrap_or(path);
        Field::ALL.into_iter().find(|field| field.setting() == setting).unwrap_or(Field::Name)
    }

    /// Whether the form of a client of this type has the field.
    pub(crate) fn is_for(self, kind: Option<ClientKind>) -> bool {
        let is_machine = kind == Some(ClientKind::NonInteractive);
        match self {
            Field::Name
            | Field::Type
            | Field::Description
            | Field::Logo
            | Field::Grants
            | Field::Conformant
            | Field::Metadata => true,
            // Public types have one method and one algorithm only; they are shown and cannot be changed.
            Field::Method | Field::Algorithm => !is_public(kind),
            // Only who proves itself by a secret is believed about whom it asks for.
            Field::IpHeader => !is_public(kind),
            Field::Team | Field::Bundle | Field::Package | Field::KeyHashes => {
                kind == Some(ClientKind::Native)
            }
            Field::Callbacks
            | Field::LogoutUrls
            | Field::Origins
            | Field::JwtLifetime
            | Field::Sso
            | Field::Rotation
            | Field::RefreshLifetime
            | Field::RefreshIdle
            | Field::RefreshLeeway => !is_machine,
        }
    }

    /// Whether it stands under *Advanced* for a client of this type, and so is seen on demand.
    pub(crate) fn is_advanced(self, kind: Option<ClientKind>) -> bool {
        match self {
            Field::Method => is_public(kind),
            Field::Name
            | Field::Type
            | Field::Callbacks
            | Field::LogoutUrls
            | Field::Origins
            | Field::JwtLifetime
            | Field::Sso => false,
            _ => true,
        }
    }
}

/// Whether clients of this type cannot keep a secret.
pub(crate) fn is_public(kind: Option<ClientKind>) -> bool {
    matches!(kind, Some(ClientKind::Native | ClientKind::Spa))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_fields() {
        let ids = |kind| -> Vec<_> {
            Field::ALL.into_iter().filter(|field| field.is_for(kind)).map(Field::id).collect()
        };
        let all: Vec<_> = Field::ALL.into_iter().map(Field::id).collect();
        let without =
            |gone: &[&str]| -> Vec<&str> { all.iter().copied().filter(|id| !gone.contains(id)).collect() };
        let mobile = ["team_id", "app_bundle_identifier", "app_package_name", "key_hashes"];
        let secret = ["auth_method", "alg", "ip_header"];
        assert_eq!(ids(Some(ClientKind::RegularWeb)), without(&mobile));
        assert_eq!(ids(None), without(&mobile));
        assert_eq!(ids(Some(ClientKind::Spa)), without(&[&mobile[..], &secret].concat()));
        assert_eq!(ids(Some(ClientKind::Native)), without(&secret));
        let machine = [
            "name",
            "app_type",
            "auth_method",
            "description",
            "logo",
            "grants",
            "alg",
            "conformant",
            "ip_header",
            "metadata",
        ];
        assert_eq!(ids(Some(ClientKind::NonInteractive)), machine);
    }

    #[test]
    fn a_finding_of_the_model_belongs_to_a_field() {
        for (path, field) in [
            ("callbacks.3", Field::Callbacks),
            ("jwt_configuration.lifetime_in_seconds", Field::JwtLifetime),
            ("jwt_configuration.alg", Field::Algorithm),
            ("refresh_token.idle_token_lifetime", Field::RefreshIdle),
            ("refresh_token.expiration_type", Field::Rotation),
            ("client_metadata.colour", Field::Metadata),
            ("mobile.ios.team_id", Field::Team),
            ("mobile.android.sha256_cert_fingerprints.0", Field::KeyHashes),
            ("what nobody knows", Field::Name),
        ] {
            assert_eq!(Field::of_setting(path), field, "{path}");
        }
    }

    #[test]
    fn an_id_names_one_field() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.id()), Some(field));
        }
        assert_eq!(Field::parse("client_secret"), None);
    }
}
