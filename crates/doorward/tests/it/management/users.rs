//! `/api/v2/users`, `users-by-email` and `user-blocks`: the original's wire.

use doorward_model::client::kind::ClientKind;
use serde_json::{Value, json};

use crate::kit::{Answer, EMAIL, Engine, House, Machine, PASSWORD, Via, Visitor};

const DATABASE: &str = "Username-Password-Authentication";
const ALL: &[&str] =
    &["read:users", "create:users", "update:users", "delete:users", "read:logs", "read:client_keys"];

fn code(answer: &Answer) -> Value {
    answer.json()["errorCode"].clone()
}

fn path(user: &Value) -> String {
    format!("/api/v2/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"))
}

async fn make(machine: &Machine<'_>, email: &str, more: Value) -> Value {
    let mut body = json!({ "connection": DATABASE, "email": email, "password": PASSWORD });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    machine.post("/api/v2/users", &body).await.is(201).json()
}

#[tokio::test]
async fn a_user_is_made_read_changed_and_deleted() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let sent = json!({
        "given_name": "Grace", "family_name": "Hopper", "name": "Grace Hopper", "nickname": "amazing",
        "picture": "https://a.test/g.png", "phone_number": "+15551234", "email_verified": true,
        "user_metadata": { "color": "red", "n": { "a": [1, null] } }, "app_metadata": { "plan": "gold" },
    });
    let made = make(&machine, "Grace@Example.com", sent.clone()).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    assert_eq!(made["email"], "grace@example.com");
    let id = made["user_id"].as_str().unwrap();
    let own = id.strip_prefix("auth0|").unwrap();
    assert_eq!(own.len(), 24);
    let identity = json!({ "connection": DATABASE, "user_id": own, "provider": "auth0", "isSocial": false });
    assert_eq!(made["identities"], json!([identity]));
    assert_eq!((&made["logins_count"], &made["blocked"]), (&json!(0), &json!(false)));
    assert!(made.get("last_login").is_none() && made.get("password").is_none());
    let path = path(&made);
    assert_eq!(machine.get(&path).await.is(200).json(), made);

    // The same again changes nothing, not even the time; then one thing changes.
    house.advance(5);
    let again = machine.patch(&path, &sent).await.is(200);
    assert_eq!(again.json().to_string(), made.to_string());
    let changed = machine.patch(&path, &json!({ "family_name": null, "blocked": true })).await.is(200).json();
    assert!(changed.get("family_name").is_none());
    assert_eq!((&changed["blocked"], &changed["name"]), (&json!(true), &json!("Grace Hopper")));
    assert_ne!(changed["updated_at"], made["updated_at"]);
    assert_eq!(machine.get(&path).await.is(200).json(), changed);

    assert!(machine.delete(&path).await.is(204).body.is_empty());
    assert_eq!(code(&machine.get(&path).await.is(404)), "inexistent_user");
    assert_eq!(code(&machine.patch(&path, &json!({ "blocked": false })).await.is(404)), "inexistent_user");
    machine.delete(&path).await.is(204);
    let logs = house.logs().await;
    let told = |name: &str| {
        logs.iter().filter(|event| event["type"] == "sapi" && event["description"] == name).count()
    };
    // One more is made by the house itself; a change that changes nothing is none.
    let told = ["Create a user", "Update a user", "Delete a user"].map(told);
    assert_eq!(told, [2, 1, 1]);
    assert!(logs.iter().any(|event| event["type"] == "sdu"));
}

#[tokio::test]
async fn fields_choose_what_is_shown() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made =
        make(&machine, "eve@example.com", json!({ "app_metadata": { "a": { "b": 1, "c": 2 } } })).await;
    let get = async |query: &str| machine.get(&format!("{}?{query}", path(&made))).await.is(200).json();
    assert_eq!(
        get("fields=email,app_metadata.a.b").await,
        json!({ "email": "eve@example.com", "app_metadata": { "a": { "b": 1 } } })
    );
    let rest = get("fields=email,identities&include_fields=false").await;
    assert!(rest.get("email").is_none() && rest.get("identities").is_none() && rest.get("name").is_some());
    machine.get(&format!("{}?nonsense=1", path(&made))).await.is(400);
}

#[tokio::test]
async fn an_address_and_an_id_are_taken_once_and_an_id_never_again() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let body = |email: &str, id: &str| json!({ "connection": DATABASE, "email": email, "password": PASSWORD, "user_id": id });
    let made = machine.post("/api/v2/users", &body("a@example.com", "abc")).await.is(201).json();
    assert_eq!(made["user_id"], "auth0|abc");
    let twin = machine.post("/api/v2/users", &body("A@example.com", "other")).await.is(409);
    assert_eq!(code(&twin), "user_exists");
    let same = machine.post("/api/v2/users", &body("b@example.com", "auth0|abc")).await.is(409);
    assert_eq!(code(&same), "user_exists");
    assert!(same.json()["message"].as_str().unwrap().contains("user_id"));
    for bad in ["", "auth0|", "a b", &"x".repeat(255)] {
        assert_eq!(
            code(&machine.post("/api/v2/users", &body("c@example.com", bad)).await.is(400)),
            "invalid_body"
        );
    }
    machine.delete(&path(&made)).await.is(204);
    // CVE-2026-55670: the address may come back, the id may not.
    machine.post("/api/v2/users", &body("a@example.com", "abc")).await.is(409);
    machine.post("/api/v2/users", &body("a@example.com", "def")).await.is(201);
}

#[tokio::test]
async fn what_a_new_user_lacks_or_has_too_much_of_is_said_at_once() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let said = async |body: Value| {
        let answer = machine.post("/api/v2/users", &body).await.is(400);
        assert_eq!(code(&answer), "invalid_body");
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    let text = said(json!({ "role": "admin", "email": "x", "blocked": 1 })).await;
    for field in ["role", "email", "blocked", "connection"] {
        assert!(text.contains(&format!("on property {field} ")), "{text}");
    }
    assert!(said(json!({ "connection": DATABASE, "email": "a@b.test" })).await.contains("property password"));
    assert!(
        said(json!({ "connection": DATABASE, "email": "a@b.test", "password": "x" }))
            .await
            .contains("password")
    );
    let large = json!({ "connection": DATABASE, "email": "a@b.test", "password": PASSWORD, "user_metadata": { "a": "x".repeat(20_000) } });
    assert!(said(large).await.contains("property user_metadata"));
    let nowhere = json!({ "connection": "nowhere", "email": "a@b.test", "password": PASSWORD });
    assert_eq!(code(&machine.post("/api/v2/users", &nowhere).await.is(404)), "inexistent_connection");
}

#[tokio::test]
async fn metadata_is_merged_by_first_level_names() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made =
        make(&machine, "a@example.com", json!({ "user_metadata": { "a": 1, "b": { "c": 1, "d": 2 } } }))
            .await;
    let patch = async |body: Value| machine.patch(&path(&made), &body).await.is(200).json();
    let merged = patch(json!({ "user_metadata": { "b": { "c": 3 }, "e": "new" } })).await;
    assert_eq!(merged["user_metadata"], json!({ "a": 1, "b": { "c": 3 }, "e": "new" }));
    let less = patch(json!({ "user_metadata": { "a": null, "zzz": null } })).await;
    assert_eq!(less["user_metadata"], json!({ "b": { "c": 3 }, "e": "new" }));
    assert!(patch(json!({ "user_metadata": {} })).await.get("user_metadata").is_none());
}

/// A new address counts as not proven; two people cannot have one.
#[tokio::test]
async fn an_address_can_be_changed_to_one_that_is_free() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = make(&machine, "old@example.com", json!({ "email_verified": true })).await;
    let taken = machine.patch(&path(&made), &json!({ "email": EMAIL })).await.is(400);
    assert_eq!(code(&taken), "auth0_idp_error");
    assert_eq!(taken.json()["message"], "The specified new email already exists");
    let body = json!({ "email": "New@example.com", "connection": DATABASE, "client_id": "any", "verify_email": false });
    let moved = machine.patch(&path(&made), &body).await.is(200).json();
    assert_eq!((&moved["email"], &moved["email_verified"]), (&json!("new@example.com"), &json!(false)));
    assert_eq!(moved["user_id"], made["user_id"]);
    let elsewhere = machine.patch(&path(&made), &json!({ "connection": "other" })).await.is(400);
    assert_eq!(code(&elsewhere), "invalid_body");
    assert!(house.log_types().await.contains(&"sce".to_owned()));
    let found =
        machine.get("/api/v2/users-by-email?email=NEW@example.com&fields=user_id").await.is(200).json();
    assert_eq!(found, json!([{ "user_id": made["user_id"] }]));
    assert_eq!(machine.get("/api/v2/users-by-email?email=old@example.com").await.is(200).json(), json!([]));
    for bad in ["", "?email=", "?email=x", "?email=a@b.c&page=1"] {
        let answer = machine.get(&format!("/api/v2/users-by-email{bad}")).await.is(400);
        assert_eq!(code(&answer), "invalid_query_string", "{bad}");
    }
}

/// A new password ends what the old one began.
#[tokio::test]
async fn a_changed_password_ends_sessions_and_refresh_tokens() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = house.machine(ALL).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let visitor = Visitor::new(&house);
        let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
        let user =
            machine.get(&format!("/api/v2/users-by-email?email={EMAIL}")).await.is(200).json()[0].clone();
        assert_eq!((&user["logins_count"], &user["last_ip"]), (&json!(1), &json!("192.0.2.1")));
        let weak = machine.patch(&path(&user), &json!({ "password": "short" })).await.is(400);
        assert_eq!(code(&weak), "invalid_body");
        let changed =
            machine.patch(&path(&user), &json!({ "password": "another horse battery" })).await.is(200).json();
        assert!(changed["last_password_reset"].is_string());
        assert!(party.refresh(tokens["refresh_token"].as_str().unwrap()).await.status.is_client_error());
        let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.query("error").as_deref(), Some("login_required"));
        let page = Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, PASSWORD).await;
        assert!(!page.status.is_redirection(), "the old password still works");
        party.tokens(&Visitor::new(&house), EMAIL, "another horse battery").await;
        let logs = house.logs().await;
        assert!(logs.iter().any(|event| event["type"] == "scp" && event["user_id"] == user["user_id"]));
        assert!(!format!("{logs:?}").contains("horse battery"), "a password stands in the log");
    }
}

#[tokio::test]
async fn a_deleted_user_has_nothing_left_that_works() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = house.machine(ALL).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let visitor = Visitor::new(&house);
        let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
        let person = house.person(&["read:current_user", "create:current_user_device_credentials"]).await;
        let device =
            json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
        person.caller.post("/api/v2/device-credentials", &device).await.is(201);
        let waiting = visitor.get(&party.authorize(&[("prompt", "none")])).await.query("code").unwrap();
        machine.delete(&person.path).await.is(204);
        person.caller.get(&person.path).await.is(401);
        party.swap(&waiting).await.is(400);
        party.refresh(tokens["refresh_token"].as_str().unwrap()).await.is(400);
        house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
        let silent = visitor.get(&party.authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.query("error").as_deref(), Some("login_required"));
        // What happened stays readable.
        let events = machine.get(&format!("{}/logs?include_totals=true", person.path)).await.is(200).json();
        assert!(events["total"].as_i64().unwrap() >= 3, "{events}");
        assert!(
            events["logs"].as_array().unwrap().iter().all(|event| event["user_id"] == person.id.as_str())
        );
        assert!(events["logs"].as_array().unwrap().iter().any(|event| event["type"] == "s"));
        let logs = format!("{}/logs", person.path);
        let mut oldest = machine.get(&format!("{logs}?sort=date:1")).await.is(200).json();
        oldest.as_array_mut().unwrap().reverse();
        assert_eq!(oldest, machine.get(&format!("{logs}?sort=date:-1")).await.is(200).json());
        machine.get(&format!("{logs}?sort=details:1")).await.is(400);
    }
}

#[tokio::test]
async fn a_blocked_user_gets_nothing_from_that_moment() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let user = machine.get(&format!("/api/v2/users-by-email?email={EMAIL}")).await.is(200).json()[0].clone();
    machine.patch(&path(&user), &json!({ "blocked": true })).await.is(200);
    assert!(party.refresh(tokens["refresh_token"].as_str().unwrap()).await.status.is_client_error());
    house.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);
    machine.patch(&path(&user), &json!({ "blocked": false })).await.is(200);
    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
}

/// Each scope opens its own fields; the one for everything is named to who lacks it.
#[tokio::test]
async fn a_change_needs_the_scope_of_every_field() {
    let house = House::new().await;
    let made = make(&house.machine(ALL).await, "a@example.com", json!({})).await;
    let keeper = house.machine(&["update:users_app_metadata"]).await;
    let kept =
        keeper.patch(&path(&made), &json!({ "app_metadata": { "plan": "gold" } })).await.is(200).json();
    assert_eq!(kept["app_metadata"], json!({ "plan": "gold" }));
    for body in [
        json!({ "email_verified": true }),
        json!({ "app_metadata": {}, "blocked": true }),
        json!({ "user_metadata": { "a": 1 } }),
        json!({}),
    ] {
        let refused = keeper.patch(&path(&made), &body).await.is(403);
        assert!(refused.json()["message"].as_str().unwrap().contains("update:users"), "{body}");
    }
}

/// CVE-2026-27946, CVE-2026-54693: nobody proves an address to themselves.
#[tokio::test]
async fn a_person_changes_their_own_metadata_and_nothing_else() {
    let house = House::new().await;
    let person = house.person(&["read:current_user", "update:current_user_metadata", "update:users"]).await;
    let body = json!({ "user_metadata": { "color": "red" } });
    let changed = person.caller.patch(&person.path, &body).await.is(200).json();
    assert_eq!(changed["user_metadata"], json!({ "color": "red" }));
    assert_eq!(person.caller.get(&person.path).await.is(200).json(), changed);
    for body in [
        json!({ "email_verified": true }),
        json!({ "phone_verified": true }),
        json!({ "user_metadata": { "color": "blue" }, "email_verified": true }),
        json!({ "app_metadata": { "role": "admin" } }),
        json!({ "blocked": false }),
        json!({ "password": "correct horse battery 2" }),
        json!({ "email": "other@example.com" }),
    ] {
        person.caller.patch(&person.path, &body).await.is(403);
    }
    let after = person.caller.get(&person.path).await.is(200).json();
    assert_eq!(after, changed, "something of it was done all the same");
    let by = house
        .logs()
        .await
        .into_iter()
        .find(|event| event["type"] == "sapi" && event["description"] == "Update a user");
    let by = by.expect("the change is an event")["details"]["by"].clone();
    assert_eq!((&by["kind"], &by["id"]), (&json!("user"), &json!(person.id)));

    // Without the scope to read, the answer to a change shows no more than the person sent.
    let machine = house.machine(ALL).await;
    machine.patch(&person.path, &json!({ "app_metadata": { "plan": "gold" } })).await.is(200);
    let blind = house.person(&["update:current_user_metadata"]).await;
    blind.caller.get(&blind.path).await.is(403);
    let shown = blind.caller.patch(&blind.path, &body).await.is(200).json();
    assert!(shown.get("app_metadata").is_none());
    assert_eq!(
        person.caller.get(&person.path).await.is(200).json()["app_metadata"],
        json!({ "plan": "gold" })
    );
}

#[tokio::test]
async fn a_person_may_delete_themselves_and_nobody_else() {
    let house = House::new().await;
    house.user("eve@example.com", PASSWORD).await;
    let person = house.person(&["delete:current_user"]).await;
    let eve = house.person_called("eve@example.com", &["read:current_user"]).await;
    person.caller.delete(&eve.path).await.is(403);
    person.caller.delete(&person.path).await.is(204);
    person.caller.delete(&person.path).await.is(401);
    eve.caller.get(&eve.path).await.is(200);
}

/// Ten wrong passwords lock an account for one address; an admin sees it and lifts it.
#[tokio::test]
async fn a_locked_account_is_seen_and_unlocked() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = house.machine(ALL).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let user =
            machine.get(&format!("/api/v2/users-by-email?email={EMAIL}")).await.is(200).json()[0].clone();
        let by_id = path(&user).replace("/users/", "/user-blocks/");
        let by_name = format!("/api/v2/user-blocks?identifier={}", EMAIL.to_uppercase());
        assert_eq!(machine.get(&by_id).await.is(200).json(), json!({ "blocked_for": [] }));
        for _ in 0..10 {
            Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, "wrong").await;
        }
        let locked =
            json!({ "blocked_for": [{ "identifier": EMAIL, "ip": "192.0.2.1", "connection": DATABASE }] });
        for path in [&by_id, &by_name, &format!("{by_name}&consider_brute_force_enablement=true")] {
            assert_eq!(machine.get(path).await.is(200).json(), locked, "{path}");
        }
        assert!(
            !Visitor::new(&house)
                .log_in(&party.authorize(&[]), EMAIL, PASSWORD)
                .await
                .status
                .is_redirection()
        );
        machine.delete(&by_name).await.is(204);
        party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        assert_eq!(machine.get(&by_id).await.is(200).json(), json!({ "blocked_for": [] }));
        let unlocked = async || house.log_types().await.iter().filter(|code| *code == "ublkdu").count();
        assert_eq!(unlocked().await, 1);
        machine.delete(&by_id).await.is(204);
        assert_eq!(unlocked().await, 1, "nothing was locked, so nothing was done");

        for bad in
            ["/api/v2/user-blocks", "/api/v2/user-blocks?identifier=", "/api/v2/user-blocks?identifier=a&x=1"]
        {
            assert_eq!(code(&machine.get(bad).await.is(400)), "invalid_query_string", "{bad}");
        }
        assert_eq!(code(&machine.get("/api/v2/user-blocks/auth0%7Cnobody").await.is(404)), "inexistent_user");
        machine.delete("/api/v2/user-blocks/auth0%7Cnobody").await.is(404);
        let nobody = machine.get("/api/v2/user-blocks?identifier=nobody").await.is(200).json();
        assert_eq!(nobody, json!({ "blocked_for": [] }));
    }
}
