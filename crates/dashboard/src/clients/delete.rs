//! The end of a client: asked about with numbers, and final.
//!
//! Source: the brief, "How to delete a client": *Yes, delete client*.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use doorward_engine::clients;
use doorward_model::fields::{FieldError, FieldErrors};
use doorward_model::scope::ApiScope;
use doorward_web::done::{self, Done, Outcome};
use doorward_web::fault::PageFault;
use doorward_web::page::Page;
use doorward_web::signed_in::SignedForm;
use doorward_web::state::Web;
use http::StatusCode;

use super::{Opened, activity, open, path};
use crate::frame::Frame;
use crate::parts;

#[derive(Template)]
#[template(path = "clients/delete.html")]
struct DeletePage<'a> {
    frame: &'a Frame,
    opened: &'a Opened,
    /// Whether the name must be typed: somebody used the client lately and may miss it.
    asks_name: bool,
    errors: &'a FieldErrors,
}

impl DeletePage<'_> {
    fn path(&self, page: &str) -> String {
        path(&self.opened.client.id, page)
    }

    /// What will happen, with the numbers of the last days.
    fn effects(&self) -> Vec<String> {
        let Opened { client, connections, grants, activity } = self.opened;
        let mut said = Vec::new();
        if activity.successes > 0 {
            let (count, noun) = activity::uses(client, activity);
            said.push(format!("{count} {noun} in the last 7 days would fail."));
        } else {
            said.push("It was not used in the last 7 days.".to_owned());
        }
        match grants.len() {
            0 => {}
            1 => said.push("1 API trusts it.".to_owned()),
            many => said.push(format!("{many} APIs trust it.")),
        }
        if !connections.is_empty() {
            let count = activity::counted(i64::try_from(connections.len()).unwrap_or(i64::MAX), "connection");
            said.push(format!("{count} will stay, with the people in it."));
        }
        said.push("Its secret, its codes and its refresh tokens stop working at once.".to_owned());
        said.push("Its quick-start samples stop working.".to_owned());
        said.push("Its Client ID is never given to another client.".to_owned());
        said
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Page, PageFault> {
    frame.caller().may(ApiScope::DeleteClients)?;
    let opened = open(&web, &frame, &id).await?;
    let asks_name = is_missed(&web, &frame, &opened).await?;
    let errors = FieldErrors::default();
    Ok(frame.page(&DeletePage { frame: &frame, opened: &opened, asks_name, errors: &errors }))
}

/// Whether the client was used in the last thirty days.
async fn is_missed(web: &Web, frame: &Frame, opened: &Opened) -> Result<bool, PageFault> {
    Ok(clients::last_use(web.app(), frame.caller(), &opened.client.id).await?.is_some())
}

pub(crate) async fn delete(
    State(web): State<Web>,
    frame: Frame,
    Path(id): Path<String>,
    form: SignedForm,
) -> Result<Response, PageFault> {
    let work = async {
        let opened = open(&web, &frame, &id).await?;
        let name = &opened.client.settings.name;
        let asks_name = is_missed(&web, &frame, &opened).await?;
        if asks_name && form.text("typed") != name.trim() {
            let text = format!("Type the name as it is: {name}");
            let errors = FieldErrors::from(FieldError::new("typed", "match", text));
            let page = DeletePage { frame: &frame, opened: &opened, asks_name, errors: &errors };
            return Ok(Outcome::Page(frame.page(&page).status(StatusCode::UNPROCESSABLE_ENTITY)));
        }
        clients::delete(web.app(), form.caller(), &opened.client.id).await?;
        Ok(Outcome::Done(Done::to("/manage/clients").saying(format!("{name} was deleted."))))
    };
    done::once(&web, &form, work).await
}
