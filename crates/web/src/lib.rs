//! The HTTP kit that the three fronts share: who is spoken to (the tenant), who speaks (the visitor,
//! the caller), and how an answer looks (pages, faults, headers).
//!
//! Owns everything that is HTTP and not of one front. Knows no SQL and decides nothing: what may
//! happen is said by the use cases of `engine`.
//!
//! A front gives a list of [`route::Route`]s; [`route::router`] builds one router from all lists.

// Templates of all crates name the assets by one path, this crate's own included.
extern crate self as doorward_web;

pub mod api;
pub mod assets;
pub mod body;
mod call;
pub mod caller;
pub mod cookies;
pub mod cors;
pub mod csrf;
pub mod done;
pub mod door;
pub mod fault;
pub mod frame;
mod health;
pub mod inside;
pub mod live;
pub mod local_path;
pub mod marked;
pub mod metrics;
pub mod page;
pub mod rate;
mod reference;
pub mod route;
mod security_headers;
pub mod signed_in;
pub mod state;
pub mod tenant;
pub mod url_diff;
pub mod visitor;

pub use doorward_protocol::log_record;
