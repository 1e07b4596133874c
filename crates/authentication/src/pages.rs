//! The hosted pages as types: one struct per page, its template beside it in `pages/`.
//!
//! Owns what a page says and shows. Knows no request and decides nothing. Everything shown is escaped
//! by the template engine; what strangers wrote is cut. Source: UX §3, §6.

use askama::Template;
use doorward_model::client::{Client, callback};
use doorward_model::ids::LogId;
use doorward_model::tenant::Tenant;
use doorward_protocol::oauth::doctor::Diagnosis;
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_web::door;
use doorward_web::page::{Nonce, Page, capped};
use doorward_web::url_diff::{UrlDiff, url_diff};
use http::StatusCode;
use serde_json::{Map, Value, json};

mod applications;
mod consent;
mod device;
#[cfg(test)]
mod samples;
mod wishes;

pub use applications::{Application, ApplicationsPage, NotLoggedInPage, Permit, Place};
pub use consent::ConsentPage;
pub use device::{ConfirmDevicePage, DeviceDonePage, DeviceRefusedPage, EnterCodePage};

/// The login page. Its form posts `username`, `password`, `state` and the form token to `/u/login`.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage<'a> {
    /// Where the person comes from.
    pub client: &'a Client,
    /// Whose account is asked for.
    pub tenant: &'a Tenant,
    /// The login that is under way.
    pub state: &'a str,
    /// The form token ([`doorward_web::csrf::FormToken::field`]).
    pub csrf: &'a str,
    /// What was typed, or the `login_hint`; the password is never given back.
    pub username: &'a str,
    /// What went wrong at the last try.
    pub problem: Option<&'a str>,
    /// The checked return address of this login: the answer to the form may lead there.
    pub callback: &'a str,
}

impl LoginPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).form_target(&callback::origin(self.callback).unwrap_or_default())
    }

    fn username(&self) -> String {
        capped(self.username)
    }
}

/// The page for a request that cannot go on and must not be redirected. Status 400.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// Who was spoken to.
    pub tenant: &'a Tenant,
    /// What is wrong. Its hint is shown with the details only.
    pub error: &'a PageError,
    /// What the operator finds the event by.
    pub reference: &'a str,
    /// For developers only; the caller decides who is one.
    pub details: Option<Details<'a>>,
}

/// Who reads the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader<'a> {
    /// A developer at the machine itself.
    Developer,
    /// An admin of the tenant, who finds the event in the dashboard.
    Admin {
        /// The event.
        event: Option<&'a LogId>,
    },
}

/// What they see besides: addresses as texts, never as links.
pub struct Details<'a> {
    /// Who reads.
    pub reader: Reader<'a>,
    /// The address that the request asked for.
    pub asked: Option<&'a str>,
    /// The list it is not on, where it is shown whole.
    pub allowed: &'a [String],
    /// Why it is not on it; none when nobody looked, or it is on it by now.
    pub diagnosis: Option<&'a Diagnosis>,
}

impl Details<'_> {
    fn is_admin(&self) -> bool {
        matches!(self.reader, Reader::Admin { .. })
    }

    /// The page of the dashboard where it is mended.
    fn event(&self) -> Option<String> {
        match self.reader {
            Reader::Admin { event } => event.map(|id| format!("/manage/logs/{id}")),
            Reader::Developer => None,
        }
    }

    fn diff<'d>(&self, diagnosis: &'d Diagnosis) -> UrlDiff<'d> {
        url_diff(self.asked.unwrap_or_default(), diagnosis.nearest.as_ref())
    }
}

impl ErrorPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).status(StatusCode::BAD_REQUEST)
    }

    /// The list that the address is not on, under its name in the settings.
    fn list(&self) -> Option<&'static str> {
        match self.error.problem {
            PageProblem::CallbackNotAllowed
            | PageProblem::CallbackMissing
            | PageProblem::WebOriginNotAllowed => Some("Allowed Callback URLs"),
            PageProblem::LogoutUrlNotAllowed | PageProblem::LogoutQueryNotAllowed => {
                Some("Allowed Logout URLs")
            }
            _ => None,
        }
    }
}

/// The page for a login that cannot go on: too old, used up, or begun in another browser. Status 400.
#[derive(Template)]
#[template(path = "restart.html")]
pub struct RestartPage<'a> {
    /// Who was spoken to.
    pub tenant: &'a Tenant,
    /// Where the login begins anew, when that is still known.
    pub again: Option<&'a str>,
}

impl RestartPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).status(StatusCode::BAD_REQUEST)
    }
}

/// The page after a logout that leads nowhere else.
#[derive(Template)]
#[template(path = "logged_out.html")]
pub struct LoggedOutPage<'a> {
    /// Whose session ended.
    pub tenant: &'a Tenant,
}

impl LoggedOutPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }
}

/// The question before a logout that nobody has proven to want. Its form posts the request, the form token and
/// `action` to `/u/logout`.
#[derive(Template)]
#[template(path = "logout_question.html")]
pub struct LogoutQuestionPage<'a> {
    /// Whose session would end.
    pub tenant: &'a Tenant,
    /// The application that says that it wants it.
    pub client: Option<&'a Client>,
    /// The account, as its person knows it.
    pub account: &'a str,
    /// The form token.
    pub csrf: &'a str,
    /// The request.
    pub fields: &'a [(&'static str, String)],
    /// The address that is asked for, not yet judged: the answer to the form may lead there.
    pub to: Option<&'a str>,
}

impl LogoutQuestionPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).form_target(&self.to.and_then(callback::origin).unwrap_or_default())
    }
}

/// The page for a person who answered that they stay.
#[derive(Template)]
#[template(path = "stayed.html")]
pub struct StayedPage<'a> {
    /// Whose session goes on.
    pub tenant: &'a Tenant,
}

impl StayedPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self)
    }
}

/// The answer by `form_post`: a form that sends itself, and has a button where there is no script.
/// Source: OAuth 2.0 Form Post Response Mode §2.
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage<'a> {
    /// Who gets the answer.
    pub client: &'a Client,
    /// Who gives it.
    pub tenant: &'a Tenant,
    /// The checked return address.
    pub action: &'a str,
    /// The answer.
    pub fields: &'a [(&'static str, String)],
    /// For the script that sends the form.
    pub nonce: &'a Nonce,
}

impl FormPostPage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        let target = callback::origin(self.action).unwrap_or_default();
        Page::of(self).nonce(self.nonce).form_target(&target).names_us()
    }
}

/// The answer by `web_message`: a script tells it to the window that asked, and to one exact origin.
#[derive(Template)]
#[template(path = "web_message.html")]
pub struct WebMessagePage<'a> {
    /// The checked origin.
    pub origin: &'a str,
    /// The answer.
    pub fields: &'a [(&'static str, String)],
    /// For the script that tells it.
    pub nonce: &'a Nonce,
}

impl WebMessagePage<'_> {
    /// The page with its policy.
    #[must_use]
    pub fn page(&self) -> Page {
        Page::of(self).nonce(self.nonce).framed()
    }

    fn message(&self) -> String {
        let fields =
            self.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
        let response = Value::Object(fields.collect::<Map<_, _>>());
        script_json(&json!({ "type": "authorization_response", "response": response }))
    }

    fn target(&self) -> String {
        script_json(&Value::from(self.origin))
    }
}

/// JSON that may stand inside a script: nothing in it can end the script or a line of it.
fn script_json(value: &Value) -> String {
    let mut safe = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

/// Where people who are lost find help, as the tenant's settings name it.
struct Help<'a> {
    url: Option<&'a str>,
    email: Option<&'a str>,
}

fn help(tenant: &Tenant) -> Option<Help<'_>> {
    let settings = &tenant.settings;
    let help = Help { url: settings.support_url.as_deref(), email: settings.support_email.as_deref() };
    (help.url.is_some() || help.email.is_some()).then_some(help)
}

/// Which of the coloured doors stands for a client.
fn door(client: &Client) -> u32 {
    door::colour(client.id.as_str())
}

/// The letter on it.
fn initial(client: &Client) -> String {
    let first = client.settings.name.chars().find(|c| c.is_alphanumeric());
    first.map(|c| c.to_uppercase().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use doorward_model::api::{ApiPermission, ResourceServer};
    use doorward_model::device::Device;
    use doorward_model::time::{Lifetime, Timestamp};
    use doorward_web::assets;

    use super::samples::{MARKUP, all, client, tenant};
    use super::*;

    #[test]
    fn every_page_looks_as_it_did() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../pages/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            for (name, page) in all() {
                // The addresses of the assets change with their content, the pages do not.
                let html = page.html().replace(assets::stylesheet(), "/assets/doorward.css");
                let html = html.replace(assets::hosted_script(), "/assets/hosted.js");
                insta::assert_snapshot!(name, html.replace(assets::icon(), "/assets/icon.svg"));
            }
        });
    }

    #[test]
    fn no_page_has_inline_style_or_handlers_and_script_only_with_a_nonce() {
        for (name, page) in all() {
            let html = page.html();
            assert!(!html.contains(" style=") && !html.contains("<style"), "{name}");
            assert!(!html.contains(" onclick=") && !html.contains(" onload="), "{name}");
            for (at, _) in html.match_indices("<script") {
                let tag = &html[at..];
                assert!(
                    tag.starts_with("<script src=\"/assets/") || tag.starts_with("<script nonce="),
                    "{name}"
                );
            }
            assert!(html.starts_with("<!doctype html>") && html.contains("<html lang=\"en\">"), "{name}");
            assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        }
    }

    #[test]
    fn no_page_loads_anything_from_elsewhere() {
        for (name, page) in all() {
            for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\""] {
                for (at, found) in page.html().match_indices(attribute) {
                    assert!(page.html()[at + found.len()..].starts_with("/assets/"), "{name}");
                }
            }
        }
    }

    #[test]
    fn markup_is_escaped_wherever_it_comes_from() {
        let (client, tenant) = (client(MARKUP), tenant(MARKUP));
        let (error, nonce) = (PageError::new(PageProblem::CallbackNotAllowed, MARKUP), Nonce::from("n"));
        let (list, fields) = ([MARKUP.to_owned()], [("state", MARKUP.to_owned())]);
        let diagnosis = samples::diagnosis(MARKUP, &list);
        let reader = Reader::Developer;
        let details =
            Some(Details { reader, asked: Some(MARKUP), allowed: &list, diagnosis: Some(&diagnosis) });
        let login = LoginPage {
            client: &client,
            tenant: &tenant,
            state: MARKUP,
            csrf: MARKUP,
            username: MARKUP,
            problem: Some(MARKUP),
            callback: MARKUP,
        };
        let permission = ApiPermission::new(MARKUP, MARKUP);
        let api =
            ResourceServer { name: MARKUP.to_owned(), permissions: vec![permission], ..samples::api(MARKUP) };
        let scope = [MARKUP.to_owned(), "other".to_owned()];
        let consent = ConsentPage {
            client: &client,
            tenant: &tenant,
            state: MARKUP,
            csrf: MARKUP,
            account: MARKUP,
            api: Some(&api),
            scope: &scope,
            callback: MARKUP,
            other_account: Some(MARKUP),
        };
        let pages = [
            login.page(),
            consent.page(),
            ErrorPage { tenant: &tenant, error: &error, reference: MARKUP, details }.page(),
            RestartPage { tenant: &tenant, again: Some(MARKUP) }.page(),
            LoggedOutPage { tenant: &tenant }.page(),
            LogoutQuestionPage {
                tenant: &tenant,
                client: Some(&client),
                account: MARKUP,
                csrf: MARKUP,
                fields: &fields,
                to: Some(MARKUP),
            }
            .page(),
            StayedPage { tenant: &tenant }.page(),
            EnterCodePage {
                tenant: &tenant,
                csrf: MARKUP,
                code: MARKUP,
                example: MARKUP,
                is_number: true,
                problem: Some(MARKUP),
            }
            .page(),
            ConfirmDevicePage {
                client: &client,
                tenant: &tenant,
                csrf: MARKUP,
                code: MARKUP,
                device: &Device { ip: Some(MARKUP.to_owned()), user_agent: Some(MARKUP.to_owned()) },
                is_near: false,
                asked_at: Timestamp::from_seconds(0),
                age: Lifetime::from_seconds(0),
                account: Some(MARKUP),
            }
            .page(),
            DeviceDonePage { client: &client, tenant: &tenant }.page(),
            DeviceRefusedPage { client: &client, tenant: &tenant, why: MARKUP }.page(),
            FormPostPage { client: &client, tenant: &tenant, action: MARKUP, fields: &fields, nonce: &nonce }
                .page(),
            WebMessagePage { origin: MARKUP, fields: &fields, nonce: &nonce }.page(),
        ];
        for html in pages.map(|page| page.html().to_owned()) {
            assert!(!html.contains("<script>") && !html.contains("</script>\""), "{html}");
            assert!(!html.contains("alert('x')</script"), "{html}");
        }
    }

    #[test]
    fn the_login_page_keeps_the_name_and_never_a_password() {
        let (_, page) = all().swap_remove(1);
        assert!(page.html().contains("value=\"ada@example.com\""));
        assert!(page.html().contains("role=\"alert\""));
        let (_, after) = page.html().split_once("name=\"password\"").unwrap();
        assert!(!after.split('>').next().unwrap().contains("value"));
        assert_eq!(page.html().matches("type=\"submit\"").count(), 1);
    }

    #[test]
    fn the_address_that_was_asked_for_is_never_a_link() {
        for name in ["error_callback_details", "error_callback_admin"] {
            let (_, page) = all().into_iter().find(|(known, _)| *known == name).unwrap();
            assert!(page.html().contains("https://store.acme.test/callback<mark>"), "{name}");
            assert!(!page.html().contains("href=\"https:"), "{name}");
        }
    }

    #[test]
    fn a_stranger_sees_no_address_and_no_hint() {
        let (_, page) = all().into_iter().find(|(name, _)| *name == "error_callback").unwrap();
        assert!(!page.html().contains("store.acme.test") && !page.html().contains("redirect_uri"));
        assert!(page.html().contains("7F3K-92QD"));
    }

    #[test]
    fn an_error_page_names_the_help_that_the_tenant_names() {
        let page = |name| all().into_iter().find(|(known, _)| *known == name).unwrap().1;
        let html = page("error_client_help").html().to_owned();
        assert!(html.contains("href=\"https://acme.test/help?a&#38;b\""), "{html}");
        assert!(html.contains("href=\"mailto:help%40acme.test\">help@acme.test</a>"), "{html}");
        assert!(!page("error_client").html().contains("Need help?"));
    }

    #[test]
    fn json_in_a_script_cannot_end_it() {
        let safe = script_json(&Value::from("</script><!--&\u{2028}\u{2029}"));
        assert_eq!(safe, r#""\u003c/script\u003e\u003c!--\u0026\u2028\u2029""#);
        let back: Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, "</script><!--&\u{2028}\u{2029}");
    }

    #[test]
    fn a_client_has_one_door_for_good() {
        assert_eq!(door(&client("A")), door(&client("B")));
        assert!((1..=door::COLOURS).contains(&door(&client("A"))));
        assert_eq!((initial(&client("éclair")), initial(&client("<"))), ("É".to_owned(), String::new()));
    }
}
