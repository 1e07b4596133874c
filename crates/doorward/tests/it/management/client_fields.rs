//! The whole client: every field accepted, stored, given back; who sees which.

use doorward_model::client::kind::ClientKind;
use doorward_model::client::schema::{FIELDS, Field, Holds, Null, SHOWN};
use doorward_model::schema::{Format, Member, Schema};
use doorward_model::signing_alg::SigningAlg;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::kit::{ClientKey, EMAIL, House, Machine, PASSWORD, Via, Visitor};

pub(super) const ALL: &[&str] = &[
    "read:clients",
    "create:clients",
    "update:clients",
    "delete:clients",
    "read:client_keys",
    "update:client_keys",
    "update:client_credentials",
];

/// What the deploy tool leaves out of what it read before it sends it again.
const LEFT_OUT: [&str; 5] = ["callback_url_template", "signing_keys", "global", "tenant", "client_secret"];
const METHODS: &str = "client_authentication_methods";
const BY_KEY: &str = "private_key_jwt";
/// What belongs to one client and no other.
const ITS_OWN: [&str; 1] = ["client_id"];

pub(super) async fn make(machine: &Machine<'_>, body: &Value) -> Value {
    machine.post("/api/v2/clients", body).await.is(201).json()
}

pub(super) fn path(client: &Value) -> String {
    format!("/api/v2/clients/{}", client["client_id"].as_str().unwrap())
}

/// A client without what is only read.
fn settable(client: &Value) -> Value {
    let mut body = client.as_object().unwrap().clone();
    body.retain(|name, _| !LEFT_OUT.contains(&name.as_str()) && !ITS_OWN.contains(&name.as_str()));
    Value::Object(body)
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.as_object().unwrap().clone();
    body.shift_remove(name);
    Value::Object(body)
}

/// Makes of a body one of a client that proves itself with these keys and has no secret.
fn prove_by_key(body: &mut Value, keys: &[String]) {
    let keys: Vec<Value> =
        keys.iter().map(|pem| json!({ "credential_type": "public_key", "pem": pem })).collect();
    body[METHODS] = json!({ BY_KEY: { "credentials": keys } });
    let body = body.as_object_mut().unwrap();
    body.shift_remove("token_endpoint_auth_method");
    body.shift_remove("jwt_configuration");
}

/// A value that a schema lets pass.
fn value(schema: Schema) -> BoxedStrategy<Value> {
    match schema {
        Schema::Any => any::<Option<u8>>().prop_map(|number| json!(number)).boxed(),
        Schema::Flag => any::<bool>().prop_map(Value::from).boxed(),
        Schema::Text { min, max, format: Format::Any } => {
            let longest = max.min(min + 12);
            proptest::collection::vec(proptest::char::any(), min..=longest)
                // A NUL is the one character that the store gives back as another.
                .prop_map(|letters| letters.into_iter().filter(|c| *c != '\0').collect::<String>())
                .prop_filter("long enough", move |text| text.chars().count() >= min)
                .prop_map(Value::from)
                .boxed()
        }
        Schema::Text { min, .. } => {
            let addresses = ["https://a.test/x?y=1", "https://b.test", ""];
            let count = if min == 0 { 3 } else { 2 };
            proptest::sample::select(addresses[..count].to_vec()).prop_map(Value::from).boxed()
        }
        Schema::Words(words) => proptest::sample::select(words).prop_map(Value::from).boxed(),
        Schema::Whole { min, max } => (min..=max).prop_map(Value::from).boxed(),
        Schema::Number { min, max } => (min..=max).prop_map(Value::from).boxed(),
        Schema::List { of, min, max } => {
            proptest::collection::vec(value(*of), min..=max.min(min + 3)).prop_map(Value::from).boxed()
        }
        Schema::Object(members) => object(members, false),
        Schema::Open(members) => object(members, true),
        Schema::Map { of, .. } => value(*of).prop_map(|value| json!({ "name": value })).boxed(),
        Schema::Either(several) => value(several[0]),
        Schema::Nullable(inner) => prop_oneof![3 => value(*inner), 1 => Just(Value::Null)].boxed(),
    }
}

fn object(members: &'static [Member], is_open: bool) -> BoxedStrategy<Value> {
    let more = if is_open { any::<Option<u8>>().boxed() } else { Just(None).boxed() };
    let part = |member: &'static Member| {
        let given = value(member.schema).prop_map(|value| Some((member.name.to_owned(), value)));
        if member.required { given.boxed() } else { prop_oneof![3 => given, 1 => Just(None)].boxed() }
    };
    let parts: Vec<BoxedStrategy<Option<(String, Value)>>> = members.iter().map(part).collect();
    (parts, more)
        .prop_map(|(parts, more)| {
            let mut object: Map<String, Value> = parts.into_iter().flatten().collect();
            if let Some(number) = more {
                object.insert("of_tomorrow".to_owned(), json!([number, { "deep": null }]));
            }
            Value::Object(object)
        })
        .boxed()
}

/// A body that sets some of all fields.
fn bodies() -> BoxedStrategy<Value> {
    let further: Vec<_> = FIELDS.iter().filter_map(of_field).collect();
    (further, typed())
        .prop_map(|(further, typed)| {
            let mut body: Map<String, Value> = further.into_iter().flatten().collect();
            body.extend(typed);
            Value::Object(body)
        })
        .boxed()
}

fn of_field(field: &'static Field) -> Option<BoxedStrategy<Option<(String, Value)>>> {
    if field.holds != Holds::Further {
        return None;
    }
    let given = value(field.schema).prop_map(|value| Some((field.name.to_owned(), value)));
    let null = match field.null {
        Null::Kept => Just(Some((field.name.to_owned(), Value::Null))).boxed(),
        Null::Clears | Null::Refused => Just(None).boxed(),
    };
    Some(prop_oneof![2 => given, 1 => null, 3 => Just(None)].boxed())
}

fn typed() -> impl Strategy<Value = Map<String, Value>> {
    let kinds: Vec<Option<&str>> =
        std::iter::once(None).chain(ClientKind::every().map(|kind| Some(kind.as_str()))).collect();
    let lists = || {
        let entries = ["https://b.test/x", "https://a.test", "https://{organization_name}.c.test/x"];
        proptest::option::of(proptest::collection::vec(proptest::sample::select(entries.to_vec()), 0..4))
    };
    let methods = [None, Some("none"), Some("client_secret_post"), Some("client_secret_basic")];
    let algorithms: Vec<Option<&str>> =
        std::iter::once(None).chain(SigningAlg::NAMES.iter().map(|name| Some(*name))).collect();
    let addons =
        [None, Some(json!({})), Some(json!({ "wsfed": {}, "samlp": { "mappings": { "b": 1, "a": [] } } }))];
    let some = (
        proptest::sample::select(kinds),
        (lists(), lists(), lists(), lists()),
        proptest::sample::select(methods.to_vec()),
        (proptest::sample::select(algorithms), any::<Option<bool>>(), proptest::option::of(1..2_592_000_i64)),
        (any::<Option<bool>>(), any::<bool>(), any::<Option<bool>>(), any::<Option<bool>>()),
        proptest::sample::select(addons.to_vec()),
        proptest::sample::subsequence(vec!["password", "refresh_token", "authorization_code"], 0..3),
        texts(),
        proptest::option::of(refresh_token()),
    );
    some.prop_map(|(kind, lists, method, jwt, (sso, first, strict, asks), addons, grants, texts, refresh)| {
        let mut body = json!({ "name": "Any", "is_first_party": first, "grant_types": grants });
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                body[name] = value;
            }
        };
        put("app_type", json!(kind));
        put("callbacks", json!(lists.0));
        put("allowed_logout_urls", json!(lists.1));
        put("allowed_origins", json!(lists.2));
        put("web_origins", json!(lists.3));
        put("token_endpoint_auth_method", json!(method));
        put("sso", json!(sso));
        put("oidc_conformant", json!(strict));
        put("sso_disabled", json!(asks));
        put("addons", json!(addons));
        put("description", json!(texts.0));
        put("logo_uri", json!(texts.1));
        put("client_metadata", json!(texts.2));
        put("refresh_token", json!(refresh));
        if let (Some(alg), Some(encoded)) = (jwt.0, jwt.1) {
            put("jwt_configuration", json!({ "alg": alg, "secret_encoded": encoded, "scopes": { "x": {} } }));
        } else if let Some(seconds) = jwt.2 {
            put("jwt_configuration", json!({ "lifetime_in_seconds": seconds }));
        }
        let Value::Object(body) = body else { unreachable!() };
        body
    })
}

/// Description, logo and metadata.
fn texts() -> impl Strategy<Value = (Option<String>, Option<&'static str>, Option<Map<String, Value>>)> {
    let pair = ("[a-zA-Z0-9 :,+=_*?()@-]{1,20}", "[^\0]{0,20}");
    (
        proptest::option::of("[^\0]{0,20}"),
        proptest::option::of(proptest::sample::select(vec!["https://a.test/logo.png", "http://b.test/", ""])),
        proptest::option::of(proptest::collection::vec(pair, 0..4)),
    )
        .prop_map(|(description, logo, pairs)| {
            let pairs = pairs
                .map(|pairs| pairs.into_iter().map(|(name, value)| (name, Value::from(value))).collect());
            (description, logo, pairs)
        })
}

/// The whole object, or what has to be there; lives that agree with each other.
fn refresh_token() -> impl Strategy<Value = Value> {
    let lives = (1..1_000_i64, 1..1_000_i64);
    (any::<bool>(), any::<bool>(), lives, 0..60_i64, any::<[bool; 2]>(), 0..3_usize).prop_map(
        |(rotates, ends, (idle, more), leeway, infinite, policies)| {
            let audiences = ["https://a.test/", "urn:b"];
            let policies: Vec<Value> = audiences[..policies]
                .iter()
                .map(|audience| json!({ "audience": audience, "scope": ["read:a", "x"] }))
                .collect();
            json!({
                "rotation_type": if rotates { "rotating" } else { "non-rotating" },
                "expiration_type": if ends || rotates { "expiring" } else { "non-expiring" },
                "leeway": leeway, "token_lifetime": idle + more, "idle_token_lifetime": idle,
                "infinite_token_lifetime": infinite[0], "infinite_idle_token_lifetime": infinite[1],
                "policies": policies,
            })
        },
    )
}

/// terraform's plan is stable and the deploy tool's import of an export changes nothing: whatever a
/// client was made of, it is given back as sent, and sending what was read changes not one byte.
#[tokio::test]
async fn make_read_and_change_with_the_same_changes_nothing() {
    let house = House::new().await;
    let (machine, reader) = (house.machine(ALL).await, house.machine(&["read:logs"]).await);
    let (mut runner, bodies) = (TestRunner::deterministic(), bodies());
    let keys = [ClientKey::new().pem(), ClientKey::new().pem()];
    for round in 0..60 {
        let mut sent = bodies.new_tree(&mut runner).unwrap().current();
        if round % 4 == 0 {
            prove_by_key(&mut sent, &keys[..=round / 4 % 2]);
        }
        let made = make(&machine, &sent).await;
        for (name, value) in sent.as_object().unwrap() {
            let given = &made[name];
            match name.as_str() {
                METHODS => {
                    let ids = given[BY_KEY]["credentials"].as_array().unwrap();
                    assert_eq!(ids.len(), value[BY_KEY]["credentials"].as_array().unwrap().len());
                }
                "jwt_configuration" => {
                    for (name, value) in value.as_object().unwrap() {
                        assert_eq!(&given[name], value, "jwt_configuration.{name}");
                    }
                }
                _ => assert_eq!(given.to_string(), value.to_string(), "{name} of {sent}"),
            }
        }
        assert!(SHOWN.allows(&made), "{made}");
        let path = path(&made);
        let read = machine.get(&path).await.is(200).text();
        assert_eq!(read, made.to_string(), "what is read is what was answered");
        // Nothing is written either: no event, and no step of the tenant's version.
        let written = async || {
            let log =
                reader.get("/api/v2/logs?q=type:sapi&per_page=1&include_totals=true").await.is(200).json();
            (log["total"].clone(), house.version().await)
        };
        let before = written().await;
        // Whole keys are for making a client; afterwards they have ids.
        for body in [&without(&sent, METHODS), &settable(&made)] {
            assert_eq!(machine.patch(&path, body).await.is(200).text(), read, "after {body}");
        }
        assert_eq!(written().await, before, "{sent}");
        assert_eq!(machine.get(&path).await.is(200).text(), read);
        // Another client can be made of what was read of the first, whose aliases are free then.
        machine.delete(&path).await.is(204);
        let plain = without(&settable(&made), METHODS);
        let again = make(&machine, &plain).await;
        if made.get(METHODS).is_none() {
            assert_eq!(settable(&again).to_string(), plain.to_string());
        }
        machine.delete(&self::path(&again)).await.is(204);
    }
}

#[tokio::test]
async fn an_alias_stands_for_one_client() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let aliases = |list: &[&str]| json!({ "name": "x", "client_aliases": list });
    let first = make(&machine, &aliases(&["urn:a", "urn:b", "urn:a"])).await;
    assert_eq!(first["client_aliases"], json!(["urn:a", "urn:b", "urn:a"]), "given back as sent");
    let refused = |answer: crate::kit::Answer| {
        let body = answer.is(409).json();
        assert_eq!(body["errorCode"], "resource_already_exists");
        assert!(body["message"].as_str().unwrap().contains("client_aliases"), "{body}");
    };
    refused(machine.post("/api/v2/clients", &aliases(&["urn:c", "urn:b"])).await);
    let second = make(&machine, &aliases(&["urn:c"])).await;
    refused(machine.patch(&path(&second), &json!({ "client_aliases": ["urn:b"] })).await);
    assert_eq!(machine.get(&path(&second)).await.json()["client_aliases"], json!(["urn:c"]));
    machine.patch(&path(&first), &json!({ "client_aliases": ["urn:a"], "name": "y" })).await.is(200);
    machine.patch(&path(&second), &json!({ "client_aliases": ["urn:b"] })).await.is(200);
    machine.delete(&path(&first)).await.is(204);
    make(&machine, &aliases(&["urn:a"])).await;
    // Another tenant has its own.
    let other = house.second_tenant("other.test").await;
    make(&other.machine(ALL).await, &aliases(&["urn:a", "urn:b"])).await;
}

/// Tools that must not know how the secret is kept leave `secret_encoded` out.
#[tokio::test]
async fn a_change_of_the_tokens_keeps_how_the_secret_is_kept() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made = make(&machine, &json!({ "name": "x", "jwt_configuration": { "secret_encoded": true } })).await;
    let body = json!({ "jwt_configuration": { "alg": "RS256", "lifetime_in_seconds": 60 } });
    let changed = machine.patch(&path(&made), &body).await.is(200).json();
    let expected = json!({ "lifetime_in_seconds": 60, "secret_encoded": true, "alg": "RS256" });
    assert_eq!(changed["jwt_configuration"], expected);
}

/// A form has no types; those of the table give numbers and switches back.
#[tokio::test]
async fn a_form_means_what_json_means_in_every_depth() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let form = "name=12&oidc_conformant=true&jwt_configuration[lifetime_in_seconds]=60&mobile[ios][team_id]=7\
         &addons[samlp][signResponse]=true&par_request_expiry=30&client_aliases[]=1&client_metadata[a]=2";
    let answer = machine
        .raw("POST", "/api/v2/clients", "application/x-www-form-urlencoded", form.as_bytes().to_vec())
        .await;
    let made = answer.is(201).json();
    for (name, value) in [
        ("name", json!("12")),
        ("oidc_conformant", json!(true)),
        ("jwt_configuration", json!({ "lifetime_in_seconds": 60, "secret_encoded": false })),
        ("mobile", json!({ "ios": { "team_id": "7" } })),
        ("addons", json!({ "samlp": { "signResponse": true } })),
        ("par_request_expiry", json!(30)),
        ("client_aliases", json!(["1"])),
        ("client_metadata", json!({ "a": "2" })),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
}

#[tokio::test]
async fn addons_are_merged_by_name_and_null_clears_them() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let made =
        make(&machine, &json!({ "name": "x", "addons": { "samlp": { "audience": "a" }, "box": {} } })).await;
    let path = path(&made);
    let change =
        json!({ "addons": { "samlp": { "recipient": "https://sp.test/acs" }, "box": null, "wsfed": {} } });
    let changed = machine.patch(&path, &change).await.is(200).json();
    assert_eq!(changed["addons"], json!({ "samlp": { "recipient": "https://sp.test/acs" }, "wsfed": {} }));
    let cleared = machine.patch(&path, &json!({ "addons": null })).await.is(200).json();
    assert_eq!(cleared.get("addons"), None);
    let refused = machine.patch(&path, &json!({ "addons": { "toaster": {} } })).await.is(400).json();
    assert!(refused["message"].as_str().unwrap().contains("addons.toaster"), "{refused}");
}

/// The original's table of which scope shows which field.
#[tokio::test]
async fn each_scope_shows_its_part_of_a_client() {
    let house = House::new().await;
    let all = house.machine(ALL).await;
    let made = make(
        &all,
        &json!({ "name": "x", "description": "d", "encryption_key": { "cert": "c" }, "client_metadata": { "a": "b" } }),
    )
    .await;
    let path = path(&made);
    let keys = ["client_secret", "encryption_key", "signing_keys"];
    let summary = ["name", "description", "is_first_party", "client_id"];
    for (scopes, is_whole, has_keys) in [
        (&["read:client_summary"][..], false, false),
        (&["read:client_credentials"], false, false),
        (&["read:clients"], true, false),
        (&["read:client_keys"], true, true),
        (&["read:client_summary", "read:clients"], true, false),
    ] {
        let machine = house.machine(scopes).await;
        let list = machine.get("/api/v2/clients?per_page=100").await.is(200).json();
        let listed = list.as_array().unwrap().iter().find(|client| client["client_id"] == made["client_id"]);
        for shown in [&machine.get(&path).await.is(200).json(), listed.unwrap()] {
            let names: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(shown.get("client_metadata").is_some(), is_whole, "{scopes:?}: {names:?}");
            for key in keys {
                assert_eq!(shown.get(key).is_some(), has_keys, "{scopes:?}: {key}");
            }
            assert!(is_whole || names == summary, "{scopes:?}: {names:?}");
        }
        for key in keys {
            let named = machine.get(&format!("{path}?fields=name,{key}")).await;
            assert_eq!(named.status.as_u16(), if has_keys { 200 } else { 403 }, "{scopes:?}: {key}");
        }
    }
}

/// Whoever made or changed a client is answered with the whole of it, keys as the scope says.
#[tokio::test]
async fn writing_answers_the_whole_client() {
    let house = House::new().await;
    let maker = house.machine(&["create:clients"]).await;
    let made = make(&maker, &json!({ "name": "x" })).await;
    assert!(made["client_secret"].is_string() && made["signing_keys"][0]["pkcs7"].is_string(), "{made}");
    let changer = house.machine(&["update:clients"]).await;
    let changed = changer.patch(&path(&made), &json!({ "name": "y" })).await.is(200).json();
    assert!(changed.get("grant_types").is_some() && changed.get("client_secret").is_none(), "{changed}");
    let key = json!({ "encryption_key": { "cert": "c" } });
    changer.patch(&path(&made), &key).await.is(403);
    house.machine(&["update:client_keys"]).await.patch(&path(&made), &key).await.is(200);
}

#[tokio::test]
async fn the_connections_of_a_client_are_listed_to_who_may_see_both() {
    let house = House::new().await;
    let machine = house.machine(&["create:clients", "create:connections", "update:connections"]).await;
    let client = make(&machine, &json!({ "name": "x" })).await;
    let other = make(&machine, &json!({ "name": "y" })).await;
    let path = format!("{}/connections", path(&client));
    for name in ["one", "two"] {
        let body = json!({ "name": name, "strategy": "auth0", "enabled_clients": [client["client_id"]] });
        machine.post("/api/v2/connections", &body).await.is(201);
    }
    let body = json!({ "name": "other", "strategy": "auth0", "enabled_clients": [other["client_id"]] });
    machine.post("/api/v2/connections", &body).await.is(201);

    let reader = house.machine(&["read:connections", "read:client_summary"]).await;
    let mut names = Vec::new();
    let mut query = "?take=1".to_owned();
    loop {
        let part = reader.get(&format!("{path}{query}")).await.is(200).json();
        for connection in part["connections"].as_array().unwrap() {
            assert!(
                connection.get("enabled_clients").is_none() && connection.get("options").is_none(),
                "{part}"
            );
            names.push(connection["name"].as_str().unwrap().to_owned());
        }
        let Some(next) = part["next"].as_str() else { break };
        query = format!("?take=1&from={next}");
    }
    names.sort();
    // A new client has all connections that are there.
    assert_eq!(names, ["Username-Password-Authentication", "one", "two"]);
    let none = reader.get(&format!("{path}?strategy=samlp")).await.is(200).json();
    assert_eq!(none, json!({ "connections": [] }));
    reader.get(&format!("{path}?fields=options")).await.is(403);
    reader.get("/api/v2/clients/nobody/connections").await.is(404);
    let refused = house.machine(&["read:connections"]).await.get(&path).await.is(403).json();
    assert!(refused["message"].as_str().unwrap().contains("read:client_summary"), "{refused}");
    house.machine(&["read:clients"]).await.get(&path).await.is(403);
}

/// The deploy tool keeps the tenant's login page on the client that stands for all.
#[tokio::test]
async fn the_global_client_takes_the_login_page_of_the_tenant() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let global = machine.get("/api/v2/clients?is_global=true").await.is(200).json()[0].clone();
    let page = json!({ "custom_login_page": "<html>é</html>", "custom_login_page_on": false });
    machine.patch(&path(&global), &page).await.is(200);
    let read = machine.get("/api/v2/clients?is_global=true").await.is(200).json()[0].clone();
    assert_eq!((&read["custom_login_page"], &read["global"]), (&page["custom_login_page"], &json!(true)));
    machine.delete(&path(&global)).await.is(400);
    machine.delete("/api/v2/clients/nobody").await.is(204);
}

/// As in the original, the id alone tells whose a client is.
#[tokio::test]
async fn the_id_of_a_client_of_a_third_party_says_so_and_stays() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let third = make(&machine, &json!({ "name": "x", "is_first_party": false })).await;
    let id = third["client_id"].as_str().unwrap();
    let rest = id.strip_prefix("tpc_").expect(id);
    assert!(rest.len() == 22 && rest.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
    let first = machine.patch(&path(&third), &json!({ "is_first_party": true })).await.is(200).json();
    assert_eq!(first["client_id"], third["client_id"]);
    let own = make(&machine, &json!({ "name": "y" })).await;
    assert_eq!(own["client_id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn a_client_of_a_third_party_can_be_made_and_gets_less() {
    let house = House::new().await;
    let machine = house.machine(ALL).await;
    let body = json!({ "name": "x", "is_first_party": false, "app_type": "regular_web" });
    let made = make(&machine, &body).await;
    assert_eq!(made["grant_types"], json!(["authorization_code"]));
    assert_eq!(made["jwt_configuration"]["lifetime_in_seconds"], 3600);
    assert_eq!(made["third_party_security_mode"], "strict");
    let star = json!({ "callbacks": ["https://*.example.com/cb"] });
    machine.patch(&path(&made), &star).await.is(400);
}

/// Whatever the API lets through: nobody's consent is assumed.
#[tokio::test]
async fn a_client_of_a_third_party_gets_no_code_without_a_question() {
    let house = House::new().await;
    let visitor = Visitor::new(&house);
    house.party(ClientKind::RegularWeb, Via::Post).await.code(&visitor, EMAIL, PASSWORD).await;
    let third = house.party_with(ClientKind::RegularWeb, Via::Post, json!({ "is_first_party": false })).await;
    let answer = visitor.get(&third.authorize(&[("prompt", "none")])).await;
    assert!(answer.query("error").is_some() && answer.query("code").is_none(), "{}", answer.location());
}
