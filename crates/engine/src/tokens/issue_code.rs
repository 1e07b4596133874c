//! Authorization codes: made at the end of a login, stored as a hash.
//!
//! Source: RFC 6749 §4.1.2; RFC 9700 §2.1.

use doorward_model::ids::TenantId;
use doorward_model::secret::{Secret, TokenHash};
use doorward_model::token::{CODE_LIFETIME, Code};
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::IssuePlan;
use doorward_store::{Batch, codes};

use crate::app::App;

/// A code that is on its way into the database.
pub(crate) struct Issued {
    text: Secret,
    hash: TokenHash,
    code: Code,
}

impl Issued {
    /// The code itself; good for nothing before the commit.
    pub(crate) fn text(&self) -> &Secret {
        &self.text
    }

    /// Pushes it. The batch fails when client or user are gone by then.
    pub(crate) fn push(&self, batch: &mut Batch) {
        codes::insert(batch, &self.hash, &self.code);
    }

    /// Says that the batch was committed: from now on the code is good.
    pub(crate) fn committed(self, app: &App, tenant: &TenantId) -> Secret {
        app.recent_codes().put(tenant, self.hash, self.code);
        self.text
    }
}

/// A fresh code for what was planned.
pub(crate) fn fresh(app: &App, plan: &IssuePlan) -> Issued {
    let text = app.entropy().token();
    let code = Code {
        authorization: plan.authorization.clone(),
        family: app.entropy().family_id(app.now()),
        redirect_uri: plan.path.redirect.as_str().to_owned(),
        redirect_uri_was_sent: plan.redirect_uri_was_sent,
        nonce: plan.nonce.clone(),
        code_challenge: plan.code_challenge.clone(),
        auth_time_wanted: plan.auth_time_wanted,
        expires_at: app.now().after(CODE_LIFETIME),
        used_at: None,
    };
    Issued { hash: digest::token_hash(&text), text, code }
}
