//! Everything the dashboard answers to.

use doorward_web::route::{Guard, Route};

use crate::{root, setup};

/// The list of the dashboard.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/", Guard::Page, "show_root", root::show),
        Route::get("/setup", Guard::Page, "show_setup", setup::show),
        Route::post("/setup", Guard::Page, "redeem_setup_link", setup::redeem),
    ]
}
