//! Where a guide holds the client secret: shown in its code, or filled into its download. Both only to
//! somebody who typed their password lately, and both stand in the log.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use doorward_engine::clients;
use doorward_engine::fault::Fault;
use doorward_model::client::Client;
use doorward_model::fields::FieldErrors;
use doorward_model::scope::ApiScope;
use doorward_model::secret::Secret;
use doorward_web::done::Done;
use doorward_web::fault::PageFault;
use doorward_web::signed_in::{self, SignedForm};
use doorward_web::state::Web;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{Chosen, Filled, find, guide_path, page, uses_secret, values};
use crate::clients::Tab;
use crate::clients::secret::{Purpose, confirm_page, confirmed};
use crate::frame::Frame;
use crate::quickstarts::{self, Guide};

/// Shows the guide with the secret in its code. No redirect: what it shows must not be had by opening
/// an address.
pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    chosen: Chosen,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let back = guide_path(&opened.client, guide);
    let purpose = Purpose {
        tab: Tab::QuickStart,
        title: "Confirm it is you to see the secret.",
        verb: "Show in code",
        action: format!("{back}/secret{}", chosen.query()),
        back: back + &chosen.query(),
        carried: Vec::new(),
    };
    if let Err(page) = confirmed(&web, &frame, (&opened, &purpose), &headers, &form).await? {
        return Ok(page.into_response());
    }
    let cookie = cookie_of(&headers)?;
    let shown = clients::reveal_secret(web.app(), form.caller(), &opened.client.id, &cookie).await?;
    let secret = shown.and_then(|shown| shown.secret);
    let filled = Filled { secret, ..Filled::default() };
    Ok(page(&web, &frame, (&opened, guide, &chosen), filled).await?.into_response())
}

/// The cookie of whoever came past the guard.
pub(super) fn cookie_of(headers: &HeaderMap) -> Result<Secret, Fault> {
    signed_in::cookie_of(headers).ok_or_else(|| Fault::internal("a session without its cookie"))
}

/// What the password is asked for before a download.
fn downloading(client: &Client, guide: &Guide, chosen: &Chosen) -> Purpose {
    let back = guide_path(client, guide);
    Purpose {
        tab: Tab::QuickStart,
        title: "Confirm it is you to download the sample.",
        verb: "Download sample",
        action: format!("{back}/sample.zip{}", chosen.query()),
        back: back + &chosen.query(),
        carried: Vec::new(),
    }
}

/// The password before a download. The guide comes back, and begins the download by itself: a form that
/// was answered with a file would leave the question on the screen.
pub(crate) async fn confirm_download(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    chosen: Chosen,
    headers: HeaderMap,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let purpose = downloading(&opened.client, guide, &chosen);
    if let Err(page) = confirmed(&web, &frame, (&opened, &purpose), &headers, &form).await? {
        return Ok(page.into_response());
    }
    let back = guide_path(&opened.client, guide) + &chosen.query_to_download();
    Ok(Done::to(back).saying("It is you. The sample is being downloaded.").into_response())
}

/// The sample with its settings filled. The secret is left out for whoever may not see it, and for
/// whoever unticked it.
pub(crate) async fn download(
    State(web): State<Web>,
    frame: Frame,
    Path((id, name)): Path<(String, String)>,
    chosen: Chosen,
    headers: HeaderMap,
) -> Result<Response, PageFault> {
    let (opened, guide) = find(&web, &frame, &id, &name).await?;
    let client = &opened.client;
    let mut secret = String::new();
    if chosen.with_secret && uses_secret(guide) && frame.may(ApiScope::ReadClientKeys) {
        let cookie = cookie_of(&headers)?;
        let Some(shown) = clients::reveal_secret(web.app(), frame.caller(), &client.id, &cookie).await?
        else {
            let purpose = downloading(client, guide, &chosen);
            let page = confirm_page(&frame, (&opened, &purpose), &FieldErrors::default());
            return Ok(page.into_response());
        };
        secret = shown.secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
    }
    let values = values(&frame, client, &secret, (guide, &chosen));
    let bytes = quickstarts::zipped(guide, &values).map_err(|error| Fault::internal(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, "application/zip".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.zip\"", guide.id)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
