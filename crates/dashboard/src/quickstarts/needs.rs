//! What a client must allow before its sample can run, and the change that adds what is missing.

use doorward_model::api::{ClientGrant, SubjectType};
use doorward_model::client::edit::ClientPatch;
use doorward_model::client::kind::ClientKind;
use doorward_model::client::{Client, callback, logout, origin};
use doorward_model::patch::Patch;
use doorward_model::scope::ApiScope;

use super::{Guide, Values};

/// What the samples of programs ask of the Management API.
pub(crate) const ASKED: ApiScope = ApiScope::ReadClients;

/// One thing that must be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    pub what: What,
    pub value: String,
    pub is_met: bool,
    /// Whether one click adds it: a grant that is there already is not widened here.
    pub can_add: bool,
}

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Callback,
    Logout,
    Origin,
    /// Calling the Management API in its own name.
    Api,
}

impl Need {
    pub(crate) fn label(&self) -> &'static str {
        match self.what {
            What::Callback => "Callback URL",
            What::Logout => "Logout URL",
            What::Origin => "Origin",
            What::Api => "Management API",
        }
    }
}

/// Everything the sample of a guide needs of this client.
pub(crate) fn needs(guide: &Guide, values: &Values, client: &Client, grants: &[ClientGrant]) -> Vec<Need> {
    let settings = &client.settings;
    let value = |name: &str| values.get(name).unwrap_or_default().to_owned();
    if guide.app.is_none() {
        let audience = value("audience");
        let grant =
            grants.iter().find(|grant| grant.subject == SubjectType::Client && grant.audience == audience);
        let is_met = grant.is_some_and(|grant| grant.scope.iter().any(|scope| scope == ASKED.as_str()));
        let value = ASKED.as_str().to_owned();
        return vec![Need { what: What::Api, value, is_met, can_add: grant.is_none() }];
    }
    let need = |what, value: String, is_met: bool| Need { what, value, is_met, can_add: !is_met };
    let (back, bye) = (value("callback"), value("logout"));
    let is_native = settings.app_type == Some(ClientKind::Native);
    let logout_urls = settings.allowed_logout_urls.as_deref().unwrap_or_default();
    let (comes_back, leaves) = (
        callback::matches(client.callbacks(), &back, is_native).is_some(),
        logout::matches(logout_urls, &bye),
    );
    let mut needs = vec![need(What::Callback, back, comes_back)];
    if !bye.is_empty() {
        needs.push(need(What::Logout, bye, leaves));
    }
    if guide.kinds.contains(&ClientKind::Spa) {
        let allowed = settings.allowed_origins.as_deref().unwrap_or_default();
        let origin = value("app");
        let calls = origin::matches(allowed, client.callbacks(), &origin);
        needs.push(need(What::Origin, origin, calls));
    }
    needs
}

/// The change that adds what is missing to the lists of the client, and leaves the rest.
pub(crate) fn wanted(client: &Client, needs: &[Need]) -> ClientPatch {
    let settings = &client.settings;
    let with = |what: What, list: Option<&Vec<String>>| {
        let need = needs.iter().find(|need| need.what == what && !need.is_met);
        need.map_or(Patch::Keep, |need| {
            let mut list = list.cloned().unwrap_or_default();
            list.push(need.value.clone());
            Patch::Set(list)
        })
    };
    ClientPatch {
        callbacks: with(What::Callback, settings.callbacks.as_ref()),
        allowed_logout_urls: with(What::Logout, settings.allowed_logout_urls.as_ref()),
        allowed_origins: with(What::Origin, settings.allowed_origins.as_ref()),
        ..ClientPatch::default()
    }
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults;
    use doorward_model::client::edit::apply;
    use doorward_model::ids::{ClientGrantId, ClientId};
    use doorward_model::time::Timestamp;

    use super::super::find;
    use super::super::values::tests::{values, values_at};
    use super::*;

    fn client(kind: ClientKind) -> Client {
        let at = Timestamp::from_seconds(0);
        let settings = defaults::for_people(kind);
        Client {
            id: ClientId::parse("x").unwrap(),
            global: false,
            version: 1,
            settings,
            created_at: at,
            updated_at: at,
        }
    }

    #[test]
    fn what_is_missing_is_added_behind_what_is_there_and_then_nothing_is_missing() {
        let guide = find(Some(ClientKind::Spa), "react").unwrap();
        let values = values("https://id.acme.test/", "x");
        let mut client = client(ClientKind::Spa);
        client.settings.name = "Shop".to_owned();
        client.settings.callbacks = Some(vec!["https://app.test/cb".to_owned()]);
        let before = needs(guide, &values, &client, &[]);
        assert_eq!(
            before.iter().map(|need| (need.label(), need.is_met)).collect::<Vec<_>>(),
            [("Callback URL", false), ("Logout URL", false), ("Origin", false)]
        );
        client.settings = apply(&client.settings, wanted(&client, &before)).unwrap();
        assert_eq!(client.callbacks(), ["https://app.test/cb", "http://localhost:5173/callback"]);
        let after = needs(guide, &values, &client, &[]);
        assert!(after.iter().all(|need| need.is_met), "{after:?}");
        assert_eq!(wanted(&client, &after), ClientPatch::default());
    }

    #[test]
    fn a_native_program_needs_one_callback_without_a_port() {
        let guide = find(Some(ClientKind::Native), "command-line").unwrap();
        let values = values_at("https://id.acme.test/", "x", "command-line", None);
        let mut client = client(ClientKind::Native);
        client.settings.name = "Tool".to_owned();
        let before = needs(guide, &values, &client, &[]);
        assert_eq!(
            before.iter().map(|need| need.value.as_str()).collect::<Vec<_>>(),
            ["http://127.0.0.1/callback"]
        );
        client.settings = apply(&client.settings, wanted(&client, &before)).unwrap();
        assert!(needs(guide, &values, &client, &[]).iter().all(|need| need.is_met));
    }

    #[test]
    fn a_program_needs_a_grant_and_no_addresses() {
        let guide = find(Some(ClientKind::NonInteractive), "curl").unwrap();
        let values = values("https://id.acme.test/", "x");
        let client = client(ClientKind::NonInteractive);
        let before = needs(guide, &values, &client, &[]);
        assert_eq!(
            before.iter().map(|need| (need.label(), need.is_met)).collect::<Vec<_>>(),
            [("Management API", false)]
        );
        let (id, audience) = (ClientGrantId::parse("cgr_1").unwrap(), "https://api.test/".to_owned());
        let grant = ClientGrant::new(id, client.id.clone(), audience, vec![ASKED.as_str().to_owned()]);
        assert!(needs(guide, &values, &client, &[grant]).iter().all(|need| need.is_met));
    }
}
