//! A new signing key, made on the signers' threads: an RSA key takes about a tenth of a second.

use doorward_model::ids::KeyId;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_model::tenant::Tenant;
use doorward_store::{Batch, signing_keys};

use super::place;
use crate::app::App;
use crate::fault::Fault;

/// Makes a key and pushes it onto the batch; gives its id.
pub(crate) async fn push_fresh(
    batch: &mut Batch,
    app: &App,
    tenant: &Tenant,
    of: (KeyFamily, KeyState),
) -> Result<KeyId, Fault> {
    let key = fresh(app, tenant, of).await?;
    signing_keys::insert(batch, &key);
    Ok(key.id)
}

/// Makes a key.
pub(crate) async fn fresh(
    app: &App,
    tenant: &Tenant,
    (family, state): (KeyFamily, KeyState),
) -> Result<SigningKey, Fault> {
    let (entropy, host) = (app.entropy().clone(), tenant.issuer.host().to_owned());
    let begun = app.now();
    let fresh = app.signer().run(move |_| entropy.signing_key(family, &host, begun)).await??;
    let id = app.entropy().key_id();
    let sealed = app.sealing().seal_text(place(&tenant.id, id.as_str()), &fresh.private_key)?;
    // Asked for again: a key counts as published from when it is there, not from when it was begun.
    let now = app.now();
    Ok(SigningKey {
        id,
        state,
        family,
        sealed_private_key: sealed,
        certificate_pem: fresh.certificate_pem,
        created_at: now,
        current_since: (state == KeyState::Current).then_some(now),
        current_until: None,
        revoked_at: None,
    })
}
