//! The sixteen causes, what is offered for each, and what garbage must not do.

use proptest::prelude::*;

use super::*;

fn list(entries: &[&str]) -> Vec<String> {
    entries.iter().map(|&entry| entry.to_owned()).collect()
}

/// The verdict for an address on a client with these callbacks.
fn look(asked: &str, callbacks: &[&str]) -> Diagnosis {
    let callbacks = list(callbacks);
    let lists = Lists { callbacks: &callbacks, ..Lists::default() };
    refused(&Case { asked, purpose: Purpose::Login, lists, others: &[] })
}

fn refused(case: &Case<'_>) -> Diagnosis {
    match examine(case) {
        Verdict::Refused(found) => *found,
        Verdict::Allowed => panic!("{} is allowed", case.asked),
    }
}

/// Cause, offer, what is listed, what is asked for, and the sentence. `⏎` stands for a line break and `␠`
/// for a space.
const TABLE: &str = "
trailing_slash | allow | https://app.acme.com/callback | https://app.acme.com/callback/ | The request ends with an extra slash.
trailing_slash | allow | https://app.acme.com/cb/ | https://app.acme.com/cb | The request lacks the slash at the end.
scheme | change | https://app.acme.com/callback | http://app.acme.com/callback | The app uses `http`, your list says `https`.
scheme | allow | http://localhost:3000/callback | https://localhost:3000/callback | The app uses `https`, your list says `http`.
scheme | change | https://app.acme.com/callback | javascript:alert(1) | The scheme of the request runs code or opens files, so nobody is ever sent there.
scheme | change | https://app.acme.com/callback | app.acme.com/callback | The request has no `https://` in front.
port | allow | http://localhost:3000/callback | http://localhost:3001/callback | Same address, but port 3001 instead of 3000.
loopback_name | allow | http://localhost:3000/callback | http://127.0.0.1:3000/callback | `127.0.0.1` and `localhost` name the same machine but are not equal for a login.
loopback_name | allow | http://localhost:3000/callback | http://[::1]:4000/callback | `[::1]` and `localhost` name the same machine but are not equal for a login. The port differs too.
subdomain | review | https://acme.com/cb | https://www.acme.com/cb | The host is `www.acme.com`, you allow `acme.com`.
path | allow | https://app.acme.com/callback | https://app.acme.com/auth/callback | Same site, other path: `/auth/callback` and you allow `/callback`.
letter_case | allow | https://app.acme.com/callback | https://app.acme.com/Callback | Paths are case-sensitive: `/Callback` and `/callback`.
query | allow | https://app.acme.com/callback | https://app.acme.com/callback?tenant=1 | The request adds `?tenant=1`. Callbacks match with their query.
query | allow | https://app.acme.com/callback?a=1 | https://app.acme.com/callback | The request lacks `?a=1`. Callbacks match with their query.
hash | change | https://app.acme.com/callback | https://app.acme.com/callback#done | A callback cannot contain `#`.
encoding | change | https://app.acme.com/callback | https://app.acme.com%2Fcallback | `%2F` in place of `/`: the app encoded the URL twice.
encoding | change | https://app.acme.com/callback | https%3A%2F%2Fapp.acme.com%2Fcallback | `%3A` in place of `:`: the app encoded the URL twice.
invisible_character | change | https://app.acme.com/callback | https://app.acme.com/callback⏎ | The request ends with a line break.
invisible_character | clean | https://app.acme.com/callback␠ | https://app.acme.com/callback | There is a space at the end of the listed URL.
wildcard_depth | review | https://*.acme.com/cb | https://a.b.acme.com/cb | The star covers one label: `a.b.acme.com` has 2 in its place.
native_scheme_form | allow | com.acme.app:/callback | com.acme.app:///callback | `com.acme.app:///callback` and `com.acme.app:/callback` differ.
nothing_near | review | https://app.acme.com/callback | https://evil.test/callback | No URL of yours looks like it.
nothing_near | allow | https://app.acme.com/callback | http://localhost:8080/ | No URL of yours looks like it.
other_list | allow | see below | see below | see below
other_client | review | see below | see below | see below
";

fn word(offer: &Offer) -> &'static str {
    match offer {
        Offer::Allow => "allow",
        Offer::Clean { .. } => "clean",
        Offer::Review => "review",
        Offer::ChangeApp => "change",
    }
}

#[test]
fn each_of_the_sixteen_causes_has_its_sentence_and_its_fix() {
    let mut seen = Vec::new();
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        let row: Vec<String> =
            row.split(" | ").map(|cell| cell.replace('⏎', "\n").replace('␠', " ")).collect();
        seen.push(row[0].clone());
        if row[2] == "see below" {
            continue;
        }
        let found = look(&row[3], &[&row[2]]);
        assert_eq!(
            [found.cause.as_str(), word(&found.offer), &found.sentence],
            [&row[0], &row[1], &row[4]],
            "{:?}",
            row[3]
        );
        assert!(!found.advice.is_empty());
    }
    assert!(Cause::ALL.iter().all(|cause| seen.iter().any(|name| name == cause.as_str())), "{seen:?}");
    assert_eq!(Cause::ALL.len(), 16);
}

#[test]
fn cleaning_the_list_keeps_the_star() {
    let found = look("https://qa.acme.com/cb", &["https://*.acme.com/cb\u{200b}"]);
    let (entry, clean) = ("https://*.acme.com/cb\u{200b}".to_owned(), "https://*.acme.com/cb".to_owned());
    assert_eq!(found.offer, Offer::Clean { entry, clean });
}

#[test]
fn an_address_of_another_list_or_another_client_says_whose_it_is() {
    let (callbacks, logout, origins) =
        (list(&["https://a.acme.com/cb"]), list(&["https://b.acme.com/bye"]), list(&["https://c.acme.com"]));
    let theirs = list(&["https://stage.acme.com/cb", "http://localhost:4000/cb"]);
    let others = [Other {
        id: "s8Vw",
        name: "Storefront (staging)",
        lists: Lists { callbacks: &theirs, ..Lists::default() },
    }];
    let lists = Lists { callbacks: &callbacks, logout_urls: &logout, origins: &origins, is_native: false };
    let ask = |asked, purpose| refused(&Case { asked, purpose, lists, others: &others });

    let found = ask("https://b.acme.com/bye", Purpose::Login);
    assert_eq!((found.cause, found.offer), (Cause::OtherList, Offer::Allow));
    assert_eq!(found.sentence, "It is on your logout list, not on the callback list.");
    assert_eq!(
        ask("https://c.acme.com/", Purpose::Login).sentence,
        "It is on your list of origins, not on the callback list."
    );
    let found = ask("https://a.acme.com/cb", Purpose::Logout);
    assert_eq!(found.sentence, "It is on your callback list, not on the logout list.");

    let found = ask("https://stage.acme.com/cb", Purpose::Login);
    assert_eq!((found.cause, found.offer), (Cause::OtherClient, Offer::Review));
    assert_eq!(found.owner, Some(("s8Vw".to_owned(), "Storefront (staging)".to_owned())));
    assert!(found.sentence.starts_with("This URL belongs to “Storefront (staging)”."), "{}", found.sentence);
    // Every developer has the same ports: there a near entry says more.
    let local = list(&["http://localhost:3000/cb"]);
    let lists = Lists { callbacks: &local, ..lists };
    let found =
        refused(&Case { asked: "http://localhost:4000/cb", purpose: Purpose::Login, lists, others: &others });
    assert_eq!(found.cause, Cause::Port);
}

#[test]
fn the_nearest_entry_is_the_one_that_was_meant() {
    let entries = [
        "https://app.acme.com/login/callback",
        "http://localhost:3000/callback",
        "https://app.acme.com/callback",
    ];
    for (asked, meant) in [
        ("https://app.acme.com/callback/", entries[2]),
        ("http://localhost:5173/callback", entries[1]),
        ("https://app.acme.com/login/callbackk", entries[0]),
        ("http://127.0.0.1:3000/callback", entries[1]),
    ] {
        assert_eq!(
            look(asked, &entries).nearest.map(|diff| diff.listed_text()).as_deref(),
            Some(meant),
            "{asked}"
        );
    }
}

#[test]
fn what_differs_is_marked_and_invisible_characters_are_shown() {
    let marked = |asked: &str, listed: &str| {
        let diff = Diff::between(asked, listed);
        let show = |spans: &[Span]| {
            let mark = |span: &Span| if span.differs { format!("[{}]", span.shown()) } else { span.shown() };
            spans.iter().map(mark).collect::<String>()
        };
        (show(&diff.asked), show(&diff.listed))
    };
    let pair = |asked: &str, listed: &str| (asked.to_owned(), listed.to_owned());
    assert_eq!(
        marked("http://a.test/cb/", "http://a.test/cb"),
        pair("http://a.test/cb[/]", "http://a.test/cb")
    );
    assert_eq!(
        marked("http://a.test:3001/", "http://a.test:3000/"),
        pair("http://a.test:300[1]/", "http://a.test:300[0]/")
    );
    assert_eq!(marked("https://a.test/x", "http://a.test/x"), pair("http[s]://a.test/x", "http://a.test/x"));
    assert_eq!(
        marked("http://localhost/cb\n", "http://127.0.0.1/cb"),
        pair("http://[localhost]/cb[⏎]", "http://[127.0.0.1]/cb")
    );
    assert_eq!(
        marked("https://a.test/auth/callback", "https://a.test/callback"),
        pair("https://a.test/[auth/]callback", "https://a.test/callback")
    );
}

#[test]
fn a_host_that_the_client_never_had_is_never_one_click() {
    let entries = [
        "https://app.acme.com/cb",
        "https://*.shop.acme.com/cb",
        "com.acme.app:/cb",
        "http://localhost:3000/cb",
    ];
    for asked in [
        "https://evil.test/cb",
        "https://acme.com/cb",
        "https://app.acme.com.evil.test/cb",
        "https://app-acme.com/cb",
        "https://a.b.shop.acme.com/cb",
        "https://localhost.evil.test:3000/cb",
        "http://127.0.0.1.evil.test/cb",
        "com.evil.app:/cb",
        "xcom.acme.app:/cb",
        "https://xn--pp-eka.acme.com/cb",
    ] {
        let offer = look(asked, &entries).offer;
        assert_eq!(offer, Offer::Review, "{asked}");
    }
    for asked in [
        "https://app.acme.com@evil.test/cb",
        "data:text/html,x",
        "JavaScript://app.acme.com/%0aalert(1)",
        "https://app.acme.com/cb?code=1",
        "file:///etc/passwd",
        "//app.acme.com/cb",
        "app.acme.com/cb",
        "",
        "https://app.acme.com/../cb",
        "https://app.acme.com:0/cb",
        "https://app.acme.com/cb\u{202e}",
        "https://bücher.acme.com/cb",
    ] {
        assert_eq!(look(asked, &entries).offer, Offer::ChangeApp, "{asked}");
    }
}

#[test]
fn a_look_alike_is_named_as_another_site_and_punycode_stands_beside_its_letters() {
    let found = look("https://acrne.com/cb", &["https://acme.com/cb"]);
    assert_eq!(found.sentence, "`acrne.com` looks like `acme.com`, which you allow, but it is another site.");
    assert!(found.nearest.is_some());
    let found = look("https://xn--bcher-kva.example/cb", &["https://shop.test/cb"]);
    assert_eq!(found.own_letters.as_deref(), Some("bücher.example"));
    assert_eq!(found.place.as_deref(), Some("xn--bcher-kva.example"));
}

#[test]
fn what_a_stranger_wrote_cannot_leave_its_quotes() {
    for asked in ["https://a.test/`<b>`", "`x`", "https://acme.com/<script>`"] {
        let found = look(asked, &["https://acme.com/cb"]);
        let ticks = found.sentence.matches('`').count() + found.advice.matches('`').count();
        assert!(ticks.is_multiple_of(2) && !found.sentence.contains("`<b>`"), "{}", found.sentence);
    }
    let long = look(&format!("https://acme.com/{}", "x".repeat(1500)), &["https://acme.com/cb"]);
    assert!(long.sentence.chars().count() < 300, "{}", long.sentence);
}

#[test]
fn logout_addresses_are_judged_by_their_own_list_and_rule() {
    let (callbacks, logout) = (list(&["https://app.acme.com/cb"]), list(&["https://app.acme.com/bye"]));
    let lists = Lists { callbacks: &callbacks, logout_urls: &logout, ..Lists::default() };
    let case = |asked| Case { asked, purpose: Purpose::Logout, lists, others: &[] };
    assert_eq!(examine(&case("https://app.acme.com/bye?from=x#top")), Verdict::Allowed);
    let found = refused(&case("https://app.acme.com/bye/?from=x"));
    assert_eq!((found.cause, found.offer), (Cause::TrailingSlash, Offer::Allow));
}

/// Work that grew with the square of either would not end before its runner is taken for stuck.
#[test]
fn a_megabyte_of_garbage_and_ten_thousand_entries_are_examined() {
    let entries: Vec<String> =
        (0..10_000).map(|number| format!("https://app{number}.acme.com/callback/{number}")).collect();
    let lists = Lists { callbacks: &entries, ..Lists::default() };
    let garbage = ["%2F\u{200b} ", "https://app9999.acme.com/", "é#?/", "`", "a"]
        .map(|part| part.repeat((1 << 20) / part.len()));
    let near = "https://app7777.acme.com/callback/7777/".to_owned();
    for asked in garbage.iter().chain([&near]) {
        let found = refused(&Case { asked, purpose: Purpose::Login, lists, others: &[] });
        assert_eq!(found.cause == Cause::TrailingSlash, *asked == near);
        let diff = Diff::between(asked, &garbage[0]);
        assert!(diff.asked_text() == *asked && diff.listed_text() == garbage[0]);
    }
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?|com\\.acme\\.app|javascript)://?(app\\.acme\\.com|localhost|127\\.0\\.0\\.1|\\*\\.acme\\.com|www\\.acme\\.com)(:[0-9]{1,5})?(/[a-cA-C%/. ]{0,6})?(\\?[a-c=]{0,4})?(#x)?",
    ]
}

proptest! {
    #[test]
    fn the_parts_joined_are_both_texts(one in any::<String>(), other in any::<String>()) {
        let diff = Diff::between(&one, &other);
        prop_assert_eq!(diff.asked_text(), one);
        prop_assert_eq!(diff.listed_text(), other);
    }

    #[test]
    fn the_parts_joined_are_both_addresses_and_what_is_the_same_is_the_same(one in address(), other in address()) {
        let diff = Diff::between(&one, &other);
        prop_assert_eq!(diff.asked_text(), one);
        prop_assert_eq!(diff.listed_text(), other);
        let same = |spans: &[Span]| spans.iter().filter(|span| !span.differs).map(|span| span.text.clone()).collect::<String>();
        prop_assert_eq!(same(&diff.asked), same(&diff.listed));
    }

    #[test]
    fn what_is_allowed_has_no_diagnosis_and_what_is_refused_has_one(
        asked in address(), callbacks in prop::collection::vec(address(), 0..4), native in any::<bool>(), logout in any::<bool>()
    ) {
        let purpose = if logout { Purpose::Logout } else { Purpose::Login };
        let lists = Lists { callbacks: &callbacks, logout_urls: &callbacks, origins: &[], is_native: native };
        let verdict = examine(&Case { asked: &asked, purpose, lists, others: &[] });
        let is_allowed = match purpose {
            Purpose::Login => may_receive(&callbacks, &asked, native),
            Purpose::Logout => logout::may_follow(&callbacks, &asked),
        };
        prop_assert_eq!(verdict == Verdict::Allowed, is_allowed);
    }

    #[test]
    fn one_click_makes_the_address_allowed_and_leads_to_no_new_host(
        asked in address(), callbacks in prop::collection::vec(address(), 0..4)
    ) {
        let lists = Lists { callbacks: &callbacks, ..Lists::default() };
        let Verdict::Refused(found) = examine(&Case { asked: &asked, purpose: Purpose::Login, lists, others: &[] }) else { return Ok(()) };
        if found.offer == Offer::Allow {
            let parts = Anatomy::of_request(&asked).unwrap();
            prop_assert!(parts.is_loopback() || callbacks.iter().any(|entry| knows_place(entry, &asked)));
            prop_assert!(may_receive(std::slice::from_ref(&asked), &asked, false), "{}", asked);
        }
    }
}
