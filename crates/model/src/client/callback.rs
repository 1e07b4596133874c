//! Allowed Callback URLs: where a person may be sent with the answer of a login.
//!
//! Owns the matching rule. Source: the brief, "Allowed Callback URLs"; RFC 9700 §2.1 (exact string
//! comparison), RFC 8252 §7.3 (the port of a native app on loopback is free).

use super::urls::{Address, Host, Scheme, callback_entry, requested};

/// The entry that allows `requested`, if one does.
///
/// Scheme and host compare without regard to case, everything else to the letter; a star stands
/// for one label. The port is free only for a native client that registered `http://127.0.0.1` or
/// `http://[::1]`. The addresses of apps compare as a whole.
///
/// ```
/// use doorward_model::client::callback::matches;
/// let entries: Vec<String> = [
///     "https://app.example.com/callback",
///     "https://*.example.com/cb?tenant=1",
///     "http://127.0.0.1/cb",
///     "com.example.app://login/cb",
/// ].map(str::to_owned).into();
///
/// for (requested, is_native, allowed) in [
///     ("https://app.example.com/callback", false, true),
///     ("HTTPS://App.Example.COM:443/callback", false, true),
///     ("https://app.example.com/Callback", false, false),
///     ("https://app.example.com/callback/", false, false),
///     ("https://app.example.com/callback?x=1", false, false),
///     ("https://app.example.com/callback#x", false, false),
///     ("http://app.example.com/callback", false, false),
///     ("https://app.example.com:8443/callback", false, false),
///     ("https://app.example.com@evil.test/callback", false, false),
///     ("https://app.example.com.evil.test/callback", false, false),
///     ("https://appXexample.com/callback", false, false),
///     ("https://qa.example.com/cb?tenant=1", false, true),
///     ("https://a.qa.example.com/cb?tenant=1", false, false),
///     ("https://example.com/cb?tenant=1", false, false),
///     ("http://127.0.0.1:49152/cb", true, true),
///     ("http://127.0.0.1:49152/cb", false, false),
///     ("http://localhost:49152/cb", true, false),
///     ("http://[::1]:49152/cb", true, false),
///     ("com.example.app://login/cb", true, true),
///     ("com.example.app://login/cb/", true, false),
/// ] {
///     assert_eq!(matches(&entries, requested, is_native).is_some(), allowed, "{requested}");
/// }
/// ```
#[must_use]
pub fn matches<'a>(entries: &'a [String], requested: &str, is_native: bool) -> Option<&'a str> {
    let asked = super::urls::requested(requested).ok()?;
    if asked.fragment.is_some() {
        return None;
    }
    let allows = |entry: &&String| callback_entry(entry).is_ok_and(|entry| covers(&entry, &asked, is_native));
    entries.iter().find(allows).map(String::as_str)
}

fn covers(entry: &Address<'_>, asked: &Address<'_>, is_native: bool) -> bool {
    if entry.is_custom() {
        return entry.text == asked.text;
    }
    let same_place = entry.path == asked.path && entry.query == asked.query;
    same_place && (entry.covers_origin(asked) || (is_native && same_loopback(entry, asked)))
}

fn same_loopback(entry: &Address<'_>, asked: &Address<'_>) -> bool {
    let plain = entry.scheme == Scheme::Http && asked.scheme == Scheme::Http;
    plain && entry.host.is_loopback_literal() && entry.host == asked.host
}

/// The origin of an address, as a browser would write it: `https://app.example.com:8443`. The
/// address of an app gives its scheme alone, `com.example.app:`.
///
/// ```
/// use doorward_model::client::callback::origin;
/// assert_eq!(origin("HTTPS://App.example.com:443/cb?x=1").as_deref(), Some("https://app.example.com"));
/// assert_eq!(origin("http://[::1]:8080/cb").as_deref(), Some("http://[::1]:8080"));
/// assert_eq!(origin("com.example.app://login/cb").as_deref(), Some("com.example.app:"));
/// assert_eq!(origin("app.example.com/cb"), None);
/// ```
#[must_use]
pub fn origin(uri: &str) -> Option<String> {
    let address = requested(uri).ok()?;
    let scheme = match address.scheme {
        Scheme::Http => "http",
        Scheme::Https => "https",
        Scheme::Custom(scheme) => return Some(format!("{}:", scheme.to_ascii_lowercase())),
    };
    let (Host::Name(host) | Host::V6(host)) = address.host else { return None };
    Some(match address.port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every form in which a star may be saved.
    const STARRED: [&str; 4] = [
        "https://*.example.com/cb",
        "https://pre-*-web.example.com:8443/a/cb?x=1",
        "http://*.acme.co.uk",
        "https://w*.my-app.github.io/cb",
    ];

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|&entry| entry.to_owned()).collect()
    }

    #[test]
    fn an_entry_that_could_not_be_saved_never_matches() {
        for entry in [
            "app.example.com/cb",
            "https://*.com/cb",
            "https://a.test/cb/*",
            "https://a.test/cb#x",
            "https://a.test/cb?code=1",
            "javascript://a.test/%0aalert(1)",
            "*",
            "",
        ] {
            let entries = list(&[entry]);
            assert_eq!(matches(&entries, entry, true), None, "{entry}");
            for asked in
                ["https://a.com/cb", "https://a.test/cb/x", "https://a.test/cb", "https://app.example.com/cb"]
            {
                assert_eq!(matches(&entries, asked, true), None, "{entry} {asked}");
            }
        }
    }

    #[test]
    fn a_web_client_gets_no_free_port() {
        let entries = list(&["https://app.example.com/cb", "http://localhost:3000/cb"]);
        for asked in ["http://127.0.0.1/cb", "http://localhost:3001/cb", "http://localhost/cb"] {
            assert_eq!(matches(&entries, asked, false), None, "{asked}");
            assert_eq!(matches(&entries, asked, true), None, "{asked}");
        }
    }

    #[test]
    fn a_native_client_may_change_the_port_and_nothing_else() {
        let entries = list(&["http://127.0.0.1:1/cb?a=1", "http://[::1]/cb", "https://127.0.0.1/tls"]);
        assert!(matches(&entries, "http://127.0.0.1:50000/cb?a=1", true).is_some());
        assert!(matches(&entries, "http://[::1]:50000/cb", true).is_some());
        for asked in [
            "http://127.0.0.1:50000/cb",
            "http://127.0.0.1:50000/cb?a=2",
            "http://127.0.0.2:50000/cb?a=1",
            "https://127.0.0.1:50000/cb?a=1",
            "https://127.0.0.1:50000/tls",
            "http://[::2]:50000/cb",
            "http://127.0.0.1:50000@evil.test/cb?a=1",
        ] {
            assert_eq!(matches(&entries, asked, true), None, "{asked}");
        }
    }

    #[test]
    fn no_disguise_of_the_host_passes_one_exact_entry() {
        let entries = list(&["https://good.test/cb", "http://localhost/cb", "https://example.com/cb"]);
        for asked in [
            "https://good.test@evil.test/cb",
            "https://good.test:443@evil.test/cb",
            "http://localhost:80@evil.test/cb",
            "https://evil.test\\@good.test/cb",
            "https://good.test\\.evil.test/cb",
            "https://good.test\t.evil.test/cb",
            "https://good.test#.evil.test/cb",
            "https://good.test?.evil.test/cb",
            "https://good.test%00.evil.test/cb",
            "https://good.test%2eevil.test/cb",
            "https://good\u{ff0e}test/cb",
            "https://good.test./cb",
            "https://[good.test]/cb",
            "https://xn--example-.com/cb",
            "https://good.test/cb/../cb",
            "https://good.test/%63b",
            "https://good.test//cb",
            "https://good.test/cb;x",
            " https://good.test/cb",
            "https://good.test/cb\r\nSet-Cookie:a=b",
        ] {
            assert_eq!(matches(&entries, asked, true), None, "{asked:?}");
        }
    }

    /// What RFC 3986 §6.2.2.1 and §6.2.3 call equal, by the `url` crate's reading and not our own.
    fn is_rfc_equal(entry: &str, asked: &str) -> bool {
        let Ok(asked_url) = url::Url::parse(asked) else { return false };
        let Some(host) = asked_url.host_str() else { return false };
        let (before, rest) = entry.split_once('*').unwrap();
        let before_label = before.rsplit_once('/').unwrap().1;
        let after_label = rest.split('.').next().unwrap();
        let label = host.split('.').next().unwrap();
        if label.len() <= before_label.len() + after_label.len() {
            return false;
        }
        let Some(star) = label.strip_prefix(before_label).and_then(|l| l.strip_suffix(after_label)) else {
            return false;
        };
        let expected = url::Url::parse(&entry.replacen('*', star, 1)).unwrap();
        expected == asked_url && asked_url.username().is_empty() && asked_url.password().is_none()
    }

    fn mutated() -> impl Strategy<Value = (String, String)> {
        let pieces = prop::sample::select(vec![
            ".",
            "..",
            "/",
            "//",
            "@",
            "\\",
            ":",
            ":443",
            ":80",
            "#",
            "?",
            "%",
            "%00",
            "%2e",
            "%252e",
            "%2f",
            "*",
            "-",
            "a",
            "B",
            "evil.test",
            "evil.test/",
            "xn--a",
            "\t",
            "\n",
            " ",
            "\u{ff0e}",
            "\u{e9}",
            "[::1]",
            ";",
            "&",
            "x=1",
            "/cb",
            "example.com",
            "0",
        ]);
        let star =
            prop::sample::select(vec!["a", "A1", "x-y", "", "a.b", "*", "-", "_", "xn--bcher-kva", "%61"]);
        let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..4usize, pieces), 0..3);
        (prop::sample::select(STARRED.to_vec()), star, edits).prop_map(|(entry, star, edits)| {
            let mut text: Vec<char> = entry.replacen('*', star, 1).chars().collect();
            for (index, kind, piece) in edits {
                let at = index.index(text.len().max(1)).min(text.len());
                match kind {
                    0 => drop(text.splice(at..at, piece.chars())),
                    1 => drop(text.splice(at..(at + 1).min(text.len()), piece.chars())),
                    2 if !text.is_empty() => drop(text.remove(at.min(text.len() - 1))),
                    _ => text.iter_mut().skip(at).take(1).for_each(|c| *c = swap_case(*c)),
                }
            }
            (entry.to_owned(), text.into_iter().collect())
        })
    }

    fn swap_case(c: char) -> char {
        if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn of_all_mutations_of_a_starred_entry_only_the_equal_ones_pass((entry, asked) in mutated()) {
            let entries = [entry.clone()];
            if let Some(found) = matches(&entries, &asked, true) {
                prop_assert_eq!(found, &entry);
                prop_assert!(is_rfc_equal(&entry, &asked), "{} passed for {}", asked, entry);
            }
        }

        #[test]
        fn what_passes_is_clean_text_whose_origin_a_browser_reads_the_same((_, asked) in mutated()) {
            let entries = list(&STARRED);
            if matches(&entries, &asked, false).is_some() {
                prop_assert!(asked.bytes().all(|b| b.is_ascii_graphic()));
                let browser = url::Url::parse(&asked).unwrap().origin().ascii_serialization();
                prop_assert_eq!(origin(&asked), Some(browser));
            }
        }

        #[test]
        fn nothing_that_is_thrown_at_it_makes_it_panic(entry in ".{0,60}", asked in "(https?://)?.{0,60}") {
            let entries = [entry, asked.clone()];
            if let Some(found) = matches(&entries, &asked, true) {
                prop_assert!(found == entries[0] || found == entries[1]);
            }
        }
    }

    #[test]
    fn every_starred_entry_passes_when_its_star_is_filled_well() {
        for entry in STARRED {
            let asked = entry.replacen('*', "qa1", 1);
            assert_eq!(matches(&list(&[entry]), &asked, false), Some(entry));
            assert!(is_rfc_equal(entry, &asked));
        }
    }
}
