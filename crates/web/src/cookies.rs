//! Cookies: reading one, building one. Every cookie of ours carries the `__Host-` prefix, so that no
//! neighbour domain can set or see it. Source: RFC 6265bis §4.1.3.2, DESIGN "cookies".

use doorward_model::time::Lifetime;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// Whether a cookie travels with requests that other sites cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// It does: the session must be seen in silent logins from an application's frame.
    None,
    /// Only when a person follows a link to us.
    Lax,
}

/// A cookie to be set. The name must begin with `__Host-`.
#[derive(Debug, Clone)]
pub struct Cookie<'a> {
    /// The name, `__Host-…`.
    pub name: &'a str,
    /// The value; cookie characters only, see [`Cookie::header`].
    pub value: &'a str,
    /// Whether it travels across sites.
    pub same_site: SameSite,
    /// How long the browser keeps it; none means until it is closed.
    pub max_age: Option<Lifetime>,
}

impl Cookie<'_> {
    /// The `Set-Cookie` value: `__Host-…; Path=/; Secure; HttpOnly; SameSite=…`. None when the value
    /// holds a character that a cookie cannot carry.
    #[must_use]
    pub fn header(&self) -> Option<HeaderValue> {
        debug_assert!(self.name.starts_with("__Host-"));
        if !self.value.bytes().all(is_cookie_octet) {
            return None;
        }
        let site = match self.same_site {
            SameSite::None => "None",
            SameSite::Lax => "Lax",
        };
        let mut text = format!("{}={}; Path=/; Secure; HttpOnly; SameSite={site}", self.name, self.value);
        if let Some(age) = self.max_age {
            text.push_str(&format!("; Max-Age={}", age.seconds()));
        }
        HeaderValue::from_str(&text).ok()
    }

    /// The `Set-Cookie` value that takes a cookie away.
    #[must_use]
    pub fn removal(name: &str, same_site: SameSite) -> Option<HeaderValue> {
        Cookie { name, value: "", same_site, max_age: Some(Lifetime::from_seconds(0)) }.header()
    }
}

/// The value of a cookie. None when it is absent, and when it is there twice with two values: then
/// one of them was planted.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = None;
    for (_, value) in pairs(headers).filter(|(key, _)| *key == name) {
        match found {
            Some(earlier) if earlier != value => return None,
            _ => found = Some(value),
        }
    }
    found.filter(|value| !value.is_empty())
}

/// The cookies whose names begin with `prefix`: the rest of each name and its value. A name that came
/// twice is left out.
#[must_use]
pub fn with_prefix<'a>(headers: &'a HeaderMap, prefix: &str) -> Vec<(&'a str, &'a str)> {
    let named = |(name, value): (&'a str, &'a str)| Some((name.strip_prefix(prefix)?, value));
    let mut found: Vec<(&str, &str)> = pairs(headers).filter_map(named).collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    found.retain(|(name, _)| names.iter().filter(|other| *other == name).count() == 1);
    found
}

/// All cookies that came. A neighbour's that is no text is passed over and takes no other along. Only
/// ASCII spaces are cut: a browser guards our names, and to it `\u{2003}__Host-` is not one of them.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(COOKIE).iter().flat_map(|header| header.as_bytes().split(|b| *b == b';'));
    all.filter_map(|pair| std::str::from_utf8(pair.trim_ascii()).ok()?.split_once('='))
}

/// RFC 6265 §4.1.1 `cookie-octet`.
fn is_cookie_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(COOKIE, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_has_exactly_the_attributes_of_a_host_cookie() {
        let cookie = Cookie { name: "__Host-dw", value: "abc", same_site: SameSite::None, max_age: None };
        assert_eq!(cookie.header().unwrap(), "__Host-dw=abc; Path=/; Secure; HttpOnly; SameSite=None");
        let kept = Cookie { max_age: Some(Lifetime::from_seconds(60)), same_site: SameSite::Lax, ..cookie };
        assert_eq!(
            kept.header().unwrap(),
            "__Host-dw=abc; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
        let gone = Cookie::removal("__Host-dw", SameSite::None).unwrap();
        assert_eq!(gone, "__Host-dw=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0");
    }

    #[test]
    fn a_value_cannot_add_attributes() {
        for bad in ["a;Domain=evil.test", "a b", "a\"", "a,b", "a\\", "a\r\nx: y", "é"] {
            let cookie = Cookie { name: "__Host-dw", value: bad, same_site: SameSite::Lax, max_age: None };
            assert!(cookie.header().is_none(), "{bad}");
        }
    }

    #[test]
    fn a_cookie_is_read_by_its_whole_name() {
        let sent = headers(&["a=1; __Host-dw=x=y; b=2", "c=3"]);
        assert_eq!(read(&sent, "__Host-dw"), Some("x=y"));
        assert_eq!(read(&sent, "c"), Some("3"));
        assert_eq!(read(&sent, "dw"), None);
        assert_eq!(read(&headers(&["a="]), "a"), None);
    }

    /// Whoever holds a neighbour domain can set such a cookie; it must not lock people out.
    #[test]
    fn a_neighbours_cookie_that_is_no_ascii_does_not_take_ours_along() {
        let mut sent = HeaderMap::new();
        sent.append(COOKIE, HeaderValue::from_bytes(b"n=\xc3\xa9; __Host-dw=x; m=\xff\xfe").unwrap());
        assert_eq!(read(&sent, "__Host-dw"), Some("x"));
        assert_eq!(with_prefix(&sent, "__Host-"), vec![("dw", "x")]);
        assert_eq!(read(&sent, "m"), None);
    }

    /// A space that is not ASCII would let a neighbour write our names without the browser's guard.
    #[test]
    fn only_plain_spaces_around_a_name_are_cut() {
        let mut sent = HeaderMap::new();
        sent.append(COOKIE, HeaderValue::from_bytes("\u{2003}__Host-dw=planted".as_bytes()).unwrap());
        assert_eq!(read(&sent, "__Host-dw"), None);
        assert!(with_prefix(&sent, "__Host-").is_empty());
    }

    #[test]
    fn a_cookie_that_came_with_two_values_is_none() {
        assert_eq!(read(&headers(&["a=1; a=2"]), "a"), None);
        assert_eq!(read(&headers(&["a=1", "a=2"]), "a"), None);
        assert_eq!(read(&headers(&["a=1; a=1"]), "a"), Some("1"));
    }

    #[test]
    fn cookies_of_one_kind_are_found_by_the_beginning_of_their_names() {
        let sent = headers(&["__Host-x-a=1; other=2; __Host-x-b=3", "__Host-x-c=4; __Host-x-c=5"]);
        assert_eq!(with_prefix(&sent, "__Host-x-"), vec![("a", "1"), ("b", "3")]);
    }
}
