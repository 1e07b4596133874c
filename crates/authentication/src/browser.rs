//! What a browser keeps for us: the cookie of its session, and one per login that is under way.
//!
//! The session travels with requests from other sites, so that an application's frame can log in
//! silently; the logins do not. Source: RFC 6265bis §4.1.2.7 (`SameSite`), §4.1.3.2 (`__Host-`).

use doorward_engine::login::Browser;
use doorward_model::ids::LoginId;
use doorward_model::secret::Secret;
use doorward_model::tenant::Tenant;
use doorward_model::time::Lifetime;
use doorward_protocol::oauth::params::Params;
use doorward_web::cookies::{self, Cookie, SameSite};
use http::{HeaderMap, HeaderValue, Uri};

/// The cookie of the session.
const SESSION: &str = "__Host-dw";
/// How the names of the cookies of logins begin; the id of the login follows.
const LOGIN: &str = "__Host-dw-login-";
/// How many cookies of logins are looked at. We never keep more than five.
const MOST: usize = 20;
/// How long a browser keeps the cookie of a login: longer than the login may take, so that one that
/// took too long is still known and can begin anew.
const KEEP_LOGIN: Lifetime = Lifetime::from_seconds(86_400);

/// Reads what a browser brought along.
pub(crate) fn read(headers: &HeaderMap) -> Browser {
    let secret = |text: &str| Secret::new(text.to_owned());
    let logins = cookies::with_prefix(headers, LOGIN).into_iter().take(MOST);
    Browser {
        session: cookies::read(headers, SESSION).map(secret),
        logins: logins.filter_map(|(id, value)| Some((LoginId::parse(id).ok()?, secret(value)))).collect(),
    }
}

/// The login that the address of one of our pages is about.
pub(crate) fn login_of(page: &Uri) -> Option<LoginId> {
    let query = Params::from_query(page.query().unwrap_or_default()).ok()?;
    LoginId::parse(query.get("state")?).ok()
}

/// Keeps a session.
pub(crate) fn keep_session(tenant: &Tenant, cookie: &Secret) -> Option<HeaderValue> {
    let max_age = Some(tenant.settings.session_lifetime);
    Cookie { name: SESSION, value: cookie.expose(), same_site: SameSite::None, max_age }.header()
}

/// Takes the session away.
pub(crate) fn drop_session() -> Option<HeaderValue> {
    Cookie::removal(SESSION, SameSite::None)
}

/// Keeps a login.
pub(crate) fn keep_login(id: &LoginId, cookie: &Secret) -> Option<HeaderValue> {
    let name = format!("{LOGIN}{id}");
    let max_age = Some(KEEP_LOGIN);
    Cookie { name: &name, value: cookie.expose(), same_site: SameSite::Lax, max_age }.header()
}

/// Takes a login away.
pub(crate) fn drop_login(id: &LoginId) -> Option<HeaderValue> {
    Cookie::removal(&format!("{LOGIN}{id}"), SameSite::Lax)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::COOKIE;

    #[test]
    fn a_browser_is_read_from_its_cookies() {
        let text = "__Host-dw=abc; __Host-dw-login-L1=x; other=1; __Host-dw-login-=y; __Host-dw-form=z";
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]);
        let browser = read(&headers);
        assert_eq!(browser.session, Some(Secret::new("abc".into())));
        assert_eq!(browser.logins.len(), 1);
        assert_eq!(browser.login(&LoginId::parse("L1").unwrap()), Some(&Secret::new("x".into())));
    }

    #[test]
    fn the_cookie_of_a_login_stays_within_our_own_pages() {
        let cookie = keep_login(&LoginId::parse("L1").unwrap(), &Secret::new("x".into())).unwrap();
        let expected = "__Host-dw-login-L1=x; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400";
        assert_eq!(cookie, expected);
    }
}
