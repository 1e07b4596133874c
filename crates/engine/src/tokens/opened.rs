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
use doorward_model::tenant::Tenant;
use doorward_protocol::digest;
use doorward_protocol::oauth::introspection::Active;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::opaque::Opaque;
use super::userinfo::Read;

/// How many of each kind; the seldom used ones make room.
const CAPACITY: usize = 2_000;
/// The longest that is kept, in bytes: what others put into tokens must not fill the memory.
const LONGEST: usize = 2 * 1024;

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

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tenant.hash(state);
        self.token.expose().hash(state);
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Asked { tenant: &self.tenant, token: &self.token }.hash(state);
    }
}

impl Equivalent<Key> for Asked<'_> {
    /// In a time that depends on the lengths only, and quicker on long texts than secrets compare themselves.
    fn equivalent(&self, key: &Key) -> bool {
        let (asked, kept) = (self.token.expose().as_bytes(), key.token.expose().as_bytes());
        *self.tenant == key.tenant && digest::is_equal(asked, kept)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Asked { tenant: &self.tenant, token: &self.token }.equivalent(other)
    }
}

impl Eq for Key {}

/// What tokens of one kind say, each with the version of its tenant that it was opened under.
pub(super) struct Opened<T>(Cache<Key, (i64, Arc<T>)>);

impl<T> Opened<T> {
    fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// What `token` says to `tenant`: as it was opened under that version, else as `open` finds it now.
    pub(super) fn read(
        &self,
        tenant: &Tenant,
        token: &Secret,
        open: impl FnOnce() -> Option<T>,
    ) -> Option<Arc<T>> {
        let Ok(said) = self.try_read(tenant, token, || Ok::<_, Infallible>(open()));
        said
    }

    /// The same where opening may go wrong.
    ///
    /// # Errors
    /// What `open` fails with.
    pub(super) fn try_read<E>(
        &self,
        tenant: &Tenant,
        token: &Secret,
        open: impl FnOnce() -> Result<Option<T>, E>,
    ) -> Result<Option<Arc<T>>, E> {
        if let Some((version, said)) = self.0.get(&Asked { tenant: &tenant.id, token })
            && version == tenant.version
        {
            return Ok(Some(said));
        }
        let said = open()?.map(Arc::new);
        if let Some(said) = said.as_ref().filter(|_| token.expose().len() <= LONGEST) {
            let key = Key { tenant: tenant.id.clone(), token: token.clone() };
            self.0.insert(key, (tenant.version, Arc::clone(said)));
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;

    async fn tenant() -> Tenant {
        Kit::new().await.tenant().tenant.clone()
    }

    /// What is said of a token, and whether it was opened for that.
    fn read(kept: &Opened<u8>, tenant: &Tenant, token: &str, says: Option<u8>) -> (Option<u8>, bool) {
        let mut opened = false;
        let said = kept.read(tenant, &Secret::new(token.to_owned()), || {
            opened = true;
            says
        });
        (said.as_deref().copied(), opened)
    }

    #[tokio::test]
    async fn a_token_is_opened_once_for_each_version_of_its_tenant() {
        let (kept, old) = (Opened::new(), tenant().await);
        assert_eq!(read(&kept, &old, "one", Some(1)), (Some(1), true));
        assert_eq!(read(&kept, &old, "one", Some(2)), (Some(1), false));
        assert_eq!(read(&kept, &old, "two", Some(2)), (Some(2), true));
        let new = Tenant { version: old.version + 1, ..old.clone() };
        assert_eq!(read(&kept, &new, "one", None), (None, true), "its key may be gone");
        assert_eq!(read(&kept, &new, "one", Some(3)), (Some(3), true));
        assert_eq!(
            read(&kept, &old, "one", Some(4)),
            (Some(4), true),
            "what is newer says nothing of before"
        );
    }

    #[tokio::test]
    async fn a_token_of_one_tenant_is_none_of_another_at_the_same_version() {
        let (kept, acme) = (Opened::new(), tenant().await);
        let other = Tenant { id: TenantId::parse("other").unwrap(), ..acme.clone() };
        assert_eq!(read(&kept, &acme, "one", Some(1)), (Some(1), true));
        assert_eq!(read(&kept, &other, "one", None), (None, true));
    }

    #[tokio::test]
    async fn what_does_not_open_and_what_is_long_is_not_remembered() {
        let (kept, tenant) = (Opened::new(), tenant().await);
        let long = "x".repeat(LONGEST + 1);
        for _ in 0..2 {
            assert_eq!(read(&kept, &tenant, "one", None), (None, true));
            assert_eq!(read(&kept, &tenant, &long, Some(1)), (Some(1), true));
        }
        let token = Secret::new("one".to_owned());
        assert_eq!(kept.try_read(&tenant, &token, || Err("the secret is gone")), Err("the secret is gone"));
        assert_eq!(read(&kept, &tenant, &long[1..], Some(1)), (Some(1), true));
        assert_eq!(read(&kept, &tenant, &long[1..], None), (Some(1), false));
    }
}
