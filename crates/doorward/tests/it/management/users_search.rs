//! Lists of users: pages, totals, orders, and searches with `q`.

use serde_json::{Value, json};

use crate::kit::{Answer, Engine, House, Machine, PASSWORD};

const DATABASE: &str = "Username-Password-Authentication";

async fn people(house: &House) -> Machine<'_> {
    let machine = house.machine(&["read:users", "create:users", "update:users"]).await;
    for (number, name) in ["Grace Hopper", "Alan Turing", "Hedy Lamarr", "Radia Perlman"].iter().enumerate() {
        house.advance(60);
        let first = name.split(' ').next().unwrap().to_lowercase();
        let body = json!({
            "connection": DATABASE, "email": format!("{first}@acme.com"), "password": PASSWORD, "name": name,
            "blocked": number == 1, "app_metadata": { "plan": if number < 2 { "gold" } else { "free" } },
        });
        machine.post("/api/v2/users", &body).await.is(201);
    }
    machine
}

fn emails(answer: Answer) -> Vec<String> {
    let list = answer.is(200).json();
    list.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn lists_have_pages_totals_orders_and_an_end() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = people(&house).await;
        let oldest_first = emails(machine.get("/api/v2/users").await);
        assert_eq!(oldest_first[0], "ada@example.com");
        assert_eq!(oldest_first.len(), 5);
        let page = machine.get("/api/v2/users?page=1&per_page=2&include_totals=true").await.is(200).json();
        let numbers = ["start", "limit", "length", "total"].map(|name| page[name].as_i64().unwrap());
        assert_eq!(numbers, [2, 2, 2, 5]);
        assert_eq!(page["users"][0]["email"], oldest_first[2].as_str());
        // An SDK pages until a page is empty.
        let end = machine.get("/api/v2/users?page=9&per_page=100&include_totals=true").await.is(200).json();
        assert_eq!((&end["users"], &end["total"]), (&json!([]), &json!(5)));
        let mut newest_first = emails(machine.get("/api/v2/users?sort=created_at:-1").await);
        newest_first.reverse();
        assert_eq!(newest_first, oldest_first);
        let by_name = emails(machine.get("/api/v2/users?sort=name:1&q=email.domain:acme.com").await);
        assert_eq!(by_name, ["alan@acme.com", "grace@acme.com", "hedy@acme.com", "radia@acme.com"]);
        for bad in [
            "page=10&per_page=100",
            "per_page=101",
            "sort=blocked:1",
            "sort=name",
            "from=x",
            "take=5",
            "search_engine=v9",
        ] {
            let answer = machine.get(&format!("/api/v2/users?{bad}")).await.is(400);
            assert_eq!(answer.json()["errorCode"], "invalid_query_string", "{bad}");
        }
    }
}

#[tokio::test]
async fn a_search_finds_what_it_says() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = people(&house).await;
        let connection = format!("identities.connection:\"{DATABASE}\"");
        for (query, expected) in [
            ("email:\"GRACE@acme.com\"", "grace"),
            ("hopper", ""),
            ("grace*", "grace"),
            ("name:*turing", "alan"),
            ("nickname:hedy", "hedy"),
            ("alan radia", "alan radia"),
            ("alan* radia*", "alan radia"),
            ("email:*@acme.com -blocked:true", "grace hedy radia"),
            ("app_metadata.plan:gold AND NOT blocked:true", "grace"),
            ("_exists_:app_metadata.plan AND created_at:[2026 TO *]", "grace alan hedy radia"),
            ("logins_count:[1 TO *]", ""),
            (&connection, "ada grace alan hedy radia"),
            ("identities.connection:nothing", ""),
        ] {
            let path = format!("/api/v2/users?q={}&include_totals=true&search_engine=v3", encoded(query));
            let found = machine.get(&path).await.is(200).json();
            let names: Vec<&str> = found["users"]
                .as_array()
                .unwrap()
                .iter()
                .map(|user| user["email"].as_str().unwrap().split('@').next().unwrap())
                .collect();
            assert_eq!(
                names.join(" "),
                if query == "alan radia" { "alan radia" } else { expected },
                "{query}"
            );
            assert_eq!(found["total"], names.len(), "{query}");
        }
        let filtered = emails(machine.get(&format!("/api/v2/users?connection={DATABASE}&q=radia*")).await);
        assert_eq!(filtered, ["radia@acme.com"]);
        assert!(emails(machine.get("/api/v2/users?connection=nothing").await).is_empty());
    }
}

/// A change is found at once, under its new value and not under the old one.
#[tokio::test]
async fn a_search_follows_every_change() {
    for engine in Engine::all() {
        let house = House::on(engine).await;
        let machine = people(&house).await;
        let search = async |query: &str| {
            emails(machine.get(&format!("/api/v2/users?q={}", encoded(query))).await).join(" ")
        };
        let user = machine.get("/api/v2/users-by-email?email=alan@acme.com").await.is(200).json()[0].clone();
        let path = format!("/api/v2/users/{}", user["user_id"].as_str().unwrap().replace('|', "%7C"));
        let change = json!({
            "email": "mathison@b.test", "name": "A. M. Turing", "given_name": "Alan", "phone_number": "+4412",
            "blocked": false, "app_metadata": { "plan": "free", "tags": ["x", "y"] }, "nickname": "prof",
            "picture": "https://b.test/Alan.png", "phone_verified": true,
        });
        machine.patch(&path, &change).await.is(200);
        let own_id = format!("identities.user_id:{}", user["identities"][0]["user_id"].as_str().unwrap());
        for found in [
            "email:mathison*",
            "email.domain:b.test",
            "name:a.*",
            "given_name:alan",
            "phone_number:\"+4412\"",
            "nickname:prof",
            "app_metadata.tags:y",
            "app_metadata.plan:free AND email:m*",
            "+44*",
            "picture:\"https://b.test/Alan.png\"",
            "phone_verified:true",
            &own_id,
        ] {
            assert_eq!(search(found).await, "mathison@b.test", "{found}");
        }
        for gone in ["email:alan*", "name:alan*", "blocked:true", "nickname:mathison", "organization_id:*"] {
            assert_eq!(search(gone).await, "", "{gone}");
        }
        assert_eq!(search("app_metadata.plan:gold").await, "grace@acme.com");
    }
}

/// CVE-2022-24124, Kanidm 1.10: whatever stands in the parameters of a list is a list or a 400 that says
/// what is wrong.
#[tokio::test]
async fn a_mistake_is_told_with_its_place_and_nothing_breaks_the_list() {
    let house = House::new().await;
    let machine = people(&house).await;
    let refused = async |query: &str| {
        let body = machine.get(&format!("/api/v2/users?{query}")).await.is(400).json();
        assert_eq!(body["errorCode"], "invalid_query_string", "{query}");
        body["message"].as_str().unwrap().to_owned()
    };
    let said = refused("q=email:a%20AND%20nmae:b").await;
    assert!(said.contains("At character 13: There is no field nmae here. Did you mean name?"), "{said}");
    for deep in ["(", "NOT%20", "-", "name:("] {
        let said = refused(&format!("q={}", deep.repeat(1000))).await;
        assert!(said.contains("property q"), "{said}");
        let answer = machine.get(&format!("/api/v2/users?q={}", deep.repeat(10_000))).await;
        assert_eq!(answer.status.as_u16(), 400, "{deep}");
    }
    let evil = [
        "' OR 1=1 --",
        "\"'; DROP TABLE users; --\"",
        "name:\"%\"",
        "name:\"_\"",
        "email:\"\\\\\"",
        "$1",
        "?1",
        "%00",
        "*",
        "name:\u{0}",
        "user_metadata.'x':1",
        "user_metadata.a\\\"b:1",
        "app_metadata.%:x",
        "name:*' OR '1'='1*",
    ];
    for text in evil {
        let answer = machine.get(&format!("/api/v2/users?include_totals=true&q={}", encoded(text))).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400), "{text}: {}", answer.text());
        if answer.status == 200 && text != "*" {
            assert_eq!(answer.json()["total"], 0, "{text}");
        }
    }
    for (name, value) in
        [("sort", "created_at:1; DROP TABLE users"), ("sort", "(SELECT 1):1"), ("fields", "'; --")]
    {
        let answer = machine.get(&format!("/api/v2/users?{name}={}", encoded(value))).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400), "{name}={value}: {}", answer.text());
    }
    let all: Value = machine.get("/api/v2/users?include_totals=true").await.is(200).json();
    assert_eq!(all["total"], 5);
}
