//! `/api/v2/roles` and what hangs on it: permissions, and who has what.

use serde_json::{Value, json};

use super::error;
use crate::kit::{EMAIL, House, Machine};

const ALL: &[&str] = &[
    "read:roles",
    "create:roles",
    "update:roles",
    "delete:roles",
    "read:users",
    "update:users",
    "create:resource_servers",
    "read:logs",
];
const PATH: &str = "/api/v2/roles";
const API: &str = "https://api.test/";

async fn api(machine: &Machine<'_>) {
    let scopes =
        json!([{ "value": "read:things", "description": "Read things" }, { "value": "write:things" }]);
    let body = json!({ "identifier": API, "name": "Things", "scopes": scopes });
    machine.post("/api/v2/resource-servers", &body).await.is(201);
}

/// A role by that name; gives its address.
async fn role(machine: &Machine<'_>, name: &str) -> (String, String) {
    let made = machine.post(PATH, &json!({ "name": name })).await.is(200).json();
    let id = made["id"].as_str().unwrap().to_owned();
    (format!("{PATH}/{id}"), id)
}

fn named(names: &[&str]) -> Value {
    let one = |name: &&str| json!({ "resource_server_identifier": API, "permission_name": name });
    json!({ "permissions": names.iter().map(one).collect::<Vec<_>>() })
}

fn column(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_role_is_made_read_changed_and_deleted_with_the_originals_statuses() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = machine.post(PATH, &json!({ "name": "Editor" })).await.is(200).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made, json!({ "id": id, "name": "Editor", "description": null, "type": "tenant" }));
    assert!(id.starts_with("rol_") && id.len() == 20, "{id}");
    let path = format!("{PATH}/{id}");
    assert_eq!(machine.get(&path).await.is(200).json(), made);
    let body = json!({ "name": "Author", "description": " " });
    let changed = machine.patch(&path, &body).await.is(200).json();
    assert_eq!(changed, json!({ "id": id, "name": "Author", "description": " ", "type": "tenant" }));
    assert_eq!(machine.delete(&path).await.is(200).json(), json!({}));
    assert_eq!(machine.delete(&path).await.is(200).json(), json!({}));
    error(machine.get(&path).await, 404, "inexistent_role");
    error(machine.patch(&path, &body).await, 404, "inexistent_role");
    let deeds: Vec<Value> = house.logs().await.iter().map(|event| event["description"].clone()).collect();
    for deed in ["Create a role", "Update a role", "Delete a role"] {
        assert!(deeds.contains(&json!(deed)), "{deed} is not in the log");
    }
}

#[tokio::test]
async fn what_is_no_role_is_refused() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let (path, _) = role(&machine, "Editor").await;
    error(machine.post(PATH, &json!({ "name": "Editor" })).await, 409, "resource_already_exists");
    let (other, _) = role(&machine, "Author").await;
    error(machine.patch(&other, &json!({ "name": "Editor" })).await, 409, "resource_already_exists");
    for body in [
        json!({}),
        json!({ "name": "" }),
        json!({ "name": 7 }),
        json!({ "name": null }),
        json!({ "name": "x".repeat(256) }),
        json!({ "name": "x", "description": "x".repeat(501) }),
        json!({ "name": "x", "id": "rol_mine" }),
        json!({ "name": "x", "type": "organization", "owner_id": "org_1" }),
        json!({ "name": "x", "type": "robot" }),
        json!({ "name": "x", "owner_id": "org_1" }),
        json!([]),
    ] {
        error(machine.post(PATH, &body).await, 400, "invalid_body");
    }
    let permissions = format!("{path}/permissions");
    for body in [
        json!({}),
        json!({ "permissions": [] }),
        json!({ "permissions": [{}] }),
        json!({ "permissions": "x" }),
    ] {
        error(machine.post(&permissions, &body).await, 400, "invalid_body");
    }
    let unknown = error(machine.post(&permissions, &named(&["read:things"])).await, 400, "invalid_body");
    assert_eq!(
        unknown["message"],
        "Payload validation error: 'enum' on property permissions.0.resource_server_identifier \
         (There is no API with this identifier)."
    );
    api(&machine).await;
    let unknown = error(machine.post(&permissions, &named(&["read:nothing"])).await, 400, "invalid_body");
    assert!(unknown["message"].as_str().unwrap().contains("permissions.0.permission_name"));
    error(
        machine.post(&format!("{path}/users"), &json!({ "users": ["auth0|nobody"] })).await,
        404,
        "inexistent_user",
    );
    for path in ["rol_none/permissions", "rol_none/users"] {
        error(machine.get(&format!("{PATH}/{path}")).await, 404, "inexistent_role");
    }
    for query in ["nonsense=1", "type=x", "per_page=101"] {
        error(machine.get(&format!("{PATH}?{query}")).await, 400, "invalid_query_string");
    }
}

#[tokio::test]
async fn roles_are_listed_and_found_by_part_of_their_name() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    for name in ["Editor", "Author", "Auditor"] {
        house.advance(1);
        role(&machine, name).await;
    }
    assert_eq!(column(&machine.get(PATH).await.is(200).json(), "name"), ["Editor", "Author", "Auditor"]);
    // As the deploy tool asks.
    let page = machine
        .get(&format!("{PATH}?per_page=2&page=1&include_totals=true&type=tenant"))
        .await
        .is(200)
        .json();
    assert_eq!((column(&page["roles"], "name"), &page["total"]), (vec!["Auditor".to_owned()], &json!(3)));
    let found = machine.get(&format!("{PATH}?name_filter=AU&include_totals=true")).await.is(200).json();
    assert_eq!((found["roles"].as_array().unwrap().len(), &found["total"]), (2, &json!(2)));
    for nothing in ["type=organization", "type=organization&owner_id=org_1", "type=tenant&owner_id=org_1"] {
        assert_eq!(machine.get(&format!("{PATH}?{nothing}")).await.is(200).json(), json!([]), "{nothing}");
    }
}

#[tokio::test]
async fn permissions_of_a_role_are_added_twice_without_harm_and_taken_away() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine).await;
    let (path, _) = role(&machine, "Editor").await;
    let path = format!("{path}/permissions");
    for _ in 0..2 {
        assert_eq!(
            machine.post(&path, &named(&["write:things", "read:things"])).await.is(201).json(),
            json!({})
        );
    }
    let listed = machine.get(&format!("{path}?include_totals=true&page=0&per_page=50")).await.is(200).json();
    assert_eq!(listed["total"], 2);
    assert_eq!(
        listed["permissions"][0],
        json!({
            "permission_name": "read:things", "description": "Read things", "resource_server_name": "Things",
            "resource_server_identifier": API,
        })
    );
    for _ in 0..2 {
        assert!(machine.delete_with(&path, &named(&["read:things"])).await.is(204).body.is_empty());
    }
    assert_eq!(column(&machine.get(&path).await.is(200).json(), "permission_name"), ["write:things"]);
    let nowhere = json!({ "permissions": [{ "resource_server_identifier": "x", "permission_name": "y" }] });
    machine.delete_with(&path, &nowhere).await.is(204);
}

#[tokio::test]
async fn people_have_roles_from_both_sides() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    house.user("bob@example.com", crate::kit::PASSWORD).await;
    let (ada, bob) = (house.user_id(EMAIL).await, house.user_id("bob@example.com").await);
    let ((editor, editor_id), (author, author_id)) =
        (role(&machine, "Editor").await, role(&machine, "Author").await);
    for _ in 0..2 {
        let users = json!({ "users": [decoded(&ada), decoded(&bob)] });
        assert_eq!(machine.post(&format!("{editor}/users"), &users).await.is(200).json(), json!({}));
        let roles = json!({ "roles": [author_id] });
        assert!(machine.post(&format!("/api/v2/users/{ada}/roles"), &roles).await.is(204).body.is_empty());
    }
    let of_ada = machine.get(&format!("/api/v2/users/{ada}/roles?include_totals=true")).await.is(200).json();
    assert_eq!(of_ada["total"], 2);
    let mut names = column(&of_ada["roles"], "name");
    names.sort();
    assert_eq!(names, ["Author", "Editor"]);

    let members = machine.get(&format!("{editor}/users")).await.is(200).json();
    let mut expected = vec![decoded(&ada), decoded(&bob)];
    expected.sort();
    assert_eq!(column(&members, "user_id"), expected);
    assert_eq!(members[0]["name"], "Ada Lovelace");
    let page = machine.get(&format!("{editor}/users?take=1")).await.is(200).json();
    assert_eq!(column(&page["users"], "user_id"), expected[..1]);
    let next = page["next"].as_str().unwrap();
    let rest = machine.get(&format!("{editor}/users?take=1&from={next}")).await.is(200).json();
    assert_eq!(column(&rest["users"], "user_id"), expected[1..]);
    assert!(rest.get("next").is_none(), "{rest}");
    let totals =
        machine.get(&format!("{editor}/users?include_totals=true&per_page=1&page=1")).await.is(200).json();
    assert_eq!((&totals["total"], column(&totals["users"], "user_id")), (&json!(2), expected[1..].to_vec()));

    let roles = format!("/api/v2/users/{ada}/roles");
    for _ in 0..2 {
        machine.delete_with(&roles, &json!({ "roles": [editor_id] })).await.is(204);
    }
    assert_eq!(column(&machine.get(&roles).await.is(200).json(), "name"), ["Author"]);
    error(machine.post(&roles, &json!({ "roles": ["rol_none"] })).await, 404, "inexistent_role");
    error(machine.post(&roles, &json!({ "roles": [] })).await, 400, "invalid_body");
    for path in ["/api/v2/users/auth0%7Cnobody/roles", "/api/v2/users/auth0%7Cnobody/permissions"] {
        error(machine.get(path).await, 404, "inexistent_user");
    }
    machine.delete(&author).await.is(200);
    assert_eq!(machine.get(&roles).await.is(200).json(), json!([]));
}

#[tokio::test]
async fn permissions_of_a_person_say_where_they_come_from() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    api(&machine).await;
    let ada = house.user_id(EMAIL).await;
    let (editor, id) = role(&machine, "Editor").await;
    machine.post(&format!("{editor}/permissions"), &named(&["read:things", "write:things"])).await.is(201);
    machine.post(&format!("/api/v2/users/{ada}/roles"), &json!({ "roles": [id] })).await.is(204);
    let path = format!("/api/v2/users/{ada}/permissions");
    for _ in 0..2 {
        assert_eq!(machine.post(&path, &named(&["read:things"])).await.is(201).json(), json!({}));
    }
    let listed = machine.get(&format!("{path}?include_totals=true")).await.is(200).json();
    assert_eq!(listed["total"], 2);
    let by_role = json!({ "source_id": id, "source_name": "Editor", "source_type": "ROLE" });
    let direct = json!({ "source_id": "", "source_name": "", "source_type": "DIRECT" });
    assert_eq!(listed["permissions"][0]["sources"], json!([direct, by_role]));
    assert_eq!(listed["permissions"][1]["sources"], json!([by_role]));
    machine.delete_with(&path, &named(&["read:things", "write:things"])).await.is(204);
    let left = machine.get(&path).await.is(200).json();
    assert_eq!(left[0]["sources"], json!([by_role]), "what a role brings stays");
    error(machine.post(&path, &named(&["read:nothing"])).await, 400, "invalid_body");
}

fn decoded(id: &str) -> String {
    id.replace("%7C", "|")
}

/// Forms have no types; what a role and an API take gives them theirs.
#[tokio::test]
async fn forms_are_read_as_the_objects_that_they_stand_for() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let form = "identifier=https%3A%2F%2Fapi.test%2F&token_lifetime=60&allow_offline_access=true\
                &scopes[0][value]=read:things&scopes[1][value]=write:things\
                &subject_type_authorization[user][policy]=allow_all";
    let path = "/api/v2/resource-servers";
    let made = machine.raw("POST", path, FORM, form.into()).await.is(201).json();
    assert_eq!((&made["token_lifetime"], &made["allow_offline_access"]), (&json!(60), &json!(true)));
    assert_eq!(made["scopes"], json!([{ "value": "read:things" }, { "value": "write:things" }]));
    let (path, _) = role(&machine, "Editor").await;
    let form = "permissions[0][resource_server_identifier]=https%3A%2F%2Fapi.test%2F\
                &permissions[0][permission_name]=read:things";
    machine.raw("POST", &format!("{path}/permissions"), FORM, form.into()).await.is(201);
    let ada = house.user_id(EMAIL).await;
    machine.raw("POST", &format!("{path}/users"), FORM, format!("users[]={ada}").into()).await.is(200);
    let held = machine.get(&format!("/api/v2/users/{ada}/permissions")).await.is(200).json();
    assert_eq!(column(&held, "permission_name"), ["read:things"]);
}
