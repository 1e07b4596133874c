//! Lists of URLs as people paste them, and what there is to say about each URL.
//!
//! Source: UX §1.5, "URL list control" and its table of cases; the texts are those of that table.

use doorward_model::client::urls::{self, UrlProblem};

use super::field::Field;

/// The most URLs of one list.
pub(crate) const MOST: usize = 100;
/// How many findings of one list are shown: after that nobody reads on.
const MOST_SHOWN: usize = 20;

/// One thing to say about one URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The URL, as far as a page shows it.
    pub of: String,
    /// The same, to be shown; empty where the text names it.
    pub url: String,
    /// What, why, what to do; `backticks` are code.
    pub text: String,
    /// What to put in its place, where that is plain.
    pub fix: Option<String>,
}

/// Parts a text at commas and line breaks, and at a space where another URL begins behind it.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for entry in urls::split_list(text) {
        let mut open: Option<String> = None;
        for word in entry.split_ascii_whitespace() {
            match &mut open {
                Some(before) if !begins_a_url(word) => {
                    before.push(' ');
                    before.push_str(word);
                }
                _ => list.extend(open.replace(word.to_owned())),
            }
        }
        list.extend(open);
    }
    list
}

fn begins_a_url(word: &str) -> bool {
    let scheme = word.split_once(':').map(|(scheme, rest)| (scheme, rest.starts_with('/')));
    scheme.is_some_and(|(scheme, follows)| {
        follows
            && !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// What stands in the way of saving a list.
pub(crate) fn problems(field: Field, list: &[String]) -> Vec<Finding> {
    if list.len() > MOST {
        let text = format!("Use at most {MOST} URLs.");
        return vec![Finding { of: String::new(), url: String::new(), text, fix: None }];
    }
    let mut found = Vec::new();
    for (at, url) in list.iter().enumerate() {
        let finding = match check(field, url) {
            Err(problem) => problem_text(problem, url, field),
            Ok(()) if list[..at].contains(url) => finding(url, "You already have this URL."),
            Ok(()) => continue,
        };
        found.push(finding);
    }
    found.truncate(MOST_SHOWN);
    found
}

fn check(field: Field, url: &str) -> Result<(), UrlProblem> {
    match field {
        Field::Callbacks => urls::check_callback(url),
        Field::LogoutUrls => urls::check_logout_url(url),
        _ => urls::check_origin(url),
    }
}

fn finding(url: &str, text: impl Into<String>) -> Finding {
    let url = doorward_web::page::capped(url);
    Finding { of: url.clone(), url, text: text.into(), fix: None }
}

fn finding_that_names_it(url: &str, text: String, fix: Option<String>) -> Finding {
    Finding { of: doorward_web::page::capped(url), url: String::new(), text, fix }
}

fn problem_text(problem: UrlProblem, url: &str, field: Field) -> Finding {
    // A backtick in an address must not end the code that shows it.
    let shown = doorward_web::page::capped(url).replace('`', "'");
    match problem {
        UrlProblem::NoScheme => {
            let fixed = format!("https://{url}");
            let fix = check(field, &fixed).is_ok().then_some(fixed);
            let text = format!("`{shown}` has no protocol. Add `https://` in front.");
            finding_that_names_it(url, text, fix)
        }
        UrlProblem::TooLong => finding(url, "This URL is too long. Use at most 2048 characters."),
        UrlProblem::UnsafeScheme => finding(url, "This protocol cannot receive logins."),
        UrlProblem::Character if url.contains(char::is_whitespace) => {
            finding(url, "This URL has a space in it. Remove it or write `%20`.")
        }
        UrlProblem::Fragment => {
            let hash = shown.find('#').map_or("", |at| &shown[at..]);
            finding(url, format!("A callback URL cannot contain `#`. Remove `{hash}`."))
        }
        UrlProblem::WildcardPlace => finding(
            url,
            "A star can stand for one subdomain or a part of it, once, at the very left, like \
             `https://*.acme.com` or `https://pr-*.acme.com`.",
        ),
        UrlProblem::WildcardTooWide => {
            let origin = origin(&shown);
            let text = format!("`{origin}` would allow anyone's site. Use your own domain.");
            finding_that_names_it(url, text, None)
        }
        other => finding(url, other.to_string()),
    }
}

/// What may be saved and is worth a word. `others` are the callbacks' neighbours on the logout list,
/// and `saved` is what was there before.
pub(crate) fn notes(field: Field, list: &[String], others: &[String], saved: &[String]) -> Vec<Finding> {
    if list.len() > MOST {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for url in list.iter().filter(|url| check(field, url).is_ok()) {
        notes.extend(note(field, url, list).map(|text| match field {
            Field::Origins => finding_that_names_it(url, text, None),
            _ => finding(url, text),
        }));
        if field == Field::Callbacks && others.contains(url) && !saved.contains(url) {
            let text = "This is on your logout list. Did you mean to add it here too?";
            notes.push(finding(url, text));
        }
    }
    notes.truncate(MOST_SHOWN);
    notes
}

fn note(field: Field, url: &str, list: &[String]) -> Option<String> {
    if field == Field::Callbacks {
        return callback_note(url, list);
    }
    let origin = origin(url);
    let rest = &url[origin.len()..];
    if field == Field::LogoutUrls {
        let ignored = rest.find(['?', '#']).map(|at| &rest[at..])?;
        return Some(format!("Query and hash are ignored here, so `{ignored}` has no effect."));
    }
    let is_bare = matches!(rest, "" | "/");
    (!is_bare).then(|| format!("Only scheme, host and port count here: `{url}` allows `{origin}`."))
}

fn callback_note(url: &str, list: &[String]) -> Option<String> {
    if origin(url).contains('*') {
        return Some("Any subdomain can receive logins. Use exact URLs where you can.".to_owned());
    }
    if url.to_ascii_lowercase().starts_with("http://") && !is_local(url) {
        let text = "Codes travel unencrypted over `http`. Use `https` outside your own machine.";
        return Some(text.to_owned());
    }
    let twin = url.strip_suffix('/').is_some_and(|bare| list.iter().any(|other| other == bare));
    let text = "You also allow this without the slash. They count as two different URLs.";
    twin.then(|| text.to_owned())
}

/// Scheme, host and port, as written.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Whether the URL leads to the machine of whoever follows it.
fn is_local(url: &str) -> bool {
    let host = origin(url).split_once("://").map_or("", |(_, host)| host).to_ascii_lowercase();
    let name = host
        .strip_prefix("[::1]")
        .map_or_else(|| host.split(':').next().unwrap_or_default(), |_| "localhost");
    name == "localhost" || name.ends_with(".localhost") || name.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(urls: &[&str]) -> Vec<String> {
        urls.iter().map(|url| (*url).to_owned()).collect()
    }

    fn problem(field: Field, url: &str) -> String {
        problems(field, &list(&[url])).first().map(|found| found.text.clone()).unwrap_or_default()
    }

    #[test]
    fn commas_spaces_and_line_breaks_part_urls() {
        let pasted =
            "https://a.test/cb, https://b.test/cb\nhttps://c.test/cb https://d.test/cb com.acme.app:/cb";
        assert_eq!(split(pasted).len(), 5);
        assert_eq!(split("https://a.test/my page"), ["https://a.test/my page"]);
        assert_eq!(split(" ,\n "), Vec::<String>::new());
    }

    #[test]
    fn each_case_has_its_words() {
        let callback = |url: &str| problem(Field::Callbacks, url);
        assert_eq!(
            callback("app.acme.com/callback"),
            "`app.acme.com/callback` has no protocol. Add `https://` in front."
        );
        assert_eq!(
            callback("https://a.test/my page"),
            "This URL has a space in it. Remove it or write `%20`."
        );
        assert_eq!(callback("https://a.test/cb#done"), "A callback URL cannot contain `#`. Remove `#done`.");
        assert_eq!(
            callback("https://*.co.uk/cb"),
            "`https://*.co.uk` would allow anyone's site. Use your own domain."
        );
        for star in ["https://a.*.acme.com/cb", "https://*.*.acme.com", "https://acme.com/*"] {
            assert!(callback(star).starts_with("A star can stand for one subdomain"), "{star}");
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"] {
            for field in [Field::Callbacks, Field::LogoutUrls, Field::Origins] {
                assert_eq!(problem(field, bad), "This protocol cannot receive logins.");
            }
        }
        assert_eq!(callback("https://a.test/cb"), "");
    }

    #[test]
    fn what_has_no_protocol_can_be_put_right_at_once() {
        let found = problems(Field::Callbacks, &list(&["app.acme.com/callback"]));
        assert_eq!(found[0].fix.as_deref(), Some("https://app.acme.com/callback"));
        let hopeless = problems(Field::Callbacks, &list(&["not a url"]));
        assert_eq!(hopeless[0].fix, None);
    }

    #[test]
    fn twice_and_too_many_are_said() {
        let twice = problems(Field::Origins, &list(&["https://a.test", "https://a.test"]));
        assert_eq!(twice[0].text, "You already have this URL.");
        let many: Vec<String> = (0..10_000).map(|at| format!("bad {at}")).collect();
        let found = problems(Field::Callbacks, &many);
        assert_eq!((found.len(), found[0].text.as_str()), (1, "Use at most 100 URLs."));
    }

    #[test]
    fn what_may_be_saved_can_still_be_worth_a_word() {
        let note = |field: Field, urls: &[&str]| -> Vec<String> {
            notes(field, &list(urls), &[], &[]).into_iter().map(|note| note.text).collect()
        };
        assert_eq!(
            note(Field::Callbacks, &["https://*.acme.com/cb"]),
            ["Any subdomain can receive logins. Use exact URLs where you can."]
        );
        assert_eq!(
            note(Field::Callbacks, &["http://acme.com/cb"]),
            ["Codes travel unencrypted over `http`. Use `https` outside your own machine."]
        );
        for local in
            ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8/cb", "http://a.localhost"]
        {
            assert!(note(Field::Callbacks, &[local]).is_empty(), "{local}");
        }
        assert_eq!(
            note(Field::Callbacks, &["https://a.test/cb", "https://a.test/cb/"]),
            ["You also allow this without the slash. They count as two different URLs."]
        );
        assert_eq!(
            note(Field::LogoutUrls, &["https://a.test/?from=logout"]),
            ["Query and hash are ignored here, so `?from=logout` has no effect."]
        );
        assert_eq!(
            note(Field::Origins, &["https://app.acme.com/login", "https://app.acme.com/"]),
            [
                "Only scheme, host and port count here: `https://app.acme.com/login` allows `https://app.acme.com`."
            ]
        );
    }

    #[test]
    fn a_new_callback_that_is_a_logout_url_is_asked_about_once() {
        let urls = list(&["https://a.test"]);
        assert_eq!(notes(Field::Callbacks, &urls, &urls, &[]).len(), 1);
        assert!(notes(Field::Callbacks, &urls, &urls, &urls).is_empty());
    }
}
