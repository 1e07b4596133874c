//! Authorization codes: made at the end of a login, stored as a hash.
//!
//! Source: RFC 6749 §4.1.2; RFC 9700 §2.1.

use doorward_model::ids::TenantId;
use doorward_model::secret::{Secret, TokenHash};
use doorward_model::token::{CODE_LIFETIME, Code};
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::CodePlan;
use doorward_store::{Batch, codes};

use crate::app::App;

/// A code that is on its way into the database.
pub(crate) struct Issued {
    text: Secret,
    hash: TokenHash,
    code: Code,
}

impl Issued {
    /// Says that the batch was committed: from now on the code is good.
    pub(crate) fn committed(self, app: &App, tenant: &TenantId) -> Secret {
        app.recent_codes().put(tenant, self.hash, self.code);
        self.text
    }
}

/// Pushes a fresh code for what was planned. The batch fails when client or user are gone by then.
pub(crate) fn push(batch: &mut Batch, app: &App, plan: &CodePlan) -> Issued {
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
    let hash = digest::token_hash(&text);
    codes::insert(batch, &hash, &code);
    Issued { text, hash, code }
}
