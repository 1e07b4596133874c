//! The callback doctor: why an address was refused, and the buttons that mend it.
//!
//! Owns what is said on the page of an event, on the card above the clients, and where an address can be
//! tried. What is safe is decided by the use case; a page only leaves out what would be refused.
//!
//! Source: UX §2.2, §1.4, §1.9.

mod allow;
mod card;
mod dismiss;
mod test;
mod undo;
mod why;

use doorward_web::route::{Guard, Route};

pub(crate) use card::{Card, card};
pub(crate) use dismiss::Dismissed;
pub(crate) use why::{Why, why};

/// The list of the doctor's pages.
pub(crate) fn routes() -> Vec<Route> {
    const ADMIN: Guard = Guard::Admin;
    vec![
        Route::get("/manage/logs/{id}/allow", ADMIN, "review_refused_url", allow::review),
        Route::post("/manage/logs/{id}/allow", ADMIN, "allow_refused_url", allow::allow),
        Route::post("/manage/logs/{id}/allow/undo", ADMIN, "undo_allowed_url", undo::undo),
        Route::post("/manage/logs/{id}/dismiss", ADMIN, "dismiss_refused_url", dismiss::dismiss),
        Route::post("/manage/logs/{id}/dismiss/undo", ADMIN, "show_refused_url_again", dismiss::show_again),
        Route::get("/manage/clients/{id}/test-url", ADMIN, "test_url", test::show),
    ]
}
