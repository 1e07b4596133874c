//! The code that a device shows and its person types: how it is written, and how it is read.
//!
//! It is short, so it says little; what makes it safe is that it lives for minutes and that wrong ones
//! are counted. Letters that make words or look like one another are left out.
//!
//! Source: RFC 8628 §5.1, §6.1; the tenant's `device_flow`.

use std::fmt;

/// Letters without vowels, and without those that are taken for digits (RFC 8628 §6.1).
const BASE20: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
const DIGITS: &[u8] = b"0123456789";
/// What `charset` holds for digits.
const DIGITS_NAME: &str = "digits";
/// How codes are written when nobody says otherwise.
const MASK: &str = "****-****";
/// The fewest characters that a code has.
const LEAST: usize = 8;
/// The longest code that is looked at, in characters.
const MOST: usize = 32;

/// A code as it is compared: letters and digits, in upper case, without what parts them.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl fmt::Debug for UserCode {
    /// Whoever knows the code can answer for the device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

impl UserCode {
    /// Reads what a person typed: case, dashes and spaces do not matter. None when nothing that a code is made of is left, or
    /// too much.
    ///
    /// ```
    /// use doorward_model::user_code::UserCode;
    /// assert_eq!(UserCode::read(" wdjb mjht"), UserCode::read("WDJB-MJHT"));
    /// assert_eq!(UserCode::read("--"), None);
    /// ```
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let code: String = typed
            .chars()
            .filter(|c| c.is_alphanumeric())
            .take(MOST + 1)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        ((1..=MOST).contains(&code.chars().count())).then_some(Self(code))
    }

    /// The code without dashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the codes of a tenant are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCodeStyle {
    alphabet: &'static [u8],
    mask: String,
}

impl UserCodeStyle {
    /// The style of `device_flow.charset` and `device_flow.mask`; what is absent, or no mask, gives way to
    /// the default.
    #[must_use]
    pub fn new(charset: Option<&str>, mask: Option<&str>) -> Self {
        let alphabet = if charset == Some(DIGITS_NAME) { DIGITS } else { BASE20 };
        Self { alphabet, mask: mask.filter(|mask| is_mask(mask)).unwrap_or(MASK).to_owned() }
    }

    /// The characters that codes are made of.
    #[must_use]
    pub fn alphabet(&self) -> &'static [u8] {
        self.alphabet
    }

    /// How many of them a code has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.mask.bytes().filter(|b| *b == b'*').count()
    }

    /// A code as people read it; as it is when it is not of this style.
    ///
    /// ```
    /// use doorward_model::user_code::{UserCode, UserCodeStyle};
    /// let style = UserCodeStyle::new(None, None);
    /// assert_eq!(style.written(&UserCode::read("wdjbmjht").unwrap()), "WDJB-MJHT");
    /// ```
    #[must_use]
    pub fn written(&self, code: &UserCode) -> String {
        if code.0.chars().count() != self.length() {
            return code.0.clone();
        }
        let mut characters = code.0.chars();
        self.mask.chars().filter_map(|c| if c == '*' { characters.next() } else { Some(c) }).collect()
    }

    /// The shape of a code, for an example: the mask with the first letters of the alphabet.
    #[must_use]
    pub fn example(&self) -> String {
        let letters = self.alphabet.iter().rev().cycle().take(self.length()).map(|b| char::from(*b));
        self.written(&UserCode(letters.collect()))
    }
}

/// Whether a text says how codes are written, and lets them be long enough not to be guessed.
#[must_use]
pub fn is_mask(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'*' | b'-' | b' ')) && text.matches('*').count() >= LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8628_6_1_case_and_punctuation_do_not_matter() {
        let code = UserCode::read("WDJB-MJHT").unwrap();
        for typed in ["wdjb-mjht", "WDJBMJHT", "w d j b m j h t", " WDJB–MJHT ", "wdjb_mjht\t"] {
            assert_eq!(UserCode::read(typed).as_ref(), Some(&code), "{typed}");
        }
        for other in ["WDJB-MJH", "WDJB-MJHTT", "VDJB-MJHT"] {
            assert_ne!(UserCode::read(other).as_ref(), Some(&code), "{other}");
        }
        for nothing in ["", " - ", "\0", &"B".repeat(33), &"B".repeat(100_000)] {
            assert_eq!(UserCode::read(nothing), None);
        }
    }

    #[test]
    fn no_letter_of_a_code_makes_a_word_or_is_taken_for_another() {
        let style = UserCodeStyle::new(None, None);
        assert_eq!((style.alphabet().len(), style.length()), (20, 8));
        assert!(style.alphabet().iter().all(|b| !b"AEIOUY0123456789".contains(b)));
    }

    #[test]
    fn a_tenant_may_want_digits_and_another_mask() {
        let style = UserCodeStyle::new(Some("digits"), Some("*** *** ***"));
        assert_eq!((style.alphabet(), style.length()), (DIGITS, 9));
        assert_eq!(style.written(&UserCode::read("123456789").unwrap()), "123 456 789");
        assert_eq!(style.written(&UserCode::read("1234").unwrap()), "1234");
        assert_eq!(style.example(), "987 654 321");
        for weak in ["****", "***-***-*", "abcd-****-****", ""] {
            assert_eq!(
                UserCodeStyle::new(None, Some(weak)),
                UserCodeStyle::new(Some("base20"), None),
                "{weak}"
            );
        }
    }

    #[test]
    fn a_code_is_not_printed_by_accident() {
        assert_eq!(format!("{:?}", UserCode::read("WDJB-MJHT")), "Some(UserCode(…))");
    }
}
