//! `/api/v2/connections`: the object, lists, clients of a connection, and what goes with one.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, House, Machine, PASSWORD, Via, Visitor};

const ALL: &[&str] = &[
    "read:connections",
    "create:connections",
    "update:connections",
    "delete:connections",
    "read:connections_options",
    "delete:users",
    "read:clients",
];
const PATH: &str = "/api/v2/connections";

fn error(answer: Answer, status: u16, code: &str) -> String {
    let body = answer.is(status).json();
    assert_eq!((&body["statusCode"], &body["errorCode"]), (&json!(status), &json!(code)), "{body}");
    body["message"].as_str().unwrap().to_owned()
}

async fn make(machine: &Machine<'_>, name: &str) -> String {
    let body = json!({ "name": name, "strategy": "auth0" });
    machine.post(PATH, &body).await.is(201).json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_connection_is_made_read_changed_and_deleted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let sent = json!({
        "name": "Staff-Of-Acme", "strategy": "auth0", "display_name": "Staff", "is_domain_connection": true,
        "realms": ["staff"], "metadata": { "team": "hr" }, "show_as_button": false,
        "authentication": { "active": true }, "connected_accounts": { "active": false },
        "options": {
            "passwordPolicy": "good", "password_complexity_options": { "min_length": 10 }, "disable_signup": true,
            "attributes": { "email": { "signup": { "status": "required" } } }, "strategy_version": 2,
        },
        "enabled_clients": [machine.client_id],
    });
    let made = machine.post(PATH, &sent).await.is(201).json();
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("con_") && id.len() == 20, "{id}");
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let path = format!("{PATH}/{id}");
    assert_eq!(machine.get(&path).await.is(200).json(), made);
    assert!(machine.get(&format!("{path}/status")).await.is(200).body.is_empty());
    let some = machine.get(&format!("{path}?fields=name,options.passwordPolicy")).await.is(200).json();
    assert_eq!(some, json!({ "name": "Staff-Of-Acme", "options": { "passwordPolicy": "good" } }));

    let changed =
        machine.patch(&path, &json!({ "options": { "disable_signup": true } })).await.is(200).json();
    assert_eq!(changed["options"], json!({ "disable_signup": true }), "options are replaced as a whole");
    assert_eq!(changed["display_name"], "Staff");

    assert!(machine.delete(&path).await.is(202).body.is_empty());
    machine.delete(&path).await.is(202);
    error(machine.get(&path).await, 404, "inexistent_connection");
    error(machine.get(&format!("{path}/status")).await, 404, "inexistent_connection");
    error(machine.patch(&path, &json!({})).await, 404, "inexistent_connection");
    let writes = house.logs().await.iter().filter(|event| event["type"] == "sapi").count();
    assert!(writes >= 3, "only {writes} writes were logged");
}

/// Ids in bodies are looked for in the tenant of the token, as those in paths are.
#[tokio::test]
async fn a_client_of_another_tenant_is_no_client_here() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let (machine, stranger) = (house.machine(ALL).await, other.machine(ALL).await);
    let foreign = stranger.client_id.as_str();
    let theirs = json!({ "name": "x", "strategy": "auth0", "enabled_clients": [foreign] });
    error(machine.post(PATH, &theirs).await, 400, "invalid_body");
    let path = format!("{PATH}/{}", make(&machine, "Own").await);
    error(machine.patch(&path, &json!({ "enabled_clients": [foreign] })).await, 400, "invalid_body");
    let on = json!([{ "client_id": foreign, "status": true }]);
    error(machine.patch(&format!("{path}/clients"), &on).await, 400, "invalid_body");
    assert_eq!(machine.get(&path).await.is(200).json()["enabled_clients"], json!([]));
}

#[tokio::test]
async fn passwords_of_a_connection_may_have_to_be_rare_and_impersonal() {
    let house = House::new().await;
    let machine = house.machine(&["create:connections", "create:users", "update:users"]).await;
    let options = json!({
        "password_dictionary": { "enable": true, "dictionary": ["Enchantress"] },
        "password_no_personal_info": { "enable": true }, "password_history": { "enable": false, "size": 5 },
    });
    let connection = json!({ "name": "Careful", "strategy": "auth0", "options": options });
    machine.post(PATH, &connection).await.is(201);
    let user = |password: &str| json!({ "connection": "Careful", "email": "ada@example.com", "name": "Ada Lovelace", "password": password });
    for password in ["P@ssw0rd1!", "enchantress", "I am LOVELACE!"] {
        let said = error(machine.post("/api/v2/users", &user(password)).await, 400, "invalid_body");
        assert!(said.contains("too weak") && !said.contains(password), "{said}");
    }
    let made = machine.post("/api/v2/users", &user("analytical engine")).await.is(201).json();
    let path = format!("/api/v2/users/{}", made["user_id"].as_str().unwrap().replace('|', "%7C"));
    machine.patch(&path, &json!({ "nickname": "Babbage" })).await.is(200);
    for password in ["Welcome2026", "for babbage only"] {
        error(machine.patch(&path, &json!({ "password": password })).await, 400, "invalid_body");
    }
    machine.patch(&path, &json!({ "password": "difference machine" })).await.is(200);
    let history =
        json!({ "name": "Past", "strategy": "auth0", "options": { "password_history": { "enable": true } } });
    error(machine.post(PATH, &history).await, 400, "invalid_body");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_changes_nothing() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let said = error(
        machine.post(PATH, &json!({ "name": "x", "strategy": "google-oauth2" })).await,
        400,
        "invalid_body",
    );
    assert!(said.contains("auth0"), "{said}");
    error(machine.post(PATH, &json!({ "name": "a b", "strategy": "auth0" })).await, 400, "invalid_body");
    let clash = json!({ "name": "Username-Password-Authentication", "strategy": "auth0" });
    error(machine.post(PATH, &clash).await, 409, "resource_already_exists");
    let clients = json!({ "name": "x", "strategy": "auth0", "enabled_clients": ["nobody"] });
    error(machine.post(PATH, &clients).await, 400, "invalid_body");
    let id = make(&machine, "Staff").await;
    let path = format!("{PATH}/{id}");
    for body in [
        json!({ "name": "Other" }),
        json!({ "strategy": "auth0" }),
        json!({ "id": "con_other" }),
        json!({ "options": { "import_mode": true } }),
        json!({ "options": { "configuration": { "KEY": "hush" } } }),
        json!({ "enabled_clients": ["nobody"] }),
        json!({ "toaster": 1 }),
    ] {
        error(machine.patch(&path, &body).await, 400, "invalid_body");
    }
    assert_eq!(machine.get(PATH).await.is(200).json().as_array().unwrap().len(), 2);
    error(machine.get("/api/v2/connections/a%20b").await, 400, "invalid_uri");
    error(machine.get(&format!("{PATH}?toaster=1")).await, 400, "invalid_query_string");
    error(machine.delete(&format!("{path}/users")).await, 400, "invalid_query_string");
    error(machine.delete(&format!("{path}/users?email=nobody")).await, 400, "invalid_body");
}

#[tokio::test]
async fn lists_come_bare_with_totals_and_by_checkpoint() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for name in ["Zwei", "Drei"] {
        house.advance(1);
        make(&machine, name).await;
    }
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = ["Username-Password-Authentication", "Zwei", "Drei"];
    assert_eq!(names(&machine.get(PATH).await.is(200).json()), all);
    let page = machine.get(&format!("{PATH}?page=1&per_page=2&include_totals=true")).await.is(200).json();
    assert_eq!(
        (names(&page["connections"]), &page["total"], &page["start"]),
        (vec!["Drei".into()], &json!(3), &json!(2))
    );
    // The SDK's form: totals are asked for and a checkpoint all the same.
    let first = machine.get(&format!("{PATH}?include_totals=true&take=2")).await.is(200).json();
    assert_eq!(names(&first["connections"]), all[..2]);
    let next = first["next"].as_str().unwrap();
    let rest = machine.get(&format!("{PATH}?take=2&from={next}")).await.is(200).json();
    assert_eq!(names(&rest["connections"]), all[2..]);
    assert!(rest.get("next").is_none());
    let found = machine.get(&format!("{PATH}?name=Zwei&strategy=auth0")).await.is(200).json();
    assert_eq!(names(&found), ["Zwei"]);
    let either = machine.get(&format!("{PATH}?strategy=samlp&strategy=auth0")).await.is(200).json();
    assert_eq!(names(&either), all);
    assert_eq!(machine.get(&format!("{PATH}?strategy=samlp")).await.is(200).json(), json!([]));
    // CVE-2026-33503: a cursor that was changed, or is of another list, opens nothing.
    for forged in [&next[1..], "x", "con_1"] {
        error(machine.get(&format!("{PATH}?from={forged}")).await, 400, "invalid_query_string");
    }
}

/// §7.1 of the original's surface: in lists the options need a scope of their own.
#[tokio::test]
async fn options_in_lists_need_their_own_scope() {
    let house = House::new().await;
    let (one, all) = (house.machine(&["read:connections"]).await, house.machine(ALL).await);
    for query in ["", "?take=5"] {
        let shown = |list: Value| match list {
            Value::Array(list) => list[0].get("options").is_some(),
            other => other["connections"][0].get("options").is_some(),
        };
        assert!(!shown(one.get(&format!("{PATH}{query}")).await.is(200).json()));
        assert!(shown(all.get(&format!("{PATH}{query}")).await.is(200).json()));
    }
    let said = error(one.get(&format!("{PATH}?fields=name,options")).await, 403, "insufficient_scope");
    assert!(said.contains("read:connections_options"), "{said}");
    let id = all.get(PATH).await.json()[0]["id"].as_str().unwrap().to_owned();
    assert!(one.get(&format!("{PATH}/{id}")).await.is(200).json()["options"].is_object());
}

#[tokio::test]
async fn the_clients_of_a_connection_are_listed_and_switched() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let id = make(&machine, "Staff").await;
    let path = format!("{PATH}/{id}/clients");
    let parties =
        [house.party(ClientKind::Spa, Via::None).await, house.party(ClientKind::Native, Via::None).await];
    let mut ids: Vec<String> = parties.iter().map(|party| party.client_id.clone()).collect();
    ids.sort();
    // New clients got every connection, so all are switched off first.
    machine.patch(&format!("{PATH}/{id}"), &json!({ "enabled_clients": [] })).await.is(200);
    assert_eq!(machine.get(&path).await.is(200).json(), json!({ "clients": [] }));
    let on: Vec<Value> = ids.iter().map(|id| json!({ "client_id": id, "status": true })).collect();
    assert!(machine.patch(&path, &json!(on)).await.is(204).body.is_empty());
    let first = machine.get(&format!("{path}?take=1")).await.is(200).json();
    assert_eq!(first["clients"], json!([{ "client_id": ids[0] }]));
    let next = first["next"].as_str().unwrap();
    let rest = machine.get(&format!("{path}?take=1&from={next}")).await.is(200).json();
    assert_eq!(rest, json!({ "clients": [{ "client_id": ids[1] }] }));
    let off = json!([{ "client_id": ids[0], "status": false }, { "client_id": ids[1], "status": true }]);
    machine.patch(&path, &off).await.is(204);
    let shown = machine.get(&format!("{PATH}/{id}")).await.is(200).json();
    assert_eq!(shown["enabled_clients"], json!([ids[1]]));
    for body in [json!({}), json!([]), json!([{ "client_id": "nobody", "status": true }]), json!([{}])] {
        error(machine.patch(&path, &body).await, 400, "invalid_body");
    }
    let gone = machine.patch(&format!("{PATH}/con_none/clients"), &off).await;
    error(gone, 404, "inexistent_connection");
}

/// CVE-2025-64717: a connection that is switched off or deleted lets nobody in, from that moment.
#[tokio::test]
async fn a_login_heeds_what_happens_to_its_connection() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let id = machine.get(PATH).await.json()[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{PATH}/{id}");
    let page = Visitor::new(&house);
    let form = page.to_login(&party.authorize(&[])).await;

    let closed = json!({ "authentication": { "active": false } });
    machine.patch(&path, &closed).await.is(200);
    let back = page.submit(&form, &[("username", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(back.query("error").as_deref(), Some("invalid_request"));
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(party.refresh(refresh).await.is(400).json()["error"], "invalid_grant");
    let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert!(silent.query("error").is_some());

    machine.patch(&path, &json!({ "authentication": { "active": true } })).await.is(200);
    party.refresh(refresh).await.is(200);
    machine.delete(&path).await.is(202);
    assert_eq!(party.refresh(refresh).await.is(400).json()["error"], "invalid_grant");
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
    let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
    assert!(silent.query("code").is_none());
    make(&machine, "Username-Password-Authentication").await;
}

#[tokio::test]
async fn a_user_of_a_connection_is_deleted_by_address() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let tokens = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let id = machine.get(PATH).await.json()[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        machine.delete(&format!("{PATH}/{id}/users?email={EMAIL}")).await.is(204);
    }
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
    let again = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
    assert!(again.text().contains("role=\"alert\""));
}
