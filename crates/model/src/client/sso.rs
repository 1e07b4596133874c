//! Use Doorward instead of the IdP to do Single Sign On.
//!
//! Source: the brief: when on, people with a valid session are not sent to the identity provider again.

use super::ClientSettings;

/// Whether a session that exists may log a person in to this client without another step.
///
/// Sessions of the database connection always may, unless single sign-on is switched off; the
/// brief's switch decides for connections whose identity provider could be asked again: on (or not
/// said), the session here is enough; off, the provider is asked each time.
///
/// ```
/// use doorward_model::client::{defaults, sso::session_counts};
/// let mut settings = defaults::for_api(None, None);
/// // The table: the switch, the provider that could be asked, whether the session is enough.
/// for (sso, provider, enough) in [
///     (None, false, true),
///     (None, true, true),
///     (Some(true), false, true),
///     (Some(true), true, true),
///     (Some(false), false, true),
///     (Some(false), true, false),
/// ] {
///     settings.sso = sso;
///     assert_eq!(session_counts(&settings, provider), enough, "{sso:?} {provider}");
///     settings.sso_disabled = true;
///     assert!(!session_counts(&settings, provider), "switched off is off");
///     settings.sso_disabled = false;
/// }
/// ```
#[must_use]
pub fn session_counts(settings: &ClientSettings, provider_can_be_asked: bool) -> bool {
    if settings.sso_disabled {
        return false;
    }
    !provider_can_be_asked || settings.sso.unwrap_or(true)
}
