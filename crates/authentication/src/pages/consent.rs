//! The consent page: who asks, for what, in sentences; Allow and Decline alike in size.
//!
//! Source: UX §3, "Consent".

use askama::Template;
use doorward_model::api::ResourceServer;
use doorward_model::client::{Client, callback};
use doorward_model::tenant::Tenant;
use doorward_web::page::{Page, capped};

use super::wishes::{Group, Wish, about_you, at_api, nothing};

/// The page. Its form posts `state`, `scope`, the form token and `action` to `/u/consent`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// Whose account it is about.
    pub tenant: &'a Tenant,
    /// The login that is under way.
    pub state: &'a str,
    /// The form token.
    pub csrf: &'a str,
    /// The account, as its person knows it.
    pub account: &'a str,
    /// The API at which the client wants to act.
    pub api: Option<&'a ResourceServer>,
    /// What it wants.
    pub scope: &'a [String],
    /// The checked return address: either answer leads there.
    pub callback: &'a str,
    /// Our own address at which somebody else logs in.
    pub other_account: Option<&'a str>,
}

impl ConsentPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).form_target(&callback::origin(self.callback).unwrap_or_default())
    }

    /// The scope values that this page shows, as its form sends them back.
    fn shown(&self) -> String {
        self.scope.join(" ")
    }

    /// Where the answer goes, as far as it means something to people: the host of a web address.
    fn home(&self) -> Option<String> {
        // The person of a device stays with us.
        if self.callback.starts_with(self.tenant.issuer.as_str()) {
            return None;
        }
        let rest =
            self.callback.strip_prefix("https://").or_else(|| self.callback.strip_prefix("http://"))?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        Some(capped(host)).filter(|host| !host.is_empty())
    }

    /// Where the person takes back later what they allow, as it is typed.
    fn applications(&self) -> String {
        let address = self.tenant.issuer.url("u/applications");
        address.split_once("://").map_or(address.as_str(), |(_, rest)| rest).to_owned()
    }

    fn groups(&self) -> Vec<Group> {
        let about_you: Vec<Wish> = self.scope.iter().filter_map(|value| about_you(value)).collect();
        let mut groups = Vec::new();
        if !about_you.is_empty() {
            groups.push(Group { title: "It wants to".to_owned(), wishes: about_you });
        }
        if let Some(api) = self.api {
            let title = format!("In {}, it wants to", capped(&api.name));
            groups.push(Group { title, wishes: at_api(&api.permissions, self.scope) });
        } else if groups.is_empty() {
            groups.push(Group { title: "It wants to".to_owned(), wishes: vec![nothing()] });
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{api, client, tenant};
    use super::*;

    fn groups(scope: &str, api: Option<&ResourceServer>) -> Vec<(String, Vec<Wish>)> {
        let (client, tenant) = (client("Partner Sync"), tenant("Acme"));
        let scope: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
        let page = ConsentPage {
            client: &client,
            tenant: &tenant,
            state: "s",
            csrf: "c",
            account: "ada@example.com",
            api,
            scope: &scope,
            callback: "https://app.test/cb",
            other_account: None,
        };
        page.groups().into_iter().map(|group| (group.title, group.wishes)).collect()
    }

    #[test]
    fn what_is_wanted_of_the_account_stands_together() {
        assert_eq!(groups("openid profile email address phone offline_access", None)[0].1.len(), 6);
    }

    #[test]
    fn what_is_wanted_of_an_api_stands_in_the_words_of_its_admin_or_as_it_is() {
        let found = groups("openid read:orders read:stock", Some(&api("Orders")));
        assert_eq!(found[1].0, "In Orders, it wants to");
        let expected = [
            Wish::Words("See your orders and what became of them".to_owned()),
            Wish::Value("read:stock".to_owned()),
        ];
        assert_eq!(found[1].1, expected);
    }

    #[test]
    fn whoever_wants_nothing_is_said_to_want_nothing() {
        assert_eq!(groups("", None).len(), 1);
        assert_eq!(groups("", Some(&api("Orders"))).len(), 1);
        assert_eq!(groups("openid", Some(&api("Orders"))).len(), 2);
    }

    #[test]
    fn the_place_to_return_to_is_a_host_or_nothing() {
        for (callback, expected) in [
            ("https://app.test/cb?x=1", Some("app.test")),
            ("http://localhost:3000/cb", Some("localhost:3000")),
            ("com.example.app://host/cb", None),
        ] {
            let (client, tenant) = (client("A"), tenant("B"));
            let page = ConsentPage {
                client: &client,
                tenant: &tenant,
                state: "",
                csrf: "",
                account: "",
                api: None,
                scope: &[],
                callback,
                other_account: None,
            };
            assert_eq!(page.home().as_deref(), expected);
        }
    }
}
