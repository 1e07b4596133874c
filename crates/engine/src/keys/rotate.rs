//! The next key becomes the current one, the current one a previous one, and a fresh one the next: the RSA key,
//! and with it the keys of other kinds that the tenant has.
//!
//! Refused while the next RSA key has not been published for as long as anybody may keep the key set:
//! decision 0009. A key of another kind that is younger than that is left where it is.
//! Source: the Management API's `POST /keys/signing/rotate`.

use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::signing_alg::KeyFamily;
use doorward_model::signing_key::{KeyState, MOST_PREVIOUS, PUBLISHED_BEFORE_USE, SigningKey};
use doorward_store::{StoreError, signing_keys};
use serde_json::json;

use super::push_fresh;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Rotate the signing key";

/// Rotates, and gives the key that signs from now on.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::TooSoon`], [`Fault::InUse`] when too many previous keys are
/// published, or trouble with the store. Refusals are logged.
pub async fn rotate(app: &App, caller: &Caller) -> Result<SigningKey, Fault> {
    match turn(app, caller).await {
        Ok(key) => Ok(key),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn turn(app: &App, caller: &Caller) -> Result<SigningKey, Fault> {
    caller.may_any(&[ApiScope::CreateSigningKeys, ApiScope::UpdateSigningKeys])?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let (tenant, now) = (&state.tenant, app.now());
    // Without a next key there is nothing to turn to; the background job makes one within a minute.
    let too_soon = |retry_after| Fault::TooSoon { what: "signing key", retry_after };
    let turns = turns(state.keys.rows());
    let rsa = turns.iter().find(|turn| turn.next.family == KeyFamily::Rsa);
    let rsa = rsa.ok_or(too_soon(PUBLISHED_BEFORE_USE))?;
    if let Some(wait) = rsa.next.wait(now) {
        return Err(too_soon(wait));
    }
    let mut batch = app.db().tenant(&tenant.id).batch();
    for turn in turns.iter().filter(|turn| turn.next.wait(now).is_none()) {
        if turn.previous >= MOST_PREVIOUS {
            return Err(Fault::InUse { what: "previous signing keys" });
        }
        signing_keys::rotate(&mut batch, &turn.current.id, &turn.next.id, now);
        let of = (turn.next.family, KeyState::Next);
        let following = push_fresh(&mut batch, app, tenant, of).await?;
        let target = json!({
            "kid": turn.next.id.as_str(), "previous": turn.current.id.as_str(), "next": following.as_str(),
        });
        let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target);
        record::push_by(&mut batch, app, caller, draft);
    }
    match batch.commit().await {
        Ok(_) => {}
        // Somebody else rotated at the same moment: their next key is younger than a second.
        Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => {
            return Err(too_soon(PUBLISHED_BEFORE_USE));
        }
        Err(error) => return Err(error.into()),
    }
    app.changed(&tenant.id).await;
    let (fresh, _) = app.refresh(&state).await?;
    let signs = fresh.keys.rows().iter().find(|row| row.id == rsa.next.id).cloned();
    signs.ok_or_else(|| Fault::internal("the key that was rotated to is gone"))
}

/// What one kind of key turns from and to.
struct Turn<'a> {
    current: &'a SigningKey,
    next: &'a SigningKey,
    /// How many previous ones are published.
    previous: usize,
}

fn turns(rows: &[SigningKey]) -> Vec<Turn<'_>> {
    let turn = |family: KeyFamily| {
        let of =
            |wanted: KeyState| rows.iter().filter(move |row| (row.family, row.state) == (family, wanted));
        let (current, next) = (of(KeyState::Current).next()?, of(KeyState::Next).next()?);
        Some(Turn { current, next, previous: of(KeyState::Previous).count() })
    };
    KeyFamily::ALL.into_iter().filter_map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::ready;
    use crate::kit::Kit;
    use crate::state::TenantState;
    use doorward_model::ids::KeyId;
    use doorward_model::signing_alg::SigningAlg;
    use doorward_model::time::Lifetime;
    use doorward_protocol::jose::{TokenType, verify};

    fn states(kit: &Kit) -> Vec<KeyState> {
        let mut states: Vec<_> = kit.tenant().keys.rows().iter().map(|row| row.state).collect();
        states.sort_by_key(|state| *state as u8);
        states
    }

    /// Previous keys, made of one piece: each fresh one takes a while.
    async fn with_previous_keys(kit: &Kit, number: usize) {
        let tenant = kit.tenant().tenant.id.clone();
        let fresh = kit.app.entropy().signing_key(KeyFamily::Rsa, "id.acme.test", kit.app.now()).unwrap();
        let mut batch = kit.app.db().tenant(&tenant).batch();
        for at in 0..number {
            let id = KeyId::parse(&format!("previous-{at}")).unwrap();
            let place = crate::keys::place(&tenant, id.as_str());
            let key = SigningKey {
                state: KeyState::Previous,
                family: KeyFamily::Rsa,
                sealed_private_key: kit.app.sealing().seal_text(place, &fresh.private_key).unwrap(),
                certificate_pem: fresh.certificate_pem.clone(),
                created_at: kit.app.now(),
                current_since: Some(kit.app.now()),
                current_until: Some(kit.app.now()),
                revoked_at: None,
                id,
            };
            signing_keys::insert(&mut batch, &key);
        }
        batch.commit().await.unwrap();
        kit.app.reload(&tenant).await.unwrap();
    }

    #[tokio::test]
    async fn a_rotation_turns_to_the_key_that_was_published_and_publishes_another() {
        let kit = Kit::new().await;
        let before = kit.tenant();
        let next = before.keys.all[1].kid().clone();
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        let signs = rotate(&kit.app, &kit.shell()).await.unwrap();
        assert_eq!((&signs.id, signs.state), (&next, KeyState::Current));
        assert_eq!(signs.current_since, Some(kit.app.now()));
        let after = kit.tenant();
        assert_eq!(after.keys.current.kid(), &next);
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current, KeyState::Previous]);
        assert_eq!(after.keys.verifiers().len(), 3, "all of them are published");
        assert_eq!(kit.events().await[0].details["target"]["kid"], next.as_str());
    }

    #[tokio::test]
    async fn a_key_does_not_sign_before_everybody_can_know_it() {
        let kit = Kit::new().await;
        kit.clock.advance(Lifetime::from_seconds(309));
        let Err(Fault::TooSoon { retry_after, .. }) = rotate(&kit.app, &kit.shell()).await else {
            panic!("rotated too soon")
        };
        assert_eq!(retry_after.seconds(), 1);
        assert_eq!(kit.events().await[0].code.as_str(), "fapi");
        kit.clock.advance(retry_after);
        rotate(&kit.app, &kit.shell()).await.unwrap();
        assert!(matches!(rotate(&kit.app, &kit.shell()).await, Err(Fault::TooSoon { .. })));
    }

    #[tokio::test]
    async fn of_rotations_at_once_one_is_made() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        let (here, there) =
            (kit.shell(), Caller::command_line(neighbour.tenant_by_host("id.acme.test").unwrap()));
        let (one, other) = tokio::join!(rotate(&kit.app, &here), rotate(&neighbour, &there));
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        kit.app.poll().await.unwrap();
        assert_eq!(states(&kit), [KeyState::Next, KeyState::Current, KeyState::Previous]);
    }

    #[tokio::test]
    async fn the_key_set_does_not_grow_without_end() {
        let kit = Kit::new().await;
        with_previous_keys(&kit, MOST_PREVIOUS).await;
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        let full = rotate(&kit.app, &kit.shell()).await;
        assert!(matches!(full, Err(Fault::InUse { what: "previous signing keys" })));
        let oldest = KeyId::parse("previous-0").unwrap();
        super::super::revoke(&kit.app, &kit.shell(), &oldest).await.unwrap();
        rotate(&kit.app, &kit.shell()).await.unwrap();
    }

    #[tokio::test]
    async fn rotating_needs_a_scope_of_its_own() {
        let kit = Kit::new().await;
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        for scope in [ApiScope::ReadSigningKeys, ApiScope::UpdateClients] {
            let refused = rotate(&kit.app, &kit.machine(&[scope])).await;
            assert!(matches!(refused, Err(Fault::Forbidden { .. })));
        }
        rotate(&kit.app, &kit.machine(&[ApiScope::CreateSigningKeys])).await.unwrap();
    }

    #[tokio::test]
    async fn keys_of_other_kinds_turn_along_when_they_are_old_enough() {
        let kit = Kit::new().await;
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        let first = ready(&kit.app, &kit.tenant(), SigningAlg::ES256).await.unwrap();
        let kid = |state: &TenantState| state.keys.signer(SigningAlg::ES256).unwrap().kid().clone();
        rotate(&kit.app, &kit.shell()).await.unwrap();
        assert_eq!(kid(&kit.tenant()), kid(&first), "nobody can know the next one yet");
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        let next =
            first.keys.rows().iter().find(|row| row.family == KeyFamily::P256 && row.state == KeyState::Next);
        let signs = rotate(&kit.app, &kit.shell()).await.unwrap();
        assert_eq!(signs.family, KeyFamily::Rsa, "the answer is about the key that everybody knows");
        assert_eq!(kid(&kit.tenant()), next.unwrap().id);
        let token = first.keys.signer(SigningAlg::ES256).unwrap().sign(TokenType::Jwt, &json!({})).unwrap();
        assert!(verify(&token, SigningAlg::ES256, &kit.tenant().keys.verifiers()).is_ok());
    }
}
