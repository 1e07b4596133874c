//! Saving the form: once, only as it was shown, and with all that is wrong said at once.
//!
//! The same form is also looked at field by field, and reviewed as a whole, without being saved.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use doorward_engine::clients::{self, Change};
use doorward_engine::fault::Fault;
use doorward_model::client::kind::ClientKind;
use doorward_model::fields::FieldErrors;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::{HeaderMap, StatusCode};

use super::clash::{self, Stale};
use super::effects::effects;
use super::field::Field;
use super::values::Values;
use super::{Shown, change, check, habits, page, urls, wording};
use crate::clients::{Opened, open, path};
use crate::frame::Frame;
use crate::parts;

pub(crate) async fn save(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    if let Some(asked) = check::asked(&headers) {
        let field = Field::parse(asked).ok_or(Fault::NotFound { what: "field" })?;
        let opened = open(&web, &frame, &id).await?;
        let mut shown = Shown::typed(&form, &opened.client);
        habits::note(&web, &frame, &opened, &mut shown).await?;
        return Ok(check::answer(&frame, &opened, &shown, field).into_response());
    }
    done::once(&web, &form, settle(&web, &frame, &id, &form)).await
}

async fn settle(web: &Web, frame: &Frame, id: &str, form: &SignedForm) -> Result<Outcome, PageFault> {
    let opened = open(web, frame, id).await?;
    let mut shown = Shown::typed(form, &opened.client);
    if replace(form, &mut shown.values) {
        return unsaved(web, frame, &opened, shown).await;
    }
    let saved = Values::of(&opened.client);
    if shown.values.kind != kind_of_form(form) {
        shown.values.follow_type();
        shown.effects = effects(&saved, &shown.values);
        return unsaved(web, frame, &opened, shown).await;
    }
    clash::settle(form, &saved, &mut shown.values);
    if shown.values.kind != saved.kind {
        // The form of the new type was shown with what follows from it, and not all of that is a field.
        shown.values.follow_type();
    }
    if shown.version != opened.client.version {
        let clashes = clash::clashes(&shown.seen, &saved, &shown.values);
        if !clashes.is_empty() {
            return stale(web, frame, &opened, shown, clashes).await;
        }
        shown.rebase(&opened.client);
    }
    let errors = wording::check(&shown.values, &opened.client);
    if !errors.all().is_empty() {
        habits::note(web, frame, &opened, &mut shown).await?;
        return refused(web, frame, &opened, &shown, &errors).await;
    }
    if form.is_on("review") {
        shown.review = Some(change::differences(&saved, &shown.values));
        return unsaved(web, frame, &opened, shown).await;
    }
    write(web, frame, &opened, shown, form).await
}

async fn write(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    shown: Shown,
    form: &SignedForm,
) -> Result<Outcome, PageFault> {
    let (client, patch) = (&opened.client, change::patch(&shown.values, &opened.client));
    match clients::edit(web.app(), form.caller(), &client.id, client.version, patch).await {
        Ok(saved) => {
            let is_same = saved.version == client.version;
            let said = if is_same { "Nothing was changed." } else { "Saved. Logins use it from now on." };
            Ok(Done::to(path(&client.id, "settings")).saying(said).into())
        }
        // Somebody was faster by less than the time that all this took.
        Err(Fault::Stale { .. }) => {
            let opened = open(web, frame, client.id.as_str()).await?;
            let clashes = clash::clashes(&shown.seen, &Values::of(&opened.client), &shown.values);
            stale(web, frame, &opened, shown, clashes).await
        }
        Err(Fault::Invalid(errors)) => refused(web, frame, opened, &shown, &wording::by_field(&errors)).await,
        Err(fault) => Err(fault.into()),
    }
}

/// The type whose fields the form showed.
pub(super) fn kind_of_form(form: &SignedForm) -> Option<ClientKind> {
    ClientKind::parse(form.text("shown_as"))
}

/// Puts `https://` in front of the URL whose button was pressed: `callbacks https://app.test/cb`.
fn replace(form: &SignedForm, values: &mut Values) -> bool {
    let Some((name, fixed)) = form.get("fix").and_then(|fix| fix.split_once(' ')) else { return false };
    let (Some(wrong), Some(field)) = (fixed.strip_prefix("https://"), Field::parse(name)) else {
        return false;
    };
    let put_right = |text: &str| {
        let list = urls::split(text).into_iter().map(|url| if url == wrong { fixed.to_owned() } else { url });
        list.collect::<Vec<_>>().join("\n")
    };
    match field {
        Field::Callbacks => values.callbacks = put_right(&values.callbacks),
        Field::LogoutUrls => values.logout_urls = put_right(&values.logout_urls),
        Field::Origins => values.origins = put_right(&values.origins),
        _ => return false,
    }
    true
}

/// The form again, with something in it that is not saved yet.
async fn unsaved(web: &Web, frame: &Frame, opened: &Opened, mut shown: Shown) -> Result<Outcome, PageFault> {
    shown.is_dirty = true;
    habits::note(web, frame, opened, &mut shown).await?;
    Ok(page(web, frame, opened, &shown, &FieldErrors::default()).await?.into())
}

async fn refused(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    shown: &Shown,
    errors: &FieldErrors,
) -> Result<Outcome, PageFault> {
    let page = page(web, frame, opened, shown, errors).await?;
    Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into())
}

async fn stale(
    web: &Web,
    frame: &Frame,
    opened: &Opened,
    mut shown: Shown,
    clashes: Vec<clash::Clash>,
) -> Result<Outcome, PageFault> {
    let mut changes = clients::last_changes(web.app(), frame.caller(), &opened.client.id, 1).await?;
    let by = changes.pop().map_or_else(|| "Somebody".to_owned(), |Change { by, .. }| by);
    let when = parts::when(opened.client.updated_at, frame.now());
    shown.stale = Some(Stale { by, when, clashes });
    shown.rebase(&opened.client);
    refused(web, frame, opened, &shown, &FieldErrors::default()).await
}
