//! For every type code a request that makes it. A code without one does not compile.

use doorward_model::client::kind::ClientKind;
use doorward_model::log::code::{EventCode, Level};
use doorward_web::rate::ApiLimit;
use serde_json::json;

use super::newest;
use crate::kit::{Asked, EMAIL, House, Machine, PASSWORD, RelyingParty, Via, Visitor};

const REALM: &str = "http://auth0.com/oauth/grant-type/password-realm";
const DATABASE: &str = "Username-Password-Authentication";

#[tokio::test]
async fn every_code_is_made_by_a_request_and_has_the_record_that_tools_know() {
    for code in EventCode::ALL {
        let house = match code {
            EventCode::ApiLimit | EventCode::ApiLimitWarning => {
                House::limited(ApiLimit { is_on: true, per_second: 1, burst: 10 }).await
            }
            _ => House::new().await,
        };
        provoke(*code, &house).await;
        let event = newest(&house, code.as_str()).await;
        assert_eq!(event["_id"], event["log_id"], "{event:#}");
        assert_eq!(event["$event_schema"]["version"], "1.0.0", "{event:#}");
        assert_eq!((&event["tenant_name"], &event["hostname"]), (&json!("id.test"), &json!("id.test")));
        for text in ["date", "description", "ip"] {
            assert!(event[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {event:#}");
        }
        assert!(event["details"].is_object() && event["isMobile"] == false, "{event:#}");
        let is_failure = code.level() == Level::Failure;
        assert_eq!(event.get("explanation").is_some(), is_failure, "{event:#}");
    }
}

/// Makes an event of that code.
async fn provoke(code: EventCode, house: &House) {
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(house);
    match code {
        EventCode::Login | EventCode::LoginFailed | EventCode::WrongUsername | EventCode::WrongPassword => {
            log_in(code, &party, &visitor).await;
        }
        EventCode::PushedRequestFailed => {
            let fields = [("client_id", party.client_id.as_str()), ("client_secret", "a wrong secret")];
            house.send(Asked::form("/oauth/par", &fields)).await.is(401);
        }
        EventCode::OriginNotAllowed => {
            let asked =
                party.token_request(&[("grant_type", "refresh_token"), ("refresh_token", "v1.nothing")]);
            house.send(asked.header("origin", "https://elsewhere.test")).await.is(400);
        }
        EventCode::SilentAuth => {
            party.code(&visitor, EMAIL, PASSWORD).await;
            visitor.get(&party.authorize(&[("prompt", "none")])).await.query("code").unwrap();
        }
        EventCode::SilentAuthFailed => drop(visitor.get(&party.authorize(&[("prompt", "none")])).await),
        EventCode::CodeExchange
        | EventCode::CodeExchangeFailed
        | EventCode::RefreshExchange
        | EventCode::RefreshExchangeFailed
        | EventCode::RefreshReuse
        | EventCode::RefreshTokenRevoked
        | EventCode::ClientCredentials
        | EventCode::ClientCredentialsFailed
        | EventCode::PasswordExchange
        | EventCode::PasswordExchangeFailed => exchange(code, house, &party).await,
        EventCode::DeviceExchange
        | EventCode::DeviceExchangeFailed
        | EventCode::DeviceAuthorizationFailed
        | EventCode::DeviceActivationFailed
        | EventCode::DeviceDeclined => use_a_device(code, house, &visitor).await,
        EventCode::Logout => {
            party.code(&visitor, EMAIL, PASSWORD).await;
            visitor.get("/v2/logout").await;
        }
        EventCode::LogoutFailed => drop(visitor.get("/v2/logout?returnTo=https://evil.test/").await.is(400)),
        EventCode::PasswordChanged
        | EventCode::PasswordChangeFailed
        | EventCode::EmailChanged
        | EventCode::EmailChangeFailed
        | EventCode::PhoneChanged
        | EventCode::PhoneChangeFailed
        | EventCode::UserDeleted => change_a_user(code, house).await,
        EventCode::AccountUnblocked | EventCode::AccountBlocked | EventCode::AddressBlocked => {
            guess(code, house, &party).await;
        }
        EventCode::ManagementWrite | EventCode::ManagementWriteFailed | EventCode::SecretRead => {
            administer(code, house, &party).await;
        }
        EventCode::ApiLimit | EventCode::ApiLimitWarning => {
            let machine = house.machine(&["read:clients"]).await;
            for _ in 0..11 {
                machine.get("/api/v2/clients").await;
            }
            // Whoever reads the log now needs a request as well.
            house.advance(60);
        }
    }
}

async fn log_in(code: EventCode, party: &RelyingParty<'_>, visitor: &Visitor<'_>) {
    if code == EventCode::LoginFailed {
        visitor.get(&party.authorize(&[("redirect_uri", "https://evil.test/")])).await.is(400);
        return;
    }
    let (name, password) = match code {
        EventCode::WrongUsername => ("nobody@example.com", PASSWORD),
        EventCode::WrongPassword => (EMAIL, "a wrong password"),
        _ => (EMAIL, PASSWORD),
    };
    visitor.log_in(&party.authorize(&[]), name, password).await;
}

async fn exchange(code: EventCode, house: &House, party: &RelyingParty<'_>) {
    let spa = house.party(ClientKind::Spa, Via::None).await;
    let refresh = async |party: &RelyingParty<'_>| {
        let tokens = party.tokens(&Visitor::new(house), EMAIL, PASSWORD).await;
        tokens["refresh_token"].as_str().unwrap().to_owned()
    };
    match code {
        EventCode::CodeExchange => drop(refresh(party).await),
        EventCode::CodeExchangeFailed => drop(party.swap("a code that nobody got").await.is(400)),
        EventCode::RefreshExchange => {
            let token = refresh(party).await;
            party.refresh(&token).await.is(200);
        }
        EventCode::RefreshReuse => {
            let first = refresh(&spa).await;
            spa.refresh(&first).await.is(200);
            house.advance(3600);
            spa.refresh(&first).await.is(400);
        }
        EventCode::RefreshTokenRevoked => {
            let token = refresh(party).await;
            let fields = [
                ("token", token.as_str()),
                ("client_id", &party.client_id),
                ("client_secret", &party.secret),
            ];
            house.send(Asked::form("/oauth/revoke", &fields)).await.is(200);
        }
        EventCode::ClientCredentials => drop(house.machine(&["read:clients"]).await),
        EventCode::ClientCredentialsFailed => {
            let fields = [("grant_type", "client_credentials"), ("audience", "https://nowhere.test/")];
            party.token(&fields).await;
        }
        EventCode::PasswordExchange | EventCode::PasswordExchangeFailed => {
            let grants = json!({ "grant_types": [REALM] });
            let party = house.party_with(ClientKind::RegularWeb, Via::Post, grants).await;
            let is_good = code == EventCode::PasswordExchange;
            let password = if is_good { PASSWORD } else { "a wrong password" };
            let fields =
                [("grant_type", REALM), ("realm", DATABASE), ("username", EMAIL), ("password", password)];
            let fields = if is_good { &fields[..] } else { &[&fields[..2], &fields[3..]].concat() };
            party.token(fields).await;
        }
        _ => drop(party.refresh("v1.a token that nobody got").await.is(400)),
    }
}

async fn use_a_device(code: EventCode, house: &House, visitor: &Visitor<'_>) {
    let television = house.television(Via::None).await;
    match code {
        EventCode::DeviceAuthorizationFailed => {
            let unknown = RelyingParty { client_id: "nobodyHasThisId".into(), ..television };
            unknown.ask(&[]).await;
        }
        EventCode::DeviceActivationFailed => {
            drop(visitor.type_code(&json!({ "user_code": "BCDF-GHJK" })).await);
        }
        _ => {
            let waiting = television.wait().await;
            if code == EventCode::DeviceExchange {
                visitor.activate(&waiting).await.is(200);
            } else {
                let question = visitor.type_code(&waiting).await.is(200);
                visitor.press(&question, "deny").await;
            }
            television.poll(&waiting).await;
        }
    }
}

async fn change_a_user(code: EventCode, house: &House) {
    let machine = house.machine(&["update:users", "delete:users"]).await;
    let path = format!("/api/v2/users/{}", house.user_id(EMAIL).await);
    if code == EventCode::UserDeleted {
        machine.delete(&path).await.is(204);
        return;
    }
    house.user("taken@example.com", PASSWORD).await;
    let (change, status) = match code {
        EventCode::PasswordChanged => (json!({ "password": "another long password" }), 200),
        EventCode::PasswordChangeFailed => (json!({ "password": "x" }), 400),
        EventCode::EmailChanged => (json!({ "email": "new@example.com" }), 200),
        EventCode::EmailChangeFailed => (json!({ "email": "taken@example.com" }), 400),
        EventCode::PhoneChanged => (json!({ "phone_number": "+4930123456" }), 200),
        _ => (json!({ "phone_number": "none" }), 400),
    };
    machine.patch(&path, &change).await.is(status);
}

async fn guess(code: EventCode, house: &House, party: &RelyingParty<'_>) {
    let tries = if code == EventCode::AddressBlocked { 101 } else { 11 };
    for number in 0..tries {
        let other = format!("nobody{number}@example.com");
        let name = if code == EventCode::AddressBlocked { &other } else { EMAIL };
        Visitor::new(house).log_in(&party.authorize(&[]), name, "a wrong password").await;
    }
    if code == EventCode::AccountUnblocked {
        let machine = house.machine(&["update:users"]).await;
        machine.delete(&format!("/api/v2/user-blocks/{}", house.user_id(EMAIL).await)).await.is(204);
    }
}

async fn administer(code: EventCode, house: &House, party: &RelyingParty<'_>) {
    let machine: Machine<'_> = house.machine(&["create:clients", "read:clients", "read:client_keys"]).await;
    match code {
        EventCode::ManagementWrite => {
            machine.post("/api/v2/clients", &json!({ "name": "Shop" })).await.is(201);
        }
        EventCode::ManagementWriteFailed => {
            machine.post("/api/v2/clients", &json!({ "name": 7 })).await.is(400);
        }
        _ => {
            machine.get(&format!("/api/v2/clients/{}", party.client_id)).await.is(200);
        }
    }
}

/// The list in the documentation says of each code when it is written; the provoking above is the proof.
#[test]
fn every_code_is_in_the_documentation() {
    let page = include_str!("../../../../../docs/reference/log-codes.md");
    for code in EventCode::ALL {
        assert!(page.contains(&format!("| `{}` | {} |", code.as_str(), code.title())), "{code:?}");
    }
}
