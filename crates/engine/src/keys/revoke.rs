//! A key that does not sign is believed no more: here from that moment on, at other nodes as soon as
//! they hear of it, within a second.
//!
//! Source: the Management API's `PUT /keys/signing/{kid}/revoke`.

use doorward_model::ids::KeyId;
use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::signing_key::{KeyState, SigningKey};
use doorward_store::{StoreError, signing_keys};
use serde_json::json;

use super::push_fresh;
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Revoke a signing key";
/// How often it is tried again when somebody moved the key in between.
const TRIES: usize = 5;

/// Takes a key out of the key set; what it signed does not verify any more. A next key is replaced
/// by a fresh one. A key that is revoked already stays so.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::InUse`] for the key that signs, or trouble with
/// the store. Refusals are logged.
pub async fn revoke(app: &App, caller: &Caller, id: &KeyId) -> Result<SigningKey, Fault> {
    match end(app, caller, id).await {
        Ok(key) => Ok(key),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(id.as_str()), fault).await),
    }
}

async fn end(app: &App, caller: &Caller, id: &KeyId) -> Result<SigningKey, Fault> {
    caller.may(ApiScope::UpdateSigningKeys)?;
    let missing = || Fault::NotFound { what: "signing key" };
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let key = state.keys.rows().iter().find(|row| row.id == *id).ok_or_else(missing)?;
        let mut batch = app.db().tenant(&state.tenant.id).batch();
        match key.state {
            KeyState::Revoked => return Ok(key.clone()),
            KeyState::Current => return Err(Fault::InUse { what: "current signing key" }),
            KeyState::Previous => signing_keys::revoke(&mut batch, id, key.state, app.now()),
            KeyState::Next => {
                signing_keys::revoke(&mut batch, id, key.state, app.now());
                push_fresh(&mut batch, app, &state.tenant, (key.family, KeyState::Next)).await?;
            }
        }
        let target = json!({ "kid": id.as_str(), "was": key.state.as_str() });
        let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("target", target);
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => {
                app.changed(&state.tenant.id).await;
                let (fresh, _) = app.refresh(&state).await?;
                let key = fresh.keys.rows().iter().find(|row| row.id == *id).cloned();
                return key.ok_or_else(missing);
            }
            Err(StoreError::Unmet { .. } | StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "signing key" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::rotate;
    use crate::kit::Kit;
    use doorward_model::signing_key::PUBLISHED_BEFORE_USE;
    use doorward_protocol::jose::{TokenType, verify_rs256};

    #[tokio::test]
    async fn what_a_revoked_key_signed_stops_verifying_at_once_and_on_every_node() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let old = kit.tenant().keys.current.clone();
        let token = old.sign(TokenType::Jwt, &json!({ "a": 1 })).unwrap();
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        rotate(&kit.app, &kit.shell()).await.unwrap();
        assert!(verify_rs256(&token, &kit.tenant().keys.verifiers()).is_ok(), "it is only a previous key");

        let revoked = revoke(&kit.app, &kit.shell(), old.kid()).await.unwrap();
        assert_eq!((revoked.state, revoked.revoked_at), (KeyState::Revoked, Some(kit.app.now())));
        assert!(verify_rs256(&token, &kit.tenant().keys.verifiers()).is_err());
        let jwks = String::from_utf8(kit.tenant().keys.jwks.to_vec()).unwrap();
        assert!(!jwks.contains(old.kid().as_str()));
        let theirs = neighbour.tenant_by_host("id.acme.test").unwrap();
        let (fresh, _) = neighbour.refresh(&theirs).await.unwrap();
        assert!(verify_rs256(&token, &fresh.keys.verifiers()).is_err());

        let events = kit.events().await.len();
        assert_eq!(revoke(&kit.app, &kit.shell(), old.kid()).await.unwrap(), revoked, "twice is once");
        assert_eq!(kit.events().await.len(), events);
    }

    #[tokio::test]
    async fn the_key_that_signs_stays_and_a_next_key_is_replaced() {
        let kit = Kit::new().await;
        let (current, next) =
            (kit.tenant().keys.all[0].kid().clone(), kit.tenant().keys.all[1].kid().clone());
        let refused = revoke(&kit.app, &kit.shell(), &current).await;
        assert!(matches!(refused, Err(Fault::InUse { what: "current signing key" })));
        revoke(&kit.app, &kit.shell(), &next).await.unwrap();
        let keys = kit.tenant().keys.clone();
        assert_eq!(keys.current.kid(), &current);
        assert_eq!(keys.all.len(), 2);
        assert_ne!(keys.all[1].kid(), &next);
        kit.clock.advance(PUBLISHED_BEFORE_USE);
        rotate(&kit.app, &kit.shell()).await.unwrap();
    }

    #[tokio::test]
    async fn an_unknown_key_is_not_there() {
        let kit = Kit::new().await;
        let nobody = KeyId::parse("nobody").unwrap();
        let refused = revoke(&kit.app, &kit.shell(), &nobody).await;
        assert!(matches!(refused, Err(Fault::NotFound { what: "signing key" })));
        assert_eq!(kit.events().await[0].code.as_str(), "fapi");
    }
}
