//! Where a client begins a login that it did not ask for itself.
//!
//! Source: OpenID Connect Core §4 (`initiate_login_uri` of the client, `iss` with it).

use doorward_model::client::ClientSettings;
use doorward_model::client::further::INITIATE_LOGIN_URI;
use doorward_model::client::urls::check_https;
use doorward_model::tenant::Issuer;

/// The address at which the client begins a login, with our issuer so that it knows where to send
/// the person. None when the client names none, or one with a placeholder, which nothing fills.
///
/// ```
/// use doorward_model::{client::defaults, tenant::Issuer};
/// use doorward_protocol::oauth::initiate::address;
/// let issuer = Issuer::parse("https://id.acme.test").unwrap();
/// let mut settings = defaults::for_api(None, None);
/// assert_eq!(address(&settings, &issuer), None);
/// settings.further.set("initiate_login_uri", "https://app.test/login?from=idp");
/// assert_eq!(
///     address(&settings, &issuer).as_deref(),
///     Some("https://app.test/login?from=idp&iss=https%3A%2F%2Fid.acme.test%2F")
/// );
/// ```
#[must_use]
pub fn address(settings: &ClientSettings, issuer: &Issuer) -> Option<String> {
    let uri = settings.further.text(INITIATE_LOGIN_URI)?;
    // What an import brought may be none that could be saved.
    if check_https(uri).is_err() || uri.contains('{') {
        return None;
    }
    let joint = if uri.contains('?') { '&' } else { '?' };
    let issuer: String = url::form_urlencoded::byte_serialize(issuer.as_str().as_bytes()).collect();
    Some(format!("{uri}{joint}iss={issuer}"))
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults;

    use super::*;

    #[test]
    fn only_an_address_that_could_be_saved_and_is_complete_is_used() {
        let issuer = Issuer::parse("https://id.acme.test").unwrap();
        let with = |uri: &str| {
            let mut settings = defaults::for_api(None, None);
            settings.further.set(INITIATE_LOGIN_URI, uri);
            address(&settings, &issuer)
        };
        assert!(with("https://app.test/login").unwrap().starts_with("https://app.test/login?iss="));
        for bad in [
            "",
            "http://app.test/login",
            "https://app.test/#login",
            "javascript:alert(1)",
            "https://{organization_name}.app.test/login",
            "https://app.test/\r\nset-cookie:a",
        ] {
            assert_eq!(with(bad), None, "{bad:?}");
        }
    }
}
