//! Secrets that must not be seen again: not at trace level, not in events (GHSA-qgmm-f2qw-r95f).

use std::io::Write;
use std::sync::{Arc, Mutex};

use doorward_model::client::kind::ClientKind;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::kit::{ClientKey, House, RelyingParty, VERIFIER, Via, Visitor, asking_with};

#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Vec<u8>>>);

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Caught {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The subscriber is that of all threads: those that hash, sign and write are heard as well. What other
/// tests log meanwhile does no harm.
#[test]
fn secrets_are_in_no_log_line_at_trace_level_and_in_no_event() {
    let caught = Caught::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(caught.clone()).finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let (secrets, events) = runtime.block_on(use_everything());
    let lines = String::from_utf8_lossy(&caught.0.lock().unwrap()).into_owned();
    assert!(lines.lines().count() > 5, "nothing was logged at all, so this test proves nothing: {lines}");
    for (what, secret) in secrets {
        assert!(secret.len() >= 8, "{what} is too short to look for");
        assert!(!lines.contains(&secret), "{what} is in the log");
        assert!(!events.contains(&secret), "{what} is in an event");
    }
}

/// Every journey, well and badly; gives back every secret it met, and all events.
async fn use_everything() -> (Vec<(&'static str, String)>, String) {
    let password = "canary-password-8d1f";
    let wrong = "canary-wrong-password-77aa";
    let house = House::new().await;
    house.user("canary@example.com", password).await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    visitor.submit(&page, &[("username", "canary@example.com"), ("password", wrong)]).await;
    let back = visitor.log_in(&party.authorize(&[]), "canary@example.com", password).await;
    let code = back.query("code").unwrap();
    party.swap_with(&code, &[("code_verifier", "")]).await;
    let code_two = visitor.get(&party.authorize(&[])).await.query("code").unwrap();
    let tokens = party.swap(&code_two).await.is(200).json();
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let refreshed = party.refresh(&text("refresh_token")).await.is(200).json();
    house.userinfo(&text("access_token")).await;
    let basic = RelyingParty { via: Via::Basic, secret: "canary-wrong-secret-5e5e".into(), ..party };
    basic.refresh("v1.canary-refresh-token-1234").await.is(401);
    let machine =
        house.machine(&["read:clients", "read:client_keys", "update:client_keys", "create:clients"]).await;
    let rotated =
        machine.post(&format!("/api/v2/clients/{}/rotate-secret", basic.client_id), &json!({})).await.json();
    machine.post("/api/v2/clients", &json!({ "name": "x", "client_secret": 7 })).await;
    let path = format!("/api/v2/clients/{}", basic.client_id);
    let beside = machine.post(&format!("{path}/secrets"), &json!({ "label": "beside" })).await.is(201).json();
    let own = "canary-own-secret-of-the-admin-who-chose-it";
    machine.patch(&path, &json!({ "client_secret": own })).await.is(200);
    let key = ClientKey::new();
    let assertion = key.assertion(&house, &basic.client_id, "canary-jti-99", &json!({}));
    house.send(asking_with(&house, &assertion)).await.is(401);
    let session = visitor.session().unwrap();
    visitor.get("/v2/logout").await;
    let events = serde_json::to_string(&house.logs().await).unwrap();
    let secrets = vec![
        ("the password", password.to_owned()),
        ("a wrong password", wrong.to_owned()),
        ("a code", code),
        ("a code that was used", code_two),
        ("the verifier", VERIFIER.to_owned()),
        ("the access token", text("access_token")),
        ("the ID token", text("id_token")),
        ("the refresh token", text("refresh_token")),
        ("its successor", refreshed["refresh_token"].as_str().unwrap().to_owned()),
        ("a wrong client secret", basic.secret.clone()),
        ("a wrong refresh token", "v1.canary-refresh-token-1234".to_owned()),
        ("a fresh client secret", rotated["client_secret"].as_str().unwrap().to_owned()),
        ("a secret beside the client secret", beside["client_secret"].as_str().unwrap().to_owned()),
        ("a secret of the admin's own", own.to_owned()),
        ("an assertion", assertion),
        ("a machine's token", machine.token.clone()),
        ("the session cookie", session),
    ];
    (secrets, events)
}
