//! Log streams: the list, making one with a test before it is saved, how one goes, and its end.
//!
//! Source: UX §1.10.

mod create;
mod delete;
mod edit;
mod form;
mod list;
mod show;
mod state;

use axum::response::Redirect;
use doorward_engine::fault::Fault;
use doorward_model::ids::StreamId;
use doorward_web::fault::PageFault;
use doorward_web::route::{Guard, Route};

/// The list of the pages about log streams.
pub(crate) fn routes() -> Vec<Route> {
    const ADMIN: Guard = Guard::Admin;
    vec![
        Route::get("/manage/extensions", ADMIN, "show_extensions", extensions),
        Route::get("/manage/streams", ADMIN, "show_streams", list::show),
        Route::get("/manage/streams/new", ADMIN, "show_create_stream", create::show),
        Route::post("/manage/streams/new", ADMIN, "create_stream_by_form", create::create),
        Route::get("/manage/streams/{id}", ADMIN, "show_stream", show::show),
        Route::post("/manage/streams/{id}", ADMIN, "steer_stream_by_form", show::steer),
        Route::get("/manage/streams/{id}/settings", ADMIN, "show_stream_settings", edit::show),
        Route::post("/manage/streams/{id}/settings", ADMIN, "save_stream_settings", edit::save),
        Route::get("/manage/streams/{id}/delete", ADMIN, "show_delete_stream", delete::show),
        Route::post("/manage/streams/{id}/delete", ADMIN, "delete_stream_by_form", delete::delete),
    ]
}

/// Where the original's dashboard has its exports.
async fn extensions() -> Redirect {
    Redirect::to("/manage/streams")
}

/// The stream that an address names.
fn parse_id(id: &str) -> Result<StreamId, PageFault> {
    StreamId::parse(id).map_err(|_| PageFault(Fault::NotFound { what: "log stream" }))
}

/// The address of one of the pages of a stream.
fn path(id: &StreamId, page: &str) -> String {
    format!("/manage/streams/{}{page}", crate::clients::segment(id.as_str()))
}
