//! Pages: a template becomes an answer with the strict policy of every page of ours.
//!
//! Source: UX §1.1 (content policy, and its trap: Chromium applies `form-action` to the redirect that
//! follows a form post, so a hosted page names exactly one more place, the checked return address of
//! its own transaction). Content Security Policy Level 3.

use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use doorward_engine::app::App;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::fault::{Refusal, Skin};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// The longest text of a stranger that a page shows, in characters.
const MAX_SHOWN: usize = 300;

/// The nonce of one page with a script in it.
#[derive(Debug, Clone)]
pub struct Nonce(String);

impl Nonce {
    /// A fresh nonce.
    #[must_use]
    pub fn fresh(app: &App) -> Self {
        Self(app.entropy().token().expose().to_owned())
    }

    /// What the `nonce` attribute holds.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Nonce {
    /// A given nonce, for samples of pages. It must be base64url.
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A page on its way out.
#[derive(Debug)]
pub struct Page {
    html: Result<String, askama::Error>,
    status: StatusCode,
    form_target: Option<String>,
    nonce: Option<Nonce>,
    is_framed: bool,
    names_us: bool,
    cookies: Vec<HeaderValue>,
}

impl Page {
    /// Renders a template: status 200, strict policy, stored nowhere.
    pub fn of<T: Template>(template: &T) -> Self {
        Self {
            html: template.render(),
            status: StatusCode::OK,
            form_target: None,
            nonce: None,
            is_framed: false,
            names_us: false,
            cookies: Vec::new(),
        }
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Lets the answer to a form of this page lead to `target`: an origin (`https://app.test`) or a
    /// scheme (`com.example.app:`), from the return address that was checked for this transaction.
    #[must_use]
    pub fn form_target(mut self, target: &str) -> Self {
        self.form_target = source_expression(target);
        self
    }

    /// Lets the one script with this nonce run, and no other, those of our own files included.
    #[must_use]
    pub fn nonce(mut self, nonce: &Nonce) -> Self {
        self.nonce = Some(nonce.clone());
        self
    }

    /// Lets the page be framed: only for the page that gives a silent login's answer to its opener.
    /// It shows nothing to click on, and tells its answer to one exact origin.
    #[must_use]
    pub fn framed(mut self) -> Self {
        self.is_framed = true;
        self
    }

    /// Lets the receiver of a form see our origin: for `form_post`, whose receivers may check it.
    #[must_use]
    pub fn names_us(mut self) -> Self {
        self.names_us = true;
        self
    }

    /// Sets a cookie with the page. None, as from a value that no cookie can carry, sets none.
    #[must_use]
    pub fn cookie(mut self, set_cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(set_cookie);
        self
    }

    /// What was rendered; nothing when the template failed.
    #[must_use]
    pub fn html(&self) -> &str {
        self.html.as_deref().unwrap_or_default()
    }

    fn policy(&self) -> String {
        let script =
            self.nonce.as_ref().map_or("'self'".to_owned(), |nonce| format!("'nonce-{}'", nonce.as_str()));
        let target = self.form_target.as_ref().map_or(String::new(), |target| format!(" {target}"));
        let ancestors = if self.is_framed { "" } else { "frame-ancestors 'none'; " };
        format!(
            "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'{target}; {ancestors}base-uri 'none'; \
             require-trusted-types-for 'script'"
        )
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let Ok(policy) = HeaderValue::from_str(&self.policy()) else {
            return Refusal::broken("a page's policy holds a line break").as_skin(Skin::Page).into_response();
        };
        let html = match self.html {
            Ok(html) => html,
            Err(error) => return Refusal::broken(error.to_string()).as_skin(Skin::OAuth).into_response(),
        };
        let mut response = Response::new(Body::from(html));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        // With `no-referrer` browsers would hide the origin of our own forms from ourselves.
        let referrer = if self.names_us { "strict-origin" } else { "same-origin" };
        headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
        headers.insert(
            PERMISSIONS_POLICY,
            HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        );
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        response
    }
}

/// An origin or scheme as the policy's grammar has it; none for what that grammar cannot hold.
fn source_expression(target: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"+-.:/_".contains(&b);
    // The grammar knows no IPv6 addresses: their scheme is the narrowest thing it can say.
    if let Some((scheme, _)) = target.split_once("://[") {
        return scheme.bytes().all(plain).then(|| format!("{scheme}:"));
    }
    (!target.is_empty() && target.bytes().all(plain)).then(|| target.to_owned())
}

/// What stands for a character that turns the direction of what follows it.
const TURNED: char = '\u{FFFD}';

/// Whether a character turns the direction of what follows it, the words of somebody else included.
fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A sentence with names in it, in which no name turns the rest of the sentence around. Writing from
/// right to left stays as it is. Source: Unicode Standard Annex #9; CVE-2021-42574.
#[must_use]
pub fn unturned(text: &str) -> String {
    text.chars().map(|c| if turns(c) { TURNED } else { c }).collect()
}

/// JSON of the same meaning, in which what turns the direction is escaped.
#[must_use]
pub fn unturned_json(json: &str) -> String {
    let escaped = |c: char| if turns(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escaped).collect()
}

/// A stranger's text, cut to what a page can bear and free of control characters.
#[must_use]
pub fn capped(text: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_control() => ' ',
        c if turns(c) => TURNED,
        c => c,
    };
    let mut short: String = text.chars().map(plain).take(MAX_SHOWN).collect();
    if text.chars().count() > MAX_SHOWN {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<p>{{ text }}</p>", ext = "html")]
    struct Sample<'a> {
        text: &'a str,
    }

    fn header(page: Page, name: &str) -> String {
        page.into_response().headers()[name].to_str().unwrap().to_owned()
    }

    fn sample() -> Page {
        Page::of(&Sample { text: "hello" })
    }

    #[test]
    fn a_page_has_the_strict_policy() {
        assert_eq!(
            header(sample(), "content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
             require-trusted-types-for 'script'"
        );
        assert_eq!(header(sample(), "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(sample(), "cache-control"), "no-store");
        assert_eq!(header(sample(), "referrer-policy"), "same-origin");
        assert!(!sample().into_response().headers().contains_key("cross-origin-opener-policy"));
    }

    #[test]
    fn a_hosted_page_names_exactly_one_more_form_target() {
        let policy = |target: &str| header(sample().form_target(target), "content-security-policy");
        assert!(policy("https://app.test:8443").contains("form-action 'self' https://app.test:8443; frame"));
        assert!(policy("com.example.app:").contains("form-action 'self' com.example.app:; frame"));
        assert!(policy("http://[::1]:4000").contains("form-action 'self' http:; frame"));
    }

    #[test]
    fn a_form_target_cannot_write_policy() {
        for bad in
            ["https://a.test; script-src *", "https://a.test 'unsafe-inline'", "*", "https://*.a", "", "a,b"]
        {
            let policy = header(sample().form_target(bad), "content-security-policy");
            assert!(policy.contains("form-action 'self'; frame-ancestors"), "{bad}");
        }
    }

    #[test]
    fn a_nonce_page_runs_that_script_only() {
        let policy = header(sample().nonce(&Nonce::from("abc")), "content-security-policy");
        assert!(policy.contains("script-src 'nonce-abc'; style-src"));
    }

    #[test]
    fn only_the_page_for_silent_logins_may_be_framed() {
        let policy = header(sample().nonce(&Nonce::from("abc")).framed(), "content-security-policy");
        assert!(!policy.contains("frame-ancestors"));
        assert!(policy.contains("form-action 'self'; base-uri 'none'"));
    }

    #[test]
    fn what_strangers_wrote_is_escaped_and_cut() {
        let html = Page::of(&Sample { text: "<script>\"'&" }).html.unwrap();
        assert_eq!(html, "<p>&#60;script&#62;&#34;&#39;&#38;</p>");
        assert_eq!(capped(&"é".repeat(400)).chars().count(), 301);
        assert_eq!(capped("a\r\nb"), "a  b");
    }
}
