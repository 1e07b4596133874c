//! Text that cannot drive a terminal, and how much room it takes there.
//!
//! Names and addresses come from strangers. What would move the cursor, break a line, turn the
//! direction of writing or hide is replaced, in JSON escaped. Source: Unicode Standard Annex #9 (marks
//! of direction), #11 (width); ECMA-48 (control characters); CVE-2021-42574.

use std::fmt::Write;

/// What stands for a character that is not shown.
const REPLACED: char = '\u{FFFD}';

/// Whether a character does something else than to be seen.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text in one line that does nothing but be read.
#[must_use]
pub fn tame(text: &str) -> String {
    text.chars().map(|c| if is_active(c) { REPLACED } else { c }).collect()
}

/// The same for a text of several lines.
#[must_use]
pub fn tame_lines(text: &str) -> String {
    text.split('\n').map(tame).collect::<Vec<_>>().join("\n")
}

/// JSON with the same meaning, in which such characters are escaped.
#[must_use]
pub fn tame_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_active(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// How many columns of a terminal the text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// The text, or as much of its beginning as fits, and a sign that there was more.
#[must_use]
pub fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 1);
    for c in text.chars() {
        used += width_of(c);
        if used > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Nothing for marks that stand on the letter before, two for the wide characters of East Asia and
/// for pictures, one for all others.
fn width_of(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36F}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5BD}'
        | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{303E}'
        | '\u{3041}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1F64F}'
        | '\u{1F680}'..='\u{1F6FF}'
        | '\u{1F900}'..='\u{1F9FF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[2J\u{9b}31m\r\n\u{7}\u{202e}b\u{2066}\u{200b}\u{feff}\u{e0041}";

    #[test]
    fn what_is_shown_does_nothing() {
        let shown = tame(HOSTILE);
        assert!(!shown.chars().any(is_active), "{shown:?}");
        assert!(shown.starts_with("a\u{FFFD}[2J") && shown.contains("31m"), "{shown:?}");
        assert_eq!(tame("Jürgen 山田 🚪 مرحبا"), "Jürgen 山田 🚪 مرحبا");
        assert_eq!(tame_lines("a\n\u{1b}b"), "a\n\u{FFFD}b");
    }

    #[test]
    fn json_means_the_same_and_does_nothing() {
        let value = serde_json::json!({ HOSTILE: [HOSTILE, "é"] });
        let text = tame_json(&value.to_string());
        assert!(!text.chars().any(is_active), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn a_text_is_cut_where_its_room_ends() {
        assert_eq!(cut("Storefront", 10), "Storefront");
        assert_eq!(cut("Storefront", 9), "Storefro…");
        assert_eq!(cut("山田太郎", 6), "山田…");
        assert_eq!((width("山田"), width("e\u{301}"), width("🚪")), (4, 1, 2));
        for room in 1..12 {
            assert!(width(&cut("a山b田c🚪", room)) <= room, "{room}");
        }
    }
}
