//! The four tabs of a client.

pub(crate) mod addons;
pub(crate) mod connections;
pub(crate) mod settings;
