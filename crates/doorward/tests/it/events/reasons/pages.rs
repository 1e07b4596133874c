//! The refusals that stay on a page of ours, by their stable numbers.

use std::collections::BTreeSet;

use doorward_model::client::kind::ClientKind;
use doorward_protocol::oauth::error::PageProblem;
use serde_json::json;

use super::super::newest;
use super::{Heard, Scene};
use crate::kit::{EMAIL, House, PASSWORD, RelyingParty, Via, Visitor};

/// Every number is met here; 101 and 103 have a why for each way there.
#[tokio::test]
async fn of_pages() {
    let house = House::new().await;
    let mut heard = Heard::default();
    let mut scene = Scene::of(&house, &mut heard).await;
    let party = house.party(ClientKind::Native, Via::None).await;
    let visitor = Visitor::new(&house);
    let mut met = BTreeSet::new();
    let nowhere = house.party_with(ClientKind::Spa, Via::None, json!({ "callbacks": [] })).await.client_id;
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    let hint = tokens["id_token"].as_str().unwrap();
    for (number, path, why, fix) in [of_requests(&party), of_addresses(&party, (&nowhere, hint))].concat() {
        visitor.get(&path).await.is(400);
        let code = if matches!(number, 107 | 109) { "flo" } else { "f" };
        assert_eq!(newest(&house, code).await["details"]["number"], json!(number), "{path}");
        // What stands on the lists is told of addresses besides; here is what the event says.
        scene.says_by_itself(code, &why, fix).await;
        met.insert(number);
        house.advance(60);
    }
    let all: BTreeSet<u16> = PageProblem::ALL.iter().map(|problem| problem.number()).collect();
    assert_eq!(met, all);
}

type Refusal = (u16, String, String, &'static str);

fn of_requests(party: &RelyingParty<'_>) -> Vec<Refusal> {
    let id = &party.client_id;
    let compare = "Compare the Client ID in the app with the list of clients. A client of another tenant, or one that \
                   was deleted, is not known here.";
    [
        (
            101,
            "/authorize?client_id=nobodyHasThisId&response_type=code".to_owned(),
            "The app sent the client_id nobodyHasThisId, and no client of this tenant has it.",
            compare,
        ),
        (
            101,
            "/authorize?response_type=code".to_owned(),
            "The app sent no client_id, so it is not known who asks.",
            compare,
        ),
        (
            104,
            format!("{}&client_id={id}", party.authorize(&[])),
            "The parameter client_id was sent more than once.",
            "Let the app send each parameter once.",
        ),
        (
            105,
            format!("/authorize?client_id={id}&state=%FF"),
            "The request is not well encoded: percent-encoded UTF-8 is expected.",
            "Compare how the app builds the address with the guide, or let an SDK build it.",
        ),
        (
            108,
            format!("/authorize?client_id={id}&request_uri=urn:ietf:params:oauth:request_uri:nothing"),
            "The app sent the person with the name of a pushed request that is unknown, is over, was used before, or \
             belongs to another client.",
            "Let the app push a fresh request for each login, right before it sends the person.",
        ),
    ]
    .map(|(number, path, why, fix)| (number, path, why.to_owned(), fix))
    .to_vec()
}

fn of_addresses(party: &RelyingParty<'_>, (nowhere, hint): (&str, &str)) -> Vec<Refusal> {
    let id = &party.client_id;
    let compare =
        "Compare the two character by character. If the address is the app's own, put it on the list.";
    let heard = [("redirect_uri", "http://127.0.0.1:5000/callback"), ("response_mode", "web_message")];
    [
        (
            102,
            party.authorize(&[("redirect_uri", "https://app.test/callback")]),
            "The app asked to return to https://app.test/callback. It is not among the Allowed Callback URLs.",
            compare,
        ),
        (
            103,
            party.authorize(&[("redirect_uri", "")]),
            "The app did not say where to return people to, and OpenID Connect demands that it does.",
            "Let the app send redirect_uri with each request.",
        ),
        (
            103,
            party.authorize(&[("redirect_uri", ""), ("scope", "email"), ("request", "a.b.c")]),
            "The app did not say where to return people to, or it said so in a request object, and those are not read.",
            "Let the app send redirect_uri as a parameter.",
        ),
        (
            103,
            format!("/authorize?client_id={nowhere}&response_type=code&scope=email"),
            "The app did not say where to return people to, and the client has no callback URL to take instead.",
            "Let the app send redirect_uri, and put the address on the list.",
        ),
        (
            106,
            party.authorize(&heard),
            "The app asked for its answer by web_message, which a page of http://127.0.0.1:5000 would hear; but no \
             Allowed Callback URL has that scheme, host and port.",
            "If there is such a page, put its callback on Allowed Callback URLs with the very port. An app on a device \
             has none: let it renew with a refresh token instead.",
        ),
        (
            107,
            format!("/v2/logout?client_id={id}&returnTo=https://app.test/goodbye"),
            "The app asked to return after the logout to https://app.test/goodbye. It is not among the Allowed Logout \
             URLs.",
            compare,
        ),
        (
            109,
            format!("/oidc/logout?id_token_hint={hint}&post_logout_redirect_uri=https://app.test/bye?from=x"),
            "The app asked to return after the logout to https://app.test/bye?from=x, and the list has that address with \
             another query or hash only.",
            "Put the address on Allowed Logout URLs as the app sends it, query included. /v2/logout does not compare \
             the query; the standard's /oidc/logout does.",
        ),
    ]
    .map(|(number, path, why, fix)| (number, path, why.to_owned(), fix))
    .to_vec()
}
