//! The four tabs of a client.

pub(crate) mod addons;
pub(crate) mod connections;
pub(crate) mod quickstart;
pub(crate) mod settings;
