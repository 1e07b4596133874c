//! What people do, done in a real browser against the whole service on a real port.
//!
//! Every journey ends by reading the browser's console: a violation of the content policy, a failed
//! script or a request to another origin fails the test. Source: UX §8.

mod accessibility;
mod api;
mod chromium;
mod clients;
mod consent;
mod devices;
mod directions;
mod doctor;
mod failures;
mod first_run;
mod hands;
mod hostile;
mod keyboard;
mod live;
mod login;
mod logs;
mod long_names;
mod neighbour;
mod network;
mod open_house;
mod panel;
mod pictures;
mod printed_link;
mod quickstarts;
mod samples;
mod sdks;
mod settings;
mod streams;

pub use chromium::{Browser, Look, is_required};
pub use neighbour::Neighbour;
pub use open_house::OpenHouse;
