//! Every row of the dashboard with an id, asked by the owner of another tenant about things that are there.
//! Source: the advisories of `docs/security/advisories.md`.

use doorward_engine::admins;
use doorward_model::admin::Role;
use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_web::route::{Guard, Route};
use http::Method;
use serde_json::{Value, json};

use super::form::{hidden, owned};
use crate::kit::{Answer, House, Machine, PASSWORD, RelyingParty, Via, Visitor};

/// Who owns the other tenant.
const STRANGER: &str = "stranger@example.com";
/// What a form is made with, so that it would be heeded by whichever row it comes to.
const FILLED: [(&str, &str); 11] = [
    ("app_type", "regular_web"),
    ("auth_method", "client_secret_post"),
    ("do", "pause"),
    ("httpEndpoint", "https://out.test/"),
    ("jwt_lifetime", "36000"),
    ("name", "Mine"),
    ("old_life", "now"),
    ("password", PASSWORD),
    ("reveal", "on"),
    ("sure", "on"),
    ("typed", "Storefront"),
];

/// One thing of every kind that the dashboard has pages about.
struct Things {
    client: String,
    secret: String,
    program: String,
    connection: String,
    stream: String,
    event: String,
}

impl Things {
    async fn new(house: &House, owner: &Machine<'_>) -> Self {
        let settings = json!({ "name": "Storefront", "callbacks": ["https://shop.test/callback"] });
        let client = house.party_with(ClientKind::RegularWeb, Via::Post, settings).await;
        let secrets = format!("/api/v2/clients/{}/secrets", client.client_id);
        let secret = owner.post(&secrets, &json!({ "label": "beside" })).await.is(201).json();
        let sink = json!({ "httpEndpoint": "https://in.test/" });
        let stream = json!({ "name": "Exports", "type": "http", "sink": sink, "status": "paused" });
        let stream = owner.post("/api/v2/log-streams", &stream).await.is(200).json();
        let connections = owner.get("/api/v2/connections").await.is(200).json();
        let slashed = client.authorize(&[("redirect_uri", "https://shop.test/callback/")]);
        house.get(&slashed).await.is(400);
        let events = owner.get("/api/v2/logs?per_page=100").await.is(200).json();
        let event = events.as_array().unwrap().iter().find(|event| event["type"] == "f").unwrap();
        Self {
            secret: text(&secret, "id"),
            program: house.party(ClientKind::NonInteractive, Via::Post).await.client_id,
            connection: text(&connections[0], "id"),
            stream: text(&stream, "id"),
            event: text(event, "log_id"),
            client: client.client_id,
        }
    }

    fn address(&self, row: &Route) -> String {
        let of_programs = ["get_token_in_guide", "show_client_apis", "save_client_apis"];
        let is_of_program = of_programs.contains(&row.operation);
        let (client, guide) = if is_of_program { (&self.program, "curl") } else { (&self.client, "express") };
        let id = match row.path.split('/').nth(2) {
            Some("clients") => client,
            Some("streams") => &self.stream,
            Some("logs") => &self.event,
            _ => panic!("{}: nothing of that kind", row.path),
        };
        let path = row.path.replace("{id}", id).replace("{guide}", guide);
        let path = path.replace("{secret}", &self.secret).replace("{connection}", &self.connection);
        assert!(!path.contains('{'), "{path}");
        path
    }

    fn ids(&self) -> [&str; 6] {
        [&self.client, &self.secret, &self.program, &self.connection, &self.stream, &self.event]
    }

    /// How they are, as their owner sees them.
    async fn state(&self, owner: &Machine<'_>) -> Vec<Value> {
        let (client, stream) = (&self.client, &self.stream);
        let mut state = Vec::new();
        for path in [
            format!("clients/{client}"),
            format!("clients/{client}/secrets"),
            format!("clients/{client}/connections"),
            format!("clients/{}", self.program),
            format!("connections/{}", self.connection),
            format!("log-streams/{stream}"),
            "client-grants".to_owned(),
            format!("logs/{}", self.event),
        ] {
            state.push(owner.get(&format!("/api/v2/{path}")).await.is(200).json());
        }
        state
    }
}

fn text(made: &Value, name: &str) -> String {
    made[name].as_str().unwrap_or_else(|| panic!("{name}: {made}")).to_owned()
}

/// What ends something comes last, so that it is there for all others.
fn rows() -> Vec<Route> {
    let mut rows = doorward_dashboard::routes::routes();
    rows.retain(|row| row.guard == Guard::Admin && row.path.contains("{id}"));
    rows.sort_by_key(|row| row.operation.starts_with("delete_"));
    assert!(rows.len() > 30, "the list is nearly empty: {}", rows.len());
    rows
}

/// Asks a row, with a form of the own dashboard where it takes one.
async fn ask(admin: &Visitor<'_>, row: &Route, address: &str) -> Answer {
    if row.method == Method::GET {
        return admin.get(address).await;
    }
    let page = admin.get("/manage/clients/new").await.is(200);
    let mut fields = hidden(&page, "/manage/clients");
    fields.extend(owned(&FILLED));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    admin.post(address, &fields).await
}

/// CVE-2025-27507, CVE-2025-64431: whoever owns one tenant sees, changes and deletes nothing of another by its
/// dashboard, whichever row they ask.
#[tokio::test]
async fn no_row_of_the_dashboard_gives_or_changes_what_belongs_to_another_tenant() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let owner = house.machine(&everything).await;
    let things = Things::new(&house, &owner).await;
    let password = Secret::new(PASSWORD.to_owned());
    admins::add(&other.app, &other.caller(), STRANGER, &password, Role::Owner).await.unwrap();
    let stranger = Visitor::new(&other);
    stranger.enter_dashboard(STRANGER, PASSWORD).await.is(303);
    let own = other.party(ClientKind::RegularWeb, Via::Post).await;
    let before = things.state(&owner).await;
    for row in rows() {
        let answer = ask(&stranger, &row, &things.address(&row)).await;
        let what = format!("{} {}: {}", row.method, row.operation, answer.status);
        if row.operation == "show_client" {
            // Nobody looks for it before its first tab is opened.
            assert_eq!(answer.location(), format!("/manage/clients/{}/settings", things.client));
        } else {
            assert_eq!(answer.status, 404, "{what}");
        }
        assert!(!answer.text().contains("Storefront") && !answer.text().contains("Exports"), "{what}");
    }
    // The own log knows what somebody typed; the lists know nothing of it.
    for path in ["/manage/clients", "/manage/streams"] {
        let page = stranger.get(path).await.is(200).text();
        for id in things.ids() {
            assert!(!page.contains(id), "{path} shows {id}");
        }
    }
    mixed(&stranger, &own, &things).await;
    assert_eq!(things.state(&owner).await, before, "the other tenant changed something");
    assert!(!owner.get("/api/v2/logs?per_page=100").await.is(200).text().contains(STRANGER));

    // The same rows are there for the owner of these things: it was the tenant that was looked at.
    let admin = house.admin().await;
    for row in rows() {
        let answer = ask(&admin, &row, &things.address(&row)).await;
        let is_done = answer.status.is_success() || answer.status.is_redirection();
        // What was filled in does not fit every form, and an undo wants the version that it undoes.
        let is_read = matches!(answer.status.as_u16(), 409 | 422);
        assert!(is_done || is_read, "{} {}: {}", row.method, row.operation, answer.status);
    }
    owner.get(&format!("/api/v2/clients/{}", things.client)).await.is(404);
    owner.get(&format!("/api/v2/log-streams/{}", things.stream)).await.is(404);
}

/// A client of one's own, with what belongs to a client of somebody else; and the API explorer, which asks from
/// inside.
async fn mixed(stranger: &Visitor<'_>, own: &RelyingParty<'_>, things: &Things) {
    for row in rows() {
        let address = things.address(&row).replace(&things.client, &own.client_id);
        let answer = match row.operation {
            "switch_client_connection" => ask(stranger, &row, &address).await.is(404),
            // As of a secret that somebody else stopped before.
            "stop_client_secret_by_form" => ask(stranger, &row, &address).await.is(303),
            _ => continue,
        };
        assert!(!answer.text().contains("Username-Password-Authentication"), "{}", answer.text());
    }
    let explorer = "/manage/api/get_clients_by_id";
    let page = stranger.get(explorer).await.is(200);
    let form = page.form_to(explorer);
    let tried = stranger.send_form(&form, explorer, &[("path-id", &things.client)]).await.is(200).text();
    assert!(tried.contains("404 Not Found") && !tried.contains("Storefront"), "{tried}");
}
