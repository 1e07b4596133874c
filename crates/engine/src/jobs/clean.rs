//! Deleting what is over: expired codes, logins, sessions and tokens, events older than the tenant
//! keeps them, and the people of connections that were deleted. In small batches, so that requests get
//! their turn in between.

use doorward_model::ids::TenantId;
use doorward_model::time::Timestamp;
use doorward_store::global::purge::purge;
use doorward_store::{Scope, logs, users};

use crate::app::App;
use crate::connections;
use crate::fault::Fault;

/// Rows per batch.
const BATCH: u32 = 500;
/// Batches per run and kind; the rest waits for the next run.
const BATCHES: usize = 200;

/// One run over everything.
pub(crate) async fn clean(app: &App) -> Result<(), Fault> {
    for _ in 0..BATCHES {
        if purge(&app.db().global(), app.now(), BATCH).await? < u64::from(BATCH) {
            break;
        }
    }
    for state in app.tenants() {
        let scope = app.db().tenant(&state.tenant.id);
        if let Some(kept) = state.tenant.settings.events_are_kept_for() {
            forget_events(&scope, app.now().before(kept)).await?;
        }
        for connection in doorward_store::connections::retired(&scope).await? {
            connections::finish(app, &state.tenant.id, &connection, BATCHES).await?;
        }
        make_searchable(app, &state.tenant.id).await?;
    }
    Ok(())
}

/// Deletes the events before a time.
async fn forget_events(scope: &Scope<'_>, oldest: Timestamp) -> Result<(), Fault> {
    for _ in 0..BATCHES {
        if logs::delete_before(scope, oldest, BATCH).await? == 0 {
            break;
        }
    }
    logs::forget_shapes(scope, oldest).await?;
    Ok(())
}

/// Fills in what users are found by who were written by a release that did not know of it.
async fn make_searchable(app: &App, tenant: &TenantId) -> Result<(), Fault> {
    let scope = app.db().tenant(tenant);
    for _ in 0..BATCHES {
        let found = users::not_searchable(&scope, BATCH).await?;
        if found.is_empty() {
            break;
        }
        let mut batch = scope.batch();
        found.iter().for_each(|user| users::make_searchable(&mut batch, user));
        batch.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::Kit;
    use doorward_model::time::Lifetime;

    #[tokio::test]
    async fn events_go_when_the_tenant_keeps_them_no_longer() {
        let kit = Kit::new().await;
        clean(&kit.app).await.unwrap();
        assert_eq!(kit.events().await.len(), 1, "a fresh event stays");
        kit.clock.advance(Lifetime::from_seconds(31 * 86_400));
        clean(&kit.app).await.unwrap();
        assert!(kit.events().await.is_empty());
    }

    #[tokio::test]
    async fn a_tenant_keeps_its_events_as_long_as_it_says_or_for_ever() {
        for (days, after, is_kept) in [(90, 31, true), (90, 91, false), (0, 4000, true)] {
            let kit = Kit::new().await;
            let tenant = &kit.tenant().tenant;
            let body = serde_json::json!({ "log_retention_days": days });
            let settings = tenant.settings.apply(body.as_object().unwrap()).unwrap();
            let mut batch = kit.app.db().tenant(&tenant.id).batch();
            doorward_store::tenants::put_settings(&mut batch, &settings, tenant.version);
            batch.commit().await.unwrap();
            kit.app.poll().await.unwrap();
            kit.clock.advance(Lifetime::from_seconds(after * 86_400));
            clean(&kit.app).await.unwrap();
            assert_eq!(!kit.events().await.is_empty(), is_kept, "{days} days, after {after}");
        }
    }

    #[tokio::test]
    async fn cleaning_twice_at_once_does_no_harm() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        kit.clock.advance(Lifetime::from_seconds(31 * 86_400));
        let (one, other) = tokio::join!(clean(&kit.app), clean(&neighbour));
        one.unwrap();
        other.unwrap();
        assert!(kit.events().await.is_empty());
    }
}
