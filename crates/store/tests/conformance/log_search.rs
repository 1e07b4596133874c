//! Searching the log: whatever is asked, both engines find what a plain reading of the query finds.

use doorward_model::ids::{ClientId, ConnectionId, TenantId, UserId};
use doorward_model::log::code::EventCode;
use doorward_model::log::event::Event;
use doorward_model::log::reference;
use doorward_model::log::search::LOGS;
use doorward_model::search::{Bound, Query, Scalar, Target, Test};
use doorward_model::time::{Lifetime, Timestamp};
use doorward_store::logs::{self, FEW, LogFilter, LogOrder};
use doorward_store::{Db, global};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::kit::on_both;
use crate::kit::samples::*;

/// How many queries are compared per engine.
const QUERIES: usize = 300;
const EVENTS: usize = 150;

/// Few texts, so that most queries find something; and what LIKE and collations could misread.
const WORDS: [&str; 9] = ["ada", "Ada", "ADAM", "Shop", "50%", "x_y", "é", "'", "\u{10FFFF}z"];

fn word() -> impl Strategy<Value = String> {
    select(WORDS.map(str::to_owned).to_vec())
}

fn happened() -> impl Strategy<Value = Event> {
    let codes = [EventCode::Login, EventCode::WrongPassword, EventCode::Logout, EventCode::ManagementWrite];
    let some = || prop::option::of(word());
    let description = select(vec!["Logged in", "Wrong password", "Create a client", "Ada"]);
    let names = (some(), some(), some(), prop::option::of(0..3_u32), some());
    (select(codes.to_vec()), description, names, 0..5_u32, prop::option::of(0..4_u32)).prop_map(
        |(code, description, (client_name, connection_name, user_name, user, user_agent), day, place)| {
            Event {
                code,
                at: day_of(day),
                description: description.to_owned(),
                client: client_name.as_ref().map(|_| client_id("client")),
                client_name,
                connection: connection_name.as_ref().map(|_| connection_id("con_1")),
                strategy: connection_name.as_ref().map(|_| "auth0".to_owned()),
                connection_name,
                strategy_type: None,
                user: user.map(|number| user_id(&format!("auth0|{number}"))),
                user_name,
                ip: place.map(|place| format!("192.0.2.{place}")),
                user_agent,
                ..event("1")
            }
        },
    )
}

fn day_of(day: u32) -> Timestamp {
    Timestamp::from_seconds(1_767_225_600).after(Lifetime::from_seconds(day * 86_400))
}

/// Queries as people type them.
fn query() -> impl Strategy<Value = String> {
    let quoted = |text: String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let field = || {
        let names = [
            "client_name",
            "connection",
            "description",
            "ip",
            "user_agent",
            "user_id",
            "user_name",
            "type",
            "log_id",
            "hostname",
            "client_id",
            "reference",
        ];
        select(names.to_vec())
    };
    let pattern =
        || select(vec!["a*", "A*", "*dam*", "50%*", "x_*", "192.0.2.*", "auth0*", "s*", "Log*", "*rong*"]);
    let days = vec!["*", "2026", "2026-01-01", "2026-01-03", "2026-01-02T00:00:00Z", "2026-01-04T12:00"];
    let span = |ends: Vec<&'static str>| {
        (select(vec!['[', '{']), select(ends.clone()), select(ends), select(vec![']', '}']))
            .prop_map(|(open, low, high, close)| format!("{open}{low} TO {high}{close}"))
    };
    let fixed = vec![
        "*",
        "type:s",
        "type:(s OR fp)",
        "type:f*",
        "ip:192.0.2.1",
        "user_id:\"auth0|1\"",
        "client_id:client",
        "client_id:other",
        "connection_id:con_1",
        "strategy:auth0",
        "strategy_type:database",
        "organization_id:x",
        "_exists_:organization_id",
        "_exists_:user_id",
        "_exists_:ip",
        "_exists_:client_name",
        "hostname:a.test",
        "description:\"Logged in\"",
        "description:Wrong*",
        "log_id:9000*",
        "log_id:900000000007",
        "reference:7252-2222",
        "reference:72522222",
        "reference:7252*",
        "reference:7252-2*",
        "reference:*52-22*",
        "reference:[7222-2222 TO 7282-2222}",
        "_exists_:reference",
        "date:2026-01-03",
        "Logged*",
        "nobody",
        "\"Wrong password\"",
    ];
    let leaf = prop_oneof![
        3 => select(fixed).prop_map(str::to_owned),
        1 => word().prop_map(quoted),
        1 => pattern().prop_map(str::to_owned),
        1 => (field(), word().prop_map(quoted)).prop_map(|(field, text)| format!("{field}:{text}")),
        1 => (field(), pattern()).prop_map(|(field, text)| format!("{field}:{text}")),
        1 => (field(), span(vec!["*", "A", "ada", "é"])).prop_map(|(field, span)| format!("{field}:{span}")),
        1 => span(days).prop_map(|span| format!("date:{span}")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} -{b})")),
            inner.prop_map(|a| format!("NOT {a}")),
        ]
    })
}

fn sample<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

/// From oldest to newest.
fn events(runner: &mut TestRunner, count: usize) -> Vec<Event> {
    let strategy = happened();
    // Of some, repeats are counted: their references begin with 7 and their number.
    let place = |at: usize| u8::try_from(at % 32).unwrap_or_default();
    let fold_key = |at: usize| {
        at.is_multiple_of(3).then(|| reference::key(&[5, place(at / 32), place(at), 0, 0, 0, 0, 0, 9]))
    };
    let with_id = |at: usize, event: Event| Event {
        id: log_id(&format!("9{at:011}")),
        fold_key: fold_key(at),
        ..event
    };
    (0..count).map(|at| with_id(at, sample(runner, &strategy))).collect()
}

async fn furnish_with(db: &Db, all: &[Event]) -> TenantId {
    let tenant = tenant("a");
    let mut b = db.tenant(&tenant.id).batch();
    global::tenants::insert(&mut b, &tenant);
    all.iter().for_each(|event| logs::insert(&mut b, event));
    b.commit().await.unwrap();
    tenant.id
}

fn by(field: &'static str, is_descending: bool) -> LogOrder {
    LogOrder { field, is_descending }
}

#[test]
fn both_engines_find_what_a_plain_reading_of_the_query_finds() {
    let mut runner = TestRunner::deterministic();
    let all = events(&mut runner, EVENTS);
    let strategy = query();
    let queries: Vec<String> = (0..QUERIES).map(|_| sample(&mut runner, &strategy)).collect();
    let hits = std::sync::atomic::AtomicUsize::new(0);
    on_both(async |db| {
        let t = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        for text in &queries {
            let query = LOGS.parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let expected: Vec<&Event> = all.iter().rev().filter(|event| means(&query, event)).collect();
            // Few or many: how a search is answered changes nothing of what it finds.
            for few in [FEW, 20, 0] {
                let filter = LogFilter { query: Some(query.clone()), few: Some(few), ..LogFilter::default() };
                let found = logs::list(&scope, &filter, by("date", true), (0, 1000)).await.unwrap();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}, few: {few}");
                let page = logs::list(&scope, &filter, by("date", true), (3, 4)).await.unwrap();
                let wanted: Vec<&Event> = expected.iter().copied().skip(3).take(4).collect();
                assert_eq!(page.iter().collect::<Vec<_>>(), wanted, "{text}, few: {few}");
                let count = logs::count(&scope, &filter).await.unwrap();
                assert_eq!(count, expected.len() as i64, "{text}, few: {few}");
            }
            hits.fetch_add(expected.len(), std::sync::atomic::Ordering::Relaxed);
        }
    });
    let hits = hits.into_inner();
    assert!(hits > QUERIES * 10, "the queries find next to nothing: {hits}");
}

#[test]
fn a_search_goes_together_with_every_other_filter_and_with_checkpoints() {
    let mut runner = TestRunner::deterministic();
    let all = events(&mut runner, EVENTS);
    let strategy = query();
    let queries: Vec<String> = (0..QUERIES / 5).map(|_| sample(&mut runner, &strategy)).collect();
    let narrow = LogFilter {
        codes: vec![EventCode::Login, EventCode::WrongPassword],
        of_people: true,
        since: Some(day_of(1)),
        until: Some(day_of(4)),
        from_id: Some(log_id("900000000010")),
        before_id: Some(log_id("900000000140")),
        ..LogFilter::default()
    };
    let is_in = |event: &Event| {
        narrow.codes.contains(&event.code)
            && event.user.is_some()
            && (day_of(1)..day_of(4)).contains(&event.at)
            && (log_id("900000000010")..log_id("900000000140")).contains(&event.id)
    };
    on_both(async |db| {
        let t = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        for (text, few) in queries.iter().flat_map(|text| [(text, FEW), (text, 0)]) {
            let query = LOGS.parse(text).unwrap();
            let expected: Vec<&Event> =
                all.iter().filter(|event| is_in(event) && means(&query, event)).collect();
            let filter = LogFilter { query: Some(query), few: Some(few), ..narrow.clone() };
            let found = logs::list(&scope, &filter, by("date", false), (0, 1000)).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}, few: {few}");
            assert_eq!(logs::count(&scope, &filter).await.unwrap(), expected.len() as i64, "{text}");
            let place = log_id("900000000070");
            let (before, after): (Vec<&Event>, Vec<&Event>) =
                expected.into_iter().filter(|event| event.id != place).partition(|event| event.id < place);
            let mut found = logs::list_before(&scope, &filter, Some(&place), 1000).await.unwrap();
            found.reverse();
            assert_eq!(found.iter().collect::<Vec<_>>(), before, "{text} before, few: {few}");
            let found = logs::list_after(&scope, &filter, Some(&place), 1000).await.unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), after, "{text} after, few: {few}");
        }
    });
}

#[test]
fn a_list_is_sorted_by_any_field_both_ways_and_by_page() {
    let mut runner = TestRunner::deterministic();
    let all = events(&mut runner, 40);
    let of_one = LOGS.parse("type:(s OR slo)").unwrap();
    on_both(async |db| {
        let t = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        for field in LOGS.fields.iter().filter(|field| field.name != "organization_id") {
            for query in [None, Some(of_one.clone())] {
                let is_wanted = |event: &&Event| query.as_ref().is_none_or(|query| means(query, event));
                let mut expected: Vec<&Event> = all.iter().filter(is_wanted).collect();
                // The order of the log is that of the ids.
                let key = |event: &Event| match field.name {
                    "date" => String::new(),
                    name => value(name, event).unwrap_or_default(),
                };
                expected.sort_by_key(|event| (key(event), event.id.clone()));
                for is_descending in [false, true] {
                    let filter = LogFilter { query: query.clone(), ..LogFilter::default() };
                    let mut found = Vec::new();
                    for offset in [0, 15, 30] {
                        let order = by(field.name, is_descending);
                        found.extend(logs::list(&scope, &filter, order, (offset, 15)).await.unwrap());
                    }
                    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{} {is_descending}", field.name);
                    expected.reverse();
                }
            }
        }
    });
}

/// A process has room for so many shapes; those of a tenant are told apart from another's.
#[test]
fn each_tenant_has_shapes_of_its_own() {
    on_both(async |db| {
        let (a, b) = (furnish(&db, "a").await, furnish(&db, "b").await);
        write(&db, &a, |batch| logs::insert(batch, &event("1"))).await.unwrap();
        for (tenant, count) in [(&a, 1), (&b, 0)] {
            let filter = LogFilter { query: LOGS.parse("type:s").ok(), ..LogFilter::default() };
            assert_eq!(logs::count(&db.tenant(tenant), &filter).await.unwrap(), count);
        }
        write(&db, &b, |batch| logs::insert(batch, &event("1"))).await.unwrap();
        let filter = LogFilter { query: LOGS.parse("client_name:App").ok(), ..LogFilter::default() };
        assert_eq!(logs::count(&db.tenant(&b), &filter).await.unwrap(), 1);
    });
}

/// The row of a shape is written with an event; when that fails, the next event writes it.
#[test]
fn a_batch_that_fails_leaves_the_shape_to_the_next() {
    on_both(async |db| {
        let t = furnish(&db, "a").await;
        let scope = db.tenant(&t);
        write(&db, &t, |b| logs::insert(b, &event("1"))).await.unwrap();
        let other = |id: &str| Event { description: "Something else".to_owned(), ..event(id) };
        let twice = write(&db, &t, |b| logs::insert(b, &other("1"))).await;
        assert!(twice.is_err(), "{twice:?}");
        write(&db, &t, |b| logs::insert(b, &other("2"))).await.unwrap();
        let filter = LogFilter { query: LOGS.parse("description:Something*").ok(), ..LogFilter::default() };
        let found = logs::list(&scope, &filter, LogOrder::default(), (0, 9)).await.unwrap();
        assert_eq!(found, [other("2")]);
    });
}

// A plain reading of a query, over events in memory.

#[test]
fn the_same_new_shapes_in_any_order_do_not_wait_for_each_other() {
    on_both(async |db| {
        let t = furnish_with(&db, &[]).await;
        let commit = |turn: usize| {
            let mut b = db.tenant(&t).batch();
            for at in 0..40_usize {
                let name = (at * 7 + turn * 13) % 40;
                let id = log_id(&format!("9{turn:05}{at:06}"));
                logs::insert(&mut b, &Event { id, client_name: Some(format!("Shop {name}")), ..event("1") });
            }
            b.commit()
        };
        let under_way: Vec<_> = (0..8).map(|turn| tokio::spawn(commit(turn))).collect();
        for batch in under_way {
            batch.await.unwrap().unwrap();
        }
        assert_eq!(logs::count(&db.tenant(&t), &LogFilter::default()).await.unwrap(), 320);
        let query = LOGS.parse("client_name:\"Shop 7\"").unwrap();
        let filter = LogFilter { query: Some(query), ..LogFilter::default() };
        assert_eq!(logs::count(&db.tenant(&t), &filter).await.unwrap(), 8);
    });
}

fn means(query: &Query, event: &Event) -> bool {
    match query {
        Query::Everything => true,
        Query::All(parts) => parts.iter().all(|part| means(part, event)),
        Query::Any(parts) => parts.iter().any(|part| means(part, event)),
        Query::Not(inner) => !means(inner, event),
        Query::Term(Target::Anywhere, test) => {
            let bare = ["client_name", "connection", "description", "ip", "log_id", "type", "user_name"];
            bare.iter().any(|name| passes(name, event, test))
        }
        Query::Term(Target::Field(field), test) => passes(field.name, event, test),
        Query::Term(Target::Path(_), _) => false,
    }
}

fn passes(name: &str, event: &Event, test: &Test) -> bool {
    if name == "date" {
        return is_at(event.at, test);
    }
    let kind = LOGS.field(name).unwrap().kind;
    value(name, event).filter(|text| !text.is_empty()).is_some_and(|text| test.accepts(kind, &text))
}

fn is_at(at: Timestamp, test: &Test) -> bool {
    let edge = |bound: &Bound, wants_end: bool| match bound.value {
        Scalar::Time(moment) if wants_end => moment.end(),
        Scalar::Time(moment) => moment.start(),
        _ => panic!("no time"),
    };
    match test {
        Test::Exists => true,
        Test::Is(Scalar::Time(moment)) => (moment.start()..moment.end()).contains(&at),
        Test::Between(low, high) => {
            low.as_ref().is_none_or(|low| at >= edge(low, !low.inclusive))
                && high.as_ref().is_none_or(|high| at < edge(high, high.inclusive))
        }
        _ => false,
    }
}

fn value(name: &str, event: &Event) -> Option<String> {
    let text = match name {
        "client_id" => event.client.as_ref().map(ClientId::as_str),
        "client_name" => event.client_name.as_deref(),
        "connection" => event.connection_name.as_deref(),
        "connection_id" => event.connection.as_ref().map(ConnectionId::as_str),
        "description" => Some(event.description.as_str()),
        "hostname" => event.hostname.as_deref(),
        "ip" => event.ip.as_deref(),
        "log_id" => Some(event.id.as_str()),
        "organization_id" => None,
        "reference" => return event.reference(),
        "strategy" => event.strategy.as_deref(),
        "strategy_type" => event.strategy_type.as_deref(),
        "type" => Some(event.code.as_str()),
        "user_agent" => event.user_agent.as_deref(),
        "user_id" => event.user.as_ref().map(UserId::as_str),
        "user_name" => event.user_name.as_deref(),
        other => panic!("{other} is no field"),
    };
    text.map(str::to_owned)
}
