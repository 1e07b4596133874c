//! The seam: one text, one list of values, one kind of row, for both engines.

pub(crate) mod batch;
pub(crate) mod db;
pub(crate) mod error;
pub(crate) mod list;
pub(crate) mod migrate;
pub(crate) mod postgres;
pub(crate) mod row;
pub(crate) mod rows;
pub(crate) mod search;
pub(crate) mod shapes;
pub(crate) mod sqlite;
pub(crate) mod text;
pub(crate) mod tls;
pub(crate) mod url;
pub(crate) mod value;
pub(crate) mod writer;
