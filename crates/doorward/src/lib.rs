//! The binary: configuration, command line, TLS, the accept loop, and the wiring of the three fronts.
//!
//! Owns everything that is the process's and not a tenant's. Decides nothing about people, clients
//! or tokens: that is `engine` and below. The library exists for the one integration-test program.

pub mod cli;
pub mod config;
pub mod console;
pub mod failure;
pub mod open;
pub mod plain;
pub mod serve;
pub mod table;
pub mod tls;

use doorward_web::frame::Framed;
use doorward_web::state::Web;

/// The whole service: the routes of the three fronts on one router.
pub fn router(web: Web) -> Framed {
    let mut routes = doorward_authentication::routes::routes();
    routes.extend(doorward_management::routes::routes());
    routes.extend(doorward_dashboard::routes::routes());
    doorward_web::route::router(web, routes)
}
