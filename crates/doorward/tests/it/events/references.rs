//! The reference that a page tells people to pass on finds its event, and so does whatever else is pasted.

use doorward_model::client::kind::ClientKind;
use serde_json::Value;

use super::explanations::shown;
use super::newest;
use crate::kit::{Answer, EMAIL, House, PASSWORD, Via, Visitor};

/// The reference that a page shows.
fn reference(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("<code id=\"reference\">").expect("no reference");
    rest.split('<').next().unwrap().to_owned()
}

/// Whether the list of events that a text finds shows this event, and how many it shows.
async fn found(admin: &Visitor<'_>, text: &str, event: &Value) -> (bool, usize) {
    let text = text.replace('|', "%7C");
    let page = admin.get(&format!("/manage/logs?q={text}")).await.is(200).text();
    let link = |id: &str| format!("href=\"/manage/logs/{id}\"");
    (page.contains(&link(event["log_id"].as_str().unwrap())), page.matches("href=\"/manage/logs/9").count())
}

#[tokio::test]
async fn a_reference_finds_its_event_and_no_other() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let visitor = Visitor::new(&house);
    let unlisted = party.authorize(&[("redirect_uri", "https://evil.test/")]);
    let first = reference(&visitor.get(&unlisted).await.is(400));
    assert_eq!(reference(&visitor.get(&unlisted).await.is(400)), first, "a repeat is counted onto the event");
    let other = reference(&visitor.get("/authorize?client_id=nobody").await.is(400));
    assert_ne!(first, other);
    house.advance(60);
    assert_ne!(reference(&visitor.get(&unlisted).await.is(400)), first);

    let machine = house.machine(&["read:logs"]).await;
    for (asked, repeats) in [(&first, Some(2)), (&other, None)] {
        let events = machine.get(&format!("/api/v2/logs?q=reference:{asked}")).await.is(200).json();
        assert_eq!(events.as_array().unwrap().len(), 1, "{events:#}");
        let event = &events[0];
        assert_eq!(event["details"]["reference"], asked.as_str());
        assert_eq!(event["details"].get("count").and_then(Value::as_i64), repeats, "{event:#}");
        assert_eq!(found(&admin, asked, event).await, (true, 1));
        assert_eq!(found(&admin, &asked.to_lowercase(), event).await, (true, 1));
    }

    // From where people search for clients, a link leads on.
    let page = admin.get(&format!("/manage/clients?q={first}")).await.is(200).text();
    assert!(page.contains(&format!("href=\"/manage/logs?q={first}\"")), "{page}");
    let page = admin.get("/manage/logs?q=2222-2222").await.is(200).text();
    assert!(shown(&page).contains("No event has this reference."), "{page}");
}

#[tokio::test]
async fn whatever_names_an_event_is_found_as_it_was_pasted() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, "a wrong password").await;
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let wrong = newest(&house, "fp").await;
    for field in ["log_id", "user_id", "ip", "user_name", "type"] {
        let pasted = wrong[field].as_str().unwrap();
        let (is_there, _) = found(&admin, pasted, &wrong).await;
        assert!(is_there, "{field}: {pasted}");
    }
    assert_eq!(found(&admin, wrong["log_id"].as_str().unwrap(), &wrong).await, (true, 1));
    assert_eq!(found(&admin, "fp", &wrong).await, (true, 1));
}
