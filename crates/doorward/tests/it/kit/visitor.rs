//! A person with a browser: a cookie jar, and forms that are filled in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::answer::Answer;
use super::house::{Asked, House};
use super::html::Form;

/// A browser. Each one has a jar of its own.
pub struct Visitor<'h> {
    house: &'h House,
    jar: RefCell<BTreeMap<String, String>>,
    address: Option<String>,
}

impl<'h> Visitor<'h> {
    pub fn new(house: &'h House) -> Self {
        Self { house, jar: RefCell::default(), address: None }
    }

    /// A browser at another address.
    pub fn from(house: &'h House, address: &str) -> Self {
        Self { address: Some(address.to_owned()), ..Self::new(house) }
    }

    pub async fn get(&self, address: &str) -> Answer {
        self.send(Asked::get(self.house.path(address))).await
    }

    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = self.house.origin();
        self.send(Asked::form(self.house.path(address), fields).header("origin", &origin)).await
    }

    /// Sends what a test made, with this browser's cookies.
    pub async fn send(&self, asked: Asked) -> Answer {
        let answer = self.house.send(self.dressed(asked)).await;
        for cookie in answer.cookies() {
            self.keep(cookie);
        }
        answer
    }

    /// The request with this browser's cookies, from its address.
    pub fn dressed(&self, mut asked: Asked) -> Asked {
        let cookies: Vec<String> =
            self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            asked = asked.header("cookie", &cookies.join("; "));
        }
        match &self.address {
            Some(address) => asked.from(address),
            None => asked,
        }
    }

    fn keep(&self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let attributes = attributes.to_ascii_lowercase();
        if attributes.split(';').any(|a| a.trim() == "max-age=0") || value.is_empty() {
            self.jar.borrow_mut().remove(name);
        } else {
            self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// The session cookie's value.
    pub fn session(&self) -> Option<String> {
        self.cookie("__Host-dw")
    }

    /// Fills in the form of a page and sends it.
    pub async fn submit(&self, page: &Answer, filled: &[(&str, &str)]) -> Answer {
        self.fill_in(page.form(), filled).await
    }

    /// Fills in the form of a page that is sent to `action`, and sends it.
    pub async fn submit_to(&self, page: &Answer, action: &str, filled: &[(&str, &str)]) -> Answer {
        self.fill_in(page.form_to(action), filled).await
    }

    /// Sends the fields of a form as they are, those that are filled in instead of them, and others besides.
    pub async fn send_form(&self, form: &Form, address: &str, filled: &[(&str, &str)]) -> Answer {
        let kept = form.fields.iter().filter(|(name, _)| !filled.iter().any(|(other, _)| other == name));
        let mut fields: Vec<(&str, &str)> =
            kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        fields.extend(filled);
        self.post(address, &fields).await
    }

    /// Presses the button `action` of the form of a page.
    pub async fn press(&self, page: &Answer, action: &str) -> Answer {
        let mut form = page.form();
        form.fields.push(("action".to_owned(), action.to_owned()));
        self.fill_in(form, &[]).await
    }

    async fn fill_in(&self, form: Form, filled: &[(&str, &str)]) -> Answer {
        assert_eq!(form.method, "post");
        let mut fields = form.fields;
        for (name, value) in filled {
            match fields.iter_mut().find(|(field, _)| field == name) {
                Some(field) => (*value).clone_into(&mut field.1),
                None => panic!("the form has no field {name}: {fields:?}"),
            }
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// From `/authorize` to the redirect back to an application that the person allows what it wants. They log in on
    /// the way where they are not yet.
    pub async fn allow(&self, authorize: &str, email: &str, password: &str) -> Answer {
        let mut asked = self.get(authorize).await;
        if asked.location().contains("/u/login?") {
            let page = self.get(asked.location()).await.is(200);
            asked = self.submit(&page, &[("username", email), ("password", password)]).await;
        }
        assert!(asked.location().contains("/u/consent?"), "{}", asked.location());
        let page = self.get(asked.location()).await.is(200);
        self.press(&page, "accept").await
    }

    /// The whole way into the dashboard.
    pub async fn enter_dashboard(&self, email: &str, password: &str) -> Answer {
        let page = self.get("/manage/login").await.is(200);
        self.submit(&page, &[("username", email), ("password", password)]).await
    }

    /// From `/authorize` to the login page.
    pub async fn to_login(&self, authorize: &str) -> Answer {
        let redirect = self.get(authorize).await;
        let page = redirect.location().to_owned();
        assert!(page.contains("/u/login?"), "not sent to the login page but to {page}");
        self.get(&page).await.is(200)
    }

    /// The whole way from `/authorize` to the redirect back to the application.
    pub async fn log_in(&self, authorize: &str, email: &str, password: &str) -> Answer {
        let page = self.to_login(authorize).await;
        self.submit(&page, &[("username", email), ("password", password)]).await
    }
}
