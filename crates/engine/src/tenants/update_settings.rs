//! Changing the settings of a tenant.
//!
//! Source: the Management API's `PATCH /tenants/settings`.

use doorward_model::log::code::EventCode;
use doorward_model::scope::ApiScope;
use doorward_model::tenant::TenantSettings;
use doorward_store::{StoreError, tenants};
use serde_json::{Map, Value};

use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record::{self, EventDraft};

const WHAT: &str = "Update the tenant settings";
/// How often a change is tried again when anything of the tenant changed in between.
const TRIES: usize = 10;

/// Changes what `body` names and leaves the rest. A body that changes nothing writes nothing.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Stale`], or trouble with the store. Refusals
/// are logged.
pub async fn update_settings(
    app: &App,
    caller: &Caller,
    body: &Map<String, Value>,
) -> Result<TenantSettings, Fault> {
    match change(app, caller, body).await {
        Ok(settings) => Ok(settings),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn change(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<TenantSettings, Fault> {
    caller.may(ApiScope::UpdateTenantSettings)?;
    for _ in 0..TRIES {
        let (state, _) = app.refresh(&caller.tenant).await?;
        let tenant = &state.tenant;
        let settings = tenant.settings.apply(body)?;
        let fields = changed(&tenant.settings.to_api(), &settings.to_api());
        if fields.is_empty() {
            return Ok(settings);
        }
        let mut batch = app.db().tenant(&tenant.id).batch();
        tenants::put_settings(&mut batch, &settings, tenant.version);
        let draft = EventDraft::new(EventCode::ManagementWrite, WHAT).detail("fields", fields);
        record::push_by(&mut batch, app, caller, draft);
        match batch.commit().await {
            Ok(_) => {
                app.changed(&tenant.id).await;
                return Ok(settings);
            }
            Err(StoreError::Unmet { what: tenants::STALE }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Fault::Stale { what: "tenant" })
}

/// The names of the members that differ.
fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let other = after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name);
    other.chain(gone).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{Kit, object};
    use serde_json::json;

    #[tokio::test]
    async fn a_change_is_made_seen_and_logged_and_no_change_is_none_of_it() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let theirs = neighbour.tenant_by_host("id.acme.test").unwrap();
        let body = object(json!({ "session_lifetime": 1, "friendly_name": "Acme" }));
        update_settings(&kit.app, &kit.shell(), &body).await.unwrap();
        let events = kit.events().await;
        assert_eq!(events[0].details["fields"], json!(["session_lifetime"]));
        let (fresh, _) = neighbour.refresh(&theirs).await.unwrap();
        assert_eq!(fresh.tenant.settings.session_lifetime.seconds(), 3600);

        let version = kit.tenant().tenant.version;
        update_settings(&kit.app, &kit.shell(), &body).await.unwrap();
        assert_eq!((kit.tenant().tenant.version, kit.events().await.len()), (version, events.len()));
    }

    #[tokio::test]
    async fn changes_at_once_are_all_made() {
        let kit = Kit::new().await;
        let neighbour = kit.neighbour().await;
        let there = Caller::command_line(neighbour.tenant_by_host("id.acme.test").unwrap());
        let (one, other) =
            (object(json!({ "support_url": "https://a.test" })), object(json!({ "mtls": {} })));
        let here = kit.shell();
        let (first, second) = tokio::join!(
            update_settings(&kit.app, &here, &one),
            update_settings(&neighbour, &there, &other),
        );
        first.unwrap();
        second.unwrap();
        let settings = super::super::settings(&kit.app, &here).await.unwrap();
        assert_eq!(settings.support_url.as_deref(), Some("https://a.test"));
        assert!(settings.kept.contains_key("mtls"));
    }

    #[tokio::test]
    async fn whether_new_clients_get_all_connections_is_a_setting() {
        let kit = Kit::new().await;
        let connections = async |name: &str| {
            let made = kit.client(json!({ "name": name })).await;
            kit.app.client(&kit.tenant(), &made.client.id).await.unwrap().unwrap().connections.len()
        };
        assert_eq!(connections("a").await, 1);
        let body = object(json!({ "flags": { "enable_client_connections": false } }));
        update_settings(&kit.app, &kit.shell(), &body).await.unwrap();
        assert_eq!(connections("b").await, 0);
    }

    #[tokio::test]
    async fn a_refusal_changes_nothing_and_is_logged() {
        let kit = Kit::new().await;
        let version = kit.tenant().tenant.version;
        let body = object(json!({ "friendly_name": "New", "session_lifetime": "long" }));
        let refused = update_settings(&kit.app, &kit.shell(), &body).await;
        assert!(matches!(refused, Err(Fault::Invalid(_))));
        let other = kit.machine(&[ApiScope::ReadTenantSettings, ApiScope::UpdateClients]);
        let refused = update_settings(&kit.app, &other, &object(json!({}))).await;
        assert!(matches!(refused, Err(Fault::Forbidden { .. })));
        assert_eq!(kit.tenant().tenant.version, version);
        let codes: Vec<&str> = kit.events().await.iter().map(|event| event.code.as_str()).collect();
        assert_eq!(codes[..2], ["fapi", "fapi"]);
    }
}
