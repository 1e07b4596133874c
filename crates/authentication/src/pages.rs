//! The hosted pages as types: one struct per page, its template beside it in `pages/`.
//!
//! Owns what a page says and shows. Knows no request and decides nothing. Everything shown is escaped
//! by the template engine; what strangers wrote is cut. Source: UX §3, §6.

use askama::Template;
use doorward_model::client::{Client, callback};
use doorward_model::tenant::Tenant;
use doorward_protocol::oauth::error::{PageError, PageProblem};
use doorward_web::page::{Nonce, Page, capped};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// How many doors the style sheet knows colours for.
const DOORS: u32 = 5;

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

/// What a developer at the machine itself sees besides: texts, never links.
pub struct Details<'a> {
    /// The address that the request asked for.
    pub asked: Option<&'a str>,
    /// The list it is not on.
    pub allowed: &'a [String],
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
            PageProblem::CallbackNotAllowed | PageProblem::CallbackMissing => Some("Allowed Callback URLs"),
            PageProblem::LogoutUrlNotAllowed => Some("Allowed Logout URLs"),
            PageProblem::WebOriginNotAllowed => Some("Allowed Web Origins"),
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
    /// Our own address that begins the same login anew, when it is still known.
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
        let fields = self.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
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

/// Which of the coloured doors stands for a client: the same on every page and every day.
fn door(client: &Client) -> u32 {
    let sum = client.id.as_str().bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    sum % DOORS + 1
}

/// The letter on it.
fn initial(client: &Client) -> String {
    let first = client.settings.name.chars().find(|c| c.is_alphanumeric());
    first.map(|c| c.to_uppercase().collect()).unwrap_or_default()
}
