//! What access tokens say that this process has opened before.
//!
//! An API asks about the same token with each of its requests, and what a token says never changes: so it is decrypted,
//! or its signature looked at, once for each version of the tenant. Nothing is believed for that: whether what it names
//! is still there and not over is asked at each use, as of any other token. What does not open is not remembered.
//! Decision 0048.

use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use doorward_model::ids::TenantId;
use doorward_model::secret::Secret;
use doorward_protocol::digest;
use doorward_protocol::oauth::introspection::Active;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::opaque::Opaque;
use super::userinfo::Read;
use crate::state::TenantState;

/// How many of each kind; the seldom used ones make room. About a kilobyte each.
const CAPACITY: usize = 2_000;

/// The tokens by what they were opened for: each has rules of its own.
pub(crate) struct OpenedTokens {
    /// Both kinds, as userinfo reads them.
    pub(super) by_userinfo: Opened<Read>,
    /// Opaque ones, as introspection reads them.
    pub(super) opaque: Opened<Opaque>,
    /// JWTs, as introspection reads them.
    pub(super) jwts: Opened<Active>,
}

impl OpenedTokens {
    pub(crate) fn new() -> Self {
        Self { by_userinfo: Opened::new(), opaque: Opened::new(), jwts: Opened::new() }
    }
}

/// A token, and the tenant that it was opened for.
struct Key {
    tenant: TenantId,
    token: Secret,
}

/// The same, not ours yet: looking takes no copy.
struct Asked<'a> {
    tenant: &'a TenantId,
    token: &'a Secret,
}

impl Key {
    fn asked(&self) -> Asked<'_> {
        Asked { tenant: &self.tenant, token: &self.token }
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tenant.hash(state);
        self.token.expose().hash(state);
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.asked().hash(state);
    }
}

impl Equivalent<Key> for Asked<'_> {
    /// In a time that depends on the lengths only.
    fn equivalent(&self, key: &Key) -> bool {
        let (asked, kept) = (self.token.expose().as_bytes(), key.token.expose().as_bytes());
        *self.tenant == key.tenant && digest::is_equal(asked, kept)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.asked().equivalent(other)
    }
}

impl Eq for Key {}

/// What tokens of one kind say, each with the version of its tenant that it was opened under.
pub(super) struct Opened<T>(Cache<Key, (i64, Arc<T>)>);

impl<T> Opened<T> {
    fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// What `token` says at `state`: as it was opened under that version, else as `open` finds it now.
    pub(super) fn read(
        &self,
        state: &TenantState,
        token: &Secret,
        open: impl FnOnce() -> Option<T>,
    ) -> Option<Arc<T>> {
        let Ok(said) = self.try_read(state, token, || Ok::<_, Infallible>(open()));
        said
    }

    /// The same where opening may go wrong.
    ///
    /// # Errors
    /// What `open` fails with.
    pub(super) fn try_read<E>(
        &self,
        state: &TenantState,
        token: &Secret,
        open: impl FnOnce() -> Result<Option<T>, E>,
    ) -> Result<Option<Arc<T>>, E> {
        let (tenant, version) = (&state.tenant.id, state.tenant.version);
        if let Some((of, said)) = self.0.get(&Asked { tenant, token })
            && of == version
        {
            return Ok(Some(said));
        }
        let said = open()?.map(Arc::new);
        if let Some(said) = &said {
            let key = Key { tenant: tenant.clone(), token: token.clone() };
            self.0.insert(key, (version, Arc::clone(said)));
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kit::Kit;

    /// What is said of a token, and whether it was opened for that.
    fn read(kept: &Opened<u8>, state: &TenantState, token: &str, says: Option<u8>) -> (Option<u8>, bool) {
        let mut opened = false;
        let said = kept.read(state, &Secret::new(token.to_owned()), || {
            opened = true;
            says
        });
        (said.as_deref().copied(), opened)
    }

    #[tokio::test]
    async fn a_token_is_opened_once_for_each_version_of_its_tenant() {
        let kit = Kit::new().await;
        let (kept, state) = (Opened::new(), kit.tenant());
        assert_eq!(read(&kept, &state, "one", Some(1)), (Some(1), true));
        assert_eq!(read(&kept, &state, "one", Some(2)), (Some(1), false));
        assert_eq!(read(&kept, &state, "two", Some(2)), (Some(2), true));
        kit.client(json!({"name": "Shop"})).await;
        assert_eq!(read(&kept, &kit.tenant(), "one", None), (None, true), "its key may be gone");
        assert_eq!(read(&kept, &kit.tenant(), "one", Some(3)), (Some(3), true));
        assert_eq!(
            read(&kept, &state, "one", Some(4)),
            (Some(4), true),
            "what is newer is no answer to what was"
        );
    }

    #[tokio::test]
    async fn what_does_not_open_is_not_remembered() {
        let kit = Kit::new().await;
        let (kept, state) = (Opened::new(), kit.tenant());
        for _ in 0..2 {
            assert_eq!(read(&kept, &state, "one", None), (None, true));
        }
        let token = Secret::new("one".to_owned());
        assert_eq!(kept.try_read(&state, &token, || Err("the secret is gone")), Err("the secret is gone"));
        assert_eq!(read(&kept, &state, "one", Some(1)), (Some(1), true));
    }
}
