//! Allowed Logout URLs: where a person may be sent after logging out.
//!
//! Owns the matching rule. Source: the brief, "Allowed Logout URLs": query strings and hash
//! information do not count. Otherwise the rule of [`super::callback`], without free ports.

use super::urls::{Address, entry};

/// Whether one of the entries allows `requested`.
///
/// ```
/// use doorward_model::client::logout::matches;
/// let entries: Vec<String> =
///     ["https://app.example.com/bye?from=list", "https://*.example.com", "com.example.app://bye"]
///         .map(str::to_owned).into();
/// for (requested, allowed) in [
///     ("https://app.example.com/bye", true),
///     ("https://app.example.com/bye?x=1#top", true),
///     ("https://app.example.com/Bye", false),
///     ("https://qa.example.com/?x=1", true),
///     ("https://qa.example.com/elsewhere", false),
///     ("com.example.app://bye?x=1", true),
///     ("com.example.app://elsewhere", false),
///     ("https://evil.test/?https://app.example.com/bye", false),
///     ("//app.example.com/bye", false),
///     ("/bye", false),
/// ] {
///     assert_eq!(matches(&entries, requested), allowed, "{requested}");
/// }
/// assert!(!matches(&[], "https://app.example.com/bye"));
/// ```
#[must_use]
pub fn matches(entries: &[String], requested: &str) -> bool {
    let Ok(asked) = super::urls::requested(requested) else { return false };
    entries.iter().any(|text| entry(text).is_ok_and(|entry| covers(&entry, &asked)))
}

/// Whether one of the entries allows `requested` with its query and hash, as OpenID Connect compares
/// `post_logout_redirect_uri` (RP-Initiated Logout §3).
///
/// ```
/// use doorward_model::client::logout::matches_whole;
/// let entries: Vec<String> = ["https://app.example.com/bye?from=list", "https://*.example.com"]
///     .map(str::to_owned).into();
/// for (requested, allowed) in [
///     ("https://app.example.com/bye?from=list", true),
///     ("https://app.example.com/bye", false),
///     ("https://app.example.com/bye?from=list&x=1", false),
///     ("https://app.example.com/bye?from=list#top", false),
///     ("https://qa.example.com/", true),
///     ("https://qa.example.com/?x=1", false),
/// ] {
///     assert_eq!(matches_whole(&entries, requested), allowed, "{requested}");
/// }
/// ```
#[must_use]
pub fn matches_whole(entries: &[String], requested: &str) -> bool {
    let Ok(asked) = super::urls::requested(requested) else { return false };
    let same = |entry: &Address<'_>| {
        covers(entry, &asked) && entry.query == asked.query && entry.fragment == asked.fragment
    };
    entries.iter().any(|text| entry(text).is_ok_and(|entry| same(&entry)))
}

fn covers(entry: &Address<'_>, asked: &Address<'_>) -> bool {
    if entry.is_custom() {
        return without_query(entry.text) == without_query(asked.text);
    }
    entry.path == asked.path && entry.covers_origin(asked)
}

fn without_query(text: &str) -> &str {
    text.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_disguise_of_the_host_passes() {
        let entries = ["https://good.test/".to_owned(), "https://trailing.test./".to_owned()];
        for asked in [
            "https://good.test@evil.test/",
            "https://good.test.evil.test/",
            "https://evil.test\\good.test/",
            "https://good.test./",
            "https://trailing.test./",
            "https://trailing.test/",
            "https:good.test/",
            "javascript:alert(1)//https://good.test/",
            "/\\evil.test",
            "/\t/evil.test",
            "",
        ] {
            assert!(!matches(&entries, asked), "{asked:?}");
        }
    }

    #[test]
    fn what_does_not_count_must_still_be_clean() {
        let entries = ["https://good.test/".to_owned()];
        assert!(matches(&entries, "https://good.test?next=https%3A%2F%2Fgood.test%2F"));
        assert!(!matches(&entries, "https://good.test/?x=\r\nSet-Cookie:a"));
        assert!(!matches(&entries, "https://good.test/?x=%00"));
    }
}
