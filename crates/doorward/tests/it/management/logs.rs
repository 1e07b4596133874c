//! `/api/v2/logs`: what happened is there, in order, and for those who may read it.

use doorward_model::client::kind::ClientKind;
use serde_json::json;

use crate::kit::{Asked, EMAIL, Engine, House, PASSWORD, Via, Visitor};

#[tokio::test]
async fn a_login_is_an_event_with_person_client_and_connection() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    party.code(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let logs = house.logs().await;
    let event = logs.iter().find(|event| event["type"] == "s").expect("a login is an event");
    assert_eq!(event["client_id"], party.client_id);
    assert_eq!(event["connection"], "Username-Password-Authentication");
    assert_eq!(event["strategy"], "auth0");
    assert_eq!(event["ip"], "192.0.2.1");
    assert!(event["user_id"].as_str().unwrap().starts_with("auth0|"), "{event}");
    assert!(event["date"].as_str().unwrap().ends_with('Z'), "{event}");
    let id = event["log_id"].as_str().unwrap();
    let machine = house.machine(&["read:logs"]).await;
    assert_eq!(machine.get(&format!("/api/v2/logs/{id}")).await.is(200).json()["log_id"], id);
    machine.get("/api/v2/logs/90020000000000000000000").await.is(404);
}

#[tokio::test]
async fn pages_totals_and_checkpoints_walk_the_whole_log() {
    let house = House::new().await;
    let machine = house.machine(&["read:logs", "create:clients"]).await;
    for number in 0..7 {
        house.advance(1);
        machine.post("/api/v2/clients", &json!({ "name": format!("n{number}") })).await.is(201);
    }
    let all = machine.get("/api/v2/logs?per_page=100").await.is(200).json();
    let ids = |list: &serde_json::Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|event| event["log_id"].as_str().unwrap().to_owned()).collect()
    };
    let newest_first = ids(&all);
    assert!(newest_first.len() >= 8);
    let page = machine.get("/api/v2/logs?page=0&per_page=3&include_totals=true").await.is(200).json();
    assert_eq!(ids(&page["logs"]), newest_first[..3]);
    let mut oldest_first = newest_first.clone();
    oldest_first.reverse();
    assert_eq!(copied(&machine, Some(&oldest_first[1]), oldest_first.len() - 2).await, oldest_first[2..]);
    assert_eq!(copied(&machine, None, oldest_first.len()).await, oldest_first);
    for query in ["per_page=101", "take=0x", "take=101", "from=", "from=a%20b", "nonsense=1", "page=-1"] {
        machine.get(&format!("/api/v2/logs?{query}")).await.is(400);
    }
}

/// The ids of a copy of the log in pages of three. On PostgreSQL a transaction of another test holds back what was
/// committed after it began, so it is begun again until so many are there.
async fn copied(machine: &crate::kit::Machine<'_>, from: Option<&str>, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..3000 {
        all.clear();
        let mut known = from.map(str::to_owned);
        loop {
            let from = known.as_ref().map_or_else(String::new, |id| format!("&from={id}"));
            let page = machine.get(&format!("/api/v2/logs?take=3{from}")).await.is(200).json();
            let ids =
                page.as_array().unwrap().iter().map(|event| event["log_id"].as_str().unwrap().to_owned());
            all.extend(ids);
            if page.as_array().unwrap().len() < 3 {
                break;
            }
            known = all.last().cloned();
        }
        if all.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    all
}

/// An event that counted further while it was the last that somebody had read stands where it stood.
#[tokio::test]
async fn a_copy_goes_on_after_an_event_that_counted_further() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let machine = house.machine(&["read:logs", "create:clients"]).await;
        let wrong = async || Visitor::new(&house).log_in(&party.authorize(&[]), EMAIL, "wrong").await;
        wrong().await;
        let logs = house.logs().await;
        // The kit read the log with a token of its own, which is an event.
        let known = logs.iter().position(|event| event["type"] == "fp").unwrap();
        let last = logs[known]["log_id"].as_str().unwrap();
        machine.post("/api/v2/clients", &json!({ "name": "Between" })).await.is(201);
        wrong().await;
        let rest = copied(&machine, Some(last), known + 1).await;
        assert_eq!(rest.len(), known + 1, "{rest:?}");
        let path = format!("/api/v2/logs/{}", rest.last().unwrap());
        let event = machine.get(&path).await.is(200).json();
        assert_eq!(event["details"]["target"]["client_name"], "Between", "{event:#}");
        let path = format!("/api/v2/logs/{last}");
        assert_eq!(machine.get(&path).await.is(200).json()["details"]["count"], 2);
    }
}

#[tokio::test]
async fn refused_writes_are_events_too() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients"]).await;
    machine.post("/api/v2/clients", &json!({ "name": 7 })).await.is(400);
    assert!(house.log_types().await.contains(&"fapi".to_owned()));
}

/// Who may read the log of people sees what happened to people, and nothing else.
#[tokio::test]
async fn the_log_of_people_is_that_of_people_only() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let all = house.logs().await;
    let (people, others): (Vec<_>, Vec<_>) = all.iter().partition(|event| event.get("user_id").is_some());
    assert!(people.len() >= 2 && !others.is_empty());
    let reader = house.machine(&["read:logs_users"]).await;
    let seen = reader.get("/api/v2/logs?per_page=100&include_totals=true").await.is(200).json();
    assert_eq!(seen["total"], people.len());
    let ids = |events: &[&serde_json::Value]| -> Vec<String> {
        events.iter().map(|event| event["log_id"].as_str().unwrap().to_owned()).collect()
    };
    let shown: Vec<_> = seen["logs"].as_array().unwrap().iter().collect();
    assert_eq!(ids(&shown), ids(&people));
    assert_eq!(copied(&reader, None, people.len()).await.len(), people.len());
    for (events, status) in [(&people, 200), (&others, 404)] {
        let path = format!("/api/v2/logs/{}", events[0]["log_id"].as_str().unwrap());
        reader.get(&path).await.is(status);
    }
}

#[tokio::test]
async fn a_list_is_sorted_picked_and_wrapped_as_asked() {
    let house = House::new().await;
    let machine = house.machine(&["read:logs", "create:clients"]).await;
    for number in 0..3 {
        house.advance(1);
        machine.post("/api/v2/clients", &json!({ "name": format!("n{number}") })).await.is(201);
    }
    let newest = machine.get("/api/v2/logs?per_page=100&sort=date:-1").await.is(200).json();
    let oldest =
        machine.get("/api/v2/logs?per_page=100&sort=date:1&include_totals=true").await.is(200).json();
    let mut turned = newest.as_array().unwrap().clone();
    turned.reverse();
    assert_eq!(oldest["logs"].as_array().unwrap(), &turned);
    assert_eq!((&oldest["start"], &oldest["limit"]), (&json!(0), &json!(100)));
    assert_eq!((&oldest["length"], &oldest["total"]), (&json!(turned.len()), &json!(turned.len())));
    let some = machine.get("/api/v2/logs?fields=type,date&per_page=1").await.is(200).json();
    assert_eq!(some[0].as_object().unwrap().len(), 2, "{some}");
    let rest =
        machine.get("/api/v2/logs?fields=type,date&include_fields=false&per_page=1").await.is(200).json();
    assert!(rest[0].get("type").is_none() && rest[0].get("log_id").is_some(), "{rest}");
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_search_finds_what_it_says() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let party = house.party(ClientKind::RegularWeb, Via::Post).await;
        let visitor = Visitor::new(&house);
        visitor.log_in(&party.authorize(&[]), EMAIL, "wrong password").await;
        house.advance(60);
        party.tokens(&visitor, EMAIL, PASSWORD).await;
        house.advance(3600);
        let machine = house.machine(&["read:logs", "create:clients"]).await;
        machine.post("/api/v2/clients", &json!({ "name": "Kiosk" })).await.is(201);
        let found = async |query: &str| {
            let path = format!("/api/v2/logs?include_totals=true&sort=date:1&q={}", encoded(query));
            let page = machine.get(&path).await.is(200).json();
            let types: Vec<String> = page["logs"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["type"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(page["total"], types.len(), "{query}");
            types.join(" ")
        };
        let user = house.logs().await.iter().find_map(|event| event["user_id"].as_str().map(str::to_owned));
        let user = format!("user_id:\"{}\" AND type:s", user.unwrap());
        let client = format!("client_id:{} AND type:fp", party.client_id);
        for (query, expected) in [
            ("type:fp", "fp"),
            ("type:(s OR seacft)", "s seacft"),
            ("type:sea*", "seacft"),
            ("type:S", ""),
            (&user, "s"),
            (&client, "fp"),
            ("ip:192.0.2.1 AND type:fp", "fp"),
            ("ip:192.0.2.* AND type:s", "s"),
            ("user_name:ada* AND type:(s fp)", "fp"),
            ("user_name:\"Ada Lovelace\" AND type:(s fp)", "s"),
            ("connection:Username-Password-Authentication AND type:s", "s"),
            ("description:Create* AND NOT client_name:Nobody AND type:sapi AND date:[2020 TO *]", "sapi"),
            ("\"Username-Password-Authentication\" AND type:fp", "fp"),
            ("date:2020", ""),
            ("nobody", ""),
            ("_exists_:organization_id", ""),
        ] {
            let first = if query.starts_with("description:Create*") {
                // The clients that the house made for this case are events, too.
                found(query).await.split(' ').next().unwrap().to_owned()
            } else {
                found(query).await
            };
            assert_eq!(first, expected, "{query}");
        }
        let some = machine.get("/api/v2/logs?q=type:fp&fields=type").await.is(200).json();
        assert_eq!(some, json!([{ "type": "fp" }]));
        let sorted =
            machine.get("/api/v2/logs?q=type:(s%20fp)&sort=type:-1&fields=type").await.is(200).json();
        assert_eq!(sorted, json!([{ "type": "s" }, { "type": "fp" }]));
    }
}

#[tokio::test]
async fn a_mistake_in_a_search_is_told_and_one_without_end_is_414() {
    let house = House::new().await;
    let machine = house.machine(&["read:logs"]).await;
    for (query, words) in [
        ("q=tpye:f", "At character 1: There is no field tpye here. Did you mean type?"),
        ("search=(a", "At character 1: This bracket is never closed"),
        ("q=date:yesterday", "date holds times"),
        ("q=ip:*1", "at least 3"),
        ("sort=details:1", "Events are sorted by one of: client_id,"),
        ("page=10&per_page=100", "the first 1000 events"),
    ] {
        let refused = machine.get(&format!("/api/v2/logs?{query}")).await.is(400).json();
        assert_eq!(refused["errorCode"], "invalid_query_string", "{query}");
        assert!(refused["message"].as_str().unwrap().contains(words), "{refused}");
    }
    for length in [5000, 20_000] {
        let refused = machine.get(&format!("/api/v2/logs?q={}", "a".repeat(length))).await.is(414).json();
        assert_eq!(refused["errorCode"], "query_too_long", "{length}");
    }
    // With a checkpoint nothing else counts, not even what would be refused.
    assert!(!copied(&machine, Some("900"), 1).await.is_empty());
    let after =
        machine.get("/api/v2/logs?from=900&take=2&q=(&sort=x&page=y&fields=type").await.is(200).json();
    assert!(after[0].get("log_id").is_some(), "{after}");
}

/// Whoever sees a part of the log searches that part.
#[tokio::test]
async fn a_search_finds_no_more_than_may_be_seen() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    party.tokens(&Visitor::new(&house), EMAIL, PASSWORD).await;
    let reader = house.machine(&["read:logs_users"]).await;
    let all = house.machine(&["read:logs"]).await;
    let count = async |machine: &crate::kit::Machine<'_>, query: &str| {
        let page = machine.get(&format!("/api/v2/logs?include_totals=true&q={query}")).await.is(200).json();
        assert_eq!(page["total"], page["logs"].as_array().unwrap().len());
        page["total"].as_i64().unwrap()
    };
    assert!(count(&all, "type:seccft").await > 0);
    assert_eq!(count(&reader, "type:seccft").await, 0);
    assert_eq!(count(&reader, "type:s").await, 1);
    let id =
        house.logs().await.iter().find_map(|event| event["user_id"].as_str().map(str::to_owned)).unwrap();
    let path = format!("/api/v2/users/{}/logs", encoded(&id));
    let found = reader.get(&format!("{path}?q=type:s&include_totals=true")).await.is(200).json();
    assert_eq!((&found["total"], &found["logs"][0]["type"]), (&json!(1), &json!("s")));
    assert_eq!(reader.get(&format!("{path}?q=type:seccft")).await.is(200).json(), json!([]));
    reader.get(&format!("{path}?q=(")).await.is(400);
}

/// What the pages say, for whoever reads the log by program.
#[tokio::test]
async fn a_failure_says_why_and_what_to_do() {
    let house = House::new().await;
    let party = house.party(ClientKind::RegularWeb, Via::Post).await;
    let wrong = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("client_id", &party.client_id),
        ("client_secret", "no"),
    ];
    house.send(Asked::form("/oauth/token", &wrong)).await.is(401);
    let machine = house.machine(&["read:logs"]).await;
    let found = machine.get("/api/v2/logs?q=type:feacft").await.is(200).json();
    let why = found[0]["explanation"]["why"].as_str().unwrap();
    assert!(why.contains("none of this client's"), "{found}");
    assert!(found[0]["explanation"]["fix"].is_string(), "{found}");
    let path = format!("/api/v2/logs/{}", found[0]["log_id"].as_str().unwrap());
    assert_eq!(machine.get(&path).await.is(200).json()["explanation"], found[0]["explanation"]);
    let good = machine.get("/api/v2/logs?q=type:seccft&per_page=1").await.is(200).json();
    assert!(good[0].get("explanation").is_none(), "{good}");
}
