//! What holds of every query, and what each mistake is told.

use proptest::prelude::*;

use super::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Query, SearchError};
use crate::user::search::USERS;

fn parse(text: &str) -> Result<Query, SearchError> {
    USERS.parse(text)
}

/// How a query reads in its plainest form.
fn plain(text: &str) -> String {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

/// Where and what is wrong.
fn wrong(text: &str) -> (usize, String) {
    let error = parse(text).expect_err(text);
    (error.at, error.text)
}

#[test]
fn terms_operators_and_brackets() {
    for (query, expected) in [
        ("ada", "\"ada\""),
        ("  ada  ", "\"ada\""),
        ("\"green apple\"", "\"green apple\""),
        ("email:ada@a.test", "email:\"ada@a.test\""),
        ("email: ada@a.test", "email:\"ada@a.test\""),
        ("name:john*", "name:john*"),
        ("name:\"john*\"", "name:\"john*\""),
        ("name:John\\ Doe", "name:\"John Doe\""),
        ("name:jo\\*hn", "name:\"jo*hn\""),
        ("a AND b OR c", "(\"a\" AND \"b\") OR \"c\""),
        ("a OR b AND c", "\"a\" OR (\"b\" AND \"c\")"),
        ("a && b || c", "(\"a\" AND \"b\") OR \"c\""),
        ("(a OR b) AND c", "(\"a\" OR \"b\") AND \"c\""),
        ("((a))", "\"a\""),
        ("NOT a AND b", "NOT \"a\" AND \"b\""),
        ("NOT (a AND b)", "NOT (\"a\" AND \"b\")"),
        ("NOT NOT a", "\"a\""),
        ("-a", "NOT \"a\""),
        ("!a", "NOT \"a\""),
        ("a - b", "\"a\" OR \"-\" OR \"b\""),
        ("a-b", "\"a-b\""),
        ("*", "*"),
        ("name:*", "_exists_:name"),
        ("_exists_:name", "_exists_:name"),
        ("_exists_:user_metadata.a.b", "_exists_:user_metadata.a.b"),
        ("user_metadata.color:red", "user_metadata.color:\"red\""),
        ("app_metadata.a\\ b:c", "app_metadata.a\\ b:\"c\""),
        ("logins_count:[100 TO 200}", "logins_count:[100 TO 200}"),
        ("logins_count:{100 TO *]", "logins_count:{100 TO *]"),
        ("logins_count:[* TO *]", "_exists_:logins_count"),
        ("logins_count:-5", "logins_count:-5"),
        ("blocked:true", "blocked:true"),
        ("last_login:[2026-01-01 TO *]", "last_login:[2026-01-01 TO *]"),
        ("last_login:2026-01-01T10:00:00Z", "last_login:2026-01-01T10:00:00Z"),
        ("name:[\"a b\" TO c}", "name:[\"a b\" TO \"c\"}"),
        ("name:(john OR jane)", "name:\"john\" OR name:\"jane\""),
        ("name:(j* -jane)", "name:j* AND NOT name:\"jane\""),
        ("logins_count:([1 TO 2] OR 7)", "logins_count:[1 TO 2] OR logins_count:7"),
        ("phone_number:+49*", "phone_number:\\+49*"),
        ("\"AND\"", "\"AND\""),
        ("\\AND", "\"AND\""),
        ("and", "\"and\""),
        ("*@acme.com", "*@acme.com"),
        ("a***", "a*"),
    ] {
        assert_eq!(plain(query), expected, "{query}");
    }
}

/// As in Lucene: side by side is *or*, and what is negated is taken away from the rest.
#[test]
fn terms_side_by_side_are_alternatives_and_a_negated_one_narrows_them() {
    assert_eq!(plain("ada eve"), "\"ada\" OR \"eve\"");
    assert_eq!(plain("ada -eve"), "\"ada\" AND NOT \"eve\"");
    assert_eq!(plain("-eve ada bob"), "(\"ada\" OR \"bob\") AND NOT \"eve\"");
    assert_eq!(plain("ada NOT eve NOT bob"), "\"ada\" AND NOT \"eve\" AND NOT \"bob\"");
    assert_eq!(plain("-ada -eve"), "NOT \"ada\" AND NOT \"eve\"");
    assert_eq!(plain("ada OR -eve"), "\"ada\" OR NOT \"eve\"");
    assert_eq!(plain("-ada OR eve"), "NOT \"ada\" OR \"eve\"");
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (query, at, words) in [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("emial:a", 0, "Did you mean email?"),
        ("a AND nmae:b", 6, "Did you mean name?"),
        ("zzz:b", 0, "The fields are user_id, email,"),
        ("user_metadata:b", 0, "no field user_metadata here"),
        ("a AND", 5, "missing here"),
        ("AND a", 0, "missing before this word"),
        ("a OR OR b", 5, "missing before this word"),
        ("NOT", 3, "missing here"),
        ("(a", 0, "never closed"),
        ("(a OR", 5, "missing here"),
        ("a)", 1, "closes nothing"),
        ("()", 0, "nothing between"),
        ("name:()", 5, "nothing between"),
        ("name:(a", 5, "never closed"),
        ("name:", 5, "A value is missing after name:"),
        ("name:AND", 5, "A value is missing after name:"),
        ("name:)", 5, "A value is missing after name:"),
        ("\"abc", 0, "never closed"),
        ("name:\"a\\\"", 5, "never closed"),
        ("abc\\", 3, "there is none"),
        ("[1 TO 2]", 0, "needs a field"),
        ("logins_count:[1 2]", 16, "TO is missing"),
        ("logins_count:[1 TO 2", 13, "never closed"),
        ("logins_count:[ TO 2]", 15, "two ends"),
        ("logins_count:[1 TO ]", 19, "two ends"),
        ("logins_count:[a TO 2]", 14, "whole numbers"),
        ("logins_count:1.5", 13, "whole numbers"),
        ("logins_count:99999999999999999999", 13, "whole numbers"),
        ("logins_count:1*", 13, "a star does not work"),
        ("blocked:maybe", 8, "true or false"),
        ("blocked:[true TO false]", 8, "no range"),
        ("last_login:yesterday", 11, "times, like"),
        ("last_login:[2026-01-01 TO 2026-02-30]", 26, "times, like"),
        ("user_metadata.n:[1 TO 2]", 16, "do not work here"),
        ("name:*sa", 5, "at least 3"),
        ("name:a*b", 5, "at least 3"),
        ("name:a*b*c*d*e*f*g", 5, "at most 5 stars"),
        ("te?t", 2, "single character"),
        ("name:jane~", 9, "similar words"),
        ("jane^2", 4, "Weights"),
        ("name:/jo.*/", 5, "Regular expressions"),
        ("_exists_:nothing", 9, "no field nothing"),
        ("_exists_:*", 9, "name of a field"),
        ("_exists_:(a b)", 9, "name of a field"),
        ("ada eve:x", 4, "no field eve"),
    ] {
        let (place, text) = wrong(query);
        assert!(text.contains(words), "{query}: {text}");
        assert_eq!(place, at, "{query}: {text}");
    }
}

#[test]
fn a_place_is_counted_in_characters_and_can_be_pointed_at() {
    let query = "näme:\"ö\" AND emial:x";
    let error = parse(query).unwrap_err();
    assert_eq!(error.at, 0);
    let query = "name:\"ö\" AND emial:x";
    assert_eq!(parse(query).unwrap_err().pointing(query), "name:\"ö\" AND emial:x\n             ^");
}

/// Kanidm 1.10: brackets nested a hundred thousand deep are an answer and no crash.
#[test]
fn depth_length_and_number_of_terms_are_bounded() {
    for open in ["(", "NOT ", "-", "!", "name:("] {
        for times in [MAX_DEPTH + 2, 1000, 100_000] {
            assert!(parse(&open.repeat(times)).is_err(), "{open} {times}");
        }
    }
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(plain(&nested(MAX_DEPTH)), "\"a\"");
    assert!(wrong(&nested(MAX_DEPTH + 1)).1.contains("at most 20 deep"));
    assert!(wrong(&nested(1000)).1.contains("at most 20 deep"));
    assert!(wrong(&nested(100_000)).1.contains("at most 4096 bytes"));
    assert!(parse(&"a ".repeat(MAX_TERMS)).is_ok());
    assert!(wrong(&"a ".repeat(MAX_TERMS + 1)).1.contains("at most 50 terms"));
    assert!(parse(&"é".repeat(MAX_LENGTH / 2)).is_ok());
    assert_eq!(wrong(&"é".repeat(MAX_LENGTH / 2 + 1)).0, MAX_LENGTH / 2);
}

/// Texts made of what means something in a query.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "(",
        ")",
        "\"",
        "*",
        "-",
        "!",
        "\\",
        ":",
        "[",
        "]",
        "{",
        "}",
        " ",
        " ",
        " ",
        "TO",
        " TO ",
        "AND",
        " AND ",
        "OR",
        " OR ",
        "NOT",
        "NOT ",
        "name:",
        "email:",
        "logins_count:",
        "last_login:",
        "blocked:",
        "true",
        "_exists_:",
        "user_metadata.x:",
        "user_metadata.a b:",
        "app_metadata.",
        "2026-01-01",
        "2026",
        "7",
        "-7",
        "john",
        "jo*",
        "*ohn",
        "é",
        "ß",
        "\u{0}",
        "\n",
        "~",
        "?",
        "^",
        "/",
        "&&",
        "||",
        "+",
        "a@b.c",
        "10:00",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Queries that are well formed, so that most of what is printed is worth reading again.
fn queries() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "ada",
        "\"a \\\" b\"",
        "jo*",
        "*ohn*",
        "name:x",
        "name:\"AND\"",
        "email:a*",
        "logins_count:[1 TO *]",
        "logins_count:-3",
        "last_login:{2026 TO 2026-05-01T10:00]",
        "blocked:false",
        "_exists_:given_name",
        "*",
        "user_metadata.plan:gold",
        "app_metadata.a\\:b:c",
        "name:[a TO \"b c\"}",
        "name:(a b* -c)",
        "user_id:auth0|1",
    ]);
    leaf.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} AND {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} OR {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} {b}")),
            inner.clone().prop_map(|a| format!("NOT {a}")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.prop_map(|a| format!("({a})")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_a_sentence_that_points_into_it(text in any::<String>()) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.at <= text.chars().count());
            prop_assert!(!error.text.is_empty());
        }
    }

    #[test]
    fn what_is_printed_reads_as_the_same_tree(text in prop_oneof![pieces(), queries(), any::<String>()]) {
        match parse(&text) {
            Ok(query) => {
                let printed = query.to_string();
                prop_assert_eq!(parse(&printed), Ok(query), "{}", printed);
            }
            Err(error) => prop_assert!(error.at <= text.chars().count(), "{:?}: {}", text, error),
        }
    }

    #[test]
    fn well_formed_queries_are_read(text in queries()) {
        prop_assert!(parse(&text).is_ok(), "{}", text);
    }
}
