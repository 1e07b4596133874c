//! How pages look. Kept and given back: no page acts upon it yet.
//!
//! Source: the Management API's `/branding` and `/branding/templates/universal-login`.

use doorward_model::branding;
use doorward_model::json::Object;
use doorward_model::scope::ApiScope;
use doorward_store::documents::DocumentKey;
use serde_json::{Value, json};

use crate::app::App;
use crate::caller::Caller;
use crate::documents::{self, Change};
use crate::fault::Fault;

const BRANDING: DocumentKey<'static> = DocumentKey { kind: "branding", name: "" };
const TEMPLATE: DocumentKey<'static> = DocumentKey { kind: "page_template", name: "universal-login" };
/// The noun of the template in faults, whose code is the original's.
const NO_TEMPLATE: Fault = Fault::NotFound { what: "templates universal login" };

/// Colours, pictures and font; empty until somebody sets one.
///
/// # Errors
/// [`Fault::Forbidden`], or trouble with the store.
pub async fn get(app: &App, caller: &Caller) -> Result<Object, Fault> {
    caller.may(ApiScope::ReadBranding)?;
    Ok(documents::read(app, caller, BRANDING).await?.unwrap_or_default())
}

/// Changes what `body` names; null takes away.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Stale`], or trouble with the store. Refusals
/// are logged.
pub async fn update(app: &App, caller: &Caller, body: &Object) -> Result<Object, Fault> {
    let change = Change { what: "Update the branding", scope: ApiScope::UpdateBranding, key: BRANDING };
    let none = Object::new();
    let decide = |now: Option<&Object>| Ok(branding::apply(now.unwrap_or(&none), body)?);
    documents::write(app, caller, change, decide).await.map(|(kept, _)| kept)
}

/// The template of the login page.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::NotFound`], or trouble with the store.
pub async fn template(app: &App, caller: &Caller) -> Result<String, Fault> {
    caller.may(ApiScope::ReadBranding)?;
    let kept = documents::read(app, caller, TEMPLATE).await?.ok_or(NO_TEMPLATE)?;
    let text = kept.get("body").and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| Fault::internal("a page template holds no text"))
}

/// Puts a template in the place of the one that is there. Gives back whether there was one.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Invalid`], [`Fault::Stale`], or trouble with the store. Refusals
/// are logged.
pub async fn put_template(app: &App, caller: &Caller, template: &str) -> Result<bool, Fault> {
    let what = "Set the template of the login page";
    let change = Change { what, scope: ApiScope::UpdateBranding, key: TEMPLATE };
    let decide = |_: Option<&Object>| {
        branding::check_template(template)?;
        Ok(Object::from_iter([("body".to_owned(), json!(template))]))
    };
    documents::write(app, caller, change, decide).await.map(|(_, was_there)| was_there)
}

/// Deletes the template. Gives back whether there was one.
///
/// # Errors
/// [`Fault::Forbidden`], [`Fault::Stale`], or trouble with the store. Refusals are logged.
pub async fn delete_template(app: &App, caller: &Caller) -> Result<bool, Fault> {
    let what = "Delete the template of the login page";
    documents::delete(app, caller, Change { what, scope: ApiScope::DeleteBranding, key: TEMPLATE }).await
}
