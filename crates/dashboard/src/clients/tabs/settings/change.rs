//! From what is saved to what the form holds: the change for the use case, and the same for people.

use doorward_model::client::Client;
use doorward_model::client::edit::ClientPatch;
use doorward_model::client::jwt::{JwtConfiguration, JwtPatch};
use doorward_model::client::refresh::{Expiration, RefreshPolicy, Rotation};
use doorward_model::patch::Patch;
use doorward_model::time::Lifetime;
use serde_json::{Map, Value};

use super::field::Field;
use super::values::Values;

/// One field that would be saved otherwise than it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub label: &'static str,
    /// What is no longer there, and what is new: lines of a list, or the one value.
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

/// What saving would change, field by field, in the order of the page.
pub(crate) fn differences(saved: &Values, typed: &Values) -> Vec<Difference> {
    let changed = Field::ALL.into_iter().filter(|field| typed.differs(*field, saved));
    changed.map(|field| difference(field, &saved.text(field), &typed.text(field))).collect()
}

fn difference(field: Field, before: &str, after: &str) -> Difference {
    let is_list = Field::LISTS.contains(&field) || matches!(field, Field::KeyHashes | Field::Metadata);
    let lines = |text: &str| -> Vec<String> {
        if is_list { text.lines().map(str::to_owned).collect() } else { vec![text.to_owned()] }
    };
    let (before, after) = (lines(before), lines(after));
    let only = |some: &[String], others: &[String]| -> Vec<String> {
        some.iter().filter(|line| !others.contains(line)).cloned().collect()
    };
    let shown = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().map(|line| if line.is_empty() { "(empty)".to_owned() } else { line }).collect()
    };
    let (removed, added) = (only(&before, &after), only(&after, &before));
    // The same lines in another order, or one of them twice: then the whole is shown.
    let (removed, added) =
        if removed.is_empty() && added.is_empty() { (before, after) } else { (removed, added) };
    Difference { label: field.label(), removed: shown(removed), added: shown(added) }
}

/// The change that leads from what is saved to these values; what did not change is not in it.
pub(crate) fn patch(typed: &Values, client: &Client) -> ClientPatch {
    let saved = Values::of(client);
    let mut patch = ClientPatch::default();
    let text = |text: &str| if text.is_empty() { Patch::Clear } else { Patch::Set(text.to_owned()) };
    for field in Field::ALL.into_iter().filter(|field| typed.differs(*field, &saved)) {
        match field {
            Field::Name => patch.name = Patch::Set(typed.name.clone()),
            Field::Type => patch.app_type = typed.kind.map_or(Patch::Clear, Patch::Set),
            Field::Method => patch.token_endpoint_auth_method = Patch::Set(typed.method),
            Field::Callbacks => patch.callbacks = Patch::Set(typed.urls(field)),
            Field::LogoutUrls => patch.allowed_logout_urls = Patch::Set(typed.urls(field)),
            Field::Origins => patch.allowed_origins = Patch::Set(typed.urls(field)),
            Field::JwtLifetime | Field::Algorithm => patch.jwt_configuration = jwt(typed, &saved, client),
            Field::Sso => patch.sso = Patch::Set(typed.sso),
            Field::Description => patch.description = text(&typed.description),
            Field::Logo => patch.logo_uri = text(&typed.logo),
            Field::Grants => patch.grant_types = Patch::Set(typed.grants.clone()),
            Field::Rotation | Field::RefreshLifetime | Field::RefreshIdle | Field::RefreshLeeway => {
                patch.refresh_token = Patch::Set(refresh_token(typed, client));
            }
            Field::Conformant => patch.oidc_conformant = Patch::Set(typed.conformant),
            Field::IpHeader => drop(patch.further.insert(field.setting().to_owned(), typed.ip_header.into())),
            Field::Team | Field::Bundle | Field::Package | Field::KeyHashes => {
                patch.further.insert(field.setting().to_owned(), typed.apps.setting(client));
            }
            Field::Metadata => patch.client_metadata = Patch::Set(metadata(typed, client)),
        }
    }
    patch
}

fn jwt(typed: &Values, saved: &Values, client: &Client) -> Patch<JwtPatch> {
    let known = client.settings.jwt_configuration.clone();
    let seconds = typed.jwt_lifetime.parse().ok().map(Lifetime::from_seconds);
    let is_other = |field| typed.differs(field, saved);
    let next = JwtConfiguration {
        lifetime_in_seconds: seconds.filter(|_| is_other(Field::JwtLifetime)).or(known.lifetime_in_seconds),
        // An algorithm that nobody chose stays unchosen.
        alg: if is_other(Field::Algorithm) { Some(typed.algorithm) } else { known.alg },
        ..known
    };
    Patch::Set(next.into())
}

/// A length of time, or none without end; what is no number was found before.
fn life(text: &str) -> Option<Lifetime> {
    text.parse().ok().map(Lifetime::from_seconds)
}

fn refresh_token(typed: &Values, client: &Client) -> RefreshPolicy {
    let known = client.settings.refresh_token.clone();
    let (absolute, idle) = (life(&typed.refresh_lifetime), life(&typed.refresh_idle));
    let ends = typed.rotation || absolute.is_some() || idle.is_some();
    RefreshPolicy {
        rotation_type: if typed.rotation { Rotation::Rotating } else { Rotation::NonRotating },
        expiration_type: if ends { Expiration::Expiring } else { Expiration::NonExpiring },
        leeway: life(&typed.refresh_leeway).unwrap_or(known.leeway),
        token_lifetime: absolute.unwrap_or(known.token_lifetime),
        idle_token_lifetime: idle.unwrap_or(known.idle_token_lifetime),
        infinite_token_lifetime: absolute.is_none(),
        infinite_idle_token_lifetime: idle.is_none(),
        ..known
    }
}

/// Pairs are merged one by one, so what is gone is said.
fn metadata(typed: &Values, client: &Client) -> Map<String, Value> {
    let mut pairs = Map::new();
    for (key, _) in client.settings.client_metadata.iter().flatten() {
        pairs.insert(key.clone(), Value::Null);
    }
    for (key, value) in &typed.metadata {
        pairs.insert(key.clone(), Value::from(value.as_str()));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use doorward_model::client::defaults::for_people;
    use doorward_model::client::edit::apply;
    use doorward_model::client::kind::ClientKind;
    use doorward_model::ids::ClientId;
    use doorward_model::signing_alg::SigningAlg;
    use doorward_model::time::Timestamp;
    use serde_json::json;

    use super::*;

    fn client() -> Client {
        let at = Timestamp::from_seconds(0);
        let mut settings = for_people(ClientKind::RegularWeb);
        settings.name = "Shop".to_owned();
        settings.callbacks = Some(vec!["https://a.test/cb".to_owned(), "https://b.test/cb".to_owned()]);
        settings.client_metadata = json!({ "team": "shop", "tier": "gold" }).as_object().cloned();
        let id = ClientId::parse("x").unwrap();
        Client { id, global: false, version: 1, settings, created_at: at, updated_at: at }
    }

    #[test]
    fn what_did_not_change_is_not_in_the_change() {
        let client = client();
        assert_eq!(patch(&Values::of(&client), &client), ClientPatch::default());
        assert_eq!(differences(&Values::of(&client), &Values::of(&client)), []);
    }

    #[test]
    fn a_change_leads_to_what_was_typed_and_back_again() {
        let client = client();
        let typed = Values {
            name: "Store".into(),
            callbacks: "https://a.test/cb, https://c.test/cb".into(),
            jwt_lifetime: "60".into(),
            logo: "https://cdn.test/l.png".into(),
            rotation: false,
            refresh_lifetime: String::new(),
            refresh_idle: "600".into(),
            refresh_leeway: "5".into(),
            algorithm: SigningAlg::HS256,
            conformant: false,
            ip_header: true,
            metadata: vec![("team".into(), "store".into()), ("new".into(), "1".into())],
            ..Values::of(&client)
        };
        let settings = apply(&client.settings, patch(&typed, &client)).unwrap();
        let after = Client { settings, ..client.clone() };
        let expected = Values { callbacks: "https://a.test/cb\nhttps://c.test/cb".into(), ..typed.clone() };
        assert_eq!(Values::of(&after), expected);
        assert_eq!(after.settings.refresh_token.absolute_life(), None);
        assert_eq!(
            Value::from(after.settings.client_metadata.clone()),
            json!({ "team": "store", "new": "1" })
        );
        let back = apply(&after.settings, patch(&Values::of(&client), &after)).unwrap();
        assert_eq!(Values::of(&Client { settings: back, ..client.clone() }), Values::of(&client));
    }

    #[test]
    fn a_difference_of_lists_names_what_came_and_what_went() {
        let saved = Values::of(&client());
        let typed = Values {
            callbacks: "https://b.test/cb https://c.test/cb".into(),
            description: "Sells".into(),
            ..saved.clone()
        };
        let found = differences(&saved, &typed);
        assert_eq!(found[0].label, "Allowed Callback URLs");
        assert_eq!(
            (&found[0].removed[..], &found[0].added[..]),
            (&["https://a.test/cb".to_owned()][..], &["https://c.test/cb".to_owned()][..])
        );
        assert_eq!((&found[1].removed[0][..], &found[1].added[0][..]), ("(empty)", "Sells"));
        let turned = Values { callbacks: "https://b.test/cb https://a.test/cb".into(), ..saved.clone() };
        assert_eq!(differences(&saved, &turned)[0].removed.len(), 2, "another order is a change too");
    }
}
