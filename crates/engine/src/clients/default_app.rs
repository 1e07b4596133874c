//! The client that every installation starts with: which one it is, and how it comes back.
//!
//! Source: the brief, "How to configure a Client": *Default App*; UX §1.4.

use doorward_model::client::kind::ClientKind;
use doorward_model::client::{ClientSettings, DEFAULT_APP, defaults};
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_store::{StoreError, clients, connections};

use super::{ShownClient, about, push_new};
use crate::app::App;
use crate::caller::Caller;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a client";

/// What it starts with. Neither type nor method: the original's Default App has none, and without one
/// it is a client with a secret that shows the settings of a regular web application.
pub(crate) fn settings() -> ClientSettings {
    ClientSettings {
        name: DEFAULT_APP.to_owned(),
        app_type: None,
        token_endpoint_auth_method: None,
        ..defaults::for_people(ClientKind::RegularWeb)
    }
}

/// The client that the installation began with, whatever it is called by now; none once it is deleted.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn default_app(app: &App, caller: &Caller) -> Result<Option<ClientId>, Fault> {
    caller.may(ApiScope::ReadClients)?;
    Ok(clients::default_one(&app.db().tenant(&caller.tenant.tenant.id)).await?)
}

/// Makes the Default App anew, with a fresh id and a fresh secret.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Exists`] while it is there, or trouble with the store. Refusals
/// are logged.
pub async fn bring_back(app: &App, caller: &Caller) -> Result<ShownClient, Fault> {
    match make(app, caller).await {
        Ok(made) => Ok(made),
        Err(fault) => Err(record::refused(app, caller, WHAT, None, fault).await),
    }
}

async fn make(app: &App, caller: &Caller) -> Result<ShownClient, Fault> {
    caller.may(ApiScope::CreateClients)?;
    let (state, _) = app.refresh(&caller.tenant).await?;
    let tenant = &state.tenant;
    let mut batch = app.db().tenant(&tenant.id).batch();
    let made = push_new(&mut batch, app, &tenant.id, settings(), false)?;
    clients::mark_default(&mut batch, &made.client.id);
    connections::enable_all_for_client(&mut batch, &made.client.id);
    record::push_by(&mut batch, app, caller, about(WHAT, &made.client));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "Default App" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(&tenant.id).await;
    Ok(ShownClient { client: made.client, secret: Some(made.secret), owners: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients;
    use crate::kit::Kit;

    #[tokio::test]
    async fn the_default_app_is_known_by_its_row_and_comes_back_once() {
        let kit = Kit::new().await;
        let shell = kit.shell();
        let first = default_app(&kit.app, &shell).await.unwrap().expect("no Default App");
        assert!(matches!(bring_back(&kit.app, &shell).await, Err(Fault::Exists { what: "Default App" })));
        clients::delete(&kit.app, &shell, &first).await.unwrap();
        assert_eq!(default_app(&kit.app, &shell).await.unwrap(), None);
        let again = bring_back(&kit.app, &shell).await.unwrap().client;
        assert_eq!(default_app(&kit.app, &shell).await.unwrap(), Some(again.id.clone()));
        assert_ne!(again.id, first, "an id is never used again");
        let entry = kit.app.client(&kit.tenant(), &again.id).await.unwrap().unwrap();
        assert_eq!((entry.client.settings.name.as_str(), entry.connections.len()), (DEFAULT_APP, 1));
    }
}
