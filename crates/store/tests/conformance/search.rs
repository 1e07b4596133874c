//! Searching users: whatever is asked, both engines find what a plain reading of the query finds.

use doorward_model::connection::Connection;
use doorward_model::ids::TenantId;
use doorward_model::search::{Bound, Pattern, Query, Scalar, Target, Test};
use doorward_model::time::Timestamp;
use doorward_model::user::search::USERS;
use doorward_model::user::{Profile, User};
use doorward_store::users::list::{self, FEW, UserFilter, UserOrder};
use doorward_store::{Db, connections, users};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::kit::on_both;
use crate::kit::samples::*;

/// How many queries are compared per engine.
const QUERIES: usize = 400;

/// The texts that names, addresses and values are made of: few, so that most queries find something.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "ada",
        "Ada",
        "ADAM",
        "john",
        "Jo",
        "é",
        "Éva",
        "a b",
        "50%",
        "x_y",
        "x\\y",
        "\u{10FFFF}z",
        "ß",
        "'",
    ];
    select(words.map(str::to_owned).to_vec())
}

fn address() -> impl Strategy<Value = String> {
    (
        select(vec!["ada", "adam", "john", "jo", "eva"]),
        0..100_u32,
        select(vec!["acme.com", "acme.com.test", "b.test"]),
    )
        .prop_map(|(name, number, domain)| format!("{name}{number}@{domain}"))
}

fn metadata() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        word().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!(null)),
        Just(json!([])),
        (word(), 0..3_i64)
            .prop_map(|(text, number)| json!({ "city": text, "n": [number, { "city": "Bonn" }] })),
    ];
    prop::collection::vec((select(vec!["plan", "a b", "home"]), value), 0..3)
        .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn person() -> impl Strategy<Value = User> {
    let name = || prop::option::of(word());
    let texts = (address(), name(), name(), name(), name());
    let numbers = (0..5_i64, prop::option::of(0..5_i64), 0..5_i64, any::<bool>(), any::<bool>());
    (texts, numbers, (metadata(), metadata()), select(vec!["con_1", "con_2"]), prop::option::of(0..3_u32))
        .prop_map(
            |((address, name, nickname, given_name, family_name), numbers, metadata, connection, phone)| {
                let (logins_count, last_login, created, blocked, email_verified) = numbers;
                let day = |n: i64| Timestamp::from_seconds(1_767_225_600 + n * 86_400);
                let profile = Profile {
                    name,
                    nickname,
                    given_name,
                    family_name,
                    phone_number: phone.map(|number| format!("+49{number}")),
                    phone_verified: phone.filter(|number| *number > 0).map(|number| number == 1),
                    picture: phone.map(|number| format!("https://a.test/Ada{number}.png")),
                };
                User {
                    profile,
                    logins_count,
                    last_login: last_login.map(day),
                    last_password_reset: last_login.filter(|n| *n > 2).map(day),
                    last_ip: last_login.map(|n| format!("192.0.2.{n}")),
                    blocked,
                    email_verified,
                    user_metadata: metadata.0,
                    app_metadata: metadata.1,
                    ..User::new(user_id("auth0|0"), connection_id(connection), email(&address), day(created))
                }
            },
        )
}

/// Patterns, among them what LIKE and collations could misread.
const PATTERNS: &[&str] = &[
    "a*",
    "A*",
    "jo*",
    "*ada*",
    "*ohn*",
    "j*hn",
    "50%*",
    "x_*",
    "*x\\\\y*",
    "é*",
    "\u{10FFFF}*",
    "auth0*",
    "+49*",
    "*h0|Ada*",
    "auth0*7",
    "*DAM*",
    "*490",
    "+*9*0",
    "ad*acme.com",
    "*@ACME*",
    "*éva",
    "*50%",
    "x_*_y*y",
    "*john*4*",
];

/// Queries of fields that hold few values, and of whether there is one.
const FIXED: &[&str] = &[
    "identities.connection:Users",
    "identities.connection:Mo*",
    "identities.connection:none",
    "identities.provider:auth0",
    "identities.provider:google",
    "username:ada",
    "*",
    "_exists_:name",
    "_exists_:given_name",
    "_exists_:phone_number",
    "_exists_:last_login",
    "_exists_:username",
    "_exists_:blocked",
    "_exists_:logins_count",
    "_exists_:last_ip",
    "picture:\"https://a.test/Ada1.png\"",
    "picture:*Ada*",
    "identities.user_id:Ada7",
    "identities.user_id:*da7",
    "identities.user_id:[1 TO 3}",
];

/// Queries as people type them.
fn query() -> impl Strategy<Value = String> {
    let quoted = |text: String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let field =
        select(vec!["name", "nickname", "given_name", "family_name", "user_id", "last_ip", "phone_number"]);
    let pattern = select(PATTERNS.to_vec());
    let path = select(vec!["plan", "a\\ b", "home", "home.city", "home.n", "home.n.city", "hom", "nothing"]);
    let root = select(vec!["user_metadata", "app_metadata"]);
    let value = prop_oneof![
        word().prop_map(quoted),
        (0..3_i64).prop_map(|n| n.to_string()),
        any::<bool>().prop_map(|b| b.to_string())
    ];
    let span = |text: Vec<&'static str>| {
        (select(vec!['[', '{']), select(text.clone()), select(text), select(vec![']', '}']))
            .prop_map(|(open, low, high, close)| format!("{open}{low} TO {high}{close}"))
    };
    let days =
        vec!["*", "2026", "2026-01", "2026-01-01", "2026-01-03", "2026-01-02T00:00:00Z", "2026-01-04T12:00"];
    let leaf = prop_oneof![
        word().prop_map(quoted),
        pattern.clone().prop_map(str::to_owned),
        address(),
        (field.clone(), word().prop_map(quoted)).prop_map(|(field, text)| format!("{field}:{text}")),
        (field.clone(), pattern.clone()).prop_map(|(field, text)| format!("{field}:{text}")),
        (field, span(vec!["*", "a", "Ada", "john", "é"])).prop_map(|(field, span)| format!("{field}:{span}")),
        address().prop_map(|address| format!("email:{}", address.to_uppercase())),
        select(vec![
            "email:*@acme.com",
            "email:ad*",
            "email:*@acme*",
            "email.domain:ACME.com",
            "email:*7@acme.com"
        ])
        .prop_map(str::to_owned),
        (0..5_i64).prop_map(|n| format!("logins_count:{n}")),
        span(vec!["*", "0", "2", "4"]).prop_map(|span| format!("logins_count:{span}")),
        (select(vec!["last_login", "created_at", "updated_at", "last_password_reset"]), span(days.clone()))
            .prop_map(|(f, s)| format!("{f}:{s}")),
        (select(vec!["last_login", "created_at"]), select(days[1..].to_vec()))
            .prop_map(|(f, d)| format!("{f}:{d}")),
        (select(vec!["blocked", "email_verified", "phone_verified"]), any::<bool>())
            .prop_map(|(field, flag)| format!("{field}:{flag}")),
        select(FIXED.to_vec()).prop_map(str::to_owned),
        (root.clone(), path.clone(), value).prop_map(|(root, path, value)| format!("{root}.{path}:{value}")),
        (root.clone(), path.clone(), pattern).prop_map(|(root, path, text)| format!("{root}.{path}:{text}")),
        (root, path).prop_map(|(root, path)| format!("_exists_:{root}.{path}")),
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

/// People with ids of their own and no address twice.
fn people(runner: &mut TestRunner, count: usize) -> Vec<User> {
    let strategy = person();
    let mut all: Vec<User> = Vec::new();
    while all.len() < count {
        let user = sample(runner, &strategy);
        if all.iter().any(|other| (&other.connection, &other.email) == (&user.connection, &user.email)) {
            continue;
        }
        let id = if all.len().is_multiple_of(7) {
            format!("auth0|Ada{}", all.len())
        } else {
            format!("auth0|{}", all.len())
        };
        all.push(User { id: user_id(&id), ..user });
    }
    all
}

async fn furnish_with(db: &Db, all: &[User]) -> (TenantId, Vec<Connection>) {
    let tenant = tenant("a");
    let known = vec![connection("con_1", "Users"), connection("con_2", "More users")];
    let mut b = db.tenant(&tenant.id).batch();
    doorward_store::global::tenants::insert(&mut b, &tenant);
    known.iter().for_each(|connection| connections::insert(&mut b, connection));
    all.iter().for_each(|user| users::insert(&mut b, user));
    b.commit().await.unwrap();
    (tenant.id, known)
}

#[test]
fn both_engines_find_what_a_plain_reading_of_the_query_finds() {
    let mut runner = TestRunner::deterministic();
    let all = people(&mut runner, 120);
    let strategy = query();
    let queries: Vec<String> = (0..QUERIES).map(|_| sample(&mut runner, &strategy)).collect();
    let hits = std::sync::atomic::AtomicUsize::new(0);
    on_both(async |db| {
        let (t, known) = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        for text in &queries {
            let query = USERS.parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let filter = UserFilter { query: Some(&query), connections: &known, ..UserFilter::default() };
            let mut expected: Vec<&User> = all.iter().filter(|user| means(&query, user, &known)).collect();
            expected.sort_by(|a, b| a.id.cmp(&b.id));
            // Few or many: how a search is answered changes nothing of what it finds.
            for few in [FEW, 60, 5, 0] {
                let filter = UserFilter { few, ..filter };
                let found = list::after(&scope, filter, None, 1000).await.unwrap();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{text}, few: {few}");
                let count = list::count(&scope, filter).await.unwrap();
                assert_eq!(count, expected.len() as i64, "{text}, few: {few}");
            }
            hits.fetch_add(expected.len(), std::sync::atomic::Ordering::Relaxed);
        }
    });
    let hits = hits.into_inner();
    assert!(hits > QUERIES * 10, "the queries find next to nothing: {hits}");
}

#[test]
fn a_search_in_any_order_is_the_whole_list_without_the_others() {
    let mut runner = TestRunner::deterministic();
    let all = people(&mut runner, 60);
    let strategy = query();
    let queries: Vec<String> = (0..QUERIES / 8).map(|_| sample(&mut runner, &strategy)).collect();
    on_both(async |db| {
        let (t, known) = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        let everybody = UserFilter { connections: &known, ..UserFilter::default() };
        for (name, order) in UserOrder::ALL {
            for descending in [false, true] {
                let sorted = list::page(&scope, everybody, (order, descending), (0, 100)).await.unwrap();
                for text in &queries {
                    let query = USERS.parse(text).unwrap();
                    let expected: Vec<&User> =
                        sorted.iter().filter(|user| means(&query, user, &known)).skip(2).take(9).collect();
                    for few in [FEW, 20, 0] {
                        let filter = UserFilter { query: Some(&query), few, ..everybody };
                        let found = list::page(&scope, filter, (order, descending), (2, 9)).await.unwrap();
                        let found: Vec<&User> = found.iter().collect();
                        assert_eq!(found, expected, "{text} by {name} {descending}, few: {few}");
                    }
                }
            }
        }
    });
}

/// The text that parts are looked for in goes with its user.
#[test]
fn a_part_is_found_as_long_as_somebody_has_it() {
    on_both(async |db| {
        let all = [user("auth0|1", "ada.lovelace@a.test"), user("auth0|2", "grace@a.test")];
        let (t, known) = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        let found = async |text: &str| -> Vec<String> {
            let query = USERS.parse(text).unwrap();
            let filter = UserFilter { query: Some(&query), connections: &known, few: 2 };
            let page = list::after(&scope, filter, None, 9).await.unwrap();
            assert_eq!(list::count(&scope, filter).await.unwrap(), page.len() as i64, "{text}");
            page.into_iter().map(|user| user.id.to_string()).collect()
        };
        assert_eq!(found("*velac*").await, ["auth0|1"]);
        let before = users::get(&scope, &all[0].id).await.unwrap().unwrap();
        let mut married = before.clone();
        married.email = email("ada.king@a.test");
        married.profile.name = Some("Ada King-Noel".to_owned());
        let mut b = scope.batch();
        users::update(&mut b, &before, &married);
        users::record_login(&mut b, &married.id, Some("192.0.2.1"), NOW);
        b.commit().await.unwrap();
        assert!(found("*velac*").await.is_empty());
        for text in ["*king-n*", "name:*-noel", "email:ada*test", "nickname:*king", "*th0|1"] {
            assert_eq!(found(text).await, ["auth0|1"], "{text}");
        }
        let mut b = scope.batch();
        users::delete(&mut b, &married.id, NOW);
        b.commit().await.unwrap();
        assert!(found("*king-n*").await.is_empty());
        assert_eq!(found("*grac*").await, ["auth0|2"]);
        let next = user("auth0|3", "joan.clarke@a.test");
        let mut b = scope.batch();
        users::insert(&mut b, &next);
        b.commit().await.unwrap();
        assert_eq!(found("*clark*").await, ["auth0|3"]);
    });
}

#[test]
fn every_field_of_the_language_is_one_of_the_table() {
    let mut user = user("auth0|1", "ada@a.test");
    (user.last_login, user.last_password_reset) = (Some(NOW), Some(NOW));
    (user.username, user.last_ip) = (Some("ada".to_owned()), Some("192.0.2.1".to_owned()));
    user.profile = Profile {
        name: Some("Ada".to_owned()),
        nickname: Some("Ada".to_owned()),
        given_name: Some("Ada".to_owned()),
        family_name: Some("L".to_owned()),
        phone_number: Some("+49".to_owned()),
        phone_verified: Some(false),
        picture: Some("https://a.test/ada.png".to_owned()),
    };
    on_both(async |db| {
        let (t, known) = furnish_with(&db, std::slice::from_ref(&user)).await;
        for field in USERS.fields {
            let query = USERS.parse(&format!("_exists_:{}", field.name)).unwrap();
            let filter = UserFilter { query: Some(&query), connections: &known, ..UserFilter::default() };
            let expected = i64::from(field.name != "organization_id");
            assert_eq!(list::count(&db.tenant(&t), filter).await.unwrap(), expected, "{}", field.name);
        }
    });
}

#[test]
fn every_order_goes_both_ways_and_by_page() {
    let mut runner = TestRunner::deterministic();
    let all = people(&mut runner, 40);
    on_both(async |db| {
        let (t, known) = furnish_with(&db, &all).await;
        let scope = db.tenant(&t);
        let filter = UserFilter { query: None, connections: &known, ..UserFilter::default() };
        for (name, order) in UserOrder::ALL {
            let mut expected: Vec<&User> = all.iter().collect();
            expected.sort_by_key(|user| {
                // Users with the same value stand in the order in which they were made, but for these.
                let made = if matches!(name, "email" | "user_id" | "updated_at") {
                    0
                } else {
                    user.created_at.millis()
                };
                (key(name, user), made, user.id.as_str().to_owned())
            });
            for descending in [false, true] {
                let mut found = Vec::new();
                for offset in [0, 15, 30, 45] {
                    found
                        .extend(list::page(&scope, filter, (order, descending), (offset, 15)).await.unwrap());
                }
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{name} {descending}");
                expected.reverse();
            }
        }
        let mut walked: Vec<User> = Vec::new();
        loop {
            let last = walked.last().map(|user| user.id.clone());
            let part = list::after(&scope, filter, last.as_ref(), 7).await.unwrap();
            if part.is_empty() {
                break;
            }
            walked.extend(part);
        }
        assert_eq!(walked.len(), all.len());
        assert!(walked.is_sorted_by_key(|user| user.id.clone()));
    });
}

/// What a list is sorted by, as text in which the order of the bytes is the order.
fn key(order: &str, user: &User) -> String {
    let lowered = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
    let number = |number: i64| format!("{number:020}");
    match order {
        "created_at" => number(user.created_at.millis()),
        "updated_at" => number(user.updated_at.millis()),
        "last_login" => number(user.last_login.map_or(0, Timestamp::millis)),
        "logins_count" => number(user.logins_count),
        "email" => user.email.as_str().to_owned(),
        "name" => user.display_name().to_lowercase(),
        "given_name" => lowered(&user.profile.given_name),
        "family_name" => lowered(&user.profile.family_name),
        "user_id" => user.id.as_str().to_owned(),
        other => panic!("{other} has no order"),
    }
}

// A plain reading of a query, over users in memory.

fn means(query: &Query, user: &User, known: &[Connection]) -> bool {
    match query {
        Query::Everything => true,
        Query::All(parts) => parts.iter().all(|part| means(part, user, known)),
        Query::Any(parts) => parts.iter().any(|part| means(part, user, known)),
        Query::Not(inner) => !means(inner, user, known),
        Query::Term(Target::Anywhere, test) => {
            let bare = [
                "user_id",
                "email",
                "username",
                "name",
                "nickname",
                "given_name",
                "family_name",
                "phone_number",
            ];
            bare.iter().any(|name| values(name, user, known).iter().any(|value| passes(value, test)))
        }
        Query::Term(Target::Field(field), test) => {
            values(field.name, user, known).iter().any(|value| passes(value, test))
        }
        Query::Term(Target::Path(path), test) => {
            let mut found = Vec::new();
            let roots = json!({ "user_metadata": user.user_metadata, "app_metadata": user.app_metadata });
            walk("", &roots, &mut found);
            let below = format!("{path}.");
            found.iter().any(|(at, value)| {
                (at == path && passes(&Known::Exact(value.clone()), test))
                    || (*test == Test::Exists && at.starts_with(&below))
            })
        }
    }
}

fn walk(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| walk(path, item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(&below, value, found);
            }
        }
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        other => found.push((path.to_owned(), other.to_string())),
    }
}

enum Known {
    Exact(String),
    AnyCase(String),
    Number(i64),
    Flag(bool),
    Time(Timestamp),
}

fn values(name: &str, user: &User, known: &[Connection]) -> Vec<Known> {
    let any_case =
        |text: Option<&str>| text.map(|text| Known::AnyCase(text.to_owned())).into_iter().collect();
    let exact = |text: Option<&str>| text.map(|text| Known::Exact(text.to_owned())).into_iter().collect();
    let profile = &user.profile;
    let connection = known.iter().find(|connection| connection.id == user.connection);
    match name {
        "user_id" => exact(Some(user.id.as_str())),
        "email" => any_case(Some(user.email.as_str())),
        "email.domain" => any_case(user.email.as_str().split('@').nth(1)),
        "username" => any_case(user.username.as_deref()),
        "name" => any_case(Some(profile.name.as_deref().unwrap_or(user.email.as_str()))),
        "nickname" => any_case(profile.nickname.as_deref().or(user.email.as_str().split('@').next())),
        "given_name" => any_case(profile.given_name.as_deref()),
        "family_name" => any_case(profile.family_name.as_deref()),
        "phone_number" => exact(profile.phone_number.as_deref()),
        "picture" => exact(profile.picture.as_deref()),
        "phone_verified" => profile.phone_verified.map(Known::Flag).into_iter().collect(),
        "last_password_reset" => user.last_password_reset.map(Known::Time).into_iter().collect(),
        "identities.user_id" => exact(user.id.as_str().strip_prefix("auth0|")),
        "organization_id" => Vec::new(),
        "last_ip" => exact(user.last_ip.as_deref()),
        "identities.connection" => exact(connection.map(|connection| connection.name.as_str())),
        "identities.provider" => exact(Some("auth0")),
        "logins_count" => vec![Known::Number(user.logins_count)],
        "blocked" => vec![Known::Flag(user.blocked)],
        "email_verified" => vec![Known::Flag(user.email_verified)],
        "last_login" => user.last_login.map(Known::Time).into_iter().collect(),
        "created_at" => vec![Known::Time(user.created_at)],
        "updated_at" => vec![Known::Time(user.updated_at)],
        other => panic!("{other} is no field of a user"),
    }
}

fn passes(value: &Known, test: &Test) -> bool {
    let text = |value: &str, fold: fn(&str) -> String| match test {
        Test::Exists => true,
        Test::Is(Scalar::Text(wanted)) => fold(value) == fold(wanted),
        Test::Like(pattern) => looks_like(&fold(value), pattern, fold),
        Test::Between(low, high) => {
            let end = |bound: &Bound| match &bound.value {
                Scalar::Text(text) => fold(text),
                other => panic!("{other:?}"),
            };
            low.as_ref()
                .is_none_or(|low| fold(value) > end(low) || (low.inclusive && fold(value) == end(low)))
                && high.as_ref().is_none_or(|high| {
                    fold(value) < end(high) || (high.inclusive && fold(value) == end(high))
                })
        }
        Test::Is(_) => false,
    };
    match value {
        Known::Exact(value) => text(value, str::to_owned),
        Known::AnyCase(value) => text(value, str::to_lowercase),
        Known::Flag(value) => matches!(test, Test::Exists) || *test == Test::Is(Scalar::Flag(*value)),
        Known::Number(value) => match test {
            Test::Exists => true,
            Test::Is(Scalar::Number(wanted)) => value == wanted,
            Test::Between(low, high) => {
                let side = |bound: &Bound| match bound.value {
                    Scalar::Number(end) => value.cmp(&end),
                    _ => panic!("{bound:?}"),
                };
                low.as_ref().is_none_or(|low| side(low).is_gt() || (low.inclusive && side(low).is_eq()))
                    && high
                        .as_ref()
                        .is_none_or(|high| side(high).is_lt() || (high.inclusive && side(high).is_eq()))
            }
            _ => false,
        },
        Known::Time(value) => match test {
            Test::Exists => true,
            Test::Is(Scalar::Time(wanted)) => wanted.start() <= *value && *value < wanted.end(),
            Test::Between(low, high) => {
                let moment = |bound: &Bound| match bound.value {
                    Scalar::Time(moment) => moment,
                    _ => panic!("{bound:?}"),
                };
                let starts =
                    |low: &Bound| if low.inclusive { moment(low).start() } else { moment(low).end() };
                let ends =
                    |high: &Bound| if high.inclusive { moment(high).end() } else { moment(high).start() };
                low.as_ref().is_none_or(|low| *value >= starts(low))
                    && high.as_ref().is_none_or(|high| *value < ends(high))
            }
            _ => false,
        },
    }
}

/// Letter by letter; a star tries every length.
fn looks_like(text: &str, pattern: &Pattern, fold: fn(&str) -> String) -> bool {
    fn matches(text: &[char], pattern: &[Option<char>]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((Some(c), rest)) => {
                text.split_first().is_some_and(|(first, left)| first == c && matches(left, rest))
            }
            Some((None, rest)) => (0..=text.len()).any(|skip| matches(&text[skip..], rest)),
        }
    }
    let mut spelled = Vec::new();
    for (at, part) in pattern.parts().iter().enumerate() {
        if at > 0 {
            spelled.push(None);
        }
        spelled.extend(fold(part).chars().map(Some));
    }
    matches(&text.chars().collect::<Vec<_>>(), &spelled)
}
