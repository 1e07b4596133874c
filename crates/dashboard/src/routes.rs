//! Everything the dashboard answers to.

use doorward_web::route::{Guard, Route};

use crate::{api, clients, doctor, login, logs, overview, root, setup, streams, theme};

/// The list of the dashboard.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/", Guard::Page, "show_root", root::show),
        Route::get("/setup", Guard::Page, "show_setup", setup::show),
        Route::post("/setup", Guard::Page, "redeem_setup_link", setup::redeem),
        Route::get("/manage/login", Guard::Page, "show_admin_login", login::show),
        Route::post("/manage/login", Guard::Page, "log_in_admin", login::log_in),
        Route::post("/manage/logout", Guard::Admin, "log_out_admin", login::log_out),
        Route::post("/manage/theme", Guard::Admin, "choose_theme", theme::choose),
        Route::get("/manage", Guard::Admin, "show_overview", overview::show),
        Route::get("/manage/logs", Guard::Admin, "show_logs", logs::list),
        Route::get("/manage/logs/live", Guard::Admin, "watch_logs", logs::listen),
        Route::get("/manage/logs/{id}", Guard::Admin, "show_event", logs::show::show),
    ];
    routes.extend(clients::routes());
    routes.extend(doctor::routes());
    routes.extend(streams::routes());
    routes.extend(api::routes());
    routes
}
