//! A browser and its system in the words that people and tools know: "Chrome 57.0.2987 / Mac OS X 10.12.3".
//!
//! Pure. What is no browser that is known stays as it was sent: a program says more by itself. Source: the
//! original's `user_agent`.

/// Who made a browser, by the word that tells it from those it pretends to be; the first that fits counts.
/// A name for telephones stands beside the other one.
const BROWSERS: [(&str, &str, &str); 10] = [
    ("Edg/", "Edge", "Edge Mobile"),
    ("EdgA/", "Edge", "Edge Mobile"),
    ("EdgiOS/", "Edge", "Edge Mobile"),
    ("OPR/", "Opera", "Opera Mobile"),
    ("SamsungBrowser/", "Samsung Internet", "Samsung Internet Mobile"),
    ("FxiOS/", "Firefox", "Firefox Mobile"),
    ("Firefox/", "Firefox", "Firefox Mobile"),
    ("CriOS/", "Chrome", "Chrome Mobile"),
    ("Chrome/", "Chrome", "Chrome Mobile"),
    ("Version/", "Safari", "Mobile Safari"),
];

/// The words for a `User-Agent`; none when it is no browser that is known.
///
/// ```
/// use doorward_model::log::agent::spoken;
/// let chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_3) AppleWebKit/537.36 (KHTML, like Gecko) \
///               Chrome/57.0.2987.133 Safari/537.36";
/// assert_eq!(spoken(chrome).unwrap(), "Chrome 57.0.2987 / Mac OS X 10.12.3");
/// assert_eq!(spoken("curl/8.5.0"), None);
/// ```
#[must_use]
pub fn spoken(sent: &str) -> Option<String> {
    let system = sent.strip_prefix("Mozilla/5.0 (")?.split(')').next()?;
    let (word, plain, mobile) = BROWSERS.iter().find(|(word, ..)| sent.contains(word))?;
    if *word == "Version/" && !sent.contains("Safari/") {
        return None;
    }
    let version = three(after(sent, word)?);
    let name = if is_mobile(sent) { mobile } else { plain };
    Some(format!("{name} {version} / {}", system_of(system)))
}

/// Whether what was sent says that it runs on a telephone or a tablet.
#[must_use]
pub fn is_mobile(sent: &str) -> bool {
    sent.contains("Mobile")
}

/// The system between the first brackets.
fn system_of(text: &str) -> String {
    let version = |word| after(text, word).map_or_else(|| "0.0.0".to_owned(), three);
    if text.contains("iPhone") || text.contains("iPad") {
        format!("iOS {}", version(" OS "))
    } else if text.contains("Android") {
        format!("Android {}", version("Android "))
    } else if text.contains("Windows NT") {
        let number = after(text, "Windows NT ").unwrap_or_default();
        let known = match number {
            "6.1" => "7.0.0".to_owned(),
            "6.2" => "8.0.0".to_owned(),
            "6.3" => "8.1.0".to_owned(),
            other => three(other),
        };
        format!("Windows {known}")
    } else if text.contains("Mac OS X") {
        format!("Mac OS X {}", version("Mac OS X "))
    } else if text.contains("CrOS") {
        "Chrome OS 0.0.0".to_owned()
    } else if text.contains("Linux") {
        "Linux 0.0.0".to_owned()
    } else {
        "Other 0.0.0".to_owned()
    }
}

/// The version that follows a word; none when no number does.
fn after<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(rest.len());
    let version = rest.get(..end)?;
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

/// Three numbers, whatever there were; each short enough to be one.
fn three(version: &str) -> String {
    let mut numbers = version.split(['.', '_']).filter(|number| (1..=6).contains(&number.len()));
    let mut next = || numbers.next().unwrap_or("0");
    let (major, minor, patch) = (next(), next(), next());
    format!("{major}.{minor}.{patch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_from_those_they_pretend_to_be() {
        const WEBKIT: &str = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (system, rest, words) in [
            (
                "Windows NT 10.0; Win64; x64",
                "Chrome/120.0.0.0 Safari/537.36",
                "Chrome 120.0.0 / Windows 10.0.0",
            ),
            ("Windows NT 6.1", "Chrome/49.0.2623.112 Safari/537.36", "Chrome 49.0.2623 / Windows 7.0.0"),
            (
                "Windows NT 10.0",
                "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91",
                "Edge 120.0.2210 / Windows 10.0.0",
            ),
            ("X11; Linux x86_64; rv:121.0", "Gecko/20100101 Firefox/121.0", "Firefox 121.0.0 / Linux 0.0.0"),
            (
                "Macintosh; Intel Mac OS X 10_15_7",
                "Version/17.1 Safari/605.1.15",
                "Safari 17.1.0 / Mac OS X 10.15.7",
            ),
            (
                "iPhone; CPU iPhone OS 17_1_2 like Mac OS X",
                "Version/17.1.2 Mobile/15E148 Safari/604.1",
                "Mobile Safari 17.1.2 / iOS 17.1.2",
            ),
            (
                "iPhone; CPU iPhone OS 16_6 like Mac OS X",
                "CriOS/119.0.6045.169 Mobile/15E148 Safari/604.1",
                "Chrome Mobile 119.0.6045 / iOS 16.6.0",
            ),
            (
                "Linux; Android 14; Pixel 8",
                "Chrome/119.0.0.0 Mobile Safari/537.36",
                "Chrome Mobile 119.0.0 / Android 14.0.0",
            ),
            (
                "X11; CrOS x86_64 14541.0.0",
                "Chrome/120.0.0.0 Safari/537.36",
                "Chrome 120.0.0 / Chrome OS 0.0.0",
            ),
        ] {
            let sent = format!("Mozilla/5.0 ({system}) {WEBKIT} {rest}");
            let spoken = spoken(&sent).unwrap();
            assert_eq!(spoken, words, "{sent}");
            assert_eq!(is_mobile(&spoken), is_mobile(&sent), "{sent}");
        }
    }

    #[test]
    fn what_is_no_known_browser_has_no_words() {
        for sent in [
            "",
            "curl/8.5.0",
            "okhttp/4.12.0",
            "Mozilla/5.0",
            "Mozilla/5.0 (",
            "Mozilla/5.0 (X11) Chrome/",
            "Mozilla/5.0 (X11) Chrome/v1",
            "Mozilla/5.0 (X11) Version/17.1",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
            "Chrome/57.0",
        ] {
            assert_eq!(spoken(sent), None, "{sent}");
        }
    }

    #[test]
    fn a_version_without_end_is_none() {
        let sent = format!("Mozilla/5.0 (Windows NT 10.0) Chrome/{}.1 Safari/537.36", "9".repeat(400));
        assert_eq!(spoken(&sent).unwrap(), "Chrome 1.0.0 / Windows 10.0.0");
    }
}
