//! Hosts: names, literal addresses, and names with a star in the leftmost label.
//!
//! Owns what a host may look like and when two are the same. There is no pattern engine: a dot is a
//! dot. Source: RFC 3986 §3.2.2; the brief, "wildcard for subdomains"; the Public Suffix List.

use super::UrlProblem;

/// A host, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client) enum Host {
    /// A name or a literal IPv4 address.
    Name(String),
    /// A literal IPv6 address in its shortest form, with brackets.
    V6(String),
    /// A name whose first label holds a star: what stands before it, after it, and below which domain.
    Pattern { before: String, after: String, parent: String },
    /// None: `com.example.app:/callback`.
    Absent,
}

impl Host {
    /// Reads a host; a star is read as such only where `stars` says so.
    pub(super) fn read(text: &str, stars: bool) -> Result<Self, UrlProblem> {
        let text = text.to_ascii_lowercase();
        if text.starts_with('[') {
            return v6(&text);
        }
        if stars && text.contains('*') {
            return pattern(&text);
        }
        name(&text)?;
        Ok(Host::Name(text))
    }

    /// Whether this host, as saved, covers that of a request.
    pub(in crate::client) fn covers(&self, asked: &Host) -> bool {
        match (self, asked) {
            (Host::Pattern { before, after, parent }, Host::Name(name)) => {
                name.split_once('.').is_some_and(|(label, rest)| {
                    rest == parent
                        && label.len() > before.len() + after.len()
                        && label.starts_with(before.as_str())
                        && label.ends_with(after.as_str())
                })
            }
            _ => self == asked,
        }
    }

    /// Whether it is one of the two addresses on which a native app listens (RFC 8252 §7.3).
    pub(in crate::client) fn is_loopback_literal(&self) -> bool {
        match self {
            Host::Name(text) => text == "127.0.0.1",
            Host::V6(text) => text == "[::1]",
            Host::Pattern { .. } | Host::Absent => false,
        }
    }
}

fn v6(text: &str) -> Result<Host, UrlProblem> {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or(UrlProblem::Host)?;
    let address: std::net::Ipv6Addr = inner.parse().map_err(|_| UrlProblem::Host)?;
    if address.to_string() == inner { Ok(Host::V6(text.to_owned())) } else { Err(UrlProblem::Host) }
}

/// A name is what a browser would make of it, letter for letter: no number in disguise, no final
/// dot, no `xn--` label that stands for plain ASCII (RUSTSEC-2024-0421).
fn name(text: &str) -> Result<(), UrlProblem> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let labels_fit = text.split('.').all(|label| (1..=63).contains(&label.len()));
    if text.len() > 253 || !labels_fit || !text.bytes().all(is_plain) {
        return Err(UrlProblem::Host);
    }
    match url::Host::parse(text) {
        Ok(host) if host.to_string() == text => Ok(()),
        _ => Err(UrlProblem::Host),
    }
}

fn pattern(text: &str) -> Result<Host, UrlProblem> {
    let (label, parent) = text.split_once('.').ok_or(UrlProblem::WildcardTooWide)?;
    let (before, after) = label.split_once('*').ok_or(UrlProblem::WildcardPlace)?;
    if after.contains('*') || parent.contains('*') {
        return Err(UrlProblem::WildcardPlace);
    }
    // What the star stands for must leave a good name; `xn--*` would stand for nobody knows what.
    name(&format!("{before}a{after}.{parent}"))?;
    if before.starts_with("xn--") {
        return Err(UrlProblem::Host);
    }
    if psl::domain_str(parent).is_none() {
        return Err(UrlProblem::WildcardTooWide);
    }
    Ok(Host::Pattern { before: before.to_owned(), after: after.to_owned(), parent: parent.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(text: &str) -> Result<Host, UrlProblem> {
        Host::read(text, true)
    }

    fn covers(entry: &str, asked: &str) -> bool {
        saved(entry).unwrap().covers(&Host::read(asked, false).unwrap())
    }

    #[test]
    fn a_star_stands_for_one_label_or_a_part_of_it() {
        assert!(covers("*.example.com", "app.example.com"));
        assert!(covers("*.Example.com", "APP.example.COM"));
        assert!(covers("pre-*-web.example.com", "pre-42-web.example.com"));
        assert!(!covers("pre-*-web.example.com", "pre--web.example.com"));
        assert!(!covers("pre-*-web.example.com", "pre-web.example.com"));
        assert!(!covers("*.example.com", "example.com"));
        assert!(!covers("*.example.com", "a.b.example.com"));
        assert!(!covers("*.example.com", "appXexample.com"));
        assert!(!covers("*.example.com", "app.example.com.evil.test"));
    }

    #[test]
    fn a_star_needs_a_domain_of_ones_own_below_it() {
        for wide in ["*", "*.com", "*.co.uk", "*.github.io", "*.localhost", "a*.com"] {
            assert_eq!(saved(wide), Err(UrlProblem::WildcardTooWide), "{wide}");
        }
        for fine in ["*.example.com", "*.acme.co.uk", "*.me.github.io", "*.app.localhost", "*.acme.test"] {
            assert!(saved(fine).is_ok(), "{fine}");
        }
        for misplaced in ["a.*.example.com", "*.*.example.com", "**.example.com", "example.*"] {
            assert_eq!(saved(misplaced), Err(UrlProblem::WildcardPlace), "{misplaced}");
        }
    }

    #[test]
    fn a_host_in_disguise_is_refused() {
        for bad in [
            "",
            ".",
            "a.",
            "a..b",
            ".a",
            "a_b.test.",
            "xn--a",
            "xn--example-.com",
            "xn--a-ecp.ru",
            "0x7f.1",
            "127.1",
            "2130706433",
            "127.0.0.01",
            "1.2.3.4.5",
            "a%2eb.test",
            "a\u{ff0e}test",
            "a b.test",
            "[::1",
            "[::0001]",
            "[0:0:0:0:0:0:0:1]",
            "[fe80::1%25eth0]",
            "*.0.0.1",
            "*.127.0.0.1",
            "xn--*.example.com",
        ] {
            assert!(saved(bad).is_err(), "{bad}");
        }
        for good in
            ["localhost", "a.test", "xn--bcher-kva.example", "127.0.0.1", "[::1]", "my_app.example.com"]
        {
            assert!(saved(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_request_cannot_bring_a_star() {
        assert_eq!(Host::read("*.example.com", false), Err(UrlProblem::Host));
    }
}
