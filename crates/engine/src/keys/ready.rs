//! A key for every algorithm that somebody asks for. RSA keys are there from the installation on; the first
//! key of another kind is made when a client or an API first wants one, and it is in the key set before
//! anything is signed with it (decision 0025).

use std::sync::Arc;

use doorward_model::signing_alg::{KeyFamily, SigningAlg};
use doorward_model::signing_key::KeyState;
use doorward_store::StoreError;

use super::push_fresh;
use super::tend::note;
use crate::app::App;
use crate::fault::{Fault, SHORT_WAIT};
use crate::state::TenantState;

/// How often it is looked again whether somebody else was faster.
const TRIES: usize = 3;

/// The tenant with a key that signs with `algorithm`: as it is known, or, where it has none yet, with one that
/// was made now, by whichever node.
///
/// # Errors
/// [`Fault::Unavailable`] when the keys come and go, or trouble with the store.
pub(crate) async fn ready(
    app: &App,
    state: &Arc<TenantState>,
    algorithm: SigningAlg,
) -> Result<Arc<TenantState>, Fault> {
    let mut known = Arc::clone(state);
    for _ in 0..TRIES {
        if known.keys.signer(algorithm).is_some() {
            return Ok(known);
        }
        (known, _) = app.refresh(&known).await?;
        if let (None, Some(family)) = (known.keys.signer(algorithm), algorithm.family()) {
            Box::pin(make(app, &known, family)).await?;
            (known, _) = app.refresh(&known).await?;
        }
    }
    let cause = format!("{} has no key for {} that stays", state.tenant.id, algorithm.as_str());
    Err(Fault::Unavailable { retry_after: SHORT_WAIT, cause })
}

/// Makes sure of the key as soon as a client or an API wants the algorithm, so that the key set shows it long
/// before the first token. The change itself is made already: what goes wrong here is made up for by the
/// first token or by the background job.
pub(crate) async fn prepare(app: &App, state: &Arc<TenantState>, algorithm: SigningAlg) {
    if let Err(fault) = ready(app, state, algorithm).await {
        tracing::warn!(%fault, algorithm = algorithm.as_str(), "the first signing key is made when it is needed");
    }
}

/// The first keys of a kind: one that signs, and the next one, so that it can be rotated.
pub(super) async fn make(app: &App, state: &TenantState, family: KeyFamily) -> Result<(), Fault> {
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    for key_state in [KeyState::Current, KeyState::Next] {
        let has_one = state.keys.rows().iter().any(|row| row.family == family && row.state == key_state);
        if !has_one {
            let id = push_fresh(&mut batch, app, &state.tenant, (family, key_state)).await?;
            note(&mut batch, app, state, ("Make a signing key", id.as_str()));
        }
    }
    match batch.commit().await {
        // Another node was faster: its keys are as good.
        Ok(_) | Err(StoreError::Conflict { .. }) => {
            app.changed(&state.tenant.id).await;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;

    fn has(state: &TenantState, family: KeyFamily) -> usize {
        state.keys.all.iter().filter(|key| key.family() == family).count()
    }

    #[tokio::test]
    async fn a_key_is_made_when_it_is_first_wanted_and_once_whoever_wants_it() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        assert_eq!(has(&kit.tenant(), KeyFamily::P256), 0);
        let (here, there) = (kit.tenant(), neighbour.tenant_by_host("id.acme.test").unwrap());
        let (one, other, another) = tokio::join!(
            ready(&kit.app, &here, SigningAlg::ES256),
            ready(&neighbour, &there, SigningAlg::ES256),
            ready(&kit.app, &here, SigningAlg::EdDSA),
        );
        let kid = |state: &TenantState| state.keys.signer(SigningAlg::ES256).map(|key| key.kid().clone());
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(kid(&one).is_some());
        assert_eq!(kid(&one), kid(&other));
        assert!(another.unwrap().keys.signer(SigningAlg::EdDSA).is_some());
        kit.app.poll().await.unwrap();
        let state = kit.tenant();
        for family in [KeyFamily::P256, KeyFamily::Ed25519] {
            assert_eq!(has(&state, family), 2, "one that signs and the next one: {family:?}");
        }
        // Whoever reads the first entry of the set, or RSA keys only, finds what it always found.
        let jwks: serde_json::Value = serde_json::from_slice(&state.keys.jwks).unwrap();
        let kinds: Vec<_> = jwks["keys"].as_array().unwrap().iter().map(|key| key["kty"].clone()).collect();
        assert_eq!(kinds, ["RSA", "RSA", "EC", "EC", "OKP", "OKP"]);
        assert_eq!(jwks["keys"][0]["kid"], state.keys.current.kid().as_str());
    }

    #[tokio::test]
    async fn what_an_rsa_key_or_a_secret_signs_needs_no_further_key() {
        let kit = Kit::new().await;
        for algorithm in [SigningAlg::RS256, SigningAlg::PS512, SigningAlg::HS256] {
            let state = ready(&kit.app, &kit.tenant(), algorithm).await.unwrap();
            assert_eq!(state.keys.all.len(), 2, "{algorithm:?}");
        }
    }
}
