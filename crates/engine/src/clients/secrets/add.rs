//! A further secret: beside the client secret, or in its place while the old one goes on for a while.

use doorward_model::client::secrets::{ClientSecret, NewSecret, Overlap, Rank};
use doorward_model::fields::FieldError;
use doorward_model::ids::ClientId;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_store::{StoreError, client_secrets, clients};
use serde_json::{Value, json};

use super::{NO_SECRET, marks, named, seal};
use crate::app::App;
use crate::caller::Caller;
use crate::clients::about;
use crate::fault::Fault;
use crate::logs::record;

const ADD: &str = "Add a client secret";
const ROTATE: &str = "Rotate a client secret";

/// A secret that was made, with its value, this once.
#[derive(Debug)]
pub struct AddedSecret {
    /// What is known of it.
    pub row: ClientSecret,
    /// The secret.
    pub secret: Secret,
}

/// Makes a fresh secret for a client.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`] when it would be over at once or is
/// one too many, [`Fault::NotSupported`] for a client that proves itself with a key, or trouble with
/// the store. Refusals are logged.
pub async fn add_secret(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    new: NewSecret,
) -> Result<AddedSecret, Fault> {
    let what = if matches!(new.rank, Rank::Primary(_)) { ROTATE } else { ADD };
    match add(app, caller, id, new, what).await {
        Ok(added) => Ok(added),
        Err(fault) => Err(record::refused(app, caller, what, Some(id.as_str()), fault).await),
    }
}

async fn add(
    app: &App,
    caller: &Caller,
    id: &ClientId,
    new: NewSecret,
    what: &str,
) -> Result<AddedSecret, Fault> {
    caller.may(ApiScope::UpdateClientKeys)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    if client.proves_by_key() {
        return Err(Fault::NotSupported { why: NO_SECRET });
    }
    let secret = app.entropy().client_secret();
    let mut row = ClientSecret { label: new.label, ..seal(app, tenant, id, &secret)? };
    let mut batch = scope.batch();
    let mut draft = about(what, &client);
    match new.rank {
        Rank::Primary(overlap) => {
            client_secrets::replace_primary(&mut batch, &row, overlap);
            draft = draft.detail("old_secret", told(overlap, &row));
            if overlap == Overlap::None {
                let known = client_secrets::for_client(&scope, id).await?;
                let primary: Vec<ClientSecret> = known.into_iter().filter(|known| known.primary).collect();
                draft = draft.detail("ended", marks(app, tenant, &primary));
            }
        }
        Rank::Beside(expires_at) => {
            row = ClientSecret { primary: false, expires_at, ..row };
            if !row.is_live(app.now()) {
                let text = "This time is over. Choose one that lies ahead, or leave it out.";
                return Err(Fault::Invalid(FieldError::new("expires_at", "minimum", text).into()));
            }
            client_secrets::insert(&mut batch, &row);
        }
    }
    record::push_by(&mut batch, app, caller, draft.detail("secret", named(&row)));
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Unmet { what: client_secrets::TOO_MANY }) => return Err(too_many()),
        // The client was deleted in between: its secret has nothing to belong to.
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(AddedSecret { row, secret })
}

/// What becomes of the old client secret, for the event.
fn told(overlap: Overlap, new: &ClientSecret) -> Value {
    match overlap {
        Overlap::None => json!("stopped"),
        Overlap::For(life) => json!({ "stops_at": new.created_at.after(life).to_string() }),
        Overlap::UntilStopped => json!("works until it is stopped"),
    }
}

fn too_many() -> Fault {
    let text = "A client has at most 10 secrets. Stop one that is not used any more first.";
    Fault::Invalid(FieldError::new("secrets", "max_items", text).into())
}
