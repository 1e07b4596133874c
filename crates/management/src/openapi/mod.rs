//! The API described: what each operation takes and gives, and the OpenAPI document made of it.

mod components;
mod document;
mod errors;
pub(crate) mod operation;
mod path;
mod serve;

pub use document::document;
pub(crate) use serve::{PATH, serve};
