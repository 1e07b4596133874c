//! The one URL grammar: RFC 3986 over bytes, and stricter wherever two readers could disagree.
//!
//! Nothing is repaired or decoded here: an address is either clean or refused, so the text that was
//! checked is the text that is sent. Must not know what an address is used for.

use super::UrlProblem;
use super::host::Host;

/// Schemes that run code, open files or leave the browser for something that is no app of the client.
const UNSAFE: [&str; 18] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "resource",
    "sms",
    "tel",
    "vbscript",
    "view-source",
    "wyciwyg",
];

/// The scheme of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Scheme<'a> {
    /// `http`
    Http,
    /// `https`
    Https,
    /// The scheme of an app, as written.
    Custom(&'a str),
}

/// An address in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::client) struct Address<'a> {
    pub scheme: Scheme<'a>,
    pub host: Host,
    /// The port, none when it is the scheme's own.
    pub port: Option<u16>,
    /// The path as written; `/` when a web address has none (RFC 3986 §6.2.3).
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: Option<&'a str>,
    /// All of it, as written.
    pub text: &'a str,
}

impl Address<'_> {
    /// Whether this entry covers the scheme, host and port of a request.
    pub fn covers_origin(&self, asked: &Address<'_>) -> bool {
        let same_scheme = match (self.scheme, asked.scheme) {
            (Scheme::Custom(mine), Scheme::Custom(theirs)) => mine.eq_ignore_ascii_case(theirs),
            (mine, theirs) => mine == theirs,
        };
        same_scheme && self.port == asked.port && self.host.covers(&asked.host)
    }

    /// Whether it belongs to an app rather than to the web.
    pub fn is_custom(&self) -> bool {
        matches!(self.scheme, Scheme::Custom(_))
    }
}

/// Reads an address as saved, in which one star may stand.
pub(in crate::client) fn entry(text: &str) -> Result<Address<'_>, UrlProblem> {
    parse(text, true)
}

/// Reads an address as it arrives in a request.
pub(in crate::client) fn requested(text: &str) -> Result<Address<'_>, UrlProblem> {
    parse(text, false)
}

fn parse(text: &str, stars: bool) -> Result<Address<'_>, UrlProblem> {
    if text.is_empty() {
        return Err(UrlProblem::Empty);
    }
    let (scheme, rest) = split_scheme(text)?;
    check_characters(text)?;
    let (rest, fragment) = split_off(rest, '#');
    let (rest, query) = split_off(rest, '?');
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let has_star = |part: &str| part.contains('*');
    if stars && (has_star(path) || query.is_some_and(has_star) || fragment.is_some_and(has_star)) {
        return Err(UrlProblem::WildcardPlace);
    }
    if authority.contains('@') {
        return Err(UrlProblem::UserInfo);
    }
    check_path(path)?;
    check_escapes(query.unwrap_or_default())?;
    check_escapes(fragment.unwrap_or_default())?;

    let (host, port) = match scheme {
        Scheme::Custom(_) if has_star(authority) => return Err(UrlProblem::WildcardScheme),
        Scheme::Custom(_) if authority.is_empty() => (Host::Absent, None),
        Scheme::Http => split_port(authority, Some(80), stars)?,
        Scheme::Https => split_port(authority, Some(443), stars)?,
        Scheme::Custom(_) => split_port(authority, None, false)?,
    };
    let path = if path.is_empty() && !matches!(scheme, Scheme::Custom(_)) { "/" } else { path };
    Ok(Address { scheme, host, port, path, query, fragment, text })
}

/// `scheme:` and the rest, which begins with a slash. Without one, `localhost:3000` would be a scheme.
fn split_scheme(text: &str) -> Result<(Scheme<'_>, &str), UrlProblem> {
    let (scheme, rest) = text.split_once(':').ok_or(UrlProblem::NoScheme)?;
    let mut bytes = scheme.bytes();
    let begins_well = bytes.next().is_some_and(|b| b.is_ascii_alphabetic());
    if !begins_well || !bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) {
        return Err(UrlProblem::NoScheme);
    }
    if UNSAFE.iter().any(|bad| scheme.eq_ignore_ascii_case(bad)) {
        return Err(UrlProblem::UnsafeScheme);
    }
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        if !rest.starts_with("//") {
            return Err(UrlProblem::NoScheme);
        }
        return Ok((if scheme.len() == 5 { Scheme::Https } else { Scheme::Http }, rest));
    }
    if rest.starts_with('/') { Ok((Scheme::Custom(scheme), rest)) } else { Err(UrlProblem::NoScheme) }
}

/// RFC 3986's characters, and the brackets and bars that query strings carry in the wild.
fn check_characters(text: &str) -> Result<(), UrlProblem> {
    let is_fine = |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'`');
    if text.bytes().all(is_fine) { Ok(()) } else { Err(UrlProblem::Character) }
}

fn split_off(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn split_port(authority: &str, default: Option<u16>, stars: bool) -> Result<(Host, Option<u16>), UrlProblem> {
    let end_of_host = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, rest) = authority.split_at(end_of_host);
    let host = Host::read(host, stars)?;
    if rest.is_empty() {
        return Ok((host, None));
    }
    let digits = rest.strip_prefix(':').ok_or(UrlProblem::Host)?;
    let is_plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    let port = digits.parse::<u16>().ok().filter(|_| is_plain).ok_or(UrlProblem::Port)?;
    Ok((host, Some(port).filter(|port| Some(*port) != default)))
}

/// A path on which every reader agrees: no dot segment, also with a `;` behind it, and nothing
/// encoded that would be one, a separator or a control character once decoded, even twice.
fn check_path(path: &str) -> Result<(), UrlProblem> {
    check_escapes(path)?;
    for (at, _) in path.match_indices('%') {
        let rest = &path.as_bytes()[at + 1..];
        let decoded = escaped(rest).ok_or(UrlProblem::Escape)?;
        let is_twice = decoded == b'%' && rest.get(2..).and_then(escaped).is_some();
        if matches!(decoded, b'.' | b'/' | b'\\') || decoded.is_ascii_control() || is_twice {
            return Err(UrlProblem::Escape);
        }
    }
    let is_dots = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
    if path.split('/').any(is_dots) { Err(UrlProblem::DotSegment) } else { Ok(()) }
}

/// Every percent sign has its two digits, and none of them hides a zero byte.
fn check_escapes(text: &str) -> Result<(), UrlProblem> {
    let is_fine = |(at, _)| escaped(&text.as_bytes()[at + 1..]).is_some_and(|byte| byte != 0);
    if text.match_indices('%').all(is_fine) { Ok(()) } else { Err(UrlProblem::Escape) }
}

/// The byte that two hexadecimal digits stand for.
fn escaped(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_apart_where_rfc_3986_says() {
        let address = requested("HTTPS://App.Example.com:8443/A/b;v=1?x=/1?2#f").unwrap();
        assert_eq!(address.scheme, Scheme::Https);
        assert_eq!(address.host, Host::Name("app.example.com".into()));
        assert_eq!(address.port, Some(8443));
        assert_eq!((address.path, address.query, address.fragment), ("/A/b;v=1", Some("x=/1?2"), Some("f")));
        assert_eq!(address.text, "HTTPS://App.Example.com:8443/A/b;v=1?x=/1?2#f");
    }

    #[test]
    fn the_port_of_the_scheme_is_no_port_and_no_path_is_the_root() {
        assert_eq!(requested("https://a.test:443").unwrap().port, None);
        assert_eq!(requested("http://a.test:80").unwrap().port, None);
        assert_eq!(requested("http://a.test:443").unwrap().port, Some(443));
        assert_eq!(requested("https://a.test?x").unwrap().path, "/");
        assert_eq!(requested("myapp://a.test").unwrap().path, "");
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        use UrlProblem as P;
        for (bad, why) in [
            ("https://a.test@evil.test/cb", P::UserInfo),
            ("https://a.test:80@evil.test/cb", P::UserInfo),
            ("myapp://a@b/cb", P::UserInfo),
            ("https://evil.test\\@a.test/cb", P::Character),
            ("https://a.test\\.evil.test/cb", P::Character),
            ("https://a.test\t/cb", P::Character),
            ("https://a.test/cb\n", P::Character),
            (" https://a.test/cb", P::NoScheme),
            ("https://a.test/cb ", P::Character),
            ("https://a\u{ff0e}test/cb", P::Character),
            ("https://b\u{fc}cher.test/cb", P::Character),
            ("https://a.test%00/cb", P::Host),
            ("https://a.test/cb%00", P::Escape),
            ("https://a.test/cb?x=%00", P::Escape),
            ("https://a.test/cb%0a", P::Escape),
            ("https://a.test/%2E/cb", P::Escape),
            ("https://a.test/x%2f..%2fcb", P::Escape),
            ("https://a.test/%252e%252e/cb", P::Escape),
            ("https://a.test/%5c/cb", P::Escape),
            ("https://a.test/cb%", P::Escape),
            ("https://a.test/cb%4", P::Escape),
            ("https://a.test/cb%+4", P::Escape),
            ("https://a.test/./cb", P::DotSegment),
            ("https://a.test/x/..", P::DotSegment),
            ("https://a.test/x/..;/cb", P::DotSegment),
            ("https://a.test./cb", P::Host),
            ("https:///cb", P::Host),
            ("https:a.test/cb", P::NoScheme),
            ("https:/a.test/cb", P::NoScheme),
            ("//a.test/cb", P::NoScheme),
            ("/\u{9}/a.test", P::NoScheme),
            ("https://a.test:/cb", P::Port),
            ("https://a.test:0/cb", P::Port),
            ("https://a.test:080/cb", P::Port),
            ("https://a.test:65536/cb", P::Port),
            ("https://a.test:+80/cb", P::Port),
            ("https://[::1]x/cb", P::Host),
            ("https://[::1]:8080:1/cb", P::Port),
            ("https://x[::1]/cb", P::Host),
            ("1app://cb", P::NoScheme),
            ("urn:ietf:wg:oauth:2.0:oob", P::NoScheme),
        ] {
            assert_eq!(requested(bad).unwrap_err(), why, "{bad:?}");
        }
    }

    #[test]
    fn harmless_encoding_stays() {
        for fine in ["https://a.test/a%20b%C3%A9", "https://a.test/100%25", "https://a.test/?q=%2e%2F%0a[1]"]
        {
            assert!(requested(fine).is_ok(), "{fine}");
        }
    }
}
