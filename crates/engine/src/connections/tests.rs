//! The use cases of connections together, and what a login makes of them.

use std::slice::from_ref;

use doorward_model::connection::DEFAULT_DATABASE;
use doorward_model::log::event::Event;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_model::time::Lifetime;
use doorward_model::user::{Profile, User};
use serde_json::{Value, json};

use super::*;
use crate::fault::Unproven;
use crate::jobs;
use crate::kit::{Kit, object};
use crate::login::journey::{EMAIL, Journey, PASSWORD, error};
use crate::login::{Browser, Problem, Step};
use crate::tokens::userinfo;
use crate::users::{self, NewUser};

async fn make(kit: &Kit, body: Value) -> Connection {
    create(&kit.app, &kit.shell(), &object(body)).await.unwrap().connection
}

/// A connection that is younger than the one of the installation.
async fn staff(kit: &Kit) -> Connection {
    kit.clock.advance(Lifetime::from_seconds(1));
    make(kit, json!({ "name": "Staff", "strategy": "auth0" })).await
}

async fn person(kit: &Kit, connection: &str, email: &str, password: &str) -> Result<User, Fault> {
    let new = NewUser {
        connection,
        email,
        email_verified: true,
        password: Secret::new(password.to_owned()),
        profile: Profile::default(),
    };
    users::create(&kit.app, &kit.shell(), new).await
}

fn targets(event: &Event) -> &Value {
    &event.details["target"]["connection"]
}

#[tokio::test]
async fn a_connection_is_made_read_changed_and_deleted_and_each_is_an_event() {
    let kit = Kit::new().await;
    let all = kit.machine(ApiScope::ALL);
    let made =
        create(&kit.app, &all, &object(json!({ "name": "Staff", "strategy": "auth0" }))).await.unwrap();
    let id = made.connection.id.clone();
    assert!(made.enabled_clients.is_empty());
    assert_eq!(get(&kit.app, &all, &id).await.unwrap().connection, made.connection);
    assert!(kit.tenant().connection(&id).is_some(), "it is in the snapshot at once");

    let change = object(json!({ "options": { "passwordPolicy": "low" }, "display_name": "Staff of Acme" }));
    let changed = update(&kit.app, &all, &id, &change).await.unwrap().connection;
    assert_eq!(Value::Object(changed.strategy.options().clone()), json!({ "passwordPolicy": "low" }));
    assert_eq!((changed.name.as_str(), changed.version), ("Staff", 2));

    assert!(delete(&kit.app, &all, &id).await.unwrap());
    assert!(!delete(&kit.app, &all, &id).await.unwrap(), "it is gone already");
    assert!(matches!(get(&kit.app, &all, &id).await, Err(Fault::NotFound { what: "connection" })));
    assert!(matches!(update(&kit.app, &all, &id, &change).await, Err(Fault::NotFound { .. })));
    let events = kit.events().await;
    let writes: Vec<&Event> = events.iter().filter(|event| event.code.as_str() == "sapi").collect();
    assert!(writes[..3].iter().all(|event| targets(event) == "Staff"), "{writes:?}");
}

#[tokio::test]
async fn a_name_is_taken_once_and_free_again_after_its_connection() {
    let kit = Kit::new().await;
    let first = staff(&kit).await;
    let body = object(json!({ "name": "Staff", "strategy": "auth0" }));
    let again = create(&kit.app, &kit.shell(), &body).await;
    assert!(matches!(again, Err(Fault::Exists { what: "connection" })));
    person(&kit, "Staff", EMAIL, PASSWORD).await.unwrap();
    delete(&kit.app, &kit.shell(), &first.id).await.unwrap();
    let second = staff(&kit).await;
    assert_ne!(second.id, first.id);
    person(&kit, "Staff", EMAIL, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn clients_are_named_when_a_connection_is_made_changed_or_switched() {
    let kit = Kit::new().await;
    let shop = kit.client(json!({ "name": "Shop" })).await.client.id;
    let kiosk = kit.client(json!({ "name": "Kiosk" })).await.client.id;
    let named =
        json!({ "name": "Staff", "strategy": "auth0", "enabled_clients": [shop.as_str(), shop.as_str()] });
    let made = create(&kit.app, &kit.shell(), &object(named)).await.unwrap();
    let id = made.connection.id;
    assert_eq!(made.enabled_clients, from_ref(&shop));
    // A set, whatever the order that it was sent in.
    let mut both = [shop.clone(), kiosk.clone()];
    both.sort();
    let backwards = json!({ "name": "Both", "strategy": "auth0", "enabled_clients": [both[1].as_str(), both[0].as_str()] });
    let set = create(&kit.app, &kit.shell(), &object(backwards)).await.unwrap();
    let read = get(&kit.app, &kit.shell(), &set.connection.id).await.unwrap();
    assert_eq!((&set.enabled_clients[..], &read.enabled_clients[..]), (&both[..], &both[..]));
    let enabled = async || get(&kit.app, &kit.shell(), &id).await.unwrap().enabled_clients;
    let change = object(json!({ "enabled_clients": [kiosk.as_str()] }));
    assert_eq!(update(&kit.app, &kit.shell(), &id, &change).await.unwrap().enabled_clients, from_ref(&kiosk));
    let switches =
        [Switch { client: shop.clone(), is_on: true }, Switch { client: kiosk.clone(), is_on: false }];
    switch_clients(&kit.app, &kit.shell(), &id, &switches).await.unwrap();
    assert_eq!(enabled().await, from_ref(&shop));
    assert_eq!(clients(&kit.app, &kit.shell(), &id, None, 9).await.unwrap(), from_ref(&shop));
    assert!(clients(&kit.app, &kit.shell(), &id, Some(&shop), 9).await.unwrap().is_empty());
    let entry = kit.app.client(&kit.tenant(), &kiosk).await.unwrap().unwrap();
    assert!(!entry.connections.contains(&id), "the client knows at once");

    let nobody = ClientId::parse("nobody").unwrap();
    let change = object(json!({ "enabled_clients": ["nobody"] }));
    assert!(matches!(update(&kit.app, &kit.shell(), &id, &change).await, Err(Fault::Invalid(_))));
    let switches = [Switch { client: kiosk, is_on: true }, Switch { client: nobody, is_on: true }];
    let refused = switch_clients(&kit.app, &kit.shell(), &id, &switches).await;
    assert!(matches!(refused, Err(Fault::Invalid(_))));
    assert_eq!(enabled().await, [shop], "all at once or none");
}

#[tokio::test]
async fn whoever_holds_another_scope_is_refused_and_the_refusal_is_logged() {
    let kit = Kit::new().await;
    let id = staff(&kit).await.id;
    let reader = kit.machine(&[ApiScope::ReadConnections]);
    let writer =
        kit.machine(&[ApiScope::CreateConnections, ApiScope::UpdateConnections, ApiScope::DeleteConnections]);
    let known = kit.events().await.len();
    let body = object(json!({ "name": "Mine", "strategy": "auth0" }));
    assert!(matches!(create(&kit.app, &reader, &body).await, Err(Fault::Forbidden { .. })));
    assert!(matches!(update(&kit.app, &reader, &id, &object(json!({}))).await, Err(Fault::Forbidden { .. })));
    assert!(matches!(delete(&kit.app, &reader, &id).await, Err(Fault::Forbidden { .. })));
    assert!(matches!(switch_clients(&kit.app, &reader, &id, &[]).await, Err(Fault::Forbidden { .. })));
    assert!(matches!(delete_user(&kit.app, &writer, &id, EMAIL).await, Err(Fault::Forbidden { .. })));
    assert_eq!(kit.events().await.len(), known + 5);
    assert!(matches!(get(&kit.app, &writer, &id).await, Err(Fault::Forbidden { .. })));
    assert!(matches!(clients(&kit.app, &writer, &id, None, 1).await, Err(Fault::Forbidden { .. })));
}

#[tokio::test]
async fn a_new_password_keeps_the_rules_of_its_connection() {
    let kit = Kit::new().await;
    let options = json!({ "passwordPolicy": "good", "password_complexity_options": { "min_length": 10 } });
    make(&kit, json!({ "name": "Strict", "strategy": "auth0", "options": options })).await;
    make(&kit, json!({ "name": "Lax", "strategy": "auth0", "options": { "passwordPolicy": "none" } })).await;
    let refused = person(&kit, "Strict", EMAIL, "alllowercase").await;
    let Err(Fault::Invalid(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!((errors.all()[0].path.as_str(), errors.all()[0].rule), ("password", "password_policy"));
    assert!(person(&kit, "Strict", EMAIL, "Shorter1").await.is_err());
    person(&kit, "Strict", EMAIL, "Long enough 1").await.unwrap();
    person(&kit, "Lax", EMAIL, "x").await.unwrap();
    assert!(
        person(&kit, DEFAULT_DATABASE, EMAIL, "seven77").await.is_err(),
        "without a policy length counts"
    );
}

#[tokio::test]
async fn deleting_a_connection_ends_its_people_their_sessions_and_their_tokens() {
    let journey = Journey::new().await;
    let kit = &journey.kit;
    let mut browser = Browser::default();
    let code = journey.code(&mut browser).await;
    let tokens = journey.redeem(&journey.client, &code).await.unwrap();
    let late = journey.code(&mut Browser::default()).await;
    let connection = kit.tenant().connections[0].id.clone();
    delete(&kit.app, &kit.shell(), &connection).await.unwrap();

    let refused = journey.refresh(tokens.refresh_token.as_ref().unwrap()).await;
    assert_eq!(error(refused), "invalid_grant");
    assert_eq!(error(journey.redeem(&journey.client, &late).await), "invalid_grant");
    let answer = userinfo::userinfo(&kit.app, &journey.visitor(), Some(&tokens.access_token)).await;
    assert!(matches!(answer.outcome, Err(Fault::Unauthenticated { why: Unproven::Invalid })));
    let tenant = kit.tenant();
    let scope = kit.app.db().tenant(&tenant.tenant.id);
    assert_eq!(doorward_store::users::get(&scope, &journey.user.id).await.unwrap(), None);
    assert!(connections::retired(&scope).await.unwrap().is_empty(), "its row went with its last user");
    assert!(
        crate::sessions::find(&kit.app, &tenant.tenant, browser.session.as_ref()).await.unwrap().is_none()
    );
}

/// As long as the people of a great connection are being deleted, they are out already.
#[tokio::test]
async fn the_people_of_a_retired_connection_are_out_before_they_are_deleted() {
    let journey = Journey::new().await;
    let kit = &journey.kit;
    let mut browser = Browser::default();
    let code = journey.code(&mut browser).await;
    let tokens = journey.redeem(&journey.client, &code).await.unwrap();
    let late = journey.code(&mut Browser::default()).await;
    let (tenant, connection) = (kit.tenant().tenant.id.clone(), kit.tenant().connections[0].id.clone());
    let mut batch = kit.app.db().tenant(&tenant).batch();
    connections::retire(&mut batch, &connection, kit.app.now());
    batch.commit().await.unwrap();

    // Memory has not heard of it yet.
    assert!(kit.tenant().connection(&connection).is_some());
    let answer = userinfo::userinfo(&kit.app, &journey.visitor(), Some(&tokens.access_token)).await;
    assert!(matches!(answer.outcome, Err(Fault::Unauthenticated { why: Unproven::Invalid })));
    assert_eq!(error(journey.refresh(tokens.refresh_token.as_ref().unwrap()).await), "invalid_grant");
    assert_eq!(error(journey.redeem(&journey.client, &late).await), "invalid_grant");
    assert!(
        matches!(journey.begin(&browser, "").await, Step::Return(_)),
        "no connection is left to log in by"
    );

    jobs::clean(&kit.app).await.unwrap();
    let scope = kit.app.db().tenant(&tenant);
    assert_eq!(doorward_store::users::get(&scope, &journey.user.id).await.unwrap(), None);
    assert!(connections::retired(&scope).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_user_of_a_connection_is_deleted_by_address() {
    let journey = Journey::new().await;
    let kit = &journey.kit;
    let tokens = journey.tokens().await;
    let (staff, people) = (staff(kit).await.id, kit.tenant().connections[0].id.clone());
    let remove = async |id, email| delete_user(&kit.app, &kit.shell(), id, email).await;
    assert!(!remove(&staff, EMAIL).await.unwrap(), "that is another connection");
    assert!(matches!(remove(&people, "nobody").await, Err(Fault::Invalid(_))));
    let shouted = EMAIL.to_uppercase();
    assert!(remove(&people, &shouted).await.unwrap());
    assert!(!remove(&people, EMAIL).await.unwrap());
    assert_eq!(error(journey.refresh(tokens.refresh_token.as_ref().unwrap()).await), "invalid_grant");
    let unknown = ConnectionId::parse("con_none").unwrap();
    assert!(matches!(remove(&unknown, EMAIL).await, Err(Fault::NotFound { what: "connection" })));
}

/// Two connections at one client: Grace is in the first, Ada in the second, Bob in both.
async fn two_connections() -> Journey {
    let journey = Journey::new().await;
    let staff = staff(&journey.kit).await;
    let switches = [Switch { client: journey.client.clone(), is_on: true }];
    switch_clients(&journey.kit.app, &journey.kit.shell(), &staff.id, &switches).await.unwrap();
    person(&journey.kit, "Staff", "ada@example.com", "password of ada").await.unwrap();
    person(&journey.kit, "Staff", "bob@example.com", "bob among staff").await.unwrap();
    person(&journey.kit, DEFAULT_DATABASE, "bob@example.com", "bob among people").await.unwrap();
    journey
}

async fn gets_in(journey: &Journey, more: &str, who: (&str, &str)) -> bool {
    let mut browser = Browser::default();
    let form = journey.to_form(&mut browser, more).await;
    match journey.send(&browser, &form, who).await {
        Step::Return(_) => true,
        Step::Form(form) => {
            assert_eq!(form.problem, Some(Problem::NoMatch));
            false
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_several_connections_the_first_that_knows_the_person_is_asked() {
    let journey = two_connections().await;
    assert!(gets_in(&journey, "", (EMAIL, PASSWORD)).await);
    assert!(gets_in(&journey, "", ("ada@example.com", "password of ada")).await);
    assert!(gets_in(&journey, "", ("bob@example.com", "bob among people")).await);
    assert!(!gets_in(&journey, "", ("bob@example.com", "bob among staff")).await);
}

#[tokio::test]
async fn the_connection_that_is_named_is_the_only_one_asked() {
    let journey = two_connections().await;
    for more in ["&connection=Staff", "&realm=Staff"] {
        assert!(gets_in(&journey, more, ("bob@example.com", "bob among staff")).await, "{more}");
        assert!(!gets_in(&journey, more, ("bob@example.com", "bob among people")).await, "{more}");
        assert!(!gets_in(&journey, more, (EMAIL, PASSWORD)).await, "{more}");
    }
}

/// CVE-2024-41952: how many tries there are does not say whether somebody is known, nor where.
#[tokio::test]
async fn tries_run_out_alike_for_the_known_and_the_unknown_whatever_each_connection_wants() {
    let journey = two_connections().await;
    let people = journey.kit.tenant().connections[0].id.clone();
    let off = object(json!({ "options": { "brute_force_protection": false } }));
    update(&journey.kit.app, &journey.kit.shell(), &people, &off).await.unwrap();
    for name in [EMAIL, "ada@example.com", "nobody@example.com"] {
        let mut tries = 0;
        loop {
            let mut browser = Browser::default();
            let form = journey.to_form(&mut browser, "").await;
            let Step::Form(form) = journey.send(&browser, &form, (name, "wrong")).await else {
                panic!("{name}")
            };
            if form.problem == Some(Problem::TooManyTries) {
                break;
            }
            tries += 1;
        }
        assert_eq!(tries, 10, "{name}");
    }
}
