//! One field of the form with all that belongs to it: label, hint, what is wrong, what is worth a
//! word. The page is made of them, and each can be asked for alone when somebody leaves the field.
//!
//! Source: UX §1.1, "Field checks": the same code as the full check, so the two never disagree.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_model::client::auth_method::AuthMethod;
use doorward_model::client::grant_type::GrantType;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_model::signing_alg::SigningAlg;

use super::field::Field;
use super::urls::{self, Finding};
use super::values::{METADATA_KEY, METADATA_VALUE, Values, grant_title, method_title};
use super::view::Shown;
use super::wording;
use crate::parts;

/// A field as it stands in the page.
#[derive(Template)]
#[template(path = "clients/settings/group.html")]
pub(crate) struct Group<'a> {
    pub field: Field,
    pub shown: &'a Shown,
    pub saved: &'a Values,
    pub errors: &'a FieldErrors,
    pub is_readonly: bool,
}

impl HtmlSafe for Group<'_> {}

/// One of the three lists of URLs.
struct UrlField<'a> {
    text: &'a str,
    saved: String,
    hint: &'static str,
    adds: &'static str,
    noun: &'static str,
    problems: Vec<Finding>,
    notes: Vec<Finding>,
}

impl UrlField<'_> {
    fn rows(&self) -> usize {
        self.text.lines().count().clamp(2, 8)
    }
}

impl Group<'_> {
    fn id(&self) -> &'static str {
        self.field.id()
    }

    fn values(&self) -> &Values {
        &self.shown.values
    }

    fn kind(&self) -> Option<ClientKind> {
        self.values().kind
    }

    /// The four types, in the order of the brief's settings.
    fn kinds() -> &'static [ClientKind] {
        &[ClientKind::Native, ClientKind::NonInteractive, ClientKind::RegularWeb, ClientKind::Spa]
    }

    /// A type that is none of the four: a template of the original.
    fn other_kind(&self) -> Option<ClientKind> {
        self.kind().filter(|kind| !Self::kinds().contains(kind))
    }

    fn is_kind(&self, kind: &ClientKind) -> bool {
        self.kind() == Some(*kind)
    }

    fn saved_kind(&self) -> &'static str {
        self.saved.kind.map_or("", ClientKind::as_str)
    }

    fn is_machine(&self) -> bool {
        self.kind() == Some(ClientKind::NonInteractive)
    }

    fn error(&self) -> Option<&str> {
        parts::error_at(self.errors, self.id())
    }

    fn described(&self) -> String {
        let error = if self.error().is_some() { format!(" {}-error", self.id()) } else { String::new() };
        format!("{}-hint{error}", self.id())
    }

    fn is_on(&self) -> bool {
        is_on(self.values(), self.field)
    }

    fn was_on(&self) -> bool {
        is_on(self.saved, self.field)
    }

    fn differs(&self) -> bool {
        self.values().differs(self.field, self.saved)
    }

    /// Each choice with its words, whether it is made, whether it was, and whether it cannot be.
    fn methods(&self) -> Vec<(&'static str, &'static str, bool, bool, bool)> {
        let entry = |method: AuthMethod| {
            let (is_on, was_on) = (self.values().method == method, self.saved.method == method);
            let is_barred = method == AuthMethod::None && self.is_machine();
            (method.as_str(), method_title(method), is_on, was_on, is_barred)
        };
        AuthMethod::ALL.into_iter().map(entry).collect()
    }

    /// The grants that can be chosen; old ones and such as nothing answers only where they are held.
    fn grants(&self) -> Vec<(&'static str, &'static str, bool, bool, &'static str)> {
        let (held, was) = (&self.values().grants, &self.saved.grants);
        let is_offered = |grant: &GrantType| !is_old(*grant) || held.contains(grant) || was.contains(grant);
        let entry = |grant: GrantType| {
            (grant.as_str(), grant_title(grant), held.contains(&grant), was.contains(&grant), word(grant))
        };
        GrantType::every().filter(is_offered).map(entry).collect()
    }

    fn algorithms(&self) -> Vec<(&'static str, bool)> {
        let chosen = self.values().algorithm;
        SigningAlg::ALL.into_iter().map(|known| (known.as_str(), chosen == known)).collect()
    }

    /// The pairs, and an empty one to type into.
    fn pairs(&self) -> Vec<(&str, &str)> {
        let pairs = self.values().metadata.iter();
        let mut pairs: Vec<_> = pairs.map(|(key, value)| (key.as_str(), value.as_str())).collect();
        if !self.is_readonly {
            pairs.push(("", ""));
        }
        pairs
    }

    fn list(&self) -> UrlField<'_> {
        let native = self.kind() == Some(ClientKind::Native);
        let (hint, adds, noun) = match self.field {
            Field::Callbacks if native => (
                "Where people may be sent back after they log in. Start with `https://` or `http://`. A star \
                 stands for one subdomain. Your own scheme, like `com.acme.field://callback`, is fine, and \
                 loopback matches any port.",
                "Add a callback URL",
                "callback URL",
            ),
            Field::Callbacks => (
                "Where people may be sent back after they log in. Start with `https://` or `http://`. A star \
                 stands for one subdomain.",
                "Add a callback URL",
                "callback URL",
            ),
            Field::LogoutUrls => (
                "Where `returnTo` may point after logout. Query and hash are ignored.",
                "Add a logout URL",
                "logout URL",
            ),
            _ => (
                "Your callback URLs already count. Add other pages that call Doorward from JavaScript.",
                "Add an origin",
                "origin",
            ),
        };
        let urls = self.values().urls(self.field);
        let others = self.values().urls(Field::LogoutUrls);
        // What was never refused is not accused: a list that an import brought may hold old forms.
        let is_refused = self.error().is_some();
        let problems = if is_refused { urls::problems(self.field, &urls) } else { Vec::new() };
        let saved = self.saved.urls(self.field);
        let notes = urls::notes(self.field, &urls, &others, &saved);
        let text = self.values().list(self.field).unwrap_or_default();
        UrlField { text, saved: saved.join("\n"), hint, adds, noun, problems, notes }
    }

    fn fix(&self, fixed: &str) -> String {
        format!("{} {fixed}", self.id())
    }
}

/// Whether the switch of a field is on.
fn is_on(values: &Values, field: Field) -> bool {
    match field {
        Field::Sso => values.sso,
        Field::Rotation => values.rotation,
        Field::Conformant => values.conformant,
        Field::IpHeader => values.ip_header,
        _ => false,
    }
}

/// Whether a grant is shown only where it is held.
fn is_old(grant: GrantType) -> bool {
    use GrantType::{Implicit, Password, PasswordRealm, Stored};
    matches!(grant, Stored(_) | Implicit | Password | PasswordRealm)
}

/// A word about a grant.
fn word(grant: GrantType) -> &'static str {
    match grant {
        GrantType::Stored(_) => "Kept for the tools that set it. Nothing here answers it yet.",
        GrantType::Implicit | GrantType::Password | GrantType::PasswordRealm => {
            "Kept for old apps. New apps use Authorization Code."
        }
        GrantType::DeviceCode => {
            "For televisions and command lines: the device shows a code, and its person types it at /activate."
        }
        GrantType::AuthorizationCode | GrantType::RefreshToken | GrantType::ClientCredentials => "",
    }
}
