//! In the background: every tenant has a next key and the kinds of keys that are asked for, kinds that nobody
//! asks for any more sign no more, previous keys go when all that they signed has run out, and keys that were
//! revoked long ago leave the list.
//!
//! Any number of nodes may do this at once: of two that make a next key one succeeds, and the other
//! finds it there.

use std::sync::Arc;

use doorward_model::log::code::EventCode;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, MOST_PREVIOUS};
use doorward_store::{Batch, StoreError, signing_keys};
use serde_json::json;

use super::push_fresh;
use super::ready::make;
use crate::app::App;
use crate::caller::RequestInfo;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};
use crate::state::TenantState;

/// One run over all tenants. One in trouble does not keep the others from their keys.
pub(crate) async fn tend(app: &App) -> Result<(), Fault> {
    let mut trouble = None;
    for state in app.tenants() {
        trouble = tend_one(app, &state).await.err().or(trouble);
    }
    trouble.map_or(Ok(()), Err)
}

async fn tend_one(app: &App, state: &Arc<TenantState>) -> Result<(), Fault> {
    for family in KeyFamily::ALL.into_iter().filter(|family| state.keys.is_wanted(*family)) {
        if state.keys.signer(family.usual()).is_none() {
            make(app, state, family).await?;
        }
    }
    let (now, rows) = (app.now(), state.keys.rows());
    let mut batch = app.db().tenant(&state.tenant.id).batch();
    for family in KeyFamily::ALL {
        let of = |wanted| rows.iter().filter(move |row| (row.family, row.state) == (family, wanted));
        let Some(current) = of(KeyState::Current).next() else { continue };
        if !state.keys.is_wanted(family) && of(KeyState::Previous).count() < MOST_PREVIOUS {
            signing_keys::cease(&mut batch, &current.id, now);
            of(KeyState::Next).for_each(|next| signing_keys::revoke(&mut batch, &next.id, next.state, now));
            note(&mut batch, app, state, ("Let a signing key sign no more", current.id.as_str()));
        } else if of(KeyState::Next).next().is_none() {
            let id = push_fresh(&mut batch, app, &state.tenant, (family, KeyState::Next)).await?;
            note(&mut batch, app, state, ("Make the next signing key", id.as_str()));
        }
    }
    for row in rows.iter().filter(|row| row.is_spent(now)) {
        signing_keys::revoke(&mut batch, &row.id, KeyState::Previous, now);
        note(&mut batch, app, state, ("Retire a signing key", row.id.as_str()));
    }
    for row in rows.iter().filter(|row| row.is_forgotten(now)) {
        signing_keys::forget(&mut batch, &row.id);
    }
    if batch.is_empty() {
        return Ok(());
    }
    match batch.commit().await {
        Ok(_) => {
            app.changed(&state.tenant.id).await;
            Ok(())
        }
        // Another node was faster; what it left over is done in the next run.
        Err(StoreError::Conflict { .. } | StoreError::Unmet { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn note(batch: &mut Batch, app: &App, state: &TenantState, (what, kid): (&str, &str)) {
    let draft = EventDraft::new(EventCode::ManagementWrite, what)
        .detail("target", json!({ "kid": kid }))
        .detail("by", json!({ "kind": "schedule" }));
    record::push(batch, app, state, &RequestInfo::default(), draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{ready, rotate};
    use crate::kit::Kit;
    use doorward_model::signing_alg::SigningAlg;
    use doorward_model::signing_key::{KEPT_AFTER_REVOCATION, KEPT_AFTER_USE, PUBLISHED_BEFORE_USE};
    use doorward_protocol::jose::{TokenType, verify};

    fn states(kit: &Kit) -> Vec<KeyState> {
        let mut states: Vec<_> = kit.tenant().keys.rows().iter().map(|row| row.state).collect();
        states.sort_by_key(|state| *state as u8);
        states
    }

    /// What an installation of an earlier release looks like.
    async fn without_a_next_key() -> Kit {
        let kit = Kit::new().await;
        let state = kit.tenant();
        let next = state.keys.all[1].kid();
        let mut batch = kit.app.db().tenant(&state.tenant.id).batch();
        signing_keys::revoke(&mut batch, next, KeyState::Next, kit.app.now());
        signing_keys::forget(&mut batch, next);
        batch.commit().await.unwrap();
        kit.app.poll().await.unwrap();
        assert_eq!(states(&kit), [KeyState::Current]);
        kit
    }

    #[tokio::test]
    async fn an_older_installation_gets_a_next_key_once_whoever_is_at_it() {
        let kit = without_a_next_key().await;
        let early = rotate(&kit.app, &kit.shell()).await;
        assert!(matches!(early, Err(Fault::TooSoon { .. })));
        let current = kit.tenant().keys.current.kid().clone();
        let neighbour = kit.neighbour().await;
        let (one, other) = tokio::join!(tend(&kit.app), tend(&neighbour));
        one.unwrap();
        other.unwrap();
        kit.app.poll().await.unwrap();
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current]);
        assert_eq!(kit.tenant().keys.current.kid(), &current);
        let made = kit.events().await.iter().filter(|e| e.description == "Make the next signing key").count();
        assert_eq!(made, 1);
        let version = kit.tenant().tenant.version;
        tend(&kit.app).await.unwrap();
        assert_eq!(kit.tenant().tenant.version, version, "there is nothing to do");
    }

    #[tokio::test]
    async fn a_previous_key_goes_when_what_it_signed_has_run_out_and_is_forgotten_later() {
        let kit = Kit::new().await;
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        rotate(&kit.app, &kit.shell()).await.unwrap();
        tend(&kit.app).await.unwrap();
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current, KeyState::Previous]);
        kit.clock.advance(KEPT_AFTER_USE);
        tend(&kit.app).await.unwrap();
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current, KeyState::Revoked]);
        assert_eq!(kit.tenant().keys.all.len(), 2);
        kit.clock.advance(KEPT_AFTER_REVOCATION);
        tend(&kit.app).await.unwrap();
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current]);
    }

    /// Nothing in this installation asks for ES256, so its keys go the way of all previous keys.
    #[tokio::test]
    async fn a_kind_of_key_that_nobody_asks_for_signs_no_more() {
        let kit = Kit::new().await;
        let state = ready(&kit.app, &kit.tenant(), SigningAlg::ES256).await.unwrap();
        let token = state.keys.signer(SigningAlg::ES256).unwrap().sign(TokenType::Jwt, &json!({})).unwrap();
        tend(&kit.app).await.unwrap();
        let state = kit.tenant();
        assert!(state.keys.signer(SigningAlg::ES256).is_none());
        assert!(
            verify(&token, SigningAlg::ES256, &state.keys.verifiers()).is_ok(),
            "what it signed stays good"
        );
        kit.clock.advance(KEPT_AFTER_USE);
        tend(&kit.app).await.unwrap();
        let kinds = |kit: &Kit| kit.tenant().keys.all.iter().map(|key| key.family()).collect::<Vec<_>>();
        assert_eq!(kinds(&kit), [KeyFamily::Rsa; 2]);
        // Whoever asks again gets other keys.
        ready(&kit.app, &kit.tenant(), SigningAlg::ES256).await.unwrap();
        assert_eq!(kit.tenant().keys.all.len(), 4);
    }
}
