//! The consent page: who asks, for what, in sentences; Allow and Decline alike in size.
//!
//! The sentences about the account are ours, those about an API are what its admin wrote down for each
//! permission. Source: UX §3, "Consent"; OpenID Connect Core §5.4 for the scope values.

use askama::Template;
use doorward_model::api::ResourceServer;
use doorward_model::client::{Client, callback};
use doorward_model::scope::oidc;
use doorward_model::tenant::Tenant;
use doorward_web::page::{Page, capped};

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

/// Wishes that belong together.
struct Group {
    title: String,
    wishes: Vec<Wish>,
}

/// One thing that the client wants.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// In words.
    Words(String),
    /// A permission that nobody described: its bare value.
    Value(String),
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

    fn groups(&self) -> Vec<Group> {
        let about_you: Vec<Wish> = self.scope.iter().filter_map(|value| about_you(value)).collect();
        let at_api = self.api.map(|api| (api, self.at_api(api)));
        let mut groups = Vec::new();
        if !about_you.is_empty() {
            groups.push(Group { title: "It wants to".to_owned(), wishes: about_you });
        }
        if let Some((api, wishes)) = at_api {
            let title = format!("In {}, it wants to", capped(&api.name));
            groups.push(Group { title, wishes });
        } else if groups.is_empty() {
            let wish = Wish::Words("Know that you are logged in, and nothing else".to_owned());
            groups.push(Group { title: "It wants to".to_owned(), wishes: vec![wish] });
        }
        groups
    }

    /// What is wanted of an API, in the words of its permissions.
    fn at_api(&self, api: &ResourceServer) -> Vec<Wish> {
        let wishes = self.scope.iter().filter(|value| about_you(value).is_none()).map(|value| {
            let known = api.permissions.iter().find(|permission| permission.value == *value);
            let described = known.and_then(|permission| permission.description.as_deref()).map(str::trim);
            match described.filter(|text| !text.is_empty()) {
                Some(text) => Wish::Words(capped(text)),
                None => Wish::Value(capped(value)),
            }
        });
        let wishes: Vec<Wish> = wishes.collect();
        if wishes.is_empty() {
            return vec![Wish::Words("Call it in your name, without a special permission".to_owned())];
        }
        wishes
    }
}

/// The sentence for a scope value about the account itself.
fn about_you(value: &str) -> Option<Wish> {
    let text = match value {
        oidc::OPENID => "Recognise you when you come back",
        oidc::PROFILE => {
            "See your profile: names and picture, and birthday, gender, website, language \
                          and time zone where you gave them"
        }
        oidc::EMAIL => "See your email address",
        oidc::ADDRESS => "See your postal address",
        oidc::PHONE => "See your telephone number",
        oidc::OFFLINE_ACCESS => "Keep this access while you are away",
        _ => return None,
    };
    Some(Wish::Words(text.to_owned()))
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
    fn every_scope_value_that_openid_connect_knows_has_a_sentence() {
        for value in oidc::ALL {
            assert!(about_you(value).is_some(), "{value}");
        }
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
