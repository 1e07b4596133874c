//! Authorization codes: made at the end of a login, stored as a hash.
//!
//! Source: RFC 6749 §4.1.2; RFC 9700 §2.1.

use doorward_model::secret::Secret;
use doorward_model::token::{CODE_LIFETIME, Code};
use doorward_protocol::digest;
use doorward_protocol::oauth::authorize::CodePlan;
use doorward_store::{Batch, codes};

use crate::app::App;

/// Pushes a fresh code for what was planned. The batch fails when client or user are gone by then.
pub(crate) fn push(batch: &mut Batch, app: &App, plan: &CodePlan) -> Secret {
    let text = app.entropy().token();
    let code = Code {
        authorization: plan.authorization.clone(),
        family: app.entropy().family_id(),
        redirect_uri: plan.path.redirect.as_str().to_owned(),
        redirect_uri_was_sent: plan.redirect_uri_was_sent,
        nonce: plan.nonce.clone(),
        code_challenge: plan.code_challenge.clone(),
        auth_time_wanted: plan.auth_time_wanted,
        expires_at: app.now().after(CODE_LIFETIME),
        used_at: None,
    };
    codes::insert(batch, &digest::token_hash(&text), &code);
    text
}
