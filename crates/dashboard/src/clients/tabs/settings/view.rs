//! The page as a type: what each field shows, and what stands beside the form.

use askama::Template;
use doorward_engine::clients;
use doorward_model::client::Client;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_web::fault::PageFault;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;

use super::change::Difference;
use super::clash::{Stale, fingerprints};
use super::field::{Field, is_public};
use super::group::Group;
use super::old_secrets::OldSecrets;
use super::rail::{self, Need, Recent};
use super::save::kind_of_form;
use super::values::Values;
use super::wording;
use crate::clients::{Header, Opened, Tab, activity, path};
use crate::frame::Frame;
use crate::parts;

/// How many of the latest changes stand beside the form.
const CHANGES: u32 = 4;
/// How many endpoints stand beside the form; all of them stand under *Advanced*.
const ENDPOINTS: usize = 4;

/// What the form shows, and what it was made from.
pub(crate) struct Shown {
    pub values: Values,
    pub version: i64,
    pub seen: String,
    pub effects: Vec<String>,
    /// What the chosen method would break, as the log tells.
    pub method_note: Option<String>,
    pub stale: Option<Stale>,
    pub review: Option<Vec<Difference>>,
    /// Where the page asks when each callback was used last.
    pub facts: String,
    pub secret: Option<Secret>,
    /// Whether something in it is not saved yet.
    pub is_dirty: bool,
}

impl Shown {
    /// What is saved.
    pub(crate) fn plain(client: &Client, values: Values) -> Self {
        Self {
            seen: fingerprints(&values),
            values,
            version: client.version,
            effects: Vec::new(),
            method_note: None,
            stale: None,
            review: None,
            facts: path(&client.id, "used"),
            secret: None,
            is_dirty: false,
        }
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

/// An API that a program may call, and how long its tokens live.
struct Access {
    name: String,
    lifetime: String,
}

#[derive(Template)]
#[template(path = "clients/settings.html")]
pub(crate) struct SettingsPage<'a> {
    frame: &'a Frame,
    header: Header<'a>,
    opened: &'a Opened,
    shown: &'a Shown,
    saved: Values,
    errors: &'a FieldErrors,
    recent: Vec<Recent>,
    needs: Vec<Need>,
    endpoints: Vec<(&'static str, String)>,
    old_secrets: OldSecrets<'a>,
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
        Ok(Self {
            frame,
            header: Header::of(opened, frame, Tab::Settings),
            opened,
            shown,
            saved: Values::of(&opened.client),
            errors,
            recent: changes.into_iter().map(|change| rail::recent(change, frame)).collect(),
            needs: rail::needs(opened),
            endpoints: rail::endpoints(frame, shown.values.kind),
            old_secrets: OldSecrets::of(web, frame, opened).await?,
            is_readonly: is_readonly(frame),
        })
    }

    fn group(&self, field: Field) -> Group<'_> {
        Group {
            field,
            shown: self.shown,
            saved: &self.saved,
            errors: self.errors,
            is_readonly: self.is_readonly,
        }
    }

    fn client(&self) -> &Client {
        &self.opened.client
    }

    fn kind(&self) -> Option<ClientKind> {
        self.shown.values.kind
    }

    fn shows(&self, field: Field) -> bool {
        field.is_for(self.kind())
    }

    fn is_public(&self) -> bool {
        is_public(self.kind())
    }

    fn is_machine(&self) -> bool {
        self.kind() == Some(ClientKind::NonInteractive)
    }

    fn path(&self, page: &str) -> String {
        path(&self.client().id, page)
    }

    fn may_see_secret(&self) -> bool {
        self.frame.may(ApiScope::ReadClientKeys)
    }

    fn advanced_is_open(&self) -> bool {
        let has_error = |field: Field| parts::error_at(self.errors, field.id()).is_some();
        Field::ALL.into_iter().any(|field| field.is_advanced(self.kind()) && has_error(field))
    }

    fn advanced(&self) -> &'static str {
        match self.kind() {
            Some(ClientKind::Native) => {
                "Client secret, refresh tokens, grant types, mobile, metadata, endpoints, certificate"
            }
            Some(ClientKind::Spa) => {
                "Client secret, refresh tokens, grant types, metadata, endpoints, certificate"
            }
            Some(ClientKind::NonInteractive) => "Description, grant types, metadata, endpoints, certificate",
            _ => "Description, refresh tokens, grant types, metadata, endpoints, certificate",
        }
    }

    /// What a program may call: how long its tokens live is a setting of the API.
    fn access(&self) -> Vec<Access> {
        let known = |grant: &doorward_model::api::ClientGrant| {
            let api = self.frame.caller().tenant.api(&grant.audience)?;
            let lifetime = wording::in_words(&api.token_lifetime.seconds().to_string());
            Some(Access { name: api.name.clone(), lifetime })
        };
        self.opened.grants.iter().filter_map(known).collect()
    }

    fn certificate(&self) -> &str {
        self.frame.caller().tenant.keys.certificate()
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

    fn first_endpoints(&self) -> &[(&'static str, String)] {
        &self.endpoints[..self.endpoints.len().min(ENDPOINTS)]
    }
}

/// Whether whoever asks may only look.
pub(super) fn is_readonly(frame: &Frame) -> bool {
    !frame.may(ApiScope::UpdateClients)
}
