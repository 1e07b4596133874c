//! Users: one verb per file.

mod create;

pub use create::{NewUser, create};
