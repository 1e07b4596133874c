//! Texts of emails. Kept and given back: no email is sent yet.
//!
//! Source: the Management API's `/email-templates`.

use doorward_model::email_template;
use doorward_model::fields::FieldErrors;
use doorward_model::json::Object;
use doorward_model::scope::ApiScope;
use doorward_store::documents::DocumentKey;

use crate::app::App;
use crate::caller::Caller;
use crate::documents::{self, Change};
use crate::fault::Fault;
use crate::logs::record;

const UPDATE: &str = "Update an email template";

fn key(name: &'static str) -> DocumentKey<'static> {
    DocumentKey { kind: "email_template", name }
}

/// One that has no text yet, or is no occasion at all.
fn known(name: &str) -> Result<&'static str, Fault> {
    email_template::name(name).ok_or(Fault::NotFound { what: "email template" })
}

/// The name of an occasion, for a change that `check` finds nothing wrong with. Refusals are logged.
async fn checked(
    app: &App,
    caller: &Caller,
    name: &str,
    check: impl Fn() -> Result<(), FieldErrors>,
) -> Result<&'static str, Fault> {
    let body = caller.may(ApiScope::UpdateEmailTemplates).and_then(|()| Ok(check()?));
    match body.and_then(|()| known(name)) {
        Ok(name) => Ok(name),
        Err(fault) => Err(record::refused(app, caller, UPDATE, Some(name), fault).await),
    }
}

/// The template for an occasion.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller, name: &str) -> Result<Object, Fault> {
    caller.may(ApiScope::ReadEmailTemplates)?;
    let found = documents::read(app, caller, key(known(name)?)).await?;
    found.ok_or(Fault::NotFound { what: "email template" })
}

/// Makes the template that `body` is.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Exists`] when there is one for this occasion, or
/// trouble with the store. Refusals are logged.
pub async fn create(app: &App, caller: &Caller, body: &Object) -> Result<Object, Fault> {
    let scope = ApiScope::CreateEmailTemplates;
    let name = email_template::create(body).map_or("", |(name, _)| name);
    let change = Change { what: "Create an email template", scope, key: key(name) };
    let decide = |now: Option<&Object>| {
        let (_, made) = email_template::create(body)?;
        if now.is_some() { Err(Fault::Exists { what: "email template" }) } else { Ok(made) }
    };
    documents::write(app, caller, change, decide).await.map(|(kept, _)| kept)
}

/// Changes what `body` names and leaves the rest.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`], [`Fault::Stale`], or trouble with
/// the store. Refusals are logged.
pub async fn update(app: &App, caller: &Caller, name: &str, body: &Object) -> Result<Object, Fault> {
    let name = checked(app, caller, name, || email_template::CHANGE.check_body(body)).await?;
    let change = Change { what: UPDATE, scope: ApiScope::UpdateEmailTemplates, key: key(name) };
    let decide = |now: Option<&Object>| {
        Ok(email_template::apply(name, now.ok_or(Fault::NotFound { what: "email template" })?, body)?)
    };
    documents::write(app, caller, change, decide).await.map(|(kept, _)| kept)
}

/// Puts `body` in the place of the template, or makes it.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::NotFound`] for an occasion that is none,
/// [`Fault::Stale`], or trouble with the store. Refusals are logged.
pub async fn put(app: &App, caller: &Caller, name: &str, body: &Object) -> Result<Object, Fault> {
    let name = checked(app, caller, name, || email_template::NEW.check_body(body)).await?;
    let change = Change { what: UPDATE, scope: ApiScope::UpdateEmailTemplates, key: key(name) };
    let decide = |_: Option<&Object>| Ok(email_template::replace(name, body)?);
    documents::write(app, caller, change, decide).await.map(|(kept, _)| kept)
}
