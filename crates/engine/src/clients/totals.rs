//! How many clients a list has, counted once for each version of the tenant: an SDK asks for the total with
//! every page, and counting 100,000 clients takes a hundred times as long as reading fifty.
//!
//! Lives in the snapshot of a tenant and ends with it. Whatever makes, changes or deletes a client raises the
//! version, and a list reads the version first.

use std::collections::HashMap;

use doorward_model::client::kind::ClientKind;
use doorward_store::clients::{self, ClientFilter};
use doorward_store::{Scope, StoreError};
use parking_lot::Mutex;

/// The totals of lists that are narrowed by nothing else than these, which are few.
#[derive(Debug, Default)]
pub(crate) struct ClientTotals(Mutex<HashMap<Plain, i64>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Plain {
    is_global: Option<bool>,
    is_first_party: Option<bool>,
    app_type: Option<ClientKind>,
}

impl ClientTotals {
    /// How many clients `filter` shows.
    pub(super) async fn of(&self, scope: &Scope<'_>, filter: &ClientFilter) -> Result<i64, StoreError> {
        let Some(plain) = plain(filter) else { return clients::count(scope, filter).await };
        let known = self.0.lock().get(&plain).copied();
        if let Some(total) = known {
            return Ok(total);
        }
        let total = clients::count(scope, filter).await?;
        self.0.lock().insert(plain, total);
        Ok(total)
    }
}

fn plain(filter: &ClientFilter) -> Option<Plain> {
    let ClientFilter { is_global, is_first_party, app_types, order, .. } = filter;
    let app_type = app_types.first().copied();
    let alone = ClientFilter {
        is_global: *is_global,
        is_first_party: *is_first_party,
        app_types: app_type.into_iter().collect(),
        order: *order,
        ..ClientFilter::default()
    };
    (alone == *filter).then_some(Plain { is_global: *is_global, is_first_party: *is_first_party, app_type })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clients::{self, ClientQuery};
    use crate::kit::Kit;

    #[tokio::test]
    async fn a_total_is_counted_once_and_anew_after_every_change_wherever_it_is_made() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let there = crate::caller::Caller::command_line(neighbour.tenant_by_host("id.acme.test").unwrap());
        let query = ClientQuery { with_total: true, limit: 1, ..ClientQuery::default() };
        let spas = ClientQuery { app_types: vec![ClientKind::Spa], ..query.clone() };
        let total = async |query: &ClientQuery| {
            clients::list(&kit.app, &kit.shell(), query).await.unwrap().total.unwrap()
        };
        let (all, of_spas) = (total(&query).await, total(&spas).await);
        let state = kit.tenant();
        assert_eq!(state.client_totals.0.lock().len(), 2, "both are remembered");
        assert_eq!((total(&query).await, total(&spas).await), (all, of_spas));

        let made = kit.client(json!({ "name": "x", "app_type": "spa" })).await.client;
        assert_eq!((total(&query).await, total(&spas).await), (all + 1, of_spas + 1));
        let body = crate::kit::object(json!({ "app_type": "native" }));
        clients::update(&neighbour, &there, &made.id, &body).await.unwrap();
        assert_eq!((total(&query).await, total(&spas).await), (all + 1, of_spas));
        clients::delete(&neighbour, &there, &made.id).await.unwrap();
        assert_eq!((total(&query).await, total(&spas).await), (all, of_spas));
    }

    #[test]
    fn a_list_that_was_searched_is_counted_each_time() {
        let all = ClientFilter::default;
        assert!(plain(&all()).is_some());
        assert!(
            plain(&ClientFilter { is_global: Some(false), is_first_party: Some(true), ..all() }).is_some()
        );
        for counted in [
            ClientFilter { search: Some("x".to_owned()), ..all() },
            ClientFilter { external_client_id: Some("x".to_owned()), ..all() },
            ClientFilter { app_types: vec![ClientKind::Spa, ClientKind::Native], ..all() },
        ] {
            assert!(plain(&counted).is_none(), "{counted:?}");
        }
    }
}
