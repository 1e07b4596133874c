//! Use Doorward instead of the IdP to do Single Sign On.
//!
//! Source: the brief: when on, people with a valid session are not sent to the identity provider again.

use super::ClientSettings;

/// Whether a session that exists may log a person in to this client without another step.
///
/// Sessions of the database connection always may, unless single sign-on is switched off; the
/// brief's switch decides for connections whose identity provider could be asked again.
#[must_use]
pub fn session_counts(settings: &ClientSettings, provider_can_be_asked: bool) -> bool {
    if settings.sso_disabled {
        return false;
    }
    !provider_can_be_asked || settings.sso.unwrap_or(true)
}
