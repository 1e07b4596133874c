//! Every row of every front's list, asked by those who must not get in.

use doorward_model::client::kind::ClientKind;
use doorward_model::scope::ApiScope;
use doorward_web::route::{Guard, Route};
use http::Method;
use serde_json::json;

use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

fn rows() -> Vec<Route> {
    let mut rows = doorward_authentication::routes::routes();
    rows.extend(doorward_management::routes::routes());
    rows.extend(doorward_dashboard::routes::routes());
    rows
}

fn guarded() -> impl Iterator<Item = (Route, &'static [ApiScope])> {
    rows().into_iter().filter_map(|row| match row.guard {
        Guard::AnyOf(scopes) => Some((row, scopes)),
        Guard::Public | Guard::Page | Guard::Admin | Guard::AnyToken => None,
    })
}

/// What the original has and this server refuses.
fn refused() -> impl Iterator<Item = Route> {
    rows().into_iter().filter(|row| row.guard == Guard::AnyToken)
}

fn ask(row: &Route) -> Asked {
    Asked::new(row.method.as_str(), &filled(row.path, "nobody"))
}

/// A path with every one of its segments that has a name filled in.
fn filled(path: &str, id: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { id } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut names: Vec<_> = rows().iter().map(|row| row.operation).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 40, "the lists are nearly empty: {names:?}");
}

#[tokio::test]
async fn without_credentials_every_guarded_row_is_401() {
    let house = House::new().await;
    for row in guarded().map(|(row, _)| row).chain(refused()) {
        for authorization in
            [None, Some("Bearer"), Some("Bearer x"), Some("Basic YTpi"), Some("Bearer a.b.c")]
        {
            let asked = authorization
                .into_iter()
                .fold(ask(&row), |asked, value| asked.header("authorization", value));
            let answer = house.send(asked).await.is(401);
            assert_eq!(answer.json()["statusCode"], 401, "{}", row.operation);
        }
    }
}

/// The dashboard's rows, asked by nobody, by a program and by a person of an application.
#[tokio::test]
async fn without_its_own_cookie_the_dashboard_shows_the_way_in_and_does_nothing() {
    let house = House::new().await;
    house.admin().await;
    let machine = house.machine(&["read:clients", "update:clients", "read:logs"]).await;
    let person = Visitor::new(&house);
    house.party(ClientKind::Spa, Via::None).await.code(&person, EMAIL, PASSWORD).await;
    person.set_cookie("__Host-dw-admin", &person.session().unwrap());
    let rows: Vec<Route> = rows().into_iter().filter(|row| row.guard == Guard::Admin).collect();
    assert!(rows.len() >= 5, "the dashboard has no rows");
    for row in rows {
        let bearer = format!("Bearer {}", machine.token);
        let as_person = person.dressed(ask(&row));
        for asked in [ask(&row), ask(&row).header("authorization", &bearer), as_person] {
            let answer = house.send(asked).await;
            if row.method == Method::GET {
                assert!(answer.is(303).location().starts_with("/manage/login"), "{}", row.operation);
            } else {
                answer.is(401);
            }
        }
    }
}

/// A session at one tenant's dashboard is none at another's.
#[tokio::test]
async fn a_session_of_another_tenants_dashboard_opens_nothing() {
    let house = House::new().await;
    let admin = house.admin().await;
    let other = house.second_tenant("other.test").await;
    let thief = Visitor::new(&other);
    thief.set_cookie("__Host-dw-admin", &admin.cookie("__Host-dw-admin").unwrap());
    assert!(thief.get("/manage/logs").await.is(303).location().starts_with("/manage/login"));
    admin.get("/manage/logs").await.is(200);
}

#[tokio::test]
async fn with_too_small_a_scope_every_guarded_row_is_403_and_names_what_would_do() {
    let house = House::new().await;
    for (row, scopes) in guarded() {
        let others: Vec<&str> = ApiScope::ALL
            .iter()
            .filter(|scope| !scopes.contains(scope))
            .map(|scope| scope.as_str())
            .collect();
        let machine = house.machine(&others).await;
        let body = machine.send(ask(&row)).await.is(403).json();
        assert_eq!(body["errorCode"], "insufficient_scope", "{}", row.operation);
        let message = body["message"].as_str().unwrap();
        assert!(message.contains("expected any of:"), "{message}");
        for scope in scopes {
            assert!(message.contains(scope.as_str()), "{}: {message}", row.operation);
        }
    }
}

/// What is not served is refused in the words that the original's tools take for "leave it alone", to
/// everybody: to strangers as 401 (above), to bearers as 403 with the scope, and those who hold that scope
/// are told besides that it is of no use here. Each refusal is an event.
#[tokio::test]
async fn what_is_not_served_is_403_and_names_its_scope_to_everybody() {
    let house = House::new().await;
    let nothing = house.machine(&[]).await;
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let everything = house.machine(&everything).await;
    let originals = doorward_management::original::all();
    let mut count = 0;
    for row in refused() {
        count += 1;
        let original = originals.iter().find(|original| original.name == row.operation).unwrap();
        let expected = format!("Insufficient scope, expected any of: {}", original.scopes.replace(' ', ", "));
        let body = nothing.send(ask(&row)).await.is(403).json();
        assert_eq!((&body["errorCode"], &body["message"]), (&json!("insufficient_scope"), &json!(expected)));
        let body = everything.send(ask(&row)).await.is(403).json();
        let message = body["message"].as_str().unwrap();
        assert_eq!(body["errorCode"], "insufficient_scope", "{}", row.operation);
        assert!(message.starts_with(&expected), "{}: {message}", row.operation);
        let is_held = original.scopes.split(' ').any(|scope| ApiScope::parse(scope).is_some());
        assert_eq!(message.contains("docs/reference/management-api.md"), is_held, "{}", row.operation);
    }
    assert!(count > 100, "the list of what is not served is nearly empty: {count}");
    assert!(house.log_types().await.contains(&"fapi".to_owned()));
}

#[tokio::test]
async fn there_are_no_actions_and_the_list_says_so() {
    let house = House::new().await;
    let machine = house.machine(&["read:actions"]).await;
    let list = machine.get("/api/v2/actions/actions?page=0&per_page=100").await.is(200).json();
    assert_eq!(list, json!({ "actions": [], "total": 0, "page": 0, "per_page": 100 }));
    machine.get("/api/v2/actions/actions?nonsense=1").await.is(400);
}

/// CVE-2025-27507, CVE-2026-123797: a token is good at home only.
#[tokio::test]
async fn a_token_of_another_tenant_opens_nothing() {
    let house = House::new().await;
    let other = house.second_tenant("other.test").await;
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let machine = other.machine(&everything).await;
    for (row, _) in guarded() {
        let bearer = format!("Bearer {}", machine.token);
        house.send(ask(&row).header("authorization", &bearer)).await.is(401);
    }
    assert_eq!(machine.get("/api/v2/clients").await.status, 200, "the token is not even good at home");
}

/// CVE-2026-123797: a tenant that does not exist is no way past the guard, whatever the token, the version that the
/// request says it speaks, or the method.
#[tokio::test]
async fn a_host_of_no_tenant_opens_nothing() {
    let house = House::new().await;
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let machine = house.machine(&everything).await;
    let mut asked = 0;
    for (row, scopes) in guarded() {
        let there = sample(&row, "nobody", scopes[0]).header("host", "evil.test");
        for request in [there.clone(), there.header("cdi-version", "1.0")] {
            let answer = machine.send(request).await.is(421);
            assert_eq!(answer.json()["statusCode"], 421, "{}", row.operation);
        }
        asked += 1;
    }
    assert!(asked > 80, "the list is nearly empty: {asked}");
    assert_eq!(machine.get("/api/v2/clients").await.status, 200, "the token is not even good at home");
}

/// What a row wants besides one of its scopes.
fn besides(operation: &str) -> Option<&'static str> {
    (operation == "get_client_connections").then_some("read:client_summary")
}

#[tokio::test]
async fn each_scope_opens_its_row() {
    let house = House::new().await;
    for (row, scopes) in guarded() {
        for scope in scopes {
            let mut held = vec![scope.as_str()];
            held.extend(besides(row.operation));
            // What is about oneself opens for oneself only, and a program is nobody.
            let answer = if scope.is_personal() {
                let email = format!("{}-{}@example.com", row.operation, scope.as_str().replace(':', "."));
                house.user(&email, PASSWORD).await;
                let person = house.person_called(&email, &held).await;
                person.caller.send(sample(&row, &person.id.replace('|', "%7C"), *scope)).await
            } else {
                house.machine(&held).await.send(sample(&row, "nobody", *scope)).await
            };
            assert!(
                !matches!(answer.status.as_u16(), 401 | 403),
                "{} by {scope:?}: {}",
                row.operation,
                answer.text()
            );
            assert!(!answer.status.is_server_error(), "{}: {}", row.operation, answer.text());
        }
    }
}

/// A request of a row with a body that `scope` may send.
fn sample(row: &Route, id: &str, scope: ApiScope) -> Asked {
    let path = filled(row.path, id);
    let body = match scope {
        ApiScope::UpdateClientKeys => json!({ "client_secret": "x".repeat(40) }),
        ApiScope::UpdateClientCredentials => json!({ "client_authentication_methods": null }),
        ApiScope::UpdateClientTokenVault => json!({ "token_vault_privileged_access": {} }),
        ApiScope::UpdateUsersAppMetadata => json!({ "app_metadata": { "plan": "gold" } }),
        ApiScope::UpdateCurrentUserMetadata => json!({ "user_metadata": { "color": "red" } }),
        _ if row.operation == "revoke_user_access" => json!({}),
        _ => json!({ "name": "x" }),
    };
    match row.method {
        Method::POST | Method::PATCH | Method::PUT => Asked::json(row.method.as_str(), &path, &body),
        _ => Asked::new(row.method.as_str(), &path),
    }
}

/// A person's token opens what is about that person. Whatever else it says it allows, and whoever else
/// it is asked about, is refused; and a program is nobody, whatever scopes about oneself it holds.
#[tokio::test]
async fn a_persons_token_opens_what_is_about_themselves_alone() {
    let house = House::new().await;
    house.user("eve@example.com", PASSWORD).await;
    let everything: Vec<&str> = ApiScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let personal: Vec<&str> =
        ApiScope::ALL.iter().filter(|scope| scope.is_personal()).map(|scope| scope.as_str()).collect();
    let ada = house.person(&everything).await;
    let eve = house.person_called("eve@example.com", &everything).await;
    let machine = house.machine(&personal).await;
    for (row, scopes) in guarded() {
        let is_personal = scopes.iter().any(|scope| scope.is_personal());
        let asked = || sample(&row, &eve.id.replace('|', "%7C"), ApiScope::UpdateCurrentUserMetadata);
        if row.path.contains("{id}") || !is_personal {
            let answer = ada.caller.send(asked()).await;
            // To a person the devices of others are not there.
            let expected = if row.operation == "delete_device_credentials_by_id" { 204 } else { 403 };
            assert_eq!(answer.status.as_u16(), expected, "{}: {}", row.operation, answer.text());
        }
        if is_personal && row.operation != "delete_device_credentials_by_id" {
            let answer = machine.send(asked()).await;
            assert_eq!(answer.status.as_u16(), 403, "{}: {}", row.operation, answer.text());
        }
    }
    eve.caller.get(&eve.path).await.is(200);
}

/// Nonsense at every address is an answer of ours, never a 5xx: from strangers, and at the dashboard from
/// somebody who may do everything there.
#[tokio::test]
async fn nonsense_at_every_row_is_answered() {
    let house = House::new().await;
    let admin = house.admin().await;
    let page = admin.get("/manage/clients/new").await.is(200).form();
    let (_, csrf) = page.fields.iter().find(|(name, _)| name == "_csrf").expect("no token in the form");
    let signed = format!("_csrf={csrf}&_once=%00&a=%zz&name=%00%ff&version=-1&page=99999999999999999999");
    for row in rows() {
        for id in ["%00", "%ff%fe", "..%2f..%2fetc", "a%20b", &"x".repeat(3000), "'%20OR%201=1--"] {
            let path = filled(row.path, id);
            for (kind, body) in [
                ("application/json", "{\"a\":"),
                ("text/html", "\u{1}"),
                ("application/x-www-form-urlencoded", "a=%zz"),
                ("application/x-www-form-urlencoded", &signed),
            ] {
                let asked =
                    Asked::new(row.method.as_str(), &path).header("content-type", kind).body(body.into());
                let is_for_admins = row.guard == Guard::Admin && row.operation != "log_out_admin";
                let answer = if is_for_admins {
                    house.send(admin.dressed(asked.header("origin", &house.origin()))).await
                } else {
                    house.send(asked).await
                };
                assert!(!answer.status.is_server_error(), "{} {path}: {}", row.operation, answer.status);
            }
        }
    }
    admin.get("/manage").await.is(200);
}

#[tokio::test]
async fn a_wrong_method_and_a_wrong_path_are_said() {
    let house = House::new().await;
    house.get("/nothing/here").await.is(404);
    house.send(Asked::new("DELETE", "/authorize")).await.is(405);
    let body = house.get("/api/v2/nothing").await.is(404).json();
    assert_eq!(body["statusCode"], 404);
}
