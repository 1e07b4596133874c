//! The log as people read it.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{Asked, EMAIL, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_failed_login_is_a_sentence_with_the_clients_name_and_has_a_page() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, "wrong").await;
    party.code(&visitor, EMAIL, PASSWORD).await;
    let all = admin.get("/manage/logs").await.is(200).text();
    assert!(all.contains(&format!("{EMAIL} could not log in to Storefront: wrong password")), "{all}");
    assert!(all.contains("Ada Lovelace logged in to Storefront"), "{all}");
    assert!(all.contains("Command line created the client Storefront"), "{all}");

    let event = house.logs().await.into_iter().find(|event| event["type"] == "fp").unwrap();
    let page = admin.get(&format!("/manage/logs/{}", event["log_id"].as_str().unwrap())).await.is(200).text();
    assert!(page.contains("wrong password") && page.contains("&#34;type&#34;: &#34;fp&#34;"), "{page}");
    admin.get("/manage/logs/90020000000000000000000").await.is(404);
    admin.get("/manage/logs/%00").await.is(404);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_nonsense_in_them_does_not_count() {
    let house = House::new().await;
    let admin = house.admin().await;
    let one = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let two = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Billing" })).await;
    for party in [&one, &two] {
        party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    }
    Visitor::new(&house).log_in(&one.authorize(&[]), EMAIL, "wrong").await;
    let sentences = async |query: &str| {
        let html = admin.get(&format!("/manage/logs{query}")).await.is(200).text();
        let links = html.split("<a href=\"/manage/logs/").skip(1);
        links.map(|rest| rest.split(['>', '<']).nth(1).unwrap().to_owned()).collect::<Vec<String>>()
    };
    let failed = sentences("?outcome=failed&kind=logins").await;
    assert_eq!(failed, [format!("{EMAIL} could not log in to Storefront: wrong password")]);
    let billing = sentences(&format!("?client={}&kind=logins", two.client_id)).await;
    assert_eq!(billing, ["Ada Lovelace logged in to Billing".to_owned()]);
    let everything = sentences("").await;
    assert_eq!(sentences("?outcome=x&kind=y&client=%00&before=%20").await, everything);
    assert_eq!(
        sentences("?outcome=failed&outcome=success").await.len(),
        everything.len(),
        "said twice counts as not said"
    );
    let nothing = admin.get("/manage/logs?client=nobody").await.is(200).text();
    assert!(nothing.contains("No event matches these filters."), "{nothing}");
}

#[tokio::test]
async fn older_pages_lead_to_the_beginning_however_long_the_log_is() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["create:clients"]).await;
    for number in 0..120 {
        machine.post("/api/v2/clients", &json!({ "name": format!("n{number}") })).await.is(201);
    }
    let (mut address, mut seen) = ("/manage/logs".to_owned(), Vec::new());
    loop {
        let html = admin.get(&address).await.is(200).text();
        let ids = html
            .split("<a href=\"/manage/logs/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned());
        seen.extend(ids);
        let Some((before, _)) = html.split_once("\" rel=\"next\"") else { break };
        address = before.rsplit_once('"').unwrap().1.replace("&amp;", "&").replace("&#38;", "&");
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.reverse();
    assert!(seen.len() > 120);
    assert_eq!(seen, sorted, "newest first, each once");
}

#[tokio::test]
async fn markup_in_names_is_text() {
    const MARKUP: &str = "\"'&amp;--&gt;";
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": MARKUP })).await;
    Visitor::new(&house).log_in(&party.authorize(&[]), "<script>alert(1)</script>@x", "wrong").await;
    let html = admin.get("/manage/logs").await.is(200).text();
    assert!(!html.contains("<script>alert") && !html.contains(MARKUP), "{html}");
    assert!(html.contains("&#60;script&#62;"), "{html}");
}

#[tokio::test]
async fn a_failed_event_says_why_and_leads_to_the_fix() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let wrong = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("client_id", &party.client_id),
        ("client_secret", "not-the-secret"),
    ];
    house.send(Asked::form("/oauth/token", &wrong)).await.is(401);
    let unknown = "/authorize?client_id=shpo&response_type=code&redirect_uri=https://app.test/cb";
    house.get(unknown).await.is(400);
    let page = async |code: &str, client: bool| {
        let logs = house.logs().await;
        let of_client = |event: &&serde_json::Value| event["client_id"].is_string() == client;
        let event = logs.iter().filter(of_client).find(|event| event["type"] == code).unwrap();
        admin.get(&format!("/manage/logs/{}", event["log_id"].as_str().unwrap())).await.is(200).text()
    };
    let refused = page("feacft", true).await;
    assert!(refused.contains("The client secret that was sent is none of this client&#39;s."), "{refused}");
    let link = format!("/manage/clients/{}/settings#client_secret", party.client_id);
    assert!(refused.contains(&link), "{refused}");
    let unknown = page("f", false).await;
    assert!(unknown.contains("The app sent the client_id shpo"), "{unknown}");
    assert!(unknown.contains("href=\"/manage/clients\">Open clients</a>"), "{unknown}");

    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    assert!(!page("s", true).await.contains("why-title"), "what worked needs no reason");
}

#[tokio::test]
async fn the_log_of_a_client_shows_what_was_done_to_it_too() {
    let house = House::new().await;
    let admin = house.admin().await;
    let one = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let two = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Billing" })).await;
    one.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let html = admin.get(&format!("/manage/logs?client={}", one.client_id)).await.is(200).text();
    assert!(html.contains("Command line created the client Storefront"), "{html}");
    assert!(html.contains("Ada Lovelace logged in to Storefront"), "{html}");
    assert!(!html.contains("the client Billing"), "{html}");
    let html = admin.get(&format!("/manage/logs?client={}&kind=admin", two.client_id)).await.is(200).text();
    assert!(html.contains("Command line created the client Billing"), "{html}");
    assert!(!html.contains("Storefront</a>"), "{html}");
}

/// Who read which secrets, and what was refused at which client.
#[tokio::test]
async fn the_log_names_the_client_whose_secret_was_read_and_the_one_that_was_not_changed() {
    let house = House::new().await;
    let admin = house.admin().await;
    let shop = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let machine = house
        .machine(&[
            "read:clients",
            "read:client_keys",
            "update:clients",
            "create:client_grants",
            "delete:client_grants",
        ])
        .await;
    let path = format!("/api/v2/clients/{}", shop.client_id);
    machine.get(&path).await.is(200);
    machine.get("/api/v2/clients").await.is(200);
    machine.patch(&path, &json!({ "name": "a<b" })).await.is(400);
    let grant = json!({ "client_id": shop.client_id, "audience": house.api(), "scope": ["read:logs"] });
    let grant = machine.post("/api/v2/client-grants", &grant).await.is(201).json();
    machine.delete(&format!("/api/v2/client-grants/{}", grant["id"].as_str().unwrap())).await.is(204);
    let html = admin.get("/manage/logs").await.is(200).text();
    for sentence in [
        "read the secrets of Storefront<",
        "read secrets of clients<",
        "allowed an API to Storefront<",
        "took an API from Storefront<",
    ] {
        assert!(html.contains(sentence), "no {sentence}: {html}");
    }
    let of_shop = admin.get(&format!("/manage/logs?client={}", shop.client_id)).await.is(200).text();
    assert!(of_shop.contains("read the secrets of Storefront<"), "{of_shop}");
    let event = house.logs().await.into_iter().find(|event| {
        event["description"] == "Read client secrets" && event["details"]["target"].is_object()
    });
    let id = event.unwrap()["log_id"].as_str().unwrap().to_owned();
    let page = admin.get(&format!("/manage/logs/{id}")).await.is(200).text();
    assert!(page.contains("Its secret was read") && page.contains(&shop.client_id), "{page}");
}

/// However many clients there are, the one that is chosen is named.
#[tokio::test]
async fn the_chosen_client_is_named_beyond_those_that_are_offered() {
    let house = House::new().await;
    let admin = house.admin().await;
    let machine = house.machine(&["create:clients"]).await;
    for number in 0..101 {
        machine.post("/api/v2/clients", &json!({ "name": format!("Aa {number}") })).await.is(201);
    }
    let last = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Zz last" })).await;
    let all = admin.get("/manage/logs").await.is(200).text();
    assert!(!all.contains("\">Zz last</option>"), "it is beyond what is offered");
    let chosen = admin.get(&format!("/manage/logs?client={}", last.client_id)).await.is(200).text();
    let option = format!("<option value=\"{}\" selected>Zz last</option>", last.client_id);
    assert!(chosen.contains(&option), "{chosen}");
}

/// What somebody did before and after, and the way to more of the kind.
#[tokio::test]
async fn an_event_stands_among_those_that_led_to_it() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let other = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Billing" })).await;
    let visitor = Visitor::new(&house);
    house.advance(3600);
    visitor.log_in(&party.authorize(&[]), EMAIL, "wrong").await;
    house.advance(61);
    other.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let tokens = party.tokens(&visitor, EMAIL, PASSWORD).await;
    assert!(tokens.get("access_token").is_some());
    let logs = house.logs().await;
    let of =
        |code: &str| logs.iter().find(|event| event["type"] == code).unwrap()["log_id"].as_str().unwrap();
    let page = admin.get(&format!("/manage/logs/{}", of("fp"))).await.is(200).text();
    let (_, steps) = page.split_once("Before and after").unwrap();
    let (steps, _) = steps.split_once("</ol>").unwrap();
    assert!(steps.find("wrong password") < steps.find("logged in to Storefront"), "{steps}");
    assert!(steps.contains("aria-current=\"step\"") && !steps.contains("Billing"), "{steps}");
    let page = admin.get(&format!("/manage/logs/{}", of("seacft"))).await.is(200).text();
    let like = format!("/manage/logs?type=seacft&#38;client={}", party.client_id);
    assert!(page.contains(&like), "{page}");
    let alone = logs.iter().find(|event| event["type"] == "sapi").unwrap()["log_id"].as_str().unwrap();
    let page = admin.get(&format!("/manage/logs/{alone}")).await.is(200).text();
    assert!(!page.contains("Before and after"), "{page}");
}

/// The steps of one login, from the application's request to the tokens, wherever each of them came from.
#[tokio::test]
async fn a_step_of_a_login_stands_among_the_others_of_it() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    house.advance(3600);
    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    house.advance(60);
    let visitor = Visitor::new(&house);
    let page = visitor.to_login(&party.authorize(&[])).await;
    let again = visitor.submit(&page, &[("username", EMAIL), ("password", "wrong")]).await;
    house.advance(7);
    let back = visitor.submit(&again, &[("username", EMAIL), ("password", PASSWORD)]).await;
    let code = back.query("code").unwrap();
    party.swap(&code).await.is(200);
    party.swap(&code).await.is(400);
    let logs = house.logs().await;
    for (code, step) in [("fp", 1), ("s", 2), ("seacft", 3), ("feacft", 4)] {
        let id = logs.iter().find(|event| event["type"] == code).unwrap()["log_id"].as_str().unwrap();
        let page = admin.get(&format!("/manage/logs/{id}")).await.is(200).text();
        let (_, steps) = page.split_once("This login").unwrap_or_else(|| panic!("{code}: {page}"));
        let (steps, _) = steps.split_once("</ol>").unwrap();
        let steps: Vec<&str> = steps.split("<li class=\"event\"").skip(1).collect();
        let told = ["The application sent the person", "wrong password", "logged in to Storefront"];
        assert_eq!(steps.len(), 5, "{code}: {steps:#?}");
        for (step, words) in steps.iter().zip(told) {
            assert!(step.contains(words), "{code}: {step}");
        }
        let here: Vec<usize> = (0..5).filter(|at| steps[*at].starts_with(" aria-current=\"step\"")).collect();
        assert_eq!(here, [step], "{code}");
    }
    let login = logs.iter().find(|event| event["type"] == "s").unwrap();
    let failed = logs.iter().find(|event| event["type"] == "fp").unwrap();
    assert!(login["details"]["transaction"].is_string(), "{login:#}");
    assert_eq!(login["details"]["transaction"], failed["details"]["transaction"]);
}

#[tokio::test]
async fn a_filter_is_typed_and_shown_as_chips_and_as_text() {
    let house = House::new().await;
    let admin = house.admin().await;
    let party = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "name": "Storefront" })).await;
    let visitor = Visitor::new(&house);
    visitor.log_in(&party.authorize(&[]), EMAIL, "wrong").await;
    party.code(&visitor, EMAIL, PASSWORD).await;
    let found = admin.get("/manage/logs?q=client:storefront+outcome:failed+PASSWORD").await.is(200).text();
    assert!(found.contains("wrong password") && !found.contains("logged in to"), "{found}");
    assert!(found.contains("<code>PASSWORD client:Storefront outcome:failed</code>"), "{found}");
    let without = format!("/manage/logs?q=PASSWORD&#38;client={}", party.client_id);
    assert!(found.contains(&without), "the chip of the outcome: {found}");
    for (query, is_found) in [
        ("person=ada@example.com&outcome=failed", true),
        ("q=person:ada@example.com+outcome:failed", true),
        ("ip=192.0.2.1&outcome=failed", true),
        ("person=nobody@example.com", false),
        ("ip=198.51.100.*&outcome=failed", false),
        ("connection=Username-Password-Authentication&outcome=failed", true),
        ("connection=other", false),
        ("time=15m&outcome=failed", true),
        ("time=custom&until=2020&outcome=failed", false),
        ("q=kind:logins+type:seacft", false),
        ("q=nothing-like-it", false),
    ] {
        let page = admin.get(&format!("/manage/logs?{query}")).await.is(200).text();
        assert_eq!(page.contains("could not log in to Storefront"), is_found, "{query}");
    }
    // Who logs in is known by name in the event, and looked for by address.
    let person = admin.get("/manage/logs?person=ada@example.com&outcome=success").await.is(200).text();
    assert!(person.contains("Ada Lovelace logged in to Storefront"), "{person}");
    let wrong = admin.get("/manage/logs?q=outcome:bad").await.is(200).text();
    assert!(wrong.contains("an outcome is failed, success or warning"), "{wrong}");
    assert!(wrong.contains("value=\"outcome:bad\""), "what was typed stays: {wrong}");
}

/// It leads to what fills it: the guide of a client that people log in to.
#[tokio::test]
async fn an_empty_log_leads_to_a_first_login() {
    let house = House::new().await;
    let admin = house.admin().await;
    house.party_with(ClientKind::NonInteractive, Via::Post, json!({ "name": "A robot" })).await;
    house.forget_the_log().await;
    let page = admin.get("/manage/logs").await.is(200).text();
    let (_, list) = page.split_once("id=\"events\"").unwrap();
    assert!(list.contains("Nothing yet. Follow a guide to see a first login."), "{list}");
    let (_, link) = list.split_once("<a ").unwrap().1.split_once("href=\"").unwrap();
    let guide = admin.get(link.split('"').next().unwrap()).await.is(200).text();
    assert!(guide.contains("Default App"), "{guide}");
}
