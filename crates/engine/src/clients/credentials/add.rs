//! Giving a client a public key.

use doorward_model::client::credential::{Credential, CredentialAlgorithm, NewCredential};
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::ids::{ClientId, CredentialId, KeyId};
use doorward_model::scope::ApiScope;
use doorward_protocol::jose::read_pem;
use doorward_store::{StoreError, client_credentials, clients};

use super::named;
use crate::app::App;
use crate::caller::Caller;
use crate::clients::about;
use crate::fault::Fault;
use crate::logs::record;

const WHAT: &str = "Create a client credential";

/// Adds a public key to a client.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], [`Fault::Invalid`], [`Fault::Exists`] when the client
/// has a key of that `kid`, or trouble with the store. Refusals are logged.
pub async fn add_credential(
    app: &App,
    caller: &Caller,
    client: &ClientId,
    new: NewCredential,
) -> Result<Credential, Fault> {
    match add(app, caller, client, new).await {
        Ok(credential) => Ok(credential),
        Err(fault) => Err(record::refused(app, caller, WHAT, Some(client.as_str()), fault).await),
    }
}

async fn add(app: &App, caller: &Caller, id: &ClientId, new: NewCredential) -> Result<Credential, Fault> {
    caller.may(ApiScope::CreateClientCredentials)?;
    let tenant = &caller.tenant.tenant.id;
    let scope = app.db().tenant(tenant);
    let client = clients::get(&scope, id).await?.ok_or(Fault::NotFound { what: "client" })?;
    let credential = read(app, id, new)?;
    let mut batch = scope.batch();
    client_credentials::insert(&mut batch, &credential);
    let draft = about(WHAT, &client).detail("credential", named(&credential));
    record::push_by(&mut batch, app, caller, draft);
    match batch.commit().await {
        Ok(_) => {}
        Err(StoreError::Conflict { .. }) => return Err(Fault::Exists { what: "credential" }),
        Err(StoreError::Unmet { what: client_credentials::TOO_MANY }) => return Err(too_many()),
        Err(StoreError::InUse { .. }) => return Err(Fault::NotFound { what: "client" }),
        Err(error) => return Err(error.into()),
    }
    app.changed(tenant).await;
    Ok(credential)
}

/// The credentials of a client that is being made, and their ids.
pub(in crate::clients) fn read_for_new(
    app: &App,
    client: &ClientId,
    new: Vec<NewCredential>,
) -> Result<(Vec<CredentialId>, Vec<Credential>), Fault> {
    let mut rows: Vec<Credential> = Vec::with_capacity(new.len());
    for wanted in new {
        let path = format!("{}pem", wanted.path);
        let credential = read(app, client, wanted)?;
        if rows.iter().any(|known| known.kid == credential.kid) {
            let text = "Two credentials have the same key id. Leave one out, or give it a kid of its own.";
            return Err(Fault::Invalid(FieldError::new(path, "unique", text).into()));
        }
        rows.push(credential);
    }
    Ok((rows.iter().map(|row| row.id.clone()).collect(), rows))
}

/// A credential of what is wanted: its key read, its end known.
fn read(app: &App, client: &ClientId, new: NewCredential) -> Result<Credential, Fault> {
    let now = app.now();
    let mut errors = FieldErrors::default();
    let at = |name: &str| format!("{}{name}", new.path);
    let key = read_pem(&new.pem).map_err(|_| {
        let text = "This is no public key. Paste one PEM text: a public key or a certificate of an RSA key of \
                    2048 to 8192 bits, or of a key on P-256, P-384 or Ed25519. A private key stays with the client.";
        FieldErrors::from(FieldError::new(at("pem"), "format", text))
    })?;
    if new.algorithm.kind() != key.kind {
        let fitting: Vec<&str> = key.kind.algorithms().map(CredentialAlgorithm::as_str).collect();
        let (kind, fitting) = (key.kind.name(), fitting.join(", "));
        let text = format!("This is {kind}. Set alg to what it signs with: {fitting}.");
        errors.push(FieldError::new(at("alg"), "enum", text));
    }
    if new.ends_with_certificate && key.certificate.is_none() {
        let text = "A bare public key has no end. Send a certificate, or expires_at.";
        errors.push(FieldError::new(at("parse_expiry_from_cert"), "one_of", text));
    }
    let certified = key.certificate.as_ref().filter(|_| new.ends_with_certificate);
    let expires_at = new.expires_at.or(certified.map(|certificate| certificate.ends_at));
    if expires_at.is_some_and(|end| end <= now) {
        let text = "This credential would be over already. Choose a time that lies ahead.";
        errors.push(FieldError::new(at("expires_at"), "minimum", text));
    }
    // What follows from the key has the letters of an id.
    let derived = KeyId::parse(&key.thumbprint).map_err(|error| Fault::internal(error.to_string()))?;
    Ok(errors.into_result(Credential {
        id: app.entropy().credential_id(),
        client: client.clone(),
        name: new.name,
        algorithm: new.algorithm,
        kid: new.kid.unwrap_or(derived),
        public_key: key.public_key,
        certificate_sha256: key.certificate.map(|certificate| certificate.sha256),
        expires_at,
        created_at: now,
        updated_at: now,
    })?)
}

fn too_many() -> Fault {
    let text = "A client has at most 10 credentials. Delete one that is not used any more first.";
    Fault::Invalid(FieldError::new("credentials", "max_items", text).into())
}
