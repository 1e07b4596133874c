//! Keys of other houses among the settings of addons: sealed in the store, open in memory.
//!
//! A key is a text where it is sent and shown, and an object with its ciphertext where it is stored; the
//! schema takes no object there, so nobody can send one. Whoever writes or reads rows of clients with
//! their settings does it through here. Source: decision 0005; the Management API's `addons`.

use doorward_model::client::addon::addon_named;
use doorward_model::client::{Client, ClientSettings};
use doorward_model::ids::{ClientId, TenantId};
use doorward_model::secret::{SealedSecret, Secret};
use doorward_store::{Batch, clients};
use serde_json::{Value, json};

use crate::app::App;
use crate::fault::Fault;
use crate::sealing::Place;

const SEALED: &str = "sealed";

/// Pushes a new client.
pub(super) fn insert(batch: &mut Batch, app: &App, client: &Client) -> Result<(), Fault> {
    let client = sealed(app, batch.tenant(), client)?;
    clients::insert(batch, &client);
    Ok(())
}

/// Pushes a changed client.
pub(super) fn update(batch: &mut Batch, app: &App, client: &Client) -> Result<(), Fault> {
    let client = sealed(app, batch.tenant(), client)?;
    clients::update(batch, &client);
    Ok(())
}

/// A client as it was read, its keys opened.
pub(crate) fn opened(app: &App, tenant: &TenantId, mut client: Client) -> Result<Client, Fault> {
    let id = client.id.clone();
    for_each(&mut client.settings, |value| {
        let Some(sealed) = value.get(SEALED).and_then(Value::as_str) else { return Ok(()) };
        let sealed = SealedSecret::from_ciphertext(sealed.to_owned());
        *value = json!(app.sealing().open_text(place(tenant, &id), &sealed)?.expose());
        Ok(())
    })?;
    Ok(client)
}

/// What is sealed already stays: settings that a change does not touch come from their row.
fn sealed(app: &App, tenant: &TenantId, client: &Client) -> Result<Client, Fault> {
    let mut client = client.clone();
    let id = client.id.clone();
    for_each(&mut client.settings, |value| {
        let Some(text) = value.as_str() else { return Ok(()) };
        let ciphertext = app.sealing().seal_text(place(tenant, &id), &Secret::new(text.to_owned()))?;
        *value = json!({ SEALED: ciphertext.as_str() });
        Ok(())
    })?;
    Ok(client)
}

fn place<'a>(tenant: &'a TenantId, client: &'a ClientId) -> Place<'a> {
    Place { tenant, table: "clients", row: client.as_str(), purpose: "addon_key" }
}

/// Looks at each place where an addon that is on has a key.
fn for_each(
    settings: &mut ClientSettings,
    mut look: impl FnMut(&mut Value) -> Result<(), Fault>,
) -> Result<(), Fault> {
    for (name, addon) in settings.addons.iter_mut().flatten() {
        let keys = addon_named(name).map_or(&[][..], |addon| addon.keys);
        for key in keys {
            if let Some(value) = addon.get_mut(*key) {
                look(value)?;
            }
        }
    }
    Ok(())
}
