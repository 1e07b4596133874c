//! Where a person goes after logging out.
//!
//! Owns which address is allowed. Must not know sessions: whatever is decided here, the person is
//! logged out.
//!
//! Source: the brief, "Allowed Logout URLs"; the original's `/v2/logout`. [`rp_initiated`] decides the
//! standard's own way.

pub mod rp_initiated;

use doorward_model::client::{Client, logout};
use doorward_model::tenant::TenantSettings;

use super::error::{PageError, PageProblem};
use super::params::Params;

/// What a logout request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogoutRequest<'a> {
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `returnTo`.
    pub return_to: Option<&'a str>,
}

impl<'a> LogoutRequest<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// A page when one of the two came twice.
    pub fn read(params: &'a Params) -> Result<Self, PageError> {
        if let Some(name) =
            params.duplicates().into_iter().find(|name| matches!(*name, "client_id" | "returnTo"))
        {
            let hint = format!("{name} was sent more than once");
            return Err(PageError::new(PageProblem::RepeatedParameter, &hint));
        }
        Ok(Self { client_id: params.get("client_id"), return_to: params.get("returnTo") })
    }
}

/// What happens once the person is logged out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutDecision {
    /// To this address, byte for byte as it was asked for or listed.
    Redirect(String),
    /// A page that says so.
    Done,
    /// A page that says so, and that the address is not allowed.
    Refuse(PageError),
}

/// Decides `/v2/logout`. `client` is what was found for `client_id`: with a client its list counts,
/// without one the tenant's; an unknown client has no list.
///
/// ```
/// use doorward_model::tenant::TenantSettings;
/// use doorward_protocol::oauth::logout::{LogoutDecision, LogoutRequest, v2};
/// let settings = TenantSettings {
///     allowed_logout_urls: vec!["https://acme.test/bye".into()],
///     ..TenantSettings::new("Acme".into())
/// };
/// let request = LogoutRequest { client_id: None, return_to: Some("https://acme.test/bye?from=x") };
/// assert_eq!(v2(&request, None, &settings), LogoutDecision::Redirect("https://acme.test/bye?from=x".into()));
/// ```
#[must_use]
pub fn v2(request: &LogoutRequest<'_>, client: Option<&Client>, settings: &TenantSettings) -> LogoutDecision {
    let list: &[String] = match (request.client_id, client) {
        (Some(id), Some(client)) if client.id.as_str() == id && !client.global => {
            client.settings.allowed_logout_urls.as_deref().unwrap_or_default()
        }
        (Some(_), _) => &[],
        (None, _) => &settings.allowed_logout_urls,
    };
    let allowed = |address: &str| may_follow(list, address);
    match request.return_to {
        Some(asked) if allowed(asked) => LogoutDecision::Redirect(asked.to_owned()),
        Some(asked) => {
            let hint = format!(
                "returnTo {asked} is not an Allowed Logout URL of {}",
                request.client_id.unwrap_or("the tenant")
            );
            LogoutDecision::Refuse(PageError::new(PageProblem::LogoutUrlNotAllowed, &hint))
        }
        // An entry with a star names no address, so it does not match itself.
        None => match list.first() {
            Some(first) if request.client_id.is_some() && allowed(first) => {
                LogoutDecision::Redirect(first.clone())
            }
            _ => LogoutDecision::Done,
        },
    }
}

/// Whether a person may be sent to an address after logging out.
pub(crate) fn may_follow(list: &[String], address: &str) -> bool {
    address.bytes().all(|b| b.is_ascii_graphic()) && logout::matches(list, address)
}

#[cfg(test)]
mod tests {
    use doorward_model::client::kind::ClientKind;
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::authorize::examples;

    fn decide(client_id: Option<&str>, return_to: Option<&str>) -> LogoutDecision {
        let mut client = examples::client("web", ClientKind::RegularWeb);
        client.settings.allowed_logout_urls =
            Some(vec!["https://app.test/bye".into(), "https://*.wild.test/".into()]);
        let settings = TenantSettings {
            allowed_logout_urls: vec!["https://tenant.test/bye".into()],
            ..TenantSettings::new("Acme".into())
        };
        let found = client_id.is_some_and(|id| id == "web").then_some(&client);
        v2(&LogoutRequest { client_id, return_to }, found, &settings)
    }

    fn to(address: &str) -> LogoutDecision {
        LogoutDecision::Redirect(address.to_owned())
    }

    #[test]
    fn the_list_of_the_client_counts_or_that_of_the_tenant() {
        assert_eq!(decide(Some("web"), Some("https://app.test/bye")), to("https://app.test/bye"));
        assert_eq!(decide(Some("web"), Some("https://app.test/bye?a=1#b")), to("https://app.test/bye?a=1#b"));
        assert_eq!(decide(Some("web"), Some("https://qa.wild.test/")), to("https://qa.wild.test/"));
        assert_eq!(decide(None, Some("https://tenant.test/bye")), to("https://tenant.test/bye"));
        for (client, address) in [
            (Some("web"), "https://tenant.test/bye"),
            (None, "https://app.test/bye"),
            (Some("gone"), "https://app.test/bye"),
            (Some("gone"), "https://tenant.test/bye"),
        ] {
            let LogoutDecision::Refuse(page) = decide(client, Some(address)) else {
                panic!("{client:?} {address}")
            };
            assert_eq!(page.problem, PageProblem::LogoutUrlNotAllowed);
        }
    }

    #[test]
    fn without_return_to_the_first_entry_of_the_client_serves() {
        assert_eq!(decide(Some("web"), None), to("https://app.test/bye"));
        assert_eq!(decide(Some("gone"), None), LogoutDecision::Done);
        assert_eq!(decide(None, None), LogoutDecision::Done);
        let mut client = examples::client("web", ClientKind::RegularWeb);
        client.settings.allowed_logout_urls = Some(vec!["https://*.wild.test/".into()]);
        let request = LogoutRequest { client_id: Some("web"), return_to: None };
        assert_eq!(v2(&request, Some(&client), &TenantSettings::new("Acme".into())), LogoutDecision::Done);
    }

    #[test]
    fn cve_2026_5467_what_is_not_listed_is_refused() {
        for address in [
            "https://evil.test/",
            "https://app.test.evil.test/bye",
            "https://app.test@evil.test/bye",
            "https://app.test./bye",
            "//evil.test",
            "/\\evil.test",
            "/bye",
            "javascript:alert(1)",
            "https://app.test/bye\r\nLocation: https://evil.test",
        ] {
            assert!(matches!(decide(Some("web"), Some(address)), LogoutDecision::Refuse(_)), "{address}");
        }
    }

    #[test]
    fn repeated_parameters_are_a_page() {
        for query in ["returnTo=a&returnTo=b", "client_id=a&client_id=a"] {
            let params = Params::from_query(query).unwrap();
            assert_eq!(LogoutRequest::read(&params).unwrap_err().problem, PageProblem::RepeatedParameter);
        }
        let params = Params::from_query("federated&federated&returnTo=a").unwrap();
        assert_eq!(LogoutRequest::read(&params).unwrap().return_to, Some("a"));
    }

    proptest! {
        #[test]
        fn a_logout_goes_to_listed_places_only(at in 0..21usize, insert in "[ -~]{0,3}") {
            let listed = "https://app.test/bye";
            let at = at.min(listed.len());
            let address = format!("{}{insert}{}", &listed[..at], &listed[at..]);
            if let LogoutDecision::Redirect(sent) = decide(Some("web"), Some(&address)) {
                prop_assert_eq!(&sent, &address);
                let url = url::Url::parse(&sent).unwrap();
                let host = url.host_str().unwrap_or_default();
                prop_assert!(host == "app.test" || host.ends_with(".wild.test"), "{}", sent);
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }
    }
}
