//! Every row of the list, asked about things that exist: by a stranger of another tenant, for what is
//! secret, and with checkpoints that were made up. Source: the advisories of `docs/security/advisories.md`.

use std::collections::BTreeMap;

use doorward_management::openapi;
use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};
use serde_json::{Value, json};

use crate::kit::{Answer, Asked, ClientKey, EMAIL, House, Machine, PASSWORD, Via, Visitor, jwt};

const API: &str = "urn:things";

fn rows() -> impl Iterator<Item = Route> {
    doorward_management::routes::routes().into_iter().filter(|row| matches!(row.guard, Guard::AnyOf(_)))
}

async fn with_all_but<'h>(house: &'h House, left_out: &[ApiScope]) -> Machine<'h> {
    let scopes = ApiScope::ALL.iter().filter(|scope| !left_out.contains(scope));
    house.machine(&scopes.map(|scope| scope.as_str()).collect::<Vec<_>>()).await
}

/// One thing of every kind, by the segment that its address begins with.
struct Things {
    ids: BTreeMap<&'static str, String>,
    /// What is shown to whoever may read keys.
    client_secret: String,
    /// What is shown to whoever may read APIs.
    api_secret: String,
    /// What is shown to nobody a second time.
    secrets: Vec<(&'static str, String)>,
}

impl Things {
    async fn new(house: &House, owner: &Machine<'_>) -> Self {
        let (client_secret, api_secret) = (String::new(), String::new());
        let mut things = Self { ids: BTreeMap::new(), client_secret, api_secret, secrets: Vec::new() };
        let api =
            json!({ "identifier": API, "scopes": [{ "value": "read:things" }], "signing_alg": "HS256" });
        let api = owner.post("/api/v2/resource-servers", &api).await.is(201).json();
        things.api_secret = text(&api, "signing_secret");
        things.keep("resource-servers", &api, "id");
        things.of_people(house, owner).await;
        things.of_programs(owner).await;
        things
    }

    fn keep(&mut self, kind: &'static str, made: &Value, name: &str) -> String {
        let id = made[name].as_str().unwrap_or_else(|| panic!("{kind}: {made}")).to_owned();
        self.ids.insert(kind, id.clone());
        id
    }

    async fn of_programs(&mut self, owner: &Machine<'_>) {
        let body = json!({ "name": "Shop", "callbacks": ["https://shop.test/cb"] });
        let client = owner.post("/api/v2/clients", &body).await.is(201).json();
        self.client_secret = client["client_secret"].as_str().unwrap().to_owned();
        let id = self.keep("clients", &client, "client_id");
        let path = format!("/api/v2/clients/{id}");
        let beside =
            owner.post(&format!("{path}/secrets"), &json!({ "label": "beside" })).await.is(201).json();
        self.secrets.push(("a secret beside the client secret", text(&beside, "client_secret")));
        self.keep("secret_id", &beside, "id");
        let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
        let key = owner.post(&format!("{path}/credentials"), &key).await.is(201).json();
        self.keep("credential_id", &key, "id");
        let grant = json!({ "client_id": id, "audience": API, "scope": ["read:things"] });
        let grant = owner.post("/api/v2/client-grants", &grant).await.is(201).json();
        self.keep("client-grants", &grant, "id");
        let connection = json!({ "name": "Staff", "strategy": "auth0", "enabled_clients": [id] });
        let connection = owner.post("/api/v2/connections", &connection).await.is(201).json();
        self.keep("connections", &connection, "id");
        let sink = json!({
            "httpEndpoint": "https://in.test/", "httpAuthorization": "Bearer of-a-stream",
            "httpSigningKey": "key-of-a-stream", "httpCustomHeaders": [{ "header": "X-Key", "value": "header-of-a-stream" }],
        });
        let stream = json!({ "name": "Mine", "type": "http", "sink": sink, "status": "paused" });
        let stream = owner.post("/api/v2/log-streams", &stream).await.is(200).json();
        self.keep("log-streams", &stream, "id");
        for secret in ["Bearer of-a-stream", "key-of-a-stream", "header-of-a-stream"] {
            self.secrets.push(("a secret of a log stream", secret.to_owned()));
        }
        let keys = owner.get("/api/v2/keys/signing").await.is(200).json();
        self.keep("keys", &keys[0], "kid");
    }

    /// A person who logged in to an application of a third party, and has a role, a right and a device.
    async fn of_people(&mut self, house: &House, owner: &Machine<'_>) {
        let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
        let browser = Visitor::new(house);
        let asked = browser.log_in(&partner.authorize(&[]), EMAIL, PASSWORD).await;
        let page = browser.get(asked.location()).await.is(200);
        let code = browser.press(&page, "accept").await.query("code").unwrap();
        let tokens = partner.swap(&code).await.is(200).json();
        self.secrets.push(("the password", PASSWORD.to_owned()));
        self.secrets.push(("the hash of the password", "$argon2".to_owned()));
        self.secrets.push(("a private key", "PRIVATE KEY".to_owned()));
        self.secrets.push(("the session cookie", browser.session().unwrap()));
        for name in ["refresh_token", "access_token", "id_token"] {
            self.secrets.push(("a token of the person", text(&tokens, name)));
        }
        let user = jwt::decode(tokens["id_token"].as_str().unwrap()).1["sub"].as_str().unwrap().to_owned();
        let (id, path) = (user.replace('|', "%7C"), format!("/api/v2/users/{}", user.replace('|', "%7C")));
        self.ids.extend([("users", id.clone()), ("user-blocks", id.clone())]);
        let sessions = owner.get(&format!("{path}/sessions")).await.is(200).json();
        self.keep("sessions", &sessions["sessions"][0], "id");
        let refresh = owner.get(&format!("{path}/refresh-tokens")).await.is(200).json();
        self.keep("refresh-tokens", &refresh["tokens"][0], "id");
        let grants = owner.get(&format!("/api/v2/grants?user_id={id}")).await.is(200).json();
        self.keep("grants", &grants[0], "id");
        let role = owner.post("/api/v2/roles", &json!({ "name": "Clerk" })).await.is(200).json();
        let role = self.keep("roles", &role, "id");
        let permissions = permissions();
        owner.post(&format!("/api/v2/roles/{role}/permissions"), &permissions).await.is(201);
        owner.post(&format!("{path}/permissions"), &permissions).await.is(201);
        owner.post(&format!("{path}/roles"), &json!({ "roles": [role] })).await.is(204);
        let person = house.person(&["create:current_user_device_credentials"]).await;
        let device =
            json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
        let device = person.caller.post("/api/v2/device-credentials", &device).await.is(201).json();
        self.keep("device-credentials", &device, "id");
        let events = owner.get(&format!("{path}/logs")).await.is(200).json();
        self.keep("logs", &events[0], "log_id");
    }

    /// The address of a row, about these things, with what its query must have.
    fn address(&self, row: &Route) -> String {
        let kind = row.path.split('/').nth(3).unwrap();
        let fill = |segment: &str| match segment.strip_prefix('{').map(|name| name.trim_end_matches('}')) {
            None => segment.to_owned(),
            Some("templateName") => "welcome_email".to_owned(),
            Some("id") => self.ids.get(kind).unwrap_or_else(|| panic!("{}: nothing", row.path)).clone(),
            Some(name) => self.ids[name].clone(),
        };
        let path = row.path.split('/').map(fill).collect::<Vec<_>>().join("/");
        let user = &self.ids["users"];
        match row.operation {
            "get_users_by_email" | "delete_users_by_email" => format!("{path}?email={EMAIL}"),
            "get_user_blocks" | "delete_user_blocks" => format!("{path}?identifier={EMAIL}"),
            "get_refresh_tokens" | "delete_grants_by_user" | "get_grants" | "get_device_credentials" => {
                format!("{path}?user_id={user}")
            }
            _ => path,
        }
    }

    fn ask(&self, row: &Route, body: Option<&Value>) -> Asked {
        let (method, path) = (row.method.as_str(), self.address(row));
        body.map_or_else(|| Asked::new(method, &path), |body| Asked::json(method, &path, body))
    }

    /// Everything that can be read, as its owner reads it.
    async fn everything(&self, owner: &Machine<'_>) -> Vec<(&'static str, Answer)> {
        let mut read = Vec::new();
        for row in rows().filter(|row| row.method == http::Method::GET) {
            // What the stranger does with texts that are each tenant's own is no business of this test.
            if row.path.contains("{templateName}") || row.path == "/api/v2/branding/templates/universal-login"
            {
                continue;
            }
            read.push((row.operation, owner.send(self.ask(&row, None)).await.is(200)));
        }
        read
    }
}

fn text(made: &Value, name: &str) -> String {
    made[name].as_str().unwrap_or_else(|| panic!("{name}: {made}")).to_owned()
}

fn permissions() -> Value {
    json!({ "permissions": [{ "resource_server_identifier": API, "permission_name": "read:things" }] })
}

/// A body that the operation would heed. What it names exists in the tenant of whoever sends it.
async fn bodies(sender: &Machine<'_>) -> BTreeMap<&'static str, Value> {
    let user = sender.get("/api/v2/users").await.is(200).json()[0]["user_id"].clone();
    let api = json!({ "identifier": API, "scopes": [{ "value": "read:things" }] });
    sender.post("/api/v2/resource-servers", &api).await.is(201);
    let role = sender.post("/api/v2/roles", &json!({ "name": "Thief" })).await.is(200).json()["id"].clone();
    let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
    let (name, nothing) = (json!({ "name": "Mine" }), json!({}));
    BTreeMap::from([
        ("patch_clients_by_id", name.clone()),
        ("post_rotate_secret", nothing.clone()),
        ("post_client_secrets", json!({ "label": "mine" })),
        ("post_credentials", key),
        ("patch_credentials_by_id", json!({ "expires_at": null })),
        ("patch_client_grants_by_id", json!({ "scope": [] })),
        ("patch_resource_servers_by_id", name.clone()),
        ("patch_roles_by_id", name),
        ("post_role_permission_assignment", permissions()),
        ("delete_role_permission_assignment", permissions()),
        ("post_role_users", json!({ "users": [user] })),
        ("post_user_roles", json!({ "roles": [role] })),
        ("delete_user_roles", json!({ "roles": [role] })),
        ("post_permissions", permissions()),
        ("delete_permissions", permissions()),
        ("patch_log_streams_by_id", json!({ "name": "Mine" })),
        ("patch_connections_by_id", json!({ "display_name": "Mine" })),
        ("patch_connection_clients", json!([{ "client_id": sender.client_id, "status": true }])),
        ("patch_refresh_tokens_by_id", json!({ "refresh_token_metadata": { "a": "b" } })),
        ("patch_session", json!({ "session_metadata": { "a": "b" } })),
        ("revoke_session", nothing.clone()),
        ("revoke_user_access", nothing),
        ("patch_users_by_id", json!({ "blocked": true })),
    ])
}

/// CVE-2025-27507, CVE-2025-64431: whoever may everything in one tenant reads, changes and deletes nothing
/// of another, whichever row they ask.
#[tokio::test]
async fn no_row_gives_or_changes_what_belongs_to_another_tenant() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let owner = with_all_but(&house, &[]).await;
    let stranger = with_all_but(&other, &[]).await;
    let things = Things::new(&house, &owner).await;
    let bodies = bodies(&stranger).await;
    let before = things.everything(&owner).await;
    let mut asked = 0;
    for row in rows().filter(|row| row.path.contains("id}")) {
        asked += 1;
        let answer = stranger.send(things.ask(&row, bodies.get(row.operation))).await;
        let what = format!("{}: {} {}", row.operation, answer.status, answer.text());
        let is_empty = matches!(answer.text().as_str(), "" | "{}" | "[]");
        match row.method.as_str() {
            // What ends something says the same of what is not there.
            "DELETE" | "POST" if answer.status != 404 => {
                assert!(answer.status.is_success() && is_empty, "{what}");
            }
            _ if row.operation == "get_logs_by_user" => assert!(answer.status == 200 && is_empty, "{what}"),
            _ => assert_eq!(answer.status, 404, "{what}"),
        }
    }
    assert!(asked > 50, "{asked}");
    // Those that name somebody in the query or the body.
    let (user, token) = (things.ids["users"].replace("%7C", "|"), &things.ids["refresh-tokens"]);
    for (method, path, body) in [
        ("DELETE", format!("/api/v2/grants?user_id={}", things.ids["users"]), Value::Null),
        ("DELETE", format!("/api/v2/user-blocks?identifier={EMAIL}"), Value::Null),
        ("POST", "/api/v2/refresh-tokens/revoke".to_owned(), json!({ "ids": [token] })),
        ("POST", "/api/v2/refresh-tokens/revoke".to_owned(), json!({ "user_id": user })),
        (
            "POST",
            "/api/v2/client-grants".to_owned(),
            json!({ "client_id": things.ids["clients"], "audience": API, "scope": [] }),
        ),
    ] {
        let request =
            if body.is_null() { Asked::new(method, &path) } else { Asked::json(method, &path, &body) };
        let answer = stranger.send(request).await;
        assert!(answer.status != 201 && !answer.status.is_server_error(), "{path}: {}", answer.text());
    }
    for ((operation, before), (_, after)) in before.iter().zip(&things.everything(&owner).await) {
        // That the owner read secrets is in the owner's log.
        if *operation == "get_logs" {
            assert!(!after.text().contains(&stranger.client_id), "{}", after.text());
        } else {
            assert_eq!(before.text(), after.text(), "{operation}: the other tenant changed something");
        }
    }
    for (operation, seen) in everything_listed(&stranger, &things).await {
        for (kind, id) in &things.ids {
            assert!(!seen.contains(&id.replace("%7C", "|")), "{operation} shows one of {kind}: {seen}");
        }
    }
}

/// What a stranger's lists show.
async fn everything_listed(stranger: &Machine<'_>, things: &Things) -> Vec<(&'static str, String)> {
    let mut seen = Vec::new();
    for row in rows().filter(|row| row.method == http::Method::GET && !row.path.contains('{')) {
        let answer = stranger.send(things.ask(&row, None)).await;
        // A person that is not there is said not to be there, by the name that was asked for.
        if answer.status.is_success() && row.operation != "get_logs" {
            seen.push((row.operation, answer.text()));
        }
    }
    assert!(seen.len() > 10, "{}", seen.len());
    seen
}

/// CVE-2026-40166, CVE-2026-90942: of what is secret nothing leaves by any row, and the client secret by
/// none for which `read:client_keys` was not given.
#[tokio::test]
async fn no_row_shows_what_is_secret() {
    let house = House::new().await;
    let owner = with_all_but(&house, &[]).await;
    let things = Things::new(&house, &owner).await;
    let may_see_keys = things.everything(&owner).await;
    let shows = |read: &[(&str, Answer)], secret: &str| -> Vec<String> {
        let those = read.iter().filter(|(_, answer)| answer.text().contains(secret));
        those.map(|(operation, _)| (*operation).to_owned()).collect()
    };
    assert_eq!(shows(&may_see_keys, &things.client_secret), ["get_clients", "get_clients_by_id"]);
    let reader = with_all_but(&house, &[ApiScope::ReadClientKeys]).await;
    let may_not = things.everything(&reader).await;
    assert_eq!(shows(&may_not, &things.client_secret), [""; 0]);
    // The secret of an API is of those who may read APIs: no other row has it, and without that scope nobody.
    let of_apis = ["get_resource_servers", "get_resource_servers_by_id"];
    assert_eq!(shows(&may_see_keys, &things.api_secret), of_apis);
    let no_reader = with_all_but(&house, &[ApiScope::ReadResourceServers]).await;
    for row in rows().filter(|row| of_apis.contains(&row.operation)) {
        no_reader.send(things.ask(&row, None)).await.is(403);
    }
    for (operation, answer) in may_see_keys.iter().chain(&may_not) {
        for (what, secret) in &things.secrets {
            assert!(!answer.text().contains(secret), "{operation} shows {what}");
        }
    }
}

/// CVE-2026-33503, CVE-2026-33504: a checkpoint is good for the list that gave it and for no other.
#[tokio::test]
async fn no_row_takes_a_checkpoint_that_is_not_its_own() {
    let house = House::new().await;
    let owner = with_all_but(&house, &[]).await;
    let things = Things::new(&house, &owner).await;
    let own = text(&owner.get("/api/v2/clients?take=1").await.is(200).json(), "next");
    let mut changed = own.clone().into_bytes();
    let last = changed.len() - 1;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let cut = &own[..last];
    let document = openapi::document();
    let mut asked = 0;
    for row in rows().filter(|row| row.method == http::Method::GET) {
        let operation = &document["paths"][row.path.trim_start_matches("/api/v2")]["get"];
        let takes_one =
            operation["parameters"].as_array().into_iter().flatten().any(|one| one["name"] == "from");
        // The checkpoint of the log is the public id of an event: anybody may begin anywhere.
        if !takes_one || row.operation == "get_logs" {
            continue;
        }
        asked += 1;
        let address = things.address(&row);
        let and = if address.contains('?') { '&' } else { '?' };
        owner.get(&format!("{address}{and}take=1")).await.is(200);
        let of_clients = (row.operation != "get_clients").then_some(own.as_str());
        for from in [changed.as_str(), cut, "MjAyNg", "0"].into_iter().chain(of_clients) {
            let refused = owner.get(&format!("{address}{and}take=1&from={from}")).await.is(400).json();
            assert_eq!(refused["errorCode"], "invalid_query_string", "{}: {from}", row.operation);
        }
    }
    assert!(asked >= 7, "{asked}");
}

/// What has a list of its own has checkpoints of its own: a place among the clients of one connection is none among
/// those of another.
#[tokio::test]
async fn a_checkpoint_is_good_for_what_it_is_about_alone() {
    let house = House::new().await;
    let owner = with_all_but(&house, &[]).await;
    let mut clients = Vec::new();
    for name in ["One", "Two"] {
        let made = owner.post("/api/v2/clients", &json!({ "name": name })).await.is(201).json();
        clients.push(text(&made, "client_id"));
    }
    let (mut connections, mut roles, mut people) = (Vec::new(), Vec::new(), Vec::new());
    house.user("eve@example.com", PASSWORD).await;
    for email in [EMAIL, "eve@example.com"] {
        people.push(house.user_id(email).await);
        for kind in [ClientKind::RegularWeb, ClientKind::RegularWeb] {
            let party = house.party(kind, Via::Post).await;
            party.tokens(&Visitor::new(&house), email, PASSWORD).await;
        }
    }
    let members: Vec<String> = people.iter().map(|id| id.replace("%7C", "|")).collect();
    for name in ["A", "B"] {
        let body = json!({ "name": name, "strategy": "auth0", "enabled_clients": clients });
        connections.push(text(&owner.post("/api/v2/connections", &body).await.is(201).json(), "id"));
        let role = owner.post("/api/v2/roles", &json!({ "name": name })).await.is(200).json();
        roles.push(text(&role, "id"));
        let path = format!("/api/v2/roles/{}/users", text(&role, "id"));
        owner.post(&path, &json!({ "users": members })).await.is(200);
    }
    for (kind, ids, list) in [
        ("connections", &connections, "clients"),
        ("clients", &clients, "connections"),
        ("roles", &roles, "users"),
        ("users", &people, "sessions"),
        ("users", &people, "refresh-tokens"),
    ] {
        let [of_a, of_b] = [0, 1].map(|at| format!("/api/v2/{kind}/{}/{list}?take=1", ids[at]));
        let next = text(&owner.get(&of_a).await.is(200).json(), "next");
        owner.get(&format!("{of_a}&from={next}")).await.is(200);
        owner.get(&of_b).await.is(200);
        let refused = owner.get(&format!("{of_b}&from={next}")).await.is(400).json();
        assert_eq!(refused["errorCode"], "invalid_query_string", "{kind} {list}");
    }
}

/// CVE-2022-24124: whatever a parameter of a query holds, it is a value and no part of a statement; what is
/// not understood is refused, and nothing is found that the value does not name.
#[tokio::test]
async fn no_row_takes_a_value_of_a_query_for_more_than_a_value() {
    let house = House::new().await;
    let owner = with_all_but(&house, &[]).await;
    let things = Things::new(&house, &owner).await;
    let deep = format!("{}a", "(".repeat(2000));
    let values =
        ["' OR 1=1--", "\"; DROP TABLE users; --", "%", "_", "\\", "*' OR ''='", "$1", "\u{202e}", &deep];
    let document = openapi::document();
    let mut asked = 0;
    for row in rows().filter(|row| row.method == http::Method::GET) {
        let operation = &document["paths"][row.path.trim_start_matches("/api/v2")]["get"];
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            // What to show is picked from what was read already, and the log is read from any place on.
            let is_place = (row.operation, name) == ("get_logs", "from");
            if parameter["in"] != "query" || name == "fields" || is_place {
                continue;
            }
            for value in values {
                asked += 1;
                let address = things.address(&row);
                let (path, known) = address.split_once('?').unwrap_or((&address, ""));
                let known = known.split('&').filter_map(|pair| pair.split_once('='));
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                query.extend_pairs(known.filter(|(other, _)| *other != name)).append_pair(name, value);
                let answer = owner.get(&format!("{path}?{}", query.finish())).await;
                let what = format!("{} {name}={value:.20}: {}", row.operation, answer.status);
                assert!(answer.status == 200 || answer.status.is_client_error(), "{what}");
                let body = answer.json();
                let lists = body.as_object().into_iter().flat_map(|object| object.values()).chain([&body]);
                let found: usize = lists.filter_map(Value::as_array).map(Vec::len).sum();
                assert!(answer.status != 200 || found == 0, "{what}: {found} found");
            }
        }
    }
    assert!(asked > 500, "{asked}");
    owner.get("/api/v2/users").await.is(200);
}
