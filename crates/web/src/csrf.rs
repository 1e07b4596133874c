//! Forms that only our own pages may send: the browser's word about the origin, and a token that is
//! in a cookie and in the form. Source: SECURITY "login CSRF"; Fetch Metadata (`Sec-Fetch-Site`).
//!
//! A page of another site can neither read nor set a `__Host-` cookie of ours, so it cannot send a
//! form whose field matches the cookie; nor can it make a browser lie about the origin.

use doorward_engine::app::App;
use doorward_model::secret::Secret;
use doorward_model::tenant::Issuer;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue};

use crate::cookies::{self, Cookie, SameSite};

/// The cookie that holds the form token.
pub const COOKIE: &str = "__Host-dw-form";
/// The form field that must hold the same.
pub const FIELD: &str = "_csrf";

/// The form token of one browser.
#[derive(Debug, Clone)]
pub struct FormToken(Secret);

impl FormToken {
    /// The browser's token, or a fresh one when it has none yet: several tabs share one token.
    #[must_use]
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        let kept = cookies::read(headers, COOKIE).filter(|value| is_well_formed(value));
        Self(kept.map_or_else(|| app.entropy().token(), |value| Secret::new(value.to_owned())))
    }

    /// What the hidden field [`FIELD`] must hold.
    #[must_use]
    pub fn field(&self) -> &str {
        self.0.expose()
    }

    /// The `Set-Cookie` value that must go out with the page.
    #[must_use]
    pub fn cookie(&self) -> Option<HeaderValue> {
        Cookie { name: COOKIE, value: self.0.expose(), same_site: SameSite::Lax, max_age: None }.header()
    }
}

/// Whether the form came from a page that we gave to this very browser.
#[must_use]
pub fn is_genuine(headers: &HeaderMap, field: Option<&str>) -> bool {
    let kept = cookies::read(headers, COOKIE).filter(|value| is_well_formed(value));
    let (Some(kept), Some(field)) = (kept, field) else { return false };
    Secret::new(kept.to_owned()) == Secret::new(field.to_owned())
}

/// Whether the browser says that the request was made by a page of ours. Programs that are no
/// browsers say nothing, and are not what this is about.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, issuer: &Issuer) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    // `none` is the person themselves: a form sent again by reloading.
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return false;
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    origins.all(|origin| origin.as_bytes() == issuer.origin().as_bytes())
}

fn is_well_formed(token: &str) -> bool {
    (32..=128).contains(&token.len())
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_form_counts_only_with_the_token_of_this_browser() {
        let token = "A".repeat(43);
        let sent = headers(&[("cookie", &format!("{COOKIE}={token}"))]);
        assert!(is_genuine(&sent, Some(&token)));
        for wrong in [None, Some(""), Some("B"), Some(&token[1..])] {
            assert!(!is_genuine(&sent, wrong), "{wrong:?}");
        }
        assert!(!is_genuine(&headers(&[]), Some(&token)));
        assert!(!is_genuine(&headers(&[("cookie", &format!("{COOKIE}="))]), Some("")));
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        let issuer = Issuer::parse("https://id.acme.test/").unwrap();
        let from = |pairs: &[(&'static str, &str)]| is_same_origin(&headers(pairs), &issuer);
        assert!(from(&[]));
        assert!(from(&[("origin", "https://id.acme.test"), ("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "https://id.acme.test"), ("sec-fetch-site", "none")]));
        for origin in ["https://evil.test", "null", "http://id.acme.test", "https://id.acme.test:8443", ""] {
            assert!(!from(&[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "Same-Origin", ""] {
            assert!(!from(&[("sec-fetch-site", site)]), "{site}");
        }
    }
}
