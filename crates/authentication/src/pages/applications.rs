//! The page of a person's applications: what each one may, since when, and a button that takes it back.
//!
//! It says the same sentences as the consent page, so that people recognise what they allowed there.

use askama::Template;
use doorward_model::api::ResourceServer;
use doorward_model::client::Client;
use doorward_model::scope::oidc;
use doorward_model::tenant::Tenant;
use doorward_model::time::Timestamp;
use doorward_web::page::{Page, capped};
use http::StatusCode;

use super::wishes::{Group, Wish, about_you, at_api, nothing};

/// The page. Each of its forms posts `client_id`, `user` and the form token to `/u/applications`.
#[derive(Template)]
#[template(path = "applications.html")]
pub struct ApplicationsPage<'a> {
    /// Whose account it is about.
    pub tenant: &'a Tenant,
    /// The account, as its person knows it.
    pub account: &'a str,
    /// Its id: whoever answers must be who was shown the page.
    pub user: &'a str,
    /// The form token.
    pub csrf: &'a str,
    /// The applications.
    pub applications: &'a [Application<'a>],
    /// The one that was just taken everything.
    pub taken_back: Option<&'a Client>,
}

/// An application that may do something.
pub struct Application<'a> {
    /// What it is.
    pub client: &'a Client,
    /// Since when.
    pub since: Timestamp,
    /// What it may, and where.
    pub permits: Vec<Permit<'a>>,
}

/// What an application may in one place.
pub struct Permit<'a> {
    /// The place.
    pub place: Place<'a>,
    /// The scope values.
    pub scope: &'a [String],
}

/// Where an application may do something.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    /// At the account itself.
    Account,
    /// At an API.
    Api(&'a ResourceServer),
    /// At an API that is not there any more: its identifier is all that is known of it.
    Gone(&'a str),
}

impl ApplicationsPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }
}

impl Application<'_> {
    /// The day, in UTC.
    fn day(&self) -> String {
        let full = self.since.to_string();
        full.get(..10).unwrap_or(&full).to_owned()
    }

    fn groups(&self) -> Vec<Group> {
        // The account is one, wherever a permission for it was given.
        let is_allowed =
            |value: &&str| self.permits.iter().any(|permit| permit.scope.iter().any(|known| known == value));
        let about_you: Vec<Wish> = oidc::ALL.into_iter().filter(is_allowed).filter_map(about_you).collect();
        let mut groups = Vec::new();
        if !about_you.is_empty() {
            groups.push(Group { title: "It may".to_owned(), wishes: about_you });
        }
        for permit in &self.permits {
            let (name, permissions) = match permit.place {
                Place::Account => continue,
                Place::Api(api) => (api.name.as_str(), api.permissions.as_slice()),
                Place::Gone(identifier) => (identifier, &[][..]),
            };
            let title = format!("In {}, it may", capped(name));
            groups.push(Group { title, wishes: at_api(permissions, permit.scope) });
        }
        if groups.is_empty() {
            groups.push(Group { title: "It may".to_owned(), wishes: vec![nothing()] });
        }
        groups
    }
}

/// The same page when nobody is logged in. Status 401.
#[derive(Template)]
#[template(path = "not_logged_in.html")]
pub struct NotLoggedInPage<'a> {
    /// Where nobody is logged in.
    pub tenant: &'a Tenant,
    /// Whether somebody tried to change something.
    pub is_form: bool,
}

impl NotLoggedInPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).status(StatusCode::UNAUTHORIZED)
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::api::ApiPermission;

    use super::super::samples::{MARKUP, api, client, tenant};
    use super::*;

    fn groups(permits: &[(Place<'_>, &str)]) -> Vec<(String, usize)> {
        let client = client("Partner Sync");
        let scopes: Vec<Vec<String>> =
            permits.iter().map(|(_, scope)| scope.split_whitespace().map(str::to_owned).collect()).collect();
        let permits =
            permits.iter().zip(&scopes).map(|((place, _), scope)| Permit { place: *place, scope }).collect();
        let application = Application { client: &client, since: Timestamp::from_seconds(0), permits };
        application.groups().into_iter().map(|group| (group.title, group.wishes.len())).collect()
    }

    fn titled(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
        expected.iter().map(|(title, count)| ((*title).to_owned(), *count)).collect()
    }

    #[test]
    fn what_is_allowed_of_the_account_stands_once_wherever_it_was_allowed() {
        let orders = api("Orders");
        let found = groups(&[
            (Place::Account, "openid email"),
            (Place::Api(&orders), "openid profile read:orders read:stock"),
        ]);
        assert_eq!(found, titled(&[("It may", 3), ("In Orders, it may", 2)]));
    }

    #[test]
    fn an_api_that_is_gone_is_known_by_its_identifier() {
        let found = groups(&[(Place::Gone("https://api.acme.test/"), "read:orders")]);
        assert_eq!(found, titled(&[("In https://api.acme.test/, it may", 1)]));
    }

    #[test]
    fn whoever_may_nothing_is_said_to_know_the_login() {
        assert_eq!(groups(&[(Place::Account, "")]), titled(&[("It may", 1)]));
        assert_eq!(groups(&[(Place::Account, "unknown")]), titled(&[("It may", 1)]));
    }

    #[test]
    fn markup_is_escaped_wherever_it_comes_from() {
        let (client, tenant, api) = (client(MARKUP), tenant(MARKUP), api(MARKUP));
        let api = ResourceServer { permissions: vec![ApiPermission::new(MARKUP, MARKUP)], ..api };
        let scope = [MARKUP.to_owned(), "other".to_owned()];
        let places = [Place::Account, Place::Api(&api), Place::Gone(MARKUP)];
        let permits = places.map(|place| Permit { place, scope: &scope }).into();
        let since = Timestamp::from_seconds(0);
        let page = ApplicationsPage {
            tenant: &tenant,
            account: MARKUP,
            user: MARKUP,
            csrf: MARKUP,
            applications: &[Application { client: &client, since, permits }],
            taken_back: Some(&client),
        };
        for page in [page.page(), NotLoggedInPage { tenant: &tenant, is_form: true }.page()] {
            let html = page.html();
            assert!(html.contains("&#60;script&#62;") && !html.contains("<script>"), "{html}");
            assert!(!html.contains("alert('x')</script"), "{html}");
        }
    }
}
