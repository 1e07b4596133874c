//! The strip below the client secret: which old ones still work, who uses them, and how to stop them.

use askama::Template;
use askama::filters::HtmlSafe;
use doorward_engine::clients;
use doorward_model::client::secrets::ClientSecret;
use doorward_model::scope::ApiScope;
use doorward_web::fault::PageFault;
use doorward_web::state::Web;

use crate::clients::{Opened, path};
use crate::frame::Frame;
use crate::parts::{self, When};

/// Part of the page.
#[derive(Template)]
#[template(path = "clients/old_secrets.html")]
pub(super) struct OldSecrets<'a> {
    frame: &'a Frame,
    secrets: Vec<Old>,
}

impl HtmlSafe for OldSecrets<'_> {}

/// A secret beside the client secret.
struct Old {
    name: String,
    used: Option<When>,
    by: Option<String>,
    stops: Option<String>,
    /// Where it is stopped.
    action: String,
    form: String,
}

impl<'a> OldSecrets<'a> {
    pub(super) async fn of(web: &Web, frame: &'a Frame, opened: &Opened) -> Result<Self, PageFault> {
        let known = clients::list_secrets(web.app(), frame.caller(), &opened.client.id).await?;
        let old = |secret: ClientSecret| {
            let (used, by) = secret.last_use.map(|last| (last.at, last.ip)).unzip();
            Old {
                name: secret.label.unwrap_or_else(|| "Old secret".to_owned()),
                used: used.map(|at| parts::when(at, frame.now())),
                by: by.flatten(),
                stops: secret.expires_at.map(|at| parts::until(at, frame.now())),
                action: path(&opened.client.id, &format!("secrets/{}/stop", secret.id)),
                form: format!("stop-{}", secret.id),
            }
        };
        Ok(Self { frame, secrets: known.into_iter().filter(|secret| !secret.primary).map(old).collect() })
    }

    fn may_stop(&self) -> bool {
        self.frame.may(ApiScope::UpdateClientKeys)
    }

    /// The forms of the buttons: a form cannot stand within that of the settings.
    pub(super) fn forms(&self) -> Forms<'_> {
        Forms { frame: self.frame, secrets: &self.secrets }
    }
}

/// The forms behind the buttons, for the end of the page.
#[derive(Template)]
#[template(
    source = "{% for old in secrets %}<form method=\"post\" action=\"{{ old.action }}\" id=\"{{ old.form }}\">{{ frame.seal(old.form) }}</form>{% endfor %}",
    ext = "html"
)]
pub(super) struct Forms<'a> {
    frame: &'a Frame,
    secrets: &'a [Old],
}

impl HtmlSafe for Forms<'_> {}
