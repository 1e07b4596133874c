//! The name of a client stays in its events when the client is gone.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use super::newest;
use crate::kit::{EMAIL, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn the_name_of_a_deleted_client_still_reads_in_its_old_events() {
    let house = House::new().await;
    let admin = house.admin().await;
    let named = json!({ "name": "Storefront of last year" });
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, named).await;
    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let machine = house.machine(&["delete:clients"]).await;
    machine.delete(&format!("/api/v2/clients/{}", party.client_id)).await.is(204);

    for code in ["s", "seacft"] {
        let event = newest(&house, code).await;
        assert_eq!(
            (&event["client_name"], &event["client_id"]),
            (&named_as(), &json!(party.client_id)),
            "{code}"
        );
        let page =
            admin.get(&format!("/manage/logs/{}", event["log_id"].as_str().unwrap())).await.is(200).text();
        assert!(page.contains("Storefront of last year"), "{page}");
    }
    let gone = newest(&house, "sapi").await;
    assert_eq!(gone["details"]["target"]["client_name"], "Storefront of last year");
    let all = admin.get("/manage/logs").await.is(200).text();
    assert!(all.contains("Ada Lovelace logged in to Storefront of last year"), "{all}");
    assert!(all.contains("deleted the client Storefront of last year"), "{all}");
}

fn named_as() -> serde_json::Value {
    json!("Storefront of last year")
}
