//! Forms of the pages of clients, filled in as a browser without script does.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, House, RelyingParty, Via, Visitor};

/// What a settings form holds, as (name, value); hidden fields come from the page.
pub type Fields<'a> = Vec<(&'a str, &'a str)>;

pub fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The hidden fields of the form of a page.
pub fn hidden(page: &Answer, action: &str) -> Vec<(String, String)> {
    const HIDDEN: [&str; 8] = ["_csrf", "_once", "version", "seen", "shown_as", "reveal", "sure", "username"];
    page.form_to(action).fields.into_iter().filter(|(name, _)| HIDDEN.contains(&name.as_str())).collect()
}

pub async fn post(admin: &Visitor<'_>, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = hidden(page, action);
    all.retain(|(name, _)| name != "reveal" || fields.is_empty());
    all.extend(owned(fields));
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    admin.post(action, &all).await
}

pub fn settings_path(id: &str) -> String {
    format!("/manage/clients/{id}/settings")
}

pub async fn save(admin: &Visitor<'_>, id: &str, fields: &[(&str, &str)]) -> Answer {
    let path = settings_path(id);
    let page = admin.get(&path).await.is(200);
    post(admin, &page, &path, fields).await
}

/// A whole form of a regular web application, with changes.
pub fn web<'a>(changes: &[(&'a str, &'a str)]) -> Fields<'a> {
    let mut fields = vec![
        ("name", "Shop"),
        ("app_type", "regular_web"),
        ("auth_method", "client_secret_post"),
        ("callbacks", "https://shop.test/cb"),
        ("logout_urls", "https://app.test/bye"),
        ("origins", ""),
        ("jwt_lifetime", "36000"),
        ("sso", "on"),
        ("description", ""),
        ("logo", ""),
        ("rotation", "on"),
        ("refresh_lifetime", "2592000"),
        ("refresh_idle", "1296000"),
        ("refresh_leeway", "0"),
        ("grants", "authorization_code"),
        ("grants", "refresh_token"),
        ("alg", "RS256"),
        ("conformant", "on"),
        ("metadata_key", ""),
        ("metadata_value", ""),
    ];
    let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
    fields.retain(|(name, _)| !is_changed(name));
    fields.extend(changes);
    fields
}

pub async fn client(house: &House, kind: ClientKind, name: &str) -> String {
    let via = if matches!(kind, ClientKind::Native | ClientKind::Spa) { Via::None } else { Via::Post };
    let changes = json!({ "name": name, "callbacks": ["https://shop.test/cb"] });
    let party: RelyingParty<'_> = house.party_with(kind, via, changes).await;
    party.client_id.clone()
}

pub async fn saved(house: &House, id: &str) -> Value {
    let machine = house.machine(&["read:clients"]).await;
    machine.get(&format!("/api/v2/clients/{id}")).await.is(200).json()
}
