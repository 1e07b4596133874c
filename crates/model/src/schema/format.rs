//! What a text must look like beyond its length.

use super::Schema;
use crate::client::urls;
use crate::fields::{FieldError, FieldErrors};
use crate::user::Email;
use crate::user_code;

/// The look of a text. All but [`Format::Any`] and [`Format::Time`] let the empty text pass where the
/// schema's least length does: the original takes it for "none".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Any text.
    Any,
    /// A web address, `https://…` or `http://…`.
    WebAddress,
    /// A web address that people may be sent to: `https://…`, or `http://` on this machine.
    SafeAddress,
    /// `https://…` without a fragment; it may hold a placeholder, see [`urls::check_https`].
    Https,
    /// An email address.
    Email,
    /// A colour, `#0059d6`.
    Color,
    /// Letters, digits and a few signs in a row, up to the schema's length: names of keys.
    Name,
    /// An id: printable ASCII without blanks, see [`crate::ids`].
    Id,
    /// A scope value: a word of RFC 6749 §3.3.
    Scope,
    /// A telephone number with its country, `+4930123456`.
    Phone,
    /// How a code that people type is written: stars, and between them dashes and spaces, `****-****`.
    CodeMask,
    /// A time, RFC 3339. For answers; it is not checked in bodies.
    Time,
}

impl Format {
    /// What JSON Schema calls it, where the empty text passes, too.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Format::Any
            | Format::Color
            | Format::Name
            | Format::Id
            | Format::Scope
            | Format::Phone
            | Format::CodeMask => None,
            Format::WebAddress | Format::SafeAddress => Some("uri-or-empty"),
            Format::Https => Some("https-uri-or-empty"),
            Format::Email => Some("email-or-empty"),
            Format::Time => Some("date-time"),
        }
    }

    /// The pattern that JSON Schema checks it by.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        match self {
            Format::Color => Some("^#(([0-9a-fA-F]{3}){1,2})?$"),
            Format::Name => Some("^[A-Za-z0-9_.-]*$"),
            Format::Id => Some("^[!-~]*$"),
            Format::Scope => Some(r"^[!#-\[\]-~]*$"),
            Format::Phone => Some(r"^(\+[0-9]{1,15})?$"),
            Format::CodeMask => Some(r"^([- ]*(\*[- ]*){8,})?$"),
            _ => None,
        }
    }

    /// Notes what is wrong with `text`.
    pub(super) fn check(self, text: &str, path: &str, errors: &mut FieldErrors) {
        if text.is_empty() {
            return;
        }
        let wrong = match self {
            Format::Any => None,
            Format::WebAddress => {
                urls::check_web_page(text).err().map(|problem| ("format", problem.to_string()))
            }
            Format::Https => urls::check_https(text).err().map(|problem| ("format", problem.to_string())),
            Format::SafeAddress => safe_address(text).err().map(|why| ("format", why)),
            Format::Email => {
                Email::parse(text).is_err().then(|| ("format", "This is no email address.".to_owned()))
            }
            Format::Color => (!is_color(text))
                .then(|| ("pattern", "Write a colour as # and three or six hexadecimal digits.".to_owned())),
            Format::Name => (!text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)))
                .then(|| ("pattern", "Use letters, digits, _ . and - only.".to_owned())),
            Format::Id => (!text.bytes().all(|b| b.is_ascii_graphic())).then(|| {
                ("pattern", "An id holds printable ASCII characters only, without spaces.".to_owned())
            }),
            Format::Scope => {
                (!text.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b))).then(|| {
                    let why =
                        "A scope is one word of printable ASCII characters, without quotes and backslashes.";
                    ("pattern", why.to_owned())
                })
            }
            Format::Phone => (!is_phone_number(text)).then(|| {
                ("pattern", "A telephone number is a plus sign and up to 15 digits: +4930123456.".to_owned())
            }),
            Format::CodeMask => (!user_code::is_mask(text)).then(|| {
                let why =
                    "A mask holds at least 8 stars, and between them dashes and spaces only: ****-****.";
                ("pattern", why.to_owned())
            }),
            Format::Time => text
                .parse::<jiff::Timestamp>()
                .is_err()
                .then(|| ("format", "Write a time as 2026-11-23T06:00:00.000Z.".to_owned())),
        };
        if let Some((rule, text)) = wrong {
            errors.push(FieldError::new(path, rule, text));
        }
    }
}

/// An address that people are sent to without being asked must be safe on its way.
fn safe_address(text: &str) -> Result<(), String> {
    urls::check_logo(text).map_err(|problem| problem.to_string())?;
    let host = text.strip_prefix("http://").map(|rest| rest.split(['/', ':', '?', '#']).next());
    match host {
        None | Some(Some("localhost" | "127.0.0.1")) => Ok(()),
        Some(_) => Err("Use https; http is for localhost only.".to_owned()),
    }
}

fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Schema {
    /// The same text, which must not be empty.
    #[must_use]
    pub const fn not_empty(self) -> Self {
        match self {
            Schema::Text { max, format, .. } => Schema::Text { min: 1, max, format },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(format: Format, text: &str) -> Option<&'static str> {
        let mut errors = FieldErrors::default();
        format.check(text, "x", &mut errors);
        errors.all().first().map(|error| error.rule)
    }

    /// CVE-2026-29192.
    #[test]
    fn an_address_to_be_sent_to_is_https_or_on_this_machine() {
        for good in
            ["https://a.test", "https://a.test/x?y#z", "http://localhost:3000/x", "http://127.0.0.1", ""]
        {
            assert_eq!(wrong(Format::SafeAddress, good), None, "{good}");
        }
        for bad in [
            "http://a.test",
            "http://localhost.evil.test/",
            "http://localhost@evil.test/",
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.test",
            "a.test",
            "https://u@a.test/",
        ] {
            assert_eq!(wrong(Format::SafeAddress, bad), Some("format"), "{bad}");
        }
        assert_eq!(wrong(Format::WebAddress, "http://a.test"), None);
        assert_eq!(wrong(Format::WebAddress, "javascript:alert(1)"), Some("format"));
    }

    #[test]
    fn the_other_looks() {
        assert_eq!(wrong(Format::Email, "ada@a.test"), None);
        assert_eq!(wrong(Format::Email, "ada"), Some("format"));
        for (text, good) in
            [("#fff", true), ("#0059D6", true), ("#ffff", false), ("fff", false), ("#ggg", false)]
        {
            assert_eq!(wrong(Format::Color, text).is_none(), good, "{text}");
        }
        for (format, good, bad) in [
            (Format::Id, "auth0|1", "a b"),
            (Format::Scope, "read:all[1]", "read\"all"),
            (Format::Scope, "urn:x/y", "read\\all"),
            (Format::Phone, "+4930123456", "030 1"),
        ] {
            assert_eq!((wrong(format, good), wrong(format, bad)), (None, Some("pattern")), "{good}");
        }
        assert_eq!(wrong(Format::Name, "pt-BR"), None);
        assert_eq!(wrong(Format::Name, "a b"), Some("pattern"));
        assert_eq!(wrong(Format::Time, "2026-11-23T06:00:00.000Z"), None);
        assert_eq!(wrong(Format::Time, "yesterday"), Some("format"));
    }
}
