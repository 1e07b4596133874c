//! Where to go on after the login: a path of the dashboard, or nothing.
//!
//! An open redirect after a login is how a false "wrong password" page gets the second try. So what
//! is accepted is a short list of plain characters, not whatever fails to look like another site.
//! Source: OWASP "Unvalidated Redirects"; CVE-2024-39694 (a path that browsers read as a host).

use std::fmt;

/// The longest path that is remembered over a login.
const MAX: usize = 1024;

/// A path below `/manage`, with a query perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The way in.
    #[must_use]
    pub fn overview() -> Self {
        Self("/manage".to_owned())
    }

    /// Reads a path; none for everything that is not plainly one of the dashboard.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let below = path.strip_prefix("/manage")?;
        let is_ours = below.is_empty() || below.starts_with('/');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%|@:+".contains(&byte);
        let segments_are_plain = below.split('/').skip(1).all(|segment| {
            segment.bytes().all(plain) && !segment.starts_with('.') && !escapes_a_separator(segment)
        });
        let is_flat = !below.contains("//");
        let query_is_plain = query.bytes().all(|byte| plain(byte) || b"=&/,;!*'()$".contains(&byte));
        (text.len() <= MAX && is_ours && is_flat && segments_are_plain && query_is_plain)
            .then(|| Self(text.to_owned()))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A dot, a slash or a backslash, a control character, or a percent sign that is itself escaped.
fn escapes_a_separator(segment: &str) -> bool {
    segment.split('%').skip(1).any(|after| {
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        code.is_none_or(|code| code.is_ascii_control() || b"./\\%".contains(&code))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_dashboard_are_kept() {
        for path in [
            "/manage",
            "/manage/clients",
            "/manage/clients/k3Jm9Q2xT/settings",
            "/manage/logs?outcome=failed&client=k3Jm9Q2xT",
            "/manage/logs?q=a+b%20c&before=900",
            "/manage/users/auth0%7C123",
        ] {
            assert_eq!(LocalPath::parse(path).as_ref().map(LocalPath::as_str), Some(path));
        }
    }

    #[test]
    fn what_leads_elsewhere_is_nothing() {
        for path in [
            "",
            "/",
            "manage",
            "/manager",
            "/managed/x",
            "/oauth/token",
            "https://evil.test/manage",
            "//evil.test/manage",
            "///evil.test",
            "/\\evil.test",
            "\\\\evil.test",
            "/manage//evil.test",
            "/manage/\\evil.test",
            "/manage/..//evil.test",
            "/manage/../../evil.test",
            "/manage/%2e%2e//evil.test",
            "/manage/%2E%2E/x",
            "/manage/%2f/evil.test",
            "/manage/%5cevil.test",
            "/manage/%252e%252e",
            "/manage/%0d%0aSet-Cookie:x=y",
            "/manage\r\nSet-Cookie: x=y",
            "/manage/\tevil",
            "/manage@evil.test",
            "/manage.evil.test",
            "javascript:alert(1)//manage",
            "/manage/x#y",
            "/manage?\\",
            " /manage",
            "/manage /x",
            "/manage/%",
            "/manage/%zz",
            "/manage/é",
            "/manage?x=<script>",
            "/manage?x=\"",
        ] {
            assert_eq!(LocalPath::parse(path), None, "{path}");
        }
        assert_eq!(LocalPath::parse(&format!("/manage/{}", "x".repeat(MAX))), None);
    }
}
