//! Characters that nobody sees, and how they are shown.
//!
//! Source: Unicode, general categories Cc and Cf, and the spaces of category Zs.

/// Whether a character leaves no mark on a page, or changes how its neighbours are read.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(
            u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
                | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F
                | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
        )
}

/// Writes every invisible character as something that can be seen: `␠` for a space, `⏎` for a line
/// break, `⟨U+200B⟩` for the rest.
///
/// ```
/// use doorward_protocol::oauth::doctor::visible;
/// assert_eq!(visible("https://a.test/cb "), "https://a.test/cb␠");
/// assert_eq!(visible("a\u{200b}b\r\n"), "a⟨U+200B⟩b⟨U+000D⟩⏎");
/// assert_eq!(visible("bücher"), "bücher");
/// ```
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' => shown.push('␠'),
            '\n' => shown.push('⏎'),
            '\t' => shown.push('⇥'),
            c if is_invisible(c) => shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown
}

/// The name of an invisible character in a sentence.
pub(super) fn name(c: char) -> &'static str {
    match c {
        '\n' | '\r' => "a line break",
        '\t' => "a tab",
        c if c.is_whitespace() => "a space",
        _ => "an invisible character",
    }
}

/// The text without its invisible characters, and without what stands encoded for a space or a line
/// break at its end.
pub(super) fn cleaned(text: &str) -> String {
    const ENCODED: [&str; 5] = ["%20", "%09", "%0a", "%0d", "%e2%80%8b"];
    let mut clean: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    loop {
        let end = ENCODED.iter().find(|end| {
            let at = clean.len().checked_sub(end.len());
            at.and_then(|at| clean.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        });
        match end {
            Some(end) => clean.truncate(clean.len() - end.len()),
            None => return clean,
        }
    }
}

/// The text with every percent-encoded character decoded, once; none where that gives no text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).ok()
}
