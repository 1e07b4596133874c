//! Two tenants in one database, told apart by `Host` and by nothing else.

use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use serde_json::json;

use crate::kit::{
    Asked, ClientKey, DEVICE_GRANT, EMAIL, Engine, House, Machine, PASSWORD, RelyingParty, Via, Visitor,
};

/// What the owner gives the client, the stranger can neither read, add to, change nor take.
async fn secrets_and_keys_are_out_of_reach(house: &House, stranger: &Machine<'_>, path: &str) {
    let own =
        house.machine(&["update:client_keys", "create:client_credentials", "read:client_credentials"]).await;
    let id = |answer: crate::kit::Answer| answer.is(201).json()["id"].as_str().unwrap().to_owned();
    let secret = id(own.post(&format!("{path}/secrets"), &json!({ "label": "other" })).await);
    let key = json!({ "credential_type": "public_key", "pem": ClientKey::new().pem() });
    let credential = id(own.post(&format!("{path}/credentials"), &key).await);
    let (secrets, credentials) = (format!("{path}/secrets"), format!("{path}/credentials"));
    stranger.get(&secrets).await.is(404);
    stranger.post(&secrets, &json!({})).await.is(404);
    stranger.delete(&format!("{secrets}/{secret}")).await.is(404);
    stranger.get(&credentials).await.is(404);
    stranger.post(&credentials, &key).await.is(404);
    let one = format!("{credentials}/{credential}");
    stranger.get(&one).await.is(404);
    stranger.patch(&one, &json!({ "expires_at": null })).await.is(404);
    stranger.delete(&one).await.is(204);
    own.get(&one).await.is(200);
}

/// The connection of the one tenant is not there for the other.
async fn connections_are_out_of_reach(house: &House, stranger: &Machine<'_>) {
    let connection = house.app.tenants()[0].connections[0].id.to_string();
    let path = format!("/api/v2/connections/{connection}");
    for read in ["", "/status", "/clients"] {
        stranger.get(&format!("{path}{read}")).await.is(404);
    }
    stranger.patch(&path, &json!({ "options": {} })).await.is(404);
    let switch = json!([{ "client_id": stranger.client_id, "status": true }]);
    stranger.patch(&format!("{path}/clients"), &switch).await.is(404);
    stranger.delete(&format!("{path}/users?email={EMAIL}")).await.is(404);
    stranger.delete(&path).await.is(202);
    let list = stranger.get("/api/v2/connections").await.is(200).text();
    assert!(!list.contains(&connection), "a list shows a connection of another tenant");
}

/// A person, their devices and what happened to them are not there for the other tenant, and their token
/// opens nothing in it.
async fn people_are_out_of_reach(house: &House, (other, stranger): (&House, &Machine<'_>)) {
    let person = house.person(&["read:current_user", "create:current_user_device_credentials"]).await;
    let device = json!({ "device_name": "Phone", "type": "public_key", "value": "AAAA", "device_id": "d" });
    let made = person.caller.post("/api/v2/device-credentials", &device).await.is(201).json();
    stranger.get(&person.path).await.is(404);
    stranger.patch(&person.path, &json!({ "blocked": true })).await.is(404);
    stranger.delete(&person.path).await.is(204);
    assert_eq!(stranger.get(&format!("{}/logs", person.path)).await.is(200).json(), json!([]));
    let blocks = person.path.replace("/users/", "/user-blocks/");
    stranger.get(&blocks).await.is(404);
    stranger.delete(&blocks).await.is(404);
    stranger.delete(&format!("/api/v2/device-credentials/{}", made["id"].as_str().unwrap())).await.is(204);
    assert_eq!(stranger.get("/api/v2/device-credentials").await.is(200).json(), json!([]));
    let found = stranger.get(&format!("/api/v2/users-by-email?email={EMAIL}")).await.is(200).json();
    assert_eq!(found, json!([]));
    for list in ["", "?q=email:ada*", "?q=*", "?q=NOT%20blocked:true"] {
        let list =
            format!("/api/v2/users{list}{}include_totals=true", if list.is_empty() { "?" } else { "&" });
        let found = stranger.get(&list).await.is(200).json();
        let names: Vec<&str> =
            found["users"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap()).collect();
        let own = if list.contains("ada") { &[][..] } else { &["grace@example.com"] };
        assert_eq!((names.as_slice(), &found["total"]), (own, &json!(own.len())), "{list}");
    }
    // A token of a person is good at home only.
    let bearer = format!("Bearer {}", person.caller.token);
    other.send(Asked::get(&person.path).header("authorization", &bearer)).await.is(401);
    person.caller.get(&person.path).await.is(200);
}

#[tokio::test]
async fn nothing_of_one_tenant_is_seen_or_used_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let everything = [
            "read:clients",
            "update:clients",
            "delete:clients",
            "update:client_keys",
            "read:client_keys",
            "read:logs",
            "read:client_credentials",
            "create:client_credentials",
            "update:client_credentials",
            "delete:client_credentials",
            "read:connections",
            "update:connections",
            "delete:connections",
            "delete:users",
            "read:users",
            "update:users",
            "read:device_credentials",
            "delete:device_credentials",
            "read:logs_users",
        ];
        let stranger = other.machine(&everything).await;
        let path = format!("/api/v2/clients/{}", party.client_id);
        stranger.get(&path).await.is(404);
        stranger.patch(&path, &json!({ "name": "mine" })).await.is(404);
        stranger.post(&format!("{path}/rotate-secret"), &json!({})).await.is(404);
        secrets_and_keys_are_out_of_reach(&house, &stranger, &path).await;
        stranger.delete(&path).await.is(204);
        let list = stranger.get("/api/v2/clients?per_page=100").await.is(200).text();
        assert!(!list.contains(&party.client_id), "a list shows a client of another tenant");

        connections_are_out_of_reach(&house, &stranger).await;
        people_are_out_of_reach(&house, (&other, &stranger)).await;

        // Still there, and still its own: the person of one tenant is nobody in the other.
        let visitor = Visitor::new(&house);
        let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
        // What the stranger typed stands in their own log; what happened here does not.
        let logs = stranger.get("/api/v2/logs?per_page=100").await.is(200).json();
        for mut event in logs.as_array().unwrap().clone() {
            event["details"].as_object_mut().unwrap().remove("request");
            assert_ne!(event["client_id"], party.client_id, "{event}");
            assert!(!event.to_string().contains(EMAIL), "a log shows an event of another tenant: {event}");
        }

        let foreign = crate::kit::RelyingParty {
            house: &other,
            ..house.party(ClientKind::RegularWeb, Via::Post).await
        };
        let page = Visitor::new(&other).get(&foreign.authorize(&[])).await.is(400);
        assert!(page.header("location").is_none());
        let refused = foreign.refresh(tokens["refresh_token"].as_str().unwrap()).await;
        assert_eq!(refused.is(401).json()["error"], "invalid_client");
        other.userinfo(tokens["access_token"].as_str().unwrap()).await.is(401);

        // A session cookie of one tenant is no session in the other.
        let twin = other.party(ClientKind::Spa, Via::None).await;
        let thief = Visitor::new(&other);
        thief.set_cookie("__Host-dw", &visitor.session().unwrap());
        let silent = thief.get(&twin.authorize(&[("prompt", "none")])).await;
        assert_eq!(silent.query("error").as_deref(), Some("login_required"));

        // A refresh token of one tenant is nothing in the other.
        let token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(twin.refresh(token).await.is(400).json()["error"], "invalid_grant");
        party.refresh(token).await.is(200);

        // Keys are each tenant's own.
        let keys = |answer: crate::kit::Answer| answer.json()["keys"][0]["kid"].clone();
        assert_ne!(
            keys(house.get("/.well-known/jwks.json").await),
            keys(other.get("/.well-known/jwks.json").await)
        );
    }
}

/// APIs, grants, roles and permissions of one tenant, asked by a program of the other that may
/// everything at home.
#[tokio::test]
async fn rights_of_one_tenant_are_neither_seen_nor_given_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
        let (owner, stranger) = (house.machine(&everything).await, other.machine(&everything).await);
        let api = json!({ "identifier": "https://api.test/", "scopes": [{ "value": "read:all" }] });
        let api = owner.post("/api/v2/resource-servers", &api).await.is(201).json();
        let grant =
            json!({ "client_id": owner.client_id, "audience": "https://api.test/", "scope": ["read:all"] });
        let grant = owner.post("/api/v2/client-grants", &grant).await.is(201).json();
        let role = owner.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();
        let ada = house.user_id(EMAIL).await;
        let id = |made: &serde_json::Value| made["id"].as_str().unwrap().to_owned();
        let (api, grant, role) = (id(&api), id(&grant), id(&role));
        let permissions = json!({ "permissions": [
            { "resource_server_identifier": "https://api.test/", "permission_name": "read:all" },
        ] });

        for path in [
            format!("resource-servers/{api}"),
            "resource-servers/https%3A%2F%2Fapi.test%2F".to_owned(),
            format!("client-grants/{grant}"),
            format!("roles/{role}"),
        ] {
            let path = format!("/api/v2/{path}");
            stranger.get(&path).await.is(404);
            stranger.patch(&path, &json!({})).await.is(404);
            assert!(stranger.delete(&path).await.status.is_success(), "{path}");
            owner.get(&path).await.is(200);
        }
        for path in [format!("roles/{role}/permissions"), format!("users/{ada}/permissions")] {
            let path = format!("/api/v2/{path}");
            stranger.get(&path).await.is(404);
            // The API is unknown there, so the body is refused, or there is nobody to give it to.
            assert!(stranger.post(&path, &permissions).await.status.is_client_error(), "{path}");
            owner.post(&path, &permissions).await.is(201);
            stranger.delete_with(&path, &permissions).await.is(404);
            assert_eq!(owner.get(&path).await.is(200).json().as_array().unwrap().len(), 1, "{path}");
        }
        let user = ada.replace("%7C", "|");
        stranger.post(&format!("/api/v2/roles/{role}/users"), &json!({ "users": [user] })).await.is(404);
        stranger.post(&format!("/api/v2/users/{ada}/roles"), &json!({ "roles": [role] })).await.is(404);
        let theirs = stranger.post("/api/v2/roles", &json!({ "name": "Editor" })).await.is(200).json();
        let path = format!("/api/v2/roles/{}/users", id(&theirs));
        stranger.post(&path, &json!({ "users": [user] })).await.is(404);
        owner.post(&format!("/api/v2/users/{ada}/roles"), &json!({ "roles": [id(&theirs)] })).await.is(404);
        let lent = json!({ "client_id": owner.client_id, "audience": other.api(), "scope": [] });
        stranger.post("/api/v2/client-grants", &lent).await.is(404);
        for (path, mine) in [("resource-servers", 1), ("roles", 1), ("client-grants", 1)] {
            let list = stranger.get(&format!("/api/v2/{path}?per_page=100")).await.is(200).json();
            assert_eq!(list.as_array().unwrap().len(), mine, "{path}: {list}");
        }
    }
}

/// What people of one tenant allowed is neither seen nor taken back in the other.
#[tokio::test]
async fn grants_of_one_tenant_are_nothing_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let stranger = other.machine(&["read:grants", "delete:grants"]).await;
        let home = house.machine(&["read:grants"]).await;
        let partner = house.third_party(ClientKind::RegularWeb, Via::Post).await;
        let person = Visitor::new(&house);
        let redirect = person.log_in(&partner.authorize(&[]), EMAIL, PASSWORD).await;
        let page = person.get(redirect.location()).await.is(200);
        person.press(&page, "accept").await;
        let grants = home.get("/api/v2/grants").await.is(200).json();
        let (grant, user) = (grants[0]["id"].as_str().unwrap(), grants[0]["user_id"].as_str().unwrap());
        assert_eq!(stranger.get("/api/v2/grants").await.is(200).json(), json!([]));
        stranger.delete(&format!("/api/v2/grants/{grant}")).await.is(204);
        stranger.delete(&format!("/api/v2/grants?user_id={}", user.replace('|', "%7C"))).await.is(204);
        assert_eq!(
            home.get("/api/v2/grants").await.is(200).json(),
            grants,
            "a grant of another tenant is gone"
        );
    }
}

/// A client that stands for an API hears of tokens of its own tenant only, whatever the API is called.
#[tokio::test]
async fn a_token_of_one_tenant_is_no_token_to_a_server_of_the_other() {
    const API: &str = "https://things.test/";
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        for tenant in [&house, &other] {
            tenant.make_api(API, "Things", &[("read:things", "See things")]).await;
        }
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let asked = party.authorize(&[("audience", API), ("scope", "openid offline_access read:things")]);
        let back = Visitor::new(&house).log_in(&asked, EMAIL, PASSWORD).await;
        let tokens = party.swap(&back.query("code").unwrap()).await.is(200).json();
        let stands_for_it = json!({ "resource_server_identifier": API });
        let server = async |tenant| {
            let server: RelyingParty<'_> =
                House::party_with(tenant, ClientKind::NonInteractive, Via::Post, stands_for_it.clone()).await;
            server
        };
        let (at_home, stranger) = (server(&house).await, server(&other).await);
        let ask = async |party: &RelyingParty<'_>, token: &str| {
            let asked = party.token_request(&[("token", token)]).at("/oauth/introspect");
            party.house.send(asked).await
        };
        let access = tokens["access_token"].as_str().unwrap();
        let plain = party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
        let opaque = plain["access_token"].as_str().unwrap();
        // At home first: what one tenant opened is not open to the other.
        assert_eq!(ask(&at_home, access).await.is(200).json()["active"], true);
        assert_eq!(ask(&party, opaque).await.is(200).json()["active"], true);
        let others = ["refresh_token", "id_token"].map(|name| tokens[name].as_str().unwrap());
        for token in [access, opaque].into_iter().chain(others) {
            let answer = ask(&stranger, token).await.is(200);
            assert_eq!(answer.json(), json!({ "active": false }), "{token}");
        }
        for token in [access, opaque] {
            house.userinfo(token).await.is(200);
            other.userinfo(token).await.is(401);
        }
        // Who proves oneself in one tenant is nobody at the other.
        let here = RelyingParty { house: &other, ..at_home };
        assert_eq!(ask(&here, access).await.is(401).json()["error"], "invalid_client");
    }
}

/// What a client of one tenant pushed begins nothing in the other, and is still there at home.
#[tokio::test]
async fn a_pushed_request_of_one_tenant_is_none_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let twin = other.party(ClientKind::RegularWeb, Via::Post).await;
        let fields =
            [("response_type", "code"), ("redirect_uri", party.callback.as_str()), ("scope", "openid")];
        let pushed = house.send(party.token_request(&fields).at("/oauth/par")).await.is(201).json();
        let name = pushed["request_uri"].as_str().unwrap();
        let begin = |client: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("client_id", client), ("request_uri", name)])
                .finish();
            format!("/authorize?{query}")
        };
        for client in [&party.client_id, &twin.client_id] {
            let page = Visitor::new(&other).get(&begin(client)).await.is(400);
            assert!(
                page.header("location").is_none() && !page.text().contains("app.test"),
                "{}",
                page.text()
            );
        }
        let back = Visitor::new(&house).log_in(&begin(&party.client_id), EMAIL, PASSWORD).await;
        assert!(back.query("code").is_some(), "{}", back.location());
    }
}

/// A device waits in one tenant: neither of its codes is known in the other, to no client and to no person.
#[tokio::test]
async fn a_device_of_one_tenant_waits_for_nobody_in_the_other() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let other = house.second_tenant("other.test").await;
        let (television, twin) = (house.television(Via::None).await, other.television(Via::None).await);
        let waiting = television.wait().await;
        let grace = Visitor::new(&other);
        let page = grace.type_code(&waiting).await;
        assert!(page.text().contains("user_code") && !page.text().contains("Acme TV"), "{}", page.text());
        let code = waiting["device_code"].as_str().unwrap();
        let asked = twin.token(&[("grant_type", DEVICE_GRANT), ("device_code", code)]).await;
        assert_eq!(asked.is(400).json()["error"], "invalid_grant");
        let foreign = RelyingParty { house: &other, ..house.television(Via::None).await };
        assert_eq!(foreign.poll(&waiting).await.is(401).json()["error"], "invalid_client");
        Visitor::new(&house).activate(&waiting).await.is(200);
        television.poll(&waiting).await.is(200);
    }
}
