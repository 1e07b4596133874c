//! The page as a type: what each field shows, and what stands beside the form.

use askama::Template;
use doorward_engine::clients::{self, Change};
use doorward_model::client::Client;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_web::fault::PageFault;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;

use super::clash::{Stale, fingerprints};
use super::field::{Field, is_public};
use super::save::kind_of_form;
use super::urls::{self, Finding};
use super::values::{Values, grant_title, method_title};
use super::wording;
use crate::clients::{Header, Opened, Tab, activity, path};
use crate::frame::Frame;
use crate::parts::{self, When};

/// How many of the latest changes stand beside the form.
const CHANGES: usize = 4;

/// What the form shows, and what it was made from.
pub(crate) struct Shown {
    pub values: Values,
    pub version: i64,
    pub seen: String,
    pub effects: Vec<String>,
    pub stale: Option<Stale>,
    pub secret: Option<Secret>,
    /// Whether something in it is not saved yet.
    pub is_dirty: bool,
}

impl Shown {
    /// What is saved.
    pub(crate) fn plain(client: &Client, values: Values) -> Self {
        let seen = fingerprints(&values);
        let (effects, stale, secret) = (Vec::new(), None, None);
        Self { values, version: client.version, seen, effects, stale, secret, is_dirty: false }
    }

    /// What was typed, with what the form was made from.
    pub(crate) fn typed(form: &SignedForm, client: &Client) -> Self {
        let values = Values::typed(form, client, kind_of_form(form));
        Self {
            version: form.text("version").parse().unwrap_or(client.version),
            seen: form.text("seen").to_owned(),
            is_dirty: true,
            ..Self::plain(client, values)
        }
    }

    /// From now on the form is one of the client as it is.
    pub(crate) fn rebase(&mut self, client: &Client) {
        self.version = client.version;
        self.seen = fingerprints(&Values::of(client));
    }
}

/// One of the three lists of URLs.
pub(crate) struct UrlField<'a> {
    pub field: Field,
    pub text: &'a str,
    pub hint: &'static str,
    pub adds: &'static str,
    pub problems: Vec<Finding>,
    pub notes: Vec<Finding>,
}

impl UrlField<'_> {
    fn rows(&self) -> usize {
        self.text.lines().count().clamp(2, 8)
    }

    fn fix(&self, fixed: &str) -> String {
        format!("{} {fixed}", self.field.id())
    }
}

/// A change beside the form.
pub(crate) struct Recent {
    what: String,
    by: String,
    when: When,
}

/// One line of what a client needs to log people in.
pub(crate) struct Need {
    text: &'static str,
    is_met: bool,
    href: String,
}

#[derive(Template)]
#[template(path = "clients/settings.html")]
pub(crate) struct SettingsPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    opened: &'a Opened,
    shown: &'a Shown,
    errors: &'a FieldErrors,
    lists: Vec<UrlField<'a>>,
    recent: Vec<Recent>,
    needs: Vec<Need>,
    lifetime: String,
    is_readonly: bool,
}

impl<'a> SettingsPage<'a> {
    /// The page; who changed the client lately comes from the log.
    pub(crate) async fn of(
        web: &Web,
        frame: &'a Frame,
        opened: &'a Opened,
        shown: &'a Shown,
        errors: &'a FieldErrors,
    ) -> Result<Self, PageFault> {
        let id = &opened.client.id;
        let changes = clients::last_changes(web.app(), frame.caller(), id, CHANGES).await?;
        let recent = changes.into_iter().map(|change| recent(change, frame)).collect();
        Ok(Self {
            frame,
            header: Header::of(opened, frame, Tab::Settings),
            opened,
            shown,
            errors,
            lists: lists(shown, &opened.client, errors),
            recent,
            needs: needs(opened),
            lifetime: wording::in_words(&shown.values.jwt_lifetime),
            is_readonly: !frame.may(ApiScope::UpdateClients),
        })
    }

    /// The four types, in the order of the brief's settings.
    fn kinds() -> &'static [ClientKind] {
        &[ClientKind::Native, ClientKind::NonInteractive, ClientKind::RegularWeb, ClientKind::Spa]
    }

    fn client(&self) -> &Client {
        &self.opened.client
    }

    fn kind(&self) -> Option<ClientKind> {
        self.shown.values.kind
    }

    fn is_kind(&self, kind: &ClientKind) -> bool {
        self.kind() == Some(*kind)
    }

    fn shows(&self, id: &str) -> bool {
        Field::ALL.into_iter().any(|field| field.id() == id && field.is_for(self.kind()))
    }

    fn is_on(&self, id: &str) -> bool {
        if id == Field::Sso.id() { self.shown.values.sso } else { self.shown.values.rotation }
    }

    fn is_public(&self) -> bool {
        is_public(self.kind())
    }

    fn is_machine(&self) -> bool {
        self.kind() == Some(ClientKind::NonInteractive)
    }

    fn error(&self, id: &str) -> Option<&str> {
        parts::error_at(self.errors, id)
    }

    fn methods(&self) -> Vec<(AuthMethod, &'static str, bool)> {
        let entry = |method| {
            let is_barred = method == AuthMethod::None && self.is_machine();
            (method, method_title(method), is_barred)
        };
        AuthMethod::ALL.into_iter().map(entry).collect()
    }

    fn method_title(&self) -> &'static str {
        method_title(self.shown.values.method)
    }

    /// The grants that can be chosen; old ones and such as nothing answers only where they are held.
    fn grants(&self) -> Vec<(GrantType, &'static str, bool)> {
        let held = &self.shown.values.grants;
        let is_kept = |grant: &GrantType| matches!(grant, GrantType::Implicit | GrantType::Stored(_));
        let all = GrantType::every().filter(|grant| !is_kept(grant) || held.contains(grant));
        all.map(|grant| (grant, grant_title(grant), held.contains(&grant))).collect()
    }

    fn lifetime_note(&self) -> Option<&'static str> {
        wording::lifetime_note(&self.shown.values.jwt_lifetime)
    }

    fn name_note(&self) -> bool {
        self.shown.values.name.chars().count() > 80
    }

    fn path(&self, page: &str) -> String {
        path(&self.client().id, page)
    }

    fn may_see_secret(&self) -> bool {
        self.frame.may(ApiScope::ReadClientKeys)
    }

    fn advanced_is_open(&self) -> bool {
        ["description", "grants", "rotation"].into_iter().any(|id| self.error(id).is_some())
    }

    fn danger(&self) -> String {
        let uses = activity::uses(self.client(), &self.opened.activity);
        if self.opened.activity.successes == 0 {
            return "Nothing of this client will work any more. This cannot be undone.".to_owned();
        }
        format!("{} {} in the last 7 days would fail. This cannot be undone.", uses.0, uses.1)
    }

    fn met(&self) -> usize {
        self.needs.iter().filter(|need| need.is_met).count()
    }

    fn endpoints(&self) -> Vec<(&'static str, String)> {
        let issuer = &self.frame.tenant().issuer;
        let mut list = vec![("Issuer", issuer.as_str().to_owned())];
        if !self.is_machine() {
            list.push(("Authorize", issuer.url("authorize")));
        }
        list.push(("Token", issuer.url("oauth/token")));
        list.push(("Discovery", issuer.url(".well-known/openid-configuration")));
        list
    }
}

fn lists<'a>(shown: &'a Shown, client: &Client, errors: &FieldErrors) -> Vec<UrlField<'a>> {
    let values = &shown.values;
    let native = values.kind == Some(ClientKind::Native);
    let callbacks = if native {
        "Where people may be sent back after they log in. Start with `https://` or `http://`. A star stands \
         for one subdomain. Your own scheme, like `com.acme.field://callback`, is fine, and loopback matches \
         any port."
    } else {
        "Where people may be sent back after they log in. Start with `https://` or `http://`. A star stands \
         for one subdomain."
    };
    let saved = Values::of(client);
    let entries = [
        (Field::Callbacks, values.callbacks.as_str(), callbacks, "Add a callback URL"),
        (
            Field::LogoutUrls,
            values.logout_urls.as_str(),
            "Where `returnTo` may point after logout. Query and hash are ignored.",
            "Add a logout URL",
        ),
        (
            Field::Origins,
            values.origins.as_str(),
            "Your callback URLs already count. Add other pages that call Doorward from JavaScript.",
            "Add an origin",
        ),
    ];
    let list = |(field, text, hint, adds): (Field, &'a str, &'static str, &'static str)| {
        let urls = values.urls(field);
        let others = values.urls(Field::LogoutUrls);
        // What was never refused is not accused: a list that an import brought may hold old forms.
        let is_refused = parts::error_at(errors, field.id()).is_some();
        let problems = if is_refused { urls::problems(field, &urls) } else { Vec::new() };
        let notes = urls::notes(field, &urls, &others, &saved.urls(field));
        UrlField { field, text, hint, adds, problems, notes }
    };
    entries.into_iter().filter(|(field, ..)| field.is_for(values.kind)).map(list).collect()
}

fn recent(change: Change, frame: &Frame) -> Recent {
    let labels: Vec<&str> = change
        .fields
        .iter()
        .filter_map(|name| Field::ALL.into_iter().find(|field| field.setting() == name).map(Field::label))
        .collect();
    let what = if labels.is_empty() { told(&change.what) } else { format!("Changed {}", labels.join(", ")) };
    Recent { what, by: change.by, when: parts::when(change.at, frame.now()) }
}

/// What an event's words are when it is over.
fn told(what: &str) -> String {
    let words = match what {
        "Create a client" => "Client created",
        "Rotate a client secret" => "Secret rotated",
        "Enable a connection for a client" => "Connection switched on",
        "Disable a connection for a client" => "Connection switched off",
        "Create a client grant" => "Access to an API given",
        other => other,
    };
    words.to_owned()
}

/// What stands between this client and its first login; each is true when it is true.
fn needs(opened: &Opened) -> Vec<Need> {
    let client = &opened.client;
    let need = |text, is_met, page: &str| Need { text, is_met, href: path(&client.id, page) };
    let has_worked = opened.activity.successes > 0;
    if client.settings.app_type == Some(ClientKind::NonInteractive) {
        return vec![
            need("May call an API", !opened.grants.is_empty(), "connections"),
            need("A token in the last 7 days", has_worked, "quickstart"),
        ];
    }
    let has_logout = client.settings.allowed_logout_urls.as_ref().is_some_and(|urls| !urls.is_empty());
    vec![
        need("Callback URL added", !client.callbacks().is_empty(), "settings#callbacks"),
        need("Connection switched on", !opened.connections.is_empty(), "connections"),
        need("Logout URL added", has_logout, "settings#logout_urls"),
        need("A login in the last 7 days", has_worked, "quickstart"),
    ]
}
