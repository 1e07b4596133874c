//! Strangers without anything to show cannot fill the log: what they repeat is counted.

use std::collections::BTreeMap;

use doorward_model::client::kind::ClientKind;
use futures_util::future::join_all;

use crate::kit::{Asked, House, Metrics, RelyingParty, Via};

/// Requests of strangers that fail, each with something in it that changes from one to the next.
fn failures(party: &RelyingParty<'_>, number: usize) -> Vec<Asked> {
    let text = format!("x{number}");
    let form = |path: &str, fields: &[(&str, &str)]| Asked::form(path, fields);
    let id = party.client_id.as_str();
    vec![
        Asked::get(&format!("/authorize?client_id={text}")),
        Asked::get(&format!(
            "/authorize?client_id={id}&response_type=code&redirect_uri=https://{text}.test/"
        )),
        Asked::get(&format!("/authorize?client_id={id}&client_id={text}")),
        Asked::get(&party.authorize(&[("prompt", "none"), ("state", &text)])),
        Asked::get(&party.authorize(&[("response_type", &text)])),
        Asked::get(&party.authorize(&[("audience", &format!("https://{text}.test/"))])),
        Asked::get(&party.authorize(&[("connection", &text)])),
        Asked::get(&party.authorize(&[("scope", &format!("openid {text}")), ("prompt", &text)])),
        Asked::get(&party.authorize(&[("code_challenge_method", &text)])),
        Asked::get(&format!(
            "/authorize?client_id={id}&request_uri=urn:ietf:params:oauth:request_uri:{text}"
        )),
        Asked::get(&format!("/v2/logout?returnTo=https://{text}.test/")),
        Asked::get(&format!("/oidc/logout?post_logout_redirect_uri=https://{text}.test/")),
        form("/oauth/token", &[("grant_type", &text), ("client_id", id)]),
        form(
            "/oauth/token",
            &[("grant_type", "client_credentials"), ("client_id", &text), ("client_secret", &text)],
        ),
        form("/oauth/token", &[("grant_type", "authorization_code"), ("client_id", id), ("code", &text)]),
        form("/oauth/token", &[("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &text)]),
        form("/oauth/token", &[("grant_type", "refresh_token"), ("client_id", id)])
            .header("origin", &format!("https://{text}.test")),
        form("/oauth/par", &[("client_id", id), ("client_secret", &text), ("state", &text)]),
        form("/oauth/revoke", &[("client_id", id), ("client_secret", &text), ("token", &text)]),
        form("/oauth/introspect", &[("client_id", &text), ("token", &text)]),
        Asked::get(&format!("/userinfo?{text}")).header("authorization", &format!("Bearer {text}")),
        Asked::get(&format!("/api/v2/clients/{text}")).header("authorization", &format!("Bearer {text}")),
        Asked::json("POST", &format!("/api/v2/users?{text}"), &serde_json::json!({ "name": text }))
            .header("authorization", &format!("Bearer {text}.{text}.{text}")),
    ]
}

#[tokio::test]
async fn ten_thousand_failures_of_a_stranger_make_few_rows() {
    let house = House::new().await;
    // It keeps its secret, and refresh tokens, codes and logins of it are guessed at.
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let (rows_before, numbers_before) = (rows(&house).await, house.metrics().await);
    let kinds = failures(&party, 0).len();
    let rounds = 10_000_usize.div_ceil(kinds);
    for number in 0..rounds {
        // At once, as a stranger would; what they fail at together is committed together.
        for answer in join_all(failures(&party, number).into_iter().map(|asked| house.send(asked))).await {
            assert!(!answer.status.is_server_error(), "{}", answer.text());
        }
    }
    let made = rows(&house).await - rows_before;
    // Refused addresses, grants and origins are told apart, but only so many of them: each of several apps is to
    // be seen.
    let most = kinds as u64 + 4 * 64 + 8;
    assert!(made <= most, "{made} rows of {kinds} kinds of failure: {:#?}", tally(&house).await);
    let folded = |numbers: &Metrics| numbers.get("doorward_log_events_folded_total", &[]);
    let counted = folded(&house.metrics().await) - folded(&numbers_before);
    // Two kinds are nobody's failure: a missing session is none, and userinfo only says no.
    assert!(counted + made >= (rounds * (kinds - 2)) as u64, "only {counted} were counted");
}

/// How many events there are of each type and description.
async fn tally(house: &House) -> BTreeMap<String, usize> {
    let machine = house.machine(&["read:logs"]).await;
    let mut tally = BTreeMap::new();
    for page in 0..10 {
        let events = machine.get(&format!("/api/v2/logs?per_page=100&page={page}")).await.is(200).json();
        for event in events.as_array().unwrap() {
            let (code, text) = (event["type"].as_str().unwrap(), event["description"].as_str().unwrap());
            *tally.entry(format!("{code} {text:.40}")).or_insert(0) += 1;
        }
    }
    tally
}

async fn rows(house: &House) -> u64 {
    let machine = house.machine(&["read:logs"]).await;
    let page = machine.get("/api/v2/logs?per_page=1&include_totals=true").await.is(200).json();
    page["total"].as_u64().unwrap()
}
