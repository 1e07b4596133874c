//! The fields of the form that can be saved, and for which types each is shown.
//!
//! Source: UX §1.5, "Which fields for which type". What is hidden is kept, not wiped.

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
    Grants,
    Rotation,
}

impl Field {
    /// All, in the order of the page.
    pub(crate) const ALL: [Field; 11] = [
        Field::Name,
        Field::Type,
        Field::Method,
        Field::Callbacks,
        Field::LogoutUrls,
        Field::Origins,
        Field::JwtLifetime,
        Field::Sso,
        Field::Description,
        Field::Grants,
        Field::Rotation,
    ];

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
            Field::Grants => "grants",
            Field::Rotation => "rotation",
        }
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
            Field::Grants => "Grant Types",
            Field::Rotation => "Refresh Token Rotation",
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
            Field::JwtLifetime => "jwt_configuration",
            Field::Sso => "sso",
            Field::Description => "description",
            Field::Grants => "grant_types",
            Field::Rotation => "refresh_token",
        }
    }

    /// The field that a finding of the model is about; the first one for what has no field here.
    pub(crate) fn of_setting(path: &str) -> Self {
        let setting = path.split('.').next().unwrap_or(path);
        Field::ALL.into_iter().find(|field| field.setting() == setting).unwrap_or(Field::Name)
    }

    /// Whether the form of a client of this type has the field.
    pub(crate) fn is_for(self, kind: Option<ClientKind>) -> bool {
        let is_machine = kind == Some(ClientKind::NonInteractive);
        match self {
            Field::Name | Field::Type | Field::Description | Field::Grants => true,
            // Public types have one method only; it is shown and cannot be changed.
            Field::Method => !is_public(kind),
            Field::Callbacks
            | Field::LogoutUrls
            | Field::Origins
            | Field::JwtLifetime
            | Field::Sso
            | Field::Rotation => !is_machine,
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
        assert_eq!(ids(Some(ClientKind::RegularWeb)), all);
        assert_eq!(ids(None), all);
        let public: Vec<_> = all.iter().copied().filter(|id| *id != "auth_method").collect();
        assert_eq!(ids(Some(ClientKind::Spa)), public);
        assert_eq!(ids(Some(ClientKind::Native)), public);
        let machine = ["name", "app_type", "auth_method", "description", "grants"];
        assert_eq!(ids(Some(ClientKind::NonInteractive)), machine);
    }

    #[test]
    fn a_finding_of_the_model_belongs_to_a_field() {
        assert_eq!(Field::of_setting("callbacks.3"), Field::Callbacks);
        assert_eq!(Field::of_setting("jwt_configuration.lifetime_in_seconds"), Field::JwtLifetime);
    }
}
