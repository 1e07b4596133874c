//! Clients: the list, making one, its four tabs, its end.
//!
//! Source: the brief, "Clients"; UX §1.4, §1.5.

mod activity;
mod apis;
mod create;
mod delete;
mod header;
mod list;
pub(crate) mod secret;
pub(crate) mod tabs;

use axum::response::Redirect;
use doorward_engine::clients;
use doorward_engine::clients::{ClientActivity, Overview};
use doorward_engine::fault::Fault;
use doorward_model::api::ClientGrant;
use doorward_model::client::Client;
use doorward_model::ids::{ClientId, ConnectionId};
use doorward_web::fault::PageFault;
use doorward_web::route::{Guard, Route};
use doorward_web::state::Web;

use crate::frame::Frame;

pub(crate) use activity::{counted, number};
pub(crate) use header::{Header, Tab};

/// The list of the pages about clients.
pub(crate) fn routes() -> Vec<Route> {
    const ADMIN: Guard = Guard::Admin;
    vec![
        Route::get("/manage/clients", ADMIN, "show_clients", list::show),
        Route::get("/manage/clients/new", ADMIN, "show_create_client", create::show),
        Route::post("/manage/clients", ADMIN, "create_client_by_form", create::create),
        Route::post("/manage/clients/default", ADMIN, "bring_back_default_app", list::bring_back),
        Route::get("/manage/clients/{id}", ADMIN, "show_client", first_tab),
        Route::get("/manage/clients/{id}/settings", ADMIN, "show_client_settings", tabs::settings::show),
        Route::post("/manage/clients/{id}/settings", ADMIN, "save_client_settings", tabs::settings::save),
        Route::get("/manage/clients/{id}/used", ADMIN, "show_used_callbacks", tabs::settings::used::show),
        Route::get("/manage/clients/{id}/quickstart", ADMIN, "show_quick_starts", tabs::quickstart::show),
        Route::get("/manage/clients/{id}/quickstart/{guide}", ADMIN, "show_guide", tabs::quickstart::guide),
        Route::post(
            "/manage/clients/{id}/quickstart/{guide}/needs",
            ADMIN,
            "allow_guide",
            tabs::quickstart::add,
        ),
        Route::get(
            "/manage/clients/{id}/quickstart/{guide}/sample.zip",
            ADMIN,
            "download_sample",
            tabs::quickstart::download,
        ),
        Route::post(
            "/manage/clients/{id}/quickstart/{guide}/sample.zip",
            ADMIN,
            "confirm_download_of_sample",
            tabs::quickstart::confirm_download,
        ),
        Route::post(
            "/manage/clients/{id}/quickstart/{guide}/secret",
            ADMIN,
            "show_secret_in_guide",
            tabs::quickstart::show_secret,
        ),
        Route::post(
            "/manage/clients/{id}/quickstart/{guide}/token",
            ADMIN,
            "get_token_in_guide",
            tabs::quickstart::get_token,
        ),
        Route::get("/manage/clients/{id}/secret", ADMIN, "ask_for_password", secret::ask),
        Route::post("/manage/clients/{id}/secret", ADMIN, "reveal_client_secret", secret::reveal),
        Route::get("/manage/clients/{id}/rotate", ADMIN, "show_rotate_secret", secret::show_rotate),
        Route::post("/manage/clients/{id}/rotate", ADMIN, "rotate_client_secret_by_form", secret::rotate),
        Route::post(
            "/manage/clients/{id}/secrets/{secret}/stop",
            ADMIN,
            "stop_client_secret_by_form",
            secret::stop,
        ),
        Route::get("/manage/clients/{id}/apis", ADMIN, "show_client_apis", apis::show),
        Route::post("/manage/clients/{id}/apis", ADMIN, "save_client_apis", apis::save),
        Route::get("/manage/clients/{id}/addons", ADMIN, "show_client_addons", tabs::addons::show),
        Route::get(
            "/manage/clients/{id}/connections",
            ADMIN,
            "show_client_connections",
            tabs::connections::show,
        ),
        Route::post(
            "/manage/clients/{id}/connections/{connection}",
            ADMIN,
            "switch_client_connection",
            tabs::connections::switch,
        ),
        Route::get("/manage/clients/{id}/delete", ADMIN, "show_delete_client", delete::show),
        Route::post("/manage/clients/{id}/delete", ADMIN, "delete_client_by_form", delete::delete),
    ]
}

/// A client with what its pages show.
pub(crate) struct Opened {
    pub client: Client,
    pub connections: Vec<ConnectionId>,
    pub grants: Vec<ClientGrant>,
    pub activity: ClientActivity,
}

/// Reads the client that an address names.
///
/// # Errors
/// When there is no such client; the one that stands for all of them is none here.
pub(crate) async fn open(web: &Web, frame: &Frame, id: &str) -> Result<Opened, PageFault> {
    let missing = || PageFault(Fault::NotFound { what: "client" });
    let id = clients::parse_id(id).ok_or_else(missing)?;
    let Overview { client, connections, grants } = clients::look_up(web.app(), frame.caller(), &id).await?;
    if client.global {
        return Err(missing());
    }
    let mut activities = clients::statistics(web.app(), frame.caller(), &[&id]).await?;
    let activity = activities.pop().unwrap_or_default();
    Ok(Opened { client, connections, grants, activity })
}

/// The address of one of the pages of a client: `/manage/clients/{id}/{page}`.
pub(crate) fn path(id: &ClientId, page: &str) -> String {
    format!("/manage/clients/{}/{page}", segment(id.as_str()))
}

/// A text as one segment of a path: ids that were imported may hold anything printable.
pub(crate) fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

async fn first_tab(axum::extract::Path(id): axum::extract::Path<String>) -> Redirect {
    Redirect::to(&format!("/manage/clients/{}/settings", segment(&id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_whatever_is_in_it() {
        let id = ClientId::parse("a/b?c#d%").unwrap();
        assert_eq!(path(&id, "settings"), "/manage/clients/a%2Fb%3Fc%23d%25/settings");
    }
}
