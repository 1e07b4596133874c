//! Sample contexts of every page in every state, for snapshots and for looking at.

use doorward_model::client::{Client, defaults, kind::ClientKind};
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::tenant::{Issuer, Tenant, TenantSettings};
use doorward_model::time::Timestamp;
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_web::page::{Nonce, Page};

use super::{Details, ErrorPage, FormPostPage, LoggedOutPage, LoginPage, RestartPage, WebMessagePage};

/// What a stranger would love to see unescaped.
pub(super) const MARKUP: &str = "<script>alert('x')</script>\"&";

pub(super) fn tenant(name: &str) -> Tenant {
    Tenant {
        id: TenantId::parse("acme").unwrap(),
        issuer: Issuer::parse("https://id.acme.test/").unwrap(),
        version: 1,
        settings: TenantSettings::new(name.to_owned()),
        created_at: Timestamp::from_seconds(0),
    }
}

pub(super) fn client(name: &str) -> Client {
    let mut settings = defaults::for_people(ClientKind::RegularWeb);
    settings.name = name.to_owned();
    Client {
        id: ClientId::parse("AKvJt6mXo2Qe9hTzLbRnWcYdPf4sUg71").unwrap(),
        global: false,
        version: 1,
        settings,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
    }
}

fn login(username: &str, problem: Option<&str>) -> Page {
    LoginPage {
        client: &client("Storefront"),
        tenant: &tenant("Acme"),
        state: "hKFo2SBKaXN0",
        csrf: "Zm9ybS10b2tlbg",
        username,
        problem,
        callback: "https://store.acme.test/callback",
    }
    .page()
}

fn error(problem: PageProblem, details: bool) -> Page {
    let allowed =
        ["https://store.acme.test/callback".to_owned(), "http://localhost:3000/callback".to_owned()];
    let details =
        details.then_some(Details { asked: Some("https://store.acme.test/callback/"), allowed: &allowed });
    let error = PageError::new(problem, "redirect_uri is not on the list of client Storefront");
    ErrorPage { tenant: &tenant("Acme"), error: &error, reference: "7F3K-92QD", details }.page()
}

fn error_with_help() -> Page {
    let mut tenant = tenant("Acme");
    tenant.settings.support_url = Some("https://acme.test/help?a&b".to_owned());
    tenant.settings.support_email = Some("help@acme.test".to_owned());
    let error = PageError::new(PageProblem::UnknownClient, "no such client");
    ErrorPage { tenant: &tenant, error: &error, reference: "7F3K-92QD", details: None }.page()
}

fn form_post() -> Page {
    FormPostPage {
        client: &client("Storefront"),
        tenant: &tenant("Acme"),
        action: "https://store.acme.test/callback",
        fields: &[("code", "SplxlOBeZQQYbYS6WxSbIA".to_owned()), ("state", MARKUP.to_owned())],
        nonce: &Nonce::from("bm9uY2U"),
    }
    .page()
}

fn web_message() -> Page {
    WebMessagePage {
        origin: "https://store.acme.test",
        fields: &[("code", "SplxlOBeZQQYbYS6WxSbIA".to_owned()), ("state", "</script>\u{2028}&".to_owned())],
        nonce: &Nonce::from("bm9uY2U"),
    }
    .page()
}

/// Every page in every state, by name.
pub(super) fn all() -> Vec<(&'static str, Page)> {
    let acme = tenant("Acme");
    let wrong = "That email and password do not match. Check both and try again.";
    let locked = "Too many tries. Wait 10 minutes, then try again.";
    vec![
        ("login", login("", None)),
        ("login_wrong", login("ada@example.com", Some(wrong))),
        ("login_locked", login("ada@example.com", Some(locked))),
        ("error_client", error(PageProblem::UnknownClient, false)),
        ("error_client_help", error_with_help()),
        ("error_callback", error(PageProblem::CallbackNotAllowed, false)),
        ("error_callback_details", error(PageProblem::CallbackNotAllowed, true)),
        ("restart", RestartPage { tenant: &acme, again: None }.page()),
        (
            "restart_again",
            RestartPage { tenant: &acme, again: Some("/authorize?client_id=a&state=b") }.page(),
        ),
        ("logged_out", LoggedOutPage { tenant: &acme }.page()),
        ("form_post", form_post()),
        ("web_message", web_message()),
    ]
}
